"""The site's foot: copyright, legal lines, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import named, tagged, with_role


def find(marks: Marks) -> Iterator[Cut]:
    """Yield footers by tag, role and name."""
    yield from tagged(marks, frozenset(("footer",)), "a footer")
    yield from with_role(marks, frozenset(("contentinfo",)), "a footer")
    yield from named(marks, Hint.SITE_FOOTER, "a footer")
