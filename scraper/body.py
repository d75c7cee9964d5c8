"""Which part of a page is the body: one frame whose subtree carries the most running text, found by sums alone.

Every run of text has a value: its words, less the linked ones; negative for runs of links; nothing for short runs and
for what a cleaning step has marked. The frame with the largest sum, narrowed while one child carries nearly all of it
and widened while a parent adds prose without adding junk, is the body's container. No class name is needed for this:
on the development corpora a preference for ``entry-content`` and its kin gained nothing on top of it.
"""

from __future__ import annotations

import re
from itertools import accumulate

from scraper.blocks import Block, Frame
from scraper.marks import LINKED_SHARE, SHORT_RUN_WORDS, Marks

LINK_RUN_WEIGHT = -0.6
"""Value of a word in a run of links. Between -.2 and -1.0 the score moves by .0003."""
DESCEND_SHARE = 0.80
"""A child that keeps this share of its parent's value replaces it. Flat between .75 and .85."""
HEADLINE_SHARE = 0.30
"""Where the text splits, the child with the headline is followed when it keeps at least this share."""
JUNK_PER_PROSE = 0.10
"""Words of junk a parent may bring for each word of prose it adds. Flat between 0 and .1; 1.0 costs .002."""
ENOUGH_WORDS = 10
"""Added prose below this is a caption or a label and no reason to widen the body."""
TWIN_WORDS = 20
"""Running text that makes a frame of the same name a part of the body."""
WORTH_WORDS = 60
"""Words of the other parts below which they are asides in the middle of the text, not parts of it."""
OTHERS_PER_TWIN = 0.5
"""Words of other things that may be brought in for each word of the other parts."""
_NUMBER = re.compile(r"\d+")  # the parts of a body are often numbered: "story-body-1", "story-body-2"
_TITLES = frozenset(("h1", "h2", "h3", "h4"))
_NEVER_WHOLE = frozenset("li ul ol dl dd dt p table tbody thead tr td blockquote h1 h2 h3 h4 h5 h6 pre figure".split())
"""Elements that are parts of a text, never the whole of it."""


def value(block: Block) -> float:
    """Return what a run contributes to its container's sum. A sentence with links is never negative."""
    if block.linked > LINKED_SHARE * block.words:
        return LINK_RUN_WEIGHT * block.words
    if block.words < SHORT_RUN_WORDS:
        return 0.0
    return float(block.words - block.linked)


def choose_container(marks: Marks) -> int:
    """Return the index of the frame that holds the body; 0, the outermost frame, when nothing speaks for a smaller
    one."""
    frames = marks.page.frames
    if not frames:
        return 0
    values = [
        0.0 if verdict is not None else value(block)
        for block, verdict in zip(marks.page.blocks, marks.verdicts, strict=True)
    ]
    sums = [0.0, *accumulate(values)]
    totals = [sums[frame.last] - sums[frame.first] for frame in frames]
    largest = max(totals)
    if largest <= 0:
        return 0
    best = _descend(totals.index(largest), totals, marks)
    return _with_twins(_climb(frames[best], marks, values), totals, marks).index


def _descend(index: int, totals: list[float], marks: Marks) -> int:
    """Follow the child that carries nearly everything; at a split, the one with the headline if it carries enough."""
    frames = marks.page.frames
    while True:
        whole, largest, carried = totals[index], -1, 0.0
        child, end = index + 1, frames[index].end
        while child < end:
            frame = frames[child]
            if frame.last > frame.first and (largest < 0 or totals[child] > carried):
                largest, carried = child, totals[child]
            child = max(frame.end, child + 1)
        if largest < 0:
            return index
        if carried >= DESCEND_SHARE * whole or (
            marks.holds_headline(frames[largest]) and carried >= HEADLINE_SHARE * whole
        ):
            index = largest
            continue
        return index


def _climb(frame: Frame, marks: Marks, values: list[float]) -> Frame:
    """Widen to an ancestor that is a whole, and on while an ancestor adds prose and hardly any junk."""
    frames = marks.page.frames
    while frame.tag in _NEVER_WHOLE and frame.parent >= 0:
        frame = frames[frame.parent]
    good = [0.0, *accumulate([number if number > 0 else 0.0 for number in values])]
    junk_values = [
        float(block.words) if verdict is not None or number < 0 else 0.0
        for block, verdict, number in zip(marks.page.blocks, marks.verdicts, values, strict=True)
    ]
    junk = [0.0, *accumulate(junk_values)]
    best, parent = frame, frame.parent
    while parent >= 0:
        outer = frames[parent]
        added = (good[outer.last] - good[outer.first]) - (good[best.last] - good[best.first])
        brought = (junk[outer.last] - junk[outer.first]) - (junk[best.last] - junk[best.first])
        if brought > JUNK_PER_PROSE * added and brought > ENOUGH_WORDS:
            break
        if added >= ENOUGH_WORDS and brought <= JUNK_PER_PROSE * added:
            best = outer
        parent = outer.parent
    return best


def _with_twins(frame: Frame, totals: list[float], marks: Marks) -> Frame:
    """Widen to what holds all parts of a body that was split among frames of one name, with other things between them.

    Other posts of a page are such twins too, but each stands under the link to itself.
    """
    frames, blocks = marks.page.frames, marks.page.blocks
    if not frame.names:
        return frame
    name = _NUMBER.sub("", frame.names)
    twins = [
        other
        for other in frames
        if other.tag == frame.tag
        and totals[other.index] >= TWIN_WORDS
        and not other.index < frame.index < other.end  # what is around the frame is no part beside it
        and _NUMBER.sub("", other.names) == name
    ]
    if len(twins) < 2:
        return frame
    first, last = twins[0].first, twins[-1].last
    if any(
        block.tag in _TITLES and block.linked > LINKED_SHARE * block.words and marks.verdicts[block.index] is None
        for block in blocks[max(first - 1, 0) : last]
    ):
        return frame
    outer = frame
    while outer.parent >= 0 and not (outer.first <= first and last <= outer.last):
        outer = frames[outer.parent]
    verdicts = marks.verdicts
    whole = sum(block.words for block in blocks[outer.first : outer.last] if verdicts[block.index] is None)
    parts = sum(
        block.words for twin in twins for block in blocks[twin.first : twin.last] if verdicts[block.index] is None
    )
    own = sum(block.words for block in blocks[frame.first : frame.last] if verdicts[block.index] is None)
    gained = parts - own
    return outer if gained >= WORTH_WORDS and whole - parts <= OTHERS_PER_TWIN * gained else frame
