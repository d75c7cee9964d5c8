"""What a site lets us do: its robots.txt, kept in the archive, and what the user's own profile of it says.

A robots.txt may change its mind about pages that are archived already. They stay in the archive, marked with the rule
that excludes them now, so that an export can leave them out without reading one robots.txt.
"""

from __future__ import annotations

from pipelines.archive import Archive, moment
from pipelines.crawl import learning
from pipelines.crawl.shared import Shared
from scraper.limits import PRODUCT_TOKEN
from scraper.profile import Profile, parse
from scraper.standards.robots import Robots


def profile_of(archive: Archive, host: str) -> Profile | None:
    """Return what a person has written down about the site, None when nobody has. Raises ProfileError."""
    text = learning.profile_of(archive, host)
    return parse(text) if text else None


def keep_pace(shared: Shared, url: str, profile: Profile | None) -> int:
    """Let the host of *url* be asked as slowly as its profile says; return how many requests may be in flight."""
    most = shared.settings.fetch_settings().concurrency_per_host
    if profile is None:
        return most
    if profile.delay_s is not None:
        shared.fetcher.slow_to(url, profile.delay_s)
    return min(most, profile.concurrency or most)


def note_robots(shared: Shared, host: str, robots: Robots) -> None:
    """Keep the site's robots.txt, and mark the archived pages that it excludes now. An unchanged file costs nothing."""
    archive, at = shared.archive, moment(shared.now())
    db = archive.connection
    row = db.execute("SELECT robots_body FROM hosts WHERE host = ?", (host,)).fetchone()
    known = row[0] if row is not None else None
    with archive.transaction():
        db.execute(
            "INSERT INTO hosts (host, robots_body, robots_at) VALUES (?, ?, ?) ON CONFLICT (host)"
            " DO UPDATE SET robots_body = excluded.robots_body, robots_at = excluded.robots_at",
            (host, robots.text, at),
        )
        if known != robots.text and (known or robots.text):
            _mark(archive, host, robots)


def _mark(archive: Archive, host: str, robots: Robots) -> None:
    rows = archive.connection.execute(
        "SELECT pages.id, pages.url, robots_rule FROM pages JOIN articles ON page_id = pages.id WHERE pages.site = ?",
        (host,),
    ).fetchall()
    changed = []
    for page_id, url, before in rows:
        allowed = robots.allowed(url, PRODUCT_TOKEN)
        rule = None if allowed else robots.why(url, PRODUCT_TOKEN) or "Disallow"
        if rule != before:
            changed.append((rule, page_id))
    archive.connection.executemany("UPDATE pages SET robots_rule = ? WHERE id = ?", changed)
