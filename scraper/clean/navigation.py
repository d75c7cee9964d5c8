"""Menus, breadcrumbs, tables of contents, page heads: what leads elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.hints import Hint
from scraper.marks import Cut, Marks
from scraper.named import LITTLE_PROSE_WORDS, named, tagged, with_role

MENU_LINKED_SHARE = 0.4
"""Words in links a part named like a menu or a table of contents must have; wrappers carry such names too."""


def find(marks: Marks) -> Iterator[Cut]:
    """Yield navigation by tag, role and name."""
    yield from tagged(marks, frozenset(("nav", "menu")), "navigation")
    yield from with_role(marks, frozenset(("navigation", "menu", "menubar", "banner", "search")), "navigation")
    yield from named(marks, Hint.SITE_HEADER, "the site's head", max_prose=LITTLE_PROSE_WORDS)
    yield from named(marks, Hint.NAV | Hint.TOC | Hint.PREVNEXT, "navigation", min_linked=MENU_LINKED_SHARE)
    yield from named(marks, Hint.PAGINATION, "page numbers", max_prose=LITTLE_PROSE_WORDS)
