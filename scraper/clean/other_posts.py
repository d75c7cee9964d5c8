"""Parts of a page that begin with a heading over other posts, and hold a row of them: related, recent, popular.

The names of such parts are often random; their heading is not. The part ends where its frame ends, so nothing of the
article is taken along, as it would be down to the next heading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scraper.blocks import Block, Frame
from scraper.marks import LINKED_SHARE, Cut, Marks
from scraper.phrases import beginnings_of, kinds_of

HEADING_WORDS = 8
"""Longest line taken for such a heading."""
BEFORE_WORDS = 60
"""Running text that must stand before the part: what comes first on a page is the article."""
MAX_SHARE = 0.9
"""Of the page's running text such a part may hold: short posts stand above long teasers."""
FEWEST_CARDS = 2
"""Frames of one tag and kind, side by side, that make a row of cards."""
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_KINDS = frozenset(("related_heading", "recent_heading"))


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the largest frames that begin with such a heading and hold links or cards."""
    prose = marks.prose
    start = max(marks.headline, 0)
    for block in marks.page.blocks:
        if block.words > HEADING_WORDS or prose.prose_in(start, block.index) < BEFORE_WORDS:
            continue
        if not _heads_other_posts(block):
            continue
        part = _part(marks, block)
        if part is not None:
            yield Cut(block.index, part.last, "other posts", f"begins with {block.text[:60]!r}")


def _heads_other_posts(block: Block) -> bool:
    kinds = kinds_of(block.text)
    if block.tag in _HEADINGS:
        kinds |= beginnings_of(block.text)
    return not _KINDS.isdisjoint(kinds)


def _part(marks: Marks, heading: Block) -> Frame | None:
    """Return the largest frame that begins with the heading, or right after it, and is a list of other posts; None when
    there is none."""
    return _largest(marks, heading.frame, heading.index) or _largest(
        marks, _frame_after(marks, heading), heading.index + 1
    )


def _frame_after(marks: Marks, heading: Block) -> int:
    """Return the frame of the block after the heading, -1 without one: page builders give the heading its own box."""
    blocks = marks.page.blocks
    return blocks[heading.index + 1].frame if heading.index + 1 < len(blocks) else -1


def _largest(marks: Marks, index: int, first: int) -> Frame | None:
    frames = marks.page.frames
    found = None
    while index >= 0 and frames[index].first == first:
        frame = frames[index]
        if frame.last > first + 1 and _holds_other_posts(marks, frame):
            found = frame
        index = frame.parent
    return found


def _holds_other_posts(marks: Marks, frame: Frame) -> bool:
    if marks.holds_headline(frame) or marks.share_of_prose(frame) > MAX_SHARE:
        return False
    words = marks.prose.words_in(frame.first + 1, frame.last)
    if marks.prose.linked_in(frame.first + 1, frame.last) > LINKED_SHARE * words:
        return True
    frames = marks.page.frames
    row: Counter[tuple[int, str]] = Counter()
    for inner in frames[frame.index + 1 : frame.end]:
        if inner.tag == "article" and inner.last > inner.first:
            row[inner.parent, inner.tag] += 1
    return any(count >= FEWEST_CARDS for count in row.values())
