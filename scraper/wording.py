"""What a paragraph's words say about whom it speaks of: a person, the reader, a firm, or something for sale.

Counting words of a few lists (``data/lists/person_words.toml``) in one pass: an alternation of the same words costs
ten times as much. Prose about a person is told by these counts better than by anything else on a page; see
``scraper.fields.author_bio``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import NamedTuple

from scraper.resources import data_path

MAX_CHARACTERS = 600
"""A longer paragraph has shown by then whom it speaks of."""
HEAD_WORDS = 5
"""How many words count as the beginning of a paragraph."""
_WORD = re.compile(r"[\w'-]+")


class Wording(NamedTuple):
    """How many different words of each list stand in a paragraph, and what it begins with."""

    words: int
    """All words, up to MAX_CHARACTERS of the text."""
    role: int
    verb: int
    life: int
    first_person: int
    third_person: int
    we: int
    you: int
    pitch: int
    greets: bool
    """It begins as people introduce themselves: "Hi, I'm …", "Je suis …"."""
    years: bool
    """It speaks of years or decades."""
    head: tuple[str, ...]
    """The first HEAD_WORDS words, folded."""
    tokens: frozenset[str]


_LISTS = ("role", "verb", "life", "first_person", "third_person", "we", "you", "pitch", "years")


@cache
def _tables() -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return (word → positions of its lists, first character → greetings, parts of words in unspaced scripts)."""
    with data_path("lists", "person_words.toml").open("rb") as file:
        lists = tomllib.load(file)
    table: dict[str, tuple[int, ...]] = {}
    for position, name in enumerate(_LISTS):
        for word in set(lists[name]["words"].split()):
            table[word] = (*table.get(word, ()), position)
    greetings: dict[str, tuple[str, ...]] = {}
    for start in lists["greeting"]["starts"]:
        said = start.strip()
        greetings[said[0]] = (*greetings.get(said[0], ()), *(said + after for after in " ,!.'"))
    return table, greetings, tuple(lists["unspaced"]["parts"])


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(_tables()[0])


def wording_of(text: str) -> Wording:
    """Return the counts for one paragraph.

    >>> said = wording_of("Ida Moss is a writer and baker. She lives in Leeds with her two dogs.")
    >>> said.role, said.verb, said.third_person, said.head[:2]
    (2, 1, 2, ('ida', 'moss'))
    """
    table, greetings, parts = _tables()
    folded = text[:MAX_CHARACTERS].casefold().replace("\u2019", "'")
    words = _WORD.findall(folded)
    tokens = frozenset(words)
    counts = [0] * len(_LISTS)
    for token in _vocabulary() & tokens:
        for position in table[token]:
            counts[position] += 1
    if not folded.isascii():
        said = len([part for part in parts if part in folded])
        counts[0] += said
        counts[2] += said
    opening = folded.lstrip("¡¿\"'“«( ")
    role, verb, life, first_person, third_person, we, you, pitch, years = counts
    return Wording(
        len(words),
        role,
        verb,
        life,
        first_person,
        third_person,
        we,
        you,
        pitch,
        opening.startswith(greetings.get(opening[:1], ())),
        years > 0,
        tuple(words[:HEAD_WORDS]),
        tokens,
    )


_GREETING = r"hi|hello|hey|howdy|welcome|hallo|hej|bonjour|salut|hola|ciao|olá|oi|cześć|привет"
_INTRODUCING = (
    r"i['’]m|i am|my name is|my name['’]s|ich bin|mein name ist|ich heiße|je m['’]appelle|je suis|moi c['’]est|"
    r"me llamo|mi nombre es|soy|mi chiamo|sono|eu sou(?: [oa])?|o meu nome é|meu nome é|me chamo|ik ben|mijn naam is|"
    r"jestem|nazywam się|mam na imię|меня зовут|jag heter|jag är|jeg er|jeg heter"
)
_INTRODUCED = re.compile(
    rf"[¡¿\"“]?(?:(?:{_GREETING})\b[\s,!.–—-]{{0,4}}(?:there|all|everyone)?[\s,!.–—-]{{0,4}})?(?:{_INTRODUCING})\s+",
    re.I,
)
_NO_NAME = frozenset("i ich je yo io eu ja я jag jeg a an the ein eine un una not so just here now very".split())
_PARTICLES = frozenset("de van von der la le da dos bin al di del".split())
MAX_NAME_WORDS = 4


def introduced_name(text: str) -> str | None:
    """Return the name by which a text introduces its speaker at its very beginning, None when it does not.

    >>> introduced_name("Hi, I'm Maren Ohl and I love to mend bicycles!"), introduced_name("I'm a baker by the sea.")
    ('Maren Ohl', None)
    """
    found = _INTRODUCED.match(text)
    if found is None:
        return None
    name: list[str] = []
    for word in text[found.end() : found.end() + 80].split()[: MAX_NAME_WORDS + 1]:
        bare = word.rstrip(".,!?:;)–—-…")
        if not (bare[:1].isupper() or (name and bare in _PARTICLES)) or len(name) == MAX_NAME_WORDS:
            break
        name.append(bare)
        if bare != word:
            break
    while name and name[-1] in _PARTICLES:
        name.pop()
    return " ".join(name) if name and name[0].casefold() not in _NO_NAME else None
