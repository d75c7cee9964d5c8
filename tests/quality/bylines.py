"""Measures of the authors, against golds that are one string: names, credentials and roles as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from scraper.names import DECLARED, introduced, key_of, names_of
from tests.quality.pages import Scored


def _gold(page: Scored) -> set[str]:
    said = page.gold.get("author") or ""
    return {key_of(name) for name in names_of([introduced(said)[1]], DECLARED)} or ({key_of(said)} - {""})


def _answer(record: dict[str, Any]) -> set[str]:
    return {key_of(author["name"]) for author in record["authors"]}


def authors(pages: Sequence[Scored]) -> float:
    """Mean over the pages with an author of the F1 of the two sets of names."""
    pairs = [(_answer(page.record), _gold(page)) for page in pages if page.gold.get("author")]
    return fmean(2 * len(answer & gold) / (len(answer) + len(gold)) for answer, gold in pairs)


def nameless(pages: Sequence[Scored]) -> float:
    """Share of the pages without an author for which none is named."""
    return fmean(not _answer(page.record) for page in pages if not page.gold.get("author"))
