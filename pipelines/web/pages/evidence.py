"""Where each field of an article came from, what else there was, and what was left out of the body and why.

The archive keeps the raw page rather than the evidence, so the page is read once more; it takes some 20 ms.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pipelines.archive.reading import StoredArticle
from pipelines.web.page import ANYTHING, NUMBER, SHARE_OR_NULL, TEXT, TEXT_OR_NULL, YES_NO, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import Param
from scraper.article import Article
from scraper.errors import BackfileError
from scraper.response import Response

MAX_DROPPED = 300
"""Blocks left out that are listed; a page with more is a page of links."""
MAX_CANDIDATES = 8
"""Candidates shown of one field."""
_TEXT_CHARACTERS = 400


def load(asked: Asked) -> Content:
    """Return the evidence of the newest version. Raises NotFound for no such article."""
    stored = asked.archive.get(asked.values["id"])
    content: Content = {
        "id": stored.id,
        "title": stored.article.title,
        "url": stored.article.url,
        "problem": None,
        "is_as_filed": True,
        "fields": [],
        "dropped": [],
        "dropped_total": 0,
    }
    try:
        article = read_again(asked, stored)
    except BackfileError as error:
        return {**content, "problem": str(error)}
    record = article.to_dict(evidence=True)
    return {
        **content,
        "is_as_filed": (article.title, article.text) == (stored.article.title, stored.article.text),
        "fields": [
            {"name": name, "candidates": found[:MAX_CANDIDATES]} for name, found in record["evidence"].items() if found
        ],
        "dropped": [_short(block) for block in record["dropped"][:MAX_DROPPED]],
        "dropped_total": len(record["dropped"]),
    }


def read_again(asked: Asked, stored: StoredArticle) -> Article:
    """Return what the extractor makes of the raw page now, with what it learnt of the site. Raises BackfileError."""
    from scraper.extract import extract
    from scraper.template import Template

    raw = asked.archive.raw(stored.page_id, raw_hash=stored.raw_hash)
    row = asked.archive.connection.execute(
        "SELECT template FROM sites WHERE host = ?", (stored.article.site,)
    ).fetchone()
    template = Template.from_dict(json.loads(row[0])) if row and row[0] else None
    headers = (("content-type", raw.content_type),) if raw.content_type else ()
    url = stored.article.url or raw.url
    page = Response(url, url, 200, headers, raw.body, datetime(1970, 1, 1, tzinfo=UTC))
    return extract(page, template=template)


def _short(block: dict[str, Any]) -> dict[str, Any]:
    text = block["text"]
    return {**block, "text": text if len(text) <= _TEXT_CHARACTERS else text[:_TEXT_CHARACTERS].rstrip() + " …"}


_CANDIDATE = shape(value=ANYTHING, source=TEXT, confidence=SHARE_OR_NULL, raw=TEXT)

PAGE = Page(
    "evidence",
    "/articles/{id}/evidence",
    "See where each field of an article came from, and what was left out.",
    load,
    shape(
        id=NUMBER,
        title=TEXT_OR_NULL,
        url=TEXT_OR_NULL,
        problem=TEXT_OR_NULL,
        is_as_filed=YES_NO,
        fields=list_of(shape(name=TEXT, candidates=list_of(_CANDIDATE))),
        dropped=list_of(shape(text=TEXT, step=TEXT, reason=TEXT, evidence=TEXT)),
        dropped_total=NUMBER,
    ),
    (Param("id", "The article's number.", least=1, in_path=True),),
)
