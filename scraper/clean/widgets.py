"""Columns and boxes that stand beside an article: sidebars, related and recent posts, teaser cards, testimonials,
products."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import LITTLE_PROSE_WORDS, named, tagged, with_role

CARD_PROSE_WORDS = 40
"""Running text one teaser card may hold; list posts are made of cards too, and theirs hold more."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield asides, complementary regions, sidebars, lists of other posts, cards with little prose, testimonials."""
    yield from tagged(marks, frozenset(("aside",)), "beside the article")
    yield from with_role(marks, frozenset(("complementary",)), "beside the article")
    yield from named(marks, Hint.SIDEBAR, "a sidebar")
    yield from named(marks, Hint.RELATED | Hint.RECENT, "other posts")
    yield from named(marks, Hint.REVIEWS, "testimonials")
    yield from named(marks, Hint.CARDS, "a teaser", max_prose=CARD_PROSE_WORDS)
    yield from named(marks, Hint.PRODUCT, "a product box", max_prose=LITTLE_PROSE_WORDS)
