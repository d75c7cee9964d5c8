"""Blocks: a page, or a plain-text dump, as one flat list of runs of text. Nothing after this module knows which it was.

A *block* is a maximal run of text under one block-level element: a run ends where a block-level element begins or
ends, and at two line breaks in a row. A *frame* is a block-level element; frames stand in document order, so a subtree
is a contiguous range of frames and of blocks, and sums over subtrees are one reversed loop. Cleaning and fields mark
blocks; they never change them.

``scraper.walk`` makes them of a page's tree, ``scraper.dump`` of a text without markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

BOLD, ITALIC, CODE, STRIKE, SUPERSCRIPT, SUBSCRIPT, BREAK = 1, 2, 4, 8, 16, 32, 64
"""Flags of a piece's style. A BREAK piece is a line break and has the text ``"\\n"``."""
STYLES = {
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
"""Inline elements that give their text a style."""


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
    indent: int = -1
    """Columns of white space before it in a dump; -1 on a page."""


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
    names: str = ""
    """Class and id attributes as written, separated by a space."""


class ImageRef(NamedTuple):
    """An ``img``: address as written, alternative text (None when missing), enclosing frame, the block it stands
    before or in."""

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
        """Return the block's text with a space between inline elements, as dates and names want it ("Feb
        18<span>2009")."""
        return self.text_of(block.first, block.last, " ")

    def lineage(self, frame: int) -> list[Frame]:
        """Return the frame and its ancestors, innermost first."""
        chain = []
        while frame >= 0:
            chain.append(self.frames[frame])
            frame = self.frames[frame].parent
        return chain


UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def quick_words(text: str) -> int:
    """Return the number of white-space separated words, unspaced scripts at half a word a character.

    Cheaper than ``text.count_words`` and near enough for thresholds.
    """
    words = len(text.split())
    if not text.isascii():
        unspaced = len(UNSPACED.findall(text))
        if unspaced:
            words = max(words, words + unspaced // 2 - 1)
    return words
