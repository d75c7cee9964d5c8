"""Parts the page does not show. Hidden prose is usually an accordion or a show-more part, so only little of it is
believed."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Frame
from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import LITTLE_PROSE_WORDS, named


def find(marks: Marks) -> Iterator[Cut]:
    """Yield hidden frames with little prose."""
    for frame in [frame for frame in marks.page.frames if frame.hidden]:
        if (
            frame.first < frame.last
            and not marks.holds_headline(frame)
            and marks.prose.prose_in(frame.first, frame.last) <= LITTLE_PROSE_WORDS
            and not _is_unfolded(marks, frame)
        ):
            yield Cut(frame.first, frame.last, "not shown", f"{frame.tag} is hidden")
    yield from named(marks, Hint.HIDDEN, "not shown", max_prose=LITTLE_PROSE_WORDS)


_HANDLES = frozenset(("h2", "h3", "h4", "h5", "h6", "button", "summary", "dt"))


def _is_unfolded(marks: Marks, frame: Frame) -> bool:
    """Tell whether the frame is what a heading or button before it unfolds: the answer in a list of questions."""
    if not frame.first or marks.prose.prose_in(frame.first, frame.last) == 0:
        return False
    handle = marks.page.blocks[frame.first - 1]
    if handle.tag not in _HANDLES:
        return False
    frames = marks.page.frames
    around = frames[frame.parent] if frame.parent >= 0 else frame
    return around.first <= handle.index
