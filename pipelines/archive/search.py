"""Search: a line of text to ranked hits with snippets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from pipelines.archive.filters import Filters, hosts_like
from pipelines.archive.queries import Query, fts_expression, parse
from pipelines.archive.snippets import Span, snippet, spans

SORTS = ("rank", "newest", "oldest")
WEIGHTS = (8.0, 2.0, 4.0, 1.0, 1.0)
"""What a word in title, byline, keywords, text, grams counts in bm25: a post whose title says it is about it."""
FACETS = ("site", "author", "tag", "year")
FACET_VALUES = 10
"""Values shown per facet, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that was found."""

    id: int
    url: str | None
    title: str | None
    site: str | None
    published: str | None
    authors: tuple[str, ...]
    snippet: str
    """One line of the text around the best matches; its beginning when the words stand elsewhere."""
    highlights: tuple[Span, ...]
    """(start, end) of the matches in ``snippet``."""
    title_highlights: tuple[Span, ...]
    """(start, end) of the matches in ``title``."""
    score: float
    """Higher is better; comparable within one search only. 0 where nothing was ranked."""


@dataclass(frozen=True, slots=True)
class Hits(Sequence[Hit]):
    """The hits shown, best first, and what is known about the rest."""

    query: Query
    shown: tuple[Hit, ...]
    total: int
    """How many articles match; a lower bound when ``capped``."""
    capped: bool = False
    """True when the words are so frequent that only the most promising candidates were ranked."""
    suggestion: str | None = None
    """The query with a likely typing error put right, when little or nothing was found; else None."""
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """Facet → (value, articles) pairs, most first, over all matches (over the candidates when ``capped``)."""

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...

    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.shown[index]

    def __len__(self) -> int:
        return len(self.shown)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.shown)


def search(
    connection: sqlite3.Connection,
    line: str,
    filters: Filters,
    *,
    limit: int,
    offset: int = 0,
    sort: str = "rank",
    facets: bool = False,
) -> Hits:
    """Return the articles that *line* and *filters* ask for.

    Raises ValueError for an unknown *sort*, never for *line*.
    """
    if sort not in SORTS:
        raise ValueError(f"expected sort to be one of {', '.join(SORTS)}, got {sort!r}")
    query = parse(line)
    ranked, total = _matches(connection, query, filters, sort, limit + offset)
    shown = _hits(connection, query, ranked[offset : offset + limit])
    return Hits(query, shown, total)


def _matches(
    connection: sqlite3.Connection, query: Query, filters: Filters, sort: str, limit: int
) -> tuple[list[tuple[int, float]], int]:
    conditions, values = _conditions(connection, query, filters)
    expression = fts_expression(query)
    if expression is None and query.line.strip() and not query.asks:
        return [], 0
    order = {"rank": "score", "newest": "published DESC, articles.id DESC", "oldest": "published, articles.id"}[sort]
    if expression is None:
        where = " WHERE " + " AND ".join(conditions) if conditions else ""
        order = order if sort != "rank" else "published DESC, articles.id DESC"
        sql = f"SELECT articles.id, 0.0 AS score FROM articles{where} ORDER BY {order}"
    else:
        weights = ", ".join(map(str, WEIGHTS))
        where = " AND ".join(["articles_fts MATCH ?", *conditions])
        values = [expression, *values]
        sql = (
            f"SELECT articles.id, -bm25(articles_fts, {weights}) AS score FROM articles_fts"
            f" JOIN articles ON articles.id = articles_fts.rowid WHERE {where} ORDER BY {order.replace('score', 'score DESC')}"
        )
    rows = [(row[0], row[1]) for row in connection.execute(sql, values)]
    return rows[:limit], len(rows)


def _conditions(connection: sqlite3.Connection, query: Query, filters: Filters) -> tuple[list[str], list[object]]:
    conditions, values = filters.where(connection)
    if query.sites:
        hosts = hosts_like(connection, query.sites)
        conditions.append(f"articles.site IN ({', '.join('?' * len(hosts))})")
        values.extend(hosts)
    if query.after:
        conditions.append("articles.published >= ?")
        values.append(query.after)
    if query.before:
        conditions.append("articles.published < ?")
        values.append(query.before)
    return conditions, values


def _hits(connection: sqlite3.Connection, query: Query, ranked: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
    listed = ", ".join(str(article_id) for article_id, _ in ranked)
    rows: dict[int, Any] = {
        row[0]: row
        for row in connection.execute(
            f"SELECT id, url, title, site, published, byline, text FROM articles WHERE id IN ({listed})"
        )
    }
    names: dict[int, list[str]] = {}
    for article_id, name in connection.execute(
        "SELECT article_id, name FROM article_authors JOIN authors ON authors.id = author_id"
        f" WHERE article_id IN ({listed}) ORDER BY article_id, position"
    ):
        names.setdefault(article_id, []).append(name)
    return tuple(
        _hit(rows[article_id], tuple(names.get(article_id, ())), query, score)
        for article_id, score in ranked
        if article_id in rows
    )


def _hit(row: Any, authors: tuple[str, ...], query: Query, score: float) -> Hit:
    atoms = query.atoms
    piece = snippet(row[6] or "", [atom for atom in atoms if atom.field == ""])
    in_title = [atom for atom in atoms if atom.field in ("", "title")]
    return Hit(
        id=row[0],
        url=row[1],
        title=row[2],
        site=row[3],
        published=row[4],
        authors=authors,
        snippet=piece.text,
        highlights=piece.highlights,
        title_highlights=spans(row[2] or "", in_title),
        score=score,
    )
