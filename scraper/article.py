"""Article: one post as it is filed, with the evidence for every field and the reason for every block left out.

The record's keys are a contract: ``to_dict``, the JSON Lines export, ``backfile article`` and the web API all show the
same.
``None`` means "not found", ``""`` means "found, and empty". Collections are tuples, in page order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar

T = TypeVar("T", covariant=True)

ARTICLE = "article"
"""The ``page_type`` of a page that is one post; every other word names the kind of page it is instead."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """One candidate for a field, with where it came from and how sure we are."""

    value: T
    """The value as it would be filed."""
    source: str
    """Where it stood, such as ``json-ld:datePublished``, ``meta:og:title`` or ``text:"Last Updated on"``."""
    confidence: float
    """0–1: of the values given .9, nine in ten are right on the development corpora."""
    raw: str = ""
    """The text it was read from, as it stood."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form: value, source, confidence (three digits), raw."""
        value = _plain(self.value)
        return {"value": value, "source": self.source, "confidence": round(self.confidence, 3), "raw": self.raw}


@dataclass(frozen=True, slots=True)
class Dropped:
    """One block of the page that is not part of the body, and why."""

    text: str
    """The block's text, white space squeezed."""
    step: str
    """The cleaning step or field that marked it, such as ``comments`` or ``author_bio``."""
    reason: str
    """One plain phrase: what kind of thing it is."""
    evidence: str
    """What gave it away: a class name, a phrase, a heading above it."""

    def to_dict(self) -> dict[str, str]:
        """Return the JSON-ready form."""
        return {"text": self.text, "step": self.step, "reason": self.reason, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Author:
    """One author: the name as the byline shows it, and the address of the author's page or None."""

    name: str
    url: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {"name": self.name, "url": self.url}


@dataclass(frozen=True, slots=True)
class Related:
    """A page of the same site that the page offers as a continuation. A widget may show only some of the four."""

    url: str | None = None
    title: str | None = None
    published: str | None = None
    """ISO 8601 day beside the link, or None."""
    excerpt: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {"url": self.url, "title": self.title, "published": self.published, "excerpt": self.excerpt}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The previous or next post in time. ``rel`` is ``"prev"`` (older) or ``"next"`` (newer)."""

    url: str | None
    title: str | None
    rel: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {"url": self.url, "title": self.title, "rel": self.rel}


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the body: absolute address, alternative text (None: no such attribute), caption or None."""

    url: str
    alt: str | None = None
    caption: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {"url": self.url, "alt": self.alt, "caption": self.caption}


@dataclass(frozen=True, slots=True)
class Article:
    """What one page says, normalised. Every field may be None or empty: pages are as they are."""

    url: str | None = None
    """The address the page was read from, as given."""
    canonical_url: str | None = None
    """The address the page names as its own, absolute, only when plausible; else None."""
    site: str | None = None
    """Host name, lower-case, without ``www.``."""
    site_name: str | None = None
    """What the site calls itself, such as ``The Slow Oven``."""
    page_type: str = ARTICLE
    """``"article"`` or the kind of page it is instead: home, listing, tag, category, author, date, page, …"""
    title: str | None = None
    """The headline, without the site's name."""
    authors: tuple[Author, ...] = ()
    """In byline order."""
    author_bio: str | None = None
    """Prose about the author as the page shows it, paragraphs separated by a newline."""
    published: str | None = None
    """First publication, ISO 8601, as precise as the page says (``2021``, ``2021-07``, ``2021-07-26``, with time)."""
    modified: str | None = None
    """Last update, same form."""
    language: str | None = None
    """BCP 47 tag, such as ``en`` or ``pt-BR``; declared, else detected."""
    reading_minutes: int | None = None
    """Minutes, only if the page states them."""
    word_count: int = 0
    """Words of ``text``; a character of an unspaced script counts as half a word."""
    excerpt: str | None = None
    """The page's own summary, else the start of the body."""
    tags: tuple[str, ...] = ()
    """Tags and categories shown for this post."""
    comments_count: int | None = None
    """Readers' comments the post has, only if the page says or shows them; 0 when it says that there are none."""
    text: str = ""
    """Body as plain text: paragraphs and headings separated by a blank line, list items on lines of their own."""
    markdown: str = ""
    """Body as CommonMark."""
    html: str = ""
    """Body as sanitised HTML."""
    related: tuple[Related, ...] = ()
    prev_next: tuple[Neighbour, ...] = ()
    images: tuple[Image, ...] = ()
    evidence: Mapping[str, tuple[Found[Any], ...]] = field(default_factory=dict)
    """Field name → candidates, best first; the first is the one filed."""
    dropped: tuple[Dropped, ...] = ()
    """Blocks left out of the body, in page order."""

    def to_dict(self, *, evidence: bool = False) -> dict[str, Any]:
        """Return the record as JSON-ready values, keys in contract order.

        With *evidence*, two keys more: ``evidence`` {field: [{value, source, confidence, raw}, …]} and ``dropped``
        [{text, step, reason, evidence}, …].

        >>> found = Found((Author("Ida"),), "meta:author", 0.9)
        >>> Article(evidence={"authors": (found,)}).to_dict(evidence=True)["evidence"]["authors"][0]["value"]
        [{'name': 'Ida', 'url': None}]
        >>> Article(title="On Tides", authors=(Author("Ida"),)).to_dict()["authors"]
        [{'name': 'Ida', 'url': None}]
        """
        record = {name: _plain(getattr(self, name)) for name in RECORD_KEYS}
        if evidence:
            record["evidence"] = {name: [found.to_dict() for found in ranked] for name, ranked in self.evidence.items()}
            record["dropped"] = [block.to_dict() for block in self.dropped]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Article:
        """Return the Article a record came from; keys it does not know are ignored, missing ones take their default.

        Evidence and dropped blocks are not read back.

        >>> a = Article(title="On Tides", related=(Related(url="http://a.example/b"),))
        >>> Article.from_dict(a.to_dict()) == a
        True
        """
        known: dict[str, Any] = {name: record[name] for name in RECORD_KEYS if name in record}
        for name, kind in _NESTED.items():
            if name in known:
                known[name] = tuple(kind(**item) for item in known[name] or ())
        if "tags" in known:
            known["tags"] = tuple(known["tags"] or ())
        return cls(**known)


def _plain(value: Any) -> Any:
    """Return a field's value as JSON knows it."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


_NESTED: dict[str, Any] = {"authors": Author, "related": Related, "prev_next": Neighbour, "images": Image}

RECORD_KEYS: tuple[str, ...] = tuple(f.name for f in fields(Article) if f.name not in ("evidence", "dropped"))
"""The contract's keys, in order."""
