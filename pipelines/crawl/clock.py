"""The clocks of hosts, kept in the archive, so that a pace survives the process that kept it.

A host's clock is written before a request goes out, not after: a process that is killed between the two has asked,
and the next one must wait as long as if it had lived. Where no delay is asked for there is nothing to survive, and
only the counting remains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from pipelines.archive import Archive
from pipelines.crawl.journal import Journal
from pipelines.crawl.values import CrawlSettings
from scraper.fetch import Fetcher


class HostClocks:
    """Writes down when each host may be asked next, and how often it was asked today."""

    def __init__(
        self, archive: Archive, journal: Journal, settings: CrawlSettings, now: Callable[[], datetime]
    ) -> None:
        self._archive = archive
        self._db = archive.connection
        self._journal = journal
        self._settings = settings
        self._now = now
        self._today: dict[str, int] = {}

    def restore(self, fetcher: Fetcher, urls: Iterable[str]) -> None:
        """Let *fetcher* wait where an earlier process asked a moment ago."""
        now = self._now().timestamp()
        for url in urls:
            row = self._db.execute(
                "SELECT max(coalesce(next_start_at, 0), coalesce(postponed_until, 0)) FROM hosts WHERE host = ?",
                (fetcher.host_key(url),),
            ).fetchone()
            if row is not None and row[0] and row[0] > now:
                fetcher.postpone(url, min(row[0] - now, self._longest_s()))

    def _longest_s(self) -> float:
        """Return the longest time that is waited at the start of a run: a clock set back must not stop it for ever."""
        settings = self._settings.fetch_settings()
        return max(settings.limits.crawl_delay_s, settings.limits.retry_after_s, settings.delay_s or 0.0)

    def starting(self, host: str, _url: str, delay_s: float) -> None:
        """Note that a request to *host* goes out now, and that the next may follow after *delay_s* seconds."""
        self._journal.counts.add(requests=1)
        self._today[host] = self._today.get(host, 0) + 1
        if delay_s > 0:
            self._write(host, delay_s)

    def _write(self, host: str, delay_s: float) -> None:
        now = self._now()
        day = now.date().isoformat()
        count = self._today.pop(host, 0)
        self._db.execute(
            "INSERT INTO hosts (host, next_start_at, delay_s, day, requests_today) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (host) DO UPDATE SET next_start_at = excluded.next_start_at, delay_s = excluded.delay_s,"
            " requests_today = iif(day IS excluded.day, requests_today, 0) + excluded.requests_today,"
            " day = excluded.day",
            (host, now.timestamp() + delay_s, delay_s, day, count),
        )

    def save(self) -> None:
        """Write down what is only counted so far."""
        with self._archive.transaction():
            for host in list(self._today):
                self._write(host, 0.0)
