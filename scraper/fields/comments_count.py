"""How many comments readers have left, only where the page says or shows it: "12 comments", a counted thread.

Never guessed from a form or an invitation ("Leave a comment"), and never from cards, whose counts are other posts'.
A thread counted comment by comment may be one page of several, so it is believed last.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from scraper.article import Found
from scraper.hints import Hint
from scraper.labels import LABEL_WORDS
from scraper.marks import Marks
from scraper.phrases import key
from scraper.resources import data_path
from scraper.standards.structured import ARTICLE_TYPES, types_of

MOST = 1_000_000
"""More comments are a broken counter."""
BEFORE, AFTER = 8, 10
"""Blocks around the headline in which a count is the post's own; elsewhere it must stand below the text."""
MAX_GIVEN = 4
"""Candidates kept as evidence."""
_CARDS = (Hint.RELATED | Hint.RECENT | Hint.SIDEBAR | Hint.CARDS | Hint.NAV).value
_OPENING, _CLOSING = frozenset("0123456789([{"), frozenset("0123456789)]}:：")
"""Where the number of a line that says one stands: at its beginning or its end."""
_NUMBER = re.compile(r"(?<![\d.,:/-])(\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+|\d{1,6})(?![\d/:%]|[.,]\d)")
_FRAGMENTS = frozenset(
    ("comments", "comment", "respond", "disqus_thread", "comment-section", "kommentare", "commentaires")
)
_ID = re.compile(r"(?:^|\s)(?:li-|div-)?comment-?(\d{1,12})(?=\s|$)")


def find(marks: Marks) -> tuple[Found[int], ...]:
    """Return the counts the page states or shows, surest first; empty when it says nothing of comments."""
    out = [*_shown(marks), *_linked(marks), *_declared(marks), *_counted(marks)]
    return tuple(sorted(out, key=lambda found: -found.confidence)[:MAX_GIVEN])


def _shown(marks: Marks) -> Iterator[Found[int]]:
    """Yield what lines say: over or in the thread, below the text, and in the lines around the headline."""
    near = range(marks.headline - BEFORE, marks.headline + AFTER + 1) if marks.headline >= 0 else range(0)
    below = max(marks.body[1], marks.headline)
    first_words = _wordings()["first"]
    elsewhere: list[Found[int]] = []
    for block in marks.page.blocks:
        if block.words > LABEL_WORDS:
            continue
        text = block.text
        has_number = text[:1] in _OPENING or text[-1:] in _CLOSING
        if not has_number and text.partition(" ")[0].lower() not in first_words:
            continue
        count = count_of(text)
        if count is None or count > MOST:
            continue
        kind = _place(marks, block.frame)
        if kind == "thread":
            yield Found(count, "text:heading of the comments", 0.97, block.text)
        elif kind == "" and block.index in near:
            yield Found(count, "text:near the headline", 0.9, block.text)
        elif kind == "" and marks.body[0] < block.index and (block.index >= below or _ends(marks, block.index)):
            elsewhere.append(Found(count, "text:below the text", 0.85, block.text))
    if len({found.value for found in elsewhere}) == 1:  # several are those of other posts or threads
        yield elsewhere[0]


def _ends(marks: Marks, index: int) -> bool:
    """Tell whether no running text of the body follows."""
    return all(block.index < index for block in marks.kept()[-3:])


def _place(marks: Marks, frame: int) -> str:
    """Return ``thread`` inside what is named as comments, ``card`` inside a list of other posts below what holds the
    headline, else ``""``."""
    frames = marks.page.frames
    while frame >= 0:
        around = frames[frame]
        if around.hints & Hint.COMMENTS.value:
            return "thread"
        if around.first <= marks.headline < around.last:
            return ""
        if around.hints & _CARDS or around.tag in ("aside", "nav"):
            return "card"
        frame = around.parent
    return ""


def _linked(marks: Marks) -> Iterator[Found[int]]:
    """Yield what a link to the page's own comments says, mostly in the byline."""
    page = marks.page
    for anchor in page.walked.anchors:
        href, _, fragment = anchor.href.partition("#")
        if fragment not in _FRAGMENTS or (href and page.absolute(href) != page.url):
            continue
        said = page.walked.text_of(anchor.first, anchor.last)
        count = int(said) if said.isdecimal() and len(said) < len(str(MOST)) else count_of(said)
        if count is not None and count <= MOST:
            yield Found(count, "link:#comments", 0.93, said)
            return


def _declared(marks: Marks) -> Iterator[Found[int]]:
    """Yield what the structured data of the page's article says."""
    for node in marks.page.json_ld:
        if not types_of(node) & ARTICLE_TYPES:
            continue
        count = _whole(node.get("commentCount"))
        if count is not None:
            yield Found(count, "json-ld:commentCount", 0.92, str(count))
        statistics = node.get("interactionStatistic")
        for statistic in statistics if isinstance(statistics, list) else [statistics]:
            if isinstance(statistic, dict) and "comment" in str(statistic.get("interactionType")).lower():
                count = _whole(statistic.get("userInteractionCount"))
                if count is not None:
                    yield Found(count, "json-ld:interactionStatistic", 0.9, str(count))
        break
    for mark in marks.page.walked.marks:
        if mark.itemprop == "commentCount":
            said = mark.datetime or marks.page.walked.text_of(mark.first, mark.last)
            count = _whole(said)
            if count is not None and _place(marks, mark.frame) != "card":
                yield Found(count, "itemprop:commentCount", 0.92, said)
                break


def _whole(said: Any) -> int | None:
    """Return a number of the structured data, a plausible count or None; ``"12"`` counts too."""
    if isinstance(said, str) and said.strip().isdecimal() and len(said) < len(str(MOST)):
        said = int(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= MOST else None


def _counted(marks: Marks) -> Iterator[Found[int]]:
    """Yield the number of comments the thread shows, by their ids, else by what is marked up as comments."""
    frames = [frame for frame in marks.hinted if frame.hints & Hint.COMMENTS.value and frame.last > frame.first]
    ids = {found.group(1) for frame in frames for found in [_ID.search(frame.names)] if found}
    if ids:
        yield Found(len(ids), "id:comment", 0.7, f"{len(ids)} elements with the id of a comment")
        return
    marked = [frame for frame in marks.page.frames if frame.itemprop == "comment" and frame.last > frame.first]
    if marked:
        yield Found(len(marked), "itemprop:comment", 0.7, f"{len(marked)} elements marked up as comments")


@cache
def _wordings() -> dict[str, frozenset[str]]:
    with data_path("lists", "comment_counts.toml").open("rb") as file:
        table = {name: frozenset(map(key, phrases)) for name, phrases in tomllib.load(file).items()}
    table["in words"] = table["none"] | {f"{word} {noun}" for word in table["one_words"] for noun in table["one"]}
    table["first"] = frozenset(phrase.partition(" ")[0] for phrase in table["in words"])
    return table


@lru_cache(maxsize=20_000)
def count_of(text: str) -> int | None:
    """Return how many comments a short line says there are; None when it says something else.

    >>> count_of("12 Comments"), count_of("Kommentare (3)"), count_of("No comments yet"), count_of("One comment")
    (12, 3, 0, 1)
    >>> count_of("3 thoughts on \u201cTides in 2021\u201d"), count_of("1,204 comments"), count_of("Comment 5")
    (3, 1204, None)
    """
    wordings = _wordings()
    number = _NUMBER.search(text)
    if number is None:
        folded = key(text)
        return None if folded not in wordings["in words"] else 0 if folded in wordings["none"] else 1
    count = int(re.sub(r"\D", "", number.group()))
    before, after = key(text[: number.start()]), key(text[number.end() :])
    if not before and any(after.startswith(f"{phrase} ") for phrase in wordings["on"]):
        return count
    rest = f"{before} {after}".strip()
    is_count = rest in wordings["many"] or (rest in wordings["one"] and count == 1 and not before)
    return count if is_count else None
