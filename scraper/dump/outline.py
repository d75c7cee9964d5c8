"""The body of a dump as an outline: its headings and lists, told by layout and length alone."""

from __future__ import annotations

from collections.abc import Sequence

from scraper.blocks import Block
from scraper.dump.lines import PROSE_WORDS
from scraper.marks import Marks
from scraper.outline import QUOTE, Level, Line, Segment
from scraper.text import storable

LONGEST_HEADING_WORDS = 16
LONGEST_HEADING_CHARACTERS = 120
HEADING_LEVEL = 2
"""A dump does not say how deep a heading stands."""
_NO_HEADING_ENDS = (".", ",", ";", ":", "…", "。", "、", "，", "：", '."', ".”", ".'", "!", ")")


def outline_of_dump(marks: Marks) -> list[Line]:
    """Return the kept lines of a dump in their places: headings, paragraphs, items of lists.

    Items follow one another in a list until a line without marker, or a number that starts again.
    """
    blocks = marks.kept()
    is_spaced = any(block.gap > 0 for block in blocks)
    lines: list[Line] = []
    open_lists = _Lists()
    for at, block in enumerate(blocks):
        segments = (Segment(storable(block.text), 0, ""),)
        if block.marker:
            lines.append(Line("paragraph", segments, 0, open_lists.place(block)))
            continue
        open_lists.close()
        heading = is_heading(blocks, at, is_spaced=is_spaced)
        lines.append(Line("heading" if heading else "paragraph", segments, HEADING_LEVEL if heading else 0))
    return lines


class _Lists:
    """The lists that are open at one line: the indents tell how they are nested."""

    def __init__(self) -> None:
        self.levels: list[Level] = []
        self.indents: list[int] = []
        self.made = QUOTE  # a list of a dump has a negative identity, and none is a quote's

    def close(self) -> None:
        self.levels.clear()
        self.indents.clear()

    def place(self, block: Block) -> tuple[Level, ...]:
        """Return the lists around an item, outermost first, the item's own last."""
        ordered = block.marker[:1].isdigit()
        number = int(block.marker[:-1]) if ordered else 0
        while self.levels and self.indents[-1] > block.indent:
            self._pop()
        if self.levels and self.indents[-1] == block.indent:
            last = self.levels.pop()
            self.indents.pop()
            goes_on = last.ordered == ordered and (not ordered or number > last.number)
            identity = last.frame if goes_on else self._new()
        else:
            identity = self._new()
        self.levels.append(Level(identity, ordered, block.index, number))
        self.indents.append(block.indent)
        return tuple(self.levels)

    def _pop(self) -> None:
        self.levels.pop()
        self.indents.pop()

    def _new(self) -> int:
        self.made -= 1
        return self.made


def is_heading(blocks: Sequence[Block], at: int, *, is_spaced: bool) -> bool:
    """Tell whether the kept line *at* heads what follows: short, no sentence, on its own, with text right below.

    *is_spaced* says that the dump parts its paragraphs by blank lines, so that a heading has one before it.
    """
    block = blocks[at]
    text = block.text
    if not 0 < block.words <= LONGEST_HEADING_WORDS or len(text) > LONGEST_HEADING_CHARACTERS:
        return False
    if text.endswith(_NO_HEADING_ENDS) or text[:1].islower() or not any(map(str.isalpha, text)):
        return False
    if at + 1 == len(blocks) or (is_spaced and not block.gap and at):
        return False
    following = blocks[at + 1]
    if following.index != block.index + 1 or (is_spaced and not following.gap and not following.marker):
        return False
    return bool(following.marker) or following.words >= PROSE_WORDS or following.words > block.words
