"""The page as it was fetched: about it, and around a frame that shows it (``files.frame``)."""

from __future__ import annotations

from pipelines.web.page import NUMBER, NUMBER_OR_NULL, TEXT_OR_NULL, Asked, Content, Page, shape
from pipelines.web.params import Param
from scraper.errors import BackfileError


def load(asked: Asked) -> Content:
    """Return what is known about the raw page. Raises NotFound for no such article."""
    stored = asked.archive.get(asked.values["id"])
    content: Content = {
        "id": stored.id,
        "title": stored.article.title,
        "url": stored.article.url,
        "problem": None,
        "content_type": None,
        "bytes": None,
        "fetched_at": None,
        "raw_hash": stored.raw_hash,
    }
    try:
        raw = asked.archive.raw(stored.page_id, raw_hash=stored.raw_hash)
    except BackfileError as error:
        return {**content, "problem": str(error)}
    return {**content, "content_type": raw.content_type, "bytes": len(raw.body), "fetched_at": raw.fetched_at}


PAGE = Page(
    "raw_page",
    "/articles/{id}/raw",
    "See the page as it was fetched, without its scripts.",
    load,
    shape(
        id=NUMBER,
        title=TEXT_OR_NULL,
        url=TEXT_OR_NULL,
        problem=TEXT_OR_NULL,
        content_type=TEXT_OR_NULL,
        bytes=NUMBER_OR_NULL,
        fetched_at=TEXT_OR_NULL,
        raw_hash=TEXT_OR_NULL,
    ),
    (Param("id", "The article's number.", least=1, in_path=True),),
)
