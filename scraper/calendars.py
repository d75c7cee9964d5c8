"""Calendars: what months are called in about seventy languages, and the Gregorian day of dates in other calendars.

The names are data (``data/lists/month_names.json``, written by ``tests/training/month_names.py`` from the Unicode
CLDR).
"""

from __future__ import annotations

import datetime
import json
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from scraper.resources import data_path

SHORTEST_PREFIX = 3
"""Letters of the shortest beginning of a name outside the Latin alphabet that is taken for the name (``листоп``)."""
ERA_STARTS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
"""East Asian era → the Gregorian year before its first."""
UNIX_ORDINAL = 719_163
"""The day 1970-01-01, counted from 0001-01-01 as 1."""
_LIKELIEST = "pl"  # the language of an ambiguous Slavic name when the page does not say: the most speakers
_PERSIAN_ORDINAL = 226_895  # of the first day of the year 1
_PERSIAN_LEAPS = (1, 5, 9, 13, 17, 22, 26, 30)  # remainders by 33 of the leap years
_BUDDHIST_YEARS = range(2443, 2643)  # 1900–2099
_BUDDHIST_AHEAD = 543


@dataclass(frozen=True, slots=True)
class _Names:
    months: dict[str, int]
    ambiguous: dict[str, dict[str, int]]
    """Name → language → month."""
    persian: dict[str, int]
    words: frozenset[str]
    prefixes: dict[str, int]
    """Beginnings of names outside the Latin alphabet → the one month they can mean; 0 when they can mean several."""


@cache
def _names() -> _Names:
    table = json.loads(data_path("lists", "month_names.json").read_text(encoding="utf-8"))
    months = {name: int(month) for month, names in table["months"].items() for name in names}
    prefixes: dict[str, int] = {}
    for name, month in months.items():
        if not name[:SHORTEST_PREFIX].isascii():
            for length in range(SHORTEST_PREFIX, len(name)):
                beginning = name[:length]
                prefixes[beginning] = month if prefixes.get(beginning, month) == month else 0
    persian = {name: number for number, name in enumerate(table["persian"], 1)}
    return _Names(months, table["ambiguous"], persian, frozenset(table["words"]), prefixes)


@lru_cache(maxsize=8_192)
def month_of(name: str, lang: str = "") -> int:
    """Return the month a name stands for, 1–12; 0 when it names none. Case and the dots around it do not count.

    *lang* is a primary language subtag; it settles the few names that mean different months in different languages.

    >>> month_of("Sept."), month_of("жніўня"), month_of("listopad", "hr"), month_of("listopad", "pl"), month_of("Tide")
    (9, 8, 10, 11, 0)
    """
    names = _names()
    key = unicodedata.normalize("NFKC", name).casefold().strip(". ")
    month = names.persian.get(key) or names.months.get(key)
    if month is not None:
        return month
    if key in names.ambiguous:
        meanings = names.ambiguous[key]
        return meanings.get(lang) or meanings.get(_LIKELIEST) or next(iter(meanings.values()))
    return names.prefixes.get(key, 0)


def is_word(name: str) -> bool:
    """Tell whether a month's name is a word of its own as well (``set``, ``ago``), and means nothing without a day."""
    return name.casefold() in _names().words


def gregorian(year: int, month: int, day: int | None, name: str) -> tuple[int, int, int | None] | None:
    """Return the Gregorian (year, month, day) of a date whose month is called *name*; None when no calendar fits.

    Persian names belong to the solar Hijri years 1300–1499, Thai names may stand with a year of the Buddhist era.

    >>> gregorian(1390, 6, 13, "شهریور"), gregorian(2563, 2, 11, "กุมภาพันธ์"), gregorian(1390, 6, 13, "June")
    ((2011, 9, 4), (2020, 2, 11), (1390, 6, 13))
    """
    if name in _names().persian:
        return of_persian(year, month, day) if day and day <= 31 and 1300 <= year < 1500 else None
    if year in _BUDDHIST_YEARS and "\u0e00" <= name[:1] <= "\u0e7f":
        year -= _BUDDHIST_AHEAD
    return year, month, day


def of_persian(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Return the Gregorian (year, month, day) of a day of the solar Hijri calendar.

    Leap years follow the cycle of 33 years, which agrees with the observed calendar for the years 1300–1472.

    >>> of_persian(1400, 1, 1), of_persian(1399, 12, 30)
    ((2021, 3, 21), (2021, 3, 20))
    """
    before = year - 1
    leaps = before // 33 * len(_PERSIAN_LEAPS) + sum(leap <= before % 33 for leap in _PERSIAN_LEAPS)
    first_half = min(month - 1, 6) * 31 + max(0, month - 7) * 30
    return of_ordinal(_PERSIAN_ORDINAL + 365 * before + leaps + first_half + day - 1)


def of_ordinal(ordinal: int) -> tuple[int, int, int]:
    """Return (year, month, day) of a day counted from 0001-01-01 as 1."""
    day = datetime.date.fromordinal(ordinal)
    return day.year, day.month, day.day
