"""What is measured, each as a function from a corpus's pages to one number between 0 and 1, higher is better.

A new measure is one function and one line in MEASURES; its floors are rows of ``floors.toml``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

from scraper.text import fold
from tests.quality import around, bylines
from tests.quality.pages import Scored

_WORD = re.compile(r"\w+")
SHINGLE_WORDS = 4


def _overlap(answer: Counter[Any], gold: Counter[Any]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of two bags."""
    if not answer or not gold:
        same = float(not answer and not gold)
        return same, same, same
    hits = sum((answer & gold).values())
    precision, recall = hits / sum(answer.values()), hits / sum(gold.values())
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def _words(text: str | None) -> list[str]:
    return _WORD.findall(text or "")


def word_f1(pages: Sequence[Scored]) -> float:
    """Mean over pages of the F1 of the bags of lower-cased words."""
    return fmean(
        _overlap(Counter(_words(page.record["text"].lower())), Counter(_words(page.gold["text"].lower())))[2]
        for page in pages
    )


def shingle_f1(pages: Sequence[Scored]) -> float:
    """F1 of the pages' mean precision and mean recall of runs of four words."""

    def shingles(text: str) -> Counter[tuple[str, ...]]:
        words = _words(text)
        runs = max(1, len(words) - SHINGLE_WORDS + 1) if words else 0
        return Counter(tuple(words[start : start + SHINGLE_WORDS]) for start in range(runs))

    found = [(shingles(page.record["text"]), shingles(page.gold["text"])) for page in pages]
    precision = fmean(_overlap(answer, gold)[0] for answer, gold in found if answer)
    recall = fmean(_overlap(answer, gold)[1] for answer, gold in found if gold)
    return 2 * precision * recall / (precision + recall)


def title(pages: Sequence[Scored]) -> float:
    """Share of the stated titles that are met, word for word."""
    return fmean(fold(page.record["title"] or "") == fold(page.gold["title"]) for page in pages if page.gold["title"])


def published(pages: Sequence[Scored]) -> float:
    """Share of the stated days that are the record's day of publication."""
    dated = [page for page in pages if page.gold.get("published")]
    return fmean((page.record["published"] or "").startswith(page.gold["published"][:10]) for page in dated)


def published_or_modified(pages: Sequence[Scored]) -> float:
    """Share of the stated days that are the record's day of publication or of its last change."""
    dated = [page for page in pages if page.gold.get("published")]
    return fmean(
        any((page.record[name] or "").startswith(page.gold["published"][:10]) for name in ("published", "modified"))
        for page in dated
    )


def undated(pages: Sequence[Scored]) -> float:
    """Share of the pages without a date for which none is made up."""
    return fmean(page.record["published"] is None for page in pages if not page.gold.get("published"))


def is_article(pages: Sequence[Scored]) -> float:
    """Share of the pages taken for articles."""
    return fmean(page.record["page_type"] == "article" for page in pages)


def is_no_article(pages: Sequence[Scored]) -> float:
    """Share of the pages taken for something else than articles."""
    return 1 - is_article(pages)


MEASURES: dict[str, Callable[[Sequence[Scored]], float]] = {
    "word_f1": word_f1,
    "shingle_f1": shingle_f1,
    "title": title,
    "published": published,
    "published_or_modified": published_or_modified,
    "undated": undated,
    "authors": bylines.authors,
    "nameless": bylines.nameless,
    "is_article": is_article,
    "is_no_article": is_no_article,
    "author_bio": around.author_bio,
    "author_bio_precision": around.author_bio_precision,
    "unmarked_bios": around.unmarked_bios,
    "related": around.related,
    "tags": around.tags,
    "no_leak": around.no_leak,
    "modified": around.modified,
}
