"""Which part of a split dataset an article belongs to: stable over time, and the same for near-duplicates.

The part follows from a hash of the article's key, its address or its site, so an article stays in its part when others
come or go. Articles that are nearly the same, such as a post that was published on two sites, are joined first and
share the part of the smallest key: a test set must not hold what a model was trained on.

Near-duplicates are found by min-hashing (Broder 1997) with one permutation (Li, Owen, Zhang 2012): the shingles of a
text fall into BINS bins, each keeps its smallest hash, and texts that agree in one whole band of bins are joined.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scraper.errors import ExportError

SHINGLE_WORDS = 6
"""Words of one shingle: shorter ones are shared by unrelated texts."""
BINS = 24
BAND_BINS = 4
"""Six bands of four bins: of texts that share 80 % of their shingles 95 in 100 are joined, of 20 % one in 100."""
_HASH_BYTES = 8
_KEYS = ("url", "site")
_SHARE = re.compile(r"([A-Za-z_]\w*)=(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a split and their shares."""

    parts: tuple[tuple[str, float], ...]
    """(name, share of all articles, 0–1) in order; the shares add up to 1."""
    by: str = "url"
    """``url``: article by article; ``site``: a site's articles all in one part."""

    @classmethod
    def parse(cls, text: str, by: str = "url") -> Split:
        """Return the Split that *text* describes, such as ``train=90,test=10``; the numbers are weights.

        Raises ExportError when it describes none.

        >>> Split.parse("train=90,test=10").parts
        (('train', 0.9), ('test', 0.1))
        """
        matches = [_SHARE.fullmatch(part.strip()) for part in text.split(",")]
        weights = {match.group(1): float(match.group(2)) for match in matches if match}
        total = sum(weights.values())
        if len(weights) != len(matches) or total <= 0 or by not in _KEYS:
            raise ExportError(f"{text!r} does not describe a split", hint="such as: train=90,validation=5,test=5")
        return cls(tuple((name, weight / total) for name, weight in weights.items()), by)

    def part_of(self, key: str) -> str:
        """Return the part of a key: the same for ever, whatever else there is."""
        position = int.from_bytes(hashlib.sha256(key.encode()).digest()[:_HASH_BYTES], "big") / 2 ** (8 * _HASH_BYTES)
        for name, share in self.parts:
            position -= share
            if position < 0:
                return name
        return self.parts[-1][0]

    def key_of(self, record: dict[str, Any]) -> str:
        """Return what decides on a record's part before near-duplicates are joined."""
        return str(record.get(self.by) or record["id"])

    def assign(self, records: Iterable[dict[str, Any]]) -> dict[int, str]:
        """Return the part of each record by its id."""
        groups = _Groups()
        first_in_band: dict[tuple[int, ...], str] = {}
        keys: dict[int, str] = {}
        for record in records:
            key = keys[record["id"]] = self.key_of(record)
            for band in bands(record["text"]):
                groups.join(key, first_in_band.setdefault(band, key))
        return {number: self.part_of(groups.root(key)) for number, key in keys.items()}


def bands(text: str) -> list[tuple[int, ...]]:
    """Return the bands of a text's sketch, each with its number in front; none for a text shorter than a shingle."""
    sketch = _sketch(text)
    if sketch is None:
        return []
    return [(start, *sketch[start : start + BAND_BINS]) for start in range(0, BINS, BAND_BINS)]


def _sketch(text: str) -> Sequence[int] | None:
    """Return the smallest hash of each bin, -1 for an empty one."""
    words = re.findall(r"\w+", text.lower())
    if len(words) < SHINGLE_WORDS:
        return None
    smallest = [-1] * BINS
    for start in range(len(words) - SHINGLE_WORDS + 1):
        shingle = " ".join(words[start : start + SHINGLE_WORDS]).encode()
        value, bin_number = divmod(
            int.from_bytes(hashlib.blake2b(shingle, digest_size=_HASH_BYTES).digest(), "big"), BINS
        )
        if smallest[bin_number] < 0 or value < smallest[bin_number]:
            smallest[bin_number] = value
    return smallest


@dataclass(slots=True)
class _Groups:
    """Keys joined into groups (union-find); the root of a group is its smallest key, so order does not matter."""

    _above: dict[str, str] = field(default_factory=dict)

    def root(self, key: str) -> str:
        """Return the smallest key of the group of *key*."""
        path = []
        while (above := self._above.get(key, key)) != key:
            path.append(key)
            key = above
        for passed in path:
            self._above[passed] = key
        return key

    def join(self, one: str, other: str) -> None:
        """Put two keys into one group."""
        low, high = sorted((self.root(one), self.root(other)))
        if low != high:
            self._above[high] = low
