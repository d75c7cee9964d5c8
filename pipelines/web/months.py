"""Posts per month, without gaps: the rhythm of a blog. Reads the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

FIRST_MONTH = "1990-01"
"""Posts dated earlier are not drawn: no blog is older than the web, a misread date is."""
MAX_MONTHS = 12 * 45
SPARK_MONTHS = 36
"""Months of a small chart: three years show a rhythm and fit a line of a table."""

Months = list[dict[str, Any]]


def months_of(connection: sqlite3.Connection, until: str, where: str = "1", values: tuple[object, ...] = ()) -> Months:
    """Return ``{"month", "articles"}`` for every month from the first post that meets *where* to the last, or *until*
    (``2021-07``) when that is earlier."""
    rows = connection.execute(
        "SELECT substr(published, 1, 7) AS month, count(*) FROM articles"
        f" WHERE length(published) >= 7 AND published >= ? AND published <= ? AND {where} GROUP BY month",
        (FIRST_MONTH, until + "~", *values),
    )
    return filled(dict(rows.fetchall()))


def sparks(connection: sqlite3.Connection, until: str) -> dict[str, Months]:
    """Return site → its last SPARK_MONTHS months up to *until*."""
    first = earlier(until, SPARK_MONTHS - 1)
    counts: dict[str, dict[str, int]] = {}
    for site, month, articles in connection.execute(
        "SELECT site, substr(published, 1, 7) AS month, count(*) FROM articles"
        " WHERE length(published) >= 7 AND published >= ? AND published <= ? AND site IS NOT NULL GROUP BY site, month",
        (first, until + "~"),
    ):
        counts.setdefault(site, {})[month] = articles
    return {site: filled(found, first, until) for site, found in counts.items()}


def filled(counts: Mapping[str, int], first: str | None = None, last: str | None = None) -> Months:
    """Return a row for every month from the first of *counts* to the last, at most MAX_MONTHS.

    >>> filled({"2021-11": 2, "2022-01": 1})[1:]
    [{'month': '2021-12', 'articles': 0}, {'month': '2022-01', 'articles': 1}]
    """
    good = [month for month in counts if _is_month(month)]
    if not good and first is None:
        return []
    at, end = first or min(good), last or max(good)
    at = max(at, earlier(end, MAX_MONTHS - 1))
    out: Months = []
    while at <= end:
        out.append({"month": at, "articles": counts.get(at, 0)})
        at = earlier(at, -1)
    return out


def earlier(month: str, by: int) -> str:
    """Return the month *by* months before *month*.

    >>> earlier("2021-02", 3), earlier("2021-12", -1)
    ('2020-11', '2022-01')
    """
    year, number = map(int, month.split("-"))
    years, index = divmod(year * 12 + number - 1 - by, 12)
    return f"{years:04}-{index + 1:02}"


def _is_month(text: str) -> bool:
    year, _, number = text.partition("-")
    return year.isdecimal() and number.isdecimal() and 1 <= int(number) <= 12
