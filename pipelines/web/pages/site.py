"""One site: its rhythm, authors and tags, how much of it is archived by source, and what was learnt of its pages."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from pipelines.archive.reading import SiteRow
from pipelines.scheduled import SiteStatus
from pipelines.web.health import HEALTH, coverage_shares, health_of, sentences, statuses
from pipelines.web.inside import names
from pipelines.web.months import months_of
from pipelines.web.page import (
    COUNTED,
    MONTHS,
    NUMBER,
    NUMBER_OR_NULL,
    SHARE_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    YES_NO,
    Asked,
    Content,
    Page,
    shape,
)
from pipelines.web.page import rows as list_of
from pipelines.web.params import Param
from scraper.errors import NotFound

AUTHORS_SHOWN = 20
TAGS_SHOWN = 40
ARTICLES_SHOWN = 10
STATES_SHOWN = 30
REPEATED_SHOWN = 40
"""Lines shown of what its pages repeat."""


def load(asked: Asked) -> Content:
    """Return the site of that host. Raises NotFound."""
    host, connection = asked.values["host"], asked.archive.connection
    row = _row(connection, host)
    if row is None:
        raise NotFound(f"the archive knows no site {host}", hint="/overview lists them")
    share = coverage_shares(connection, host).get(host)
    fares = statuses(asked.archive, asked.now, host).get(host)
    newest = asked.archive.search("", site=host, sort="newest", limit=ARTICLES_SHOWN)
    facts = connection.execute(
        "SELECT base_url, language, generator, first_seen_at FROM sites WHERE host = ?", (host,)
    ).fetchone()
    return {
        **row.to_dict(),
        "title": row.title or names(asked.archive, [host]).get(host),
        "base_url": facts[0],
        "language": facts[1],
        "generator": facts[2],
        "first_seen_at": facts[3],
        "coverage": share,
        "health": health_of(row, share, sentences(fares)),
        "schedule": _schedule(fares),
        "months": months_of(connection, asked.now.strftime("%Y-%m"), "site = ?", (host,)),
        "authors": _counted(connection, _AUTHORS, host, AUTHORS_SHOWN),
        "tags": _counted(connection, _TAGS, host, TAGS_SHOWN),
        "newest": [{"id": hit.id, "title": hit.title, "published": hit.published} for hit in newest],
        "sources": _coverage(asked, host),
        "states": [
            {"state": state, "reason": reason or None, "pages": pages}
            for state, reason, pages in connection.execute(
                f"SELECT state, reason, pages FROM page_states WHERE site = ? ORDER BY pages DESC LIMIT {STATES_SHOWN}",
                (host,),
            )
        ],
        "template": _template(connection, host),
    }


def _row(connection: sqlite3.Connection, host: str) -> SiteRow | None:
    """Return what ``Archive.sites`` says of one site, without counting all the others; None when it is not there."""
    site = connection.execute("SELECT title, crawled_at FROM sites WHERE host = ?", (host,)).fetchone()
    if site is None:
        return None
    articles, words, first, last = connection.execute(
        "SELECT count(*), coalesce(sum(word_count), 0), min(published), max(published) FROM articles WHERE site = ?",
        (host,),
    ).fetchone()
    states = dict(
        connection.execute("SELECT state, count(*) FROM pages WHERE site = ? GROUP BY state", (host,)).fetchall()
    )
    pages, queued, failed, gone = sum(states.values()), *(states.get(name, 0) for name in ("queued", "failed", "gone"))
    return SiteRow(host, site[0], articles, words, first, last, pages, queued, failed, gone, site[1])


def _schedule(fares: SiteStatus | None) -> dict[str, Any] | None:
    """Return how often the site posts and is crawled, None when nothing is known."""
    if fares is None:
        return None
    return {
        "every": fares.every,
        "paused": fares.paused,
        "due_at": fares.due_at,
        "typical_days": fares.rhythm.typical_days,
        "silent_days": fares.rhythm.silent_days,
    }


_AUTHORS = (
    "SELECT name, count(DISTINCT article_id) AS articles FROM article_authors"
    " JOIN authors ON authors.id = author_id JOIN articles ON articles.id = article_id WHERE articles.site = ?"
    " GROUP BY name ORDER BY articles DESC, name LIMIT ?"
)
_TAGS = (
    "SELECT name, count(DISTINCT article_id) AS articles FROM article_tags"
    " JOIN tags ON tags.id = tag_id JOIN articles ON articles.id = article_id WHERE articles.site = ?"
    " GROUP BY name ORDER BY articles DESC, name LIMIT ?"
)


def _counted(connection: sqlite3.Connection, sql: str, host: str, limit: int) -> list[dict[str, Any]]:
    return [{"value": value, "articles": count} for value, count in connection.execute(sql, (host, limit))]


def _coverage(asked: Asked, host: str) -> list[dict[str, Any]]:
    """Return what each source of addresses names against what is archived."""
    from pipelines.crawl import coverage

    return [
        {
            "source": source.source,
            "claimed": source.claimed,
            "archived": source.archived,
            "missing": list(source.missing),
            "missing_total": source.missing_total,
        }
        for one in coverage(asked.archive, host)
        for source in one.sources
    ]


def _template(connection: sqlite3.Connection, host: str) -> dict[str, Any] | None:
    """Return what was learnt of the site's pages, None when nothing was."""
    row = connection.execute("SELECT template, template_version FROM sites WHERE host = ?", (host,)).fetchone()
    if row is None or not row[0]:
        return None
    learnt = json.loads(row[0])
    texts = learnt.get("texts") or []
    return {
        "version": row[1],
        "pages": learnt.get("pages"),
        "repeated": len(texts),
        "examples": [str(text) for text in texts[:REPEATED_SHOWN]],
    }


DAYS = {"type": ["number", "null"]}
_SOURCE = shape(source=TEXT, claimed=NUMBER, archived=NUMBER, missing=list_of(TEXT), missing_total=NUMBER)
_TEMPLATE = shape(version=NUMBER, pages=NUMBER_OR_NULL, repeated=NUMBER, examples=list_of(TEXT))

PAGE = Page(
    "site",
    "/sites/{host}",
    "See one site.",
    load,
    shape(
        site=TEXT,
        title=TEXT_OR_NULL,
        articles=NUMBER,
        words=NUMBER,
        first_published=TEXT_OR_NULL,
        last_published=TEXT_OR_NULL,
        pages=NUMBER,
        queued=NUMBER,
        failed=NUMBER,
        gone=NUMBER,
        crawled_at=TEXT_OR_NULL,
        base_url=TEXT_OR_NULL,
        language=TEXT_OR_NULL,
        generator=TEXT_OR_NULL,
        first_seen_at=TEXT,
        coverage=SHARE_OR_NULL,
        health=HEALTH,
        schedule={
            "anyOf": [
                shape(every=TEXT_OR_NULL, paused=YES_NO, due_at=TEXT_OR_NULL, typical_days=DAYS, silent_days=DAYS),
                {"type": "null"},
            ]
        },
        months=MONTHS,
        authors=COUNTED,
        tags=COUNTED,
        newest=list_of(shape(id=NUMBER, title=TEXT_OR_NULL, published=TEXT_OR_NULL)),
        sources=list_of(_SOURCE),
        states=list_of(shape(state=TEXT, reason=TEXT_OR_NULL, pages=NUMBER)),
        template={"anyOf": [_TEMPLATE, {"type": "null"}]},
    ),
    (Param("host", "The site's host.", in_path=True),),
)
