"""Which addresses are one article: what a canonical link is worth, and which of several copies is the one that is kept.

A blog shows a post under many addresses: with and without a slash, as ``?p=12``, behind a redirect, in an old copy of
the whole site under ``/static/``. Redirects settle themselves. For the rest the texts decide, not the claims: a
canonical link is believed when the page it names exists and says the same. Whoever came first does not matter, so
that an interrupted crawl and an uninterrupted one end with the same archive.

Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from scraper import site
from scraper.text import fold


class Copy(NamedTuple):
    """One archived page that may be a copy of another."""

    page_id: int
    article_id: int
    url: str
    title: str
    text_hash: str | None
    paragraph_hash: int
    canonical: str | None
    """The address it names as its own, or None."""
    claimed: bool
    """A feed, a sitemap or WordPress names it."""
    published: str | None
    words: int


def keeper(copies: Iterable[Copy]) -> Copy:
    """Return the copy to keep among pages that are one article.

    In this order: the one the others name as canonical; one that a feed or sitemap names; one that names itself; the
    one nearest to the root; the shortest address; the first in the alphabet.
    """
    copies = tuple(copies)
    named = [copy.canonical for copy in copies]
    return min(
        copies,
        key=lambda copy: (
            -sum(name == copy.url for name in named),
            not copy.claimed,
            copy.canonical not in (None, copy.url),
            copy.url.count("/"),
            len(copy.url),
            copy.url,
        ),
    )


def groups(copies: Iterable[Copy]) -> list[tuple[Copy, ...]]:
    """Return the groups of two or more pages that are one article, each page in one group at most.

    Pages are one article when they have the same title and words; when one names another as canonical and both have
    the same title or the same longest paragraph; or when one's path is the other's below a folder more, with the same
    title (a second copy of the site, perhaps an older one). Two pages with the same words that the site's own lists
    both name stay two: it means them as two posts.
    """
    copies = tuple(copies)
    union = _Union(len(copies))
    by_url = {copy.url: index for index, copy in enumerate(copies)}
    by_text: dict[str, int] = {}
    by_path = {_path(copy.url): index for index, copy in enumerate(copies)}
    for index, copy in enumerate(copies):
        if copy.text_hash is not None:
            first = by_text.setdefault(f"{copy.text_hash} {fold(copy.title)}", index)
            if not (copy.claimed and copies[first].claimed):
                union.join(index, first)
        other = by_url.get(copy.canonical or "")
        if other is not None and other != index and _alike(copy, copies[other]):
            union.join(index, other)
        for path in _paths_below(copy.url):
            other = by_path.get(path)
            if other is not None and other != index and _same_title(copy, copies[other]):
                union.join(index, other)
    return [tuple(copies[index] for index in members) for members in union.groups() if len(members) > 1]


def near_duplicates(copies: Iterable[Copy]) -> list[tuple[Copy, Copy]]:
    """Return pairs (later, earlier by address) of different articles that share their longest paragraph: to be
    reported.

    >>> near_duplicates([])
    []
    """
    by_paragraph: dict[int, Copy] = {}
    pairs = []
    for copy in sorted(copies, key=lambda copy: copy.url):
        if not copy.paragraph_hash:
            continue
        first = by_paragraph.setdefault(copy.paragraph_hash, copy)
        if first is not copy:
            pairs.append((copy, first))
    return pairs


def is_plausible(canonical: str, url: str) -> bool:
    """Say whether *canonical* can be the address of the article at *url*: another page of the site that is no listing.

    Broken templates name the front page, or the first page of a listing, on every post.

    >>> is_plausible("https://blog.example/a/", "https://blog.example/?p=1")
    True
    >>> is_plausible("https://blog.example/", "https://blog.example/a/")
    False
    """
    return canonical != url and site.guess(canonical).kind in (site.POST, site.PAGE)


def _alike(one: Copy, other: Copy) -> bool:
    return _same_title(one, other) or (one.paragraph_hash != 0 and one.paragraph_hash == other.paragraph_hash)


def _same_title(one: Copy, other: Copy) -> bool:
    return bool(one.title) and fold(one.title) == fold(other.title)


def _path(url: str) -> str:
    """Return the path of an address in one form: without the slash or ending at its end."""
    path = site.path_of(url)
    if "?" in path:
        return path
    return path.rstrip("/").removesuffix(".html").removesuffix(".htm") or "/"


def _paths_below(url: str) -> list[str]:
    """Return the paths that *url* would have without its first folder, or without its first two; the path itself as
    well."""
    path = _path(url)
    segments = path.split("/")[1:]
    return [path, *("/" + "/".join(segments[skip:]) for skip in (1, 2) if len(segments) > skip)]


class _Union:
    """Sets of numbers that are joined; the classic union-find."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def _top(self, index: int) -> int:
        while self._above[index] != index:
            self._above[index] = self._above[self._above[index]]
            index = self._above[index]
        return index

    def join(self, one: int, other: int) -> None:
        self._above[self._top(one)] = self._top(other)

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for index in range(len(self._above)):
            found.setdefault(self._top(index), []).append(index)
        return list(found.values())
