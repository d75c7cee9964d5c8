"""What needs a person's eye: sites that were not crawled in time, fail, or decay without anything failing.

Every measure is a site's own history. A blog that posts once a year is not silent after a month, and one whose pages
never name an author has not lost its authors. Read only; the moment is an argument.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.archive import Archive
from pipelines.scheduled import layout, sites
from pipelines.scheduled.rhythm import Rhythm
from pipelines.scheduled.sites import ScheduledSite, scheduled_sites

LATE, FAILING, SILENT, LAYOUT, SHRINKING, REFUSED = "late", "failing", "silent", "layout", "shrinking", "refused"
"""The kinds of alarm."""

MISSED_RUNS = 2
"""Intervals after which a scheduled site is late: one run may fail, or the machine sleep."""
UNSCHEDULED_AGE = timedelta(days=7)
"""Age from which a site that is on no list counts as late when the archive has no list at all."""
SILENCE_OF_TYPICAL, SILENCE_OF_LONGEST = 4.0, 1.5
"""A blog is silent for far longer than its rhythm when it has been for so many times its usual gap, and for so many
times its longest one."""
LEAST_SILENCE = timedelta(days=7)
"""Nobody wants to be called on account of a shorter silence."""
REFUSED_SHARE, REFUSED_LEAST, REFUSED_BEFORE = 0.2, 3, 0.05
"""Share of a run's requests, and number of them, whose refusal is an alarm when it was rarer than the last before."""
SPOILT_SHARE, SPOILT_LEAST = 0.2, 3
"""Share of the pages read, and number of them, that were articles and answer with something else."""
RUNS_LOOKED_AT = 60
"""Runs of a site from which its history is taken, the newest."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that needs a person's eye."""

    kind: str
    """One of LATE, FAILING, SILENT, LAYOUT, SHRINKING, REFUSED."""
    sentence: str
    """What is wrong, ready to print."""
    since: str | None
    """The moment it began, as far as can be told."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, same keys."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How one site fares."""

    site: str
    name: str | None
    start: str | None
    """The address its crawl starts from; None for a site that is on no list."""
    every: str | None
    paused: bool
    last_run: str | None
    """When the last run began of which something came, None for none yet."""
    due_at: str | None
    rhythm: Rhythm
    alarms: tuple[Alarm, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, same keys."""
        return asdict(self)


def status(
    archive: Archive, *, now: datetime, max_age: timedelta | None = None, site: str | None = None
) -> tuple[SiteStatus, ...]:
    """Return how each site fares, by host: those on the list, or all of the archive when none is; of them *site* only.

    *max_age*: a site whose last good run began longer ago is late; None: after MISSED_RUNS of its own intervals. Paused
    sites have no alarms.
    """
    listed: Sequence[ScheduledSite | str] = scheduled_sites(archive)
    if not listed:
        listed = [row[0] for row in archive.connection.execute("SELECT host FROM sites ORDER BY host")]
    wanted = [one for one in listed if site in (None, one.site if isinstance(one, ScheduledSite) else one)]
    return tuple(_status(archive.connection, one, now, max_age) for one in wanted)


def _status(db: sqlite3.Connection, one: ScheduledSite | str, now: datetime, max_age: timedelta | None) -> SiteStatus:
    listed = one if isinstance(one, ScheduledSite) else None
    host = listed.site if listed else str(one)
    runs = db.execute(
        "SELECT * FROM run_sites WHERE site = ? ORDER BY run_id DESC LIMIT ?", (host, RUNS_LOOKED_AT)
    ).fetchall()
    rhythm = sites.rhythm(db, host, now)
    last_run = next((row["started_at"] for row in runs if row["problem"] is None), None)
    if last_run is None and not runs:
        last_run = db.execute("SELECT crawled_at FROM sites WHERE host = ?", (host,)).fetchone()[0]
    interval = sites.interval(db, listed, now) if listed else None
    alarms: list[Alarm] = []
    if listed is None or listed.paused_at is None:
        allowed = max_age or (interval * MISSED_RUNS if interval else UNSCHEDULED_AGE)
        alarms += _late(last_run, listed.added_at if listed else None, allowed, now)
        alarms += _failing(runs)
        alarms += _refused(runs)
        alarms += _silent(db, host, rhythm)
        alarms += [Alarm(*found) for found in layout.changes(db, host, runs[::-1])]
        alarms += _spoilt(runs)
    return SiteStatus(
        site=host,
        name=listed.name if listed else None,
        start=listed.start if listed else None,
        every=listed.every if listed else None,
        paused=listed is not None and listed.paused_at is not None,
        last_run=last_run,
        due_at=listed.due_at if listed else None,
        rhythm=rhythm,
        alarms=tuple(alarms),
    )


def _late(last_run: str | None, added_at: str | None, allowed: timedelta, now: datetime) -> list[Alarm]:
    since = last_run or added_at
    if since is not None and now - datetime.fromisoformat(since) <= allowed:
        return []
    if last_run is None:
        return [Alarm(LATE, f"not crawled yet{f', on the list since {_day(added_at)}' if added_at else ''}", added_at)]
    age = now - datetime.fromisoformat(last_run)
    return [Alarm(LATE, f"not crawled for {span(age)}, expected every {span(allowed)} at least", last_run)]


def _failing(runs: Sequence[sqlite3.Row]) -> list[Alarm]:
    """Return an alarm when nothing came of the newest run."""
    bad = []
    for row in runs:
        if row["problem"] is None:
            break
        bad.append(row)
    if not bad:
        return []
    times = "the last run" if len(bad) == 1 else f"the last {len(bad)} runs"
    return [Alarm(FAILING, f"nothing came of {times}: {bad[0]['problem']}", bad[-1]["started_at"])]


def _refused(runs: Sequence[sqlite3.Row]) -> list[Alarm]:
    if not runs or not runs[0]["requests"]:
        return []
    now, before = runs[0], runs[1:]
    share = now["refused"] / now["requests"]
    asked = sum(row["requests"] for row in before)
    usual = sum(row["refused"] for row in before) / asked if asked else 0.0
    start_refused = now["problem"] is not None and now["refused"] > 0
    if start_refused or (share >= REFUSED_SHARE and now["refused"] >= REFUSED_LEAST and usual < REFUSED_BEFORE):
        asked_now = f"{now['refused']} of {now['requests']} requests"
        sentence = f"{asked_now} were refused (401, 403, 429 or 451) on {_day(now['started_at'])}, {usual:.0%} before"
        return [Alarm(REFUSED, sentence, now["started_at"])]
    return []


def _silent(db: sqlite3.Connection, host: str, rhythm: Rhythm) -> list[Alarm]:
    if rhythm.typical_days is None or rhythm.longest_days is None or rhythm.silent_days is None:
        return []
    bound = max(SILENCE_OF_TYPICAL * rhythm.typical_days, SILENCE_OF_LONGEST * rhythm.longest_days, LEAST_SILENCE.days)
    if rhythm.silent_days <= bound or rhythm.newest is None:
        return []
    first_seen = db.execute("SELECT first_seen_at FROM sites WHERE host = ?", (host,)).fetchone()[0]
    newest = datetime.fromisoformat(rhythm.newest).replace(tzinfo=UTC)
    if (datetime.fromisoformat(first_seen) - newest).days > bound:
        return []  # it had fallen silent before we came: an old blog is archived, not broken
    usual = f"a new one every {rhythm.typical_days:g} days is usual, {rhythm.longest_days:g} the longest gap"
    sentence = f"no new posts for {rhythm.silent_days:g} days, since {_day(rhythm.newest)}; {usual}"
    return [Alarm(SILENT, sentence, rhythm.newest)]


def _spoilt(runs: Sequence[sqlite3.Row]) -> list[Alarm]:
    if not runs:
        return []
    now = runs[0]
    looked_at = now["read"] + now["spoilt"]
    if now["spoilt"] < SPOILT_LEAST or now["spoilt"] < SPOILT_SHARE * looked_at:
        return []
    sentence = (
        f"layout changed on {_day(now['started_at'])}: {now['spoilt']} of {looked_at} pages that were articles are not"
        " read as such any more; their last good copies are kept"
    )
    return [Alarm(LAYOUT, sentence, now["started_at"])]


def _day(at: str | None) -> str:
    """Return a moment's day as people write it.

    >>> _day("2026-11-12T04:00:00.000Z")
    '12 November 2026'
    """
    if not at:
        return "an unknown day"
    day = datetime.fromisoformat(at[:10])
    return f"{day.day} {day:%B %Y}"


def span(length: timedelta) -> str:
    """Return a time span in the unit people would use.

    >>> span(timedelta(hours=26)), span(timedelta(days=9)), span(timedelta(minutes=40))
    ('26 hours', '9 days', '40 minutes')
    """
    hours = length / timedelta(hours=1)
    if hours < 1:
        return f"{round(hours * 60)} minutes"
    return f"{round(hours)} hours" if hours < 72 else f"{round(hours / 24)} days"


__all__ = ["Alarm", "SiteStatus", "span", "status"]
