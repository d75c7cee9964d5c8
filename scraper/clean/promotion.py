"""What wants something of the reader: advertising, affiliate notes, newsletters, calls to action, sharing."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import LITTLE_PROSE_WORDS, named

MAX_SHARE = 0.2
"""Of the page's prose a promotion may hold."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield promotions by name."""
    yield from named(marks, Hint.ADS, "advertising", max_share=MAX_SHARE)
    yield from named(marks, Hint.NEWSLETTER, "a newsletter box", max_share=MAX_SHARE)
    yield from named(marks, Hint.CTA, "a call to action", max_share=MAX_SHARE, max_prose=LITTLE_PROSE_WORDS)
    yield from named(marks, Hint.SHARE, "sharing", max_prose=LITTLE_PROSE_WORDS)
    yield from named(marks, Hint.DISCLOSURE, "a disclaimer", max_share=MAX_SHARE)
