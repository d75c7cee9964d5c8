"""What the matches of a search have in common: how many per site, author, tag and year."""

from __future__ import annotations

import sqlite3

from pipelines.archive.conditions import Condition, Restriction, looked_into
from pipelines.archive.queries import Query, fts_expression

FACETS = ("site", "author", "tag", "year")
FACET_VALUES = 10
"""Values given per facet, the most frequent first."""
FACET_ROWS = 5_000
"""At most so many matches, the latest, are counted: a few microseconds each."""

Facets = dict[str, tuple[tuple[str, int], ...]]

_STATEMENTS = {
    "site": "SELECT site AS value, count(*) AS articles FROM articles WHERE id IN ({ids}) AND site IS NOT NULL",
    "author": "SELECT name AS value, count(DISTINCT article_id) AS articles FROM article_authors"
    " JOIN authors ON authors.id = author_id WHERE article_id IN ({ids})",
    "tag": "SELECT name AS value, count(DISTINCT article_id) AS articles FROM article_tags"
    " JOIN tags ON tags.id = tag_id WHERE article_id IN ({ids})",
    "year": "SELECT substr(published, 1, 4) AS value, count(*) AS articles FROM articles"
    " WHERE id IN ({ids}) AND published IS NOT NULL",
}


def facets_of(connection: sqlite3.Connection, query: Query, restriction: Restriction) -> tuple[Facets, bool]:
    """Return (facet → (value, articles) pairs, the most frequent first; whether only some of the matches were counted).

    Raises sqlite3.Error.
    """
    ids = _ids(connection, query, restriction)
    listed = ", ".join(map(str, ids[:FACET_ROWS]))
    found: Facets = {}
    for facet in FACETS:
        rows = connection.execute(
            _STATEMENTS[facet].format(ids=listed)
            + f" GROUP BY value ORDER BY articles DESC, value LIMIT {FACET_VALUES}"
        )
        found[facet] = tuple((row[0], row[1]) for row in rows)
    return found, len(ids) > FACET_ROWS


def _ids(connection: sqlite3.Connection, query: Query, restriction: Restriction) -> list[int]:
    expression = fts_expression(query)
    if expression is None:
        sql = f"SELECT id FROM articles{restriction.where()} ORDER BY id DESC"
        condition = Condition("", restriction.values)
    else:
        condition = Condition("", (expression,)) + restriction.on_index(connection) + looked_into(query)
        sql = f"SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?{condition.sql} ORDER BY rowid DESC"
    return [row[0] for row in connection.execute(f"{sql} LIMIT {FACET_ROWS + 1}", condition.values)]


def merged(one: Facets, other: Facets) -> Facets:
    """Return the sums of two results over different articles."""
    sums: Facets = {}
    for facet in FACETS:
        counts: dict[str, int] = dict(one.get(facet, ()))
        for value, articles in other.get(facet, ()):
            counts[value] = counts.get(value, 0) + articles
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        sums[facet] = tuple(ordered[:FACET_VALUES])
    return sums
