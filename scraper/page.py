"""Page: a response, decoded, parsed and walked once. Everything later looks at this and at nothing else.

The tree itself is not kept: selectolax trees do not pickle, and a walk's result answers every question the fields ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from scraper import oversize
from scraper.blocks import Block, Frame, Walked
from scraper.dump.walk import is_dump as is_text_dump
from scraper.dump.walk import walk_text
from scraper.response import Response
from scraper.standards import charset, headers, structured, url
from scraper.walk import walk

MAX_DEPTH = 400
"""Deepest nesting of elements handed to the parser. Its cost grows faster than linearly with depth (100,000 levels: 23
s); browsers stop at 512 levels, and no page of the corpora passes 120."""
FEW_BLOCKS = 5
"""A page of fewer blocks says nothing without scripts: what stands in its ``noscript`` elements is read then."""
_CHUNK = 8_192  # bytes between two looks at the nesting; what one chunk can hide is far below the parser's trouble
_SUSPICIOUS_DEPTH = 6_000
"""Unclosed tags before the exact count is worth its price; void elements count as unclosed here. The parser takes 20
ms for a page that is so deep."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr param keygen p li td tr th dt dd option".split()
)


@dataclass(frozen=True)
class Page:
    """What one document says, before anybody judges it."""

    url: str | None
    """The address it was read from; None when unknown."""
    walked: Walked
    encoding: str = "utf-8"
    encoding_source: str = "default"
    is_dump: bool = False
    """Plain text without a single tag."""
    status: int = 200
    header_directives: frozenset[str] = field(default=frozenset())
    """Robots directives of the X-Robots-Tag header."""

    @property
    def blocks(self) -> list[Block]:
        """The runs of text, in document order."""
        return self.walked.blocks

    @property
    def frames(self) -> list[Frame]:
        """The block-level elements, in document order."""
        return self.walked.frames

    @property
    def title(self) -> str | None:
        """The text of the ``title`` element, None when there is none."""
        return self.walked.title

    @property
    def lang(self) -> str | None:
        """The declared language of the document, as written; None when not declared."""
        return self.walked.lang.strip() or None

    @cached_property
    def base_url(self) -> str | None:
        """What relative addresses are resolved against: the base element, else the page's own address."""
        if self.walked.base and self.url:
            return url.join(self.url, self.walked.base) or self.url
        return self.walked.base or self.url

    @cached_property
    def _metas(self) -> dict[str, list[str]]:
        table: dict[str, list[str]] = {}
        for name, content in self.walked.metas:
            if content:
                table.setdefault(name, []).append(content)
        return table

    def meta(self, *names: str) -> str | None:
        """Return the first non-empty content among metas of these names, tried in order; None when there is none."""
        return next((self._metas[name][0] for name in names if name in self._metas), None)

    def meta_all(self, name: str) -> list[str]:
        """Return the contents of all metas of that name, in document order."""
        return self._metas.get(name, [])

    @cached_property
    def json_ld(self) -> tuple[dict[str, Any], ...]:
        """The JSON-LD nodes of the page, flattened, references resolved."""
        return structured.graph(self.walked.scripts) if self.walked.scripts else ()

    def absolute(self, href: str) -> str | None:
        """Return *href* as an absolute http(s) address without fragment; None when it is none."""
        if self.base_url is None:
            return href if href.startswith(("http://", "https://")) else None
        absolute = url.join(self.base_url, href)
        return url.without_credentials(absolute) if absolute and "@" in absolute else absolute

    @cached_property
    def refresh(self) -> tuple[float, str] | None:
        """(seconds, absolute address) of a meta refresh that leads elsewhere; None when there is none."""
        seconds, address = headers.meta_refresh(self.walked.http_refresh)
        target = self.absolute(address) if seconds is not None and address else None
        return (seconds, target) if seconds is not None and target and target != self.url else None

    @cached_property
    def directives(self) -> frozenset[str]:
        """Robots directives of header and metas: ``noindex``, ``nofollow``, ``noarchive``, …"""
        values = self.meta_all("robots")
        return self.header_directives | (headers.robots_directives(values, "backfile") if values else frozenset())


def parse(response: Response) -> Page:
    """Return the Page of an HTML response. Never raises on account of its content."""
    decoded = charset.decode(response.body, response.content_type)
    tags = [value for name, value in response.headers if name == "x-robots-tag"]
    directives = headers.robots_directives(tags, "backfile") if tags else frozenset()
    return parse_text(
        decoded.text,
        address=response.final_url,
        encoding=decoded.encoding,
        encoding_source=decoded.source,
        status=response.status,
        header_directives=directives,
        utf_8=decoded.utf_8,
    )


def parse_text(
    text: str,
    *,
    address: str | None = None,
    encoding: str = "utf-8",
    encoding_source: str = "given",
    status: int = 200,
    header_directives: frozenset[str] = frozenset(),
    utf_8: bytes | None = None,
) -> Page:
    """Return the Page of decoded HTML, or of a plain-text dump when *text* holds not a single tag. Never raises.

    *utf_8* is *text* in that encoding, where it is at hand: the parser reads bytes, and encoding a page costs as much
    as parsing it.
    """
    is_dump = is_text_dump(text)
    walked = walk_text(text) if is_dump else _walked(text, utf_8)
    return Page(address, walked, encoding, encoding_source, is_dump, status, header_directives)


def _walked(html: str, utf_8: bytes | None) -> Walked:
    tags = html.count("<")
    limited = limit_depth(oversize.limited(html, tags), tags)
    root = LexborHTMLParser(utf_8 if utf_8 is not None and limited is html else limited).root
    if root is None:
        return Walked()
    walked = walk(root)
    if len(walked.blocks) < FEW_BLOCKS and "<noscript" in html:
        with_fallbacks = walk(root, fallbacks=True)
        if len(with_fallbacks.blocks) > len(walked.blocks):
            return with_fallbacks
    return walked


def limit_depth(html: str, tags: int | None = None) -> str:
    """Return *html* with the tags nested deeper than MAX_DEPTH taken out, their text kept; usually *html* itself.
    *tags* is the number of ``<`` in it, where it is known.

    The first look is cheap: tags opened less tags closed at every chunk's end, which counts void elements as open.
    Only a page that looks deep is counted exactly.
    """
    if (html.count("<") if tags is None else tags) <= _SUSPICIOUS_DEPTH:
        return html
    open_tags = deepest = 0
    for start in range(0, len(html), _CHUNK):
        chunk_end = start + _CHUNK
        opened = html.count("<", start, chunk_end)
        closed = html.count("</", start, chunk_end)
        deepest = max(deepest, open_tags + opened - closed)
        open_tags += opened - 2 * closed
    return _without_deep_tags(html) if deepest > _SUSPICIOUS_DEPTH else html


def _without_deep_tags(html: str) -> str:
    depth = 0
    kept: list[str] = []
    position = 0
    for tag in _TAG.finditer(html):
        closing, name, rest = tag.groups()
        if name.lower() in _VOID or rest.endswith("/"):
            continue
        deep = depth >= MAX_DEPTH if not closing else depth > MAX_DEPTH
        depth = max(depth + (-1 if closing else 1), 0)
        if deep:
            kept.append(html[position : tag.start()])
            position = tag.end()
    kept.append(html[position:])
    return "".join(kept)
