"""The whole archive at a glance: its sites and how they are, its runs, what changed, what asks for attention."""

from __future__ import annotations

import sqlite3
from typing import Any

from pipelines.web.health import HEALTH, alarms, coverage_shares, health_of, sentences, statuses
from pipelines.web.inside import names
from pipelines.web.months import months_of, sparks
from pipelines.web.page import MONTHS, NUMBER, SHARE_OR_NULL, TEXT, TEXT_OR_NULL, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of

CHANGES_SHOWN = 12
RUNS_SHOWN = 30


def load(asked: Asked) -> Content:
    """Return what is on it."""
    connection = asked.archive.connection
    until = asked.now.strftime("%Y-%m")
    rhythm = sparks(connection, until)
    shares = coverage_shares(connection)
    fares = statuses(asked.archive, asked.now)
    found = asked.archive.sites()
    called = names(asked.archive, (site.site for site in found if not site.title))
    sites = [
        {
            **site.to_dict(),
            "title": site.title or called.get(site.site),
            "months": rhythm.get(site.site, []),
            "coverage": shares.get(site.site),
            "health": health_of(site, shares.get(site.site), sentences(fares.get(site.site))),
        }
        for site in found
    ]
    return {
        "totals": totals(connection),
        "alarms": alarms(connection, asked.now, fares),
        "sites": sites,
        "months": months_of(connection, until),
        "runs": _runs(connection),
        "changes": _changes(connection),
    }


def totals(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how much of everything there is."""
    counts = {
        "articles": "SELECT count(*) FROM articles",
        "sites": "SELECT count(*) FROM sites",
        "authors": "SELECT count(DISTINCT name) FROM authors",
        "words": "SELECT coalesce(sum(word_count), 0) FROM articles",
        "versions": "SELECT count(*) FROM revisions",
        "addresses": "SELECT count(*) FROM pages",
    }
    return {name: int(connection.execute(sql).fetchone()[0]) for name, sql in counts.items()}


_RUN_COLUMNS = ("id", "command", "status", "started_at", "requests", "new", "changed", "failed")


def _runs(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the last runs, oldest first."""
    rows = connection.execute(f"SELECT {', '.join(_RUN_COLUMNS)} FROM runs ORDER BY id DESC LIMIT {RUNS_SHOWN}")
    return [dict(zip(_RUN_COLUMNS, row, strict=True)) for row in reversed(rows.fetchall())]


_CHANGE_COLUMNS = ("article_id", "site", "revision", "seen_at", "change", "title")


def _changes(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = connection.execute(f"SELECT {', '.join(_CHANGE_COLUMNS)} FROM recent_changes LIMIT {CHANGES_SHOWN}")
    return [dict(zip(_CHANGE_COLUMNS, row, strict=True)) for row in rows]


_SITE = shape(
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
    months=MONTHS,
    coverage=SHARE_OR_NULL,
    health=HEALTH,
)

PAGE = Page(
    "overview",
    "/overview",
    "See the whole archive at a glance.",
    load,
    shape(
        totals=shape(articles=NUMBER, sites=NUMBER, authors=NUMBER, words=NUMBER, versions=NUMBER, addresses=NUMBER),
        alarms=list_of(shape(site=TEXT_OR_NULL, text=TEXT, where=TEXT_OR_NULL)),
        sites=list_of(_SITE),
        months=MONTHS,
        runs=list_of(
            shape(
                id=NUMBER,
                command=TEXT,
                status=TEXT,
                started_at=TEXT,
                requests=NUMBER,
                new=NUMBER,
                changed=NUMBER,
                failed=NUMBER,
            )
        ),
        changes=list_of(
            shape(article_id=NUMBER, site=TEXT_OR_NULL, revision=NUMBER, seen_at=TEXT, change=TEXT, title=TEXT_OR_NULL)
        ),
    ),
)
