"""The headline is no part of the body, wherever it stands again."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.marks import Cut, Marks
from scraper.text import fold

TOP_BLOCKS = 12
"""How far down the body a repeat is looked for that is no heading."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the headline itself, every h1, and repeats of the headline at the top of the body."""
    headline = fold(marks.page.blocks[marks.headline].text) if marks.headline >= 0 else ""
    for position, block in enumerate(marks.kept()):
        if block.tag == "h1" or block.index == marks.headline:
            yield Cut(
                block.index, block.index + 1, "the title", "the headline" if block.index == marks.headline else "h1"
            )
        elif headline and (position < TOP_BLOCKS or block.tag[:1] == "h") and fold(block.text) == headline:
            yield Cut(block.index, block.index + 1, "the title", "the headline again")
