"""Ranking: the candidates of a field scored by named weights, and the scores turned into confidences.

A candidate is one distinct value with the names of the features that hold for it (``h1``, ``title:all``,
``label:updated``). A model is a file of weights a person can read (``data/models/<name>.json``), learnt by
``tests/training/rankers.py`` on the development corpora, with the folds' figures beside the weights. Either one value
of a page is right or none is: a softmax over the page's values and "none", whose score is 0. Two names of one byline
may both be right: each on its own (logistic). Considered instead: boosted trees, which were no better on the folds and
cannot be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

from scraper.resources import data_path

T = TypeVar("T")


@dataclass(slots=True)
class Candidate(Generic[T]):
    """One distinct value, where it came from first, and what speaks for and against it."""

    value: T
    source: str
    raw: str = ""
    features: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Model:
    """Feature name → weight, on the scale of log odds; an unknown feature weighs nothing."""

    weights: Mapping[str, float]
    threshold: float
    """Confidence from which a value is answered, 0–1."""

    def score(self, features: Iterable[str]) -> float:
        """Return the sum of the weights of the features that hold, and of ``bias``.

        The sum is exact, so that a set's order, which differs from run to run, cannot decide between equals.
        """
        weights = self.weights
        found = [weights[name] for name in features if name in weights]
        found.append(weights.get("bias", 0.0))
        return math.fsum(found)


@cache
def model(name: str) -> Model:
    """Return the model of that name from ``data/models``."""
    table = json.loads(data_path("models", f"{name}.json").read_text(encoding="utf-8"))
    return Model(table["weights"], table.get("threshold", 0.0))


def softmax(scores: Sequence[float]) -> list[float]:
    """Return the share of every score in one choice among all of them and "none", whose score is 0.

    >>> [round(share, 3) for share in softmax([0.0, 0.0])]
    [0.333, 0.333]
    """
    top = max([0.0, *scores])
    powers = [math.exp(score - top) for score in scores]
    whole = sum(powers) + math.exp(-top)
    return [power / whole for power in powers]


def logistic(score: float) -> float:
    """Return the probability of a score in log odds.

    >>> logistic(0.0), logistic(-1000.0)
    (0.5, 0.0)
    """
    return 1 / (1 + math.exp(-score)) if score > -700 else 0.0
