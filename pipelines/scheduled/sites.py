"""The sites that are crawled by themselves: a list in the archive, changed by a person, read by the due crawl."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.archive import Archive, moment
from pipelines.scheduled import intervals
from pipelines.scheduled.rhythm import RECENT_POSTS, Rhythm, rhythm_of
from scraper.errors import NotFound
from scraper.profile import parse as parse_profile
from scraper.standards import url as urls


@dataclass(frozen=True, slots=True)
class ScheduledSite:
    """One site of the list."""

    site: str
    """Its host, without www."""
    start: str
    """The address its crawl starts from."""
    name: str | None
    every: str
    """An interval such as ``6h``, or ``adaptive``."""
    added_at: str
    paused_at: str | None
    """The moment since when it is not crawled, None while it is."""
    due_at: str | None
    """When it is crawled next, None for at once."""
    profile: str | None
    """What a person knows about it, TOML (``scraper.profile``); None: nothing."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, same keys."""
        return asdict(self)


_COLUMNS = "schedules.site, start, name, every, added_at, paused_at, due_at, profile"


def scheduled_sites(archive: Archive) -> tuple[ScheduledSite, ...]:
    """Return the list, by host."""
    rows = archive.connection.execute(
        f"SELECT {_COLUMNS} FROM schedules JOIN sites ON sites.host = schedules.site ORDER BY schedules.site"  # noqa: S608
    )
    return tuple(ScheduledSite(*row) for row in rows)


def add(
    archive: Archive, start: str, *, every: str = intervals.ADAPTIVE, name: str | None = None, now: datetime
) -> ScheduledSite:
    """Put the site at *start* on the list, or change its start and interval when it is there; return it.

    Raises BadInterval, InvalidURL.
    """
    intervals.parse_interval(every)
    host, at = _host(start), moment(now)
    with archive.transaction() as db:
        archive.ensure_site(host, at=at, base_url=urls.origin_of(start))
        db.execute(
            "INSERT INTO schedules (site, start, name, every, added_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (site) DO"
            " UPDATE SET start = excluded.start, every = excluded.every, name = coalesce(excluded.name, name)",
            (host, start, name, every.strip().lower(), at),
        )
    return find(archive, host)


def find(archive: Archive, which: str) -> ScheduledSite:
    """Return the site of the list that *which* means: its host, address or name. Raises NotFound."""
    host = _host(which) if urls.is_http(which) else which.lower().removeprefix("www.")
    for one in scheduled_sites(archive):
        if one.site == host or one.name == which:
            return one
    raise NotFound(f"{which} is not on the list of sites", hint="backfile sites list shows it; sites add adds one")


def remove(archive: Archive, which: str) -> ScheduledSite:
    """Take a site off the list; what is archived of it stays. Raises NotFound."""
    one = find(archive, which)
    with archive.transaction() as db:
        db.execute("DELETE FROM schedules WHERE site = ?", (one.site,))
    return one


def pause(archive: Archive, which: str, now: datetime) -> ScheduledSite:
    """Let a site rest until it is resumed. Raises NotFound."""
    return _set(archive, which, paused_at=moment(now))


def resume(archive: Archive, which: str) -> ScheduledSite:
    """Crawl a paused site again. Raises NotFound."""
    return _set(archive, which, paused_at=None)


def edit(
    archive: Archive,
    which: str,
    *,
    every: str | None = None,
    name: str | None = None,
    start: str | None = None,
    profile: str | None = None,
) -> ScheduledSite:
    """Change what is not None; *profile* ``""`` takes the profile away. Returns the site as it is now.

    A shorter interval makes it due sooner. Raises NotFound, BadInterval, ProfileError.
    """
    one = find(archive, which)
    if profile:
        parse_profile(profile)
    changes: dict[str, str | None] = {}
    if every is not None:
        intervals.parse_interval(every)
        changes["every"], changes["due_at"] = every.strip().lower(), None
    if start is not None and _host(start) != one.site:
        raise NotFound(f"{start} is another site than {one.site}", hint="remove the one and add the other")
    changes |= {key: value for key, value in (("name", name), ("start", start)) if value is not None}
    with archive.transaction() as db:
        if profile is not None:
            db.execute("UPDATE sites SET profile = ? WHERE host = ?", (profile or None, one.site))
        return _set(archive, one.site, **changes) if changes else find(archive, one.site)


def _set(archive: Archive, which: str, **columns: str | None) -> ScheduledSite:
    one = find(archive, which)
    with archive.transaction() as db:
        db.execute(
            f"UPDATE schedules SET {', '.join(f'{name} = ?' for name in columns)} WHERE site = ?",  # noqa: S608
            (*columns.values(), one.site),
        )
    return find(archive, one.site)


def _host(url: str) -> str:
    return urls.site_of(url) or urls.origin_of(url)


def due(archive: Archive, now: datetime) -> tuple[ScheduledSite, ...]:
    """Return the sites whose time has come, the longest overdue first."""
    found = [
        one
        for one in scheduled_sites(archive)
        if one.paused_at is None and intervals.is_due(_parsed(one.due_at), interval(archive.connection, one, now), now)
    ]
    return tuple(sorted(found, key=lambda one: (one.due_at or "", one.site)))


def interval(db: sqlite3.Connection, one: ScheduledSite, now: datetime) -> timedelta:
    """Return how long *one* is left between two runs."""
    if one.every != intervals.ADAPTIVE:
        return intervals.interval_of(one.every, None)
    found = rhythm(db, one.site, now)
    return intervals.interval_of(one.every, found.typical_days)


def rhythm(db: sqlite3.Connection, host: str, now: datetime) -> Rhythm:
    """Return how often *host* posts."""
    rows = db.execute(
        "SELECT published FROM articles JOIN pages ON pages.id = page_id WHERE pages.site = ? AND published NOTNULL"
        " ORDER BY published DESC LIMIT ?",
        (host, 4 * RECENT_POSTS),
    )
    return rhythm_of((row[0] for row in rows), now)


def note_run(archive: Archive, hosts: Iterable[str], *, began: datetime, failed: Iterable[str] = ()) -> None:
    """Let *hosts* be due again after their intervals, those in *failed* sooner.

    Hosts that are not on the list are passed over.
    """
    wanted, bad = set(hosts), set(failed)
    with archive.transaction() as db:
        for one in scheduled_sites(archive):
            if one.site in wanted:
                span = interval(db, one, began)
                at = intervals.next_due(began, span, failed=one.site in bad)
                db.execute("UPDATE schedules SET due_at = ? WHERE site = ?", (moment(at), one.site))


def next_due(archive: Archive) -> datetime | None:
    """Return when the next site is due, None when none is on the list or all are paused; the past for at once."""
    active = [one for one in scheduled_sites(archive) if one.paused_at is None]
    times = [_parsed(one.due_at) or datetime.fromisoformat(one.added_at) for one in active]
    return min(times, default=None)


def _parsed(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
