"""Which articles are meant: the filters of search, export and every other command that reads many, as one piece of
SQL."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.archive.rows import moment
from pipelines.archive.words import folded

_LAST = "~"
"""A date with this behind it sorts after every longer one that begins so: ``2021-07~`` after ``2021-07-31T23:59``."""
_DAY_CHARACTERS = len("2021-07-26")


@dataclass(frozen=True, slots=True)
class Filters:
    """What articles have to be like; None does not ask."""

    site: str | None = None
    """Host; ``www.`` and case do not count."""
    author: str | None = None
    """A name as bylines show it; where nobody is called so exactly, whole words of names, case and accents ignored."""
    tag: str | None = None
    """A whole tag, case and accents ignored."""
    since: str | None = None
    """ISO 8601 day, month or year: published then or later. An article without a date is left out."""
    until: str | None = None
    """ISO 8601 day, month or year: published then or earlier, the whole of that day, month or year included."""
    as_of: str | datetime | None = None
    """The archive as it was then: only what had been seen, in the version that was the newest."""
    changed_by: str | None = None
    """Moment: only articles whose newest version was there by then."""
    gone: bool = True
    """Whether articles that have vanished from their site are meant too."""
    after_id: int | None = None
    """Only articles filed later than the one of this number."""

    def where(self, connection: sqlite3.Connection) -> tuple[list[str], list[object]]:
        """Return (conditions on ``articles``, all to be met; their values). Raises ValueError for an odd *as_of*."""
        conditions: list[str] = []
        values: list[object] = []
        if self.site is not None:
            conditions.append("articles.site = ?")
            values.append(self.site.strip().lower().removeprefix("www."))
        if self.since is not None:
            conditions.append("articles.published >= ?")
            values.append(self.since)
        if self.until is not None:
            conditions.append("articles.published <= ?")
            values.append(self.until + _LAST)
        if self.as_of is not None:
            conditions.append("articles.first_archived_at <= ?")
            values.append(as_of_bound(self.as_of))
        if self.changed_by is not None:
            conditions.append("articles.changed_at <= ?")
            values.append(self.changed_by)
        if self.after_id is not None:
            conditions.append("articles.id > ?")
            values.append(self.after_id)
        if not self.gone:
            conditions.append("articles.gone_at IS NULL")
        if self.author is not None:
            conditions.append(_any_of("article_authors", "author_id", author_ids(connection, self.author)))
        if self.tag is not None:
            conditions.append(_any_of("article_tags", "tag_id", tag_ids(connection, self.tag)))
        return conditions, values


def as_of_bound(when: str | datetime) -> str:
    """Return the text that no moment up to and including *when* is greater than. A day, month or year is meant whole.

    >>> as_of_bound("2021-07"), as_of_bound("2021-07-26T10:00:00Z")
    ('2021-07~', '2021-07-26T10:00:00.000Z')
    """
    if isinstance(when, str) and len(when) <= _DAY_CHARACTERS:
        return when + _LAST
    return moment(when)


def _any_of(table: str, column: str, ids: Sequence[int]) -> str:
    listed = ", ".join(map(str, ids))
    return f"articles.id IN (SELECT article_id FROM {table} WHERE {column} IN ({listed}))"


def author_ids(connection: sqlite3.Connection, name: str) -> list[int]:
    """Return the authors that *name* means: those called exactly so, else those whose name has its words in it."""
    exact = [row[0] for row in connection.execute("SELECT id FROM authors WHERE name = ?", (name,))]
    if exact:
        return exact
    wanted = re.compile(rf"\b{re.escape(folded(name).strip())}\b")
    return [row[0] for row in connection.execute("SELECT id, name FROM authors") if wanted.search(folded(row[1]))]


def tag_ids(connection: sqlite3.Connection, name: str) -> list[int]:
    """Return the tags that *name* means: those that are the same but for case and accents."""
    wanted = folded(name).strip()
    return [row[0] for row in connection.execute("SELECT id, name FROM tags") if folded(row[1]).strip() == wanted]


def hosts_like(connection: sqlite3.Connection, words: Sequence[str]) -> list[str]:
    """Return the hosts that ``site:`` with any of *words* means: that host, its subdomains, or names with it inside."""
    hosts = [row[0] for row in connection.execute("SELECT host FROM sites")]
    return [host for host in hosts if any(_is_meant(host, word) for word in words)]


def _is_meant(host: str, word: str) -> bool:
    return host == word or host.endswith("." + word) or ("." not in word and word in host)
