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
    """A stretch of inline text of one style: white space squeezed except at its ends, ``"\\n"`` for a line break."""

    text: str
    style: int
    href: str
    """Absolute address of the link around it, ``""`` without one."""


class Level(NamedTuple):
    """One list around a line, with the line's item in it."""

    frame: int
    """Identity of the list: its frame's index, or a negative number for a list of a dump."""
    ordered: bool
    item: int
    """Identity of the item."""
    number: int
    """The item's number in an ordered list, from 1 unless the list says otherwise."""


@dataclass(frozen=True, slots=True)
class Line:
    """One block (or image) of the body in its place."""

    kind: str
    """``heading``, ``paragraph``, ``preformatted``, ``cell`` or ``image``."""
    segments: tuple[Segment, ...] = ()
    level: int = 0
    """1–6 for headings."""
    lists: tuple[Level, ...] = ()
    """The lists around it, outermost first."""
    quotes: int = 0
    """How many block quotes are around it."""
    row: int = -1
    """Identity of the table row of a cell."""
    table: int = -1
    is_header: bool = False
    """A cell that heads a column or row."""
    src: str = ""
    alt: str | None = None
    caption: str | None = None

    @property
    def text(self) -> str:
        """The line's text without styles, line breaks as newlines."""
        return "".join(segment.text for segment in self.segments).strip()


@dataclass(slots=True)
class _Place:
    """Where a frame stands."""

    lists: tuple[Level, ...] = ()
    quotes: int = 0
    row: int = -1
    table: int = -1
    is_header: bool = False
    preformatted: bool = False


@dataclass(slots=True)
class _Places:
    """The places of frames, each worked out once from its parent's."""

    frames: list[Frame]
    container: int
    known: dict[int, _Place] = field(default_factory=dict)
    numbers: dict[int, dict[int, int]] = field(default_factory=dict)

    def of(self, index: int) -> _Place:
        pending = []
        while index > self.container and index not in self.known:
            pending.append(index)
            index = self.frames[index].parent
        place = self.known.get(index, _Place())
        for inner in reversed(pending):
            place = self.known[inner] = self._within(place, self.frames[inner])
        return place

    def _within(self, outer: _Place, frame: Frame) -> _Place:
        tag = frame.tag
        if tag == "li" and frame.parent >= 0 and self.frames[frame.parent].tag in ("ol", "ul", "menu"):
            parent = self.frames[frame.parent]
            level = Level(parent.index, parent.tag == "ol", frame.index, self._number(parent, frame.index))
            return _Place((*outer.lists, level), outer.quotes, outer.row, outer.table, outer.is_header)
        if tag in ("dt", "dd"):
            level = Level(frame.parent, False, frame.index, 0)
            return _Place((*outer.lists, level), outer.quotes, outer.row, outer.table)
        if tag == "blockquote":
            return _Place(outer.lists, outer.quotes + 1, outer.row, outer.table, outer.is_header)
        if tag == "pre":
            return _Place(outer.lists, outer.quotes, outer.row, outer.table, outer.is_header, True)
        if tag == "table":
            return _Place(outer.lists, outer.quotes, -1, frame.index)
        if tag == "tr":
            return _Place(outer.lists, outer.quotes, frame.index, outer.table)
        if tag == "th":
            return _Place(outer.lists, outer.quotes, outer.row, outer.table, True)
        return outer

    def _number(self, parent: Frame, item: int) -> int:
        numbers = self.numbers.get(parent.index)
        if numbers is None:
            numbers = self.numbers[parent.index] = {}
            following = (
                int(parent.start) if parent.start.isascii() and parent.start.isdigit() and len(parent.start) < 7 else 1
            )
            for frame in self.frames[parent.index + 1 : parent.end]:
                if frame.parent == parent.index and frame.tag == "li":
                    if frame.start.isascii() and frame.start.isdigit() and len(frame.start) < 7:
                        following = int(frame.start)
                    numbers[frame.index] = following
                    following += 1
        return numbers.get(item, 1)


def outline(marks: Marks) -> list[Line]:
    """Return the body's lines in order: kept blocks and the images between them."""
    page = marks.page
    if page.is_dump:
        return _outline_of_dump(marks.kept())
    places = _Places(page.frames, marks.container)
    hrefs: dict[int, str] = {}
    images = _images(marks)
    lines: list[Line] = []
    position = 0
    for block in marks.kept():
        while position < len(images) and images[position][0].block <= block.index:
            lines.append(_image_line(marks, *images[position]))
            position += 1
        lines.append(_line(marks, block, places.of(block.frame), hrefs))
    lines.extend(_image_line(marks, *image) for image in images[position:])
    return lines


def _line(marks: Marks, block: Block, place: _Place, hrefs: dict[int, str]) -> Line:
    pieces = marks.page.walked.pieces[block.first : block.last]
    if place.preformatted:
        text = storable("".join(piece.text for piece in pieces)).strip("\n")
        return Line("preformatted", (Segment(text, 0, ""),), lists=place.lists, quotes=place.quotes)
    segments = _segments(marks, pieces, hrefs)
    if place.row >= 0:
        return Line("cell", segments, lists=place.lists, row=place.row, table=place.table, is_header=place.is_header)
    if block.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return Line("heading", segments, level=int(block.tag[1]), lists=place.lists, quotes=place.quotes)
    return Line("paragraph", segments, lists=place.lists, quotes=place.quotes)


def _segments(marks: Marks, pieces: list[Piece], hrefs: dict[int, str]) -> tuple[Segment, ...]:
    """Return pieces as segments: neighbours of one style joined, white space squeezed across them."""
    out: list[Segment] = []
    at_space = True
    for text, style, anchor in pieces:
        if style & BREAK:
            if out:
                out[-1] = out[-1]._replace(text=out[-1].text.rstrip(" "))
            out.append(Segment("\n", 0, ""))
            at_space = True
            continue
        squeezed = " ".join(text.split())
        if not squeezed:
            if not at_space and out:
                out[-1] = out[-1]._replace(text=out[-1].text + " ")
                at_space = True
            continue
        if text[0].isspace() and not at_space:
            squeezed = " " + squeezed
        at_space = text[-1].isspace()
        if at_space:
            squeezed += " "
        href = _href(marks, anchor, hrefs) if anchor >= 0 else ""
        if out and out[-1].style == style and out[-1].href == href and out[-1].text != "\n":
            out[-1] = Segment(out[-1].text + squeezed, style, href)
        else:
            out.append(Segment(squeezed, style, href))
    while out and not out[-1].text.strip():
        out.pop()
    if out and out[-1].text[-1:] == " ":
        out[-1] = out[-1]._replace(text=out[-1].text.rstrip(" "))
    if any(not segment.text.isascii() for segment in out):
        out = [
            segment._replace(text=storable(segment.text).replace("\u200b", "").replace("\ufeff", "")) for segment in out
        ]
    return tuple(out)


def _href(marks: Marks, anchor: int, hrefs: dict[int, str]) -> str:
    if anchor not in hrefs:
        href = marks.page.walked.anchors[anchor].href
        hrefs[anchor] = "" if href.startswith("#") else marks.page.absolute(href) or ""
    return hrefs[anchor]


_FIGURE = (Hint.CAPTION).value


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
        if frame.tag == "figure" or frame.hints & _FIGURE:
            texts = [
                marks.page.blocks[block].text
                for block in range(frame.first, frame.last)
                if (verdict := marks.verdicts[block]) is not None and verdict.step == "captions"
            ]
            return storable(" ".join(texts)) or None
        index = frame.parent
    return None


def _image_line(marks: Marks, image: ImageRef, caption: str | None) -> Line:
    alt = storable(" ".join(image.alt.split())) if image.alt is not None else None
    return Line("image", src=marks.page.absolute(image.src) or "", alt=alt, caption=caption)


def _outline_of_dump(blocks: list[Block]) -> list[Line]:
    """Return a dump's lines; items follow one another in a list until a line without marker or a number that starts
    again."""
    lines: list[Line] = []
    current, last_number = 0, 0
    for block in blocks:
        segments = (Segment(storable(block.text), 0, ""),)
        if not block.marker:
            last_number, current = 0, current - 1
            kind, level = ("heading", 2) if block.tag.startswith("h") else ("paragraph", 0)
            lines.append(Line(kind, segments, level=level))
            continue
        ordered = block.marker[:1].isdigit()
        number = int(block.marker.rstrip(".)")) if ordered else 0
        if ordered and number <= last_number:
            current -= 1
        last_number = number
        lines.append(Line("paragraph", segments, lists=(Level(current - 1, ordered, block.index, number),)))
    return lines
