"""Single lines that give themselves away by their words: sharing, read-more, navigation, advertising, labels."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.marks import Cut, Marks
from scraper.phrases import beginnings_of, kinds_of

WHOLE_LINE_WORDS = 9
"""Longest line looked up as a whole."""
EDGE_BLOCKS = 6
"""Blocks at either end of the body where a line is believed by its beginning or as a label; in the middle such words
are prose."""
BEGINNING_WORDS = 40
"""Longest line judged by its beginning."""

_ANYWHERE = {
    "advertising": "advertising",
    "read_more": "a read-more line",
    "cookies": "a cookie notice",
    "newsletter": "a newsletter box",
    "share": "sharing",
    "comments_heading": "readers' comments",
}
"""Kind of phrase → reason. A line of several kinds ("Subscribe") is given the first of the table's."""
_AT_THE_EDGE = {
    "navigation": "navigation",
    "updated_label": "about the post",
    "published_label": "about the post",
    "by_label": "about the author",
    "tags_label": "about the post",
    "copyright": "copyright",
    "contact": "contact lines",
    "reviewed_by": "credits",
    "disclaimer": "a disclaimer",
}
_BY_BEGINNING = {
    "comments_heading": "readers' comments",
    "newsletter": "a newsletter box",
    "cookies": "a cookie notice",
    "share": "sharing",
    "copyright": "copyright",
    "contact": "contact lines",
    "tags_label": "about the post",
    "updated_label": "about the post",
    "published_label": "about the post",
    "by_label": "about the author",
    "disclaimer": "a disclaimer",
    "navigation": "navigation",
    "read_more": "a read-more line",
}
LABEL_WORDS = 14
"""Longest line that a label such as "Posted on" may begin and still be no sentence."""
_LABELS = frozenset(("tags_label", "updated_label", "published_label", "by_label", "share", "navigation", "read_more"))


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the body's lines that are boilerplate by their words."""
    blocks = marks.kept()
    for position, block in enumerate(blocks):
        if block.words > BEGINNING_WORDS or block.tag == "pre":
            continue
        at_edge = position < EDGE_BLOCKS or position >= len(blocks) - EDGE_BLOCKS
        reason = None
        if block.words <= WHOLE_LINE_WORDS:
            kinds = kinds_of(block.text)
            reason = _first_of(_ANYWHERE, kinds)
            if reason is None and at_edge:
                reason = _first_of(_AT_THE_EDGE, kinds)
        if reason is None and at_edge:
            reason = _by_beginning(block.text, block.words)
        if reason is not None:
            yield Cut(block.index, block.index + 1, reason, f"the line {block.text[:80]!r}")


def _first_of(reasons: dict[str, str], kinds: frozenset[str]) -> str | None:
    """Return the reason for the first of the table's kinds, so that no run of the program says another."""
    return next((reason for kind, reason in reasons.items() if kind in kinds), None) if kinds else None


def _by_beginning(text: str, words: int) -> str | None:
    kinds = beginnings_of(text)
    if words > LABEL_WORDS or text.endswith((".", "。", "!", "?")):
        kinds -= _LABELS
    return _first_of(_BY_BEGINNING, kinds)
