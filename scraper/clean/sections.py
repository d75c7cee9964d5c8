"""Sections of the body that are not body: from a telling heading down to the next heading of its level.

Cutting everything after a "Related" or "Leave a comment" line lost as many words of articles as of boilerplate,
because such words also head true sections. So the part must be short, or mostly links.
"""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Block
from scraper.marks import LINKED_SHARE, Cut, Marks
from scraper.phrases import beginnings_of, kinds_of

SHORT_SECTION_WORDS = 90
"""Unlinked words a section under such a heading may hold."""
HEADING_WORDS = 10
"""Longest line taken for a heading."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_KINDS = {
    "related_heading": "other posts",
    "recent_heading": "other posts",
    "comments_heading": "readers' comments",
    "share": "sharing",
    "newsletter": "a newsletter box",
    "toc_heading": "a table of contents",
    "contact": "contact lines",
}
_ALWAYS_LINKS = frozenset(("toc_heading", "recent_heading"))


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the sections of the body under telling headings."""
    blocks = marks.kept()
    for position, block in enumerate(blocks):
        if block.words > HEADING_WORDS:
            continue
        kinds = kinds_of(block.text) if block.tag not in _HEADINGS else kinds_of(block.text) | beginnings_of(block.text)
        kind = next((kind for kind in _KINDS if kind in kinds), None)
        if kind is None:
            continue
        section = _section(blocks, position)
        unlinked = sum(part.words - part.linked for part in section)
        linked = sum(part.linked for part in section)
        mostly_links = linked > LINKED_SHARE * (linked + unlinked)
        is_heading = block.tag in _HEADINGS
        if mostly_links or (is_heading and kind not in _ALWAYS_LINKS and unlinked <= SHORT_SECTION_WORDS and section):
            last = section[-1].index + 1 if section else block.index + 1
            yield Cut(block.index, last, _KINDS[kind], f"under the heading {block.text[:60]!r}")


def _section(blocks: list[Block], position: int) -> list[Block]:
    """Return the blocks under a heading: down to the next of its level; under a plain line, the linked ones that
    follow."""
    head = blocks[position]
    section: list[Block] = []
    for block in blocks[position + 1 :]:
        if head.tag in _HEADINGS:
            if block.tag in _HEADINGS and block.tag <= head.tag:
                break
        elif block.linked <= LINKED_SHARE * block.words:
            break
        section.append(block)
    return section
