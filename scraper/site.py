"""What an address tells about its page before anybody has asked for it, on any site: its kind, its place in a
listing, its shape.

A guess decides what is asked first and what is left for last; what a page is, the page itself decides. The *shape* of
an address is its pattern with the changing parts taken out, ``/2021/07/back-pain/`` → ``/{year}/{n}/{slug}/``, so
that a crawl can learn from the first few pages of one shape what the rest will be. Nothing here knows a host.

Pure: text in, values out.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from scraper.resources import data_path

POST, HOME, PAGE = "post", "home", "page"
PAGINATION, ARCHIVE, DATE, CATEGORY, TAG, AUTHOR = "pagination", "archive", "date", "category", "tag", "author"
ATTACHMENT, SEARCH, SERVICE, FEED, ASSET = "attachment", "search", "service", "feed", "asset"

LISTINGS = frozenset((HOME, PAGINATION, ARCHIVE, DATE, CATEGORY, TAG, AUTHOR))
"""Kinds of page that are lists of posts."""
NEVER_A_PAGE = frozenset((SERVICE, FEED, ASSET, SEARCH))
"""Kinds of address that hold no article and lead to none that is not linked elsewhere."""

_FIRST_YEAR, _LAST_YEAR = 1990, 2099  # of the Web; a four-digit number outside is a number
_MONTHS_AND_DAYS = 31
_MAX_NESTED = 3  # categories below one another
_CATEGORY_STEMS = ("categ", "kateg", "catég", "rubri", "катег", "рубри")
_WORD_CHARACTERS = 24  # a longer segment is a headline's slug, not a folder somebody named
_MAX_PAGE_NUMBER = 100_000
_PAGED = re.compile(
    r"(?:page|p|pg|seite|pagina|pagine|strona|sida|side|страница|صفحه)[-_/.]?(\d{1,6})(?:\.[a-z]{3,5})?", re.I
)
_PAGE_WORDS = frozenset("page p pg seite pagina página strona sida side страница صفحه 页 ページ".split())
_NUMBER = re.compile(r"\d+")


class Guess(NamedTuple):
    """What an address looks like."""

    kind: str
    """One of the kinds above."""
    number: int
    """Its place in a numbered listing; 1 for a first page and for everything that is none."""
    shape: str
    """The pattern it follows, such as ``/{year}/{n}/{slug}/``."""
    listing: str
    """For a listing: the path and query that all its numbered pages share; ``""`` for other kinds."""


@dataclass(frozen=True, slots=True)
class _Words:
    segments: dict[str, str]
    queries: dict[str, str]
    endings: dict[str, str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    with data_path("lists", "url_kinds.toml").open("rb") as file:
        table = tomllib.load(file)
    kinds = [
        {word: kind for kind, words in table[part].items() for word in words}
        for part in ("segments", "queries", "endings")
    ]
    return _Words(*kinds)


def path_of(url: str) -> str:
    """Return path and query of an absolute address, with the leading slash.

    >>> path_of("https://blog.example/a/b?c=1"), path_of("https://blog.example")
    ('/a/b?c=1', '/')
    """
    start = url.find("/", url.find("//") + 2)
    return url[start:] if start >= 0 else "/"


@lru_cache(maxsize=32_768)
def guess(url: str) -> Guess:
    """Return what *url*, an absolute normalised address, looks like.

    >>> guess("https://blog.example/2021/07/back-pain/")
    Guess(kind='post', number=1, shape='/{year}/{n}/{slug}/', listing='')
    >>> guess("https://blog.example/tag/pain/page/3/")
    Guess(kind='tag', number=3, shape='/tag/{slug}/page/{n}/', listing='/tag/pain/')
    """
    path, _, query = path_of(url).partition("?")
    segments = [unquote(segment).lower() for segment in path.split("/") if segment]
    kind, number, base = _of_path(segments)
    if query:
        kind, number, query = _of_query(kind, number, query)
    shape = _shape(segments, path.endswith("/"), query)
    listing = ""
    if kind in LISTINGS:
        listing = "/" + "/".join(base) + ("/" if base else "") + (f"?{query}" if query else "")
    return Guess(kind, number, shape, listing)


def _of_path(segments: list[str]) -> tuple[str, int, list[str]]:
    """Return (kind, page number, segments of the listing's first page)."""
    if not segments:
        return HOME, 1, []
    words = _words()
    last = segments[-1]
    stem, _, ending = last.rpartition(".")
    by_ending = words.endings.get(ending) if stem else None
    if by_ending in (ASSET, FEED):
        return str(by_ending), 1, segments
    if ending == "xml" and stem:
        return FEED, 1, segments
    number, base = _numbered(segments)
    kinds = [
        words.segments.get(segment.rpartition(".")[0] or segment) or words.segments.get(segment) for segment in base
    ]
    if kinds and (kinds[0] == SERVICE or kinds[-1] == SERVICE):
        return SERVICE, number, base
    if kinds and kinds[-1] == FEED:
        return FEED, number, base
    kind = _of_segments(base, kinds)
    if kind == POST and number > 1:
        return PAGINATION, number, base
    if kind == POST and not base:
        return HOME, number, base
    return kind, number, base


def _of_segments(segments: list[str], kinds: list[str | None]) -> str:
    if not segments:
        return POST
    last = len(segments) - 1
    for index, kind in enumerate(kinds):
        if index == 0 and kind == CATEGORY and last <= _MAX_NESTED and segments[0].startswith(_CATEGORY_STEMS):
            return CATEGORY  # categories within categories
        if kind in (TAG, CATEGORY, AUTHOR, SEARCH):
            # /tag/x/ is a listing and so is /tags/; /section/2021/slug/ is a post in a folder of that name
            return str(kind) if index >= last - 1 else POST
        if kind == ATTACHMENT and index > 0:
            return ATTACHMENT
    if _is_date(segments, kinds):
        return DATE
    if kinds[last] == ARCHIVE:
        return ARCHIVE
    if kinds[last] == PAGE and last == 0:
        return PAGE
    return POST


def _is_date(segments: list[str], kinds: list[str | None]) -> bool:
    """Tell whether the path ends in a year, a month or a day of an archive: /2021/, /blog/2021/07/,
    /archives/2021-07/."""
    start = next((i for i, segment in enumerate(segments) if _is_year(segment)), None)
    if start is None:
        folder = len(segments) > 1 and kinds[-2] == ARCHIVE
        return folder and re.fullmatch(r"\d{4}[-_]?\d{0,2}", segments[-1].partition(".")[0]) is not None
    rest = segments[start + 1 :]
    return len(rest) <= 2 and all(_is_month_or_day(segment) for segment in rest)


def _is_year(segment: str) -> bool:
    return len(segment) == 4 and segment.isdigit() and _FIRST_YEAR <= int(segment) <= _LAST_YEAR


def _is_month_or_day(segment: str) -> bool:
    return len(segment) <= 2 and segment.isdigit() and 1 <= int(segment) <= _MONTHS_AND_DAYS


def _numbered(segments: list[str]) -> tuple[int, list[str]]:
    """Return the page number at the path's end and the segments before it; (1, all) when there is none."""
    if len(segments) > 1 and segments[-2] in _PAGE_WORDS:
        digits = segments[-1].partition(".")[0]
        if digits.isdigit() and 0 < int(digits) <= _MAX_PAGE_NUMBER:
            return int(digits), segments[:-2]
    found = _PAGED.fullmatch(segments[-1])
    if found and len(found.group(1)) <= 5:
        return max(int(found.group(1)), 1), segments[:-1]
    return 1, segments


def _of_query(kind: str, number: int, query: str) -> tuple[str, int, str]:
    """Return (kind, number, query without the page number)."""
    words = _words()
    kept = []
    said = None
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        word = words.queries.get(unquote(name).lower())
        if word == PAGINATION:
            digits = _NUMBER.fullmatch(value)
            number = min(int(value), _MAX_PAGE_NUMBER) if digits and len(value) <= 6 else 2
            said = said or PAGINATION
            continue
        kept.append(pair)
        if word in (SERVICE, SEARCH):
            return str(word), number, query
        if word is not None and said in (None, PAGINATION):
            said = word
    rest = "&".join(kept)
    if said is None:
        return kind, number, rest
    if said == PAGINATION:
        return (kind if kind in LISTINGS and kind != HOME else PAGINATION), number, rest
    if said == PAGE and kind != HOME:
        said = POST
    return said, number, rest


def _shape(segments: list[str], slash: bool, query: str) -> str:
    parts: list[str] = []
    for index, segment in enumerate(segments):
        part = _part(segment, index == len(segments) - 1)
        # Below a year stand posts, and what belongs to a post, however short its slug is; below "tag", tags.
        above = segments[index - 1] if index else ""
        below = "{year}" in parts or _words().segments.get(above) in (TAG, CATEGORY, AUTHOR)
        parts.append("{slug}" if below and part == segment and segment not in _words().segments else part)
    names = "&".join(sorted({pair.partition("=")[0] for pair in query.split("&")})) if query else ""
    return "/" + "/".join(parts) + ("/" if slash and parts else "") + (f"?{names}" if names else "")


def _part(segment: str, last: bool) -> str:
    if _is_year(segment):
        return "{year}"
    if segment.isdigit():
        return "{n}"
    if last:
        stem, dot, ending = segment.rpartition(".")
        known = dot and ending in _words().endings
        return "{slug}." + ending if known and stem else "{slug}"
    named = len(segment) <= _WORD_CHARACTERS and segment.count("-") < 2 and not any(c.isdigit() for c in segment)
    return segment if named else "{slug}"


def is_facet(url: str) -> bool:
    """Say whether *url* has a query that names no single post: such addresses multiply without end.

    >>> is_facet("https://blog.example/shop?colour=red&form=3"), is_facet("https://blog.example/?p=12")
    (True, False)
    """
    query = path_of(url).partition("?")[2]
    if not query:
        return False
    names = _words().queries
    return not any(names.get(unquote(pair.partition("=")[0]).lower()) in (POST, PAGE) for pair in query.split("&"))


def repeats(url: str) -> int:
    """Return how often the most frequent segment stands in the path: many times in links that go round in circles.

    >>> repeats("https://blog.example/a/b/a/b/a/"), repeats("https://blog.example/")
    (3, 0)
    """
    segments = [segment for segment in path_of(url).partition("?")[0].split("/") if segment]
    return max((segments.count(segment) for segment in set(segments)), default=0)


def parent_of(url: str) -> str | None:
    """Return the address one folder up, with a slash at its end; None for a home page and for an address with a query.

    >>> parent_of("https://blog.example/a/b/"), parent_of("https://blog.example/")
    ('https://blog.example/a/', None)
    """
    path = path_of(url)
    if "?" in path or path == "/":
        return None
    origin = url[: len(url) - len(path)]
    return f"{origin}{path.rstrip('/').rpartition('/')[0]}/"
