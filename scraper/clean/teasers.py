"""Other posts shown inside the article's own element: ``article`` elements in an article, each under a link to itself.

An article inside an article is something about it (HTML Living Standard §4.3.2 names comments); with a linked title it
is another post. List posts made of such elements hold them without one around them.
"""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Frame
from scraper.marks import LINKED_SHARE, Cut, Marks

FEWEST = 2
"""One article inside another may be a quotation; several are a list."""
MOST_PROSE_WORDS = 120
"""Running text one teaser holds; the articles a list post is made of hold more."""
_TITLES = frozenset(("h1", "h2", "h3", "h4", "h5"))


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the articles inside the article that holds the headline or comes right after it."""
    frames = marks.page.frames
    inside: set[int] = set()
    nested: list[Frame] = []
    for frame in frames:
        if frame.parent in inside:
            inside.add(frame.index)
            if frame.tag == "article" and _is_teaser(marks, frame):
                nested.append(frame)
        elif frame.tag == "article":
            inside.add(frame.index)
    if len(nested) >= FEWEST:
        yield from (Cut(frame.first, frame.last, "other posts", "an article in the article") for frame in nested)


def _is_teaser(marks: Marks, frame: Frame) -> bool:
    prose = marks.prose.prose_in(frame.first, frame.last)
    if marks.holds_headline(frame) or prose > MOST_PROSE_WORDS:
        return False
    return any(
        block.tag in _TITLES and block.linked > LINKED_SHARE * block.words
        for block in marks.page.blocks[frame.first : frame.last]
    )
