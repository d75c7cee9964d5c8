"""Every run of the crawl and its like, and what each brought."""

from __future__ import annotations

from typing import Any

from pipelines.archive.reading import RunRow
from pipelines.web.page import NUMBER, NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import Param

PER_PAGE = 50
CHARTED = 60
"""Runs of the chart: two months of a daily one."""
NAMES = (
    *("id", "command", "status", "started_at", "finished_at", "requests", "bytes", "pages", "new", "changed"),
    *("unchanged", "duplicates", "skipped", "failed", "gone", "error"),
)


def load(asked: Asked) -> Content:
    """Return one page of runs, the newest first."""
    page = asked.values["page"]
    found = asked.archive.runs()
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    return {
        "page": page,
        "total": len(found),
        "next_page": page + 1 if len(found) > page * PER_PAGE else None,
        "runs": [run_of(run) for run in shown],
        "chart": [run_of(run) for run in reversed(found[:CHARTED])],
    }


def run_of(run: RunRow) -> dict[str, Any]:
    """Return a run in short, JSON-ready."""
    return {**{name: getattr(run, name) for name in NAMES}, "starts": list(run.starts)}


RUN = shape(
    id=NUMBER,
    command=TEXT,
    status=TEXT,
    started_at=TEXT,
    finished_at=TEXT_OR_NULL,
    error=TEXT_OR_NULL,
    starts=list_of(TEXT),
    **dict.fromkeys(NAMES[5:-1], NUMBER),
)

PAGE = Page(
    "runs",
    "/runs",
    "See every run and what it brought.",
    load,
    shape(page=NUMBER, total=NUMBER, next_page=NUMBER_OR_NULL, runs=list_of(RUN), chart=list_of(RUN)),
    (Param("page", "Which page of the list.", default=1, least=1, most=10_000),),
)
