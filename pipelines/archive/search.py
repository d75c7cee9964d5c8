"""Search: a line of text to ranked hits with snippets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, overload

from pipelines.archive.conditions import Restriction, rows_of
from pipelines.archive.filters import Filters, hosts_like
from pipelines.archive.queries import ANYWHERE, Query, parse
from pipelines.archive.ranking import Matches, rank
from pipelines.archive.snippets import Span, needles, snippet, spans

SORTS = ("rank", "newest", "oldest")
FEW = 2
"""With so few matches a search looks for a typing error."""


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
    restriction = _restriction(connection, query, filters)
    found = _matches(connection, query, restriction, sort, limit + offset)
    shown = _hits(connection, query, found.ranked[offset : offset + limit])
    hits = Hits(query, shown, found.total, found.capped)
    if found.total <= FEW and query.groups:
        from pipelines.archive.spelling import suggestion

        hits = replace(hits, suggestion=suggestion(connection, query))
    if facets:
        from pipelines.archive.facets import facets_of

        counted, some_only = facets_of(connection, query, restriction)
        hits = replace(hits, facets=counted, capped=hits.capped or some_only)
    return hits


def _matches(connection: sqlite3.Connection, query: Query, restriction: Restriction, sort: str, limit: int) -> Matches:
    if query.groups and sort == "rank":
        return rank(connection, query, restriction.on_index(connection), limit)
    if query.groups:
        from pipelines.archive.by_date import by_date

        return by_date(connection, query, restriction, limit, newest=sort == "newest")
    if query.line.strip() and not query.asks:
        return Matches([], 0, capped=False)
    where, values = restriction.where(), restriction.values
    total = connection.execute(f"SELECT count(*) FROM articles{where}", values).fetchone()[0]
    order = "published IS NULL, published, id" if sort == "oldest" else "published DESC, id DESC"
    rows = connection.execute(f"SELECT id FROM articles{where} ORDER BY {order} LIMIT {limit}", values)
    return Matches([(row[0], 0.0) for row in rows], total, capped=False)


def _restriction(connection: sqlite3.Connection, query: Query, filters: Filters) -> Restriction:
    conditions, values = filters.where(connection)
    if query.sites:
        hosts = hosts_like(connection, query.sites)
        conditions.append(f"articles.site IN ({', '.join('?' * len(hosts))})")
        values.extend(hosts)
    if query.without_sites:
        hosts = hosts_like(connection, query.without_sites)
        conditions.append(f"coalesce(articles.site, '') NOT IN ({', '.join('?' * len(hosts))})")
        values.extend(hosts)
    if query.after:
        conditions.append("articles.published >= ?")
        values.append(query.after)
    if query.before:
        conditions.append("articles.published < ?")
        values.append(query.before)
    return Restriction(tuple(conditions), tuple(values))


MAX_TEXT_CHARACTERS = 200_000
"""How far into a text its snippet is looked for: a long book's worth of a post."""
_HIT_COLUMNS = f"id, url, title, site, published, byline, substr(text, 1, {MAX_TEXT_CHARACTERS})"


def _hits(connection: sqlite3.Connection, query: Query, ranked: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
    listed = ", ".join([str(article_id) for article_id, _ in ranked])
    rows: dict[int, Any] = {
        row[0]: row for row in rows_of(connection, f"SELECT {_HIT_COLUMNS} FROM articles WHERE id IN ({listed})")
    }
    several = ", ".join([str(article_id) for article_id, row in rows.items() if row[5] and ", " in row[5]])
    names: dict[int, list[str]] = {}
    if several:
        for article_id, name in connection.execute(
            "SELECT article_id, name FROM article_authors JOIN authors ON authors.id = author_id"
            f" WHERE article_id IN ({several}) ORDER BY article_id, position"
        ):
            names.setdefault(article_id, []).append(name)
    in_text = needles(query.atoms, ANYWHERE)
    in_title = needles(query.atoms, ANYWHERE, "title")
    hits = []
    for article_id, score in ranked:
        row = rows.get(article_id)
        if row is None:
            continue
        _, url, title, site, published, byline, text = row
        authors = tuple(names[article_id]) if article_id in names else (byline,) if byline else ()
        piece, highlights = snippet(text, in_text)
        marked = spans(title, in_title) if title else ()
        hits.append(Hit(article_id, url, title, site, published, authors, piece, highlights, marked, score))
    return tuple(hits)
