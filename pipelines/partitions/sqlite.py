"""Leases in a SQLite file, for the workers of one machine.

A worker that is frozen in the middle of a transaction keeps the file locked, so transactions are kept far too short to
be hit: a write-ahead log without a flush at every commit. What a power failure takes back is done again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pipelines.partitions.leases import Execute, SqlLeases, StoreFailed

_BUSY_S = 30.0


class SqliteLeases(SqlLeases):
    """The store in the file *path*, made where there is none. A connection lives for one transaction: these are few."""

    now = "((julianday('now') - 2440587.5) * 86400.0)"

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """Yield what runs a statement; one writer at a time."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection.execute
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise StoreFailed(f"the leases at {self._path} cannot be used: {error}") from error

    def close(self) -> None:
        """Nothing is held open."""
