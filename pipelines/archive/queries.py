"""The search language: what a line of text asks for. Pure, and total: every string is a query and none raises.

    back pain               both words, anywhere
    "back pain"             the words next to each other
    -knee                   without this word (or -"knee pain", -tag:knee, -site:blog.example)
    squat OR lunge          one of them; OR in capitals binds its two neighbours
    marathon*               words that begin so; a star after fewer than three letters is not heeded
    title:marathon          in the title;  author:jordan and tag:running likewise
    site:blog.example       of that site, its subdomains, or of sites with that word in their name
    after:2021 before:2022-07    published in 2021 or later; before July 2022

Signs that are no part of this are ordinary: ``C++`` asks for ``c++`` to the letter, ``a:b`` for the words next to
each other, ``-foo`` alone for foo, ``"`` for nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from pipelines.archive.words import UNSPACED_RUN, composed, folded

MIN_PREFIX_LETTERS = 3
"""Shorter beginnings have so many words that gathering their articles takes a second."""
ANYWHERE = ""
TEXT_FIELDS = {"title": "title", "author": "byline", "tag": "keywords"}
"""Field of the language → column of the full-text index."""
MAX_ATOMS = 64
"""A longer query, a pasted page say, is cut: SQLite bounds how deep an expression may be."""

MAX_CHARACTERS = 2_000
"""What stands behind them in a longer line is not read."""

_TOKEN = re.compile(r'(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"?(\*?)|([^\s"]+))')
_FIELDS = frozenset({*TEXT_FIELDS, "site", "before", "after"})
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_WORD = re.compile(r"[^\W_]+")
_BRACKETS = "()[]{}"
# Signs that are part of a name rather than punctuation when they touch a letter or digit: C++, F#, .NET is not among
# them because a full stop touches every last word.
_NAME_SIGNS = re.compile(r"\w[+#$€£%&@]|[#$€£@+]\w")


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing to look for: a word, a phrase, or the beginning of a word."""

    words: tuple[str, ...]
    """Words as typed that stand next to each other, spaced scripts only; empty when there are only ``runs``."""
    runs: tuple[str, ...] = ()
    """Stretches of an unspaced script, each of which has to occur."""
    field: str = ANYWHERE
    """``""``, ``"title"``, ``"author"`` or ``"tag"``."""
    prefix: bool = False
    """The last word is only the beginning of one."""
    literal: str | None = None
    """Lower-case text that has to occur to the letter because the index knows nothing of its signs, or None."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a line asks for: every group has to be met by one of its atoms, no atom of ``without`` may occur."""

    line: str
    groups: tuple[tuple[Atom, ...], ...] = ()
    without: tuple[Atom, ...] = ()
    sites: tuple[str, ...] = ()
    """Hosts or words of hosts, any of them."""
    without_sites: tuple[str, ...] = ()
    """The same, none of them."""
    after: str | None = None
    """ISO 8601 day, month or year: published then or later."""
    before: str | None = None
    """ISO 8601 day, month or year: published earlier."""

    @property
    def asks(self) -> bool:
        """Whether anything is asked for beyond being in the archive. False for a line without words and filters."""
        return bool(self.groups or self.sites or self.without_sites or self.after or self.before)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Every atom that may occur, in order."""
        return tuple(atom for group in self.groups for atom in group)


def parse(line: str) -> Query:
    """Return what *line* asks for. Never raises.

    >>> parse('"back pain" -knee').groups[0][0].words, parse('"back pain" -knee').without[0].words
    (('back', 'pain'), ('knee',))
    >>> parse("after:2021 tides").after, parse("after:dinner").after
    ('2021', None)
    """
    groups: list[tuple[Atom, ...]] = []
    without: list[Atom] = []
    sites: dict[bool, list[str]] = {True: [], False: []}
    after = before = None
    joins = False
    for match in islice(_TOKEN.finditer(line[:MAX_CHARACTERS]), MAX_ATOMS):
        minus, field, phrase, star, word = match.groups()
        if word == "OR" and not minus and not field:
            joins = bool(groups)
            continue
        name = (field or "").lower()
        value = phrase if phrase is not None else word
        if name == "site" and value:
            sites[not minus].append(folded(value).removeprefix("www."))
        elif name == "after" and _DATE.fullmatch(value):
            after = value
        elif name == "before" and _DATE.fullmatch(value):
            before = value
        else:
            atom = _atom(field, value, quoted=phrase is not None, star=bool(star))
            if atom is None:
                continue
            if minus:
                without.append(atom)
            elif joins:
                groups[-1] = (*groups[-1], atom)
            else:
                groups.append((atom,))
        joins = False
    wanted, unwanted = tuple(sites[True]), tuple(sites[False])
    if without and not groups and not (wanted or unwanted or after or before):
        # Nothing is left to take them out of, so "-foo" is somebody looking for "-foo".
        groups, without = [(atom,) for atom in without], []
    return Query(line, tuple(groups), tuple(without), wanted, unwanted, after, before)


def _atom(field: str | None, value: str, *, quoted: bool, star: bool) -> Atom | None:
    """Return the atom for one token, None when it holds no letter or digit."""
    name = (field or "").lower()
    if name not in TEXT_FIELDS:
        # An unknown field is no field: "a:b" are two words next to each other.
        value = f"{field}:{value}" if field else value
        name = ANYWHERE
    if not quoted:
        star = value.endswith("*")
        value = value.strip(_BRACKETS + "*,;")
    runs = tuple(UNSPACED_RUN.findall(composed(value)))
    words = tuple(_WORD.findall(UNSPACED_RUN.sub(" ", value)))
    if not runs and not words:
        return None
    literal = value.lower() if _NAME_SIGNS.search(value) and not runs else None
    prefix = star and bool(words) and len(words[-1]) >= MIN_PREFIX_LETTERS
    return Atom(words, runs, name, prefix=prefix, literal=literal)


def fts_expression(query: Query, groups: Iterable[tuple[Atom, ...]] | None = None) -> str | None:
    """Return *query*'s words in FTS5's own language, everything quoted, or None when it has none.

    With *groups* only those of its groups have to occur.

    >>> fts_expression(parse('title:tides "high water" OR ebb* -moon'))
    '((title : "tides") AND ("high water" OR "ebb" *)) NOT ("moon")'
    """
    chosen = query.groups if groups is None else tuple(groups)
    if not chosen:
        return None
    required = " AND ".join("(" + " OR ".join(map(atom_expression, group)) + ")" for group in chosen)
    # A sign like that of C++ is not in the index: taking out "c" would take out too much, so the text decides.
    excluded = [atom_expression(atom) for atom in query.without if atom.literal is None]
    return f"({required}) NOT ({' OR '.join(excluded)})" if excluded else required


def atom_expression(atom: Atom) -> str:
    """Return one atom in FTS5's language."""
    parts = []
    column = TEXT_FIELDS.get(atom.field)
    if atom.words:
        phrase = _phrase(atom)
        parts.append(f"{column} : {phrase}" if column else phrase)
    parts.extend(f"grams : {_run_phrase(run)}" for run in atom.runs)
    return parts[0] if len(parts) == 1 else "(" + " AND ".join(parts) + ")"


def title_expression(query: Query) -> str | None:
    """Return the expression for ``titles_fts``: all words in the title. None when that cannot be, or is not wanted."""
    groups = [[atom for atom in group if atom.words and atom.field in (ANYWHERE, "title")] for group in query.groups]
    if not all(groups):
        return None
    return " AND ".join("(" + " OR ".join(map(_phrase, group)) + ")" for group in groups)


def _phrase(atom: Atom) -> str:
    return f'"{" ".join(atom.words)}"' + (" *" if atom.prefix else "")


def _run_phrase(run: str) -> str:
    """Return the phrase of character pairs that a piece of unspaced text is found by."""
    if len(run) == 1:
        return f'"{run}" *'
    return '"' + " ".join(run[i : i + 2] for i in range(len(run) - 1)) + '"'
