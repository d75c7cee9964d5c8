"""The same text twice: copies for another screen width, pull quotes, a body given whole and again in parts."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Block
from scraper.marks import Cut, Marks
from scraper.text import fold

RUN_WORDS = 25
"""Words a run of blocks must hold to be a copy when it repeats in order. Single repeated lines are mostly meant."""
LONG_BLOCK_WORDS = 60
"""Words of a block that may hold a whole text again: structured data and mobile copies stand in one element."""
PROBE_WORDS = 8
PROBE_EVERY_WORDS = 13
"""A long block is probed with this many words at each of these distances."""
FOUND_SHARE = 0.9
"""Of the probes that must stand earlier. Five probes took regional variants of terms for copies."""
MAX_LOOKS = 20
"""Long blocks of a page that are looked for in the text above: each look reads all of it."""
OPENING_WORDS = 4
"""A copy begins as some earlier block begins; only then is it probed."""
SOURCE_WORDS = 200
"""Words of preformatted text from which it may be the source of the page."""
SOURCE_PROBE_WORDS = 5
SOURCE_SHARE = 0.6
"""Of its probes that must stand above: links and marks break every third."""
JOINED = 1.5
"""Times the words of that earlier block that a copy must have: it joins several. One paragraph that nearly repeats
another is a variant (terms for each country), and meant."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield runs of blocks that stand earlier in the body in the same order, and long blocks whose text does."""
    blocks = marks.kept()
    seen: dict[str, int] = {}
    openings: dict[str, int] = {}
    position = 0
    looks_left = MAX_LOOKS
    while position < len(blocks):
        block = blocks[position]
        earlier = seen.get(block.text)
        if earlier is not None:
            run = blocks[position : position + _run_length(blocks, earlier, position)]
            if sum([block.words for block in run]) >= RUN_WORDS:
                # Meant or not, the run is judged as a whole: looking again from its second block would be quadratic.
                if not _is_refrain(marks, blocks, earlier, run):
                    yield from [Cut(part.index, part.index + 1, "a copy of text above", part.text[:60]) for part in run]
                position += len(run)
                continue
        opening = " ".join(block.text.split(None, OPENING_WORDS)[:OPENING_WORDS])
        is_source = block.tag == "pre" and block.words >= SOURCE_WORDS
        is_long = block.words >= max(LONG_BLOCK_WORDS, JOINED * openings.get(opening, 2 * block.words))
        looks_left -= is_source or is_long
        if looks_left >= 0 and (
            (is_source and _is_source(block, blocks[:position])) or (is_long and _is_copy(block, blocks[:position]))
        ):
            yield Cut(block.index, block.index + 1, "a copy of text above", block.text[:60])
        else:
            seen.setdefault(block.text, position)
            openings.setdefault(opening, block.words)
        position += 1


def _is_refrain(marks: Marks, blocks: list[Block], earlier: int, run: list[Block]) -> bool:
    """Tell whether paragraphs stand again among their own siblings, which is meant: copies stand somewhere else, or
    one of the two is not shown."""
    frames = marks.page.frames
    return all(
        block.frame != other.frame
        and frames[block.frame].parent == frames[other.frame].parent
        and not (frames[block.frame].hidden or frames[other.frame].hidden)
        for block, other in zip(run, blocks[earlier:], strict=False)
    )


def _is_copy(block: Block, earlier: list[Block]) -> bool:
    """Tell whether the block's words stand before it, probe for probe."""
    before = " ".join([other.text for other in earlier])
    words = block.text.split()
    starts = range(0, max(len(words) - PROBE_WORDS, 1), PROBE_EVERY_WORDS)
    found = sum(" ".join(words[start : start + PROBE_WORDS]) in before for start in starts)
    return found >= FOUND_SHARE * len(starts)


def _is_source(block: Block, earlier: list[Block]) -> bool:
    """Tell whether a long ``pre`` holds the text above as somebody wrote it, in Markdown or the like."""
    before = f" {fold(' '.join([other.text for other in earlier]))} "
    words = fold(block.text).split()
    starts = range(0, max(len(words) - SOURCE_PROBE_WORDS, 1), PROBE_EVERY_WORDS)
    found = sum(f" {' '.join(words[start : start + SOURCE_PROBE_WORDS])} " in before for start in starts)
    return found >= SOURCE_SHARE * len(starts)


def _run_length(blocks: list[Block], earlier: int, position: int) -> int:
    length = 0
    while (
        position + length < len(blocks)
        and earlier + length < position
        and blocks[earlier + length].text == blocks[position + length].text
    ):
        length += 1
    return length
