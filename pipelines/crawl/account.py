"""What a crawl can answer for: how much of what the sources claim is in the archive, and the story of one address.

Read only.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from pipelines.archive import Archive
from pipelines.crawl.values import MAX_MISSING, UNREAD, Coverage, Problem, SourceCoverage, Story
from scraper import site as sites
from scraper.errors import NotFound
from scraper.limits import PRODUCT_TOKEN
from scraper.standards import url as urls
from scraper.standards.robots import parse as parse_robots

_SOURCES = ("feed", "sitemap", "wordpress")
_FOUND_IN_LISTINGS = ("the heading of an entry", "beside the post before or after", "the post before or after")


def coverage(archive: Archive, site: str | None = None) -> tuple[Coverage, ...]:
    """Return what each source claims against what is archived, for one *site* (a host) or for all, by name.

    Raises NotFound for a site the archive does not know.
    """
    db = archive.connection
    if site is None:
        hosts = [row[0] for row in db.execute("SELECT host FROM sites ORDER BY host")]
    else:
        known = db.execute("SELECT host FROM sites WHERE host IN (?, ?)", (site, site.removeprefix("www."))).fetchone()
        if known is None:
            raise NotFound(f"the archive knows no site {site}", hint="list them with: backfile sites")
        hosts = [known[0]]
    return tuple(_of_site(db, host) for host in hosts)


def _of_site(db: sqlite3.Connection, host: str) -> Coverage:
    states = dict(db.execute("SELECT state, count(*) FROM pages WHERE site = ? GROUP BY state", (host,)).fetchall())
    sources = [_source(db, host, kind) for kind in _SOURCES]
    sources.append(_listed(db, host))
    return Coverage(
        site=host,
        articles=states.get("archived", 0),
        gone=states.get("gone", 0),
        queued=states.get("queued", 0),
        failed=states.get("failed", 0),
        skipped=states.get("skipped", 0),
        sources=tuple(source for source in sources if source.claimed),
    )


def _source(db: sqlite3.Connection, host: str, kind: str) -> SourceCoverage:
    rows = db.execute(
        "SELECT DISTINCT pages.id, pages.url, pages.state, pages.kind, other.state FROM claims"
        " JOIN sources ON sources.id = source_id JOIN pages ON pages.id = page_id"
        " LEFT JOIN pages AS other ON other.id = pages.duplicate_of"
        " WHERE sources.site = ? AND sources.kind = ? ORDER BY pages.url",
        (host, kind),
    ).fetchall()
    return _reckoned(kind, rows)


def _listed(db: sqlite3.Connection, host: str) -> SourceCoverage:
    """Return the coverage of what the site's own pages list as posts."""
    marks = ", ".join("?" * len(_FOUND_IN_LISTINGS))
    rows = db.execute(
        "SELECT pages.id, pages.url, pages.state, pages.kind, other.state FROM pages"  # noqa: S608
        " LEFT JOIN pages AS other ON other.id = pages.duplicate_of"
        f" WHERE pages.site = ? AND pages.found_by = 'link' AND pages.priority < 20 AND (pages.reason IN ({marks})"
        " OR pages.state = 'archived') ORDER BY pages.url",
        (host, *_FOUND_IN_LISTINGS),
    ).fetchall()
    return _reckoned("link", rows)


def _reckoned(kind: str, rows: list[Any]) -> SourceCoverage:
    archived = sum(row[2] in ("archived", "gone") or row[4] in ("archived", "gone") for row in rows)
    # A page that was looked at and found to be no post, or a listing by its address, is not missing.
    missing = [
        row[1]
        for row in rows
        if row[2] in ("queued", "failed", "skipped") and row[4] is None and row[3] not in sites.LISTINGS
    ]
    return SourceCoverage(kind, len(rows), archived, tuple(missing[:MAX_MISSING]), len(missing))


def why(archive: Archive, url: str) -> Story:
    """Return the whole story of one address: found where, normalised how, allowed, asked when, and what became of it.

    Raises InvalidURL, and NotFound for an address that was never seen.
    """
    db = archive.connection
    normal = urls.normalise(url)
    row = db.execute("SELECT * FROM pages WHERE url = ?", (normal,)).fetchone()
    if row is None:
        row = db.execute("SELECT * FROM pages WHERE url = ?", (_other_spelling(db, normal),)).fetchone()
    if row is None:
        source = db.execute("SELECT * FROM sources WHERE url = ?", (normal,)).fetchone()
        if source is not None:
            return _source_story(db, url, normal, source)
        raise NotFound(
            f"{normal} was never seen", hint="crawl its site with: backfile crawl " + urls.origin_of(normal) + "/"
        )
    return _page_story(db, url, row)


def _other_spelling(db: sqlite3.Connection, normal: str) -> str:
    """Return the address as the site itself spells scheme and host, or with the slash that is missing."""
    host = urls.site_of(normal)
    base = db.execute("SELECT base_url FROM sites WHERE host = ?", (host,)).fetchone()
    spelt = (base[0] if base and base[0] else urls.origin_of(normal)) + sites.path_of(normal)
    other = spelt.rstrip("/") if spelt.endswith("/") else spelt + "/"
    found = db.execute(
        "SELECT url FROM pages WHERE url IN (?, ?) ORDER BY url = ? DESC", (spelt, other, spelt)
    ).fetchone()
    return str(found[0]) if found else normal


def _page_story(db: sqlite3.Connection, asked: str, row: sqlite3.Row) -> Story:
    page = row["id"]
    found_on = db.execute("SELECT url FROM pages WHERE id = ?", (row["found_on"],)).fetchone()
    duplicate = db.execute("SELECT url FROM pages WHERE id = ?", (row["duplicate_of"],)).fetchone()
    article = db.execute(
        "SELECT id FROM articles WHERE page_id = ?", (row["duplicate_of"] if duplicate else page,)
    ).fetchone()
    fetches = tuple(
        dict(fetch)
        for fetch in db.execute(
            "SELECT at, status, outcome, bytes, detail FROM fetches WHERE page_id = ? ORDER BY id", (page,)
        )
    )
    claims = tuple(
        claim[0]
        for claim in db.execute(
            "SELECT sources.url FROM claims JOIN sources ON sources.id = source_id"
            " WHERE page_id = ? ORDER BY sources.id",
            (page,),
        )
    )
    story = Story(
        url=asked,
        normalised=row["url"],
        state=row["state"],
        reason=row["reason"],
        found_by=row["found_by"],
        found_on=found_on[0] if found_on else None,
        depth=row["depth"],
        found_at=row["found_at"],
        robots=_robots(db, row["url"]),
        fetches=fetches,
        claims=claims,
        article_id=article[0] if article else None,
        canonical=row["canonical_url"],
        duplicate_of=duplicate[0] if duplicate else None,
        revisit_at=row["revisit_at"],
    )
    return _with_sentences(story)


def _source_story(db: sqlite3.Connection, asked: str, normal: str, row: sqlite3.Row) -> Story:
    fetches = tuple(
        dict(fetch)
        for fetch in db.execute(
            "SELECT at, status, outcome, bytes, detail FROM fetches WHERE source_id = ? ORDER BY id", (row["id"],)
        )
    )
    reason = row["problem"] or f"a {row['kind']} with {row['entries'] or 0} entries"
    return _with_sentences(
        Story(asked, normal, "page", reason, row["found_by"], None, None, None, _robots(db, normal), fetches)
    )


def quarantined(archive: Archive, site: str | None = None) -> tuple[Problem, ...]:
    """Return the pages that could not be read because they cost their worker, of one *site* or of all, by address.

    Their raw copies are kept. A page is left alone until somebody asks for another try.
    """
    rows = archive.connection.execute(
        f"SELECT url, reason, status FROM pages WHERE {_QUARANTINED} AND coalesce(?1, site) = site ORDER BY url",  # noqa: S608
        (site,),
    )
    return tuple(Problem(row[0], row[1].removeprefix(_QUARANTINE_MARK), row[2]) for row in rows)


def release(archive: Archive, site: str | None = None) -> int:
    """Let the next crawl read the quarantined pages again, from their raw copies and without a request.

    Returns how many there are.
    """
    with archive.transaction():
        return archive.connection.execute(
            f"UPDATE pages SET reason = ?2, lease = visited_run WHERE {_QUARANTINED} AND coalesce(?1, site) = site"  # noqa: S608
            " AND raw_hash IS NOT NULL AND visited_run IS NOT NULL",
            (site, UNREAD),
        ).rowcount


def _robots(db: sqlite3.Connection, url: str) -> str | None:
    row = db.execute("SELECT robots_body FROM hosts WHERE host = ?", (urls.site_of(url),)).fetchone()
    return parse_robots(row[0]).why(url, PRODUCT_TOKEN) if row is not None and row[0] else None


def _with_sentences(story: Story) -> Story:
    lines = [f"{story.normalised} is {_STATES.get(story.state, story.state)}"]
    if story.url != story.normalised:
        lines.append(f"asked for as {story.url}")
    if story.reason:
        lines.append(f"because: {story.reason}")
    if story.duplicate_of:
        lines.append(f"the article is kept at {story.duplicate_of}")
    if story.found_by:
        where = f" on {story.found_on}" if story.found_on else ""
        lines.append(f"found by {story.found_by}{where}, {story.found_at or ''}".rstrip(", "))
    lines.extend(f"named by {source}" for source in story.claims)
    if story.robots:
        lines.append(f"robots.txt says: {story.robots}")
    if story.canonical and story.canonical != story.normalised:
        lines.append(f"it names {story.canonical} as its canonical address")
    for fetch in story.fetches:
        status = f" HTTP {fetch['status']}" if fetch["status"] else ""
        detail = f" ({fetch['detail']})" if fetch["detail"] else ""
        lines.append(f"{fetch['at']}:{status} {fetch['outcome']}{detail}, {fetch['bytes'] or 0:,} bytes")
    if story.revisit_at and story.state == "archived":
        lines.append(f"to be looked at again from {story.revisit_at}")
    from dataclasses import replace

    return replace(story, sentences=tuple(lines))


_QUARANTINE_MARK = "quarantined: "
_QUARANTINED = f"state = 'failed' AND reason LIKE '{_QUARANTINE_MARK}%'"
_STATES = {
    "queued": "waiting to be asked",
    "archived": "an article in the archive",
    "duplicate": "another address of an article or page",
    "skipped": "left out",
    "failed": "an address nothing came of",
    "gone": "gone from its site; its last good copy is kept",
    "page": "a page that is no article",
}
