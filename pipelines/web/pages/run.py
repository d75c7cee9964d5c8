"""One run: what it was told, what it brought, and what went wrong."""

from __future__ import annotations

from pipelines.web.page import ANYTHING, TEXT_OR_NULL, Asked, Content, Page, shape
from pipelines.web.params import Param
from scraper.errors import NotFound


def load(asked: Asked) -> Content:
    """Return the run of that number. Raises NotFound."""
    wanted = asked.values["id"]
    run = next((run for run in asked.archive.runs() if run.id == wanted), None)
    if run is None:
        raise NotFound(f"there is no run {wanted} in the archive", hint="/runs lists them")
    return {"run": {**run.to_dict(), "starts": list(run.starts)}, "error": run.error}


PAGE = Page(
    "run",
    "/runs/{id}",
    "See what one run did.",
    load,
    shape(run={"type": "object", "additionalProperties": ANYTHING}, error=TEXT_OR_NULL),
    (Param("id", "The run's number.", least=1, in_path=True),),
)
