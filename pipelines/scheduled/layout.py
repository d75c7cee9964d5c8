"""Whether a site's pages are read as they used to be: which share has a date, a title, an author, how long they are.

Runs are taken in order and put together until there are pages enough to judge, so that a run that read two new posts
says neither yes nor no. What is lost is counted in the archive as it is now: once a better extractor or a profile has
mended the records, the alarm is over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

FEWEST_PAGES = 4
"""Pages read from which on a share says something."""
LOST_SHARE = 0.5
"""A field is lost when the share of pages that have it falls below so much of what it was."""
KNOWN_SHARE = 0.5
"""Share of pages that must have had a field for it to be missed."""
SHRUNK_SHARE = 0.4
"""Bodies have shrunk when the usual number of words falls below so much of what it was."""
LEAST_WORDS = 60
"""Words that bodies must have had for that: of very short ones chance makes half."""

_FIELDS = (
    ("dated", "date", "published IS NULL"),
    ("titled", "title", "coalesce(articles.title, '') = ''"),
    ("authored", "author", "coalesce(byline, '') = ''"),
)
"""(column of run_sites, what it counts, condition for an article that lacks it)."""


@dataclass(slots=True)
class _Window:
    """Runs put together until FEWEST_PAGES were read."""

    started_at: str
    read: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    words: float = 0.0
    """Sum over pages of the median of their run."""


def changes(db: sqlite3.Connection, host: str, runs: Sequence[sqlite3.Row]) -> Iterator[tuple[str, str, str]]:
    """Yield (kind of alarm, sentence, moment it began) for what was lost; *runs* of ``run_sites``, oldest first."""
    windows = list(_windows(runs))
    for column, what, lacks in _FIELDS:
        began = _lost_since(windows, column)
        if began is None:
            continue
        total, without = db.execute(_NOW.format(lacks=lacks), (host, began)).fetchone()
        if total and without > LOST_SHARE * total:
            yield "layout", f"layout changed on {_day(began)}: {without} of {total} pages without {what}", began
    shrunk = _shrunk(windows)
    if shrunk is not None:
        began, before, after = shrunk
        yield "shrinking", f"bodies have shrunk on {_day(began)}: {after:.0f} words a page, {before:.0f} before", began


_NOW = (
    "SELECT count(*), sum({lacks}) FROM articles JOIN pages ON pages.id = page_id"
    " WHERE pages.site = ? AND pages.state = 'archived' AND pages.fetched_at >= ?"
)


def _windows(runs: Sequence[sqlite3.Row]) -> Iterator[_Window]:
    window: _Window | None = None
    for run in runs:
        if not run["read"]:
            continue
        window = window or _Window(run["started_at"])
        window.read += run["read"]
        window.words += (run["words"] or 0) * run["read"]
        for column, _, _ in _FIELDS:
            window.counts[column] = window.counts.get(column, 0) + run[column]
        if window.read >= FEWEST_PAGES:
            yield window
            window = None


def _lost_since(windows: Sequence[_Window], column: str) -> str | None:
    """Return the moment from which *column* has been missing, None when it is there, or never was."""
    read = having = 0
    began: str | None = None
    for window in windows:
        share = window.counts[column] / window.read
        known = having / read if read else 0.0
        if read >= FEWEST_PAGES and known >= KNOWN_SHARE and share < LOST_SHARE * known:
            began = began or window.started_at
            continue  # a bad time is no part of what is usual
        began = None
        read, having = read + window.read, having + window.counts[column]
    return began


def _shrunk(windows: Sequence[_Window]) -> tuple[str, float, float] | None:
    """Return (moment, words before, words since) when bodies are much shorter than they were, else None."""
    read, words, since = 0, 0.0, None
    for window in windows:
        usual, now = (words / read if read else 0.0), window.words / window.read
        if usual >= LEAST_WORDS and now < SHRUNK_SHARE * usual:
            since = (since[0] if since else window.started_at, usual, now)
            continue
        since = None
        read, words = read + window.read, words + window.words
    return since


def _day(at: str) -> str:
    day = datetime.fromisoformat(at[:10])
    return f"{day.day} {day:%B}"
