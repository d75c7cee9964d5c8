"""Parts the page does not show. Hidden prose is usually an accordion or a show-more part, so only little of it is
believed."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import LITTLE_PROSE_WORDS, named


def find(marks: Marks) -> Iterator[Cut]:
    """Yield hidden frames with little prose."""
    for frame in marks.page.frames:
        if (
            frame.hidden
            and frame.first < frame.last
            and not marks.holds_headline(frame)
            and marks.prose.prose_in(frame.first, frame.last) <= LITTLE_PROSE_WORDS
        ):
            yield Cut(frame.first, frame.last, "not shown", f"{frame.tag} is hidden")
    yield from named(marks, Hint.HIDDEN, "not shown", max_prose=LITTLE_PROSE_WORDS)
