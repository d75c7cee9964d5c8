"""Frames whose class, id, tag or role names a kind of boilerplate, with the guards every such rule needs.

A name is believed only while it would not take the article away: not when the headline stands inside, and not when
more of the page's prose stands inside than a thing of that kind may hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Frame
from scraper.hints import Hint
from scraper.marks import Cut, Marks

ANY_SHARE = 1.0
"""For kinds that may outweigh the article: long threads of comments."""
HALF = 0.5
"""For kinds that stand beside the article: whatever holds more than half of the prose is no sidebar."""
LEFT_WORDS = 20
"""Running text that must stand before what outweighs the article: comments come after it, and what holds everything
is a wrapper, whatever it is called."""
LITTLE_PROSE_WORDS = 60
"""For kinds that are often wrapped around real text (accordions, cards): only parts with no more running text are
believed."""


def named(
    marks: Marks,
    hint: Hint,
    reason: str,
    *,
    max_share: float = HALF,
    max_prose: int | None = None,
    min_linked: float = 0.0,
) -> Iterator[Cut]:
    """Yield a cut for every frame whose names carry *hint*, outermost first, as far as the guards let it.

    *max_share* is the share of the page's running text (0–1) and *max_prose* the words of running text such a frame
    may hold; *min_linked* the share of its words that must stand in links.
    """
    flag = hint.value
    skip_before = 0
    for frame in [frame for frame in marks.hinted if frame.hints & flag]:
        if frame.index >= skip_before and _believable(marks, frame, max_share, max_prose, min_linked):
            skip_before = frame.end
            yield Cut(frame.first, frame.last, reason, f"{frame.tag} named {frame.names[:80]!r}")


def tagged(
    marks: Marks, tags: frozenset[str], reason: str, *, max_share: float = HALF, max_prose: int | None = None
) -> Iterator[Cut]:
    """Yield a cut for every frame with one of these tags, under the same guards as ``named``."""
    skip_before = 0
    for frame in [frame for frame in marks.page.frames if frame.tag in tags]:
        if frame.index >= skip_before and _believable(marks, frame, max_share, max_prose, 0.0):
            skip_before = frame.end
            yield Cut(frame.first, frame.last, reason, f"{frame.tag} element")


def with_role(marks: Marks, roles: frozenset[str], reason: str, *, max_share: float = HALF) -> Iterator[Cut]:
    """Yield a cut for every frame with one of these ARIA roles, under the same guards as ``named``."""
    skip_before = 0
    for frame in [frame for frame in marks.page.frames if frame.role and frame.role in roles]:
        if frame.index >= skip_before and _believable(marks, frame, max_share, None, 0.0):
            skip_before = frame.end
            yield Cut(frame.first, frame.last, reason, f"role {frame.role!r}")


_ROOTS = frozenset(("html", "body", "main"))


def _believable(marks: Marks, frame: Frame, max_share: float, max_prose: int | None, min_linked: float) -> bool:
    if frame.first == frame.last or frame.tag in _ROOTS or marks.holds_headline(frame):
        return False
    prose = marks.prose
    if max_prose is not None and prose.prose_in(frame.first, frame.last) > max_prose:
        return False
    if min_linked and prose.linked_in(frame.first, frame.last) < min_linked * prose.words_in(frame.first, frame.last):
        return False
    share = marks.share_of_prose(frame)
    if max_share >= ANY_SHARE:
        return share <= HALF or prose.prose_in(0, frame.first) >= LEFT_WORDS
    return share <= max_share
