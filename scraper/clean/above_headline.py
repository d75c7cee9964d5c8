"""What stands above the headline: site heads, tickers, promotion bars. An article begins below its title."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Block
from scraper.marks import Cut, Marks, prose_words
from scraper.text import fold

MAX_SHARE = 2.0
"""Unmarked running text above the headline, to that below it: with more, it is not the article's headline."""
OPENING_WORDS = 20
"""Running text before the headline in the frame it stands in: then it heads a section of a text that began earlier."""
_HEADINGS = ("h1", "h2", "h3")


def find(marks: Marks) -> Iterator[Cut]:
    """Yield everything before the headline's block. On the development corpora less than 1 % of it is body."""
    blocks = marks.page.blocks
    headline = _headline(marks)
    if headline is None:
        return
    above = below = 0
    for block, verdict in zip(blocks, marks.verdicts, strict=True):
        if verdict is None:
            if block.index < headline.index:
                above += prose_words(block)
            else:
                below += prose_words(block)
    if above <= MAX_SHARE * below and not _is_section(marks, headline):
        yield Cut(0, headline.index, "above the headline", "before the title's block")


def _headline(marks: Marks) -> Block | None:
    """Return the block the article begins with: its headline, else the only h1; None when neither is known."""
    blocks = marks.page.blocks
    if marks.headline_is_sure():
        return blocks[_first_of(blocks, marks.headline)]
    first_headings = [block for block in blocks if block.tag == "h1"]
    return first_headings[0] if len(first_headings) == 1 else None


def _first_of(blocks: list[Block], headline: int) -> int:
    """Return the first heading that says the headline: it may stand again over the comments."""
    said = fold(blocks[headline].text)
    for block in blocks[:headline]:
        if block.tag in _HEADINGS and said in fold(block.text):
            return block.index
    return headline


def _is_section(marks: Marks, headline: Block) -> bool:
    """Tell whether the headline is an inner heading of a text: prose stands before it in the same frame."""
    frame = marks.page.frames[headline.frame]
    outer = marks.page.frames[frame.parent] if frame.parent >= 0 else frame
    return headline.tag != "h1" and marks.prose.prose_in(outer.first, headline.index) >= OPENING_WORDS
