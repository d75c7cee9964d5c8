"""Matches in order of publication instead of rank."""

from __future__ import annotations

import sqlite3

from pipelines.archive.conditions import Restriction, looked_into
from pipelines.archive.queries import Query, fts_expression
from pipelines.archive.ranking import Matches

LISTED_MATCHES = 20_000
"""Up to so many matches are listed and looked up in order; of more, the first are soon met on the way through the
dates."""


def by_date(
    connection: sqlite3.Connection, query: Query, restriction: Restriction, limit: int, *, newest: bool
) -> Matches:
    """Return *limit* articles with the words of *query* in order of publication, those without a date last.

    The total is a lower bound, and ``capped``, beyond LISTED_MATCHES. Raises sqlite3.Error.
    """
    condition = restriction.on_index(connection) + looked_into(query)
    expression = fts_expression(query)
    matching = f"SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?{condition.sql}"
    values = (expression, *condition.values)
    total = connection.execute(f"SELECT count(*) FROM ({matching} LIMIT {LISTED_MATCHES + 1})", values).fetchone()[0]
    direction = " DESC" if newest else ""
    ids: list[tuple[int]] = []
    for dated, order in (("NOT NULL", f"published{direction}, id{direction}"), ("NULL", f"id{direction}")):
        if total > LISTED_MATCHES:
            word = f"{matching} AND rowid = articles.id"
            where = restriction.where(f"published IS {dated}", f"EXISTS ({word})")
            given = (*restriction.values, *values)
        else:
            where, given = f" WHERE id IN ({matching}) AND published IS {dated}", values
        sql = f"SELECT id FROM articles{where} ORDER BY {order} LIMIT {limit - len(ids)}"
        ids += connection.execute(sql, given).fetchall()
        if len(ids) >= min(limit, total):
            break
    return Matches([(row[0], 0.0) for row in ids], total, capped=total > LISTED_MATCHES)
