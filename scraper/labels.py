"""The short blocks of a page whose words say what stands below them: "Related posts", "About the author", "Leave a
reply".

Several fields ask for them; they are looked up once a page. A look-up costs two microseconds and most short blocks
are menu items, so a block is only looked up when its first word begins any phrase at all.
"""

from __future__ import annotations

from scraper.marks import LINKED_SHARE, Marks
from scraper.phrases import beginnings_of, first_words, kinds_of

LABEL_WORDS = 10
"""Longest block taken for a label."""
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PUNCTUATION = ".,:;!?…-–—#*[](){}\"'“”¿¡"
_NONE: frozenset[str] = frozenset()


def labels_of(marks: Marks) -> dict[int, frozenset[str]]:
    """Return block index → kinds of phrase it is or (headings and lines that end with a colon) begins with, in page
    order.

    Blocks that are links are no labels unless they are headings.
    """
    known: dict[int, frozenset[str]] | None = marks.memo.get("labels")
    if known is not None:
        return known
    labels: dict[int, frozenset[str]] = {}
    first = first_words()
    for block in marks.page.blocks:
        words = block.words
        if words > LABEL_WORDS:
            continue
        text = block.text
        word = text.partition(" ")[0].lower()
        if not word.isalnum():
            word = word.partition("\u2019")[0].strip(_PUNCTUATION)
        if word not in first and (text.isascii() or text[:1] not in first):
            continue
        is_heading = block.tag in HEADINGS
        if not is_heading and block.linked > LINKED_SHARE * words:
            continue
        kinds = kinds_of(text)
        if not kinds and (is_heading or text.endswith((":", "…", "：")) or words <= 6):
            kinds = beginnings_of(text)
        if kinds:
            labels[block.index] = kinds
    marks.memo["labels"] = labels
    return labels


def kinds_at(marks: Marks, index: int) -> frozenset[str]:
    """Return the kinds of the label at a block, empty when it is none."""
    return labels_of(marks).get(index, _NONE)
