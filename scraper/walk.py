"""The walk: a parsed page's tree -> frames, blocks, anchors, images, marked elements and head facts, in one pass.

One iterative walk collects everything that later steps ask for, because each further walk costs as much as the first.
Considered instead: CSS selections per field (each one a walk), and cutting the tree (then nobody can say why a line is
missing).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.blocks import (
    BOLD,
    BREAK,
    CODE,
    ITALIC,
    STRIKE,
    SUBSCRIPT,
    SUPERSCRIPT,
    Anchor,
    Block,
    Frame,
    HeadLink,
    ImageRef,
    Mark,
    Piece,
    Walked,
    quick_words,
)
from scraper.hints import Hint, hints_of

_STYLES = {
    "b": BOLD,
    "strong": BOLD,
    "i": ITALIC,
    "em": ITALIC,
    "code": CODE,
    "kbd": CODE,
    "samp": CODE,
    "tt": CODE,
    "del": STRIKE,
    "s": STRIKE,
    "strike": STRIKE,
    "sup": SUPERSCRIPT,
    "sub": SUBSCRIPT,
}
# HTML Living Standard §4.5 (text-level semantics) and the presentational ones of §16.2; every other element is a frame.
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt rtc ruby s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
# Elements whose content is no text of the page: programs, vector drawings, embedded documents, form values, fallbacks.
_SKIPPED = frozenset(
    "style template noscript svg math iframe object embed canvas audio video select textarea datalist map frameset "
    "noframes progress meter".split()
)
_HEAD_FACTS = frozenset(("title", "meta", "link", "base", "script"))
_DISPLAY_NONE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_LAZY_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
_MARKED = (Hint.AUTHOR | Hint.BYLINE | Hint.DATE | Hint.TAGS | Hint.TITLE).value
_UNSEEN_INLINE = (Hint.SCREEN_READER | Hint.HIDDEN).value


class _Open(NamedTuple):
    """What to restore when an element closes."""

    node: LexborNode
    frame: int
    """The frame this element opened, or -1 for an inline element."""
    style: int
    anchor: int
    """Style and anchor outside of it."""
    opened_anchor: int
    mark: tuple[str, int, str, str, str, int, int, int] | None


class _Walk:
    """The state of one walk. ``run`` is the loop; the other methods are what an opening, a text and a closing do."""

    def __init__(self) -> None:
        self.out = Walked()
        self.frame = -1
        self.style = 0
        self.anchor = -1
        self.block_start = 0
        self.has_text = False
        self.preformatted = 0

    def run(self, root: LexborNode) -> Walked:
        stack: list[_Open] = []
        node: LexborNode | None = root
        while node is not None:
            tag = node.tag or ""
            child: LexborNode | None = None
            if tag == "-text":
                self.text(node.text_content or "")
            elif tag[:1] != "-":
                opened = self.open(node, tag)
                if opened is not None:
                    child = node.child
                    if child is not None:
                        stack.append(opened)
                        node = child
                        continue
                    self.close(opened)
            following = node.next
            while following is None and stack:
                opened = stack.pop()
                self.close(opened)
                following = opened.node.next
            node = following
            if not stack:
                break
        self.flush()
        return self.out

    def text(self, text: str) -> None:
        if text.isspace():
            if self.has_text:
                self.out.pieces.append(Piece(text, self.style, self.anchor))
            return
        if text:
            self.has_text = True
            self.out.pieces.append(Piece(text, self.style, self.anchor))

    def line_break(self) -> None:
        """One break is a line of the block; a second one in a row ends it, as authors without ``p`` mean it."""
        if not self.has_text:
            return
        pieces = self.out.pieces
        last = len(pieces) - 1
        while last > self.block_start and not pieces[last].style & BREAK and pieces[last].text.isspace():
            last -= 1
        if pieces[last].style & BREAK and not self.preformatted:
            self.flush()
        else:
            pieces.append(Piece("\n", self.style | BREAK, self.anchor))

    def flush(self) -> None:
        """End the current run: make it a block if it holds text."""
        out = self.out
        start, self.block_start = self.block_start, len(out.pieces)
        if not self.has_text:
            del out.pieces[start:]
            self.block_start = start
            return
        self.has_text = False
        run = out.pieces[start:]
        text = " ".join("".join([piece.text for piece in run]).split())
        if not text.isascii():
            text = text.replace("\u200b", "").replace("\ufeff", "")
        words = quick_words(text)
        linked = 0
        index = len(out.blocks)
        anchor = -1
        for piece in run:
            if piece.anchor >= 0:
                linked += quick_words(piece.text)
                if piece.anchor != anchor:
                    anchor = piece.anchor
                    if out.anchors[anchor].block < 0 and not piece.text.isspace():
                        out.anchors[anchor].block = index
        frame = self.frame
        tag = out.frames[frame].tag if frame >= 0 else "body"
        out.blocks.append(Block(index, frame, tag, text, words, min(linked, words), start, len(out.pieces)))

    def open(self, node: LexborNode, tag: str) -> _Open | None:
        """Take in an element; None says its content is skipped."""
        if tag == "br":
            self.line_break()
            return None
        if tag in _SKIPPED:
            return None
        if tag in _HEAD_FACTS:
            self.head_fact(node, tag)
            return None
        attributes = node.attributes
        if tag == "img":
            self.image(attributes)
            return None
        if tag in _INLINE:
            return self.open_inline(node, tag, attributes)
        return self.open_frame(node, tag, attributes)

    def open_inline(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> _Open | None:
        style, anchor, opened_anchor = self.style, self.anchor, -1
        names = _names(attributes) if attributes else ""
        hints = hints_of(names) if names else 0
        if attributes:
            if hints & _UNSEEN_INLINE or "hidden" in attributes or _is_undisplayed(attributes):
                return None
            if hints & Hint.ICON.value and (tag == "i" or "material" in names):
                return None  # a ligature's name, drawn as a picture
        if tag == "a" and attributes.get("href"):
            opened_anchor = self.anchor = len(self.out.anchors)
            self.out.anchors.append(
                Anchor(
                    opened_anchor,
                    (attributes["href"] or "").strip(),
                    (attributes.get("rel") or "").lower(),
                    hints,
                    self.frame,
                    len(self.out.pieces),
                    title=attributes.get("title") or "",
                )
            )
        self.style |= _STYLES.get(tag, 0)
        mark = self.mark(tag, hints, attributes) if attributes or tag == "time" else None
        return _Open(node, -1, style, anchor, opened_anchor, mark)

    def open_frame(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> _Open:
        self.flush()
        out = self.out
        index = len(out.frames)
        names = _names(attributes) if attributes else ""
        hints = hints_of(names) if names else 0
        frame = Frame(index, tag, self.frame, names, hints, "", "", False, len(out.blocks))
        mark = None
        if attributes:
            frame.role = (attributes.get("role") or "").lower()
            frame.itemprop = attributes.get("itemprop") or ""
            frame.hidden = _is_hidden(attributes, names)
            if tag in ("ol", "li", "td", "th"):
                frame.start = attributes.get("start") or attributes.get("value") or attributes.get("colspan") or ""
            elif tag == "html":
                out.lang = attributes.get("lang") or attributes.get("xml:lang") or ""
            mark = self.mark(tag, hints, attributes)
        out.frames.append(frame)
        self.frame = index
        if tag == "pre":
            self.preformatted += 1
        return _Open(node, index, self.style, self.anchor, -1, mark)

    def mark(
        self, tag: str, hints: int, attributes: dict[str, str | None]
    ) -> tuple[str, int, str, str, str, int, int, int] | None:
        itemprop = attributes.get("itemprop") or ""
        rel = (attributes.get("rel") or "").lower()
        said = attributes.get("datetime") or attributes.get("content") or ""
        if not said and tag == "abbr":
            said = attributes.get("title") or ""
        if tag == "time" or itemprop or said or hints & _MARKED or rel in ("author", "tag", "category tag"):
            out = self.out
            return (tag, hints, itemprop, rel, said, self.frame, len(out.blocks), len(out.pieces))
        return None

    def close(self, opened: _Open) -> None:
        out = self.out
        if opened.mark is not None:
            out.marks.append(Mark(*opened.mark, len(out.pieces)))
        if opened.opened_anchor >= 0:
            out.anchors[opened.opened_anchor].last = len(out.pieces)
        if opened.frame >= 0:
            self.flush()
            frame = out.frames[opened.frame]
            frame.last = len(out.blocks)
            frame.end = len(out.frames)
            self.frame = frame.parent
            if frame.tag == "pre":
                self.preformatted -= 1
        self.style, self.anchor = opened.style, opened.anchor

    def image(self, attributes: dict[str, str | None]) -> None:
        source = attributes.get("src") or ""
        if not source or source.startswith("data:"):
            source = next((attributes[name] or "" for name in _LAZY_SOURCES if attributes.get(name)), "")
        if source:
            out = self.out
            if self.anchor >= 0 and out.anchors[self.anchor].image < 0:
                out.anchors[self.anchor].image = len(out.images)
            out.images.append(ImageRef(source.strip(), attributes.get("alt"), self.frame, len(out.blocks)))

    def head_fact(self, node: LexborNode, tag: str) -> None:
        out = self.out
        if tag == "title":
            if out.title is None:
                out.title = " ".join(node.text().split())
            return
        attributes = node.attributes
        if tag == "script":
            if "ld+json" in (attributes.get("type") or ""):
                out.scripts.append(node.text())
        elif tag == "base":
            out.base = out.base or (attributes.get("href") or "").strip()
        elif tag == "link":
            rel, href = attributes.get("rel"), attributes.get("href")
            if rel and href:
                kind, title = attributes.get("type") or "", attributes.get("title") or ""
                out.head_links.append(HeadLink(rel.lower(), href.strip(), kind.lower(), title))
        else:
            self.meta(attributes)

    def meta(self, attributes: dict[str, str | None]) -> None:
        content = attributes.get("content")
        if content is None:
            return
        if (attributes.get("http-equiv") or "").lower() == "refresh":
            self.out.http_refresh = self.out.http_refresh or content
        for key in ("property", "name", "itemprop"):
            name = attributes.get(key)
            if name:
                self.out.metas.append((name.strip().lower(), content.strip()))


def _names(attributes: dict[str, str | None]) -> str:
    """Return class and id as one string of tokens."""
    names = attributes.get("class") or ""
    identity = attributes.get("id")
    return f"{names} {identity}" if identity else names


def _is_undisplayed(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    return bool(style) and _DISPLAY_NONE.search(style or "") is not None


def _is_hidden(attributes: dict[str, str | None], names: str) -> bool:
    """Tell whether the element is not shown; React streams whole bodies as ``<div hidden id="S:1">``, which are."""
    if "hidden" in attributes and not (attributes.get("id") or "").startswith("S:"):
        return True
    if attributes.get("aria-hidden") == "true":
        return True
    return _is_undisplayed(attributes) or bool(hints_of(names) & _UNSEEN_INLINE)


def walk(root: LexborNode) -> Walked:
    """Return everything one pass over the tree under *root* (the ``html`` element) brings, in document order."""
    return _Walk().run(root)
