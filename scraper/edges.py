"""The lines that stand below the last running text of the body, where sites put what belongs to no post.

A telephone number, a row of numbers or a © is content in the midst of a text and none at its foot; so the steps that
look for them ask only here.
"""

from __future__ import annotations

from scraper.blocks import Block
from scraper.marks import LINKED_SHARE, Marks

MAX_LINES = 14
"""Lines looked at, from the end."""
SENTENCE_WORDS = 9
"""A line of so many unlinked words that ends like a sentence is running text."""
TEXT_WORDS = 22
"""A line of so many unlinked words is running text however it ends."""
_ENDS = (".", "!", "?", "…", "。", "！", "？", '."', ".”", ":")


def closing_lines(marks: Marks) -> list[Block]:
    """Return the kept blocks below the body's last running text, in order; empty when the body is nothing but such
    lines."""
    kept = marks.kept()
    lines: list[Block] = []
    for block in reversed(kept[-MAX_LINES:]):
        if is_running_text(block):
            return lines[::-1]
        lines.append(block)
    return lines[::-1] if len(kept) > MAX_LINES else []


def is_running_text(block: Block) -> bool:
    """Tell whether a block is a sentence or more, and not a line of links or a legal line."""
    unlinked = block.words - block.linked
    if block.linked > LINKED_SHARE * block.words or "©" in block.text:
        return False
    return unlinked >= TEXT_WORDS or (unlinked >= SENTENCE_WORDS and block.text.endswith(_ENDS))
