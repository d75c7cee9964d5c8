"""Forms and buttons: search, contact, log-in."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import LITTLE_PROSE_WORDS, named, tagged

MAX_SHARE = 0.3
"""Of the page's prose: ASP.NET wraps whole pages in one form."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield forms by tag and name, and buttons."""
    yield from tagged(marks, frozenset(("form", "fieldset")), "a form", max_share=MAX_SHARE)
    yield from tagged(marks, frozenset(("button",)), "a button", max_prose=0)
    yield from named(marks, Hint.FORM, "a form", max_prose=LITTLE_PROSE_WORDS)
