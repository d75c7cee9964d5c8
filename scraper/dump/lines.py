"""What can be seen of each line of a dump by itself: its length, its words, its punctuation, what its words say it is.

Everything is kept in columns, one number per line: the scorer asks for whole columns, and a neighbour's value is then a
slice.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from scraper.blocks import Block
from scraper.phrases import beginnings_of, kinds_of
from scraper.resources import data_path

PROSE_WORDS = 8
"""A line of so many words is running text; menus, labels and most headings are shorter."""
WORDS_LOOKED_AT = 60
"""Function and capitalised words are counted among the first so many words: a longer line has shown what it is."""
DIGITS_LOOKED_AT = 120
"""Characters of a line among which digits are counted."""

KINDS: dict[str, tuple[str, ...]] = {
    "comments": ("comments_heading",),
    "reply": ("reply",),
    "related": ("related_heading", "recent_heading"),
    "author": ("bio_heading", "by_label", "reviewed_by"),
    "share": ("share",),
    "newsletter": ("newsletter",),
    "legal": ("cookies", "disclaimer", "copyright"),
    "contact": ("contact",),
    "read_more": ("read_more",),
    "navigation": ("navigation", "toc_heading"),
    "advertising": ("advertising",),
    "label": ("updated_label", "published_label", "tags_label"),
}
"""The scorer's kinds of telling line, each with the kinds of phrase it takes together."""

_KIND_OF = {phrase: kind for kind, phrases in KINDS.items() for phrase in phrases}
BEGINS, WHOLE = 1, 2
"""How a line carries a phrase: it begins with it, or is nothing else."""

_GLUED = re.compile(r"[a-zà-ÿ][A-Z]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)]*\s|[。！？]")
_FIRST_PERSON = frozenset(
    "i i'm i've my me we our us ich wir unser je nous notre yo nosotros eu nós io noi ik wij я мы ja".split()
)
_SECOND_PERSON = frozenset("you your you're yours du dein ihr sie vous votre tu tú usted você jij jouw вы ваш".split())
_ENDS = {
    ".": 1,
    "。": 1,
    "۔": 1,
    "!": 2,
    "?": 2,
    "！": 2,
    "？": 2,
    "؟": 2,
    ":": 3,
    "：": 3,
    "…": 4,
    ",": 5,
    ";": 5,
    "»": 6,
    "›": 6,
    "→": 6,
}
_CLOSING = "'\"”’)）」』*"


@cache
def function_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return (function words of many languages, particles of scripts without spaces)."""
    with data_path("lists", "function_words.toml").open("rb") as file:
        lists = tomllib.load(file)
    particles = frozenset(lists.pop("particles").split())
    return frozenset(word for words in lists.values() for word in words.split()), particles


@dataclass(slots=True)
class Lines:
    """The columns of a dump: for every name one number per line."""

    blocks: list[Block]
    columns: dict[str, list[float]] = field(default_factory=dict)
    kinds: dict[str, list[int]] = field(default_factory=dict)
    """Kind → BEGINS, WHOLE or 0 per line."""
    tokens: list[frozenset[str]] = field(default_factory=list)
    """The content words of each line, lower case; empty for lines of one or two words."""

    @property
    def words(self) -> list[float]:
        """The number of words per line."""
        return self.columns["words"]


OWN = (
    "words letters sentences end commas capitals function digits glued start_case symbols person reader year marker "
    "indent gap"
).split()
"""Names of the columns that a line has by itself, in the order of ``_own``."""


def lines_of(blocks: list[Block]) -> Lines:
    """Return the own columns of a dump's lines. Cost is linear in the text."""
    lines = Lines(blocks)
    rows = [_own(block) for block in blocks]
    lines.columns = {name: [row[at] for row in rows] for at, name in enumerate(OWN)}
    _add_copies(lines)
    _add_kinds(lines)
    lines.tokens = [content_words(block.text) if block.words > 2 else frozenset() for block in blocks]
    return lines


def content_words(text: str) -> frozenset[str]:
    """Return the words of a line that say what it is about: three letters or more, no function words.

    Pairs of characters stand for words in scripts without spaces.

    >>> sorted(content_words("The tide, and what the tide brings"))
    ['brings', 'tide']
    """
    functional, _ = function_words()
    found = _TOKEN.findall(text.lower())
    if not text.isascii() and _UNSPACED.search(text):
        return frozenset(token[at : at + 2] for token in found for at in range(max(1, min(len(token), 200) - 1)))
    return frozenset(token for token in found if len(token) > 2 and token not in functional)


def _own(block: Block) -> tuple[float, ...]:
    """Return the values of OWN that a line has by itself, in order, up to the gap."""
    text = block.text
    tokens = text.split(None, WORDS_LOOKED_AT)[:WORDS_LOOKED_AT]
    count = len(tokens) or 1
    functional, particles = function_words()
    capitals = sum([token[0].isupper() for token in tokens])
    lowered = text.lower().split(None, WORDS_LOOKED_AT)[:WORDS_LOOKED_AT]
    share = sum([token in functional for token in lowered]) / count
    person = sum([token in _FIRST_PERSON for token in lowered])
    reader = sum([token in _SECOND_PERSON for token in lowered])
    if not text.isascii():
        unspaced = _UNSPACED.findall(text[:400])
        if len(unspaced) > count:
            share = min(0.5, sum(character in particles for character in unspaced) * 2 / len(unspaced))
            capitals = 0
    first = text[:1]
    start_case = 1 if first.islower() else 2 if first.isupper() else 3 if first.isdigit() else 0
    marker = 0 if not block.marker else 2 if block.marker[:1].isdigit() else 1
    return (
        block.words,
        len(text) / max(block.words, 1),
        len(_SENTENCE_END.findall(text)) if block.words >= PROSE_WORDS else 0,
        end_of(text),
        text.count(",") / count,
        capitals / count,
        share,
        len(_DIGIT.findall(text, 0, DIGITS_LOOKED_AT)) / min(len(text), DIGITS_LOOKED_AT) if text else 0,
        len(_GLUED.findall(text)) if len(text) < 300 else 0,
        start_case,
        _symbols(text),
        person,
        reader,
        1
        if ("20" in text or "19" in text)
        and any(len(t := token.strip(".,()")) == 4 and t.isdigit() for token in tokens)
        else 0,
        marker,
        min(block.indent, 20),
        min(block.gap, 9),
    )


def end_of(text: str) -> int:
    """Return what a line ends with: 0 a letter, 1 full stop, 2 ! or ?, 3 colon, 4 ellipsis, 5 comma, 6 arrow."""
    stripped = text.rstrip(_CLOSING)
    if stripped.endswith(("...", "[…]", "[...", "[…", "…")) or text.endswith(("[...]", "[…]")):
        return 4
    return _ENDS.get(stripped[-1:], 0)


def _symbols(text: str) -> int:
    """Return which telling character a line holds: 1 at, 2 address, 3 copyright, 4 bar or arrow, 5 money, 0 none."""
    if "@" in text:
        return 1
    if "http" in text or "www." in text:
        return 2
    if "©" in text:
        return 3
    if "|" in text or "»" in text or "›" in text or "→" in text:
        return 4
    return 5 if "$" in text or "€" in text or "£" in text else 0


def _add_copies(lines: Lines) -> None:
    """Add how often a line stands above and below."""
    keys = [block.text.lower() for block in lines.blocks]
    before: dict[str, int] = {}
    column: list[float] = []
    for key in keys:
        seen = before.get(key, 0)
        column.append(min(seen, 5))
        before[key] = seen + 1
    lines.columns["copies_before"] = column
    lines.columns["copies_after"] = [min(before[key] - 1, 6) - seen for key, seen in zip(keys, column, strict=True)]


def _add_kinds(lines: Lines) -> None:
    size = len(lines.blocks)
    lines.kinds = {kind: [0] * size for kind in KINDS}
    for position, block in enumerate(lines.blocks):
        if block.words > WORDS_LOOKED_AT:
            continue
        begins = beginnings_of(block.text)
        if begins:
            _set_kinds(lines.kinds, position, begins, BEGINS)
            if block.words < PROSE_WORDS * 2:
                _set_kinds(lines.kinds, position, kinds_of(block.text), WHOLE)


def _set_kinds(kinds: dict[str, list[int]], position: int, phrases: Iterable[str], value: int) -> None:
    for phrase in phrases:
        kind = _KIND_OF.get(phrase)
        if kind is not None:
            kinds[kind][position] = value
