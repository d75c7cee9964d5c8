"""Blocks: a page, or a plain-text dump, as one flat list of runs of text. Nothing after this module knows which it was.

A *block* is a maximal run of text under one block-level element: a run ends where a block-level element begins or ends, and at
two line breaks in a row. A *frame* is a block-level element; frames stand in document order, so a subtree is a contiguous range
of frames and of blocks, and sums over subtrees are one reversed loop. Cleaning and fields mark blocks; they never change them.

One iterative walk over the tree collects everything that later steps ask for (frames, blocks, anchors, images, marked elements,
head facts), because each further walk costs as much as the first. Considered instead: CSS selections per field (each one a walk),
and cutting the tree (then nobody can say why a line is missing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.hints import Hint, hints_of

BOLD, ITALIC, CODE, STRIKE, SUPERSCRIPT, SUBSCRIPT, BREAK = 1, 2, 4, 8, 16, 32, 64
"""Flags of a piece's style. A BREAK piece is a line break and has the text ``"\\n"``."""

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
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt rtc ruby s samp small "
    "span strike strong sub sup time tt u var wbr".split()
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


class Piece(NamedTuple):
    """One text node: its text as it stands, its style flags, and the index of the anchor around it or -1."""

    text: str
    style: int
    anchor: int


@dataclass(slots=True)
class Frame:
    """A block-level element. Never changed after the walk."""

    index: int
    tag: str
    parent: int
    """Index of the enclosing frame, -1 for the outermost."""
    names: str
    """Class and id attributes as written, separated by a space."""
    hints: int
    """What the names hint at (``Hint`` flags), this element's own."""
    role: str
    """The ARIA role, lower-case, or ``""``."""
    itemprop: str
    hidden: bool
    """The element itself is not shown: ``hidden`` attribute, ``aria-hidden``, or ``display:none`` in its style."""
    first: int
    """Index of its first block."""
    last: int = 0
    """One past its last block; equal to ``first`` for an element without text."""
    end: int = 0
    """One past its last descendant frame."""
    start: str = ""
    """The ``start`` of an ``ol``, the ``value`` of a ``li``, the ``colspan`` of a cell; ``""`` when absent."""


@dataclass(slots=True)
class Block:
    """One run of text. Never changed after the walk."""

    index: int
    frame: int
    """Index of the nearest frame."""
    tag: str
    """That frame's tag; ``line`` for a line of a dump, ``li`` for one that begins with a bullet or number."""
    text: str
    """White space squeezed, inline elements joined as written."""
    words: int
    """Number of words; a character of an unspaced script counts as half a word."""
    linked: int
    """How many of the words stand in links."""
    first: int
    """Index of its first piece."""
    last: int
    """One past its last piece."""
    gap: int = -1
    """Blank lines before it in a dump; -1 on a page, where layout is not known."""
    marker: str = ""
    """The bullet or number a dump's line begins with, such as ``•`` or ``2.``."""


@dataclass(slots=True)
class Anchor:
    """An ``a`` element with an address."""

    index: int
    href: str
    """As written, white space trimmed."""
    rel: str
    hints: int
    frame: int
    first: int
    """Index of its first piece."""
    last: int = 0
    block: int = -1
    """The block its text begins in; -1 when it has no text (an image link)."""
    title: str = ""
    image: int = -1
    """Index of the first image inside, or -1."""


class Mark(NamedTuple):
    """An element, block-level or inline, whose attributes say what its text is."""

    tag: str
    hints: int
    itemprop: str
    rel: str
    datetime: str
    """``datetime`` of a time element, ``title`` of an abbr, ``content`` of an itemprop element; ``""`` when absent."""
    frame: int
    block: int
    """The first block at or after its start."""
    first: int
    last: int
    """Range of pieces."""


class ImageRef(NamedTuple):
    """An ``img``: address as written, alternative text (None when missing), enclosing frame, the block it stands before or in."""

    src: str
    alt: str | None
    frame: int
    block: int


class HeadLink(NamedTuple):
    """A ``link`` element with rel and href, as written."""

    rel: str
    href: str
    type: str
    title: str


@dataclass(slots=True)
class Walked:
    """Everything one walk over a page (or a dump) brought."""

    frames: list[Frame] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    images: list[ImageRef] = field(default_factory=list)
    metas: list[tuple[str, str]] = field(default_factory=list)
    """(lower-case name, property or itemprop, content) of every meta element, in order."""
    head_links: list[HeadLink] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """The texts of the JSON-LD scripts, in order."""
    title: str | None = None
    lang: str = ""
    base: str = ""
    http_refresh: str = ""
    """The content of ``meta http-equiv=refresh``."""

    def text_of(self, first: int, last: int, separator: str = "") -> str:
        """Return the text of a range of pieces, squeezed; *separator* goes between the pieces."""
        return " ".join(separator.join(piece.text for piece in self.pieces[first:last]).split())

    def spaced(self, block: Block) -> str:
        """Return the block's text with a space between inline elements, as dates and names want it ("Feb 18<span>2009")."""
        return self.text_of(block.first, block.last, " ")

    def lineage(self, frame: int) -> list[Frame]:
        """Return the frame and its ancestors, innermost first."""
        chain = []
        while frame >= 0:
            chain.append(self.frames[frame])
            frame = self.frames[frame].parent
        return chain


_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def quick_words(text: str) -> int:
    """Return the number of white-space separated words, unspaced scripts at half a word a character.

    Cheaper than ``text.count_words`` and near enough for thresholds.
    """
    words = len(text.split())
    if not text.isascii():
        unspaced = len(_UNSPACED.findall(text))
        if unspaced:
            words = max(words, words + unspaced // 2 - 1)
    return words


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


_MARKER = re.compile(r"(?:[•●◦▪‣·*–-]|\d{1,3}[.)])(?:\s+|$)")


def walk_text(dump: str) -> Walked:
    r"""Return a plain-text dump as blocks: one per non-blank line, with the blank lines before it, its marker and its indent.

    >>> [(b.tag, b.marker, b.text) for b in walk_text("Title\n\n  • one\n  2. two").blocks]
    [('line', '', 'Title'), ('li', '•', 'one'), ('li', '2.', 'two')]
    """
    out = Walked()
    gap = 0
    lines = dump.splitlines()
    out.frames.append(Frame(0, "dump", -1, "", 0, "", "", False, 0, end=1))
    for line in lines:
        text = " ".join(line.split())
        if not text:
            gap += 1
            continue
        found = _MARKER.match(text)
        marker = ""
        if found and found.end() < len(text):
            marker, text = found.group().strip(), text[found.end() :]
        index = len(out.blocks)
        out.pieces.append(Piece(text, 0, -1))
        tag = "li" if marker else "line"
        out.blocks.append(Block(index, 0, tag, text, quick_words(text), 0, index, index + 1, gap, marker))
        gap = 0
    out.frames[0].last = len(out.blocks)
    return out
