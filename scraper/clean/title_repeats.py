"""The headline is no part of the body, wherever it stands again."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.marks import Cut, Marks
from scraper.text import fold

SIGNS = 40
"""Characters of punctuation and white space that may set two spellings of one title apart."""
TOP_BLOCKS = 12
"""How far down the body a repeat is looked for that is no heading."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the headline itself, every h1, and repeats of the headline at the top of the body."""
    index = marks.headline if marks.headline_is_sure() else -1
    headline = fold(marks.page.blocks[index].text) if index >= 0 else ""
    length = len(headline)
    for position, block in enumerate(marks.kept()):
        if block.tag == "h1" or block.index == index:
            evidence = "the headline" if block.index == index else "h1"
            yield Cut(block.index, block.index + 1, "the title", evidence)
        elif (
            headline
            and (position < TOP_BLOCKS or block.tag[:1] == "h")
            and abs(len(block.text) - length) <= SIGNS
            and fold(block.text) == headline
        ):
            yield Cut(block.index, block.index + 1, "the title", "the headline again")
