"""The walk: a parsed page's tree -> frames, blocks, anchors, images, marked elements and head facts, in one pass.

One iterative walk collects everything that later steps ask for, because each further walk costs as much as the first.
Considered instead: CSS selections per field (each one a walk), and cutting the tree (then nobody can say why a line is
missing). A page has two thousand nodes, so what is done for each is written for speed: one look-up says what an element
is, attributes are read once, and those that few elements carry are looked at only where one of them is there.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from scraper import formulas
from scraper.blocks import (
    BREAK,
    STYLES,
    UNSPACED,
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

_SKIP, _TEXT, _SPECIAL, _INLINE, _FRAME = range(5)
_KINDS: dict[str | None, int] = {
    **dict.fromkeys(
        # HTML Living Standard §4.5 (text-level semantics) and the presentational ones of §16.2
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt rtc ruby s "
        "samp small span strike strong sub sup time tt u var".split(),
        _INLINE,
    ),
    **dict.fromkeys(
        # programs, vector drawings, embedded documents, form values, fallbacks: their content is no text of the page
        "style noscript svg iframe object embed canvas audio video select textarea datalist map frameset "
        "noframes progress meter input source track area col wbr -comment -document -cdata -undef !doctype".split(),
        _SKIP,
    ),
    None: _SKIP,
    **dict.fromkeys("br img math template title meta link base script".split(), _SPECIAL),
    "-text": _TEXT,
}
"""What an element is; every other one is a frame."""
_KINDS_WITH_FALLBACKS = {**_KINDS, "noscript": _FRAME}
# Attributes that few elements carry; the rest of the reading is skipped where none of them is there.
_RARE = frozenset(
    "hidden style aria-hidden role itemprop property datetime content rel start value colspan lang xml:lang".split()
)
_DISPLAY_NONE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_LAZY_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
_MARKED = (Hint.AUTHOR | Hint.BYLINE | Hint.DATE | Hint.TAGS | Hint.TITLE).value
_UNSEEN = (Hint.SCREEN_READER | Hint.HIDDEN).value
_SPEAKING = _MARKED | _UNSEEN
_ICON = Hint.ICON.value
_SAYING = frozenset(("time", "abbr"))
_PAGING = (Hint.PREVNEXT | Hint.PAGINATION).value
_MENU = Hint.NAV.value
_ARTICLE = frozenset(("h1", "article", "main"))
MENU_LINKS = 15
"""Links from which navigation is a menu of the site; breadcrumbs, neighbours and contents of an article have fewer."""
MENU_LINKED_SHARE = 0.8
"""Of a menu's characters that stand in links; a ``nav`` that nobody closed holds the whole page."""
_TAGGING = ("author", "tag", "category tag")
# What holds running text: an unknown element inside is part of it, as browsers draw it (HTML Living Standard §15.3.1).
_TEXTUAL = frozenset("p li h1 h2 h3 h4 h5 h6 dt dd td th figcaption summary caption".split())
_NUMBERED = frozenset(("ol", "li", "td", "th"))
_LANGUAGE = re.compile(r"(?:^|\s)(?:lang|language|highlight-source|brush)[-:]\s?([\w+#.-]+)")

_Said = tuple[str, int, str, str, str, int, int, int, str]
_Open = tuple[LexborNode, int, int, int, int, _Said | None]
"""What to restore when an element closes: the node; the frame it opened, -1 for an inline element; style and anchor
outside of it; the anchor it opened, or -1; the beginning of its Mark, or None."""
_new = tuple.__new__  # half the price of a NamedTuple's own constructor


class _Walk:
    """The state of one walk. ``run`` is the loop; the other methods are what openings and closings do."""

    __slots__ = (
        "anchor",
        "anchors",
        "block_start",
        "blocks",
        "frame",
        "frames",
        "has_text",
        "is_linked",
        "menuless",
        "out",
        "pieces",
        "placed",
        "preformatted",
        "root",
        "segments",
        "style",
        "used",
    )

    def __init__(self, root: LexborNode) -> None:
        self.root = root
        self.out = out = Walked()
        self.frames, self.blocks, self.pieces, self.anchors = out.frames, out.blocks, out.pieces, out.anchors
        self.frame = -1
        self.style = 0
        self.anchor = -1
        self.block_start = 0
        self.has_text = False
        self.is_linked = False
        self.menuless = -1  # the open frame that has too few links for a menu: nothing inside has more
        self.preformatted = 0
        self.segments: dict[str, LexborNode] | None = None  # by number, once a template asks for one
        self.placed: set[str] = set()
        self.used = -1  # the last frame that an anchor, image or mark stands in: it stays, though it may hold no text

    def run(self, kinds: dict[str | None, int]) -> Walked:
        stack: list[_Open] = []
        add_piece, push, pop = self.pieces.append, stack.append, stack.pop
        kind_of, open_frame, open_inline = kinds.get, self.open_frame, self.open_inline
        node: LexborNode | None = self.root
        while node is not None:
            tag = node.tag
            kind = kind_of(tag, _FRAME)
            if kind == _TEXT:
                # most of them are the white space between two elements: these are told apart without being read
                if self.has_text or not node.is_empty_text_node:
                    text = node.text_content
                    if text and (self.has_text or not text.isspace()):
                        self.has_text = True
                        anchor = self.anchor
                        if anchor >= 0:
                            self.is_linked = True
                        add_piece(_new(Piece, (text, self.style, anchor)))
            elif kind >= _INLINE:
                child = node.child
                opened = (
                    open_frame(node, tag, child is None)  # type: ignore[arg-type]
                    if kind == _FRAME
                    else open_inline(node, tag)  # type: ignore[arg-type]
                )
                if opened is not None:
                    if child is not None:
                        push(opened)
                        node = child
                        continue
                    self.close(opened)
            elif kind == _SPECIAL:
                segment = self.special(node, tag)  # type: ignore[arg-type]
                if segment is not None:
                    push((node, -1, self.style, self.anchor, -1, None))
                    node = segment
                    continue
            node = node.next if stack else None
            while node is None and stack:
                opened = pop()
                self.close(opened)
                node = opened[0].next if stack else None
        self.flush()
        return self.out

    def line_break(self) -> None:
        """One break is a line of the block; a second one in a row ends it, as authors without ``p`` mean it."""
        if not self.has_text:
            return
        pieces = self.pieces
        last = len(pieces) - 1
        while last > self.block_start and not pieces[last].style & BREAK and pieces[last].text.isspace():
            last -= 1
        if pieces[last].style & BREAK and not self.preformatted:
            self.flush()
        else:
            pieces.append(Piece("\n", self.style | BREAK, self.anchor))

    def flush(self) -> None:
        """End the current run: make it a block. Nothing happens when it holds no text."""
        if not self.has_text:
            return
        pieces, blocks = self.pieces, self.blocks
        first, end = self.block_start, len(pieces)
        split = (pieces[first][0] if end - first == 1 else "".join([piece[0] for piece in pieces[first:]])).split()
        text = " ".join(split)
        words = len(split)
        if not text.isascii():
            text = text.replace("\u200b", "").replace("\ufeff", "")
            if UNSPACED.search(text):
                words = quick_words(text)
        index = len(blocks)
        linked = min(self.linked_words(pieces[first:], index), words) if self.is_linked else 0
        frame = self.frame
        tag = self.frames[frame].tag if frame >= 0 else "body"
        blocks.append(Block(index, frame, tag, text, words, linked, first, end))
        self.block_start = end
        self.has_text = self.is_linked = False

    def linked_words(self, run: list[Piece], index: int) -> int:
        """Return the words of a run that stand in links, and tell its anchors which block they begin in."""
        linked = 0
        seen = -1
        anchors = self.anchors
        for text, _, anchor in run:
            if anchor >= 0:
                linked += quick_words(text)
                if anchor != seen and not text.isspace():
                    seen = anchor
                    if anchors[anchor].block < 0:
                        anchors[anchor].block = index
        return linked

    def open_inline(self, node: LexborNode, tag: str) -> _Open | None:
        """Take in an inline element; None says that its content is not shown."""
        attributes = node.attributes
        style, anchor, opened_anchor = self.style, self.anchor, -1
        mark = None
        if attributes:
            names = _names(attributes)
            hints = hints_of(names) if names else 0
            rare = not _RARE.isdisjoint(attributes)
            if hints & _UNSEEN or (rare and ("hidden" in attributes or _is_undisplayed(attributes))):
                return None
            if hints & _ICON and (tag == "i" or "material" in names):
                return None  # a ligature's name, drawn as a picture
            if tag == "a":
                opened_anchor = self.open_anchor(attributes, hints)
            elif tag == "code" and self.preformatted and names:
                self.note_language(names)
            if rare or hints & _MARKED or tag in _SAYING:
                mark = self.mark(tag, hints, attributes)
        elif tag == "time":
            mark = self.mark(tag, 0, attributes)
        if tag in STYLES:
            self.style |= STYLES[tag]
        return (node, -1, style, anchor, opened_anchor, mark)

    def open_anchor(self, attributes: dict[str, str | None], hints: int) -> int:
        """Take in an ``a`` element; return the anchor's index, -1 for one without an address."""
        href = (attributes.get("href") or "").strip()
        if not href:
            return -1
        anchors = self.anchors
        index = self.anchor = len(anchors)
        rel, title = attributes.get("rel"), attributes.get("title")
        self.used = self.frame
        # by position: names double the price of a call
        anchors.append(
            Anchor(index, href, rel.lower() if rel else "", hints, self.frame, len(self.pieces), 0, -1, title or "")
        )
        return index

    def open_frame(self, node: LexborNode, tag: str, is_empty: bool) -> _Open | None:
        """Take in a block-level element; None says that it is empty and says nothing of itself."""
        frames, outer = self.frames, self.frame
        attributes = node.attributes
        rare = not _RARE.isdisjoint(attributes)
        if "-" in tag and not rare and (self.has_text or (outer >= 0 and frames[outer].tag in _TEXTUAL)):
            return self.open_inline(node, tag)  # a custom element in the middle of a text
        if self.has_text:
            self.flush()
        if (is_empty and not rare) or (self.placed and attributes.get("id") in self.placed):
            return None
        index = len(frames)
        mark = None
        names, hints = "", 0
        if attributes:
            names = attributes.get("class") or ""
            if "id" in attributes:
                names = f"{names} {attributes['id']}"
            if names:
                hints = hints_of(names)
        frame = Frame(index, tag, outer, names, hints, "", "", False, len(self.blocks))
        if rare or hints & _SPEAKING:
            if rare:
                self.read_rare(frame, attributes)
            if hints & _UNSEEN:
                frame.hidden = True
            mark = self.mark(tag, hints, attributes)
        frames.append(frame)
        self.frame = index
        if (tag == "nav" or hints & _MENU) and self.menuless < 0 and not hints & _PAGING and self.is_menu(node):
            self.close_frame(index)
            return None
        if tag == "pre":
            self.preformatted += 1
            self.note_language(names)
        return (node, index, self.style, self.anchor, -1, mark)

    def is_menu(self, node: LexborNode) -> bool:
        """Tell whether the element is a large menu, and take it in as one block, all of it linked: every fourth node
        of a page stands in one, and nobody asks what its single links say."""
        links = []
        for inner in node.traverse():
            tag = inner.tag
            if tag == "a":
                links.append(inner)
            elif tag in _ARTICLE:
                return False
        if len(links) < MENU_LINKS:
            if not self.placed:
                self.menuless = self.frame
            return False
        text = " ".join(node.text(separator=" ").split())
        linked = sum([len(link.text()) for link in links])
        if not text or linked < MENU_LINKED_SHARE * len(text):
            return False
        self.pieces.append(Piece(text, 0, -1))
        self.has_text = True
        self.flush()
        block = self.blocks[-1]
        block.linked = block.words
        return True

    def read_rare(self, frame: Frame, attributes: dict[str, str | None]) -> None:
        """Take what few frames say of themselves. React streams whole bodies as ``<div hidden id="S:1">``; these are
        shown."""
        frame.role = (attributes.get("role") or "").lower()
        frame.itemprop = attributes.get("itemprop") or ""
        frame.hidden = (
            ("hidden" in attributes and not (attributes.get("id") or "").startswith("S:"))
            or attributes.get("aria-hidden") == "true"
            or _is_undisplayed(attributes)
        )
        if frame.tag in _NUMBERED:
            frame.start = attributes.get("start") or attributes.get("value") or attributes.get("colspan") or ""
        elif frame.tag == "html":
            self.out.lang = attributes.get("lang") or attributes.get("xml:lang") or ""

    def note_language(self, names: str) -> None:
        """Take the programming language a ``pre`` or the ``code`` in it names."""
        found = _LANGUAGE.search(names)
        frame = self.frames[self.frame]
        if found and frame.tag == "pre" and not frame.start:
            frame.start = found.group(1)

    def mark(self, tag: str, hints: int, attributes: dict[str, str | None]) -> _Said | None:
        itemprop = attributes.get("itemprop") or attributes.get("property") or ""
        rel = (attributes.get("rel") or "").lower()
        said = attributes.get("datetime") or attributes.get("content") or ""
        if not said and tag == "abbr":
            said = attributes.get("title") or ""
        if tag == "time" or itemprop or said or hints & _MARKED or rel in _TAGGING:
            out = self.out
            self.used = self.frame
            return (tag, hints, itemprop, rel, said, self.frame, len(out.blocks), len(out.pieces), _names(attributes))
        return None

    def close(self, opened: _Open) -> None:
        _, index, self.style, self.anchor, opened_anchor, mark = opened
        if index >= 0:
            if self.has_text:
                self.flush()
            frames = self.frames
            frame = frames[index]
            blocks = len(self.blocks)
            if blocks == frame.first and self.used < index:
                self.close_frame(index)
            else:
                self.frame = frame.parent
                frame.last = blocks
                frame.end = len(frames)
            if index == self.menuless:
                self.menuless = -1
            if self.preformatted and frame.tag == "pre":
                self.preformatted -= 1
        elif opened_anchor >= 0:
            self.anchors[opened_anchor].last = len(self.pieces)
        if mark is not None:
            self.out.marks.append(Mark(*mark[:-1], len(self.pieces), mark[-1]))

    def close_frame(self, index: int) -> None:
        """End a frame; one that holds neither text nor anything else is forgotten."""
        frames = self.frames
        frame = frames[index]
        self.frame = frame.parent
        blocks, count = len(self.blocks), len(frames)
        if blocks == frame.first and index == count - 1 and self.used < index and index:
            frames.pop()
            return
        frame.last = blocks
        frame.end = count

    def special(self, node: LexborNode, tag: str) -> LexborNode | None:
        """Take in what is neither text nor a part of the page: a line break, an image, a fact of the head.

        Returns the first node of the streamed segment that belongs in a template's place, else None.
        """
        if tag == "br":
            self.line_break()
        elif tag == "img":
            self.image(node.attributes)
        elif tag == "math":
            notes = [(note.attributes.get("encoding"), note.text()) for note in node.css("annotation")]
            self.formula(formulas.of_math(node.attributes.get("alttext"), notes, node.text(separator=" ")))
        elif tag == "template":
            return self.segment_of(node)
        else:
            self.head_fact(node, tag)
        return None

    def segment_of(self, template: LexborNode) -> LexborNode | None:
        """Return the content of the segment that React streams later, as ``<div hidden id="S:1">``, for a template with
        the id ``B:1`` or ``P:1``; None for every other template."""
        kind, _, number = (template.attributes.get("id") or "").partition(":")
        if kind not in ("B", "P"):
            return None
        if self.segments is None:
            segments = self.root.css('div[id^="S:"]')
            self.segments = {(segment.attributes.get("id") or "")[2:]: segment for segment in segments}
        segment = self.segments.pop(number, None)
        if segment is None:
            return None
        self.placed.add(f"S:{number}")
        self.menuless = -1  # what comes here may hold more links than it seemed
        return segment.child

    def formula(self, tex: str | None) -> None:
        """Take in a formula as a part of the text; None is none."""
        if tex:
            self.pieces.append(Piece(tex, self.style, self.anchor))
            self.has_text = True
            self.is_linked |= self.anchor >= 0

    def image(self, attributes: dict[str, str | None]) -> None:
        source = attributes.get("src") or ""
        if not source or source.startswith("data:"):
            source = next((attributes[name] or "" for name in _LAZY_SOURCES if attributes.get(name)), "")
        if source:
            out = self.out
            tex = formulas.of_picture(attributes.get("alt"), source, attributes.get("class") or "")
            if tex:
                self.formula(tex)
                return
            self.used = self.frame
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
    style = attributes.get("style") or ""
    return ("none" in style or "hidden" in style) and _DISPLAY_NONE.search(style) is not None


def walk(root: LexborNode, *, fallbacks: bool = False) -> Walked:
    """Return everything one pass over the tree under *root* (the ``html`` element) brings, in document order.

    With *fallbacks*, what is there for browsers without scripts is taken in: forums keep whole threads in it.
    """
    return _Walk(root).run(_KINDS_WITH_FALLBACKS if fallbacks else _KINDS)
