"""The stored HTML of an article as it is shown: sanitised once more, its pictures not loaded, its links led inside.

Pure. What comes out of ``scraper.render.sanitise`` is well-formed and has only the tags of SAFE_TAGS, so that the
standard library's tokenizer is enough to rewrite it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from scraper.render import sanitise

Link = Callable[[str], str | None]
"""Address → where it is archived, as a path of the reading room, or None."""

TOP_LEVEL = 2
"""The level of the body's topmost headings: the article's title is the page's only first-level one."""
_LAST_LEVEL = 6
_HEADING = re.compile(r"h([1-6])")
_NOT_IN_SLUG = re.compile(r"[\W_]+")
_SLUG_CHARACTERS = 60
_VOID = frozenset(("br", "hr", "img"))
_SCROLLED = {"table": ('<div class="wide" role="group" aria-label="Table" tabindex="0">', "</div>")}


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of the body."""

    level: int
    """2–6, never deeper than one below the heading before."""
    anchor: str
    """Its id on the page."""
    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A body that is ready to be shown."""

    html: str
    headings: tuple[Heading, ...]
    """In order; for the table of contents."""


def prose(html: str, link: Link) -> Prose:
    """Return the body *html* for the reader.

    >>> shown = prose('<h3>A</h3><img src="http://a.example/b.png" alt="A boat"><script>x()</script>', lambda url: None)
    >>> shown.headings
    (Heading(level=2, anchor='a', text='A'),)
    >>> "<img" in shown.html, "A boat" in shown.html, "script" in shown.html
    (False, True, False)
    """
    writer = _Writer(link)
    writer.feed(sanitise(html))
    writer.close()
    return Prose("".join(writer.out), tuple(heading for heading in writer.headings if heading.text))


def addresses(html: str) -> tuple[str, ...]:
    """Return the addresses that *html* links to, once each, in order."""
    found: dict[str, None] = {}

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            href = dict(attrs).get("href") if tag == "a" else None
            if href:
                found[href] = None

    reader = Links()
    reader.feed(html)
    reader.close()
    return tuple(found)


@dataclass
class _Open:
    """A heading that is being read."""

    level: int
    start: int
    """Where in ``out`` its tag stands."""
    text: list[str] = field(default_factory=list)


class _Writer(HTMLParser):
    def __init__(self, link: Link) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.headings: list[Heading] = []
        self._link = link
        self._levels: list[tuple[int, int]] = []  # (level as it stood, level as it is shown) of the headings around
        self._heading: _Open | None = None
        self._anchors: set[str] = set()
        self._in_link = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.out.append(self._picture(given))
        elif found := _HEADING.fullmatch(tag):
            self._begin_heading(int(found[1]))
        elif tag == "a":
            self._in_link += 1
            self.out.append(self._anchor(given))
        elif tag == "pre":
            self.out.append('<pre tabindex="0">')
        else:
            kept = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
            self.out.append(f"{_SCROLLED[tag][0] if tag in _SCROLLED else ''}<{tag}{kept}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if _HEADING.fullmatch(tag):
            self._end_heading()
            return
        self._in_link -= tag == "a"
        self.out.append(f"</{tag}>{_SCROLLED[tag][1] if tag in _SCROLLED else ''}")

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.text.append(data)
        self.out.append(escape(data, quote=False))

    def _anchor(self, given: dict[str, str]) -> str:
        href = given.get("href")
        if not href:
            return "<a>"
        inside = self._link(href)
        if inside is not None:
            return f'<a class="archived" href="{escape(inside)}" title="In this archive">'
        return f'<a href="{escape(href)}" rel="noopener noreferrer external">'

    def _picture(self, given: dict[str, str]) -> str:
        """Return what stands for a picture: its words, and a link to where it is. Loading it would tell its server
        who reads what."""
        alt = given.get("alt", "").strip()
        words = f"Picture: {escape(alt, quote=False)}" if alt else "A picture without a description"
        source = given.get("src", "")
        if not source or self._in_link or not source.startswith(("http://", "https://")):
            return f'<span class="picture">{words}</span>'
        host = escape(urlsplit(source).netloc, quote=False)
        return (
            f'<a class="picture" href="{escape(source)}" rel="noopener noreferrer external">'
            f'<span class="picture-words">{words}</span> <span class="picture-host">{host}</span></a>'
        )

    def _begin_heading(self, level: int) -> None:
        self._end_heading()
        while self._levels and self._levels[-1][0] >= level:
            self._levels.pop()
        shown = min(self._levels[-1][1] + 1 if self._levels else TOP_LEVEL, _LAST_LEVEL)
        self._levels.append((level, shown))
        self._heading = _Open(shown, len(self.out))
        self.out.append("")

    def _end_heading(self) -> None:
        heading = self._heading
        if heading is None:
            return
        self._heading = None
        text = " ".join("".join(heading.text).split())
        if not text:
            # a heading without words would be an empty stop for whoever listens to the page
            self.out[heading.start] = "<div>"
            self.out.append("</div>")
            return
        anchor = self._anchor_of(text)
        self.headings.append(Heading(heading.level, anchor, text))
        self.out[heading.start] = f'<h{heading.level} id="{escape(anchor)}">'
        self.out.append(f"</h{heading.level}>")

    def _anchor_of(self, text: str) -> str:
        plain = unicodedata.normalize("NFKC", text).lower()
        slug = _NOT_IN_SLUG.sub("-", plain)[:_SLUG_CHARACTERS].strip("-") or "part"
        # the page's own ids are not to be met by a heading of that name
        slug = f"{slug}-" if slug in _OURS else slug
        anchor, number = slug, 1
        while anchor in self._anchors:
            number += 1
            anchor = f"{slug}-{number}"
        self._anchors.add(anchor)
        return anchor


_OURS = frozenset("main q results count help theme contents".split())
"""Ids of the templates."""
