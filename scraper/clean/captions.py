"""Captions of figures. They belong to their images, not to the running text."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import LITTLE_PROSE_WORDS, named, tagged


def find(marks: Marks) -> Iterator[Cut]:
    """Yield captions by tag and name."""
    yield from tagged(marks, frozenset(("figcaption",)), "a caption", max_prose=LITTLE_PROSE_WORDS)
    yield from named(marks, Hint.CAPTION, "a caption", max_prose=LITTLE_PROSE_WORDS)
