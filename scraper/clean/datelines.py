"""Lines below the headline that are nothing but a date, a reading time or a byline. Their fields read them."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.marks import Cut, Marks
from scraper.standards import date

REACH = 8
"""Blocks below the headline in which such lines stand."""
MAX_WORDS = 6
"""Longest such line; a longer one is a sentence."""
_MINUTES = frozenset(
    "min mins minute minutes minuten minuti minutos minut minuty minuto мин минут минуты 分 分钟 分鐘 دقیقه".split()
)
"""Words of a line such as "5 minutes" beside the date."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the lines near the headline that hold a date, or a number of minutes, and hardly anything else."""
    headline = marks.headline
    if headline < 0:
        return
    for block in marks.page.blocks[headline + 1 : headline + 1 + REACH]:
        if block.words > MAX_WORDS or marks.verdicts[block.index] is not None or not any(map(str.isdigit, block.text)):
            continue
        words = block.text.lower().replace("-", " ").replace("–", " ").split()
        if words[0].isdigit() and len(words) <= 4 and not _MINUTES.isdisjoint(words):
            yield Cut(block.index, block.index + 1, "about the post", f"a reading time: {block.text!r}")
            continue
        found = date.find(block.text, lang=marks.page.lang)
        if found and found[0].last - found[0].first >= 0.6 * len(block.text) and found[0].precision == "day":
            yield Cut(block.index, block.index + 1, "about the post", f"a date: {block.text!r}")
