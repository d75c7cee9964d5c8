"""A site's profile: what a person knows about it. Which addresses to ask, which elements hold which field, which pace.

    include = ["/posts/*"]           # addresses that may be asked; listings that lead to them are asked, too
    exclude = ["/posts/draft-*"]     # addresses that are not

    [pace]
    delay_s = 2.0                    # seconds between two requests, at least
    concurrency = 1                  # requests in flight, at most

    [fields]                         # CSS selectors; what one finds wins over what would be found without
    title = "h1.post-title"
    published = "time.entry-date"
    body = "div.entry-content"
    remove = ["div.promo", "p.share"]

A mistake in one is told with its line, what was expected there, what came and what to do. ``data/profiles`` has an
example.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from scraper.errors import BackfileError
from scraper.selecting import is_selector
from scraper.standards import url as urls

FIELDS = ("title", "published", "modified", "authors", "author_bio", "tags", "body", "excerpt")
"""The fields of a record that a selector may be given for; ``body`` is text, Markdown and HTML at once."""
MAX_DELAY_S = 3_600.0
"""Seconds between two requests that may be asked for: more would be no crawl."""
MAX_CONCURRENCY = 16
_TABLE = re.compile(r"\s*\[\s*([\w.\"-]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class ProfileError(BackfileError):
    """A profile that cannot be read. ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person has written down about a site."""

    include: tuple[str, ...] = ()
    """Patterns of paths (``*`` any characters, ``?`` one); empty: every address."""
    exclude: tuple[str, ...] = ()
    delay_s: float | None = None
    """Seconds between two requests, at least; None: not said."""
    concurrency: int | None = None
    """Requests in flight, at most; None: not said."""
    selectors: tuple[tuple[str, str], ...] = ()
    """(field, CSS selector) pairs, fields of FIELDS."""
    remove: tuple[str, ...] = ()
    """Selectors of what is taken out before anything is read."""

    def why_not(self, url: str, *, is_listing: bool = False) -> str | None:
        """Return why *url* is not to be asked, None when it may be. A listing need not be included.

        >>> Profile(exclude=("/tag/*",)).why_not("https://blog.example/tag/tides/")
        'excluded by the profile of its site: /tag/*'
        """
        path = _path_of(url)
        for pattern in self.exclude:
            if fnmatchcase(path, pattern):
                return f"excluded by the profile of its site: {pattern}"
        if self.include and not is_listing and not any(fnmatchcase(path, pattern) for pattern in self.include):
            return "not included by the profile of its site"
        return None

    @property
    def reads(self) -> bool:
        """Say whether it has a word on how pages are read."""
        return bool(self.selectors or self.remove)


def _path_of(url: str) -> str:
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2]


def parse(text: str) -> Profile:
    r"""Return the Profile that *text*, TOML, describes. Raises ProfileError, with the line, for the first mistake.

    >>> parse("include = ['/posts/*']\n[fields]\ntitle = 'h1'").selectors
    (('title', 'h1'),)
    >>> parse("include = ['/posts/*']\n\n[pace]\ndelay_s = 'slow'")
    Traceback (most recent call last):
    scraper.profile.ProfileError: line 4: expected a number of seconds from 0 to 3600 for pace.delay_s, got 'slow'; write delay_s = 2.0
    """  # noqa: E501  (a message is one line)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(*syntax_problem(error, text)) from error
    return of_table(table, Lines(text))


def syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """Return the line of a mistake in TOML, and what to do about it."""
    at = _AT_LINE.search(str(error))
    line = int(at.group(1)) if at else len(text.splitlines()) or 1
    what = _AT_LINE.sub("", str(error)).strip().removesuffix("(at end of document)").strip()
    got = text.splitlines()[line - 1].strip()[:60] if line <= len(text.splitlines()) else ""
    return line, f"expected TOML, got {got!r} ({what}); write it as key = value, texts in quotation marks"


class Lines:
    """Where the keys of a TOML text stand, which its parser does not tell."""

    def __init__(self, text: str, *, first: int = 1, under: str = "") -> None:
        self._lines = text.splitlines()
        self._first = first
        self._keys: dict[str, int] = {}
        prefix = ""
        for number, line in enumerate(self._lines, first):
            if header := _TABLE.match(line):
                name = header.group(1).replace('"', "")
                prefix = name.removeprefix(under).lstrip(".") + "." if name != under else ""
                self._keys.setdefault(prefix.rstrip("."), number)
            elif key := _KEY.match(line):
                self._keys.setdefault(prefix + key.group(1), number)

    def below(self, prefix: str) -> Lines:
        """Return the same lines for keys that are named without *prefix*."""
        other = Lines("")
        other._lines, other._first = self._lines, self._first
        other._keys = {key.removeprefix(prefix): line for key, line in self._keys.items() if key.startswith(prefix)}
        return other

    def of(self, key: str, item: str | None = None) -> int:
        """Return the line of *key* (``fields.title``), or of *item* in the list it holds; 1 when it is not found."""
        line = self._keys.get(key, self._first)
        if item is not None:
            for number in range(line, self._first + len(self._lines)):
                if item in self._lines[number - self._first]:
                    return number
        return line


def of_table(table: dict[str, Any], lines: Lines, *, prefix: str = "") -> Profile:
    """Return the Profile of a parsed table, whose keys *lines* knows with *prefix* before them. Raises ProfileError."""
    lines = lines.below(prefix)
    only(table, ("include", "exclude", "pace", "fields"), "", lines)
    pace, fields = _table(table, "pace", lines), _table(table, "fields", lines)
    only(pace, ("delay_s", "concurrency"), "pace.", lines)
    only(fields, (*FIELDS, "remove"), "fields.", lines)
    return Profile(
        include=tuple(_patterns(table, "include", lines)),
        exclude=tuple(_patterns(table, "exclude", lines)),
        delay_s=_number(pace, "delay_s", MAX_DELAY_S, "a number of seconds from 0 to 3600", "delay_s = 2.0", lines),
        concurrency=_count(pace, lines),
        selectors=tuple((name, _selector(fields[name], name, lines)) for name in FIELDS if name in fields),
        remove=tuple(
            _selector(item, "remove", lines) for item in _list(fields.get("remove", []), "fields.remove", lines)
        ),
    )


def only(table: dict[str, Any], known: tuple[str, ...], prefix: str, lines: Lines) -> None:
    """Raise ProfileError for the first key of *table* that is not *known*; *prefix* is what stands before its keys."""
    for name in table:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            what = f"did you mean {near[0]}?" if near else "take it out"
            raise ProfileError(lines.of(prefix + name), f"expected one of {', '.join(known)}, got {name}; {what}")


def _table(table: dict[str, Any], name: str, lines: Lines) -> dict[str, Any]:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise ProfileError(lines.of(name), f"expected a table, got {value!r}; write [{name}] on a line of its own")
    return value


def _list(value: Any, key: str, lines: Lines) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        name = key.rpartition(".")[2]
        raise ProfileError(lines.of(key), f'expected a list of texts for {key}, got {value!r}; write {name} = ["…"]')
    return value


def _patterns(table: dict[str, Any], name: str, lines: Lines) -> Iterator[str]:
    for item in _list(table.get(name, []), name, lines):
        if not item.startswith(("/", "*")):
            path = urls.origin_of(item) if urls.is_http(item) else ""
            better = item.removeprefix(path) or "/*"
            better = better if better.startswith("/") else "/" + better
            raise ProfileError(
                lines.of(name, item), f'expected a path that begins with /, got {item!r}; write "{better}"'
            )
        yield item


def _selector(value: Any, name: str, lines: Lines) -> str:
    if not isinstance(value, str) or not is_selector(value):
        item = value if isinstance(value, str) and name == "remove" else None
        raise ProfileError(
            lines.of(f"fields.{name}", item),
            f'expected a CSS selector for {name}, got {value!r}; write one such as "div.entry > p"',
        )
    return value


def _number(table: dict[str, Any], name: str, most: float, what: str, example: str, lines: Lines) -> float | None:
    value = table.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ProfileError(lines.of(f"pace.{name}"), f"expected {what} for pace.{name}, got {value!r}; write {example}")
    return float(value)


def _count(pace: dict[str, Any], lines: Lines) -> int | None:
    name = "concurrency"
    what, example = f"a whole number from 1 to {MAX_CONCURRENCY}", "concurrency = 1"
    value = _number(pace, name, MAX_CONCURRENCY, what, example, lines)
    if value is not None and (value < 1 or value != int(value)):
        raise ProfileError(
            lines.of(f"pace.{name}"), f"expected {what} for pace.{name}, got {pace[name]!r}; write {example}"
        )
    return None if value is None else int(value)
