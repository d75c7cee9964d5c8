"""What the words of a line say it is: a heading over comments, a call to share, a label before a date, in many
languages.

The phrases are data (``data/phrases/<language>.toml``), all languages together: a page's declared language is often
wrong, and a phrase of one language hardly ever means something else in another. Look-ups are by folded text and by the
first words, because an alternation of hundreds of phrases costs ten times as much as two dictionary look-ups.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache

from scraper.resources import data_path

LONGEST_LINE_WORDS = 40
"""Longer runs are prose, whatever they begin with, for kinds that speak about a line's beginning."""
LONGEST_LINE_CHARACTERS = 160
"""Longer text is no phrase as a whole."""
_WORDS = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


def key(text: str) -> str:
    """Return *text* as it is compared: lower-case words separated by one space.

    >>> key("Leave a Reply:"), key("What’s new?")
    ('leave a reply', 'what s new')
    """
    return " ".join(_WORDS.findall(text.lower()))


_UNSPACED_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def _bucket(beginning: str) -> str:
    """Return what a beginning is filed under: its first word, or its first character where words have no spaces."""
    return beginning[0] if _UNSPACED_SCRIPT.match(beginning) else beginning.split(" ", 1)[0]


@cache
def _tables() -> tuple[dict[str, frozenset[str]], dict[str, tuple[tuple[str, str], ...]]]:
    """Return (whole line → kinds, bucket → (beginning, kind) pairs)."""
    lines: dict[str, set[str]] = {}
    starts: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(data_path("phrases").glob("*.toml")):
        with path.open("rb") as file:
            table = tomllib.load(file)
        for kind, lists in table.items():
            for phrase in lists.get("lines", ()):
                lines.setdefault(key(phrase), set()).add(kind)
            for phrase in lists.get("starts", ()):
                beginning = key(phrase)
                starts.setdefault(_bucket(beginning), []).append((beginning, kind))
    return {line: frozenset(kinds) for line, kinds in lines.items()}, {
        word: tuple(pairs) for word, pairs in starts.items()
    }


@cache
def _line_words() -> frozenset[str]:
    """Return the first words of whole lines."""
    return frozenset(line.partition(" ")[0] for line in _tables()[0])


@cache
def first_words() -> frozenset[str]:
    """Return what any phrase begins with: its first word, or its first character where words have no spaces.

    Blocks whose first word is not among them need no look-up.
    """
    lines, starts = _tables()
    return frozenset(starts) | {_bucket(line) for line in lines}


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=50_000)
def kinds_of(text: str) -> frozenset[str]:
    """Return the kinds of phrase *text* is as a whole: of a line such as ``Share this post``, ``{"share"}``.

    Numbers around the phrase do not count ("12 comments", "Comments (3)").

    >>> sorted(kinds_of("Comments (3)"))
    ['comments_heading']
    >>> kinds_of("A line about nothing of the kind")
    frozenset()
    """
    if len(text) > LONGEST_LINE_CHARACTERS:
        return _NONE
    if text.isascii():  # nearly all runs are told by their first word to be no phrase, without folding the rest
        first = _WORDS.search(text)
        if first is not None:
            word = first.group().lower()
            if word not in _line_words() and not word.isdigit():
                return _NONE
    folded = key(text)
    found = _tables()[0].get(folded)
    if found is None and _DIGIT.search(folded):
        found = _tables()[0].get(" ".join(word for word in folded.split() if not word.isdigit()))
    return found or _NONE


@lru_cache(maxsize=50_000)
def beginnings_of(text: str) -> frozenset[str]:
    """Return the kinds of phrase *text* begins with or is.

    >>> "updated_label" in beginnings_of("Last Updated on July 26, 2021")
    True
    """
    starts = _tables()[1]
    if text.isascii():
        first = _WORDS.search(text)
        if first is not None and first.end() < 200 and first.group().lower() not in starts:
            return kinds_of(text)
    folded = key(text[:200])
    if not folded:
        return _NONE
    bucket = _bucket(folded)
    after = "" if _UNSPACED_SCRIPT.match(folded) else " "
    pairs = starts.get(bucket, ())
    found = {kind for beginning, kind in pairs if folded == beginning or folded.startswith(beginning + after)}
    return frozenset(found) | kinds_of(text)
