"""Notices laid over the page: cookies, consent, pop-ups, pay walls."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import named, with_role

MAX_SHARE = 0.4
"""Of the page's prose. A "paywall" often wraps the very body."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield dialogs by role, and notices by name."""
    yield from with_role(
        marks, frozenset(("dialog", "alertdialog", "alert")), "a notice laid over the page", max_share=MAX_SHARE
    )
    yield from named(marks, Hint.MODAL, "a notice laid over the page", max_share=MAX_SHARE)
