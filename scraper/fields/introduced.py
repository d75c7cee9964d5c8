"""The author's name from the author's own bio, where nothing else on the page names one: "I'm Maren and I love to
mend bicycles!"."""

from __future__ import annotations

import re

from scraper.article import Author, Found
from scraper.marks import Marks
from scraper.wording import introduced_name

MIN_BIO = 0.3
"""Least confidence of the bio that is believed to name its author."""
FIRST_PERSON, THIRD_PERSON = 0.6, 0.45
"""Confidence of a name, by how the bio speaks."""
_SPOKEN_OF = re.compile(
    r"^(?:about )?([A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){1,2}),? "
    r"(?:is|has|was|writes|lives|works|covers|loves|runs|teaches|founded|joined)\b"
)


def find(marks: Marks) -> tuple[Found[tuple[Author, ...]], ...]:
    """Return the authors known so far; when there are none, the one the bio introduces."""
    known = marks.known.get("authors") or ()
    bios = marks.known.get("author_bio") or ()
    if known or not bios or bios[0].confidence < MIN_BIO:
        return known
    return named_in(bios[0].value)


def named_in(bio: str) -> tuple[Found[tuple[Author, ...]], ...]:
    """Return the person a bio introduces or speaks of, empty when it does not say.

    >>> [found.value[0].name for found in named_in("Hi, I'm Maren and I love to mend bicycles!")]
    ['Maren']
    >>> named_in("I'm a baker and I live by the sea.")
    ()
    """
    first = introduced_name(bio)
    if first is not None:
        return (Found((Author(first),), f'text:"{bio[:60]}"', FIRST_PERSON, bio[:80]),)
    third = _SPOKEN_OF.match(bio)
    if third:
        return (Found((Author(third.group(1)),), f'text:"{third.group(0)[:60]}"', THIRD_PERSON, bio[:80]),)
    return ()
