"""Confidence means something: of the answers given .9 or more nine in ten are right, of the others fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import pytest

from scraper import extract
from scraper.article import Found
from scraper.names import DECLARED, introduced, key_of, names_of
from scraper.text import fold
from tests.quality.pages import rows
from tests.shared import needs_shared

EVERY = 4
"""One page in so many is looked at, which keeps the test short and the sample spread over the corpus."""
SURE, SURE_SHARE = 0.9, 0.88
"""Confidence, and the share of such answers that must be right: a little below it, for the sample is small."""
FEWEST = 60

Judge = Callable[[Any, dict[str, Any]], bool | None]


@cache
def answers(corpus: str) -> tuple[tuple[dict[str, tuple[Found[Any], ...]], dict[str, Any]], ...]:
    """Return (evidence, gold) of the corpus's sample."""
    sample = islice(rows(corpus), 0, None, EVERY)
    return tuple((dict(extract(raw, url=url).evidence), gold) for _, raw, url, gold in sample)


def judged(corpus: str, field: str, is_right: Judge) -> Iterator[tuple[float, bool]]:
    """Yield (confidence, right) of the answers that the gold can judge."""
    for evidence, gold in answers(corpus):
        ranked = evidence.get(field)
        if ranked:
            right = is_right(ranked[0].value, gold)
            if right is not None:
                yield ranked[0].confidence, right


def title_is_right(value: str, gold: dict[str, Any]) -> bool | None:
    return fold(value) == fold(gold["title"]) if gold["title"] else None


def day_is_right(value: str, gold: dict[str, Any]) -> bool | None:
    return value.startswith(gold["published"][:10]) if isinstance(gold["published"], str) else None


def authors_are_right(value: Any, gold: dict[str, Any]) -> bool | None:
    names = names_of([introduced(gold["author"] or "")[1]], DECLARED)
    return bool({key_of(author.name) for author in value} & {key_of(name) for name in names}) if names else None


@needs_shared
@pytest.mark.parametrize(
    ("corpus", "field", "is_right"),
    [
        ("wcxb", "title", title_is_right),
        ("wcxb", "published", day_is_right),
        ("htmldate", "published", day_is_right),
        ("wcxb", "authors", authors_are_right),
    ],
)
def test_sure_answers_are_right_and_doubtful_ones_less_often(corpus: str, field: str, is_right: Judge) -> None:
    pairs = list(judged(corpus, field, is_right))
    sure = [right for confidence, right in pairs if confidence >= SURE]
    doubtful = [right for confidence, right in pairs if confidence < SURE]
    assert len(sure) >= FEWEST
    assert sum(sure) / len(sure) >= SURE_SHARE, f"{sum(sure)} of {len(sure)}"
    assert not doubtful or sum(doubtful) / len(doubtful) < sum(sure) / len(sure)
