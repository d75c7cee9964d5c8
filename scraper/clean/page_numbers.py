"""The numbers of a list's pages, as text: "1 2 3 … 8", "Page 1 of 8". Only below the last running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from scraper.edges import closing_lines
from scraper.marks import Cut, Marks

_ROW = re.compile(r"[\d\s…·.,|«»‹›<>←→-]+")
_OF = re.compile(
    r"\W*(?:page|seite|pagina|página|страница|strona|sida|side|sayfa|ページ|第)?\s*\d{1,4}\s*(?:of|von|de|sur|di|van|из|z|av|/|ページ中|页)"
    r"\s*(?:共)?\s*\d{0,4}\W*(?:页)?",
    re.I,
)
MAX_CHARACTERS = 60


def find(marks: Marks) -> Iterator[Cut]:
    """Yield rows of rising numbers, and lines such as "Page 1 of 8"."""
    for block in closing_lines(marks):
        text = block.text
        if len(text) <= MAX_CHARACTERS and (_is_row(text) or _OF.fullmatch(text)):
            yield Cut(block.index, block.index + 1, "page numbers", f"the line {text!r}")


def _is_row(text: str) -> bool:
    """Tell whether a line is page numbers: at least two, rising, the first one small.

    >>> _is_row("1 2 3 … 8"), _is_row("2019 2020"), _is_row("« 2 3 4 »"), _is_row("555 0100")
    (True, False, True, False)
    """
    if not _ROW.fullmatch(text):
        return False
    numbers = [int(number) for number in re.findall(r"\d{1,6}", text)]
    return len(numbers) >= 2 and numbers[0] <= 9 and all(a < b for a, b in pairwise(numbers))
