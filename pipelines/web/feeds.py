"""A search as a feed, Atom (RFC 4287) or JSON Feed 1.1: what is new on a subject, in any feed reader. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pipelines.archive.reading import StoredArticle
from scraper.render import sanitise

ENTRIES = 50
ATOM_TYPE = "application/atom+xml; charset=utf-8"
JSON_TYPE = "application/feed+json"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY_CHARACTERS = len("2021-07-26")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says about itself, addresses absolute."""

    title: str
    home: str
    """The search as a page."""
    own: str
    """The feed itself."""
    base: str
    """The reading room, no slash at the end."""


def atom(feed: Feed, entries: Sequence[StoredArticle]) -> str:
    """Return the feed as Atom."""
    updated = max((entry.changed_at for entry in entries), default="1970-01-01T00:00:00Z")
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_text(feed.title)}</title>",
        f"<id>{_text(feed.own)}</id>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(feed.own)}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(feed.home)}/>',
        f"<updated>{_text(updated)}</updated>",
        "<generator>backfile</generator>",
        *(_entry(feed, entry) for entry in entries),
        "</feed>\n",
    ]
    return "\n".join(parts)


def _entry(feed: Feed, entry: StoredArticle) -> str:
    article = entry.article
    here = f"{feed.base}/articles/{entry.id}"
    authors = [author.name for author in article.authors] or [article.site or "unknown"]
    published = date_time(article.published)
    lines = [
        "<entry>",
        f"<title>{_text(article.title or 'Without a title')}</title>",
        f"<id>{_text(article.url or here)}</id>",
        f'<link rel="alternate" type="text/html" href={_attribute(here)}/>',
        *([f'<link rel="via" href={_attribute(article.url)}/>'] if article.url else []),
        f"<updated>{_text(entry.changed_at)}</updated>",
        *([f"<published>{_text(published)}</published>"] if published else []),
        *(f"<author><name>{_text(name)}</name></author>" for name in authors),
        *(f"<category term={_attribute(tag)}/>" for tag in article.tags),
        *([f"<summary>{_text(article.excerpt)}</summary>"] if article.excerpt else []),
        f'<content type="html">{_text(sanitise(article.html))}</content>',
        "</entry>",
    ]
    return "\n".join(lines)


def json_feed(feed: Feed, entries: Sequence[StoredArticle]) -> str:
    """Return the feed as JSON Feed; what an article does not have is left out of its item."""
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.own,
        "items": [
            {name: value for name, value in _item(feed, entry).items() if value not in (None, [])} for entry in entries
        ],
    }
    return json.dumps(made, ensure_ascii=False)


def _item(feed: Feed, entry: StoredArticle) -> dict[str, object]:
    article = entry.article
    here = f"{feed.base}/articles/{entry.id}"
    return {
        "id": article.url or here,
        "url": here,
        "external_url": article.url,
        "title": article.title,
        "content_html": sanitise(article.html),
        "summary": article.excerpt,
        "date_published": date_time(article.published),
        "date_modified": entry.changed_at,
        "authors": [{"name": author.name} for author in article.authors],
        "tags": list(article.tags),
        "language": article.language,
    }


def date_time(published: str | None) -> str | None:
    """Return a moment as RFC 3339 wants it, None for what is not known to the day: a feed has no word for that.

    >>> date_time("2021-07-26"), date_time("2021-07-26T09:30:00+02:00"), date_time("2021-07")
    ('2021-07-26T00:00:00Z', '2021-07-26T09:30:00+02:00', None)
    """
    if published is None or len(published) < _DAY_CHARACTERS:
        return None
    return published if _DATE_TIME.fullmatch(published) else published[:_DAY_CHARACTERS] + "T00:00:00Z"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))
