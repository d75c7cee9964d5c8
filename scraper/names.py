"""Names: the people (and teams) a byline names, told from roles, credentials, buttons and dates.

A byline element holds name, role, date and minutes in pieces of their own, so it is read piece by piece: after the
word that introduces it (``by``, ``von``, ``作者``) the first pieces that look like names are the names, and the first
that does not ends them. The words are data (``data/lists/name_words.toml``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from scraper.calendars import month_of
from scraper.resources import data_path
from scraper.standards.structured import types_of
from scraper.text import fold, plain

MAX_CHARS = 60
"""Longest name, in characters."""
MAX_WORDS = 6
"""Longest name, in words."""
MAX_NAMES = 8
"""Names read from one byline."""
STRICT, NAMED, DECLARED = 0, 1, 2
"""How sure the place is that a name stands there. STRICT: nothing says so, only a person's name will do. NAMED: a word
introduces it, so a team's name with small words will do. DECLARED: markup says so, lower case and hosts will do too."""


@dataclass(frozen=True, slots=True)
class _Words:
    by: tuple[str, ...]
    not_author: tuple[str, ...]
    credentials: frozenset[str]
    roles: frozenset[str]
    groups: frozenset[str]
    never: frozenset[str]
    function_words: frozenset[str]
    particles: frozenset[str]


@cache
def _words() -> _Words:
    with data_path("lists", "name_words.toml").open("rb") as file:
        table = {name: said.split("|") for name, said in tomllib.load(file).items()}
    longest_first = {name: tuple(sorted(table[name], key=len, reverse=True)) for name in ("by", "not_author")}
    return _Words(
        longest_first["by"],
        longest_first["not_author"],
        frozenset(word.replace(".", "") for word in table["credentials"]),
        frozenset(table["roles"]),
        frozenset(table["groups"]),
        frozenset(table["never"]),
        frozenset(table["function_words"]),
        frozenset(table["particles"]),
    )


@cache
def _starts() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Return (first word or character → introducing phrases, longest first; the phrases that name somebody else)."""
    words = _words()
    table: dict[str, list[str]] = {}
    for phrase in sorted({*words.by, *words.not_author}, key=len, reverse=True):
        table.setdefault(_first(phrase), []).append(phrase)
    return {first: tuple(phrases) for first, phrases in table.items()}, frozenset(words.not_author)


_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEADING = re.compile(r"[^\s:：]+")


def _first(text: str) -> str:
    """Return what a phrase is filed under: its first word, or its first character where words have no spaces."""
    if text[:1] == "©" or _UNSPACED.match(text):
        return text[0]
    found = _LEADING.match(text)
    return found.group() if found else ""


@lru_cache(maxsize=2_048)  # a run by the headline is asked by every way of reading it
def introduced(text: str) -> tuple[str, str]:
    """Return (what introduces a name: ``by``, ``other`` for a reviewer or photographer, or ``""``; the rest).

    >>> introduced("Written by: Ann Lee"), introduced("Medically reviewed by Bob Ray"), introduced("Ann Lee")
    (('by', 'Ann Lee'), ('other', 'Bob Ray'), ('', 'Ann Lee'))
    """
    text = text.lstrip(" \t-–—|•·,/~✍︎*(")
    low = text[:60].lower()
    table, others = _starts()
    for phrase in table.get(_first(low), ()):
        if low.startswith(phrase):
            rest = text[len(phrase) :]
            if rest and rest[0] not in " :：\u00a0\t-–—|/,.、" and not _UNSPACED.match(phrase[-1]):
                continue
            return ("other" if phrase in others else "by"), rest.strip(" :：\u00a0\t-–—|/,.、")
    return "", text


@cache
def far_starts() -> frozenset[str]:
    """Return the first three characters, in the usual cases, of phrases that introduce a name wherever they stand."""
    certain = [phrase for phrase in _words().by if phrase.split()[0] not in _VAGUE]
    starts = {f"{phrase:<3}"[:3] for phrase in certain}
    return frozenset(case(start) for start in starts for case in (str.lower, str.upper, str.capitalize))


# Words that introduce an author beside a headline, and anything at all elsewhere.
_VAGUE = frozenset(
    "from the name text texto tekst teksti reporter contributor contributors writer created submitted".split()
    + "da di av a de".split()
)


@cache
def _all_starts() -> frozenset[str]:
    phrases = (*_words().by, *_words().not_author)
    return frozenset(f"{phrase:<3}"[:3] for phrase in phrases) | {p[0] for p in phrases if not p.isascii()}


def starts_introduced(text: str) -> bool:
    """Tell quickly whether ``introduced`` may find anything in *text*."""
    return f"{text[:3].lower():<3}".replace(":", " ") in _all_starts() or (
        not text.isascii() and text[:1].lower() in _all_starts()
    )


_SPLIT = re.compile(r"\s*[,;|\n•·／]\s*|\s+[–—/-]\s+|\s+(?:and|&|und|et|y|e|i|og|och|en|with|и|та|و)\s+|、|\s\+\s")
_BRACKETS = re.compile(r"\s*[(\[（][^()\[\]（）]{0,60}[)\]）]\s*")
_SHAPE = re.compile(r"[^\W\d_][\w.'’‘`´\-\u200c ]{0,58}[\w.'’)]?")
_EDGES = ' \t\u00a0.,:;|/•·*–—-"“”«»()[]<>@'
_BAD_ANYWHERE = re.compile(
    r"https?:|www\.|[?!=<>{}\[\]#%$€£\\^~|]|\d{5,}|/.*/|(?:19|20)\d\d|\d[./]\d|\d\s?[年月日년월일]"
)
_BAD = re.compile(r"https?:|www\.|@|[?!=<>{}\[\]#%$€£\\^~_]|\.(?:com|org|net|html?)\b|\d{2,}")


def names_of(pieces: Iterable[str], trust: int = STRICT) -> list[str]:
    """Return the names a byline's pieces begin with, in order; what introduces them must be taken off before.

    >>> names_of(["Ann Lee, MD and Bob Ray", "Senior Editor", "July 3, 2021"]), names_of(["Read more"])
    (['Ann Lee', 'Bob Ray'], [])
    >>> names_of(["The Slow Oven Team 3 min"]), names_of(["The Slow Oven Team 3 min"], NAMED)
    ([], ['The Slow Oven Team'])
    """
    out: list[str] = []
    for piece in pieces:
        said = piece[:200]
        if "(" in said or "[" in said or "（" in said:
            said = _BRACKETS.sub(" ", said)
        for part in _SPLIT.split(said):
            name = clean(_NUMBERS.sub("", part) if trust and not out else part)
            if not name or is_credential(name) or name.casefold() in _JOINING:
                continue
            if not is_name(name, trust) or (out and has_role(name)):
                return out
            if name not in out:
                out.append(name)
            if len(out) >= MAX_NAMES:
                return out
    return out


# Minutes or a date behind the name, with the word that joins them: "Ida Holm on March 4".
_NUMBERS = re.compile(r"\s(?:on|am|at|le|el|il|op|em|den)\s(?:\w{3,12}\.?\s)?\d.*\Z|\s\d.*\Z", re.S | re.I)
_JOINING = frozenset(("and", "&", "und", "et", "y", "by", "with", "og", "och", "en", "и", "+", "von", "par", "por"))


def clean(name: str) -> str:
    """Return a name without white space, punctuation and credentials at its ends.

    >>> clean("Dr. Ann Lee Ph.D."), clean(" ANN LEE — ")
    ('Ann Lee', 'ANN LEE')
    """
    words = name.strip(_EDGES).split()
    while len(words) > 1 and is_credential(words[-1]):
        words.pop()
    while len(words) > 1 and is_credential(words[0]):
        words.pop(0)
    return " ".join(words).strip(" ,;:|/•·–—-")


@lru_cache(maxsize=4_096)
def is_credential(word: str) -> bool:
    """Tell whether a word is a title or degree and no part of a name."""
    return len(word) < 12 and word.strip(" .,()").casefold().replace(".", "") in _words().credentials


def has_role(name: str) -> bool:
    """Tell whether a part of a byline names a job."""
    return not _words().roles.isdisjoint(name.casefold().split())


def is_group(name: str) -> bool:
    """Tell whether a name is a team's, firm's or site's."""
    return not _words().groups.isdisjoint(name.casefold().replace(".", " ").split())


@lru_cache(maxsize=8_192)
def is_name(name: str, trust: int = STRICT) -> bool:
    """Tell whether a run may be a name: few words, no digits, no button, capitals where the alphabet has them.

    >>> [is_name(name) for name in ("Ann van der Lee", "Read more", "July 2021", "王小明", "senior editor", "O'Brien")]
    [True, False, False, True, False, True]
    >>> is_name("ann lee"), is_name("ann lee", DECLARED), is_name("Our Editors"), is_name("Our Editors", NAMED)
    (False, True, False, True)
    """
    if not 2 <= len(name) <= MAX_CHARS:
        return False
    if trust == DECLARED:
        if _BAD_ANYWHERE.search(name) or not any(character.isalpha() for character in name):
            return False
    elif _BAD.search(name) or not _SHAPE.fullmatch(name):
        return False
    words = name.split()
    if len(words) > MAX_WORDS or (_UNSPACED.search(name) and len(name) > 16):
        return False
    table = _words()
    lower = [word.casefold().strip(".,") for word in words]
    if not table.never.isdisjoint(lower) or table.function_words.issuperset(lower):
        return False
    may_be_date = len(words) == 1 or any(map(str.isdigit, name))
    if may_be_date and any(len(word) > 2 and month_of(word) for word in words):
        return False
    if trust == DECLARED or len(words) == 1:
        return True
    plain = [
        word for word in words if word.casefold() in table.function_words and word.casefold() not in table.particles
    ]
    if plain and (trust == STRICT or len(plain) > 2):
        return False
    spoken = [word for word in words if word.casefold().strip(".") not in table.particles and word not in plain]
    return bool(spoken) and all(_is_capital(word) for word in spoken)


def _is_capital(word: str) -> bool:
    """Tell whether a word begins with a capital, or is of an alphabet without capitals."""
    first = next((character for character in word if character.isalpha()), "")
    return bool(first) and (first.isupper() or first.lower() == first.upper())


_SIGNS = re.compile(r"[^\w\s.'’-]|[\d_]")


def shape_of(name: str) -> list[str]:
    """Return what a name looks like, as features."""
    words = name.split()
    out = [f"words:{len(words) if len(words) < 5 else '5+'}"]
    if len(words) == 1:
        if _UNSPACED.search(name):
            return ["words:2"]
        out.append("login" if name.islower() or any(c.isdigit() for c in name) else "one word")
    if name.isupper() and len(name) > 4:
        out.append("capitals")
    if is_group(name):
        out.append("group")
    if has_role(name):
        out.append("role")
    if any(word.casefold() in _words().function_words for word in words):
        out.append("small words")
    if len(words) > 1 and name.islower():
        out.append("lower case")
    if _SIGNS.search(name):
        out.append("signs")
    return out


def key_of(name: str) -> str:
    """Return a name as it is compared."""
    return fold(name)


def people_of(value: Any, levels: int = 3) -> Iterator[tuple[str, str, str | None]]:
    """Yield (name, kind, address or None) for an author property of structured data, however it is written.

    The kind is ``person``, ``string`` or ``organization``. Known forms: a string, a list, an object with a name, a name
    that is an object itself, given and family name apart.

    >>> list(people_of([{"@type": "Person", "givenName": "Ann", "familyName": "Lee"}, "Bob Ray"]))
    [('Ann Lee', 'person', None), ('Bob Ray', 'string', None)]
    """
    if isinstance(value, str):
        for name in names_of([introduced(plain(value))[1]], DECLARED):
            yield name, "string", None
    elif isinstance(value, list):
        for item in value[:MAX_NAMES]:
            if levels:
                yield from people_of(item, levels - 1)
    elif isinstance(value, dict):
        named = value.get("name")
        if isinstance(named, dict | list) and levels:
            yield from people_of(named, levels - 1)
            return
        said = plain(named)
        if not said:
            parts = [plain(value.get(part)) for part in ("givenName", "additionalName", "familyName")]
            said = " ".join(part for part in parts if part)
        address = value.get("url") or value.get("@id")
        url = address if isinstance(address, str) and address.startswith(("http", "/")) else None
        kind = (
            "organization" if types_of(value) & {"organization", "newsmediaorganization", "corporation"} else "person"
        )
        for one in names_of([introduced(said)[1]], DECLARED):
            yield one, kind, url
