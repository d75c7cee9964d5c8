"""How often: what a person writes (``6h``, ``daily``, ``adaptive``), and when a site is due next. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from scraper.errors import BackfileError

ADAPTIVE = "adaptive"
NAMED = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)")
LONGEST = timedelta(days=366)

SOONEST_ADAPTIVE, LATEST_ADAPTIVE = timedelta(hours=1), timedelta(days=7)
"""Adaptive: never more often than hourly; and weekly at least, because even a silent blog mends its posts."""
UNKNOWN_ADAPTIVE = timedelta(days=1)
"""Adaptive, while the rhythm is not known."""
LOOKS_PER_POST = 4
"""Adaptive: looks between two posts, so a post is seen after a quarter of the usual gap at most."""
RETRY_SHARE = 0.25
"""After a run of which nothing came: share of the interval after which the site is tried again, within the next two."""
SOONEST_RETRY, LATEST_RETRY = timedelta(minutes=15), timedelta(hours=6)
EARLY_SHARE, EARLIEST = 0.05, timedelta(minutes=15)
"""Share of the interval by which a site may be taken early: a timer that ticks every six hours must not find it due
in two seconds and come back in six hours."""


class BadInterval(BackfileError, ValueError):
    """The text is no interval."""


def parse_interval(text: str) -> timedelta | None:
    """Return the time span that *text* means, None for ``adaptive``. Raises BadInterval.

    >>> parse_interval("6h"), parse_interval("adaptive")
    (datetime.timedelta(seconds=21600), None)
    """
    word = text.strip().lower()
    if word == ADAPTIVE:
        return None
    if word in NAMED:
        return NAMED[word]
    form = _FORM.fullmatch(word)
    span = timedelta(**{_UNITS[form.group(2)]: float(form.group(1))}) if form and len(word) < 12 else timedelta(0)
    if not timedelta(0) < span <= LONGEST:
        raise BadInterval(
            f"expected an interval such as 6h, 30m, 2d, daily or adaptive, got {text!r}", hint="write --every 6h"
        )
    return span


def interval_of(every: str, typical_days: float | None) -> timedelta:
    """Return how long a site is left between two runs; *typical_days* is the usual gap between its posts.

    >>> str(interval_of("adaptive", 7.0)), str(interval_of("6h", 7.0))
    ('1 day, 18:00:00', '6:00:00')
    """
    span = parse_interval(every)
    if span is not None:
        return span
    if typical_days is None:
        return UNKNOWN_ADAPTIVE
    return min(max(timedelta(days=typical_days) / LOOKS_PER_POST, SOONEST_ADAPTIVE), LATEST_ADAPTIVE)


def next_due(began: datetime, interval: timedelta, *, failed: bool) -> datetime:
    """Return when a site whose run *began* then is due again."""
    if failed:
        return began + min(interval, max(SOONEST_RETRY, min(interval * RETRY_SHARE, LATEST_RETRY)))
    return began + interval


def is_due(due_at: datetime | None, interval: timedelta, now: datetime) -> bool:
    """Say whether a site is due *now*; one that was never crawled is."""
    return due_at is None or due_at - min(interval * EARLY_SHARE, EARLIEST) <= now
