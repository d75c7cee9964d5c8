"""Readers' comments, the forms for them, and their headings. By far the most valuable step: threads outweigh
articles."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import ANY_SHARE, named


def find(marks: Marks) -> Iterator[Cut]:
    """Yield what is named as comments, whatever its size; syntax highlighters use the name inside ``pre``, which is no
    frame."""
    yield from named(marks, Hint.COMMENTS, "readers' comments", max_share=ANY_SHARE)
