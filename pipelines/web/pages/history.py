"""The versions of one article, and what changed from one to another, sentence by sentence."""

from __future__ import annotations

from typing import Any

from pipelines.archive.revisions import DIFF_FIELDS
from pipelines.web.page import ANYTHING, NUMBER, NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, YES_NO, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import Param


def load(asked: Asked) -> Content:
    """Return every version, and the difference asked for; by default that of the last change. Raises NotFound."""
    stored = asked.archive.get(asked.values["id"])
    versions = asked.archive.history(stored.id)
    old, new = asked.values["from"], asked.values["to"]
    diff = None
    if len(versions) > 1 or old is not None or new is not None:
        diff = asked.archive.diff(stored.id, old, new)
    return {
        "id": stored.id,
        "title": stored.article.title,
        "url": stored.article.url,
        "versions": [version.to_dict() for version in reversed(versions)],
        "diff": _plain(diff.to_dict()) if diff else None,
    }


def _plain(diff: dict[str, Any]) -> dict[str, Any]:
    return {
        "from": diff["old"]["revision"],
        "to": diff["new"]["revision"],
        "fields": diff["fields"],
        "runs": diff["runs"],
    }


_VERSION = shape(
    article_id=NUMBER,
    revision=NUMBER,
    seen_at=TEXT,
    run_id=NUMBER_OR_NULL,
    title=TEXT_OR_NULL,
    published=TEXT_OR_NULL,
    modified=TEXT_OR_NULL,
    word_count=NUMBER,
    silent=YES_NO,
    extractor=TEXT_OR_NULL,
    content_hash=TEXT,
)
_DIFF = shape(
    **{
        "from": NUMBER,
        "to": NUMBER,
        "fields": list_of(shape(name={**TEXT, "enum": list(DIFF_FIELDS)}, old=ANYTHING, new=ANYTHING)),
        "runs": list_of(shape(kind={**TEXT, "enum": ["same", "added", "removed"]}, text=TEXT)),
    }
)

PAGE = Page(
    "history",
    "/articles/{id}/history",
    "See an article's versions and what changed.",
    load,
    shape(
        id=NUMBER,
        title=TEXT_OR_NULL,
        url=TEXT_OR_NULL,
        versions=list_of(_VERSION),
        diff={"anyOf": [_DIFF, {"type": "null"}]},
    ),
    (
        Param("id", "The article's number.", least=1, in_path=True),
        Param("from", "The older version; by default the one before the newer.", least=1),
        Param("to", "The newer version; by default the newest.", least=1),
    ),
)
