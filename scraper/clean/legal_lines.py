"""Copyright lines and their kin, below the last running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scraper.edges import closing_lines
from scraper.marks import Cut, Marks
from scraper.phrases import beginnings_of, kinds_of

MAX_WORDS = 30
"""Longest legal line."""
_COPYRIGHT = re.compile(r"©|\(c\)\s*(?:19|20)\d\d|&copy;|\bcopyright\b.{0,30}\b(?:19|20)\d\d\b", re.I)


def find(marks: Marks) -> Iterator[Cut]:
    """Yield lines with a copyright sign, and lines that begin as legal lines do."""
    for block in closing_lines(marks):
        if block.words > MAX_WORDS:
            continue
        if _COPYRIGHT.search(block.text) or "copyright" in kinds_of(block.text) | beginnings_of(block.text):
            yield Cut(block.index, block.index + 1, "copyright", f"the line {block.text[:60]!r}")
