"""The days a dump states for its post: of publication, and of the last update.

A dump holds many dates (other posts', comments', the imprint's) and no markup that says whose they are: the distance
to the headline, the label before the date or on the line above it, and what else stands on the line decide
(``data/models/dump_date.json``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from scraper.article import Found
from scraper.dump.body import Choice
from scraper.dump.lines import Lines
from scraper.dump.trees import forest, probabilities
from scraper.phrases import beginnings_of, kinds_of
from scraper.standards import date

ENOUGH = 0.35
"""Probability from which a day is given. Right ones given against wrong ones given balance there on the folds."""
MODIFIED, PUBLISHED = "modified", "published"
LONGEST_STAMP = 30
"""Words of a line that may state the post's day; near the headline twice as many."""
NEAR = 10
"""Lines around the headline within which longer lines are read too."""
MOST_LINES = 80
"""Lines with a year that are read; more make the page a list."""
LABEL_TAIL = 4
"""Words right before a date that may be its label."""
ABOVE = 4
"""Lines above the headline in which its dates stand."""
BELOW_BODY = 4
"""Lines below the body in which its dates stand."""
LABELLED = 0.8
"""Confidence of a date called an update in such a place."""
FAR = 200
_GLUED_MONTH = re.compile(r"(?<=[a-zà-ÿ\]\)|•·])(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d)")
_GLUED_YEAR = re.compile(r"(?<=\b(?:19|20)\d\d)(?=\d{1,2} ?(?:min|Min|MIN)|[A-Z])")
_YEAR = re.compile(r"(?:19|20)\d\d|[年년]|[\u0660-\u0669\u06f0-\u06f9]{4}")


@dataclass(slots=True)
class Statement:
    """One date of one line."""

    value: str
    line: int
    meaning: str
    """PUBLISHED, MODIFIED or ``""``."""
    raw: str
    facts: dict[str, float] = field(default_factory=dict)


def find(
    lines: Lines, choice: Choice, headline: int, body: tuple[int, int], address: str | None
) -> tuple[tuple[Found[str], ...], tuple[Found[str], ...]]:
    """Return (days of publication, days of the last update), each best first and at most three."""
    pool = statements(lines, choice, headline, body, address)
    if not pool:
        return (), ()
    columns = {name: [statement.facts[name] for statement in pool] for name in pool[0].facts}
    chances = probabilities(forest("dump_date"), columns, len(pool))
    return best(pool, chances)


def best(pool: list[Statement], chances: list[float]) -> tuple[tuple[Found[str], ...], tuple[Found[str], ...]]:
    """Return (days of publication, days of the last update), those probable enough, the most probable first."""
    published: dict[str, Found[str]] = {}
    modified: dict[str, Found[str]] = {}
    for chance, statement in sorted(zip(chances, pool, strict=True), key=lambda pair: -pair[0]):
        if statement.meaning == MODIFIED:
            # The trees know the day of publication; an update is told by its label and its place.
            chance = max(chance, LABELLED) if _is_of_post(statement) else chance
        if chance >= ENOUGH:
            days = modified if statement.meaning == MODIFIED else published
            source = "text:labelled date" if statement.meaning else "text:date near the title"
            days.setdefault(statement.value[:10], Found(statement.value, source, chance, statement.raw))
    ranked = sorted(modified.values(), key=lambda found: -found.confidence)
    return tuple(published.values())[:3], tuple(ranked[:3])


def _is_of_post(statement: Statement) -> bool:
    """Tell whether a date stands where a post's own dates do: around the headline, or right below the body."""
    facts = statement.facts
    return -ABOVE <= facts["from_title"] <= NEAR or 0 <= facts["from_end"] <= BELOW_BODY


def statements(
    lines: Lines, choice: Choice, headline: int, body: tuple[int, int], address: str | None
) -> list[Statement]:
    """Return every date that may be the post's own, in page order, with its facts."""
    pool: list[Statement] = []
    read = 0
    for at, block in enumerate(lines.blocks):
        near = abs(at - headline) <= NEAR
        if block.words > LONGEST_STAMP * (1 + near) or not _YEAR.search(block.text):
            continue
        found = list(_dates_of(lines, at))
        for statement in found:
            statement.facts = _facts(lines, choice, statement, headline, body, len(found))
        pool += found
        read += bool(found)
        if read >= MOST_LINES:
            break
    _compare(pool, address, headline)
    return pool


def _dates_of(lines: Lines, at: int) -> Iterator[Statement]:
    text = _GLUED_YEAR.sub(" ", _GLUED_MONTH.sub(" ", lines.blocks[at].text))
    end = 0
    for found in date.find(text):
        before = text[end : found.first]
        end = found.last
        meaning = _meaning(before)
        if not meaning and not before.strip(" :|·•-–—") and at and lines.words[at - 1] <= LABEL_TAIL:
            meaning = _meaning(lines.blocks[at - 1].text)
        yield Statement(found.value, at, meaning, text)


def _meaning(before: str) -> str:
    """Return what the words before a date call it."""
    words = before.replace(":", " ").replace("|", " ").split()
    for count in range(min(LABEL_TAIL, len(words)), 0, -1):
        tail = " ".join(words[-count:])
        kinds = kinds_of(tail) | beginnings_of(tail)
        if "updated_label" in kinds:
            return MODIFIED
        if "published_label" in kinds:
            return PUBLISHED
    return ""


def _facts(
    lines: Lines, choice: Choice, statement: Statement, headline: int, body: tuple[int, int], together: int
) -> dict[str, float]:
    at = statement.line
    own = lines.columns
    text = lines.blocks[at].text
    first, last = body
    size = len(lines.blocks)
    facts: dict[str, float] = {
        "meaning": {"": 0, PUBLISHED: 1, MODIFIED: 2}[statement.meaning],
        "precision": len(statement.value[:10]),
        "clock": len(statement.value) > 10,
        "from_title": max(-FAR, min(at - headline, FAR)) if headline >= 0 else -FAR - 1,
        "from_start": max(-FAR, min(at - first, FAR)),
        "from_end": max(-FAR, min(at - last, FAR)),
        "line": min(at, FAR),
        "words": lines.words[at],
        "characters": len(text),
        "together": together,
        "chance": choice.chances[at],
        "opens": text[:12].lower() in statement.raw[:12].lower() and text[:1].isdigit(),
        "signed": bool(lines.kinds["author"][at]),
        "signed_above": _near(lines.kinds["author"], at, -2),
        "signed_below": _near(lines.kinds["author"], at, 2),
        "shared_below": _near(lines.kinds["share"], at, 4),
        "replied_near": _near(lines.kinds["reply"], at, -2) or _near(lines.kinds["reply"], at, 3),
        "read_more_near": _near(lines.kinds["read_more"], at, 4),
        "legal": bool(lines.kinds["legal"][at]),
        "words_above": lines.words[at - 1] if at else 0,
        "words_below": lines.words[at + 1] if at + 1 < size else 0,
        "minutes": "min" in text,
        "by": " by " in f" {text.lower()} ",
    }
    for name in ("marker", "gap", "end", "capitals", "symbols", "copies_before", "copies_after", "glued"):
        facts[name] = own[name][at]
    for kind in ("related", "comments", "newsletter"):
        facts[f"{kind}_above"] = sum(map(bool, lines.kinds[kind][:at]))
    return facts


def _near(column: list[int], at: int, reach: int) -> bool:
    return any(column[at + 1 : at + 1 + reach] if reach > 0 else column[max(at + reach, 0) : at])


def _compare(pool: list[Statement], address: str | None, headline: int) -> None:
    """Add what a date is among the others: how often its day is stated, how many are nearer to the headline."""
    days = Counter(statement.value[:10] for statement in pool)
    digits = "".join(filter(str.isdigit, address or ""))
    ordered = sorted(days)
    distances = sorted(abs(statement.line - headline) for statement in pool)
    lines_with = Counter(statement.line for statement in pool)
    for position, statement in enumerate(pool):
        day = statement.value[:10]
        statement.facts |= {
            "days": len(days),
            "stated": days[day],
            "order": position,
            "age": len(ordered) - 1 - ordered.index(day),
            "nearer": distances.index(abs(statement.line - headline)),
            "nearer_labelled": any(
                other.meaning and abs(other.line - headline) <= abs(statement.line - headline)
                for other in pool
                if other is not statement
            ),
            "in_address": len(day) == 10 and day.replace("-", "") in digits,
            "month_in_address": day[:7].replace("-", "") in digits if address else False,
            "lines_with": len(lines_with),
        }
