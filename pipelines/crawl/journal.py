"""The diary of one run: which addresses were asked when and what came of it, the counts, and the limits that bit.

Rows of ``fetches`` are written in the transaction of the page they tell about; the counts of the run are kept here and
written with the heartbeat, because a count that is a second behind after a crash does no harm.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pipelines.archive import Archive, moment
from pipelines.crawl.values import CrawlSettings, LimitHit
from scraper.guard import without_credentials
from scraper.standards.url import site_of

_COUNTED = ("requests", "bytes", "pages", "new", "changed", "unchanged", "duplicates", "skipped", "failed", "gone")
_DETAIL_CHARACTERS = 500
LOG = logging.getLogger("backfile")
"""One event each, its facts in ``record.facts``; silent until somebody listens."""


def tell(event: str, **facts: Any) -> None:
    """Log one event with its facts, those that are None left out."""
    if LOG.isEnabledFor(logging.INFO):
        known = {name: value for name, value in facts.items() if value is not None}
        LOG.info(event, extra={"facts": known})


@dataclass(slots=True)
class Counts:
    """What a run, or one site of it, has done."""

    requests: int = 0
    bytes: int = 0
    pages: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    skipped: int = 0
    failed: int = 0
    gone: int = 0
    postponed: int = 0
    quarantined: int = 0

    def add(self, **what: int) -> None:
        """Add to the counts named."""
        for name, number in what.items():
            setattr(self, name, getattr(self, name) + number)


@dataclass(slots=True)
class Journal:
    """One run's rows in the archive."""

    archive: Archive
    run_id: int
    started_at: str
    resumed: bool
    """The run had been started before and did not come to its end."""
    now: Callable[[], datetime]
    counts: Counts = field(default_factory=Counts)

    @property
    def _db(self) -> sqlite3.Connection:
        return self.archive.connection

    @classmethod
    def open(
        cls, archive: Archive, starts: Sequence[str], settings: CrawlSettings, now: Callable[[], datetime]
    ) -> Journal:
        """Return the journal of a new run, or of the one with the same starts that was interrupted."""
        with archive.transaction():
            db, at, names = archive.connection, moment(now()), json.dumps(list(starts))
            last = db.execute(
                "SELECT id, started_at, status, " + ", ".join(_COUNTED) + " FROM runs"  # noqa: S608
                " WHERE command = 'crawl' AND starts = ? ORDER BY id DESC LIMIT 1",
                (names,),
            ).fetchone()
            if last is not None and last["status"] in ("running", "interrupted"):
                db.execute(
                    "UPDATE runs SET status = 'running', finished_at = NULL, heartbeat_at = ?, pid = ? WHERE id = ?",
                    (at, os.getpid(), last["id"]),
                )
                counts = Counts(**{name: last[name] for name in _COUNTED})
                return cls(archive, last["id"], last["started_at"], True, now, counts)
            cursor = db.execute(
                "INSERT INTO runs (command, starts, settings, pid, started_at, heartbeat_at)"
                " VALUES ('crawl', ?, ?, ?, ?, ?)",
                (names, json.dumps(_plain(settings)), os.getpid(), at, at),
            )
            return cls(archive, int(cursor.lastrowid or 0), at, False, now)

    def fetch(
        self,
        url: str,
        *,
        page_id: int | None = None,
        source_id: int | None = None,
        status: int | None = None,
        outcome: str,
        size: int = 0,
        elapsed_s: float = 0.0,
        detail: str | None = None,
        raw_hash: str | None = None,
    ) -> None:
        """Write down one request; to be called inside a transaction."""
        tell(
            outcome,
            run=self.run_id,
            site=site_of(url),
            url=url,
            status=status,
            bytes=size or None,
            ms=round(elapsed_s * 1000) or None,
            detail=detail[:_DETAIL_CHARACTERS] if detail else None,
        )
        self._db.execute(
            "INSERT INTO fetches (run_id, page_id, source_id, url, at, status, outcome, bytes, elapsed_ms, detail,"
            " raw_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.run_id,
                page_id,
                source_id,
                url,
                moment(self.now()),
                status,
                outcome,
                size,
                round(elapsed_s * 1000),
                detail[:_DETAIL_CHARACTERS] if detail else None,
                raw_hash,
            ),
        )

    def beat(self) -> None:
        """Write the counts down, and that the run is alive."""
        names = ", ".join(f"{name} = ?" for name in _COUNTED)
        values = [getattr(self.counts, name) for name in _COUNTED]
        self._db.execute(
            f"UPDATE runs SET heartbeat_at = ?, {names} WHERE id = ?",  # noqa: S608
            (moment(self.now()), *values, self.run_id),
        )

    def bite(self, hits: Sequence[LimitHit]) -> None:
        """Write down the limits that bit."""
        self._db.executemany(
            "INSERT INTO run_limits (run_id, name, site, limit_value, times, example) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (run_id, name, site) DO UPDATE SET times = excluded.times",
            [(self.run_id, hit.name, hit.site, hit.limit, hit.times, hit.example) for hit in hits],
        )

    def close(self, status: str, report: dict[str, Any], error: str | None = None) -> None:
        """Write down how the run ended."""
        with self.archive.transaction():
            self.beat()
            self._db.execute(
                "UPDATE runs SET status = ?, finished_at = ?, report = ?, error = ? WHERE id = ?",
                (status, moment(self.now()), json.dumps(report, ensure_ascii=False), error, self.run_id),
            )


def _plain(settings: CrawlSettings) -> dict[str, Any]:
    """Return the settings a reader of the journal wants to see."""
    record = asdict(settings)
    record.pop("fetch", None)
    record["proxy"] = without_credentials(settings.proxy) if settings.proxy else None
    return record
