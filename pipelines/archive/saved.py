"""Searches with a name, and what is new since one was last run: for a timer that reports only what it has not
reported."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.archive.filters import Filters
from pipelines.archive.rows import moment
from pipelines.archive.search import Hits, search
from scraper.errors import NotFound

FILTER_NAMES = ("site", "author", "tag", "since", "until")


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """One saved search."""

    name: str
    query: str
    filters: dict[str, str]
    """Filter → value, those that were given."""
    saved_at: str
    seen_at: str | None
    """Moment it was last run, None before."""


def save(connection: sqlite3.Connection, name: str, query: str, filters: Mapping[str, str | None]) -> None:
    """Save a search, in place of one of that name. Raises ValueError for a filter that is none of FILTER_NAMES."""
    unknown = sorted(set(filters) - set(FILTER_NAMES))
    if unknown:
        raise ValueError(f"expected filters among {', '.join(FILTER_NAMES)}, got {', '.join(unknown)}")
    given = {key: value for key, value in filters.items() if value is not None}
    connection.execute(
        "INSERT INTO saved_searches (name, query, filters, saved_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " query = excluded.query, filters = excluded.filters, saved_at = excluded.saved_at, seen_at = NULL,"
        " seen_article_id = 0",
        (name, query, json.dumps(given, ensure_ascii=False, sort_keys=True), moment(datetime.now(UTC))),
    )


def listing(connection: sqlite3.Connection) -> tuple[SavedSearch, ...]:
    """Return every saved search by name."""
    rows = connection.execute("SELECT name, query, filters, saved_at, seen_at FROM saved_searches ORDER BY name")
    return tuple(SavedSearch(row[0], row[1], json.loads(row[2]), row[3], row[4]) for row in rows)


def run(connection: sqlite3.Connection, name: str, *, new_only: bool, limit: int) -> tuple[Hits, int]:
    """Return (hits, the newest article id there was when it ran). Raises NotFound."""
    row = connection.execute(
        "SELECT query, filters, seen_article_id FROM saved_searches WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        raise _unknown(connection, name)
    newest = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
    filters = Filters(**json.loads(row[1]), after_id=row[2] if new_only else None)
    return search(connection, row[0], filters, limit=limit), newest


def mark(connection: sqlite3.Connection, name: str, newest: int) -> None:
    """Note that everything up to the article *newest* has been seen."""
    connection.execute(
        "UPDATE saved_searches SET seen_at = ?, seen_article_id = max(seen_article_id, ?) WHERE name = ?",
        (moment(datetime.now(UTC)), newest, name),
    )


def forget(connection: sqlite3.Connection, name: str) -> None:
    """Delete a saved search. Raises NotFound."""
    if connection.execute("DELETE FROM saved_searches WHERE name = ?", (name,)).rowcount == 0:
        raise _unknown(connection, name)


def _unknown(connection: sqlite3.Connection, name: str) -> NotFound:
    names = ", ".join(saved.name for saved in listing(connection))
    return NotFound(f"no search is saved as {name!r}", hint=f"saved are: {names}" if names else "none is saved yet")
