"""Dates: machine values and dates in running text, in about seventy languages, as precise as they are stated.

A page's dates are read near its headline and in attributes, hundreds of times a page, so nothing here guesses: a year
must be there, a missing day stays missing, a day that the calendar does not know is no date, and a time keeps the
offset it was written with. Nothing is converted to UTC, because a post belongs to the day its page shows.

The way of a text: look for a year of four digits first, because most runs hold none; try the all-digit forms; then
read the words to the left and to the right of the year against one table of month names
(``data/lists/month_names.json``, from the CLDR). Considered instead: one regular expression per language, which costs
the same again for every language, and dateparser, which is right about as often, two hundred times slower, and takes
``yesterday`` and ``5 minutes`` for days.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from scraper.calendars import ERA_STARTS, UNIX_ORDINAL, gregorian, is_word, month_of, of_ordinal

MAX_CHARS = 2_500
"""Characters of a text looked at: a dateline is shorter, and hostile texts stay cheap."""
MAX_DATES = 12
"""Dates returned per text; more make it a calendar or a list."""
SHORT_CHARS = 60
"""Only a text this short may hold a date with a year of two digits, or eight digits in a row."""
FIRST_YEAR, LAST_YEAR = 1900, 2099
_REACH = 48  # characters to the left and right of a year in which its month and day are looked for
_MONTH_FIRST = frozenset(("en", "en-us", "en-ca", "en-ph", "fil", "tl"))  # CLDR's short date pattern is M/d/y there

YEAR, MONTH, DAY, TIME = "year", "month", "day", "time"
"""The precisions of a date."""


@dataclass(frozen=True, slots=True)
class DateFound:
    """One date in a text."""

    value: str
    """ISO 8601."""
    first: int
    """Where it begins in the text."""
    last: int
    """One past its last character."""
    precision: str
    """``month``, ``day`` or ``time``."""
    ambiguous: bool = False
    """Day and month could change places, and nothing in the text itself says which is which."""
    other: str | None = None
    """The other reading of an ambiguous date."""
    separator: str = ""
    """What stands between the numbers of an all-digit date: ``.``, ``/`` or ``-``; ``""`` for other forms."""
    day_first: bool | None = None
    """The order of an all-digit date that is not ambiguous; None where the order says nothing."""


# ------------------------------------------------------------------------------------------------ machine values
_ISO = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?"
    r"(?:(?:T\s?|\s{1,3})(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?"
    r"\s{0,2}(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
    r"(?![\w:+])",
    re.I | re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2}):?(\d{2}):?(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?\Z", re.ASCII)
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?\Z", re.ASCII)
_NUMBER = re.compile(r"\d")
_FIRST_EPOCH = 800_000_000  # 1995-05-09: earlier numbers of ten digits are telephone numbers and the like


def machine(text: str, lang: str | None = None) -> str | None:
    """Return the ISO 8601 form of a value written for machines (attribute, meta, JSON-LD); None when it is no date.

    Year, month, day or time, as precise as written; the offset is kept as written, ``UTC`` and ``GMT`` become ``Z``,
    and fractions of a second are left out. Values that stand for "unset" (1970-01-01, 0000-00-00) are no dates.

    >>> machine("2024-05-06 07:08:09 +0200"), machine("2021-07"), machine("0000-00-00 00:00"), machine("Feb 18, 2009")
    ('2024-05-06T07:08:09+02:00', '2021-07', None, '2009-02-18')
    """
    text = text.strip()[:100]
    return _machine(text, lang) if _NUMBER.search(text) else None


@lru_cache(maxsize=1_024)  # head, structured data and time elements say the same moment
def _machine(text: str, lang: str | None) -> str | None:
    found = _ISO.match(text)
    if found and found.end() == len(text.rstrip(" .")):
        return _moment(*(found.group(group) for group in range(1, 8)))
    found = _COMPACT.match(text)
    if found:
        return _moment(*(found.group(group) for group in range(1, 8)))
    found = _EPOCH.match(text)
    if found:
        return _of_epoch(int(found.group(1)))
    return parse(text, lang)


def _of_epoch(seconds: int) -> str | None:
    """Return the moment of a count of seconds since 1970, in UTC, which is what such a count is."""
    if not _FIRST_EPOCH <= seconds < 4_102_444_800:
        return None
    days, rest = divmod(seconds, 86_400)
    year, month, day = of_ordinal(days + UNIX_ORDINAL)
    return f"{year:04}-{month:02}-{day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


def _moment(
    year: str,
    month: str | None,
    day: str | None,
    hour: str | None = None,
    minute: str | None = None,
    second: str | None = None,
    zone: str | None = None,
) -> str | None:
    """Return the ISO 8601 form of the parts; without the time when the time is impossible, None when the day is."""
    value = _date(int(year), int(month) if month else None, int(day) if day else None)
    if value is None or not day or not hour or not minute:
        return value
    return value + _clock(int(hour), int(minute), int(second) if second else None, zone)


def _clock(hour: int, minute: int, second: int | None, zone: str | None) -> str:
    if hour > 23 or minute > 59 or (second or 0) > 60:
        return ""
    offset = ""
    if zone:
        offset = "Z" if zone[0] not in "+-" else zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"
        if offset != "Z" and (int(offset[1:3]) > 14 or int(offset[4:6]) > 59):
            offset = ""
    seconds = "" if second is None else f":{second:02}"
    return f"T{hour:02}:{minute:02}{seconds}{offset}"


def _date(year: int, month: int | None = None, day: int | None = None) -> str | None:
    """Return ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None when there is no such day, or it stands for "unset"."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if month is None:
        return f"{year:04}"
    if not 1 <= month <= 12:
        return None
    if day is None:
        return f"{year:04}-{month:02}"
    if (
        day < 1
        or (day > 28 and day > calendar.monthrange(year, month)[1])
        or (month == day == 1 and year in (1900, 1970))
    ):
        return None
    return f"{year:04}-{month:02}-{day:02}"


# ------------------------------------------------------------------------------------------------ dates in text
# Begins with its first digit, and looks back over it, because the search leaps to a class of characters.
_YEAR_DIGITS = re.compile(
    r"[12](?<!\d[12])(?<!\d[.,][12])(?:(?<=1)[349]|(?<=2)[0456])\d\d(?!\d)",
    re.ASCII,
)
_SEPARATED = re.compile(r"\d\s?[./-]\s?\d", re.ASCII)
_ANY_YEAR = re.compile(r"(?:1[349]|2[0456])\d\d", re.ASCII)
_DMY = re.compile(
    r"(?<![\d./-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?((?:19|20)\d\d)(?!\d|[./-]\d|[a-zA-Z]{3})", re.ASCII
)
_YMD = re.compile(
    r"(?<![\d./-])((?:19|20)\d\d)\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d|[./]\d|-\d|[a-su-zA-SU-Z]|[tT](?!\d))",
    re.ASCII,
)
_SHORT_DMY = re.compile(r"(?<![\d./:-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?'?(\d\d)(?!\d|[./:-]\d|\s?%)", re.ASCII)
_SHORT_YEAR = re.compile(r"(?<![\d.:])['’]?(\d\d)(?![\d:.]|\s?[ap]m)", re.I | re.ASCII)
_EIGHT = re.compile(r"(?<![\w./-])((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d):(\d\d))?(?![\w/-])", re.ASCII)
_EAST_ASIAN = re.compile(
    r"(?:((?:19|20)\d\d)|(令和|平成|昭和|民國|民国)\s?(\d{1,3}|元))\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일号號]?)?"
)
_TIME = re.compile(r"\d{1,2}\s?[:h時시点點]\s?\d{2}(?:\s?[:m分분]\s?\d{2})?(?:\.\d{1,6})?", re.ASCII)
_TIME_AFTER = re.compile(
    r"(?:\s?[(（].{1,3}[)）])?"
    r"(?:[\s,|@·•–—()T-]|at\b|um\b|à\b|às\b|as\b|a las\b|ore\b|kl\b\.?|klo\b|om\b|в\b|о\b|u\b|o\b|г\.?){0,6}"
    r"(\d{1,2})[:h時시](\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(?!\d)\s?([ap]\.?m\b\.?)?"
    r"\s?(?:(?:GMT|UTC)?([+-]\d{2}:?\d{2})|(Z|GMT|UTC)\b)?",
    re.I,
)
_TOKEN = re.compile(r"(\d+)|([^\s\d,;:|/()\[\]<>\"“”•·–—-]+)|([,;:|/()\[\]<>\"“”•·–—-])")
# Words that may stand between the parts of a date and say nothing.
_CONNECTING = frozenset(
    "de del of d den der di do da le la el i the in a o an am на в у от з р г год года году рік року р. г. wlis წლის "
    "წ năm nam ngày ngay วันที่ พ.ศ ค.ศ ปี year ano año an ny den'n dee e- تاریخ سال في ی ה ב של no on в' yil yili".split()
)
_ORDINAL_CHARS = 4  # a longer word glued to a day's number is no ordinal ending
_NOISE = 4  # tokens without meaning accepted between two parts of a date
_DIGITS = re.compile(r"[^\x00-\x7f]")


def _ascii_digits(text: str) -> str:
    """Return *text* with the decimal digits of every script as 0–9, and no-break spaces as spaces; lengths stay."""
    if text.isascii():
        return text
    return _DIGITS.sub(_plain, text)


def _plain(found: re.Match[str]) -> str:
    character = found.group()
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    return " " if character.isspace() else character


def find(text: str, *, lang: str | None = None, day_first: bool | None = None) -> list[DateFound]:
    """Return the dates a text states, in order of appearance, at most MAX_DATES of them.

    Only the first MAX_CHARS characters are read. *lang* is a BCP 47 tag; it settles the order of ``03/04/2021`` and
    the few month names that differ between languages. *day_first* settles the order whatever the language. With dots
    the day comes first, always.

    >>> [(d.value, d.precision) for d in find("Posted July 26, 2021 — updated 3. März 2022, first drafted in May 2020")]
    [('2021-07-26', 'day'), ('2022-03-03', 'day'), ('2020-05', 'month')]
    >>> find("03/04/2021", lang="en-GB")[0].other
    '2021-03-04'
    """
    return list(_find(text[:MAX_CHARS], lang, day_first))


@lru_cache(maxsize=4_096)  # a date stands in an element and in its run, and again in the next card
def _find(text: str, lang: str | None, day_first: bool | None) -> tuple[DateFound, ...]:
    plain = _ascii_digits(text)
    if not _ANY_YEAR.search(plain):
        return tuple(_two_digit_years(plain, lang, day_first) if len(text) <= SHORT_CHARS else _east_asian(plain))
    found = [*_east_asian(plain), *_numeric(plain, lang, day_first)]
    taken = [(date.first, date.last) for date in found]
    primary = (lang or "").partition("-")[0].lower()
    masked: str | None = None
    for year in _YEAR_DIGITS.finditer(plain):
        if any(first <= year.start() < last for first, last in taken):
            continue
        if masked is None:
            masked = _TIME.sub(lambda time: " " * len(time.group()), plain)
        date = _worded(masked, year.start(), year.end(), primary)
        if date is not None and not any(first < date.last and date.first < last for first, last in taken):
            found.append(_with_time(date, plain))
            taken.append((date.first, date.last))
            if len(found) >= MAX_DATES:
                break
    if not found and len(text) <= SHORT_CHARS:
        found = _eight_digits(plain) or _two_digit_years(plain, lang, day_first)
    return tuple(sorted(found, key=lambda date: date.first)[:MAX_DATES])


def parse(text: str, lang: str | None = None) -> str | None:
    """Return the first date of a text, ISO 8601; None when it states none (a year alone is none).

    >>> parse("le 12 mars 2018"), parse("2016年3月20日(日) 21時40分"), parse("yesterday"), parse("31 February 2024")
    ('2018-03-12', '2016-03-20T21:40', None, None)
    """
    found = find(text, lang=lang)
    return next((date.value for date in found if date.precision != MONTH), found[0].value if found else None)


def _with_time(date: DateFound, plain: str) -> DateFound:
    """Return the date with the time that follows it, if one does."""
    after = _TIME_AFTER.match(plain, date.last) if date.precision == DAY else None
    if not after:
        return date
    hour, half = int(after.group(1)), (after.group(4) or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return date
        hour = hour % 12 + (12 if half == "p" else 0)
    second = int(after.group(3)) if after.group(3) else None
    clock = _clock(hour, int(after.group(2)), second, after.group(5) or after.group(6))
    if not clock:
        return date
    other = date.other + clock if date.other else None
    return DateFound(
        date.value + clock, date.first, after.end(), TIME, date.ambiguous, other, date.separator, date.day_first
    )


def _east_asian(plain: str) -> list[DateFound]:
    if "年" not in plain and "년" not in plain:
        return []
    found = []
    for date in _EAST_ASIAN.finditer(plain):
        western, era, count, month, day = date.groups()
        year = int(western) if western else ERA_STARTS[era] + (1 if count == "元" else int(count))
        value = _date(year, int(month), int(day) if day else None)
        if value:
            found.append(_with_time(DateFound(value, date.start(), date.end(), DAY if day else MONTH), plain))
    return found


def _numeric(plain: str, lang: str | None, day_first: bool | None) -> list[DateFound]:
    """Return the all-digit dates with a year of four digits."""
    found: list[DateFound] = []
    if not _SEPARATED.search(plain):
        return found
    for date in _YMD.finditer(plain):
        value = _date(int(date.group(1)), int(date.group(3)), int(date.group(4)))
        if value:
            found.append(_with_time(DateFound(value, date.start(), date.end(), DAY), plain))
    for date in _DMY.finditer(plain):
        first, separator, second, year = date.groups()
        read = _in_order(int(first), int(second), int(year), separator, lang, day_first)
        if read:
            value, other, order = read
            of = DateFound(value, date.start(), date.end(), DAY, other is not None, other, separator, order)
            found.append(_with_time(of, plain))
    return found[:MAX_DATES]


def _in_order(
    first: int, second: int, year: int, separator: str, lang: str | None, day_first: bool | None
) -> tuple[str, str | None, bool | None] | None:
    """Return (value, the other reading or None, the order where the numbers themselves settle it)."""
    day_month, month_day = _date(year, second, first), _date(year, first, second)
    if not day_month or not month_day:
        value = day_month or month_day
        return (value, None, day_month is not None) if value else None
    if separator == "." or day_month == month_day:
        return day_month, None, None
    if day_first is None:
        day_first = (lang or "en").lower().replace("_", "-") not in _MONTH_FIRST
    return (day_month, month_day, None) if day_first else (month_day, day_month, None)


def _eight_digits(plain: str) -> list[DateFound]:
    found = []
    for date in _EIGHT.finditer(plain):
        value = _moment(*(date.group(group) for group in range(1, 6)))
        if value:
            found.append(DateFound(value, date.start(), date.end(), TIME if "T" in value else DAY))
    return found


def _two_digit_years(plain: str, lang: str | None, day_first: bool | None) -> list[DateFound]:
    """Return dates such as ``26.07.21``, ``7/26/21`` or ``26 Jul '21``, which only a short text may hold."""
    found = [*_east_asian(plain)]
    for date in _SHORT_DMY.finditer(plain):
        first, separator, second, short = date.groups()
        read = _in_order(int(first), int(second), _century(int(short)), separator, lang, day_first)
        if read:
            value, other, order = read
            found.append(DateFound(value, date.start(), date.end(), DAY, other is not None, other, separator, order))
    if not found:
        primary = (lang or "").partition("-")[0].lower()
        for short_year in [*_SHORT_YEAR.finditer(plain)][::-1]:
            year = _century(int(short_year.group(1)))
            expanded = f"{plain[: short_year.start()]} {year} {plain[short_year.end() :]}"
            date_found = _worded(expanded, short_year.start() + 1, short_year.start() + 5, primary)
            if date_found and date_found.precision == DAY:
                return [DateFound(date_found.value, date_found.first, short_year.end(), DAY)]
    return found


def _century(short: int) -> int:
    """Return the year two digits stand for: 1970–2069, as POSIX strptime reads them (69 there means 1969)."""
    return short + (2000 if short < 69 else 1900)


# ------------------------------------------------------------------------------------------------ words around a year
@dataclass(slots=True)
class _Token:
    first: int
    last: int
    number: int
    """Its value; -1 for a word, -2 for punctuation."""
    text: str


def _tokens(plain: str, first: int, last: int) -> list[_Token]:
    out = []
    for token in _TOKEN.finditer(plain, first, last):
        text, kind = token.group(), token.lastindex
        number = (int(text) if len(text) <= 4 else 99_999) if kind == 1 else -1 if kind == 2 else -2
        out.append(_Token(*token.span(), number, text))
    return out


def _worded(plain: str, first: int, last: int, lang: str) -> DateFound | None:
    """Return the date whose year stands at first … last, with its month in words, or in digits after ``tháng``."""
    left = _tokens(plain, max(0, first - _REACH), first)[::-1]
    read = _read(left, lang, leftwards=True)
    if read is None or read[1] is None:
        right = _read(_tokens(plain, last, last + _REACH), lang, leftwards=False)
        if right is not None and (right[1] is not None or read is None):
            read = right
    if read is None or (read[1] is None and read[2]):
        return None
    days = gregorian(int(plain[first:last]), read[0], read[1], read[3])
    value = _date(*days) if days else None
    if value is None:
        return None
    edges = (first, last, *read[4])
    return DateFound(value, min(edges), max(edges), DAY if read[1] is not None else MONTH)


_Read = tuple[int, int | None, bool, str, tuple[int, int]]
"""(month, day or None, a number stands where the day would be and is none, the month's word, edges)"""


def _read(tokens: list[_Token], lang: str, *, leftwards: bool) -> _Read | None:
    """Read month and day from the tokens nearest to a year, nearest first; None when they are no date."""
    month = month_first = day = 0
    word = ""
    edges = [tokens[0].first, tokens[0].last] if tokens else [0, 0]
    noise = at = 0
    while at < len(tokens) and not (month and day):
        token = tokens[at]
        used = 1
        if token.number >= 0:
            if day or not 1 <= token.number <= 31 or len(token.text) > 2:
                return _end(month, 0, bool(month_first) and not noise, word, edges)
            named = at + 1 < len(tokens) and leftwards and tokens[at + 1].text.casefold() in ("tháng", "thang")
            if named and not month and token.number <= 12:
                month, word, used = token.number, "tháng", 2
            else:
                day = token.number
            noise = 0
        elif token.number == -1 and not month:
            month, used = _month_at(tokens, at, lang, leftwards)
            if month:
                word, month_first, noise = token.text.strip("."), int(not day), 0
            elif _is_noise(tokens, at, leftwards) and noise < _NOISE:
                noise, used = noise + 1, 1
            else:
                return None
        elif noise < _NOISE and (token.number == -2 or _is_noise(tokens, at, leftwards)):
            noise += 1
        else:
            break
        if token.number >= 0 or (month and word):
            end = tokens[at + used - 1]
            edges = [min(edges[0], token.first, end.first), max(edges[1], token.last, end.last)]
        at += used
    return _end(month, day, False, word, edges)


def _end(month: int, day: int, bad_day: bool, word: str, edges: list[int]) -> _Read | None:
    if not month or (not day and is_word(word)):
        return None
    return month, day or None, bad_day, word, (edges[0], edges[1])


def _is_noise(tokens: list[_Token], at: int, leftwards: bool) -> bool:
    """Tell whether a word says nothing: a connecting word, or an ordinal ending at a number (``26th``, ``25শে``)."""
    token = tokens[at]
    folded = token.text.casefold()
    if folded in _CONNECTING or folded.strip(".") in _CONNECTING or folded == ".":
        return True
    if leftwards:
        number = tokens[at + 1] if at + 1 < len(tokens) else None
        return (
            number is not None
            and number.number >= 0
            and number.last == token.first
            and len(token.text) <= _ORDINAL_CHARS
        )
    return (
        at > 0
        and tokens[at - 1].number >= 0
        and tokens[at - 1].last == token.first
        and len(token.text) <= _ORDINAL_CHARS
    )


def _month_at(tokens: list[_Token], at: int, lang: str, leftwards: bool) -> tuple[int, int]:
    """Return (month, tokens used) for the word at *at* and up to two more, the longest name first; (0, 1) for none."""
    words: list[str] = []
    for token in tokens[at : at + 3]:
        if token.number != -1:
            break
        words.append(token.text)
    for length in range(len(words), 0, -1):
        ordered = words[:length][::-1] if leftwards else words[:length]
        month = month_of(" ".join(ordered), lang)
        if month:
            return month, length
    return 0, 1
