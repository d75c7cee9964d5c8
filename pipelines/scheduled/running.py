"""Runs of what is due: once, for cron and systemd, or again and again in the foreground, for containers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, Progress, RunReport, crawl
from pipelines.scheduled import sites

SPARE_PAGES = 100
"""Pages of a site that a due run looks at although their own time has not come: every post of a small blog is looked at
by each run, and a large one costs no more than so many conditional requests."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


def run(
    archive: Archive,
    starts: Sequence[str],
    settings: CrawlSettings,
    *,
    report: Callable[[Progress], None] | None = None,
    now: Clock = utc_now,
) -> RunReport:
    """Crawl *starts* (none: every site of the archive) and let those that are on the list be due again later."""
    with archive.run_lock():
        began = now()
        done = crawl(archive, starts, settings, report=report, now=now)
        if done.status != "interrupted":
            bad = [site.site for site in done.sites if site.problem]
            sites.note_run(archive, (site.site for site in done.sites), began=began, failed=bad)
        return done


def run_due(
    archive: Archive,
    settings: CrawlSettings,
    *,
    report: Callable[[Progress], None] | None = None,
    now: Clock = utc_now,
) -> RunReport | None:
    """Crawl the sites of the list whose time has come; None when there is none. What is due is decided in the lock."""
    with archive.run_lock():
        starts = [one.start for one in sites.due(archive, now())]
        if not starts:
            return None
        return run(archive, starts, replace(settings, due_only=True, spare=SPARE_PAGES), report=report, now=now)


def again_and_again(turn: Callable[[], bool], *, every: timedelta, now: Clock, wait: Callable[[float], bool]) -> None:
    """Call *turn* at once and then each time *every* has passed since it was last begun, until one of two says stop.

    *turn* returns False, or *wait*, given seconds, returns True, when the end has come. A turn that takes longer than
    *every* is followed by the next at once; none is made up for.
    """
    while True:
        began = now()
        if not turn():
            return
        if wait(max(0.0, (began + every - now()).total_seconds())):
            return
