"""The day of the last update, as the page states it: by a label near the headline, in structured data, or in a meta.

The order is fixed, because every source of it is right whenever it is there (91 of 92 labelled blog pages); only the
places differ in how sure they are to speak about this post. A date of modification before the publication stays as it
is: pages say such things.
"""

from __future__ import annotations

from scraper.article import Found
from scraper.date_labels import MODIFIED
from scraper.datelines import Stated, stated
from scraper.marks import Marks
from scraper.places import NEAR_ZONES

MAX_GIVEN = 4
"""Candidates kept as evidence."""
DAY_CHARS = 10
"""Characters of a date that names a day."""

_ORDER: tuple[tuple[str, float], ...] = (
    ("shown near", 0.97),
    # before the metas: an attribute in the text keeps the blog's own offset where metas are often written in UTC
    ("itemprop near", 0.97),
    ("ld", 0.98),
    ("meta:article", 0.97),
    ("class near", 0.9),
    ("ld-page", 0.97),
    ("meta:itemprop", 0.9),
    ("meta:og", 0.95),
    ("shown elsewhere", 0.8),
    ("ld-other", 0.6),
    ("meta:named", 0.8),
    ("meta:http", 0.5),
)
"""Kinds of source, most trusted first, each with how often it is right where it is the first."""
_RANK = {name: rank for rank, (name, _) in enumerate(_ORDER)}


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return the days of the last update, best first; empty when the page states none."""
    if marks.page.is_dump:
        return ()
    said = [(kind, found) for found in stated(marks) if found.meaning == MODIFIED and (kind := _kind(found))]
    # A month beside a day elsewhere ("Last updated July 2021") is the less precise answer, and often a forgotten one.
    said.sort(key=lambda pair: (len(pair[1].value) < DAY_CHARS, _RANK[pair[0]]))
    out: dict[str, Found[str]] = {}
    for kind, found in said:
        value = _precise(found, [other for _, other in said])
        out.setdefault(found.day, Found(value, found.source, _ORDER[_RANK[kind]][1], found.raw))
    return tuple(out.values())[:MAX_GIVEN]


def _kind(found: Stated) -> str | None:
    """Return the kind a statement is ranked by; None when it speaks about something else."""
    if found.zone == "head":
        kind = found.kind.removesuffix("-created")
        return kind if kind in _RANK else None
    if found.by_class:
        return "class near" if found.zone in NEAR_ZONES else None
    if found.zone in NEAR_ZONES and found.kind not in ("prose", "dateline"):
        return "itemprop near" if found.kind.startswith("itemprop") else "shown near"
    return "shown elsewhere" if found.zone in ("far", *NEAR_ZONES) else None


def _precise(found: Stated, others: list[Stated]) -> str:
    """Return the statement's value, or the one of the same day with a time in the head."""
    if len(found.value) > 10:
        return found.value
    return next((other.value for other in others if other.day == found.day and len(other.value) > 10), found.value)
