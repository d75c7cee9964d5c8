"""The body as an outline: one line per kept block or image, with its place in lists, quotes and tables.

Rendering to text, Markdown and HTML reads this and nothing else, so the three always say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from scraper.blocks import BREAK, Block, Frame, ImageRef, Piece
from scraper.hints import Hint
from scraper.marks import Marks
from scraper.text import storable


class Segment(NamedTuple):
    """A stretch of inline text of one style: white space squeezed except at its ends, ``"\\n"`` where a line breaks."""

    text: str
    style: int
    href: str
    """Absolute address of the link around it, ``""`` without one."""


class Level(NamedTuple):
    """One list or block quote around a line, with the line's item in it."""

    frame: int
    """Identity of the list: its frame's index, or a negative number for a list of a dump."""
    ordered: bool
    item: int
    """Identity of the item; QUOTE for a block quote, which has none."""
    number: int
    """The item's number in an ordered list, from 1 unless the list says otherwise."""


QUOTE = -1
"""The ``item`` of a Level that is a block quote."""


@dataclass(slots=True)
class Line:
    """One block (or image) of the body in its place. Never changed once made."""

    kind: str
    """``heading``, ``paragraph``, ``preformatted``, ``cell`` or ``image``."""
    segments: tuple[Segment, ...] = ()
    level: int = 0
    """1–6 for headings."""
    lists: tuple[Level, ...] = ()
    """The lists and block quotes around it, outermost first."""
    row: int = -1
    """Identity of the table row of a cell."""
    table: int = -1
    is_header: bool = False
    """A cell that heads a column or row."""
    cell: int = -1
    """Identity of the table cell: a cell of several paragraphs makes several lines."""
    span: int = 1
    """Columns the cell takes."""
    src: str = ""
    alt: str | None = None
    caption: str | None = None
    language: str = ""
    """Programming language of preformatted text, as the page names it; ``""`` when it does not."""

    @property
    def text(self) -> str:
        """The line's text without styles, line breaks as newlines."""
        segments = self.segments
        if len(segments) == 1:
            return segments[0].text
        return "".join([segment[0] for segment in segments]).strip()


class _Place(NamedTuple):
    """Where a frame stands."""

    lists: tuple[Level, ...] = ()
    row: int = -1
    table: int = -1
    is_header: bool = False
    cell: int = -1
    span: int = 1
    preformatted: int = -1
    """Index of the ``pre`` around it, -1 without one."""


_NOWHERE = _Place()
MAX_SPAN = 50
"""Columns a cell may claim; more is a mistake or mischief."""
MAX_LEVELS = 12
"""Lists and quotes inside one another that are shown; deeper ones are mistakes of the markup."""
MAX_NUMBER_DIGITS = 7
"""A list starts at no longer number; CommonMark's own limit is nine digits."""
LAYOUT_CELL_BLOCKS = 8
"""A table with a cell of more blocks lays out a page; its cells are read as running text."""


@dataclass(slots=True)
class _Places:
    """The places of frames, each worked out once from its parent's."""

    frames: list[Frame]
    container: int
    known: dict[int, _Place] = field(default_factory=dict)
    numbers: dict[int, dict[int, int]] = field(default_factory=dict)

    def of(self, index: int) -> _Place:
        place = self.known.get(index)
        if place is not None:
            return place
        pending = []
        while index > self.container and index not in self.known:
            pending.append(index)
            index = self.frames[index].parent
        place = self.known.get(index, _NOWHERE)
        for inner in reversed(pending):
            within = _WITHIN.get(self.frames[inner].tag)
            if within is not None:
                place = within(self, place, self.frames[inner])
            self.known[inner] = place
        return place

    def item(self, outer: _Place, frame: Frame) -> _Place:
        parent = self.frames[frame.parent] if frame.parent >= 0 else frame
        if parent.tag not in ("ol", "ul", "menu") or len(outer.lists) >= MAX_LEVELS:
            return outer
        ordered = parent.tag == "ol"
        level = Level(parent.index, ordered, frame.index, self.number(parent, frame.index) if ordered else 0)
        return _Place((*outer.lists, level), *outer[1:])

    def definition(self, outer: _Place, frame: Frame) -> _Place:
        if len(outer.lists) >= MAX_LEVELS:
            return outer
        return _Place((*outer.lists, Level(frame.parent, False, frame.index, 0)), *outer[1:])

    def quote(self, outer: _Place, frame: Frame) -> _Place:
        if len(outer.lists) >= MAX_LEVELS:
            return outer
        return outer._replace(lists=(*outer.lists, Level(frame.index, False, QUOTE, 0)))

    def preformatted(self, outer: _Place, frame: Frame) -> _Place:
        return outer._replace(preformatted=frame.index)

    def table(self, outer: _Place, frame: Frame) -> _Place:
        if outer.table >= 0 or self.is_layout(frame):
            return outer
        return outer._replace(table=frame.index, row=-1)

    def row(self, outer: _Place, frame: Frame) -> _Place:
        return outer._replace(row=frame.index) if outer.table >= 0 and outer.cell < 0 else outer

    def cell(self, outer: _Place, frame: Frame) -> _Place:
        if outer.row < 0 or outer.cell >= 0:
            return outer
        span = int(frame.start) if frame.start.isascii() and frame.start.isdigit() and len(frame.start) < 3 else 1
        return outer._replace(cell=frame.index, is_header=frame.tag == "th", span=max(1, min(span, MAX_SPAN)))

    def is_layout(self, table: Frame) -> bool:
        """Tell whether the table lays out a page: it holds another table, or a cell with a text of its own."""
        inner = self.frames[table.index + 1 : table.end]
        return any(
            frame.tag == "table" or (frame.tag in ("td", "th") and frame.last - frame.first > LAYOUT_CELL_BLOCKS)
            for frame in inner
        )

    def number(self, parent: Frame, item: int) -> int:
        numbers = self.numbers.get(parent.index)
        if numbers is None:
            numbers = self.numbers[parent.index] = {}
            following = _number(parent.start, 1)
            for frame in self.frames[parent.index + 1 : parent.end]:
                if frame.parent == parent.index and frame.tag == "li":
                    following = _number(frame.start, following)
                    numbers[frame.index] = following
                    following += 1
        return numbers.get(item, 1)


_WITHIN = {
    "li": _Places.item,
    "dt": _Places.definition,
    "dd": _Places.definition,
    "blockquote": _Places.quote,
    "pre": _Places.preformatted,
    "table": _Places.table,
    "tr": _Places.row,
    "td": _Places.cell,
    "th": _Places.cell,
}
"""Tag → what its frame adds to a place."""


def _number(said: str, otherwise: int) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < MAX_NUMBER_DIGITS else otherwise


def outline(marks: Marks) -> list[Line]:
    """Return the body's lines in order: kept blocks and the images between them."""
    page = marks.page
    places = _Places(page.frames, marks.container)
    addresses: dict[int, str] = {}
    images = _images(marks)
    lines: list[Line] = []
    position = 0
    for block in marks.kept():
        while position < len(images) and images[position][0].block <= block.index:
            lines.append(_image_line(marks, places, *images[position]))
            position += 1
        lines.append(_line(marks, block, places.of(block.frame), addresses))
    lines.extend(_image_line(marks, places, *image) for image in images[position:])
    return lines


_HEADING_LEVELS = {f"h{level}": level for level in range(1, 7)}


def _line(marks: Marks, block: Block, place: _Place, addresses: dict[int, str]) -> Line:
    pieces = marks.page.walked.pieces[block.first : block.last]
    lists, row, table, is_header, cell, span, preformatted = place
    if preformatted >= 0 and cell < 0:
        text = storable("".join([piece[0] for piece in pieces])).strip("\n").rstrip()
        language = marks.page.frames[preformatted].start
        return Line("preformatted", (Segment(text, 0, ""),), lists=lists, language=language)
    if len(pieces) == 1 and pieces[0][1] == 0 and pieces[0][2] < 0:
        segments: tuple[Segment, ...] = (Segment(_stored(block.text), 0, ""),)
    else:
        segments = _segments(marks, pieces, addresses)
    if cell >= 0:
        return Line("cell", segments, 0, lists, row, table, is_header, cell, span)
    level = _HEADING_LEVELS.get(block.tag, 0)
    return Line("heading" if level else "paragraph", segments, level, lists)


def _stored(text: str) -> str:
    """Return squeezed text without what may not be stored: control characters, lone surrogates, zero-width spaces."""
    if text.isprintable():
        return text
    return storable(text).replace("\u200b", "").replace("\ufeff", "")


def _segments(marks: Marks, pieces: list[Piece], addresses: dict[int, str]) -> tuple[Segment, ...]:
    """Return pieces as segments: neighbours of one style joined, white space squeezed across them."""
    out: list[tuple[list[str], int, str]] = []
    texts: list[str] = []
    before: tuple[int, int] | None = None  # style and anchor of the segment being made
    at_space = True
    for text, style, anchor in pieces:
        if style & BREAK:
            if texts:
                texts[-1] = texts[-1].rstrip(" ")
                texts.append("\n")
            at_space = True
            continue
        squeezed = " ".join(text.split())
        if not squeezed:
            if not at_space:
                texts.append(" ")
                at_space = True
            continue
        if not at_space and text[0].isspace():
            squeezed = " " + squeezed
        at_space = text[-1].isspace()
        if at_space:
            squeezed += " "
        if before != (style, anchor):
            before = (style, anchor)
            texts = []
            out.append((texts, style, _address(marks, anchor, addresses) if anchor >= 0 else ""))
        texts.append(_stored(squeezed))
    segments = [Segment("".join(texts), style, href) for texts, style, href in out]
    while segments and not segments[-1].text.strip():
        segments.pop()
    if segments:
        text, style, href = segments[-1]
        segments[-1] = Segment(text.rstrip(), style, href)
    return tuple(segments)


def _address(marks: Marks, anchor: int, addresses: dict[int, str]) -> str:
    """Return the absolute address of an anchor, ``""`` for one that leads nowhere or to a place on the page."""
    address = addresses.get(anchor)
    if address is None:
        href = marks.page.walked.anchors[anchor].href
        address = addresses[anchor] = "" if href.startswith("#") else marks.page.absolute(href) or ""
    return address


_CAPTION = Hint.CAPTION.value


def _images(marks: Marks) -> list[tuple[ImageRef, str | None]]:
    """Return the body's images, each with its caption: those under the container whose surroundings were not cut."""
    page = marks.page
    container = page.frames[marks.container] if page.frames else None
    out: list[tuple[ImageRef, str | None]] = []
    if container is None:
        return out
    for image in page.walked.images:
        if not container.index <= image.frame < max(container.end, container.index + 1):
            continue
        caption = _caption(marks, image)
        if caption is None and _is_cut(marks, image):
            continue
        out.append((image, caption))
    return out


def _is_cut(marks: Marks, image: ImageRef) -> bool:
    """Tell whether the smallest frame around the image that holds text was cut whole."""
    index = image.frame
    frames = marks.page.frames
    while index > marks.container and frames[index].first == frames[index].last:
        if frames[index].hidden:
            return True
        index = frames[index].parent
    frame = frames[index]
    return index > marks.container and all(
        marks.verdicts[block] is not None for block in range(frame.first, frame.last)
    )


def _caption(marks: Marks, image: ImageRef) -> str | None:
    """Return the caption of the figure around the image: the text cut as a caption inside it."""
    frames = marks.page.frames
    index = image.frame
    while index > marks.container:
        frame = frames[index]
        if frame.tag == "figure" or frame.hints & _CAPTION:
            texts = [
                marks.page.blocks[block].text
                for block in range(frame.first, frame.last)
                if (verdict := marks.verdicts[block]) is not None and verdict.step == "captions"
            ]
            return storable(" ".join(texts)) or None
        index = frame.parent
    return None


def _image_line(marks: Marks, places: _Places, image: ImageRef, caption: str | None) -> Line:
    alt = storable(" ".join(image.alt.split())) if image.alt is not None else None
    place = places.of(image.frame)
    src = marks.page.absolute(image.src) or ""
    return Line("image", lists=place.lists, table=place.table, src=src, alt=alt, caption=caption)
