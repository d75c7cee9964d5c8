"""Rows of other posts below the article, known by their shape: frames of one kind side by side, each with a linked
title of another post of the site and little text.

Where no name and no heading says what they are, three things do: the article has been told before them, hardly any
text follows, and every one of them leads elsewhere on the site. List posts look the same but for that: their entries
lead to other sites, or stand in the middle of the text.
"""

from __future__ import annotations

from collections.abc import Iterator

from scraper.blocks import Block, Frame
from scraper.links import links_of
from scraper.marks import LINKED_SHARE, Cut, Marks, prose_words

FEWEST = 3
"""Frames of one kind, side by side, that make a row."""
BEFORE_WORDS = 100
"""Running text between the headline and the row."""
AFTER_SHARE = 0.1
"""Of the running text before the row, what may follow it."""
TIMES_BEFORE = 2.0
"""Running text of a row, to that before it; a list post that leads through its site has a short introduction."""
CARD_PROSE_WORDS = 120
"""Running text that one of them may hold."""
TITLE_WORDS = 3
"""Shorter linked headings are categories."""
_TITLES = frozenset(("h2", "h3", "h4", "h5", "h6"))
_NOT_CARDS = frozenset("p tr td th tbody thead ol ul br".split())


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the frames of such rows."""
    titles = _linked_titles(marks)
    if len(titles) < FEWEST:
        return
    prose = marks.prose
    cards = [card for card in _cards(marks, titles) if prose.prose_in(card.first, card.last) <= CARD_PROSE_WORDS]
    rows: dict[tuple[str, str], list[Frame]] = {}
    for card in cards:
        rows.setdefault((card.tag, card.names), []).append(card)
    for row in rows.values():
        before = prose.prose_in(max(marks.headline, 0), row[0].first)
        told = sum(prose.prose_in(card.first, card.last) for card in row)
        if len(row) < FEWEST or told > TIMES_BEFORE * before:
            continue
        if _text_after(marks, row[-1].last, cards) <= AFTER_SHARE * before:
            yield from (Cut(card.first, card.last, "other posts", "one of a row of linked titles") for card in row)


def _linked_titles(marks: Marks) -> list[Block]:
    """Return the headings below the text that are links to other posts of the site, in page order."""
    links = links_of(marks)
    words = marks.prose.prose
    reached = words[max(marks.headline, 0)] + BEFORE_WORDS
    return [
        block
        for block in marks.page.blocks
        if block.tag in _TITLES
        and block.words >= TITLE_WORDS
        and block.linked > LINKED_SHARE * block.words
        and words[block.index] >= reached
        and any(links.post(anchor.href) for anchor in links.between(block.index, block.index + 1))
    ]


def _cards(marks: Marks, titles: list[Block]) -> Iterator[Frame]:
    """Yield the largest frame around each title that holds no other; the last one's is as deep as the one's before."""
    frames = marks.page.frames
    known: Frame | None = None
    for position, title in enumerate(titles):
        floor = titles[position - 1].index if position else -1
        ceiling = titles[position + 1].index if position + 1 < len(titles) else len(marks.page.blocks)
        frame = frames[title.frame]
        while frame.parent >= 0:
            outer = frames[frame.parent]
            if outer.first <= floor or outer.last > ceiling or (known and known.parent == frame.parent):
                break
            frame = outer
        if frame.tag not in _NOT_CARDS and frame.tag not in _TITLES:
            known = frame
            yield frame


def _text_after(marks: Marks, first: int, cards: list[Frame]) -> int:
    """Return the running text from a block on that is in no card and that nothing has marked so far."""
    inside = {index for card in cards for index in range(card.first, card.last)}
    return sum(
        prose_words(block)
        for block, verdict in zip(marks.page.blocks[first:], marks.verdicts[first:], strict=True)
        if verdict is None and block.index not in inside
    )
