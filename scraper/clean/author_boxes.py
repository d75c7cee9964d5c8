"""Boxes about the author beside or below the article. The author_bio field reads them; the body leaves them out."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import named

MAX_SHARE = 0.3
"""Of the page's prose; more is a wrapper that carries the name."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield boxes and bylines by name."""
    yield from named(marks, Hint.AUTHOR | Hint.BYLINE, "about the author", max_share=MAX_SHARE)
