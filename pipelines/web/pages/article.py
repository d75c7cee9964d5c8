"""One article, to be read: the record, what the archive knows about it, and where one can go from there."""

from __future__ import annotations

import math
from typing import Any

from pipelines.archive.reading import StoredArticle
from pipelines.datasets.records import record_of
from pipelines.web.inside import archived
from pipelines.web.page import NUMBER, NUMBER_OR_NULL, RECORD, TEXT, TEXT_OR_NULL, YES_NO, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import PARTIAL_DATE, Param
from pipelines.web.prose import addresses
from scraper.article import Related

WORDS_PER_MINUTE = 230
"""How fast adults read prose silently (Brysbaert 2019: 238 words of English a minute, a little less elsewhere)."""

ID = Param("id", "The article's number.", least=1, in_path=True)


def load(asked: Asked) -> Content:
    """Return the article in the version asked for. Raises NotFound."""
    stored = version_of(asked)
    article = stored.article
    inside = archived(asked.archive, (*(one.url for one in article.related), *addresses(article.html)))
    return {
        "article": record_of(stored),
        "minutes": max(1, math.ceil(article.word_count / WORDS_PER_MINUTE)),
        "archived": {
            "first_archived_at": stored.first_archived_at,
            "changed_at": stored.changed_at,
            "gone_at": stored.gone_at,
            "addresses": list(stored.aliases),
            "versions": _versions(asked, stored.id),
            "is_newest": stored.revision == _versions(asked, stored.id),
            "has_raw_page": stored.raw_hash is not None,
        },
        "as_of": asked.values["as_of"] or None,
        "links": inside,
        "related": _related(asked, article.related, inside),
        "neighbours": {"previous": neighbour(asked, stored, -1), "next": neighbour(asked, stored, 1)},
    }


def _related(asked: Asked, related: tuple[Related, ...], inside: dict[str, int]) -> list[dict[str, Any]]:
    """Return the related posts with the article each is; one that is archived has the title it is filed under."""
    found = []
    for one in related:
        article_id = inside.get(one.url or "")
        row = asked.archive.connection.execute("SELECT title, published FROM articles WHERE id = ?", (article_id,))
        filed = row.fetchone() or (None, None)
        found.append(
            {
                "url": one.url,
                "title": filed[0] or one.title or one.excerpt,
                "published": filed[1] or one.published,
                "article_id": article_id,
            }
        )
    return found


def version_of(asked: Asked) -> StoredArticle:
    """Return the version that ``version`` or ``as_of`` names, else the newest. Raises NotFound."""
    which, version, as_of = asked.values["id"], asked.values["version"], asked.values["as_of"]
    if version is not None:
        return asked.archive.version(which, version)
    return asked.archive.get(which, as_of=as_of or None)


def _versions(asked: Asked, article_id: int) -> int:
    row = asked.archive.connection.execute("SELECT revision FROM articles WHERE id = ?", (article_id,)).fetchone()
    return int(row[0])


def neighbour(asked: Asked, stored: StoredArticle, step: int) -> dict[str, Any] | None:
    """Return the article of the same site published next before (*step* -1) or after (1), None without one."""
    published = stored.article.published
    if published is None or stored.article.site is None:
        return None
    than, order = ("<", "DESC") if step < 0 else (">", "ASC")
    row = asked.archive.connection.execute(
        f"SELECT id, title, published FROM articles WHERE site = ? AND (published, id) {than} (?, ?)"
        f" ORDER BY published {order}, id {order} LIMIT 1",
        (stored.article.site, published, stored.id),
    ).fetchone()
    return {"id": row[0], "title": row[1], "published": row[2]} if row else None


_NEIGHBOUR = {"anyOf": [shape(id=NUMBER, title=TEXT_OR_NULL, published=TEXT_OR_NULL), {"type": "null"}]}

PAGE = Page(
    "article",
    "/articles/{id}",
    "Read one article.",
    load,
    shape(
        article=RECORD,
        minutes={**NUMBER, "description": "Minutes to read it, reckoned from its words."},
        archived=shape(
            first_archived_at=TEXT,
            changed_at=TEXT,
            gone_at=TEXT_OR_NULL,
            addresses=list_of(TEXT),
            versions=NUMBER,
            is_newest=YES_NO,
            has_raw_page=YES_NO,
        ),
        as_of=TEXT_OR_NULL,
        links={
            "type": "object",
            "additionalProperties": NUMBER,
            "description": "Address → article, of those linked to that are archived.",
        },
        related=list_of(shape(url=TEXT_OR_NULL, title=TEXT_OR_NULL, published=TEXT_OR_NULL, article_id=NUMBER_OR_NULL)),
        neighbours=shape(previous=_NEIGHBOUR, next=_NEIGHBOUR),
    ),
    (
        ID,
        Param("version", "The version of this number; by default the newest.", least=1),
        Param("as_of", "The version that was the newest then: a day, month or year.", default="", pattern=PARTIAL_DATE),
    ),
)
