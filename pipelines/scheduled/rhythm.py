"""How often a blog posts, from the days its posts name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median

RECENT_POSTS = 40
"""Posts the rhythm is taken from: a blog's habits of ten years ago say little."""
FEWEST_POSTS = 5
"""Posting days below which there is no rhythm to speak of."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a blog posts."""

    posts: int
    """Days with posts that it was taken from, RECENT_POSTS at most."""
    typical_days: float | None
    """Median of the days between two such days; None for fewer than FEWEST_POSTS."""
    longest_days: float | None
    """The longest of these gaps."""
    newest: str | None
    """ISO day of the newest post, None when no post names its day."""
    silent_days: float | None
    """Days since then."""


def rhythm_of(published: Iterable[str | None], now: datetime) -> Rhythm:
    """Return the rhythm of posts *published* on these days (ISO 8601; months, years and the future do not count).

    >>> from datetime import UTC
    >>> days = ["2024-05-01", "2024-05-08", "2024-05-15T09:00:00+02:00", "2024-05-22", "2024-06-05"]
    >>> found = rhythm_of(days, datetime(2024, 6, 25, tzinfo=UTC))
    >>> found.typical_days, found.longest_days, found.newest, found.silent_days
    (7.0, 14.0, '2024-06-05', 20.0)
    """
    today = now.date()
    days = sorted({day for text in published if (day := _day(text)) is not None and day <= today})[-RECENT_POSTS:]
    if not days:
        return Rhythm(0, None, None, None, None)
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    known = len(days) >= FEWEST_POSTS
    return Rhythm(
        posts=len(days),
        typical_days=float(median(gaps)) if known else None,
        longest_days=float(max(gaps)) if known else None,
        newest=days[-1].isoformat(),
        silent_days=float((today - days[-1]).days),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
