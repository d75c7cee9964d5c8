"""What became of one address: the whole story, sentence by sentence."""

from __future__ import annotations

from pipelines.web.page import ANYTHING, TEXT, TEXT_OR_NULL, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of
from pipelines.web.params import Param
from scraper.errors import BackfileError


def load(asked: Asked) -> Content:
    """Return the story of the address, or why there is none."""
    from pipelines.crawl import why

    url = asked.values["url"].strip()
    content: Content = {"url": url, "problem": None, "sentences": [], "story": None}
    if not url:
        return content
    try:
        story = why(asked.archive, url)
    except BackfileError as error:
        return {**content, "problem": str(error)}
    return {**content, "sentences": list(story.sentences), "story": story.to_dict()}


PAGE = Page(
    "address",
    "/address",
    "See what became of one address.",
    load,
    shape(
        url=TEXT,
        problem=TEXT_OR_NULL,
        sentences=list_of(TEXT),
        story={"type": ["object", "null"], "additionalProperties": ANYTHING},
    ),
    (Param("url", "The address, absolute.", default=""),),
)
