"""Places: where a run of text stands, as the fields near the headline ask for it.

A date or a name is the post's own when it stands by the headline, another post's when it stands in a card, and a
reader's when it stands among comments. Theme names say which, but a theme may call the byline's own box
``sidebar-meta``: within CLOSE blocks of the headline a box is never somebody else's.
"""

from __future__ import annotations

from scraper.blocks import Frame
from scraper.hints import Hint
from scraper.marks import Marks

NEAR_BEFORE, NEAR_AFTER = 6, 10
"""Blocks before and after the headline within which a date or a name is most likely the post's own."""
CLOSE = 3
"""Blocks on either side of the headline that belong to it even inside of a box named like a widget."""
COMMENTS_MOST, WIDGET_MOST = 0.8, 0.4
"""Share of the page's prose above which a name is about the whole page and not about a box of it."""

HEAD, NEAR, BEFORE, CLOSE_WIDGET, FAR, WIDGET, COMMENTS = (
    "head",
    "near",
    "before",
    "close widget",
    "far",
    "widget",
    "comments",
)
NEAR_ZONES = (NEAR, BEFORE, CLOSE_WIDGET)
"""The zones around the headline."""

_WIDGETS = (
    Hint.RELATED | Hint.RECENT | Hint.CARDS | Hint.SIDEBAR | Hint.NAV | Hint.SITE_FOOTER | Hint.NEWSLETTER
).value
_COMMENTS = Hint.COMMENTS.value
_WHOLE = frozenset(("body", "html", "article", "main"))
_BOXES = frozenset(("aside", "nav", "footer", "blockquote"))


class Places:
    """The zones of one page's blocks, worked out when asked for."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._frames = marks.page.frames
        self._boxes: dict[int, str] = {}
        self.headline = marks.headline

    def zone(self, block: int, frame: int) -> str:
        """Return NEAR, BEFORE, CLOSE_WIDGET, FAR, WIDGET or COMMENTS for a block and the frame it stands in."""
        box = self._box(frame)
        distance = block - self.headline
        if box:
            is_close = self.headline >= 0 and abs(distance) <= CLOSE and box == WIDGET
            return CLOSE_WIDGET if is_close else box
        if self.headline < 0:
            return NEAR if block <= NEAR_AFTER else FAR
        if -NEAR_BEFORE <= distance < 0:
            return BEFORE
        return NEAR if 0 <= distance <= NEAR_AFTER else FAR

    def _box(self, frame: int) -> str:
        """Return COMMENTS, WIDGET or ``""`` for a frame, by the names and tags of what is around it."""
        chain = []
        while frame >= 0 and frame not in self._boxes:
            chain.append(frame)
            frame = self._frames[frame].parent
        box = self._boxes.get(frame, "")
        for index in reversed(chain):
            box = box or self._own_box(self._frames[index])
            self._boxes[index] = box
        return box

    def _own_box(self, frame: Frame) -> str:
        if frame.first <= self.headline < frame.last or frame.tag in _WHOLE:
            return ""
        if frame.hints & _COMMENTS and self._marks.share_of_prose(frame) < COMMENTS_MOST:
            return COMMENTS
        if frame.hints & _WIDGETS or frame.tag in _BOXES:
            if frame.tag == "footer" and self._ends_the_post(frame):
                return ""
            return WIDGET if self._marks.share_of_prose(frame) < WIDGET_MOST else ""
        return ""

    def _ends_the_post(self, frame: Frame) -> bool:
        """Tell whether a footer belongs to the article that holds the headline: themes put the byline there."""
        parent = frame.parent
        while parent >= 0:
            around = self._frames[parent]
            if around.tag == "article":
                return around.first <= self.headline < around.last
            parent = around.parent
        return False


def places_of(marks: Marks) -> Places:
    """Return the page's places, made once; the headline must be known."""
    known: Places | None = marks.memo.get("places")
    if known is None or known.headline != marks.headline:
        known = marks.memo["places"] = Places(marks)
    return known
