"""What one page says to a crawl: its article, and everything in it that leads on. This is the work of a worker process.

Pure: bytes in, plain values out, so that the same code runs in a worker, in the main process and in tests.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from scraper import discover
from scraper.article import Article
from scraper.discover import Feeds, Link, Origin
from scraper.guard import why_blocked
from scraper.response import Response
from scraper.text import fold

if TYPE_CHECKING:
    from scraper.page import Page
    from scraper.profile import Profile

_HEADERS = ("content-type", "x-robots-tag", "link")
"""The headers of an answer that say something about the page."""
_STUB_SECONDS = 15  # a meta refresh after a longer time reloads a page that is meant to be read
_STUB_WORDS = 80  # a page with more text is no mere signpost, whatever it refreshes to
_SAME_WORDS = 30  # texts shorter than this are alike by chance ("Watch the video"), so the title is compared as well
_LONG_PARAGRAPH_WORDS = 20
_SPELT_ADDRESS = re.compile(r"(?:https?:)?//(?:[^/?#@]*@)?(?:\[|localhost|%|\d)", re.I)
"""A cheap look before the whole rule: an address that may spell an IP address."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Task(NamedTuple):
    """One page to read."""

    key: int
    """The page's number in the archive."""
    url: str
    """The address it is known by."""
    body: bytes
    headers: tuple[tuple[str, str], ...]
    """Those of _HEADERS the answer had."""
    status: int
    origin: Origin
    max_links: int
    template_key: tuple[str, int] | None = None
    """(site, version) of what the site repeats, None when nothing is learnt yet."""
    template: dict[str, Any] | None = None
    """What it repeats; None when the worker has this version already."""
    profile: str | None = None
    """What a person has written down about the site, TOML; None when nobody has."""


class Lesson(NamedTuple):
    """Pages of one site, to learn from what it repeats."""

    pages: tuple[tuple[str, bytes, tuple[tuple[str, str], ...]], ...]
    """(address, body, headers) triples."""


class Listing(NamedTuple):
    """One feed or sitemap to read."""

    kind: str
    """``feed`` or ``sitemap``."""
    url: str
    body: bytes
    content_type: str | None


class Single(NamedTuple):
    """One page outside any crawl."""

    body: bytes
    url: str | None
    content_type: str | None
    """As the server sent it, None where that is not known."""


class Reading(NamedTuple):
    """What one page says."""

    article: Article
    """As extracted; the evidence and the blocks left out stay behind in the worker."""
    confidence: float
    """0–1: how sure its page_type is; 0 when nobody judged."""
    signal: str
    """What decided the page_type, one phrase."""
    links: tuple[Link, ...]
    feeds: Feeds
    canonical: str | None
    """The address the page names as its own, normalised, of the same site; None when it names none or another
    site's."""
    refresh: str | None
    """Where a stub leads; None for a page that is to be read."""
    directives: frozenset[str]
    text_hash: str | None
    """Equal for pages with the same words; None for a page without any."""
    paragraph_hash: int
    """Of its longest paragraph: equal for most near-duplicates. 0 for a page without a long one."""
    entries: int
    """Headings in it that are links to other pages of the site: many in a listing, few in a post."""
    template_version: int = 0
    blocked: str | None = None
    """The first link to an address within this machine or its network; None on nearly every page."""


def kept_headers(response: Response) -> tuple[tuple[str, str], ...]:
    """Return the headers a Task carries."""
    return tuple(pair for pair in response.headers if pair[0] in _HEADERS)


def read(task: Task, template: Any = None) -> Reading:
    """Return what the page of *task* says. Never raises on account of its content.

    *template* is the Template the site has learnt, or None.
    """
    from scraper.extract import article_of, judge  # the parser and the models: a run that reads nothing needs neither
    from scraper.page import parse

    profile = _profile(task.profile) if task.profile else None
    body = _cut(task, profile) if profile is not None else task.body
    response = Response(task.url, task.url, task.status, task.headers, body, _EPOCH)
    page = parse(response)
    marks = judge(page, template) if template is not None else judge(page)
    found = marks.known.get("page_type") or ()
    article = article_of(marks)
    if profile is not None and profile.selectors:
        from scraper.profiled import profiled

        article = profiled(article, _text(task.headers, body), profile)
    links: tuple[Link, ...] = ()
    directives = page.directives
    if "nofollow" not in directives and "none" not in directives:
        links = discover.links_of(page, task.origin, limit=task.max_links)
    text_hash = _text_hash(article)
    return Reading(
        article=replace(article, url=task.url, evidence={}, dropped=()),
        confidence=found[0].confidence if found else 0.0,
        signal=(found[0].raw or found[0].source) if found else "",
        links=links,
        feeds=discover.feeds_of(page, task.origin),
        canonical=_canonical(page, task.origin),
        refresh=_stub_target(page, article, task.origin),
        directives=directives,
        text_hash=text_hash,
        paragraph_hash=_paragraph_hash(article.text),
        entries=sum(1 for link in links if link.rank == discover.ENTRY),
        blocked=_first_blocked(page, task.origin),
        template_version=task.template_key[1] if task.template_key and template is not None else 0,
    )


@lru_cache(maxsize=64)
def _profile(text: str) -> Profile:
    from scraper.profile import parse as parse_profile

    return parse_profile(text)


def _text(headers: tuple[tuple[str, str], ...], body: bytes) -> str:
    from scraper.standards import charset

    return charset.decode(body, dict(headers).get("content-type")).text


def _cut(task: Task, profile: Profile) -> bytes:
    """Return the page without what its site's profile takes out, as UTF-8 with its mark; as it is for no such word."""
    if not profile.remove:
        return task.body
    from scraper.selecting import without

    return b"\xef\xbb\xbf" + without(_text(task.headers, task.body), profile.remove).encode("utf-8", "replace")


def record(single: Single) -> dict[str, Any]:
    """Return the record of a page outside any crawl, ``Article.to_dict``. Never raises on account of its content."""
    from scraper.extract import extract

    if single.url is None or single.content_type is None:
        return extract(single.body, url=single.url).to_dict()
    headers = (("content-type", single.content_type),)
    return extract(Response(single.url, single.url, 200, headers, single.body, _EPOCH)).to_dict()


def learnt(lesson: Lesson) -> dict[str, Any]:
    """Return what the site of *lesson* repeats, as ``Template.to_dict`` writes it. Never raises on account of pages."""
    from scraper.learning import learn
    from scraper.page import parse

    responses = (Response(url, url, 200, headers, body, _EPOCH) for url, body, headers in lesson.pages)
    return learn(parse(response) for response in responses).to_dict()


def listed(listing: Listing) -> Any:
    """Return what a source lists: a Feed or a Sitemap. Never raises on account of its content."""
    if listing.kind == "sitemap":
        from scraper.standards import sitemap

        return sitemap.parse(listing.body, listing.url)
    from scraper.standards import feed  # a tenth of a second to import, and an unchanged feed needs no reading

    return feed.parse(listing.body, listing.url, listing.content_type)


def _first_blocked(page: Page, origin: Origin) -> str | None:
    for anchor in page.walked.anchors:
        if _SPELT_ADDRESS.match(anchor.href):
            url = page.absolute(anchor.href)
            if url is not None and origin.own(url) is None and why_blocked(url, frozenset()):
                return url
    return None


def _canonical(page: Page, origin: Origin) -> str | None:
    href = next((link.href for link in page.walked.head_links if "canonical" in link.rel.split()), None)
    absolute = page.absolute(href) if href else None
    return origin.own(absolute) if absolute else None


def _stub_target(page: Page, article: Article, origin: Origin) -> str | None:
    """Return where a page leads that holds nothing but a refresh; an address of another site comes back as it is."""
    if page.refresh is None or page.refresh[0] > _STUB_SECONDS or article.word_count > _STUB_WORDS:
        return None
    target = page.refresh[1]
    return origin.own(target) or target


def _text_hash(article: Article) -> str | None:
    words = fold(article.text)
    if not words:
        return None
    if article.word_count < _SAME_WORDS:
        words = f"{fold(article.title or '')}\n{words}"
    return hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _paragraph_hash(text: str) -> int:
    longest = max(text.split("\n\n"), key=len, default="")
    if len(longest.split()) < _LONG_PARAGRAPH_WORDS and len(longest) < _LONG_PARAGRAPH_WORDS * 6:
        return 0
    return zlib.crc32(fold(longest).encode("utf-8", "replace"))
