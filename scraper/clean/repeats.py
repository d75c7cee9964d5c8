"""The same text twice: copies for another screen width, pull quotes, a body given whole and again in parts."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Block
from scraper.marks import Cut, Marks

RUN_WORDS = 25
"""Words a run of blocks must hold to be a copy when it repeats in order. Single repeated lines are mostly meant."""
PROBE_WORDS = 8
"""Words of one probe into a long block."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield runs of blocks that stand earlier in the body in the same order."""
    blocks = marks.kept()
    seen: dict[str, int] = {}
    position = 0
    while position < len(blocks):
        earlier = seen.get(blocks[position].text)
        length = _run_length(blocks, earlier, position) if earlier is not None else 0
        run = blocks[position : position + length]
        if length and sum(block.words for block in run) >= RUN_WORDS:
            yield from (Cut(block.index, block.index + 1, "a copy of text above", block.text[:60]) for block in run)
            position += length
            continue
        seen.setdefault(blocks[position].text, position)
        position += 1


def _run_length(blocks: list[Block], earlier: int, position: int) -> int:
    length = 0
    while (
        position + length < len(blocks)
        and earlier + length < position
        and blocks[earlier + length].text == blocks[position + length].text
    ):
        length += 1
    return length
