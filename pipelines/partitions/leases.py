"""Leases of hosts: who may ask which host, until when, and what came of it.

Two stores with one meaning: a SQLite file for one machine, PostgreSQL for many. Times are seconds of the store's own
clock, so workers need not agree on the time of day.

A partition is ``waiting``, ``leased``, ``done`` (its shard is complete) or ``merged`` (its shard is in the archive).
A lease that has run out can be claimed like a waiting partition, with the next fence number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from scraper.errors import BackfileError

Execute = Callable[[str, tuple[Any, ...]], Any]
"""Runs one statement, its parameters written ``?``, and returns a cursor."""

TABLE = """
CREATE TABLE IF NOT EXISTS partitions (
    host TEXT PRIMARY KEY,
    starts TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'leased', 'done', 'merged')),
    owner TEXT,
    fence INTEGER NOT NULL DEFAULT 0,
    lease_until DOUBLE PRECISION NOT NULL DEFAULT 0,
    shard TEXT
)
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to ask one host."""

    host: str
    starts: tuple[str, ...]
    owner: str
    fence: int
    """Grows with every holder; 1 for the first."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One finished partition."""

    host: str
    fence: int
    path: str
    """The archive that holds it."""


class StoreFailed(BackfileError):
    """The store of leases cannot be reached or refuses."""


class LeaseStore(Protocol):
    """The leases of one crawl. Every method is one transaction; any may raise StoreFailed."""

    def begin(self, partitions: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Add (host, starts) pairs that are not there. When all that are there are merged, all wait anew."""
        ...

    def claim(self, owner: str, seconds: float) -> Lease | None:
        """Return the lease of a partition that waits, or whose lease has run out; None when there is none."""
        ...

    def renew(self, lease: Lease, seconds: float) -> bool:
        """Hold a lease that long from now; False when somebody else has it."""
        ...

    def finish(self, lease: Lease, shard: str) -> bool:
        """Say that the shard at that path is complete; False, and nothing is written, when somebody else has it."""
        ...

    def give_back(self, lease: Lease) -> None:
        """Let a partition wait for another worker, unless somebody else has it already."""
        ...

    def merged(self, shard: Shard) -> None:
        """Say that a shard is in the archive."""
        ...

    def finished(self) -> list[Shard]:
        """Return the shards that are complete and not merged, by host."""
        ...

    def next_expiry_s(self) -> float | None:
        """Return the seconds until a lease runs out, 0 when a partition waits, None when all are done."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


def open_leases(address: str) -> LeaseStore:
    """Return the store at *address*: ``postgresql://…``, else the path of a SQLite file. Raises StoreFailed."""
    if address.startswith(("postgresql://", "postgres://")):
        from pipelines.partitions.postgres import PostgresLeases

        return PostgresLeases(address)
    from pipelines.partitions.sqlite import SqliteLeases

    return SqliteLeases(address)


class SqlLeases:
    """What both stores do, in the SQL that both understand; a store says how to lock, and what time it is."""

    now = ""
    """SQL: seconds since 1970 by the store's clock."""
    skip_locked = ""
    """SQL: what ends the query for a partition, so that two workers never wait for one another's choice."""

    def transaction(self) -> AbstractContextManager[Execute]:
        """Return a block that is one transaction."""
        raise NotImplementedError

    def begin(self, partitions: Iterable[tuple[str, Sequence[str]]]) -> None:
        """See LeaseStore."""
        with self.transaction() as execute:
            execute(TABLE, ())
            left = execute("SELECT count(*) FROM partitions WHERE state <> 'merged'", ()).fetchone()[0]
            if not left:
                execute("UPDATE partitions SET state = 'waiting', owner = NULL", ())
            for host, starts in partitions:
                execute(
                    "INSERT INTO partitions (host, starts) VALUES (?, ?) ON CONFLICT (host) DO NOTHING",
                    (host, json.dumps(list(starts))),
                )

    def claim(self, owner: str, seconds: float) -> Lease | None:
        """See LeaseStore."""
        with self.transaction() as execute:
            row = execute(
                "SELECT host, starts, fence FROM partitions WHERE state = 'waiting'"
                f" OR (state = 'leased' AND lease_until <= {self.now}) ORDER BY state DESC, host LIMIT 1"
                f"{self.skip_locked}",
                (),
            ).fetchone()
            if row is None:
                return None
            lease = Lease(row[0], tuple(json.loads(row[1])), owner, row[2] + 1)
            execute(
                f"UPDATE partitions SET state = 'leased', owner = ?, fence = ?, lease_until = {self.now} + ?"
                " WHERE host = ?",
                (owner, lease.fence, seconds, lease.host),
            )
            return lease

    def renew(self, lease: Lease, seconds: float) -> bool:
        """See LeaseStore."""
        return self._held(f"lease_until = {self.now} + ?", (seconds,), lease)

    def finish(self, lease: Lease, shard: str) -> bool:
        """See LeaseStore."""
        return self._held("state = 'done', shard = ?", (shard,), lease)

    def give_back(self, lease: Lease) -> None:
        """See LeaseStore."""
        self._held("state = 'waiting', owner = NULL", (), lease)

    def _held(self, settings: str, values: tuple[Any, ...], lease: Lease) -> bool:
        """Change a partition only for who holds it now."""
        with self.transaction() as execute:
            changed = execute(
                f"UPDATE partitions SET {settings} WHERE host = ? AND fence = ? AND owner = ? AND state = 'leased'",
                (*values, lease.host, lease.fence, lease.owner),
            )
            return bool(changed.rowcount == 1)

    def merged(self, shard: Shard) -> None:
        """See LeaseStore."""
        with self.transaction() as execute:
            execute(
                "UPDATE partitions SET state = 'merged' WHERE host = ? AND fence = ? AND state = 'done'",
                (shard.host, shard.fence),
            )

    def finished(self) -> list[Shard]:
        """See LeaseStore."""
        with self.transaction() as execute:
            rows = execute("SELECT host, fence, shard FROM partitions WHERE state = 'done' ORDER BY host", ())
            return [Shard(*row) for row in rows.fetchall()]

    def next_expiry_s(self) -> float | None:
        """See LeaseStore."""
        with self.transaction() as execute:
            rows = execute(
                f"SELECT state, lease_until - {self.now} FROM partitions WHERE state IN ('waiting', 'leased')", ()
            ).fetchall()
        return min((0.0 if state == "waiting" else max(0.0, float(left)) for state, left in rows), default=None)
