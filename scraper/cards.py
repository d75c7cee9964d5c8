"""Cards: what stands around a link to another post — its title, date and excerpt — in a list of such links.

A card is the largest frame around a link that holds no link to another post. Lists without frames of their own per
post ("excerpt, Read more, excerpt, Read more" as siblings) are cut between the links instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scraper.blocks import Anchor, Block
from scraper.hints import Hint
from scraper.labels import HEADINGS
from scraper.links import Links, Target
from scraper.marks import LINKED_SHARE, Marks
from scraper.phrases import beginnings_of, kinds_of
from scraper.standards import date

MAX_TITLE_WORDS = 40
"""A longer linked text is a card wrapped whole in its link."""
MIN_EXCERPT_WORDS = 6
"""Shorter lines of a card are labels, names and dates."""
MAX_DATE_WORDS = 12
"""Longest line of a card looked into for a date."""
FLAT_BLOCKS = 3
"""How many blocks above and below its link belong to a card that has no frame of its own."""
READ_MORE_WORDS = 6
"""Longest link text that may be a call to read on."""
_TITLE = Hint.TITLE.value


@dataclass(frozen=True, slots=True)
class Card:
    """One post in a list."""

    key: str
    """What makes two links the same post."""
    url: str
    title: str | None
    published: str | None
    excerpt: str | None
    anchor: Anchor
    """Its first link."""
    place: int
    """The block of that link."""
    last: int
    """One past its last block."""
    is_card: bool
    """It has an image or a heading; else it is a bare link."""
    is_read_more: bool
    """All its links are calls to read on, so that its title is not linked."""

    @property
    def title_words(self) -> int:
        """Number of words of the title."""
        return len((self.title or "").split())

    def joined(self, other: Card) -> Card:
        """Return this card with what only *other*, the same post in another list, shows."""
        return replace(
            self,
            title=self.title or other.title,
            published=self.published or other.published,
            excerpt=self.excerpt or other.excerpt,
        )


def cards_of(marks: Marks, links: Links, first: int, last: int) -> list[Card]:
    """Return the posts linked in the blocks first … last - 1, in page order, each once."""
    groups: dict[str, list[tuple[Anchor, int, Target]]] = {}
    anchors = links.between(first, last)
    begin = anchors[0].index if anchors else 0
    for offset, anchor in enumerate(anchors):
        target = links.post(anchor.href)
        if target is not None:
            groups.setdefault(target.key, []).append((anchor, links.places[begin + offset], target))
    order = list(groups.values())
    cards: list[Card] = []
    for position, group in enumerate(order):
        start = cards[-1].last if cards else first
        stop = order[position + 1][0][1] if position + 1 < len(order) else group[-1][1] + 1
        card_first, card_last = _extent(marks, links, group, (first, last), (start, stop))
        cards.append(_card(marks, group, card_first, card_last))
    return cards


def _extent(
    marks: Marks,
    links: Links,
    group: list[tuple[Anchor, int, Target]],
    scope: tuple[int, int],
    between: tuple[int, int],
) -> tuple[int, int]:
    """Return the range of blocks of one card."""
    frames = marks.page.frames
    anchor, place, target = group[0]
    frame = frames[anchor.frame]
    best: tuple[int, int] | None = None
    while frame.first >= scope[0] and frame.last <= scope[1]:
        others = any(
            other is not None and other.key != target.key
            for other in (links.post(near.href) for near in links.between(frame.first, frame.last))
        )
        if others:
            break
        best = (frame.first, frame.last)
        if frame.parent < 0:
            break
        frame = frames[frame.parent]
    held = best is not None and best[1] - best[0] > 1
    if held and best is not None:
        return best
    if best is not None and anchor.last > anchor.first and _blocks_of(marks, anchor, best[1]) > 1:
        return best
    ends = max(_end_of(marks, near, at) for near, at, _ in group)
    if anchor.block >= 0 and _is_read_more(_text(marks, anchor)):
        return (between[0], ends)
    blocks = marks.page.blocks
    start = place
    for index in range(place - 1, max(between[0], place - 1 - FLAT_BLOCKS) - 1, -1):
        if blocks[index].tag in HEADINGS:
            start = index
            break
    stop = ends
    while stop < min(between[1], ends + FLAT_BLOCKS) and blocks[stop].tag not in HEADINGS:
        stop += 1
    return (start, stop)


def _end_of(marks: Marks, anchor: Anchor, place: int) -> int:
    """Return one past the last block that an anchor's text reaches into."""
    blocks = marks.page.blocks
    end = place + 1
    while end < len(blocks) and blocks[end].first < anchor.last:
        end += 1
    return end


def _blocks_of(marks: Marks, anchor: Anchor, stop: int) -> int:
    blocks = marks.page.blocks
    return sum(1 for block in blocks[max(anchor.block, 0) : stop] if block.first < anchor.last)


def _text(marks: Marks, anchor: Anchor) -> str:
    return marks.page.walked.text_of(anchor.first, anchor.last)


def _is_read_more(text: str) -> bool:
    words = text.count(" ") + 1
    if words > READ_MORE_WORDS:
        return False
    return not text or "read_more" in kinds_of(text) or "read_more" in beginnings_of(text)


def _card(marks: Marks, group: list[tuple[Anchor, int, Target]], first: int, last: int) -> Card:
    blocks = marks.page.blocks[first:last]
    anchor, place, target = group[0]
    title = _linked_heading(blocks, group) or _link_text(marks, group)
    is_read_more = title is None and all(near.image < 0 for near, _, _ in group)
    heading = next((block for block in blocks if block.tag in HEADINGS), None)
    if title is None and heading is not None:
        title = heading.text
    if title is None:
        title = next((near.title for near, _, _ in group if near.title and not _is_read_more(near.title)), None)
    published = _date(marks, blocks)
    has_image = any(near.image >= 0 for near, _, _ in group)
    ends = max(last, max(at for _, at, _ in group) + 1)
    return Card(
        target.key,
        target.url,
        title,
        published,
        _excerpt(blocks, title),
        anchor,
        place,
        ends,
        is_card=has_image or heading is not None,
        is_read_more=is_read_more,
    )


def _linked_heading(blocks: list[Block], group: list[tuple[Anchor, int, Target]]) -> str | None:
    """Return the longest heading that stands inside a link, or holds one."""
    linked = [
        block.text
        for anchor, _, _ in group
        for block in blocks
        if block.tag in HEADINGS and block.first < anchor.last and anchor.first < block.last
    ]
    return max(linked, key=len, default=None)


def _link_text(marks: Marks, group: list[tuple[Anchor, int, Target]]) -> str | None:
    """Return the longest link text that is no call to read on; of a card wrapped in its link, the line that looks
    like its title."""
    best = ""
    blocks = marks.page.blocks
    for anchor, _, _ in group:
        if anchor.last <= anchor.first or anchor.block < 0:
            continue
        first = blocks[anchor.block]
        if first.last >= anchor.last:
            text = _without_call(_text(marks, anchor))
        else:
            inside = [block for block in blocks[anchor.block : anchor.block + 12] if block.first < anchor.last]
            named = next((b for b in inside if marks.page.frames[b.frame].hints & _TITLE and b.words > 1), None)
            lines = [b for b in inside if 3 <= b.words <= 25 and not _looks_dated(b)]
            text = (named or (lines[0] if lines else inside[0])).text if inside else ""
        if len(text) > len(best) and text.count(" ") < MAX_TITLE_WORDS and not (_is_read_more(text) or _is_date(text)):
            best = text
    return _without_call(best) or None


def _without_call(text: str) -> str:
    """Return a link's text without the call to read on at its end: "What is a feed? Read more"."""
    words = text.split()
    for count in (2, 3, 4):
        if len(words) >= count + 2 and "read_more" in kinds_of(" ".join(words[-count:])):
            return " ".join(words[:-count])
    return text


def _looks_dated(block: Block) -> bool:
    return block.words <= 4 and any(character.isdigit() for character in block.text[:12])


def _is_date(text: str) -> bool:
    """Tell whether a link's text is a day and nothing else."""
    if len(text) > 30 or not ("20" in text or "19" in text):
        return False
    found = date.find(text)
    return bool(found) and found[0].last - found[0].first >= 0.7 * len(text)


def _date(marks: Marks, blocks: list[Block]) -> str | None:
    """Return the day a card shows, None without one."""
    for block in blocks:
        if block.words <= MAX_DATE_WORDS and ("20" in block.text or "19" in block.text):
            found = date.find(block.text, lang=marks.page.lang)
            if found and found[0].precision == "day" and found[0].last - found[0].first > len(block.text) // 3:
                return found[0].value[:10]
    return None


def _excerpt(blocks: list[Block], title: str | None) -> str | None:
    """Return the longest running text of a card that is not its title."""
    running = (b for b in blocks if b.words >= MIN_EXCERPT_WORDS and b.text != title and b.tag not in HEADINGS)
    best = max(running, key=lambda block: block.words, default=None)
    if best is None or (best.linked > LINKED_SHARE * best.words and title is None):
        return None
    return _without_call(best.text)
