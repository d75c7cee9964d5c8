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

INTRODUCED = 0.7
"""Confidence from which a word or picture introduces the name, so that nothing else has to."""
LEAST_CONFIDENCE = 0.5
"""Less is no answer."""
BARE_REACH = 4
"""Lines above and below the headline in which a line that is nothing but a name may be the byline."""
BARE_EXTRA = 2
"""Characters a line may hold beside the name it is."""
AS_A_WORD = -0.2
"""What it takes from the confidence in a name that the dump also writes in small letters."""
LONGEST_MENTION = 90
"""Words of a line in which a name is looked for again: a bio, not a chapter."""

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
@dataclass(frozen=True, slots=True)
class _Claim:
    """Names a line gives, and how sure that is without looking at the rest of the dump."""

    names: tuple[str, ...]
    source: str
    confidence: float
    at: int


def authors(lines: Lines, headline: int, stretch: tuple[int, int]) -> tuple[Found[tuple[Author, ...]], ...]:
    """Return the names of the bylines around the headline, the surest first; empty when there is none.

    What nothing introduces is surer where the dump says the name again as one does a person's ("About Ida Moss").
    """
    top = headline if headline >= 0 else stretch[0]
    first, last = max(0, min(top, stretch[0]) - ABOVE), min(len(lines.blocks), max(top, stretch[0]) + BELOW)
    found: list[Found[tuple[Author, ...]]] = []
    for at in range(first, last):
        if lines.blocks[at].words > BYLINE_WORDS or at == headline:
            continue
        for claim in _claims(lines, at, top):
            confidence = claim.confidence
            if confidence < INTRODUCED:
                confidence += _said_again(lines, claim)
            confidence -= 0.01 * min(min(abs(at - top), abs(at - stretch[0])), 10)
            if confidence >= LEAST_CONFIDENCE:
                value = tuple(map(Author, claim.names))
                found.append(Found(value, claim.source, min(confidence, 0.95), lines.blocks[at].text))
    found.sort(key=lambda one: -one.confidence)
    known: set[tuple[str, ...]] = set()
    out = []
    for one in found:
        key = tuple(key_of(author.name) for author in one.value)
        if key not in known:
            known.add(key)
            out.append(one)
    return tuple(out[:5])


def _claims(lines: Lines, at: int, top: int) -> Iterator[_Claim]:
    text = _GLUED_BY.sub("by ", _undoubled(lines.blocks[at].text))
    if starts_introduced(text):
        kind, rest = introduced(text)
        if kind == "by":
            below = lines.blocks[at + 1].text if at + 1 < len(lines.blocks) else ""
            names = _names(rest or _undoubled(below), NAMED)
            if names:
                yield _Claim(names, 'text:"By"', 0.85, at)
        if kind:
            return
    inside = _BY_INSIDE.search(text)
    if inside:
        names = _names(inside.group(1), STRICT)
        if _is_person(names) and introduced(text)[0] != "other":
            yield _Claim(names, 'text:"By"', 0.65, at)
    avatar = _OF_AVATAR.fullmatch(text)
    if avatar:
        name = _undoubled((avatar.group(1) or avatar.group(2)).strip())
        if is_name(name):
            yield _Claim((name,), "text:picture of the author", INTRODUCED, at)
        return
    stamped = _is_stamped(lines, at)
    if kinds_of(text) or not (stamped or abs(at - top) <= BARE_REACH):
        return
    names = next((told for piece in _pieces(text)[:3] if _is_person(told := _names(piece, STRICT))), ())
    if names and (stamped or len(text) <= len(names[0]) + BARE_EXTRA):
        source = f"text:name {'beside the date' if stamped else 'by the headline'}"
        yield _Claim(names, source, 0.57 if stamped and 0 < at - top <= BARE_REACH else 0.45, at)


def _names(text: str, trust: int) -> tuple[str, ...]:
    names = [_undoubled(name) for name in names_of(_pieces(text), trust)]
    if not names or names[0].islower():
        return ()
    return (names[0], *(name for name in names[1:] if " " in name and not name.islower()))


def _is_person(names: tuple[str, ...]) -> bool:
    return bool(names) and len(names[0].split()) in (2, 3) and not is_group(names[0])


def _undoubled(text: str) -> str:
    """Return a name that stands twice in a row once: a picture's description runs into the name beside it.

    >>> _undoubled("Ida Moss Ida Moss"), _undoubled("Ida MossIda Moss"), _undoubled("Ida Moss")
    ('Ida Moss', 'Ida Moss', 'Ida Moss')
    """
    half = (len(text) + 1) // 2
    first, second = text[:half].strip(), text[len(text) - len(text) // 2 :].strip()
    return first if first and first == second else text


def _said_again(lines: Lines, claim: _Claim) -> float:
    """Return what the rest of the dump adds to the confidence that a name is a person's, and the author's."""
    words = frozenset(word for block in lines.blocks for word in block.text.split() if word.islower())
    if claim.names[0].rpartition(" ")[2].lower() in words:
        return AS_A_WORD  # "Security System": what a text also says in small letters is a topic
    person = re.compile(_BEFORE + re.escape(claim.names[0]) + _BEHIND, re.I)
    near = alone = False
    for index, block in enumerate(lines.blocks):
        if index == claim.at or claim.names[0] not in block.text or block.words > LONGEST_MENTION:
            continue
        if block.text == claim.names[0]:
            near |= abs(index - claim.at) <= 2
            alone |= index > claim.at + BELOW
        elif person.search(block.text):
            return 0.25
    return 0.2 if near else 0.15 if alone else 0.0


_BEFORE = r"(?:^|\b(?:by|about|of|author|from|follow|meet)[: ]\s?)"
_BEHIND = r"(?:['’]s (?:avatar|photo|picture|posts)|\s(?:is|has|was|writes|works|lives|says|headshot|photo|image)\b|$)"
_GLUED_BY = re.compile(r"^[Bb]y(?=[A-ZÀ-Þ][a-zà-ÿ])")
_BY_INSIDE = re.compile(
    r"(?<!image)(?<!photo)(?<!hosen)(?:\s|[a-z\d,|·•])(?:[Bb]y|BY|[Ww]ritten by|[Pp]osted by)[: ]\s?"
    r"([A-ZÀ-Þ][^|·•]{2,60})"
)
_GLUED_DATE = re.compile(
    r"\b(?=(?:Updated|Published|Posted)(?![a-z]))|(?<=[a-zà-ÿ.])(?=(?:Updated|Published|Posted)(?![a-z])|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d)"
)
_GLUED_NAME = re.compile(r"(?<=\d{4})(?=[A-ZÀ-Þ][a-zà-ÿ])")


def _pieces(text: str) -> list[str]:
    """Return the parts of a byline: cut at bars, dots and dates."""
    text = _GLUED_NAME.sub(" | ", _GLUED_DATE.sub(" | ", text))
    for found in reversed(date.find(text)):
        text = f"{text[: found.first]} | {text[found.last :]}"
    return [piece for piece in re.split(r"\s*[|·•–—]\s*|\s+(?:on|in|@\w+)(?:\s+|$)|\s-\s", text) if piece.strip()]


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
