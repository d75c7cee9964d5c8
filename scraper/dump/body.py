"""Which lines of a dump are its body: a probability for every line, and one cut for the page.

The best cut is not a constant. Among all "keep the n most probable lines" the one with the highest expected F1 is
taken, which keeps more on pages where every line is doubtful. The expected F1 of that choice is an honest confidence
for the page. Hard structure (the best stretch, a path through states) lost up to .016 against this: articles are
interrupted by boxes and tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scraper.dump.context import columns_of
from scraper.dump.lines import Lines
from scraper.dump.trees import forest, probabilities

HIGHEST_CUT = 0.5
"""A line more probable than not is kept, whatever the expectation says."""


class Choice(NamedTuple):
    """What was decided about the lines of a dump."""

    chances: list[float]
    """The probability of each line to be body, 0–1."""
    kept: list[bool]
    expected: float
    """The F1, 0–1, that the choice is expected to reach."""


def choose(lines: Lines, address: str | None) -> Choice:
    """Return which lines are body, by their probabilities alone."""
    chances = probabilities(forest("dump_lines"), columns_of(lines, address), len(lines.blocks))
    cut, expected = best_cut(chances, lines.words)
    return Choice(chances, [chance >= cut for chance in chances], expected)


def best_cut(chances: Sequence[float], words: Sequence[float]) -> tuple[float, float]:
    """Return (the probability from which lines are kept, the expected F1 of keeping them), words counting.

    Expected F1 = 2 x expected right words / (kept words + expected words of the body).

    >>> best_cut([0.9, 0.8, 0.1], [10, 10, 10])
    (0.5, 0.8947368421052632)
    """
    body = sum(chance * count for chance, count in zip(chances, words, strict=True))
    kept = right = best = 0.0
    cut = 1.0
    for chance, count in sorted(zip(chances, words, strict=True), key=lambda pair: -pair[0]):
        kept += count
        right += chance * count
        expected = 2 * right / (kept + body) if kept + body else 0.0
        if expected > best:
            best, cut = expected, chance
    return min(cut, HIGHEST_CUT), best
