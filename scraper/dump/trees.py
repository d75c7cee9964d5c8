"""Boosted trees over all lines of a dump at once: a set of lines is one integer, a split is one ``&``.

Every column is cut into grades, a line's grade is one byte, and for each cut the lines below it are a set of bits.
Walking a tree then costs one operation per node for the whole dump, not per line, and the leaves' values are added the
way a circuit adds: bit plane by bit plane. Considered instead: walking the trees line by line (several times slower),
and an array library, which this project has no other use for.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scraper.resources import data_path

Node = Any
"""A tree: a leaf's value (int, not negative), or [column, grade, below or at the grade, above it]."""
VALUE_BITS = 8
"""Bits of a leaf's value."""


@dataclass(frozen=True)
class Forest:
    """A learnt scorer of lines, read from ``data/models``."""

    columns: tuple[str, ...]
    """The columns the trees ask for; ``name-2`` and ``name+2`` are the values two lines above and below."""
    grades: Mapping[str, Sequence[float]]
    """Column → its cuts, rising; a value's grade is the number of cuts below it."""
    trees: Sequence[Node]
    unit: float
    """Log odds of one step of a leaf's value."""
    offset: float
    """Log odds to add to the sum of the leaves."""


@cache
def forest(name: str) -> Forest:
    """Return the forest kept as ``data/models/<name>.json``."""
    table = json.loads(data_path("models", f"{name}.json").read_text(encoding="utf-8"))
    return Forest(tuple(table["columns"]), table["grades"], table["trees"], table["unit"], table["offset"])


def probabilities(model: Forest, columns: Mapping[str, Sequence[float]], size: int) -> list[float]:
    """Return for each of *size* lines the probability, 0–1, that it belongs to the body."""
    if not size:
        return []
    graded: dict[str, bytes] = {}
    below = [_below(_grades(model, columns, name, graded), model, name) for name in model.columns]
    everything = (1 << size) - 1
    sums: list[int] = []
    for tree in model.trees:
        _add(sums, _planes(tree, below, everything))
    totals = _totals(sums, size)
    return [1.0 / (1.0 + math.exp(-max(min(total * model.unit + model.offset, 40.0), -40.0))) for total in totals]


def base_of(name: str) -> tuple[str, int]:
    """Return (base column, how many lines below the line it is read, negative above) of a column's name.

    >>> base_of("words-2"), base_of("words+1"), base_of("words")
    (('words', -2), ('words', 1), ('words', 0))
    """
    if name[-2:-1] in ("-", "+"):
        return name[:-2], int(name[-2:])
    return name, 0


def grades_of(values: Sequence[float], cuts: Sequence[float]) -> bytes:
    """Return the grade of each value: how many of the rising cuts lie below it."""
    grade = {value: bisect_left(cuts, value) for value in set(values)}
    return bytes(map(grade.__getitem__, values))


def shifted(grades: bytes, distance: int) -> bytes:
    """Return the grades read *distance* lines below; beyond the ends stands grade 0.

    >>> list(shifted(bytes((1, 2, 3)), 1)), list(shifted(bytes((1, 2, 3)), -2))
    ([2, 3, 0], [0, 0, 1])
    """
    size = len(grades)
    edge = bytes(min(abs(distance), size))
    return grades[distance:] + edge if distance > 0 else edge + grades[: size - len(edge)]


def _grades(model: Forest, columns: Mapping[str, Sequence[float]], name: str, known: dict[str, bytes]) -> bytes:
    base, distance = base_of(name)
    if base not in known:
        known[base] = grades_of(columns[base], model.grades[base])
    return known[base] if not distance else shifted(known[base], distance)


def _below(grades: bytes, model: Forest, name: str) -> list[int]:
    """Return for each grade the set of lines with that grade or a lower one, the first line as the highest bit."""
    return [int(grades.translate(_UP_TO[cut]), 2) for cut in range(len(model.grades[base_of(name)[0]]))]


_MOST_CUTS = 64
_UP_TO = tuple(b"1" * (cut + 1) + b"0" * (255 - cut) for cut in range(_MOST_CUTS))


_BITS = tuple(tuple(bit for bit in range(VALUE_BITS) if value >> bit & 1) for value in range(1 << VALUE_BITS))
"""The bits of each leaf value."""


def _planes(tree: Node, below: list[list[int]], everything: int) -> list[int]:
    """Return the values of one tree for all lines as bit planes, lowest bit first."""
    planes = [0] * VALUE_BITS
    bits = _BITS
    nodes, sets = [tree], [everything]
    while nodes:
        node, lines = nodes.pop(), sets.pop()
        while type(node) is list:
            column, cut, left, right = node
            low = lines & below[column][cut]
            if not low:
                node = right
            elif low == lines:
                node = left
            else:
                nodes.append(right)
                sets.append(lines ^ low)
                node, lines = left, low
        for bit in bits[node]:
            planes[bit] |= lines
    return planes


def _add(sums: list[int], planes: list[int]) -> None:
    """Add one number per line to the sums, both as bit planes: a ripple-carry adder over all lines at once."""
    carry = 0
    for bit in range(max(len(sums), len(planes))):
        plane = planes[bit] if bit < len(planes) else 0
        if bit == len(sums):
            sums.append(0)
        old = sums[bit]
        half = old ^ plane
        sums[bit] = half ^ carry
        carry = (old & plane) | (half & carry)
        if not carry and bit >= len(planes):
            return
    if carry:
        sums.append(carry)


def _totals(sums: list[int], size: int) -> list[int]:
    """Return the sums as numbers, one per line."""
    rows = [f"{plane:0{size}b}" for plane in reversed(sums)]
    return [int("".join(bits), 2) for bits in zip(*rows, strict=True)] if rows else [0] * size
