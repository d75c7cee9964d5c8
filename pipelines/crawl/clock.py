"""The clocks of hosts, kept in the archive, so that a pace survives the process that kept it.

A host's clock is written before a request goes out, not after: a process that is killed between the two has asked,
and the next one must wait as long as if it had lived. Where no delay is asked for there is nothing to survive, and
only the counting remains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from pipelines.archive import Archive, moment
from pipelines.crawl.journal import Journal
from pipelines.crawl.values import CrawlSettings
from scraper.errors import Refused
from scraper.fetch import Fetcher

MAX_POSTPONED_S = 7 * 86_400.0
"""Longest time a host is left alone because it said so: some ask for a year by mistake."""


class CapReached(Refused):
    """The day's requests to this host are used up, or it is no longer ours to ask."""


class HostClocks:
    """Writes down when each host may be asked next, and how often it was asked today."""

    def __init__(
        self,
        archive: Archive,
        journal: Journal,
        settings: CrawlSettings,
        now: Callable[[], datetime],
        may_ask: Callable[[], bool] = lambda: True,
    ) -> None:
        self._archive = archive
        self._db = archive.connection
        self._journal = journal
        self._settings = settings
        self._now = now
        self._may_ask = may_ask
        self._today: dict[str, int] = {}
        self.requests: dict[str, int] = {}
        """Host → requests made by this process."""

    def restore(self, fetcher: Fetcher, urls: Iterable[str]) -> None:
        """Let *fetcher* wait where an earlier process asked a moment ago."""
        now = self._now().timestamp()
        for url in urls:
            row = self._db.execute(
                "SELECT next_start_at FROM hosts WHERE host = ?", (fetcher.host_key(url),)
            ).fetchone()
            if row is not None and row[0] and row[0] > now:
                fetcher.postpone(url, min(row[0] - now, self._longest_s()))

    def _longest_s(self) -> float:
        """Return the longest time that is waited at the start of a run: a clock set back must not stop it for ever."""
        settings = self._settings.fetch_settings()
        return max(settings.limits.crawl_delay_s, settings.limits.retry_after_s, settings.delay_s or 0.0)

    def starting(self, host: str, url: str, delay_s: float) -> None:
        """Note that a request to *host* goes out now, and that the next may follow after *delay_s* seconds.

        Raises CapReached when the day's requests are used up, or the host is another worker's by now.
        """
        if not self._may_ask():
            raise CapReached(url, f"the lease of {host} has run out: another worker asks it now")
        cap = self._settings.daily_cap
        if cap is not None and self.today(host) >= cap:
            raise CapReached(url, f"the {cap:,} requests a day allowed for {host} are used up")
        self._journal.counts.add(requests=1)
        self.requests[host] = self.requests.get(host, 0) + 1
        self._today[host] = self._today.get(host, 0) + 1
        if delay_s > 0 or cap is not None:
            self._write(host, delay_s)

    def today(self, host: str) -> int:
        """Return how many requests *host* has had on this UTC day, by all runs."""
        row = self._db.execute("SELECT day, requests_today FROM hosts WHERE host = ?", (host,)).fetchone()
        written = row[1] if row is not None and row[0] == self._now().date().isoformat() else 0
        return int(written) + self._today.get(host, 0)

    def why_not_now(self, host: str) -> str | None:
        """Return why *host* is not to be asked in this run at all, None when it may be."""
        row = self._db.execute("SELECT postponed_until FROM hosts WHERE host = ?", (host,)).fetchone()
        if row is not None and row[0] and row[0] > self._now().timestamp():
            until = moment(datetime.fromtimestamp(row[0], UTC))
            return f"{host} asked to be left alone until {until}"
        cap = self._settings.daily_cap
        if cap is not None and self.today(host) >= cap:
            return f"the {cap:,} requests a day allowed for {host} are used up"
        return None

    def leave_alone(self, host: str, seconds: float) -> None:
        """Let no later run ask *host* within the next *seconds*, MAX_POSTPONED_S at most."""
        until = self._now().timestamp() + min(seconds, MAX_POSTPONED_S)
        self._db.execute(
            "INSERT INTO hosts (host, postponed_until) VALUES (?, ?)"
            " ON CONFLICT (host) DO UPDATE SET postponed_until = excluded.postponed_until",
            (host, until),
        )

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
