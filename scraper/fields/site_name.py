"""What the site calls itself: as the head, the structured data and its feed say, or as the title element ends.

Each source is a weak witness alone: themes leave ``og:site_name`` at the host's name, publishers are agencies, and the
end of a title may be a section. What several say in the same words is surest, and so is what the host repeats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scraper.article import Found
from scraper.marks import Marks
from scraper.phrases import kinds_of
from scraper.standards import url as urls
from scraper.standards.structured import ARTICLE_TYPES, Node, types_of
from scraper.text import fold, plain

MAX_CHARS = 100
"""Longer names are slogans or descriptions."""
MAX_GIVEN = 4
"""Candidates kept as evidence."""
LEAST_CONFIDENCE = 0.4
"""Less is no answer: a link to the home page alone, which may say anything."""
AGREEING = 0.5
"""Share of the doubt about a name that each further witness leaves."""
TOLD_BY_HOST = 0.5
"""The same for a name that the host repeats (``The Slow Oven`` on ``slowoven.example``)."""
SHORTEST_IN_HOST = 4
"""Letters of a name that must stand in the host for the host to repeat it; two or three stand there by chance."""
_CONFIDENCE = {
    "meta:og:site_name": 0.95,
    "json-ld:WebSite": 0.8,
    "json-ld:isPartOf": 0.8,
    "json-ld:publisher": 0.65,
    "meta:application-name": 0.6,
    "meta:apple-mobile-web-app-title": 0.5,
    "link:home": 0.3,
    "link:feed": 0.55,
    "title": 0.45,
}
"""How often a source's name is what ``og:site_name`` says too, on the development pages that have both."""
_SITE_TYPES = frozenset(("website", "blog"))
_SEPARATOR = re.compile(r"\s+[|\-–—·»«•~⋆★←→]\s+|\s*[|｜]\s*|\s+::\s+|\s+on\s+(?=[A-Z]\S*$)")
_ADDRESS = re.compile(r"^(?:https?:)?//|^www\.|/$")
_OF_COMMENTS = re.compile(r"\bcomments?\b|\bkommentar|\bcomment[ai]ires?\b|\bcomentarios?\b|\bcommenti\b", re.I)
# What a feed's title says beside the site's name: "The Slow Oven » Feed", "RSS feed for The Slow Oven", "Atom".
_FEED_WORDS = re.compile(
    r"^(?:rss|atom|json|xml|feed|subscribe to|abonnieren|via|for|of|the latest from|[\s\d.:|»›→-])+\s+|"
    r"[\s|»›→:(-]+(?:rss|atom|json|xml|feeds?|posts?|flux|entries|all|main|full|\d[\d.]*|[\s()|»›→:-])+$|"
    r"^(?:rss|atom|feed|rss feed|rss 2\.0)$",
    re.I,
)
_LOGO = re.compile(r"\b(?:the\s)?(?:site\s)?(?:logo|home ?page|home|icon)\b", re.I)
LINKS_LOOKED_AT = 30
"""Links among which the one to the home page stands, in page order."""


@dataclass(slots=True)
class _Told:
    """One name, and who says it."""

    value: str
    source: str
    doubt: float
    witnesses: set[str] = field(default_factory=set)


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return the names of the page's site, best first; empty when nothing tells one."""
    headline = fold(marks.best("title") or "")
    told: dict[str, _Told] = {}
    for source, said in _said(marks):
        value = said.strip(" |-–—·»«:")
        key = fold(value).removeprefix("the ")
        if not key or key.replace(" ", "").isdigit() or len(value) > MAX_CHARS or _ADDRESS.search(value):
            continue
        if fold(value) == headline:  # a page about the site itself, or a title that is nothing but the site's name
            continue
        witness = source.partition(":")[2] or source
        known = told.setdefault(key, _Told(value, source, 1 - _CONFIDENCE[source]))
        if known.witnesses and witness not in known.witnesses:
            known.doubt *= AGREEING
        known.witnesses.add(witness)
    host = _host_letters(marks.page.url)
    for key, known in told.items():
        letters = key.replace(" ", "")
        if len(letters) >= SHORTEST_IN_HOST and (letters in host or (host and host in letters)):
            known.doubt *= TOLD_BY_HOST
    likely = [name for name in told.values() if 1 - name.doubt >= LEAST_CONFIDENCE]
    ranked = sorted(likely, key=lambda name: name.doubt)
    return tuple(Found(name.value, name.source, 1 - name.doubt, name.value) for name in ranked[:MAX_GIVEN])


def _host_letters(url: str | None) -> str:
    """Return the letters of the host without its last label: ``slowoven`` of ``www.slow-oven.example``."""
    host = (url or "").partition("//")[2].partition("/")[0].partition(":")[0].lower().removeprefix("www.")
    return host.rpartition(".")[0].replace("-", "").replace(".", "")


def _said(marks: Marks) -> list[tuple[str, str]]:
    """Return (source, name) pairs, the surest sources first."""
    page = marks.page
    said = [
        (f"meta:{name}", plain(value))
        for name in ("og:site_name", "application-name", "apple-mobile-web-app-title")
        if (value := page.meta(name))
    ]
    for node in page.json_ld:
        said += _of_node(node)
    said += [("link:home", name) for name in _home_links(marks)]
    for link in page.walked.head_links:
        if "alternate" in link.rel.split() and link.type.endswith(("rss+xml", "atom+xml")) and link.title:
            said += [("link:feed", name) for name in _of_feed(plain(link.title))]
    if page.title:
        said += [("title", part) for part in _end_of_title(marks, page.title)]
    return said


def _of_node(node: Node) -> list[tuple[str, str]]:
    """Return what a node of the structured data calls the site."""
    types = types_of(node)
    if types & _SITE_TYPES:
        return [("json-ld:WebSite", plain(node.get("name")))]
    if not types & ARTICLE_TYPES and "webpage" not in types:
        return []
    said = []
    part = node.get("isPartOf")
    if isinstance(part, dict) and types_of(part) & _SITE_TYPES:
        said.append(("json-ld:isPartOf", plain(part.get("name"))))
    publisher = node.get("publisher")
    if isinstance(publisher, list) and publisher:
        publisher = publisher[0]
    if isinstance(publisher, dict):
        said.append(("json-ld:publisher", plain(publisher.get("name"))))
    return said


def _of_feed(title: str) -> list[str]:
    """Return the site's name out of a feed's title; none when it is a feed of comments, which has the post's title.

    >>> _of_feed("The Slow Oven » Feed"), _of_feed("The Slow Oven » Rye bread Comments Feed"), _of_feed("RSS")
    (['The Slow Oven'], [], [])
    """
    if _OF_COMMENTS.search(title):
        return []
    name = _FEED_WORDS.sub("", _FEED_WORDS.sub("", title))
    return [name] if name else []


def _end_of_title(marks: Marks, title: str) -> list[str]:
    """Return the first or last part of the title element, whichever the headline does not hold."""
    headline = fold(marks.best("title") or "")
    separators = [*_SEPARATOR.finditer(title[: 4 * MAX_CHARS])]
    if not separators or not headline:
        return []
    first, last = title[: separators[0].start()], title[separators[-1].end() :]
    if fold(last) not in headline and fold(title).startswith(headline[:_ENOUGH]):
        return [last]
    if fold(first) not in headline and headline[:_ENOUGH] in fold(title[separators[0].end() :]):
        return [first]
    return []


_ENOUGH = 24  # characters of the headline that the title element must repeat; its end is often cut


def _home_links(marks: Marks) -> list[str]:
    """Return what the first link to the site's home page shows: its text, else the description of its picture."""
    page = marks.page
    home = urls.origin_of(page.url) if page.url and urls.is_http(page.url) else None
    for anchor in page.walked.anchors[:LINKS_LOOKED_AT]:
        if anchor.href != "/" and (home is None or not anchor.href.startswith(home)):
            continue
        if anchor.href.rstrip("/") not in ("", home):
            continue
        text = page.walked.text_of(anchor.first, anchor.last)
        if not text and anchor.image >= 0:
            text = _LOGO.sub("", plain(page.walked.images[anchor.image].alt))
        if text and not kinds_of(text):
            return [text]
    return []
