"""Leases in PostgreSQL, for the workers of many machines. Needs ``backfile[postgres]``.

A worker looking for a partition passes over what another one is choosing at this moment (``SKIP LOCKED``), so workers
never queue behind each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipelines.partitions.leases import Execute, SqlLeases, StoreFailed

_CONNECT_S = 10


class PostgresLeases(SqlLeases):
    """The store at *address*, ``postgresql://user@host/database``. Raises StoreFailed when it cannot be reached."""

    now = "extract(epoch FROM clock_timestamp())::double precision"
    skip_locked = " FOR UPDATE SKIP LOCKED"

    def __init__(self, address: str) -> None:
        try:
            import psycopg
        except ModuleNotFoundError as error:
            raise StoreFailed("PostgreSQL needs psycopg", hint="pip install 'backfile[postgres]'") from error
        self._psycopg = psycopg
        self._address = address
        self._connection: Any = None

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """Yield what runs a statement. A connection that was cut is opened anew for the next transaction."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._psycopg.connect(self._address, connect_timeout=_CONNECT_S)
            with self._connection.transaction():
                yield self._execute
        except self._psycopg.Error as error:
            self.close()
            reason = str(error).strip().splitlines()[0]
            raise StoreFailed(f"the leases cannot be used: PostgreSQL says: {reason}") from error

    def _execute(self, statement: str, values: tuple[Any, ...]) -> Any:
        return self._connection.execute(statement.replace("?", "%s"), values)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
