"""Template: what one site repeats on every page, learnt from a few of its pages, and used to read the others better.

Three things are learnt, all of them independent of class names unless those stay the same:

* *texts* that stand on several pages, digits masked: menus, notices, promotion, the sprite of icons. Three pages show
  most of them.
* the *path* of the body's container, voted over the pages, of elements and of those class tokens that nearly all pages
  share; per-post tokens (``post-123``, ``tag-bread``) would break it. The vote needs about ten pages; before that a
  page's own choice is better.
* *links* outside the body that stay the same (menus, recent and popular posts), and prose about the author that comes
  back.

What changes from page to page (comments, related posts, dates) cannot be seen by repetition; the page's own rules see
to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from scraper.blocks import Block, Frame
from scraper.marks import Marks
from scraper.page import Page

MIN_PAGES = 2
"""Fewer pages teach nothing."""
MAX_PAGES = 40
"""More pages than this are not read: 20 taught as much as 40."""
REPEATED_SHARE = 0.3
"""Share of the pages a text stands on (and at least two of them) to be the site's; stricter shares left more behind."""
REPEATED_DUMP_SHARE = 0.1
"""The same for lines of plain-text dumps, where nothing else tells the site's lines."""
COMMON_TOKEN_SHARE = 0.9
"""Share of the pages a class token stands on to be one of the site's: at .6 tokens of every other post broke the
paths."""
VOTE_SHARE = 0.5
"""Share of the pages that agree on the container's path."""
VOTING_PAGES = 8
"""Pages the vote on the container needs; of fewer, one or two strange pages win it."""
NARROW_VOTE_SHARE = 0.2
"""Share of the pages that must choose a narrower container themselves for it to win over a wider one."""
NARROW_PAGE_SHARE = 0.85
"""Share of the pages whose text must begin in it."""
BEFORE_WORDS = 40
"""Words (headings and links aside) that may stand before it: a byline, a date."""
VOTED_TEXT_SHARE = 0.5
VOTED_TEXT_WORDS = 60
"""Text the voted container must hold: this share of the page's own choice, or these many words. Posts of another
shape keep their own; a long thread of comments in the page's own choice is no reason to."""
FIXED_LINK_SHARE = 0.8
"""Share of the pages an address is linked on to be a fixed link of the site."""
BIO_SHARE = 0.5
"""Share of the pages on which the same text is the author's bio to be a bio of the site."""
LONG_KEY = 80
"""Longer texts are kept as their beginning and a digest."""
MAX_TEXTS = 2_000
"""Texts kept, the most frequent first."""

_DIGITS = {ord(digit): "0" for digit in "123456789"}


def text_key(text: str) -> str:
    """Return what makes two lines the same line of a site: case and digits do not count.

    >>> text_key("12 Comments") == text_key("34 comments")
    True
    """
    key = text.casefold().translate(_DIGITS)
    if len(key) > LONG_KEY:
        return f"{key[:40]}…{blake2b(key.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"
    return key


@dataclass(frozen=True)
class Template:
    """What a site repeats. JSON-ready by ``to_dict``; an empty one changes nothing."""

    pages: int = 0
    """How many pages it was learnt from."""
    texts: frozenset[str] = frozenset()
    """Keys (``text_key``) of the texts the site repeats."""
    tokens: frozenset[str] = frozenset()
    """Class tokens most pages share; paths are made of them."""
    path: tuple[str, ...] = ()
    """The container's path from the outermost element; empty when the pages did not agree or were too few."""
    links: frozenset[str] = frozenset()
    """Addresses (host and path) linked outside the body on most pages."""
    bios: frozenset[str] = frozenset()
    """Keys of texts that are the author's bio on several pages."""

    def repeats(self, text: str) -> bool:
        """Tell whether the site repeats this line."""
        return text_key(text) in self.texts

    def container(self, page: Page) -> int | None:
        """Return the index of the frame that has the voted path, the one with most text when several have; None
        without one."""
        if not self.path:
            return None
        depth = len(self.path)
        best: Frame | None = None
        for frame in page.frames:
            if frame.first == frame.last or _signature(frame, self.tokens) != self.path[-1]:
                continue
            if best is not None and frame.last - frame.first <= best.last - best.first:
                continue
            if len(page.walked.lineage(frame.index)) == depth and _path(page, frame.index, self.tokens) == self.path:
                best = frame
        return best.index if best is not None else None

    def chosen(self, marks: Marks, own: int) -> int:
        """Return the frame of the body: the voted one, unless it holds hardly any text and the page's own choice
        does."""
        voted = self.container(marks.page)
        if voted is None or voted == own:
            return own
        frames = marks.page.frames
        wanted = min(VOTED_TEXT_SHARE * _text_left(marks, frames[own]), VOTED_TEXT_WORDS)
        return voted if _text_left(marks, frames[voted]) >= wanted else own

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form; ``from_dict`` takes it back."""
        return {
            "pages": self.pages,
            "texts": sorted(self.texts),
            "tokens": sorted(self.tokens),
            "path": list(self.path),
            "links": sorted(self.links),
            "bios": sorted(self.bios),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Template:
        """Return the Template ``to_dict`` came from; keys it does not know are ignored.

        >>> template = Template(3, frozenset(("menu",)), path=("html", "body"))
        >>> Template.from_dict(template.to_dict()) == template
        True
        """
        return cls(
            int(kept.get("pages", 0)),
            frozenset(kept.get("texts", ())),
            frozenset(kept.get("tokens", ())),
            tuple(kept.get("path", ())),
            frozenset(kept.get("links", ())),
            frozenset(kept.get("bios", ())),
        )


def _text_left(marks: Marks, frame: Frame) -> int:
    blocks = marks.page.blocks[frame.first : frame.last]
    return sum(block.words - block.linked for block in blocks if marks.verdicts[block.index] is None)


def _signature(frame: Frame, tokens: frozenset[str]) -> str:
    """Return an element's tag with those of its class and id tokens that are the site's."""
    if not frame.names:
        return frame.tag
    return ".".join((frame.tag, *sorted(tokens.intersection(frame.names.split()))))


def _path(page: Page, frame: int, tokens: frozenset[str]) -> tuple[str, ...]:
    return tuple(_signature(outer, tokens) for outer in reversed(page.walked.lineage(frame)))


@dataclass(frozen=True)
class Seen:
    """What one page contributes: the page, the frame of its body, the block of its headline, and the text of its
    bio or None."""

    page: Page
    container: int
    headline: int
    bio: str | None


def distinct(pages: Iterable[Page]) -> list[Page]:
    """Return at most MAX_PAGES pages, copies of one post under several addresses once: its body would count as
    repeated."""
    kept: list[Page] = []
    known: list[frozenset[str]] = []
    for page in pages:
        longest = sorted(page.blocks, key=lambda block: -block.words)[:COPY_BLOCKS]
        texts = frozenset(block.text for block in longest)
        if not texts or any(len(texts & others) * 2 > len(texts) for others in known):
            continue
        known.append(texts)
        kept.append(page)
        if len(kept) == MAX_PAGES:
            break
    return kept


COPY_BLOCKS = 6
"""Longest blocks compared to tell copies of one post; more than half of them alike is a copy."""


def repeated_texts(pages: list[Page], headlines: list[int]) -> frozenset[str]:
    """Return the keys of the texts that stand on enough of the pages. A page's own headline does not count for it."""
    if len(pages) < MIN_PAGES:
        return frozenset()
    counts: Counter[str] = Counter()
    titles: set[str] = set()
    for page, headline in zip(pages, headlines, strict=True):
        own = text_key(page.blocks[headline].text) if headline >= 0 else ""
        titles.add(own)
        counts.update({text_key(block.text) for block in page.blocks} - {own})
    share = REPEATED_DUMP_SHARE if pages[0].is_dump else REPEATED_SHARE
    least = max(2, round(share * len(pages)))
    often = [key for key, count in counts.most_common(MAX_TEXTS) if count >= least and key and key not in titles]
    return frozenset(often)


def common_tokens(pages: list[Page]) -> frozenset[str]:
    """Return the class and id tokens most pages share."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({token for frame in page.frames if frame.names for token in frame.names.split()})
    return frozenset(token for token, count in counts.items() if count >= COMMON_TOKEN_SHARE * len(pages))


def template_of(seen: list[Seen], texts: frozenset[str]) -> Template:
    """Return the Template of pages that were judged with these repeated texts left out."""
    pages = [one.page for one in seen]
    tokens = common_tokens(pages)
    bios = Counter(text_key(line) for one in seen if one.bio for line in set(one.bio.split("\n")) if line)
    often = max(2, round(BIO_SHARE * len(seen)))
    return Template(
        len(pages),
        texts,
        tokens,
        _voted(seen, tokens),
        _fixed_links(seen),
        frozenset(key for key, count in bios.items() if count >= often and key in texts),
    )


def _voted(seen: list[Seen], tokens: frozenset[str]) -> tuple[str, ...]:
    """Return the innermost path that the containers of enough pages stand at or below.

    A page with a long thread of comments chooses the frame around both; where other pages choose a frame inside of it
    that the text begins in on nearly all pages, that one is the body.
    """
    voters = [one for one in seen if one.page.frames]
    if len(voters) < VOTING_PAGES:
        return ()
    chosen: Counter[tuple[str, ...]] = Counter(_path(one.page, one.container, tokens) for one in voters)
    votes: Counter[tuple[str, ...]] = Counter()
    for path, count in chosen.items():
        votes.update({path[:depth]: count for depth in range(3, len(path) + 1)})
    agreed = max((path for path, count in votes.items() if count >= VOTE_SHARE * len(voters)), key=len, default=())
    if not agreed:
        return ()
    narrower = [
        path
        for path, count in chosen.items()
        if len(path) > len(agreed) and path[: len(agreed)] == agreed and count >= NARROW_VOTE_SHARE * len(voters)
    ]
    for path in sorted(narrower, key=len, reverse=True):
        begins = sum(_begins_in(one, Template(path=path, tokens=tokens)) for one in voters)
        if begins >= NARROW_PAGE_SHARE * len(voters):
            return path
    return agreed


def _begins_in(one: Seen, template: Template) -> bool:
    """Tell whether the text of a page's container begins in the frame at the template's path."""
    frame = template.container(one.page)
    if frame is None:
        return False
    outer, inner = one.page.frames[one.container], one.page.frames[frame]
    before = one.page.blocks[outer.first : inner.first]
    return inner.first < outer.last and sum(b.words - b.linked for b in before if b.tag[:1] != "h") <= BEFORE_WORDS


def _fixed_links(seen: list[Seen]) -> frozenset[str]:
    counts: Counter[str] = Counter()
    for one in seen:
        if not one.page.frames:
            continue
        container = one.page.frames[one.container]
        hrefs = {
            anchor.href
            for anchor in one.page.walked.anchors
            if not container.index <= anchor.frame < container.end and anchor.href[:1] not in ("#", "")
        }
        counts.update({address for href in hrefs if (address := one.page.absolute(href))})
    least = max(2, round(FIXED_LINK_SHARE * len(seen)))
    return frozenset(address for address, count in counts.items() if count >= least)


def may_go(block: Block) -> bool:
    """Tell whether a repeated text may be left out of the body: one- or two-word headings ("Conclusion") and bare
    numbers may not."""
    if block.tag[:1] == "h" and block.words <= 2:
        return False
    return any(map(str.isalpha, block.text))
