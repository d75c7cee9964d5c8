"""What was new or different of late, post by post."""

from __future__ import annotations

import sqlite3
from typing import Any

from pipelines.web.page import NUMBER, NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import Param

PER_PAGE = 50
KINDS = ("all", "new", "changed", "silent edit")
_COLUMNS = ("article_id", "revision", "change", "seen_at", "title", "site", "url")


def load(asked: Asked) -> Content:
    """Return one page of changes, the latest first."""
    page, kind = asked.values["page"], asked.values["kind"]
    changes = recent_changes(asked.archive.connection, PER_PAGE + 1, (page - 1) * PER_PAGE, kind)
    return {
        "kind": kind,
        "page": page,
        "next_page": page + 1 if len(changes) > PER_PAGE else None,
        "changes": changes[:PER_PAGE],
    }


def recent_changes(
    connection: sqlite3.Connection, limit: int, offset: int = 0, kind: str = "all"
) -> list[dict[str, Any]]:
    """Return versions, the latest first: of every kind, or of one of KINDS."""
    where = {
        "all": "",
        "new": " WHERE revisions.revision = 1",
        "changed": " WHERE revisions.revision > 1",
        "silent edit": " WHERE silent AND revisions.revision > 1",
    }[kind]
    rows = connection.execute(
        "SELECT revisions.article_id, revisions.revision, CASE WHEN revisions.revision = 1 THEN 'new'"
        " WHEN silent THEN 'silent edit' ELSE 'changed' END, seen_at, revisions.title, articles.site, articles.url"
        f" FROM revisions JOIN articles ON articles.id = revisions.article_id{where}"
        " ORDER BY seen_at DESC, revisions.id DESC LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


CHANGE = shape(
    article_id=NUMBER,
    revision=NUMBER,
    change=TEXT,
    seen_at=TEXT,
    title=TEXT_OR_NULL,
    site=TEXT_OR_NULL,
    url=TEXT_OR_NULL,
)

PAGE = Page(
    "changes",
    "/changes",
    "See what was new or different of late.",
    load,
    shape(kind=TEXT, page=NUMBER, next_page=NUMBER_OR_NULL, changes=list_of(CHANGE)),
    (
        Param("kind", "Only new posts, changed ones, or those changed without a new date.", "all", KINDS),
        Param("page", "Which page of the list.", default=1, least=1, most=10_000),
    ),
)
