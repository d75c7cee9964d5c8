"""Did you mean: a query's words that hardly any article has, next to words that many have.

The dictionary is the archive's own vocabulary, so names and terms of its subjects are in it and no language is assumed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from itertools import islice

from pipelines.archive.queries import Atom, Query
from pipelines.archive.words import folded

RARE_ARTICLES = 2
"""A word in more articles than this is no typing error."""
TIMES_AS_COMMON = 10
"""A suggestion is found in so many times the articles of the word it replaces, where that is found at all."""
MIN_LETTERS = 4
"""Shorter words have too many neighbours."""
_MAX_LETTERS = 24
_STEM_LETTERS = 3
"""Words two letters apart are looked for among those with the same beginning."""
_MAX_STEM_WORDS = 3_000
_CLOSE = 0.8
"""How alike two words have to be then (difflib's ratio): two wrong letters in ten."""
MAX_WORDS = 8
"""Words looked up of a longer query, a hundredth of a second each."""
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CHUNK = 400


def suggestion(connection: sqlite3.Connection, query: Query) -> str | None:
    """Return *query*'s line with likely typing errors put right, None without any. Raises sqlite3.Error."""
    line = query.line
    for word in islice(_words(query), MAX_WORDS):
        low = folded(word)
        if not MIN_LETTERS <= len(low) <= _MAX_LETTERS or low.isdigit():
            continue
        standing = _rare_articles(connection, word)
        if standing is None:
            continue
        better = _better(connection, low, standing)
        if better is not None:
            line = re.sub(rf"\b{re.escape(word)}\b", better, line)
    return line if line != query.line else None


def _rare_articles(connection: sqlite3.Connection, word: str) -> int | None:
    """Return how many articles have *word*, None for more than RARE_ARTICLES, which is found out at once."""
    found = connection.execute(
        f"SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? LIMIT {RARE_ARTICLES + 1}", (f'"{word}"',)
    ).fetchall()
    return len(found) if len(found) <= RARE_ARTICLES else None


def _words(query: Query) -> Iterator[str]:
    for atom in query.atoms:
        if isinstance(atom, Atom) and not atom.prefix:
            yield from atom.words


def _better(connection: sqlite3.Connection, low: str, standing: int) -> str | None:
    """Return the most common word one edit away, else one that is alike, that is much more common; None without any."""
    least = max(1, standing * TIMES_AS_COMMON)
    near = _articles(connection, sorted(_one_edit_away(low)))
    if not near:
        near = _articles(connection, _alike(connection, low))
    common = [(articles, word) for word, articles in near.items() if articles >= least]
    return max(common)[1] if common else None


def _articles(connection: sqlite3.Connection, words: list[str]) -> dict[str, int]:
    """Return word → number of articles for those of *words* that occur."""
    found: dict[str, int] = {}
    for start in range(0, len(words), _CHUNK):
        chunk = words[start : start + _CHUNK]
        rows = connection.execute(
            f"SELECT term, doc FROM articles_vocabulary WHERE term IN ({', '.join('?' * len(chunk))})", chunk
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def _one_edit_away(word: str) -> set[str]:
    """Return what becomes of *word* by leaving out, exchanging, replacing or adding one letter.

    >>> {"marathon", "marahton"} <= _one_edit_away("marahthon") | _one_edit_away("marathon")
    True
    """
    letters = sorted(set(_LATIN) | set(word)) if word.isascii() else sorted(set(word))
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    edits = {a + b[1:] for a, b in splits if b}
    edits |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    edits |= {a + letter + b[1:] for a, b in splits if b for letter in letters}
    edits |= {a + letter + b for a, b in splits for letter in letters}
    return edits - {word}


def _alike(connection: sqlite3.Connection, word: str) -> list[str]:
    """Return words with the same beginning that differ in a letter or two more."""
    from difflib import get_close_matches

    stem = word[:_STEM_LETTERS]
    rows = connection.execute(
        f"SELECT term FROM articles_vocabulary WHERE term >= ? AND term < ? LIMIT {_MAX_STEM_WORDS}",
        (stem, stem + "\U0010ffff"),
    )
    return [close for close in get_close_matches(word, [row[0] for row in rows], cutoff=_CLOSE) if close != word]
