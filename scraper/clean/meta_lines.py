"""Lines about the post: dates, categories, tags, reading time. Their fields read them; the body leaves them out."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import named

MAX_PROSE_WORDS = 25
"""Running text a line about the post may hold."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield such lines by name."""
    yield from named(marks, Hint.META | Hint.DATE | Hint.TAGS, "about the post", max_prose=MAX_PROSE_WORDS)
