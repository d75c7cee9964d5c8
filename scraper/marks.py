"""Marks: what is known so far about a page's blocks. Cleaning and fields add to it; nothing is ever cut out.

A ``Cut`` names a range of blocks, the step that marked it, why, and on what evidence. The first cut that covers a
block is the one reported. ``Prose`` answers how many words any range holds, in constant time, because every rule that
acts on a name asks first how much prose it would take away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from scraper.article import Found
from scraper.blocks import Block, Frame
from scraper.page import Page
from scraper.text import fold

SHORT_RUN_WORDS = 5
"""Runs with fewer words carry no weight as prose: menus, labels and buttons are made of them."""
LINKED_SHARE = 0.5
"""A run with a larger share of its words in links is link text, not prose."""

TAIL_SHARE = 0.1
"""Of the body's words, those at its end among which what does not belong to it (a bio, other posts) may stand
unmarked."""


class Cut(NamedTuple):
    """A range of blocks that is not body, and why."""

    first: int
    last: int
    """One past the last block."""
    reason: str
    """One plain phrase: what kind of thing it is."""
    evidence: str
    """What gave it away."""


class Verdict(NamedTuple):
    """Why one block is left out."""

    step: str
    reason: str
    evidence: str


class Prose:
    """Word counts over ranges of blocks, by prefix sums."""

    def __init__(self, blocks: list[Block]) -> None:
        self.words = [0, *accumulate([block.words for block in blocks])]
        self.linked = [0, *accumulate([block.linked for block in blocks])]
        self.prose = [0, *accumulate(map(prose_words, blocks))]

    def words_in(self, first: int, last: int) -> int:
        """Return the number of words of the blocks first … last - 1."""
        return self.words[last] - self.words[first]

    def linked_in(self, first: int, last: int) -> int:
        """Return how many of these words stand in links."""
        return self.linked[last] - self.linked[first]

    def prose_in(self, first: int, last: int) -> int:
        """Return the number of words that stand in running text."""
        return self.prose[last] - self.prose[first]


def prose_words(block: Block) -> int:
    """Return the words of a block that count as running text: none for short or linked runs, else the unlinked ones."""
    if block.words < SHORT_RUN_WORDS or block.linked > LINKED_SHARE * block.words:
        return 0
    return block.words - block.linked


@dataclass(slots=True)
class Marks:
    """The verdicts on a page's blocks, and the facts several steps share."""

    page: Page
    prose: Prose
    hinted: list[Frame]
    """The frames whose names hint at anything, in document order."""
    verdicts: list[Verdict | None]
    """One per block; None: kept so far."""
    headline: int = -1
    """Index of the block that holds the page's headline, -1 when there is none."""
    body: tuple[int, int] = (0, 0)
    """The range of blocks under the body's container."""
    container: int = 0
    """Index of the body's container frame."""
    trail: dict[str, list[Cut]] = field(default_factory=dict)
    """Step → its cuts, in the order they were made."""
    known: dict[str, tuple[Found[Any], ...]] = field(default_factory=dict)
    """Field name → ranked candidates, of the fields found so far; later fields may ask earlier ones."""

    template: Any = None
    """What ``learn`` found repeated on the page's site; None when nothing is known."""
    memo: dict[str, Any] = field(default_factory=dict)
    """What a module worked out once for several steps (``links_of``, ``labels_of``), by its name."""

    @classmethod
    def of(cls, page: Page) -> Marks:
        """Return the empty marks of a page."""
        hinted = [frame for frame in page.frames if frame.hints]
        return cls(page, Prose(page.blocks), hinted, [None] * len(page.blocks))

    def best(self, name: str) -> Any:
        """Return the value of the winning candidate of a field found so far; None when it was not found."""
        ranked = self.known.get(name)
        return ranked[0].value if ranked else None

    def add(self, step: str, cuts: Iterator[Cut]) -> None:
        """Add a step's cuts. A block keeps the first verdict it got."""
        verdicts = self.verdicts
        for cut in cuts:
            self.trail.setdefault(step, []).append(cut)
            first, last, reason, evidence = cut
            verdict = Verdict(step, reason, evidence)
            for index in range(first, last):
                if verdicts[index] is None:
                    verdicts[index] = verdict

    def kept(self) -> list[Block]:
        """Return the body's blocks: those under the container without a verdict, in order."""
        first, last = self.body
        blocks, verdicts = self.page.blocks[first:last], self.verdicts[first:last]
        return [block for block, verdict in zip(blocks, verdicts, strict=True) if verdict is None]

    def tail(self) -> int:
        """Return the first block of the body's tail: TAIL_SHARE of the words kept so far stand at or after it."""
        kept = self.kept()
        left = TAIL_SHARE * sum(block.words for block in kept)
        index = self.body[1]
        for block in reversed(kept):
            if left <= 0:
                break
            index = block.index
            left -= block.words
        return index

    def headline_is_sure(self) -> bool:
        """Tell whether the headline is an h1, or what the page's head gives as its title: only then may the body do
        without it."""
        if self.headline < 0:
            return False
        block = self.page.blocks[self.headline]
        if block.tag == "h1" or self.page.is_dump:
            return True
        said = fold(" | ".join([self.page.title or "", self.page.meta("og:title", "twitter:title") or ""]))
        return fold(block.text) in said

    def holds_headline(self, frame: Frame) -> bool:
        """Tell whether the headline stands inside the frame."""
        return frame.first <= self.headline < frame.last

    def share_of_prose(self, frame: Frame) -> float:
        """Return the share of the page's running text that stands inside the frame, 0–1."""
        return self.prose.prose_in(frame.first, frame.last) / max(self.prose.prose[-1], 1)
