"""Which articles match, and which of them come first: exactly where that is cheap, among the best candidates where not.

FTS5 finds rows quickly (30 ns each, rare words lead the way) and scores them slowly: ``bm25()`` takes a microsecond a
row, and before the first one it counts how many rows each phrase has. So a search looks at how frequent its words
are, which the 500th row of each tells, and then

- scores by the rarer words only, while all words have to occur: a word that every thirtieth article has says little;
- scores every match when they are few enough (**exact**);
- else scores candidates: articles with the words in their title, then the latest filed (**capped**);
- where even going through the matches would be slow, considers the latest articles, ever more until enough match;
- and where even counting would be slow, scores the candidates' texts by itself, by the same formula.

How long a search takes is thereby bounded, whatever is asked and however large the archive is. On 100,000 articles of
mixed text the twenty shown of a capped search have nine tenths of the score that the twenty best of all have.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pipelines.archive.conditions import Condition, looked_into, rows_of
from pipelines.archive.queries import Atom, Query, atom_expression, fts_expression, title_expression
from pipelines.archive.snippets import Needle, lowered, needles

WEIGHTS = (8.0, 2.0, 4.0, 1.0, 1.0)
"""What a word in title, byline, keywords, text, grams counts in bm25: a post whose title says it is about it."""
PROBE_ROWS = 500
"""A word's frequency is judged by the number of its 500th article; with fewer it is rare."""
FREQUENT_SHARE = 0.03
"""A word that more of the articles have is not scored beside a rarer one."""
EXACT_ROWS = 600
"""Up to so many matches, times scored words, are all scored: half a millisecond."""
UNSCORED_ROWS = 300
"""Where texts have to be read, the matches are gone through only so far."""
COUNTED_ROWS = 15_000
"""bm25 may count so many rows before it begins, and a search may go through so many: half a millisecond to two."""
TITLE_CANDIDATES = 200
LATEST_CANDIDATES = 300
"""How many articles with all words in the title, and how many others, are scored when there are too many matches;
divided by the number of words scored."""
READ_CANDIDATES = 30
"""How many of each where texts have to be read."""
_READ_CHARACTERS = 20_000
"""How far into a text it is read; what is longer is scored by its beginning."""
_LEAST_ROWS = 4_000
"""With a word rarer than this, matches are counted by scoring them: at the worst so many rows."""
_TOGETHER = 10
"""Words that are searched together stand together so many times as often as chance would have it."""
_HARDLY_MORE = 3
"""The same where a wrong guess costs little."""
LITERAL_ROWS = 20_000
"""How many articles are looked into for a sign that the index does not know, as in C++; 5 µs each."""
_PHRASE_COST = 10
"""Finding two words next to each other costs as much as so many rows of one word."""
_DEEPER = 4
"""How many times more articles are considered when too few of the latest match."""
_K1, _B = 1.2, 0.75
"""bm25's usual constants (FTS5 has the same): how soon more of a word stops counting, how much length counts."""

_WORDS_TOGETHER = 1.5
"""What all words of a query standing together, in its order, multiply a text's score by."""
_WEIGHTS = ", ".join(map(str, WEIGHTS))

Scored = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found, best first."""

    ranked: Scored
    """(article id, score) pairs, higher is better; no more than asked for."""
    total: int
    capped: bool


def rank(connection: sqlite3.Connection, query: Query, condition: Condition, limit: int) -> Matches:
    """Return the best *limit* articles for the words of *query* that meet *condition*. Raises sqlite3.Error."""
    full = fts_expression(query)
    assert full is not None, "a query without words is not ranked"
    literal = looked_into(query)
    if literal.sql:
        return _rank_looked_into(connection, full, condition, literal, limit)
    size = _size(connection)
    frequencies = [_frequency(connection, group, size) for group in query.groups]
    scored = _scored(query, frequencies, size)
    found = _Found(connection, full, fts_expression(query, scored), condition)
    if scored and len(query.groups) == 1:
        return _rank_one(query, found, limit)
    share = max(1, len(scored))
    if scored and _expected([frequency.rows for frequency in frequencies], size) * share <= EXACT_ROWS:
        scores = found.all_scores()
        return Matches(_sorted(scores)[:limit], len(scores), capped=False)
    cost = min(frequency.cost for frequency in frequencies) * len(frequencies)
    most = EXACT_ROWS // share if scored else UNSCORED_ROWS
    found = replace(found, expected=_by_chance([frequency.rows for frequency in frequencies], size))
    narrow, latest = found.latest_within(cost, size, limit, max(limit, most) + 1)
    total, narrowed = len(latest), narrow is not found
    if scored and not narrowed and total * share <= EXACT_ROWS:
        return Matches(_sorted(narrow.scores(latest))[:limit], total, capped=False)
    titled = narrow.titled(title_expression(query), TITLE_CANDIDATES // share)
    if scored:
        best = narrow.scores(latest[: max(limit, LATEST_CANDIDATES // share)], titled)
    else:
        ids = dict.fromkeys(titled[:READ_CANDIDATES] + latest[: max(limit, READ_CANDIDATES)])
        best = _read_scores(connection, query, frequencies, size, list(ids))
    return Matches(_sorted(best)[:limit], total, capped=narrowed or total > len(best))


def _rank_one(query: Query, found: _Found, limit: int) -> Matches:
    """Rank by one word or phrase, the most common search: nothing is gathered here that SQLite can count or sort."""
    total = found.count(max(limit, EXACT_ROWS) + 1)
    if total <= EXACT_ROWS:
        return Matches(found.in_order("score DESC, rowid DESC", limit), total, capped=False)
    best = dict(found.in_order("rowid DESC", max(limit, LATEST_CANDIDATES)))
    titled = found.titled(title_expression(query), TITLE_CANDIDATES)
    if titled:
        best.update(found.scores(titled, titled))
    return Matches(_sorted(best)[:limit], total, capped=total > len(best))


def _expected(rows: Sequence[int], size: int) -> float:
    """Return how many articles at most to expect with words that *rows* articles each have."""
    least = min(rows)
    return least if least > _LEAST_ROWS else min(least, _by_chance(rows, size) * _TOGETHER)


def _by_chance(rows: Sequence[int], size: int) -> float:
    """Return how many articles would have all of these words if they had nothing to do with each other."""
    return size * math.prod(row / max(1, size) for row in rows)


def _size(connection: sqlite3.Connection) -> int:
    """Return the highest article id, which stands for the number of articles."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0])


@dataclass(frozen=True, slots=True)
class _Frequency:
    """How many articles have one of a group's words, about."""

    rows: int
    cost: int
    """What going through them costs, in rows of a single word."""


def _frequency(connection: sqlite3.Connection, group: Sequence[Atom], size: int) -> _Frequency:
    rows = cost = 0
    for atom in group:
        parts = [Atom((word,), field=atom.field) for word in atom.words] if len(atom.words) > 1 else [atom]
        least = min(_rows_of(connection, part, size) for part in parts)
        rows += least
        cost += least * (_PHRASE_COST if len(parts) > 1 or atom.runs else 1)
    return _Frequency(rows, cost)


def _rows_of(connection: sqlite3.Connection, atom: Atom, size: int) -> int:
    """Return about how many articles *atom* has: PROBE_ROWS for anything up to that."""
    row = connection.execute(
        f"SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? LIMIT 1 OFFSET {PROBE_ROWS}",
        (atom_expression(atom),),
    ).fetchone()
    return PROBE_ROWS if row is None else max(PROBE_ROWS, PROBE_ROWS * size // row[0])


def _scored(query: Query, frequencies: Sequence[_Frequency], size: int) -> tuple[tuple[Atom, ...], ...]:
    """Return the groups worth scoring by: the rarest first, without very frequent ones, as many as can be counted in
    time."""
    order = sorted(range(len(frequencies)), key=lambda index: frequencies[index].rows)
    chosen: list[int] = []
    cost = 0
    for index in order:
        cost += frequencies[index].cost
        if cost > COUNTED_ROWS or (chosen and frequencies[index].rows > FREQUENT_SHARE * size):
            break
        chosen.append(index)
    return tuple(query.groups[index] for index in sorted(chosen))


@dataclass(frozen=True, slots=True)
class _Found:
    """The articles that match, as statements to be run."""

    connection: sqlite3.Connection
    full: str
    """What has to match."""
    scoring: str | None
    """What is scored by; None when nothing can be scored in time."""
    condition: Condition
    expected: float = math.inf
    """How many match if words stood together by chance only."""

    def latest_within(self, cost: int, size: int, enough: int, most: int) -> tuple[_Found, list[int]]:
        """Return (the matches that are considered, the ids of the latest *most* of them).

        Where going through all would cost too much, only the latest articles are considered, four times as many again
        until *enough* of them match.
        """
        share = COUNTED_ROWS / max(1, cost)
        while share < 1:
            newest = Condition(" AND rowid > ?", (size - int(size * share),))
            narrow = replace(self, condition=newest + self.condition, expected=self.expected * share)
            latest = narrow.latest(most)
            if len(latest) >= enough:
                return narrow, latest
            share *= _DEEPER
        return self, self.latest(most)

    def count(self, most: int) -> int:
        """Return how many match, at most *most*."""
        matching = f"SELECT 1 FROM articles_fts WHERE articles_fts MATCH ?{self.condition.sql} LIMIT {most}"
        values = (self.full, *self.condition.values)
        return int(self.connection.execute(f"SELECT count(*) FROM ({matching})", values).fetchone()[0])

    def in_order(self, order: str, most: int) -> Scored:
        """Return the first *most* matches in an order of SQL's, with their scores."""
        sql = (
            f"SELECT rowid, -bm25(articles_fts, {_WEIGHTS}) AS score FROM articles_fts WHERE articles_fts MATCH ?"
            f"{self.condition.sql} ORDER BY {order} LIMIT {most}"
        )
        return [(row[0], row[1]) for row in rows_of(self.connection, sql, (self.full, *self.condition.values))]

    def all_scores(self) -> dict[int, float]:
        """Return the scores of all matches."""
        all_words = (
            ""
            if self.scoring == self.full
            else " AND +rowid IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)"
        )
        sql = (
            f"SELECT rowid, -bm25(articles_fts, {_WEIGHTS}) FROM articles_fts WHERE articles_fts MATCH ?"
            f"{all_words}{self.condition.sql}"
        )
        values = (self.scoring, self.full)[: 2 if all_words else 1]
        return dict(rows_of(self.connection, sql, (*values, *self.condition.values)))

    def scores(self, latest: Sequence[int], others: Collection[int] = ()) -> dict[int, float]:
        """Return the scores of the *latest* matches, the last filed first, and of those of *others* that match."""
        if not latest:
            return {}
        ids = {*latest, *others}
        chosen = f" AND rowid BETWEEN {min(ids)} AND {max(ids)}"
        if others or self.scoring != self.full or self.condition.sql:
            chosen += f" AND +rowid IN ({', '.join(map(str, ids))})"
        return dict(
            rows_of(
                self.connection,
                f"SELECT rowid, -bm25(articles_fts, {_WEIGHTS}) FROM articles_fts WHERE articles_fts MATCH ?{chosen}",
                (self.scoring,),
            )
        )

    def latest(self, most: int) -> list[int]:
        """Return the ids of the latest *most* matches, the last filed first."""
        if self.expected * _HARDLY_MORE <= most:
            # FTS5 goes forwards in half the time; that is of use where all matches are wanted.
            ids = self._ids("articles_fts", self.full, most, "ASC")
            if len(ids) < most:
                return ids[::-1]
        return self._ids("articles_fts", self.full, most)

    def titled(self, title: str | None, most: int) -> list[int]:
        """Return the ids of the latest *most* articles whose titles match *title*, a query for ``titles_fts``.

        Nothing where some words must not occur: titles do not tell.
        """
        if title is None or " NOT " in self.full:
            return []
        return self._ids("titles_fts", title, most)

    def _ids(self, table: str, expression: str, most: int, order: str = "DESC") -> list[int]:
        matching = f"SELECT rowid FROM {table} WHERE {table} MATCH ?{self.condition.on(table)}"
        sql = f"{matching} ORDER BY rowid {order} LIMIT {most}"
        return [row[0] for row in rows_of(self.connection, sql, (expression, *self.condition.values))]


def _sorted(scores: dict[int, float]) -> Scored:
    ordered = sorted([(score, article_id) for article_id, score in scores.items()], reverse=True)
    return [(article_id, score) for score, article_id in ordered]


def _rank_looked_into(
    connection: sqlite3.Connection, full: str, condition: Condition, literal: Condition, limit: int
) -> Matches:
    """Rank where the latest matches have to be looked into one by one."""
    latest = (
        " AND +rowid IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"
        f"{condition.sql} ORDER BY rowid DESC LIMIT {LITERAL_ROWS})"
    )
    rows = connection.execute(
        f"SELECT rowid, -bm25(articles_fts, {_WEIGHTS}) AS score FROM articles_fts WHERE articles_fts MATCH ?"
        f"{latest}{literal.sql} ORDER BY score DESC, rowid DESC",
        (full, full, *condition.values, *literal.values),
    ).fetchall()
    looked = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ?"
        f"{condition.sql} LIMIT {LITERAL_ROWS + 1})",
        (full, *condition.values),
    ).fetchone()[0]
    return Matches([(row[0], row[1]) for row in rows[:limit]], len(rows), capped=looked > LITERAL_ROWS)


def _read_scores(
    connection: sqlite3.Connection, query: Query, frequencies: Sequence[_Frequency], size: int, ids: Sequence[int]
) -> dict[int, float]:
    """Return the scores of *ids* by bm25 over their titles and texts as they stand.

    Occurrences are counted where a word begins, not where it is whole: close enough to order candidates that all match.
    """
    wanted = [
        (math.log(1 + size / (1 + frequency.rows)), needles(group, "", "title", "author", "tag"))
        for group, frequency in zip(query.groups, frequencies, strict=True)
    ]
    listed = ", ".join(map(str, ids))
    rows = rows_of(
        connection, f"SELECT id, title, substr(text, 1, {_READ_CHARACTERS}) FROM articles WHERE id IN ({listed})"
    )
    usual = sum(len(row[2]) for row in rows) / max(1, len(rows)) or 1.0
    phrase = " ".join(atom.words[0] for atom in query.atoms if atom.words).lower()
    scores: dict[int, float] = {}
    for article_id, title, text in rows:
        low_title = lowered(title or "")
        length = _K1 * (1 - _B + _B * len(text) / usual)
        score = 0.0
        for weight, group in wanted:
            often = sum(_often(text, needle) + WEIGHTS[0] * _often(low_title, needle) for needle in group)
            score += weight * often * (_K1 + 1) / (often + length)
        if len(wanted) > 1 and (phrase in low_title or phrase in text):
            score *= _WORDS_TOGETHER
        scores[article_id] = score
    return scores


def _often(text: str, needle: Needle) -> int:
    # A lower-cased copy of the text would cost more than looking for both spellings.
    if not needle.whole:
        return text.count(needle.first)
    small, capital = needle.spellings
    return text.count(small) + text.count(capital) + text.startswith((small[1:], capital[1:]))
