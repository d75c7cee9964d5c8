"""One author: the bio, what there is by them, where, when and about what."""

from __future__ import annotations

from pipelines.archive.facets import FACETS
from pipelines.web.inside import names
from pipelines.web.months import months_of
from pipelines.web.page import COUNTED, MONTHS, NUMBER, NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import Param
from scraper.errors import NotFound

PER_PAGE = 30
_BY = "id IN (SELECT article_id FROM article_authors JOIN authors ON authors.id = author_id WHERE authors.name = ?)"


def load(asked: Asked) -> Content:
    """Return the author of exactly that name. Raises NotFound."""
    name, page = asked.values["name"], asked.values["page"]
    connection = asked.archive.connection
    urls = [row[0] for row in connection.execute("SELECT url FROM authors WHERE name = ? ORDER BY url", (name,))]
    if not urls:
        raise NotFound(f"the archive has nothing by {name}", hint="search for a part of the name: author:NAME")
    found = asked.archive.search(
        "", author=name, sort="newest", limit=PER_PAGE, offset=(page - 1) * PER_PAGE, facets=True
    )
    bio = connection.execute(
        f"SELECT author_bio FROM articles WHERE {_BY} AND author_bio IS NOT NULL ORDER BY published DESC LIMIT 1",
        (name,),
    ).fetchone()
    return {
        "name": name,
        "urls": [url for url in urls if url],
        "bio": bio[0] if bio else None,
        "total": found.total,
        "page": page,
        "next_page": page + 1 if found.total > page * PER_PAGE else None,
        "articles": [{"id": hit.id, "title": hit.title, "site": hit.site, "published": hit.published} for hit in found],
        "facets": {
            facet: [{"value": value, "articles": count} for value, count in found.facets.get(facet, ())]
            for facet in FACETS
        },
        "site_names": names(asked.archive, [host for host, _ in found.facets["site"]]),
        "months": months_of(connection, asked.now.strftime("%Y-%m"), _BY, (name,)),
    }


PAGE = Page(
    "author",
    "/author",
    "See what there is by one author.",
    load,
    shape(
        name=TEXT,
        urls=list_of(TEXT),
        bio=TEXT_OR_NULL,
        total=NUMBER,
        page=NUMBER,
        next_page=NUMBER_OR_NULL,
        articles=list_of(shape(id=NUMBER, title=TEXT_OR_NULL, site=TEXT_OR_NULL, published=TEXT_OR_NULL)),
        facets=shape(**dict.fromkeys(FACETS, COUNTED)),
        site_names={"type": "object", "additionalProperties": TEXT},
        months=MONTHS,
    ),
    (
        Param("name", "The name as bylines show it.", default=""),
        Param("page", "Which page of the list.", default=1, least=1, most=1_000),
    ),
)
