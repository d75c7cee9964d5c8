"""Searching the archive as it was: the versions that were the newest then.

The index knows today's versions only. Of the articles that have changed since, the old versions are put into a small
index in memory, with the same tables, and searched there; the others are searched where they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime

from pipelines.archive import reading
from pipelines.archive.facets import merged
from pipelines.archive.filing import put_version
from pipelines.archive.filters import Filters, as_of_bound
from pipelines.archive.search import Hit, Hits, search

_TABLES = (
    "sites",
    "articles",
    "authors",
    "article_authors",
    "tags",
    "article_tags",
    "articles_fts",
    "titles_fts",
    "articles_vocabulary",
)


def search_as_of(
    connection: sqlite3.Connection, line: str, filters: Filters, *, limit: int, sort: str, facets: bool
) -> Hits:
    """Return what ``search`` would have returned at ``filters.as_of``. Raises sqlite3.Error."""
    assert filters.as_of is not None
    bound = as_of_bound(filters.as_of)
    standing = replace(filters, changed_by=bound)
    unchanged = search(connection, line, standing, limit=limit, sort=sort, facets=facets)
    with closing(_memory(connection)) as past:
        for stored in _changed_since(connection, filters.as_of):
            put_version(past, stored.id, stored.article)
        changed = search(past, line, replace(filters, as_of=None), limit=limit, sort=sort, facets=facets)
    hits = sorted((*unchanged, *changed), key=_ORDERS[sort])[:limit]
    return replace(
        unchanged,
        shown=tuple(hits),
        total=unchanged.total + changed.total,
        capped=unchanged.capped or changed.capped,
        suggestion=None if hits else unchanged.suggestion,
        facets=merged(unchanged.facets, changed.facets) if facets else {},
    )


def _best_first(hit: Hit) -> tuple[object, ...]:
    return (-hit.score, -hit.id)


def _oldest_first(hit: Hit) -> tuple[object, ...]:
    return (hit.published is None, hit.published or "", hit.id)


def _newest_first(hit: Hit) -> tuple[object, ...]:
    # Text cannot be negated, but its characters can.
    return (hit.published is None, [-ord(character) for character in hit.published or ""], -hit.id)


_ORDERS = {"rank": _best_first, "newest": _newest_first, "oldest": _oldest_first}


def _changed_since(connection: sqlite3.Connection, when: str | datetime) -> Iterator[reading.StoredArticle]:
    bound = as_of_bound(when)
    ids = [
        row[0]
        for row in connection.execute(
            "SELECT id FROM articles WHERE first_archived_at <= ? AND changed_at > ? ORDER BY id", (bound, bound)
        )
    ]
    return reading.stored_articles(connection, ids, when)


def _memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return an empty database in memory with the tables, indexes and triggers that a search reads."""
    past = sqlite3.connect(":memory:", isolation_level=None)
    marks = ", ".join("?" * len(_TABLES))
    for (statement,) in connection.execute(
        f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL"
        " ORDER BY type = 'trigger', rowid",
        _TABLES,
    ).fetchall():
        past.execute(statement)
    return past
