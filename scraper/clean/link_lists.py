"""Runs of links at the end of the body: tag lists, menus, other posts without a heading."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Block
from scraper.marks import LINKED_SHARE, Cut, Marks

TAIL_SHARE = 0.07
"""Of the body's words: link-only lines are dropped in this last part only, since half of those before it are
content."""
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")


def find(marks: Marks) -> Iterator[Cut]:
    """Yield link-only blocks in the tail of the body, and headings left with nothing below them."""
    blocks = marks.kept()
    total = sum(block.words for block in blocks)
    if all(block.linked > LINKED_SHARE * block.words for block in blocks):
        return  # a page that is nothing but links
    after = 0
    for block in reversed(blocks):
        if after > TAIL_SHARE * total:
            break
        if block.linked > LINKED_SHARE * block.words or not any(map(str.isalnum, block.text)):
            yield Cut(
                block.index, block.index + 1, "links after the text", f"{block.linked} of {block.words} words in links"
            )
            continue
        if after == 0 and block.tag in _HEADINGS and not _is_item(marks, block):
            yield Cut(block.index, block.index + 1, "a heading with nothing below it", block.tag)
            continue
        after += block.words


def _is_item(marks: Marks, block: Block) -> bool:
    """Tell whether a heading is an item of a list: some authors write lists in large letters."""
    frames = marks.page.frames
    parent = frames[block.frame].parent
    return parent >= 0 and frames[parent].tag == "li"
