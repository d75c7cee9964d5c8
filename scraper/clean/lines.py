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
    "share": "sharing",
    "read_more": "a read-more line",
    "cookies": "a cookie notice",
    "newsletter": "a newsletter box",
    "comments_heading": "readers' comments",
}
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
            reason = next((_ANYWHERE[kind] for kind in kinds if kind in _ANYWHERE), None)
            if reason is None and at_edge:
                reason = next((_AT_THE_EDGE[kind] for kind in kinds if kind in _AT_THE_EDGE), None)
        if reason is None and at_edge:
            reason = _by_beginning(block.text, block.words)
        if reason is not None:
            yield Cut(block.index, block.index + 1, reason, f"the line {block.text[:80]!r}")


def _by_beginning(text: str, words: int) -> str | None:
    for kind in beginnings_of(text):
        if kind in _BY_BEGINNING and (
            kind not in _LABELS or (words <= LABEL_WORDS and not text.endswith((".", "。", "!", "?")))
        ):
            return _BY_BEGINNING[kind]
    return None
