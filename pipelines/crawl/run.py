"""One run: many sites at once over one archive, each polite, none delaying another; and the report at its end.

``crawl`` is the synchronous face of one asynchronous core. A run that is killed leaves an archive in which every page
is either done or still to do; the same call goes on where it stopped. SIGINT and SIGTERM end a run in good order.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pipelines.archive import Archive, moment
from pipelines.crawl import tallies
from pipelines.crawl.clock import HostClocks
from pipelines.crawl.journal import Journal, tell
from pipelines.crawl.loop import SiteCrawl
from pipelines.crawl.shared import Shared
from pipelines.crawl.values import (
    MAX_PROBLEMS,
    CrawlSettings,
    LimitHit,
    Problem,
    Progress,
    RunReport,
    SiteReport,
)
from pipelines.crawl.workers import Pool
from scraper.fetch import Fetcher
from scraper.guard import typed, without_credentials
from scraper.standards.url import site_of

MAX_SITES_AT_ONCE = 64
"""Sites crawled at the same time; the others wait. Each has a few connections and some memory."""
PROGRESS_S = 0.25
"""Seconds between two reports of progress."""
HEARTBEAT_S = 1.0
GRACE_S = 3.0
"""Seconds that requests under way get to come to their end after Ctrl-C."""
_RATE_S = 10.0

Report = Callable[[Progress], None]


def crawl(
    archive: Archive,
    starts: Sequence[str],
    settings: CrawlSettings | None = None,
    *,
    report: Report | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    may_ask: Callable[[], bool] = lambda: True,
) -> RunReport:
    """Crawl the sites of *starts* into *archive* and return what came of it.

    *starts* are absolute http(s) addresses that a person typed: each may be private, at exactly its host and port.
    Without any, every site the archive knows is looked at again. The same call after an interruption goes on where it
    stopped. *report* is called a few times a second. Ctrl-C ends the run in good order and is told by the report's
    status; a second one raises KeyboardInterrupt. *may_ask* is
    asked before every request, and when it says no, none is made: for a crawl that holds its sites on lease.

    Raises InvalidURL, and ArchiveLocked when another run is writing to the archive.
    """
    settings = settings or CrawlSettings()
    with archive.run_lock():
        names = tuple(dict.fromkeys(map(without_credentials, starts))) or _known_sites(archive)
        allowed = typed(names)
        journal = Journal.open(archive, names, settings, now)
        run = _Run(archive, journal, names, settings, report, now, may_ask)
        return asyncio.run(run.main(allowed))


def _known_sites(archive: Archive) -> tuple[str, ...]:
    rows = archive.connection.execute("SELECT base_url FROM sites WHERE base_url IS NOT NULL ORDER BY host")
    return tuple(f"{row[0]}/" for row in rows)


class _Run:
    """One call of ``crawl``."""

    def __init__(
        self,
        archive: Archive,
        journal: Journal,
        starts: tuple[str, ...],
        settings: CrawlSettings,
        report: Report | None,
        now: Callable[[], datetime],
        may_ask: Callable[[], bool],
    ) -> None:
        self.archive = archive
        self.journal = journal
        self.starts = starts
        self.settings = settings
        self.now = now
        self._may_ask = may_ask
        self.sites: list[SiteCrawl] = []
        self._report = report
        self._began = time.monotonic()
        self._host: str | None = None
        self._recent: deque[tuple[float, int]] = deque()
        self._shared: Shared | None = None
        self._interrupts = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._elapsed_s: dict[str, float] = {}

    async def main(self, allowed: frozenset[tuple[str, int]]) -> RunReport:
        clocks = HostClocks(self.archive, self.journal, self.settings, self.now, self._may_ask)
        fetcher = Fetcher(self.settings.fetch_settings(), allow_private=allowed, now=self.now, on_start=clocks.starting)
        async with fetcher, Pool(self.settings.workers, self.settings.limits) as pool:
            self._shared = Shared(
                self.archive, self.journal, fetcher, pool, clocks, self.settings, self.now, self._note_host, allowed
            )
            clocks.restore(fetcher, self.starts)
            if self._is_new():
                pool.warm_up()
            pulse = asyncio.create_task(self._pulse())
            before = self._listen_for_signals()
            try:
                await self._all_sites()
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
                pulse.cancel()
                with suppress(asyncio.CancelledError):
                    await pulse
                clocks.save()
        return self._finish()

    def _is_new(self) -> bool:
        """Say whether one of the sites has never been crawled: then there is much to read."""
        crawled = {row[0] for row in self.archive.connection.execute("SELECT host FROM sites WHERE crawled_at NOTNULL")}
        return any(site_of(start) not in crawled for start in self.starts)

    async def _all_sites(self) -> None:
        gate = asyncio.Semaphore(MAX_SITES_AT_ONCE)
        assert self._shared is not None
        by_site: dict[str, SiteCrawl] = {}
        for start in self.starts:
            one = SiteCrawl(self._shared, start)
            by_site.setdefault(one.host, one)
        self.sites = list(by_site.values())

        async def run_one(one: SiteCrawl) -> None:
            async with gate:
                if self._shared is not None and not self._shared.stopping:
                    began = time.monotonic()
                    tell("site begins", run=self.journal.run_id, site=one.host, url=one.start)
                    try:
                        await one.run()
                    finally:
                        self._elapsed_s[one.host] = time.monotonic() - began

        self._tasks = [asyncio.create_task(run_one(one)) for one in self.sites]
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        for error in results:
            if isinstance(error, BaseException) and not isinstance(error, asyncio.CancelledError):
                raise error

    # -- progress and signals -----------------------------------------------------------------------------------------

    def _note_host(self, host: str) -> None:
        self._host = host

    async def _pulse(self) -> None:
        """Report progress and write the heartbeat until cancelled."""
        beat_at = 0.0
        while True:
            now = time.monotonic()
            if now - beat_at >= HEARTBEAT_S:
                beat_at = now
                self.journal.beat()
            if self._report is not None:
                self._report(self._progress(now))
            await asyncio.sleep(PROGRESS_S)

    def _progress(self, now: float) -> Progress:
        counts = self.journal.counts
        self._recent.append((now, counts.pages))
        while self._recent[0][0] < now - _RATE_S and len(self._recent) > 1:
            self._recent.popleft()
        first_at, first = self._recent[0]
        queued = sum(one.queued() for one in self.sites)
        total = counts.pages + queued if any(one.has_sources for one in self.sites) else None
        return Progress(
            elapsed_s=now - self._began,
            done=counts.pages,
            queued=queued,
            failed=counts.failed,
            articles=counts.new + counts.changed,
            rate_per_s=(counts.pages - first) / (now - first_at) if now > first_at else 0.0,
            host=self._host,
            expected_total=total,
        )

    def _listen_for_signals(self) -> dict[int, Any]:
        """End the run in good order on SIGINT and SIGTERM; return who had them before.

        Not by ``loop.add_signal_handler``, whose end leaves a moment in which SIGTERM kills: a crawl in a container is
        followed by the next one.
        """
        loop = asyncio.get_running_loop()

        def heard(_number: int, _frame: object) -> None:
            loop.call_soon_threadsafe(self._interrupt)

        before: dict[int, Any] = {}
        with suppress(ValueError):  # not in the main thread: the caller handles them
            for number in (signal.SIGINT, signal.SIGTERM):
                before[number] = signal.signal(number, heard)
        return before

    def _interrupt(self) -> None:
        """Stop handing out addresses; what is under way has GRACE_S seconds. A second time: stop now."""
        assert self._shared is not None
        self._shared.stopping = True
        self._interrupts += 1
        loop = asyncio.get_running_loop()
        if self._interrupts == 1:
            for one in self.sites:
                one.stir()
            loop.call_later(GRACE_S, self._cancel)
        else:
            self._cancel()

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    # -- the report ---------------------------------------------------------------------------------------------------

    def _finish(self) -> RunReport:
        assert self._shared is not None
        counts = self.journal.counts
        counted = [self._tally(one) for one in self.sites]
        sites = tuple(map(self._site_report, self.sites, counted))
        counts.new, counts.changed = sum(site.new for site in sites), sum(site.changed for site in sites)
        counts.gone, counts.failed = sum(site.gone for site in sites), sum(site.failed for site in sites)
        counts.skipped = sum(site.skipped for site in sites)
        limits = tuple(self._limits())
        waiting = sum(one.queued() for one in self.sites)
        status = self._status(sites, waiting, limits)
        with self.archive.transaction():
            self.journal.bite(limits)
            for site, tally in zip(sites, counted, strict=True):
                tallies.keep(self.archive.connection, self.journal.run_id, self.journal.started_at, site, tally)
        report = RunReport(
            run_id=self.journal.run_id,
            status=status,
            started_at=self.journal.started_at,
            finished_at=moment(self.now()),
            elapsed_s=round(time.monotonic() - self._began, 3),
            starts=self.starts,
            requests=counts.requests,
            bytes=counts.bytes,
            pages=counts.pages,
            articles=sum(one.articles for one in sites),
            new=counts.new,
            changed=counts.changed,
            unchanged=counts.unchanged,
            gone=counts.gone,
            duplicates=counts.duplicates,
            failed=counts.failed,
            skipped=counts.skipped,
            postponed=waiting if status in ("partial", "interrupted") else 0,
            quarantined=counts.quarantined,
            sites=sites,
            problems=self._problems(),
            limits=limits,
            resume=self._resume(status, waiting),
        )
        self.journal.close(status, report.to_dict())
        for site in sites:
            ended = {name: getattr(site, name) for name in ("new", "changed", "gone", "failed", "requests", "problem")}
            tell("site ends", run=report.run_id, site=site.site, url=site.start, **ended)
        return report

    def _status(self, sites: Sequence[SiteReport], waiting: int, limits: Sequence[LimitHit]) -> str:
        assert self._shared is not None
        if self._shared.stopping:
            return "interrupted"
        if not any(one.articles for one in sites) and not waiting and all(one.problem for one in sites):
            return "failed"
        partial = any(one.problem for one in sites) or waiting or any(hit.name in _OF_THE_USER for hit in limits)
        return "partial" if partial or self._is_something_missing() else "done"

    def _is_something_missing(self) -> bool:
        """Say whether an address gave nothing that may hold something: a dead link is none, a cut answer is one."""
        marks = ", ".join("?" * len(_UNDONE))
        found = self.archive.connection.execute(
            f"SELECT 1 FROM fetches WHERE run_id = ? AND outcome IN ({marks}) AND coalesce(status, 0) NOT IN (404, 410)"  # noqa: S608
            " AND (source_id IS NULL OR source_id NOT IN (SELECT id FROM sources WHERE found_by = 'guess')) LIMIT 1",
            (self.journal.run_id, *_UNDONE),
        ).fetchone()
        return found is not None

    def _resume(self, status: str, waiting: int) -> str | None:
        if status == "interrupted" or (waiting and status == "partial"):
            return f"{waiting:,} addresses still wait; run the same command again to go on"
        return None

    def _tally(self, one: SiteCrawl) -> tallies.SiteTally:
        return tallies.tally(self.archive.connection, self.journal.run_id, one.host, self.journal.started_at)

    def _site_report(self, one: SiteCrawl, counted: tallies.SiteTally) -> SiteReport:
        articles = self.archive.connection.execute(
            "SELECT count(*) FROM pages JOIN articles ON page_id = pages.id WHERE pages.site = ? AND gone_at IS NULL",
            (one.host,),
        ).fetchone()[0]
        counts = one.visits.counts if hasattr(one, "visits") else None
        problem = one.problem
        if problem is None and not articles and not (self._shared and self._shared.stopping):
            problem = "no posts were found there"
        return SiteReport(
            site=one.host,
            start=one.start,
            articles=articles,
            new=counted.new,
            changed=counted.changed,
            unchanged=counts.unchanged if counts else 0,
            gone=counted.gone,
            requests=one.requests(),
            failed=sum(counted.failed_by.values()),
            problem=problem,
            duplicates=counts.duplicates if counts else 0,
            skipped=sum(counted.skipped_by.values()),
            bytes=counts.bytes if counts else 0,
            elapsed_s=round(self._elapsed_s.get(one.host, 0.0), 3),
            skipped_by=counted.skipped_by,
            failed_by=counted.failed_by,
        )

    def _problems(self) -> tuple[Problem, ...]:
        """Return the pages nothing came of, then the sources that were named somewhere and could not be read whole."""
        rows = self.archive.connection.execute(
            "SELECT * FROM (SELECT url, reason, status FROM pages WHERE visited_run = ?1 AND (state = 'failed'"
            " OR (state = 'archived' AND id IN (SELECT page_id FROM fetches WHERE run_id = ?1 AND outcome IN"
            " ('failed', 'bad answer', 'quarantined')))) ORDER BY id)"
            " UNION ALL SELECT sources.url, problem, sources.status FROM sources WHERE problem IS NOT NULL AND"
            " coalesce(found_by, '') != 'guess' AND id IN (SELECT source_id FROM fetches WHERE run_id = ?1) LIMIT ?2",
            (self.journal.run_id, MAX_PROBLEMS),
        )
        return tuple(Problem(row[0], row[1] or "", row[2]) for row in rows)

    def _limit(self, name: str) -> int:
        return int(getattr(self.settings, name, None) or getattr(self.settings.limits, name, 0) or 0)

    def _limits(self) -> list[LimitHit]:
        hits = [
            LimitHit(name, self._limit(name), one.host, times, example)
            for one in self.sites
            if hasattr(one, "frontier")
            for name, (times, example) in one.frontier.bitten.items()
        ]
        if self._shared is not None and self._shared.is_full and self.settings.max_pages is not None:
            waiting = sum(one.queued() for one in self.sites)
            if waiting:
                hits.append(LimitHit("max_pages", self.settings.max_pages, "", waiting, ""))
        return hits


_OF_THE_USER = frozenset(("max_pages", "daily_cap"))
_UNDONE = ("failed", "bad answer", "quarantined")
"""Outcomes of a request after which the same command may bring more another day."""
