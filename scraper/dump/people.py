"""Who wrote a dump's post, and what the dump says about that person.

Names come from bylines around the headline ("By …", "Written by" with the name on the next line, a name beside the
date), and from the bio itself ("I'm Ida …"). A bio is a paragraph at the end of the body or below it that introduces a
person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scraper.article import Author, Found
from scraper.dump.body import Choice
from scraper.dump.lines import PROSE_WORDS, WHOLE, Lines
from scraper.names import NAMED, STRICT, introduced, is_group, is_name, key_of, names_of, starts_introduced
from scraper.phrases import kinds_of
from scraper.standards import date
from scraper.wording import wording_of

ABOVE, BELOW = 6, 14
"""Lines around the headline in which a byline stands."""
BYLINE_WORDS = 24
"""Longest line read as a byline."""
BIO_WORDS = (10, 260)
"""Words of a paragraph about a person."""
TAIL_LINES = 5
"""Kept lines at the end of the body in which a bio may stand."""
BELOW_LINES = 14
"""Lines below the last kept one in which a bio may stand."""
APART = 2
"""Blank lines that part a bio from the text above it."""
HEADING_REACH = 3
"""Lines above a bio in which "About the author", or the name alone, may stand."""
NEXT_BLANKS = 1
"""Blank lines between two paragraphs of one bio."""

_GREETING = r"(?:\W{0,3}(?:hi|hello|hey|welcome|hallo|hola|bonjour|ciao|olá)\b[^.!?]{0,30}[,.!–—-]*\s+)?"
_I_AM = (
    r"(?:i['’]m|i am|my name is|my name['’]s|ich bin|mein name ist|je suis|je m['’]appelle|soy|me llamo|sono|mi chiamo|"
    r"eu sou|meu nome é|ik ben|mijn naam is|jestem|nazywam się|меня зовут)"
)
_INTRODUCES = re.compile(rf"{_GREETING}{_I_AM}\s+(?P<name>[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){{0,2}})", re.I)
_OF_AVATAR = re.compile(
    r"(?:picture|photo|avatar|image|headshot)s? (?:of|for) (.{3,40})|(.{3,40})['’]s? (?:avatar|photo|picture)", re.I
)
_IS = frozenset("is was ist war est es era è jest".split())


@dataclass(slots=True)
class Bio:
    """A paragraph, or several in a row, about a person."""

    first: int
    last: int
    """One past its last line."""
    name: str | None
    """The name it gives that person."""
    text: str
    why: str
    confidence: float


# ------------------------------------------------------------------------------------------------------------ authors
def authors(lines: Lines, headline: int, stretch: tuple[int, int]) -> tuple[Found[tuple[Author, ...]], ...]:
    """Return the names of the bylines around the headline, the surest first; empty when there is none."""
    found: list[Found[tuple[Author, ...]]] = []
    top = headline if headline >= 0 else stretch[0]
    first, last = max(0, min(top, stretch[0]) - ABOVE), min(len(lines.blocks), max(top, stretch[0]) + BELOW)
    for at in range(first, last):
        block = lines.blocks[at]
        if block.words > BYLINE_WORDS or at == headline:
            continue
        for names, source, confidence in _bylines(lines, at):
            distance = min(abs(at - top), abs(at - stretch[0]))
            value = tuple(map(Author, names))
            found.append(Found(value, source, confidence - 0.01 * min(distance, 10), block.text))
    found.sort(key=lambda one: -one.confidence)
    known: set[tuple[str, ...]] = set()
    out = []
    for one in found:
        key = tuple(key_of(author.name) for author in one.value)
        if key not in known:
            known.add(key)
            out.append(one)
    return tuple(out[:5])


def _bylines(lines: Lines, at: int) -> Iterator[tuple[list[str], str, float]]:
    text = lines.blocks[at].text
    if starts_introduced(text):
        kind, rest = introduced(text)
        if kind == "by":
            if rest:
                names = names_of(_pieces(rest), NAMED)
            else:
                names = names_of(_pieces(lines.blocks[at + 1].text), NAMED) if at + 1 < len(lines.blocks) else []
            if names:
                yield names, 'text:"By"', 0.85
        return
    inside = _BY_INSIDE.search(text)
    if inside:
        names = names_of(_pieces(inside.group(1)), STRICT)
        if names:
            yield names, 'text:"By"', 0.75
    avatar = _OF_AVATAR.fullmatch(text)
    if avatar:
        name = (avatar.group(1) or avatar.group(2)).strip()
        if is_name(name):
            yield [name], "text:picture of the author", 0.7
    elif _is_stamped(lines, at):
        names = names_of(_pieces(text), STRICT)
        if names and len(names[0].split()) in (2, 3) and not is_group(names[0]) and not kinds_of(text):
            yield names, "text:name beside the date", 0.6


_BY_INSIDE = re.compile(r"(?:\s|[a-z\d,|·•])(?:[Bb]y|BY|[Ww]ritten by|[Pp]osted by)[: ]\s?([A-ZÀ-Þ][^|·•]{2,60})")
_GLUED_DATE = re.compile(r"(?<=[a-zà-ÿ.])(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d)")


def _pieces(text: str) -> list[str]:
    """Return the parts of a byline: cut at bars, dots and dates."""
    text = _GLUED_DATE.sub(" | ", text)
    for found in reversed(date.find(text)):
        text = f"{text[: found.first]} | {text[found.last :]}"
    return [piece for piece in re.split(r"\s*[|·•–—]\s*|\s+(?:on|in)\s+|\s-\s", text) if piece.strip()]


def _is_stamped(lines: Lines, at: int) -> bool:
    """Tell whether a date stands on the line itself or right beside it."""
    year = lines.columns["year"]
    return any(
        year[near] and lines.words[near] <= BYLINE_WORDS for near in range(max(at - 1, 0), min(at + 3, len(year)))
    )


# ---------------------------------------------------------------------------------------------------------------- bio
def bio(lines: Lines, choice: Choice, stretch: tuple[int, int], names: Sequence[str]) -> Bio | None:
    """Return the surest bio at the end of the body or below it, with the paragraphs that go on from it; else None."""
    kept = [at for at in range(*stretch) if choice.kept[at]]
    if not kept:
        return None
    first = kept[-TAIL_LINES:][0]
    best: Bio | None = None
    words = _words_of(names)
    for at in range(first, min(kept[-1] + BELOW_LINES, len(lines.blocks))):
        found = _bio_at(lines, at, words, kept[-1])
        if found and (best is None or found.confidence > best.confidence):
            best = found
    return _extended(lines, best) if best else None


def _words_of(names: Sequence[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in name.casefold().split() if len(word) > 2)


def _bio_at(lines: Lines, at: int, words: frozenset[str], last: int) -> Bio | None:
    block = lines.blocks[at]
    if not BIO_WORDS[0] <= block.words <= BIO_WORDS[1] or block.marker:
        return None
    said = wording_of(block.text)
    about = said.role + said.verb + said.life
    headed = any(
        "bio_heading" in kinds_of(lines.blocks[near].text)
        for near in range(max(at - HEADING_REACH, 0), at)
        if lines.blocks[near].words < PROSE_WORDS
    )
    parted = block.gap >= APART or at >= last or headed
    introduced_by = _INTRODUCES.match(block.text)
    if introduced_by and said.first_person and about and parted:
        name = _name_in(introduced_by.group("name"))
        return Bio(at, at + 1, name, block.text, "introduces itself", 0.85 if name else 0.7)
    named = bool(words) and any(word.strip(".,'’") in words for word in said.head)
    opened = _opening_name(block.text)
    if named and (about >= 2 or (about and headed)) and parted:
        return Bio(at, at + 1, None, block.text, "names the author", 0.8)
    if opened and said.role and (about >= 3 or headed) and at >= last and not said.pitch:
        return Bio(at, at + 1, opened, block.text, "introduces a person", 0.65)
    if headed and about >= 2 and (said.first_person or said.third_person):
        return Bio(at, at + 1, None, block.text, "below its heading", 0.7)
    return None


def _name_in(text: str) -> str | None:
    """Return the name after "I'm", as far as it is one.

    >>> _name_in("Jordan"), _name_in("a baker"), _name_in("so glad")
    ('Jordan', None, None)
    """
    kept = []
    for word in text.split():
        if not word[:1].isupper():
            break
        kept.append(word.rstrip(".,!’'"))
    name = " ".join(kept)
    return name if name and is_name(name) else None


def _opening_name(text: str) -> str | None:
    """Return the name a paragraph opens with, when it goes on as one about a person does ("Ida Moss is a …")."""
    words = text.split(None, 5)[:5]
    for count in (2, 3):
        if len(words) > count and words[count].casefold() in _IS | {"writes", "lives", "has", "works"}:
            name = " ".join(words[:count])
            return name if is_name(name) and not is_group(name) else None
    return None


def _extended(lines: Lines, found: Bio) -> Bio:
    """Return the bio with the paragraphs that follow it and still speak of a person."""
    last = found.last
    texts = [found.text]
    while last < len(lines.blocks):
        block = lines.blocks[last]
        said = wording_of(block.text)
        if (
            block.gap > NEXT_BLANKS
            or not BIO_WORDS[0] <= block.words <= BIO_WORDS[1]
            or any(column[last] == WHOLE for column in lines.kinds.values())
            or not (said.first_person or said.third_person)
            or said.role + said.verb + said.life < 2
            or said.pitch
        ):
            break
        texts.append(block.text)
        last += 1
    return Bio(found.first, last, found.name, "\n".join(texts), found.why, found.confidence)
