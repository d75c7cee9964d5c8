"""The headline of a dump: the line above the body that the body, the address and its place speak for.

The lines around the start of the body are candidates, and what follows a breadcrumb's last separator is one of its own.
Boosted trees rank them (``data/models/dump_title.json``); linear weights over the same facts were right on 4 pages of
100 fewer.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scraper.article import Found
from scraper.dump.body import Choice
from scraper.dump.context import best_stretch, slug_words
from scraper.dump.lines import KINDS, Lines, content_words, end_of
from scraper.dump.trees import forest, probabilities
from scraper.ranking import softmax
from scraper.standards import date
from scraper.text import fold

LINES_ABOVE = 60
"""Lines above the start of the body looked at; menus above are longer, the headline is near."""
LINES_BELOW = 5
"""Lines below the start: a lead or a caption may have been taken for the start."""
LONGEST_TITLE_WORDS = 35
FAR_LIKENESS = 0.5
"""Likeness to the address from which a line far from the start of the body is a candidate too."""
MAX_LINES = 3_000
"""Lines read for such; dumps are shorter, and hostile texts stay cheap."""
MAX_CANDIDATES = 150
"""Candidates ranked; only hostile texts have more."""
INTERRUPTION = 6.0
"""What a line that is not kept costs the main stretch of the body, in words."""
MAX_GIVEN = 5
"""Candidates kept as evidence."""
PART_WORDS = 3
"""Words that a part of a line must have to be a candidate of its own."""
SHORTEST_PART = 12
"""Characters of a candidate that another one may begin or end with; shorter ones do so by chance."""
NEAR = 3
"""Lines below a headline in which its date, author and sharing stand."""

_CRUMB = re.compile(r"\s+[/>»›|–—-]\s+|\s*[»›]\s*|\s\|\s?|:\s+")


class Candidate(NamedTuple):
    """What may be the headline."""

    line: int
    text: str
    part: int
    """0 the whole line, 1 what follows its last separator, 2 what stands before its only one."""
    facts: dict[str, float]


def body_stretch(lines: Lines, choice: Choice) -> tuple[int, int]:
    """Return (first line, one past the last) of the stretch that holds most of the kept words."""
    values = [words if kept else -INTERRUPTION for words, kept in zip(lines.words, choice.kept, strict=True)]
    return best_stretch(values)


def find(lines: Lines, choice: Choice, address: str | None) -> tuple[tuple[Found[str], ...], int]:
    """Return (title candidates, best first, and the line of the winner or -1)."""
    pool = candidates(lines, choice, address)
    if not pool:
        return (), -1
    columns = {name: [candidate.facts[name] for candidate in pool] for name in pool[0].facts}
    chances = probabilities(forest("dump_title"), columns, len(pool))
    shares = softmax([math.log(chance / (1 - chance)) for chance in chances])
    ranked = sorted(zip(shares, pool, strict=True), key=lambda pair: -pair[0])[:MAX_GIVEN]
    found = tuple(
        Found(_as_first_written(pool, candidate), _source(candidate), share, lines.blocks[candidate.line].text)
        for share, candidate in ranked
    )
    return found, ranked[0][1].line


def _as_first_written(pool: list[Candidate], candidate: Candidate) -> str:
    """Return the text of the first candidate of the same words: where a headline stands twice, the first counts."""
    words = fold(candidate.text)
    return next(other.text for other in pool if fold(other.text) == words)


def _source(candidate: Candidate) -> str:
    if candidate.facts["nearest"]:
        return "text:line like the address"
    return "text:repeated line" if candidate.facts["twice"] > 1 else "text:line above the body"


def candidates(lines: Lines, choice: Choice, address: str | None) -> list[Candidate]:
    """Return what may be the headline, in page order, parts after their line."""
    scene = _Scene(lines, choice, address)
    pool: list[Candidate] = []
    for at, block in enumerate(lines.blocks[:MAX_LINES]):
        if not 0 < block.words <= LONGEST_TITLE_WORDS or block.text.endswith("。"):
            continue  # a full stop of Chinese or Japanese ends a sentence, never a headline
        near = scene.start - LINES_ABOVE <= at < scene.start + LINES_BELOW
        if near or scene.likeness(lines.tokens[at]) >= FAR_LIKENESS:
            pool += scene.candidates_at(at)
        if len(pool) >= MAX_CANDIDATES:
            break
    _compare(pool)
    return pool


class _Scene:
    """What every candidate of one dump is compared with."""

    def __init__(self, lines: Lines, choice: Choice, address: str | None) -> None:
        self.lines = lines
        self.choice = choice
        self.start, stop = body_stretch(lines, choice)
        self.spoken = frozenset[str]().union(
            *(lines.tokens[at] for at in range(self.start, stop) if lines.words[at] > LONGEST_TITLE_WORDS / 2)
        )
        self.slug = slug_words(address)
        self.path = _letters((address or "").partition("//")[2].partition("/")[2])

    def likeness(self, words: frozenset[str]) -> float:
        """Return the F1, 0–1, of some words against those of the address."""
        common = len(words & self.slug)
        return 2 * common / (len(words) + len(self.slug)) if common else 0.0

    def candidates_at(self, at: int) -> Iterator[Candidate]:
        """Yield the line as a candidate, and its parts at a separator."""
        text = without_date(self.lines.blocks[at].text)
        if any(map(str.isalpha, text)):
            yield Candidate(at, text, 0, self._facts(at, text, 0))
        parts = _CRUMB.split(text)
        if len(parts) > 1 and len(parts[-1].split()) >= PART_WORDS:
            yield Candidate(at, parts[-1], 1, self._facts(at, parts[-1], 1))
        if len(parts) == 2 and len(parts[0].split()) >= PART_WORDS:
            yield Candidate(at, parts[0], 2, self._facts(at, parts[0], 2))

    def _facts(self, at: int, text: str, part: int) -> dict[str, float]:
        lines = self.lines
        own = lines.columns
        tokens = content_words(text)
        words = text.split()
        size = len(words) or 1
        facts: dict[str, float] = {
            "part": part,
            "words": len(words),
            "end": end_of(text),
            "capitals": sum(word[0].isupper() for word in words) / size,
            "upper": text.isupper(),
            "above": max(-40, min(self.start - at, 80)),
            "line": min(at, 200),
            "chance": self.choice.chances[at],
            "likeness": self.likeness(tokens),
            "in_address": len(tokens & self.slug) / len(tokens) if tokens and self.slug else -1,
            "address_words": len(self.slug),
            "written": _written_in(text, self.path) if self.path else -1,
            "in_body": len(tokens & self.spoken) / len(tokens) if tokens else -1,
        }
        for name in (
            "marker",
            "gap",
            "glued",
            "year",
            "digits",
            "start_case",
            "symbols",
            "copies_before",
            "copies_after",
        ):
            facts[name] = own[name][at]
        for kind in KINDS:
            facts[f"is_{kind}"] = lines.kinds[kind][at]
        below = at + 1 < len(own["gap"])
        facts["gap_below"] = own["gap"][at + 1] if below else 9
        facts["words_below"] = lines.words[at + 1] if below else 0
        facts["words_above"] = lines.words[at - 1] if at else 0
        facts["chance_below"] = self.choice.chances[at + 1] if below else 0
        for name, column in (
            ("dated", own["year"]),
            ("signed", lines.kinds["author"]),
            ("shared", lines.kinds["share"]),
        ):
            facts[f"{name}_below"] = _first(column, at + 1, at + 1 + NEAR)
            facts[f"{name}_above"] = any(column[max(at - NEAR, 0) : at])
        return facts


def _first(column: Sequence[float], first: int, last: int) -> int:
    """Return how far from *first* the first value stands that is not 0; as far as *last* when there is none."""
    return next((at for at, value in enumerate(column[first:last]) if value), last - first)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _written_in(text: str, path: str) -> float:
    """Return the share of the letters of a line's words that stand in the address, with or without separators."""
    words = [word for word in map(_letters, text.split()) if len(word) > 2]
    return sum(len(word) for word in words if word in path) / (sum(map(len, words)) or 1)


def _compare(pool: list[Candidate]) -> None:
    """Add what a candidate is among the others: the nearest to the address, twice there, an end of a breadcrumb."""
    best = max((candidate.facts["likeness"] for candidate in pool), default=0.0)
    longest = max((candidate.facts["chance"] for candidate in pool), default=0.0)
    texts = [fold(candidate.text) for candidate in pool]
    counts = Counter(texts)
    for candidate, text in zip(pool, texts, strict=True):
        facts = candidate.facts
        facts["nearest"] = best > 0.2 and facts["likeness"] >= best - 0.01
        facts["behind"] = best - facts["likeness"]
        facts["chance_behind"] = longest - facts["chance"]
        facts["twice"] = counts[text]
        facts |= dict.fromkeys(("ends", "begins", "ends_with", "begins_with"), 0)
    _compare_ends(pool, texts)


def _compare_ends(pool: list[Candidate], texts: list[str]) -> None:
    """Add how many other candidates begin or end with this one, and how many it begins or ends with."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        if len(text) >= SHORTEST_PART:
            places.setdefault(text, []).append(place)
    for candidate, text in zip(pool, texts, strict=True):
        words = text.split(" ")
        for count in range(1, len(words)):
            for part, holds, held in (
                (" ".join(words[:count]), "begins_with", "begins"),
                (" ".join(words[count:]), "ends_with", "ends"),
            ):
                for place in places.get(part, ()):
                    candidate.facts[holds] += 1
                    pool[place].facts[held] += 1


def without_date(title: str) -> str:
    """Return a headline without a date (and what follows) glued to its end.

    >>> without_date("Bread without kneading May 1, 2024"), without_date("The best books of 2024")
    ('Bread without kneading', 'The best books of 2024')
    """
    for found in reversed(date.find(title)):
        if found.precision == "day" and found.first > len(title) // 3:
            return title[: found.first].rstrip(" ·|-–—,•/(") or title
    return title
