"""What the archive holds on something: ranked hits, counts by site, author, tag and year. Without words: the newest."""

from __future__ import annotations

from typing import Any

from pipelines.archive.by_date import LISTED_MATCHES
from pipelines.archive.facets import FACET_ROWS, FACETS
from pipelines.archive.search import SORTS, Hit, Hits
from pipelines.web.inside import names
from pipelines.web.page import COUNTED, NUMBER, NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, YES_NO, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import PARTIAL_DATE, Param

PER_PAGE = 20
MAX_PER_PAGE = 100
MAX_PAGE = 500
"""Nobody turns so many pages; what is further down is found by asking more exactly."""

FILTERS = ("site", "author", "tag", "since", "until")
"""The params that narrow a search beside its words."""

QUERY_PARAMS = (
    Param("q", "Words, in the query language of /help.", default=""),
    Param("site", "Only this site, a host.", default=""),
    Param("author", "Only articles by this author.", default=""),
    Param("tag", "Only articles with this tag.", default=""),
    Param("since", "Published on or after this day, month or year.", default="", pattern=PARTIAL_DATE),
    Param("until", "Published on or before this day, month or year.", default="", pattern=PARTIAL_DATE),
)
"""What a search is, wherever one is run: here and in the feeds."""


def load(asked: Asked) -> Content:
    """Return one page of hits with what is known about the rest."""
    values = asked.values
    filters: dict[str, Any] = {name: values[name] or None for name in FILTERS}
    limit, offset = values["limit"], (values["page"] - 1) * values["limit"]
    found = asked.archive.search(values["q"], sort=values["sort"], limit=limit, offset=offset, facets=True, **filters)
    # ``capped`` says that something was done in part, the ranking or the facets; what was counted in full is known
    # from how it was asked for.
    in_full = not found.query.groups or (values["sort"] != "rank" and found.total <= LISTED_MATCHES)
    exact = in_full or not found.capped
    more = found.total > offset + len(found) and len(found) == limit and values["page"] < MAX_PAGE
    return {
        "query": values["q"],
        "filters": filters,
        "sort": values["sort"],
        "page": values["page"],
        "limit": limit,
        "total": found.total,
        "exact": exact,
        "next_page": values["page"] + 1 if more else None,
        "suggestion": _suggestion(asked, found, filters),
        "hits": [hit_of(hit) for hit in found],
        "facets": facets_of(found),
        "site_names": names(asked.archive, _sites(found)),
        "facets_exact": exact and found.total <= FACET_ROWS,
    }


def _suggestion(asked: Asked, found: Hits, filters: dict[str, Any]) -> str | None:
    """Return what was perhaps meant, when that finds more: each word is put right by itself, not all together."""
    if found.suggestion is None:
        return None
    meant = asked.archive.search(found.suggestion, limit=1, **filters)
    return found.suggestion if meant.total > found.total else None


def _sites(found: Hits) -> list[str]:
    return list(dict.fromkeys([*(hit.site for hit in found if hit.site), *(host for host, _ in found.facets["site"])]))


def hit_of(hit: Hit) -> dict[str, Any]:
    """Return a hit, JSON-ready."""
    return {
        "id": hit.id,
        "url": hit.url,
        "title": hit.title,
        "site": hit.site,
        "published": hit.published,
        "authors": list(hit.authors),
        "snippet": hit.snippet,
        "highlights": [list(span) for span in hit.highlights],
        "title_highlights": [list(span) for span in hit.title_highlights],
        "score": round(hit.score, 4),
    }


def facets_of(hits: Hits) -> dict[str, list[dict[str, Any]]]:
    """Return facet → values with counts, JSON-ready: the most frequent first, years from the latest on."""
    made: dict[str, list[dict[str, Any]]] = {
        name: [{"value": value, "articles": count} for value, count in hits.facets.get(name, ())] for name in FACETS
    }
    made["year"].sort(key=lambda one: one["value"], reverse=True)
    return made


_SPANS = list_of({"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2})
HIT = shape(
    id=NUMBER,
    url=TEXT_OR_NULL,
    title=TEXT_OR_NULL,
    site=TEXT_OR_NULL,
    published=TEXT_OR_NULL,
    authors=list_of(TEXT),
    snippet=TEXT,
    highlights=_SPANS,
    title_highlights=_SPANS,
    score={"type": "number"},
)

PAGE = Page(
    "search",
    "/search",
    "Search the archive.",
    load,
    shape(
        query=TEXT,
        filters=shape(**dict.fromkeys(FILTERS, TEXT_OR_NULL)),
        sort=TEXT,
        page=NUMBER,
        limit=NUMBER,
        total=NUMBER,
        exact=YES_NO,
        next_page=NUMBER_OR_NULL,
        suggestion=TEXT_OR_NULL,
        hits=list_of(HIT),
        facets=shape(**dict.fromkeys(FACETS, COUNTED)),
        site_names={"type": "object", "additionalProperties": TEXT},
        facets_exact=YES_NO,
    ),
    (
        *QUERY_PARAMS,
        Param("sort", "Best match first, or by date of publication.", default="rank", choices=SORTS),
        Param("page", "Which page of hits.", default=1, least=1, most=MAX_PAGE),
        Param("limit", "Hits on a page.", default=PER_PAGE, least=1, most=MAX_PER_PAGE),
    ),
)
