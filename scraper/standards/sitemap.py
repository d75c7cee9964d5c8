"""Sitemaps (https://www.sitemaps.org/protocol.html): addresses and their dates, from whatever a server sends in their
place.

A scanner, not an XML parser: it looks for ``url`` and ``sitemap`` elements and reads the few children it knows. So
there are no entities to expand, no document type to load and no error that loses the rest: real sitemaps begin with
blank lines and PHP warnings, end half-way, and hold bare ampersands. Everything is bounded by MAX_BYTES and MAX_ENTRIES
and linear in the input.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html.entities import html5

from scraper.standards import charset
from scraper.standards import url as urls
from scraper.text import squeeze, storable

MAX_BYTES = 50 * 1024 * 1024
"""Bytes read after decompression: the protocol's own limit. The rest is left out."""
MAX_ENTRIES = 50_000
"""Entries, and children of an index, that are read: the protocol's own limit. The rest is left out."""
MAX_LOOKED_AT = 2 * MAX_ENTRIES
"""Elements or lines looked at, repetitions and useless ones included."""
MAX_VALUE = 20_000
"""Characters of a child element; longer ones are no addresses, dates or titles."""
MAX_TITLE = 1_000
"""Characters of a news title kept."""

_GZIP = b"\x1f\x8b"
_MAX_GZIPPED = 2  # a .gz file served by a server that compresses what it sends
_GZIP_WBITS = 31  # zlib: expect a gzip header
_CHUNK = 256 * 1024
_NEWS = "http://www.google.com/schemas/sitemap-news/"
_NAME = r"[A-Za-z_][\w.-]*"
_ROOT = re.compile(rf"<(?:({_NAME}):)?(urlset|sitemapindex)(?=[\s>/])", re.I)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_NEWS_PREFIX = re.compile(rf"\sxmlns:({_NAME})\s*=\s*[\"']{re.escape(_NEWS)}", re.I)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.I)
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF|channel)\b", re.I)
_TEXT_LINE = re.compile(r"https?://\S+", re.I)
_ENTITY = re.compile(r"&(?:#x([0-9a-f]{1,8})|#([0-9]{1,8})|([a-z]\w{0,40}));", re.I)
_W3C_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)? ?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.I | re.A
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One address a sitemap lists."""

    url: str
    """Absolute, as ``url.join`` writes it."""
    lastmod: str | None
    """When it changed, ISO 8601 as precise as stated, zone as stated; None when missing or no date."""
    title: str | None = None
    """A news sitemap's title; None elsewhere."""
    published: str | None = None
    """A news sitemap's publication date, like ``lastmod``; None elsewhere."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one document lists: pages, or further sitemaps."""

    entries: tuple[Entry, ...] = ()
    """Pages in document order, each address once."""
    children: tuple[tuple[str, str | None], ...] = ()
    """(absolute address, lastmod) of the sitemaps an index lists, in document order, each address once."""
    problem: str | None = None
    """What is wrong with the document, in words; None when nothing is. What could be read is there all the same."""


def parse(body: bytes, url: str) -> Sitemap:
    """Return what the sitemap at *url* lists. Never raises on account of its content.

    *body* is what the server sent, its Content-Encoding undone; a gzip file is unpacked here, within MAX_BYTES.

    >>> parse(b"<urlset><url><loc>/a</loc><lastmod>2024-05</lastmod></url></urlset>", "https://blog.example/s.xml").entries
    (Entry(url='https://blog.example/a', lastmod='2024-05', title=None, published=None),)
    """
    body, problem = _unpacked(body)
    text = charset.decode(body[:MAX_BYTES]).text
    if len(body) > MAX_BYTES:
        problem = f"longer than {MAX_BYTES:,} bytes; the rest is left out"
    if "<!--" in text:
        text = _COMMENT.sub("", text)
    root = _ROOT.search(text)
    found = _of_lines(text, url) if root is None and "<" not in text else _of_elements(text, url, root)
    return Sitemap(found.entries, found.children, problem or found.problem)


def _unpacked(body: bytes) -> tuple[bytes, str | None]:
    problem = None
    for _ in range(_MAX_GZIPPED):
        if body.startswith(_GZIP):
            body, problem = _gunzip(body)
    return body, problem


def _gunzip(body: bytes) -> tuple[bytes, str | None]:
    """Return what a gzip file holds, up to one byte more than MAX_BYTES, and what is wrong with it."""
    parts: list[bytes] = []
    left = MAX_BYTES + 1
    packed = body
    while packed.startswith(_GZIP) and left > 0:  # members may follow one another (RFC 1952 §2.2)
        member = zlib.decompressobj(_GZIP_WBITS)
        try:
            while left > 0 and packed and not member.eof:
                part = member.decompress(packed, min(left, _CHUNK))
                packed = member.unconsumed_tail
                parts.append(part)
                left -= len(part)
        except zlib.error:
            return b"".join(parts), "damaged gzip file"
        if not member.eof and left > 0:
            return b"".join(parts), "cut gzip file"
        packed = member.unused_data
    return b"".join(parts), None


def _of_lines(text: str, url: str) -> Sitemap:
    """Return the addresses of a text sitemap: one a line."""
    found: dict[str, Entry] = {}
    strange = 0
    for looked_at, line in enumerate(re.finditer(r"[^\r\n]+", text)):
        if looked_at == MAX_LOOKED_AT:
            return Sitemap(tuple(found.values()), problem=_too_many("lines"))
        address = urls.join(url, line.group()) if _TEXT_LINE.fullmatch(line.group().strip()) else None
        if address is None:
            strange += not line.group().isspace()
            continue
        if len(found) == MAX_ENTRIES and address not in found:
            return Sitemap(tuple(found.values()), problem=_too_many("addresses"))
        found.setdefault(address, Entry(address, None))
    if not found:
        return Sitemap(problem="not a sitemap: plain text" if strange else "empty")
    return Sitemap(tuple(found.values()), problem=f"{strange} lines that are no addresses" if strange else None)


def _of_elements(text: str, url: str, root: re.Match[str] | None) -> Sitemap:
    # The sitemap's own elements bear the root's prefix; image:loc, video:title and the like bear another.
    prefix = f"{root.group(1)}:" if root and root.group(1) else ""
    news = _NEWS_PREFIX.search(text, 0, text.find(">", root.end()) if root else 0) if root else None
    reader = _Reader(text, url, re.escape(prefix), re.escape(news.group(1) if news else "news"))
    entries: dict[str, Entry] = {}
    children: dict[str, str | None] = {}
    lost = 0
    too_many = False
    for looked_at, (is_child, start, end) in enumerate(reader.elements(root.end() if root else 0)):
        address = reader.address(start, end)
        if address is None:
            lost += 1
        elif is_child:
            children.setdefault(address, reader.date("lastmod", start, end))
        elif address not in entries:
            entries[address] = reader.entry(address, start, end)
        too_many = len(entries) > MAX_ENTRIES or len(children) > MAX_ENTRIES or looked_at >= MAX_LOOKED_AT
        if too_many:
            break
    kept, kept_children = tuple(entries.values())[:MAX_ENTRIES], tuple(children.items())[:MAX_ENTRIES]
    problem = _what_is_wrong(text, root, lost, found=bool(entries or children))
    return Sitemap(kept, kept_children, _too_many("entries") if too_many else problem)


def _too_many(what: str) -> str:
    return f"more than {MAX_ENTRIES:,} {what}; the rest is left out"


def _what_is_wrong(text: str, root: re.Match[str] | None, lost: int, *, found: bool) -> str | None:
    if root is None and not found:
        if _FEED.search(text):
            return "not a sitemap: a feed"
        return "not a sitemap: an HTML page" if _HTML.search(text) else "not a sitemap"
    if lost:
        return f"{lost} entries without a usable address"
    if root is None:
        return "no urlset or sitemapindex around the entries"
    closing = text.rfind("</")
    whole = text[closing:].lower().find(root.group(2).lower()) >= 0 or _empty_root(text, root)
    return None if whole else "the document ends before its last tag"


def _empty_root(text: str, root: re.Match[str]) -> bool:
    end = text.find(">", root.end())
    return end > 0 and text[end - 1] == "/"


class _Reader:
    """Finds elements and their children in one document; patterns are made once for its prefixes."""

    def __init__(self, text: str, url: str, prefix: str, news: str) -> None:
        self._text = text
        self._url = url
        self._opening = re.compile(rf"<{prefix}(?:(url)|sitemap)(?=[\s>])[^<>]*+>", re.I)
        value = r"[^<>]*+>\s*+(?:<!\[CDATA\[(.*?)\]\]>|([^<]*+))"
        self._fields = {
            name: re.compile(rf"<{own}{tag}(?=[\s>]){value}", re.I | re.S)
            for name, own, tag in (
                ("loc", prefix, "loc"),
                ("lastmod", prefix, "lastmod"),
                ("title", f"{news}:", "title"),
                ("publication_date", f"{news}:", "publication_date"),
            )
        }

    def elements(self, start: int) -> Iterator[tuple[bool, int, int]]:
        """Yield (is a sitemap element, start, end) of every element's inside, up to the next element."""
        opening = self._opening.search(self._text, start)
        while opening:
            following = self._opening.search(self._text, opening.end())
            yield opening.group(1) is None, opening.end(), following.start() if following else len(self._text)
            opening = following

    def _value(self, name: str, start: int, end: int) -> str | None:
        found = self._fields[name].search(self._text, start, end)
        if found is None:
            return None
        literal, escaped = found.groups()
        value = literal if literal is not None else escaped
        if len(value) > MAX_VALUE:
            return None
        return value.strip() if literal is not None else _unescaped(value.strip())

    def address(self, start: int, end: int) -> str | None:
        """Return the element's absolute address, None when it has none that can be used."""
        loc = self._value("loc", start, end)
        return urls.join(self._url, loc) if loc else None

    def date(self, name: str, start: int, end: int) -> str | None:
        """Return that child's date, None when there is none."""
        return w3c_date(self._value(name, start, end) or "")

    def entry(self, address: str, start: int, end: int) -> Entry:
        """Return the Entry of a url element."""
        title = self._value("title", start, end)
        return Entry(
            address,
            self.date("lastmod", start, end),
            storable(squeeze(title))[:MAX_TITLE] or None if title else None,
            self.date("publication_date", start, end),
        )


def _unescaped(text: str) -> str | None:
    """Return *text* with character and entity references replaced; None when it refers to an entity nobody knows."""
    if "&" not in text:
        return text
    unknown = False

    def replaced(found: re.Match[str]) -> str:
        nonlocal unknown
        hexadecimal, decimal, name = found.groups()
        if name:
            unknown = unknown or f"{name};" not in html5
            return html5.get(f"{name};", "")
        number = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return chr(number) if 0 < number <= 0x10FFFF else "\ufffd"

    text = _ENTITY.sub(replaced, text)
    return None if unknown else text


def w3c_date(text: str) -> str | None:
    """Return a W3C date (https://www.w3.org/TR/NOTE-datetime) in ISO 8601, as precise as it is; None when it is no
    date.

    Blanks for the ``T`` and zones without colon are met and taken.

    >>> w3c_date("2024-05-06 07:08+0200"), w3c_date("2024-13-01")
    ('2024-05-06T07:08+02:00', None)
    """
    found = _W3C_DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
        datetime(2000, 1, 1, int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    written = "-".join(part for part in (year, month, day) if part)
    if hour:
        written += f"T{hour}:{minute}" + (f":{second}{fraction or ''}" if second else "")
        zone = (zone or "").upper()
        written += zone if len(zone) in (0, 1, 6) else f"{zone[:3]}:{zone[3:]}"
    return written
