"""Names of icons that were meant to be pictures: titles of a sprite's symbols, ligatures of an icon font, glued
together or in a row.

``envelopephone-handsetcrossmenu linkedin facebook`` is five or six names; a line is taken for icon text when names
from a list (``data/lists/icon_names.toml``) account for nearly all of its letters. A single such word ("Menu",
"Search") is left to other steps.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache

from scraper.marks import Cut, Marks
from scraper.resources import data_path

MAX_WORDS = 40
"""Longest line looked at; a sprite's names stand in one or two."""
MAX_CHARACTERS = 1_000
"""Characters of such a line: a "word" of five megabytes is none, and taking it apart costs seven seconds."""
MIN_NAMES = 3
"""Names a row must hold; a glued or ligature-like word needs fewer."""
COVERED = 0.85
"""Share of the letters that names must account for."""
_LETTERS = re.compile(r"[a-z]+")
_LIGATURE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")


@cache
def _names() -> frozenset[str]:
    with data_path("lists", "icon_names.toml").open("rb") as file:
        return frozenset(tomllib.load(file)["names"]["words"].split())


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the lines of the body that are made of icon names."""
    for block in marks.kept():
        text = block.text
        short = block.words <= MAX_WORDS and len(text) <= MAX_CHARACTERS
        if short and text.islower() and text.isascii() and is_icon_text(text):
            yield Cut(block.index, block.index + 1, "names of icons", f"the line {text[:60]!r}")


@lru_cache(maxsize=4_000)
def is_icon_text(text: str) -> bool:
    """Tell whether a lower-case line is made of icon names.

    >>> is_icon_text("envelopephone-handsetcrossmenu linkedin facebook"), is_icon_text("arrow_forward")
    (True, True)
    >>> is_icon_text("close the menu and call by phone"), is_icon_text("menu"), is_icon_text("row_count")
    (False, False, False)
    """
    tokens = text.split()
    if all(_LIGATURE.fullmatch(token) and _names().issuperset(token.split("_")) for token in tokens):
        return True
    runs = _LETTERS.findall(text)
    letters = sum(map(len, runs))
    named = covered = 0
    for run in runs:
        names, length = _split(run)
        named += names
        covered += length
    glued = named > len(runs)
    return covered >= COVERED * letters and (named >= MIN_NAMES or (glued and named >= 2))


def _split(run: str) -> tuple[int, int]:
    """Return (number of names, letters they account for) of a run of letters, longest names first."""
    names = _names()
    count = covered = at = 0
    while at < len(run):
        length = next((size for size in range(min(14, len(run) - at), 2, -1) if run[at : at + size] in names), 0)
        if length:
            count += 1
            covered += length
        at += length or 1
    return count, covered
