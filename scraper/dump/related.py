"""The other posts a dump offers below its body: lines under a telling heading, read back into titles and excerpts.

A widget leaves, for each post, some of: a line with a date, a line with its title, a line with the start of its text,
and a line "Read more". Page numbers end a widget. Where two widgets show the same post, the fuller entry counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scraper.article import Found, Related
from scraper.blocks import Block
from scraper.dump.lines import WHOLE, Lines
from scraper.marks import Cut
from scraper.phrases import kinds_of
from scraper.standards import date
from scraper.text import fold

LONGEST_HEADING_WORDS = 8
LONGEST_TITLE_WORDS = 22
SHORTEST_TITLE_WORDS = 3
"""Shorter lines are categories, names and buttons, unless they are items of a list."""
SHORTEST_EXCERPT_WORDS = 8
LONGEST_EXCERPT_WORDS = 90
"""A longer line is the text of something else."""
MOST_POSTS = 24
"""More entries than this are an archive or a menu."""
MOST_LINES = 120
"""Lines of one widget."""
MOST_SKIPPED = 4
"""Lines in a row that say nothing about a post, after which the widget is over."""
CONFIDENCE = 0.8
_TEASER_ENDS = ("…", "[…]", "...", "[...]", "»", "→")
_PAGE_NUMBERS = re.compile(
    r"(?:\d{1,4}|…|\.{2,3}|[«»‹›<>]|next|prev(?:ious)?)(?:\s+(?:\d{1,4}|…|\.{2,3}|[«»‹›<>]|next)){0,14}", re.I
)
_ENDING_KINDS = (
    "comments_heading", "newsletter", "recent_heading", "bio_heading", "cookies", "copyright", "contact", "disclaimer",
    "tags_label", "toc_heading",
)  # fmt: skip
_HEADING_KINDS = frozenset(("related_heading", "more_heading"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One post as one widget shows it."""

    first: int
    """Its first line."""
    post: Related
    closed: bool = False
    """A read-more line said that nothing more belongs to it."""


def find(
    lines: Lines, kept: Sequence[bool], stretch: tuple[int, int], headline: str
) -> tuple[tuple[Found[tuple[Related, ...]], ...], list[Cut]]:
    """Return (the posts offered, at most one candidate; the ranges of lines that hold them).

    *kept* says which lines are taken for body so far, *stretch* where most of them stand: a heading "Related" within
    running text heads a section of the article.
    """
    entries: list[Entry] = []
    cuts: list[Cut] = []
    at = 0
    blocks = lines.blocks
    while at < len(blocks):
        if not _heads(lines, at) or _is_within(kept, stretch, at):
            at += 1
            continue
        found, end = _widget(blocks, at + 1, _text_from(lines, kept, stretch, at))
        if found:
            entries += found
            cuts.append(Cut(at, end, "other posts", f"under the heading {blocks[at].text[:60]!r}"))
        at = max(end, at + 1)
    posts = tuple(post for post in _merged(entries) if fold(post.title or "") != headline or not headline)
    if not posts or len(posts) > MOST_POSTS:
        return (), cuts
    return (Found(posts, "text:heading", CONFIDENCE, blocks[cuts[0].first].text),), cuts


def _heads(lines: Lines, at: int) -> bool:
    block = lines.blocks[at]
    return (
        lines.kinds["related"][at] == WHOLE
        and block.words <= LONGEST_HEADING_WORDS
        and not _HEADING_KINDS.isdisjoint(kinds_of(block.text))
        and "read_more" not in kinds_of(block.text)
    )


def _is_within(kept: Sequence[bool], stretch: tuple[int, int], at: int) -> bool:
    first, last = stretch
    following = kept[at + 1 : at + 5]
    return first <= at < last and sum(following) * 2 > len(following)


def _text_from(lines: Lines, kept: Sequence[bool], stretch: tuple[int, int], at: int) -> int:
    """Return the first line below *at* that is the article's text: no widget reaches over it."""
    return next(
        (
            below
            for below in range(max(at, stretch[0]), stretch[1])
            if kept[below]
            and lines.words[below] >= LONGEST_TITLE_WORDS
            and not lines.blocks[below].text.endswith(_TEASER_ENDS)
        ),
        len(kept),
    )


def _widget(blocks: list[Block], at: int, stop: int) -> tuple[list[Entry], int]:
    """Return (the entries from line *at* on, none from line *stop* on; one past the widget's last line)."""
    entries: list[Entry] = []
    end, skipped = at, 0
    listed = at < len(blocks) and bool(blocks[at].marker)
    for position in range(at, min(at + MOST_LINES, stop, len(blocks))):
        block = blocks[position]
        kinds = kinds_of(block.text) if block.words <= LONGEST_TITLE_WORDS else frozenset[str]()
        if _PAGE_NUMBERS.fullmatch(block.text) and not block.marker:
            return entries, position + 1
        if _ends(block, kinds, listed, bool(entries)):
            break
        said = _said(block, kinds, listed)
        if said is None:
            skipped += 1
            if skipped >= MOST_SKIPPED:
                break
            continue
        _take(entries, position, said)
        end, skipped = position + 1, 0
    return [entry for entry in entries if entry.post.title or entry.post.excerpt], end


def _ends(block: Block, kinds: frozenset[str], listed: bool, begun: bool) -> bool:
    if block.words > LONGEST_EXCERPT_WORDS or not kinds.isdisjoint(_ENDING_KINDS):
        return True
    if not _HEADING_KINDS.isdisjoint(kinds) and "read_more" not in kinds:
        return True
    # A list of items ends where the items end; what follows at the margin is the next part of the page.
    return listed and begun and not block.marker and block.indent <= 0


def _said(block: Block, kinds: frozenset[str], listed: bool) -> Related | str | None:
    """Return what a line says about a post: a part of it, ``"close"`` for a read-more line, None for nothing."""
    text = block.text
    if "read_more" in kinds:
        return "close"
    if kinds:
        return None
    day = _day(text)
    if day:
        return Related(published=day)
    if text.endswith(_TEASER_ENDS) and block.words >= SHORTEST_EXCERPT_WORDS:
        return Related(excerpt=text)
    if block.words > LONGEST_TITLE_WORDS or (block.words >= SHORTEST_EXCERPT_WORDS * 2 and text.endswith(".")):
        return Related(excerpt=text)
    if block.words >= (1 if listed and block.marker else SHORTEST_TITLE_WORDS) and any(map(str.isalpha, text)):
        return Related(title=text)
    return None


def _day(text: str) -> str | None:
    """Return the day of a line that is hardly more than a date."""
    if len(text) > 40:
        return None
    found = [item for item in date.find(text) if item.precision in ("day", "time")]
    if len(found) == 1 and len(text) - (found[0].last - found[0].first) <= 12:
        return found[0].value[:10]
    return None


def _take(entries: list[Entry], position: int, said: Related | str) -> None:
    """Add what one line says to the last entry, or begin a new one where the last has that part already."""
    last = entries[-1] if entries else None
    if isinstance(said, str):
        if last:
            entries[-1] = replace(last, closed=True)
        return
    if last is None or last.closed or _clashes(last.post, said):
        entries.append(Entry(position, said))
        return
    post = last.post
    joined = replace(
        post,
        title=post.title or said.title,
        published=post.published or said.published,
        excerpt=post.excerpt or said.excerpt,
    )
    entries[-1] = replace(last, post=joined)


def _clashes(post: Related, said: Related) -> bool:
    if said.title:
        return post.title is not None or post.excerpt is not None
    if said.published:
        return post.published is not None or post.excerpt is not None
    return post.excerpt is not None


def _merged(entries: list[Entry]) -> Iterator[Related]:
    """Yield each post once, in the order of first appearance, the fuller of two entries of one post."""
    posts: list[Related] = []
    place: dict[str, int] = {}
    for entry in entries:
        post = entry.post
        keys = [fold(part) for part in (post.title, post.excerpt) if part]
        known = next((place[key] for key in keys if key in place), None)
        if known is None:
            known = len(posts)
            posts.append(post)
        else:
            old = posts[known]
            posts[known] = Related(
                None, old.title or post.title, old.published or post.published, old.excerpt or post.excerpt
            )
        for key in keys:
            place.setdefault(key, known)
    yield from posts
