"""Posts of the same site that the page offers as a continuation, told from recent and popular ones, neighbours in
time and menus.

Three things announce a list: a heading or label ("Related posts", "You may also like"), the name of the element
around it, and, at the end of the body, a sentence that promises reading. Headings find most lists; names add little
once they are read, so pages with meaningless class names lose hardly anything. A list is a *scope*, a range of
blocks; its links pass one strict filter, and what stands around a link (its *card*) gives title, date and excerpt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scraper.article import Found, Related
from scraper.blocks import Anchor, Block
from scraper.cards import Card, cards_of
from scraper.hints import Hint
from scraper.labels import HEADINGS, kinds_at, labels_of
from scraper.links import Links, links_of, words_of
from scraper.marks import LINKED_SHARE, TAIL_SHARE, Cut, Marks
from scraper.phrases import beginnings_of, key, kinds_of
from scraper.template import Template
from scraper.wording import introduced_name

CLIMB_FRAMES = 14
"""How many frames above a heading its links may be wrapped together with it."""
CARD_BLOCKS = 9
"""The most blocks of a frame that is one card, so that a heading inside is the card's own title."""
FLAT_CARD_BLOCKS = 3
"""How many blocks below its title the link of a card may stand that has no frame of its own."""
MIN_LINE_WORDS = 10
WEAK = 0.6
"""Confidence of a list whose heading says no more than "More …" or "Additional …"."""
TEASER_WORDS = 4
"""Words of a title from which on a linked line of the same words is a card of that post."""
BODY_WORDS = 100
"""Running text above a list of cards from which on the body is complete; what little follows the list is the foot."""
FIXED_SHARE = 0.5
"""Share of a list's links that stand on all pages of the site to be no list of related posts."""
EXCERPT_WORDS, LONGEST_EXCERPT_WORDS = 12, 60
"""Unlinked words from which on a block is running text, and the longest excerpt; longer ones stay in the body."""
LONG_TITLE_WORDS = 5
"""Words from which on a bare link beside cards is a title, and no category, name or call."""
MAX_LINKS, MAX_WEAK_LINKS = 24, 14
"""More links than this are an archive or a menu; fewer are enough under a heading that says little."""
PROSE_AFTER_WORDS = 120
"""Running text of the body below a list that makes it part of the text: a list between two sections is optional
reading."""
PROSE_GAP_WORDS = 90
"""Running text between two links of one list; more means that the list has ended."""
LINKED_ITEM_SHARE = 0.3
"""Share of a list item's words in its link from which on the item is about the link."""
CLOSING_PROSE_WORDS = 80
"""Running text that may follow a closing list without heading."""
CLOSING_CUE_WORDS = 40
"""Longest sentence that announces a closing list."""
RUNNING_TEXT_WORDS, RUNNING_TEXT_SHARE = 12, 0.45
"""A link in a block of more words, that holds less than this share of them, is a citation in a sentence."""

_OTHER_LISTS = frozenset(
    ("recent_heading", "comments_heading", "newsletter", "bio_heading", "toc_heading", "tags_label")
)
_ENDS_SCOPE = frozenset(("recent_heading", "comments_heading", "copyright"))
"""Labels that end a list wherever they stand; the kinds of _OTHER_LISTS only as headings, since cards hold bylines
and buttons."""
_NO_TITLES = frozenset(
    ("newsletter", "navigation", "share", "contact", "read_more", "view_all", "cookies", "copyright")
)
_MENUS = (Hint.NAV | Hint.PRODUCT | Hint.COMMENTS | Hint.TOC | Hint.MODAL).value
_NEVER = (Hint.PRODUCT | Hint.COMMENTS | Hint.TOC | Hint.MODAL).value
_RELATED = Hint.RELATED.value
_NEIGHBOURS = (Hint.PREVNEXT | Hint.PAGINATION).value
_FOOTER = Hint.SITE_FOOTER.value


class Scope(NamedTuple):
    """A range of blocks that holds one list, and what announced it."""

    first: int
    last: int
    head: int
    """The block of its heading, -1 without one."""
    source: str
    confidence: float


def find(marks: Marks) -> tuple[Found[tuple[Related, ...]], ...]:
    """Return the related posts of the page as one value, in page order, and mark the lists so that the body leaves
    them out."""
    if marks.page.is_dump or not marks.page.walked.anchors:
        return ()
    links = links_of(marks)
    found: list[tuple[Scope, list[Card]]] = []
    # From the last list upwards: what the lower ones claim is no text that would part the upper ones from the end.
    for scope in sorted(_scopes(marks, links), key=lambda scope: -scope.first):
        cards = _believed(marks, links, scope, cards_of(marks, links, scope.first, scope.last))
        if cards:
            marks.add("related", _cuts(marks, scope, cards))
            found.append((scope, cards))
    found.reverse()
    entries: dict[str, Card] = {}
    for _, cards in found:
        for card in cards:
            known = entries.get(card.key)
            entries[card.key] = card if known is None else known.joined(card)
    if not entries:
        return ()
    marks.add("related", _teasers(marks, {card.title for card in entries.values() if card.title_words >= TEASER_WORDS}))
    value = tuple(Related(card.url, card.title, card.published, card.excerpt) for card in entries.values())
    sources = dict.fromkeys(scope.source for scope, _ in found)
    return (Found(value, "; ".join(sources), max(scope.confidence for scope, _ in found), ""),)


def _cuts(marks: Marks, scope: Scope, cards: list[Card]) -> Iterator[Cut]:
    """Yield the list's heading and blocks; running text inside the body only as excerpts of a list that ends it."""
    first = scope.head if scope.head >= 0 else scope.first
    last = max(card.last for card in cards)
    body_first, body_last = marks.body
    before = marks.prose.prose_in(min(body_first, first), first)
    ends_body = _text_left(marks, last, body_last) <= TAIL_SHARE * before
    for block in marks.page.blocks[first:last]:
        prose = block.words - block.linked
        is_text = prose >= EXCERPT_WORDS and block.linked <= LINKED_SHARE * block.words
        if is_text and body_first <= block.index < body_last and (prose > LONGEST_EXCERPT_WORDS or not ends_body):
            continue
        yield Cut(block.index, block.index + 1, "related posts", scope.source)
    rich = sum(card.is_card or card.excerpt is not None for card in cards)
    if ends_body and body_first <= first and before >= BODY_WORDS and rich >= 2 and rich * 2 > len(cards):
        yield Cut(last, body_last, "below the related posts", scope.source)


def _teasers(marks: Marks, titles: set[str | None]) -> Iterator[Cut]:
    """Yield the body's linked lines that are the title of a related post: a card of it in the midst of the text."""
    for block in marks.kept():
        if block.linked > LINKED_SHARE * block.words and block.text in titles:
            yield Cut(block.index, block.index + 1, "related posts", "the title of a related post")


def _scopes(marks: Marks, links: Links) -> Iterator[Scope]:
    taken: list[tuple[int, int]] = []
    for scope in _headed(marks, links):
        taken.append((scope.head, scope.last))
        yield scope
    for scope in _named(marks, links):
        if not any(first <= scope.first < last or scope.first <= first < scope.last for first, last in taken):
            taken.append((scope.first, scope.last))
            yield scope
    closing = _closing(marks)
    if closing is not None and not any(first < closing.last and closing.first < last for first, last in taken):
        yield closing


def _headed(marks: Marks, links: Links) -> Iterator[Scope]:
    """Yield the scopes below headings and labels that announce related posts."""
    blocks = marks.page.blocks
    reached = 0
    for index, kinds in labels_of(marks).items():
        block = blocks[index]
        if index < reached or not _announces(block, kinds) or _is_out_of_place(marks, links, block):
            continue
        last = _scope_end(marks, links, block)
        if last > index + 1:
            reached = last
            sure = 0.9 if "related_heading" in kinds or _promises(block) else WEAK
            yield Scope(index + 1, last, index, f'text:"{block.text[:60]}"', sure)


def _announces(block: Block, kinds: frozenset[str]) -> bool:
    """Tell whether a label announces related posts. "More …" does as a heading or before a colon, "Read more" only
    as a heading."""
    if not kinds.isdisjoint(_OTHER_LISTS) or block.tag == "button":
        return False
    if block.tag in HEADINGS:
        return "related_heading" in kinds or ("more_heading" in kinds and block.words > 1)
    if "related_heading" in kinds:
        return "read_more" not in kinds
    return "more_heading" in kinds and _promises(block)


def _is_out_of_place(marks: Marks, links: Links, block: Block) -> bool:
    verdict = marks.verdicts[block.index]
    if verdict is not None and verdict.step in ("comments", "hidden"):
        return True
    if block.tag in HEADINGS and block.index > marks.headline and block.index >= marks.body[0]:
        # A heading that says "Related" below the headline is believed even inside a part named after navigation.
        return bool(links.chain(block.frame) & _NEVER)
    return bool(links.chain(block.frame) & _MENUS)


def _scope_end(marks: Marks, links: Links, head: Block) -> int:
    """Return one past the last block of the list below a heading; the heading's own index + 1 when there is none."""
    frames, blocks = marks.page.frames, marks.page.blocks
    frame = frames[head.frame]
    for _ in range(CLIMB_FRAMES):
        if frame.last > head.index + 1 and _offers(marks, links, head.index + 1, frame.last):
            break
        if frame.parent < 0:
            return head.index + 1
        frame = frames[frame.parent]
    else:
        return head.index + 1
    level = head.tag if head.tag in HEADINGS else "h7"
    prose = 0
    seen_link = False
    for block in blocks[head.index + 1 : frame.last]:
        verdict = marks.verdicts[block.index]
        if verdict is not None and verdict.step == "comments":
            return block.index
        kinds = kinds_at(marks, block.index)
        if kinds and (kinds & _ENDS_SCOPE or (block.tag in HEADINGS and kinds & _OTHER_LISTS)):
            return block.index
        ends = block.tag in HEADINGS and block.tag <= level and (seen_link or level != "h7")
        if ends and not _is_card_title(marks, links, block):
            return block.index
        if block.linked:
            if any(links.post(anchor.href) is not None for anchor in links.between(block.index, block.index + 1)):
                seen_link = True
                prose = 0
        elif block.words > 5:
            prose += block.words
            if prose > PROSE_GAP_WORDS:
                return block.index
    return frame.last


def _offers(marks: Marks, links: Links, first: int, last: int) -> bool:
    """Tell whether a range of blocks links to a post by more than "View all"."""
    blocks = marks.page.blocks
    return any(
        links.post(anchor.href) is not None
        and (anchor.block < 0 or "view_all" not in beginnings_of(blocks[anchor.block].text))
        for anchor in links.between(first, last)
    )


def _is_card_title(marks: Marks, links: Links, head: Block) -> bool:
    """Tell whether a heading is the title of one card: a small frame around it holds a link to a post and no second
    heading."""
    if kinds_at(marks, head.index):
        return False
    if head.linked > LINKED_SHARE * head.words:
        return True
    frames, blocks = marks.page.frames, marks.page.blocks
    for block in blocks[head.index + 1 : head.index + 1 + FLAT_CARD_BLOCKS]:
        if block.tag in HEADINGS or block.words > 2 * MIN_LINE_WORDS:
            break
        if _is_link_line(block):
            return True
    frame = frames[head.frame]
    while frame.last - frame.first <= CARD_BLOCKS:
        others = sum(1 for block in blocks[frame.first : frame.last] if block.tag == head.tag)
        if others > 1:
            return False
        if any(links.post(anchor.href) is not None for anchor in links.between(frame.first, frame.last)):
            return True
        if frame.parent < 0:
            return False
        frame = frames[frame.parent]
    return False


def _named(marks: Marks, links: Links) -> Iterator[Scope]:
    """Yield the frames named as related posts that no heading calls something else."""
    skip_before = 0
    for frame in marks.hinted:
        if not frame.hints & _RELATED or frame.index < skip_before or frame.first == frame.last:
            continue
        if (
            frame.tag in ("html", "body", "main")
            or marks.holds_headline(frame)
            or marks.share_of_prose(frame) > LINKED_SHARE
        ):
            continue
        skip_before = frame.end
        if links.chain(frame.index) & _MENUS:
            continue
        around = range(max(frame.first - 1, 0), min(frame.first + 2, frame.last))
        if any(kinds_at(marks, index) & _OTHER_LISTS for index in around):
            continue
        yield Scope(frame.first, frame.last, -1, f"name:{frame.names[:60]}", 0.8)


def _closing(marks: Marks) -> Scope | None:
    """Return the run of links that ends the body below a sentence that promises reading; None when there is none."""
    first, last = marks.body
    blocks = marks.page.blocks
    prose, index = 0, last - 1
    while index > first and prose <= CLOSING_PROSE_WORDS:
        block = blocks[index]
        if _is_link_line(block):
            end = index + 1
            while index > first and _is_link_line(blocks[index]):
                index -= 1
            cue = blocks[index]
            if end - index > 2 and _promises(cue):
                return Scope(index + 1, end, index if cue.words < 12 else -1, f'text:"{cue.text[-60:]}"', 0.7)
            continue
        verdict = marks.verdicts[block.index]
        if verdict is None and block.linked <= LINKED_SHARE * block.words:
            prose += block.words
        index -= 1
    return None


def _is_link_line(block: Block) -> bool:
    share = LINKED_ITEM_SHARE if block.tag == "li" else LINKED_SHARE
    return block.linked > share * block.words and block.words >= 2 and block.tag not in HEADINGS


def _promises(cue: Block) -> bool:
    if (
        cue.words > CLOSING_CUE_WORDS
        or cue.linked > LINKED_SHARE * cue.words
        or not cue.text.endswith((":", "!", "："))
    ):
        return False
    return not words_of("promises").isdisjoint(
        cue.text.lower().replace(":", " ").replace("!", " ").replace(",", " ").split()
    )


def _believed(marks: Marks, links: Links, scope: Scope, cards: list[Card]) -> list[Card]:
    """Return the cards of a scope that are related posts; none when the list as a whole is something else."""
    around = links.chain(marks.page.blocks[scope.head].frame) if scope.head >= 0 else 0
    cards = [
        card
        for card in cards
        if _may_be_title(card) and not _is_neighbour(links, card.anchor, around) and not _is_cited(marks, card)
    ]
    cards = _of_one_kind(marks, cards)
    if (
        not cards
        or len(cards) > (MAX_LINKS if scope.confidence > WEAK else MAX_WEAK_LINKS)
        or _is_of_topics(scope, cards)
    ):
        return []
    if scope.head < 0 and _is_fixed(marks, cards):
        return []
    if scope.confidence <= WEAK and (len(cards) < 2 or not _is_mostly_links(marks, scope, cards)):
        return []
    end = max(card.last for card in cards)
    body_first, body_last = marks.body
    within = body_first <= scope.first < body_last
    if within and _text_left(marks, end, body_last) > PROSE_AFTER_WORDS:
        return []
    has_cards = any(card.is_card for card in cards)
    if not has_cards:
        frame = marks.page.blocks[scope.first].frame
        if links.chain(frame) & _FOOTER or scope.last <= body_first:
            return []
    return cards


def _is_mostly_links(marks: Marks, scope: Scope, cards: list[Card]) -> bool:
    """Tell whether a list under a weak heading ("Additional details") is one of links: cards, or half of its words
    linked."""
    if sum(card.is_card for card in cards) * 2 > len(cards):
        return True
    last = max(card.last for card in cards)
    return marks.prose.linked_in(scope.first, last) * 2 >= marks.prose.words_in(scope.first, last)


def _is_fixed(marks: Marks, cards: list[Card]) -> bool:
    """Tell whether most of a list's links are the same on the site's other pages: recent or popular posts, or a
    menu."""
    template = marks.template
    if not isinstance(template, Template) or not template.links:
        return False
    return sum(card.url in template.links for card in cards) > FIXED_SHARE * len(cards)


def _text_left(marks: Marks, first: int, last: int) -> int:
    """Return the words of running text still kept in a range, paragraphs about the author left out."""
    names = tuple(author.name for author in marks.best("authors") or ())
    return sum(
        block.words - block.linked
        for block in marks.page.blocks[first:last]
        if marks.verdicts[block.index] is None
        and block.words > 4
        and block.linked <= LINKED_SHARE * block.words
        and not block.text.startswith(names)
        and introduced_name(block.text[:80]) is None
    )


def _may_be_title(card: Card) -> bool:
    """Tell whether a link's text is no page number, and no call to sign up, to contact or to see all."""
    if card.title is None:
        return card.excerpt is not None
    if card.title.isdigit() and len(card.title) <= 3:
        return False
    return kinds_of(card.title).isdisjoint(_NO_TITLES) if card.title_words <= 4 else True


def _is_of_topics(scope: Scope, cards: list[Card]) -> bool:
    """Tell whether a list is one of subjects, brands or places: most titles are a word or two, or all there is is
    one of those."""
    short = sum(card.title is not None and card.title_words <= 2 and not card.excerpt for card in cards)
    if len(cards) == 1:
        return short == 1 and not cards[0].published
    return short * 2 > len(cards) and not words_of("subjects").isdisjoint(key(scope.source).split())


def _is_neighbour(links: Links, anchor: Anchor, around: int) -> bool:
    """Tell whether a link leads to the previous or next post; names that stand around the list's heading too
    (*around*) do not count."""
    if anchor.rel and not {"prev", "next", "tag", "author", "category"}.isdisjoint(anchor.rel.split()):
        return True
    return bool((links.chain(anchor.frame) & ~around | anchor.hints) & _NEIGHBOURS)


def _is_cited(marks: Marks, card: Card) -> bool:
    """Tell whether the link stands in a sentence."""
    block = marks.page.blocks[card.place] if card.anchor.block >= 0 else None
    if block is None or block.words <= RUNNING_TEXT_WORDS or card.is_read_more:
        return False
    if card.anchor.first <= block.first + 1 and block.tag in ("li", "div", "article", "td"):
        return (
            False  # a card without elements of its own: title, byline and excerpt in one run that begins with the link
        )
    return block.linked < RUNNING_TEXT_SHARE * block.words


def _of_one_kind(marks: Marks, cards: list[Card]) -> list[Card]:
    """Drop what stands beside the posts: where a third are cards, the bare links; where half have long titles, the
    short ones.

    A short title stays when its link stands in the same kind of element as those with long ones.
    """
    drawn = [card for card in cards if card.is_card]
    if drawn and len(drawn) * 3 >= len(cards):
        cards = [card for card in cards if card.is_card or card.title_words >= LONG_TITLE_WORDS]
    long = [card for card in cards if card.title and card.title_words >= 4]
    if long and len(long) * 2 >= len(cards):
        frames = marks.page.frames
        shapes = {(frames[card.anchor.frame].tag, frames[card.anchor.frame].names) for card in long}
        cards = [
            card
            for card in cards
            if not card.title
            or card.title_words > 2
            or (frames[card.anchor.frame].tag, frames[card.anchor.frame].names) in shapes
        ]
    return cards
