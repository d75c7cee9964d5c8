"""Feeds: RSS, Atom, RDF and CDF by feedparser, JSON Feed by own code; what they list, in one shape.

feedparser knows thirty years of dialects and mends broken XML, but it is made for feeds somebody chose. Around it
stand decoding by ``charset``, so that a wrong label costs nothing; limits; the document type cut out before any parser
sees it, so that no entity is expanded or fetched; and a byte stream as its argument, because it would take a string
for an address to load or a file to open. Its import takes 50 ms, so it waits for the first feed.
"""

from __future__ import annotations

import html as markup
import json
import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from scraper.standards import charset
from scraper.standards import date as dates
from scraper.standards import url as urls
from scraper.text import squeeze, storable

MAX_BYTES = 20 * 1024 * 1024
"""Characters of a feed that are read. The rest is left out: a full-text feed of a whole blog reaches 15 MiB."""
MAX_ENTRIES = 10_000
"""Entries read; reading them takes two seconds. The rest is left out."""
MAX_TAGS = 100_000
"""Tags read outside CDATA: the parser takes twenty microseconds and more for each. The rest is left out."""
MAX_DEPTH = 2_000
"""Elements open at once: the parser's cost grows with the square of the depth. Unclosed tags of HTML count as open."""
MAX_TITLE = 1_000
"""Characters of a title or author kept."""

_NAME = r"(?:[A-Za-z][\w.-]*:)?"
# What precedes a root: comments, processing instructions, a document type (whose internal subset may hold anything in
# quotes, but no bracket outside them). What has no end takes all that follows, so that nothing is searched twice.
_START = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?[^>]*+(?:>|\Z)"
    r"|<!DOCTYPE[^\[>]*+(?:\[(?:[^\]\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+(?:\][^>]*+)?)?(?:>|\Z)"
    rf"|<{_NAME}(?P<root>rss|feed|rdf|channel|item|entry)(?=[\s>])",
    re.I | re.S,
)
_TAG = re.compile(
    rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(?P<end>/)?{_NAME}(?P<entry>(?:item|entry)(?=[\s>/]))?[^<>]*+>?",
    re.I | re.S,
)
_HALF = re.compile(
    r"&#(?:0*5(?:529[6-9]|5[3-9]\d\d|6\d\d\d|7[0-2]\d\d|73[0-3]\d|734[0-3])|[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2});?"
)
"""A reference to half a character (U+D800 to U+DFFF), which feedparser cannot write."""
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.I)
_CLOSING = {"rss": "</channel></rss>", "feed": "</feed>", "rdf": "</rdf:RDF>", "channel": "</channel>"}
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")
_DAY = len("2024-05-06")
_ADDRESS_IN_NAME = re.compile(r"^\s*[^\s()<>]+@[^\s()<>]+\s*\((.+)\)\s*$|^\s*(.+?)\s*<[^<>]*@[^<>]*>\s*$")
_JSON = re.compile(r"\s*\{")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry: what the feed says about one post."""

    url: str | None
    """The post's address, absolute; None when the entry gives none that can be used."""
    id: str | None
    """The entry's identifier as written (``guid``, ``id``); None without one."""
    title: str | None
    """As text, without markup; None without one."""
    published: str | None
    """ISO 8601, offset as stated where it is stated in numbers, else in UTC; None without a readable one."""
    updated: str | None
    """As ``published``; None when the entry states none of its own."""
    author: str | None
    """Name alone, an Atom feed's own author where the entry has none; None without one."""
    html: str | None
    """The longest text the entry carries, as HTML that nobody has sanitised, addresses relative to ``url``; None
    without one."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What one document lists."""

    title: str | None = None
    """The feed's title as text; None without one."""
    entries: tuple[FeedEntry, ...] = ()
    """In document order, repetitions kept."""
    next_url: str | None = None
    """Absolute address of the page with older entries (RFC 5005 §3, §4; JSON Feed ``next_url``); None when none is
    named."""
    problem: str | None = None
    """What is wrong with the document, in words; None when nothing is. What could be read is there all the same."""


def parse(body: bytes, url: str, content_type: str | None = None) -> Feed:
    """Return what the feed at *url* lists. Never raises on account of its content.

    *body* is what the server sent, its Content-Encoding undone; *content_type* is the header's value.

    >>> feed = parse(b"<rss><channel><title>Tides</title><item><link>/a</link></item></channel></rss>", "https://blog.example/feed/")
    >>> feed.title, feed.entries[0].url
    ('Tides', 'https://blog.example/a')
    """
    text = charset.decode(body[:MAX_BYTES], content_type).text
    problem = f"longer than {MAX_BYTES:,} bytes; the rest is left out" if len(body) > MAX_BYTES else None
    feed = _of_json(text, url) if _JSON.match(text) else _of_xml(text, url)
    return Feed(feed.title, feed.entries, feed.next_url, problem or feed.problem)


# -- XML ---------------------------------------------------------------------------------------------------------------


def _of_xml(text: str, url: str) -> Feed:
    root = next((found for found in _START.finditer(text) if found["root"]), None)
    if root is None:
        return Feed(problem=_what_instead(text))
    text, problem = _bounded(text[root.start() :], root["root"].lower())
    try:
        parsed = _parsed(_HALF.sub("\ufffd", text), url)
    except Exception as error:  # whatever feedparser stumbles over is the feed's problem, not the run's
        return Feed(problem=f"cannot be read: {squeeze(str(error))[:200]}")
    inherited = _author(parsed.feed) if parsed.version.startswith("atom") else None
    return Feed(
        _plain(parsed.feed.get("title_detail"), parsed.feed.get("title")),
        tuple(_entry(entry, url, inherited) for entry in parsed.entries[:MAX_ENTRIES]),
        _next_url(parsed.feed, url),
        problem or _what_is_wrong(parsed),
    )


def _what_instead(text: str) -> str:
    if not text.strip():
        return "empty"
    return "not a feed: an HTML page" if _HTML.search(text) else "not a feed"


def _bounded(text: str, root: str) -> tuple[str, str | None]:
    """Return *text* up to the last entry within the limits, closed again, and which limit it was."""
    tags = entries = depth = 0
    last_entry = 0
    for tag in _TAG.finditer(text):
        if tag.group().startswith("<!"):
            continue
        tags += 1
        depth += -1 if tag["end"] else not tag.group().endswith("/>")
        if tag["entry"] and not tag["end"]:
            entries += 1
            last_entry = tag.start()
        for count, most, what in (
            (entries, MAX_ENTRIES, "entries"),
            (tags, MAX_TAGS, "tags"),
            (depth, MAX_DEPTH, "levels"),
        ):
            if count > most:
                closing = _CLOSING.get(root, "")
                return text[:last_entry] + closing, f"more than {most:,} {what}; the rest is left out"
    return text, None


def _parsed(text: str, url: str) -> Any:
    import feedparser

    stream = BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace"))
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _what_is_wrong(parsed: Any) -> str | None:
    if not parsed.bozo:
        return None
    error = parsed.get("bozo_exception")
    line = getattr(error, "getLineNumber", lambda: None)()
    where = f" (line {line})" if line else ""
    return f"not well-formed XML{where}: {squeeze(str(getattr(error, 'getMessage', lambda: error)()))[:200]}"


def _entry(entry: Any, url: str, inherited: str | None) -> FeedEntry:
    get = entry.get
    link = get("feedburner_origlink") or dict.get(entry, "link") or _alternate(entry)
    identifier = get("id")
    address = urls.join(url, link) if link else None
    if address is None and identifier and urls.is_http(identifier):
        address = urls.join(url, identifier)
    created = dict.get(entry, "created"), dict.get(entry, "created_parsed")
    return FeedEntry(
        url=address,
        id=_short(identifier),
        title=_plain(get("title_detail"), get("title")),
        published=_when(dict.get(entry, "published"), dict.get(entry, "published_parsed")) or _when(*created),
        updated=_when(dict.get(entry, "updated"), dict.get(entry, "updated_parsed")),
        author=_author(entry) or inherited,
        html=_longest(entry),
    )


def _alternate(entry: Any) -> str | None:
    links = [link for link in entry.get("links", ()) if link.get("href")]
    chosen = [link["href"] for link in links if link.get("rel", "alternate") == "alternate"]
    return next(iter(chosen), None)


def _next_url(feed: Any, url: str) -> str | None:
    for wanted in ("next", "prev-archive"):
        for link in feed.get("links", ()):
            if link.get("rel") == wanted and link.get("href"):
                return urls.join(url, link["href"])
    return None


def _plain(detail: Any, value: str | None) -> str | None:
    """Return a text construct as text: unless it says that it is, markup is taken out and references are read."""
    if not value:
        return None
    if detail and detail.get("type") != "text/plain":
        value = markup.unescape(re.sub(r"<[^<>]*>", "", value))
    return _short(value)


def _short(text: Any) -> str | None:
    return storable(squeeze(str(text)))[:MAX_TITLE] or None if text else None


def _author(thing: Any) -> str | None:
    detail = thing.get("author_detail") or {}
    name = detail.get("name") or dict.get(thing, "author") or ""
    found = _ADDRESS_IN_NAME.match(name[:MAX_TITLE])
    if found:
        name = found.group(1) or found.group(2)
    name = _short(name)
    return name if name and "@" not in name else None


def _when(raw: str | None, parsed: Any) -> str | None:
    """Return a date in ISO 8601, with the offset it states in numbers; feedparser's UTC where it states another."""
    stated = dates.machine(raw) if raw else None
    if stated and (len(stated) <= _DAY or _OFFSET.search(stated)):
        return stated
    if parsed is None:
        return stated
    try:
        return f"{datetime(*parsed[:6]).isoformat()}Z"
    except (ValueError, TypeError):
        return stated


def _longest(entry: Any) -> str | None:
    texts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    values = [_as_html(text.get("value") or "", text.get("type")) for text in texts]
    longest = max(values, key=len, default="")
    return storable(longest) or None


def _as_html(value: str, media_type: str | None) -> str:
    return markup.escape(value) if media_type == "text/plain" else value


# -- JSON Feed (https://www.jsonfeed.org/version/1.1/) -----------------------------------------------------------------


def _of_json(text: str, url: str) -> Feed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Feed(problem=f"not JSON: {str(error)[:200]}")
    items = document.get("items")
    if not isinstance(items, list):
        return Feed(problem="not a feed: JSON without items")
    problem = None
    if "jsonfeed.org/version/" not in str(document.get("version")):
        problem = "JSON with items, but without a JSON Feed version"
    if len(items) > MAX_ENTRIES:
        problem = f"more than {MAX_ENTRIES:,} entries; the rest is left out"
    authors = _json_author(document)
    entries = tuple(_json_entry(item, url, authors) for item in items[:MAX_ENTRIES] if isinstance(item, dict))
    further = _string(document, "next_url")
    return Feed(_short(_string(document, "title")), entries, urls.join(url, further) if further else None, problem)


def _json_entry(item: dict[str, Any], url: str, inherited: str | None) -> FeedEntry:
    identifier = item.get("id")
    written = (
        identifier if isinstance(identifier, str) else str(identifier) if isinstance(identifier, int | float) else None
    )
    link = _string(item, "url") or (written if written and urls.is_http(written) else None)
    text = _string(item, "content_text") or _string(item, "summary")
    body = _string(item, "content_html") or (markup.escape(text) if text else None)
    return FeedEntry(
        url=urls.join(url, link) if link else None,
        id=_short(written),
        title=_short(_string(item, "title")),
        published=dates.machine(_string(item, "date_published") or ""),
        updated=dates.machine(_string(item, "date_modified") or ""),
        author=_json_author(item) or inherited,
        html=storable(body) if body else None,
    )


def _json_author(thing: dict[str, Any]) -> str | None:
    """Return the names of ``authors`` (version 1.1), or of ``author`` (1.0)."""
    authors = thing.get("authors")
    people = authors if isinstance(authors, list) else [thing.get("author")]
    names = (_string(person, "name") for person in people[:10] if isinstance(person, dict))
    return _short(", ".join(name for name in names if name))


def _string(thing: dict[str, Any], key: str) -> str | None:
    value = thing.get(key)
    return value if isinstance(value, str) and value else None
