"""Columns and boxes that stand beside an article: sidebars, related and recent posts, teaser cards, testimonials.

Boxes named as products are not among them: in reviews and guides they are the text, six words in seven on the
development pages.
"""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import named, tagged, with_role

MAX_TOGETHER = 0.4
"""Share of the page's running text that all boxes of one kind may hold."""
MIN_BEFORE = 0.3
"""Running text between the headline and the first box, to that in the boxes, from which they follow an article."""
CARD_PROSE_WORDS = 40
"""Running text one teaser card may hold; list posts are made of cards too, and theirs hold more."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield asides, complementary regions, sidebars, lists of other posts, cards with little prose, testimonials."""
    yield from tagged(marks, frozenset(("aside",)), "beside the article")
    yield from with_role(marks, frozenset(("complementary",)), "beside the article")
    yield from named(marks, Hint.SIDEBAR, "a sidebar")
    yield from named(marks, Hint.RELATED | Hint.RECENT, "other posts")
    yield from _beside(marks, named(marks, Hint.REVIEWS, "testimonials"))
    yield from _beside(marks, named(marks, Hint.CARDS, "a teaser", max_prose=CARD_PROSE_WORDS))


def _beside(marks: Marks, cuts: Iterator[Cut]) -> list[Cut]:
    """Return the cuts, none when together they are the article: list posts and reviews are made of such boxes, and
    some sites set every paragraph in a card."""
    together = list(cuts)
    if not together:
        return []
    prose = sum(marks.prose.prose_in(cut.first, cut.last) for cut in together)
    before = marks.prose.prose_in(max(marks.headline, 0), max(together[0].first, marks.headline, 0))
    return together if prose <= MAX_TOGETHER * marks.prose.prose[-1] or before >= MIN_BEFORE * prose else []
