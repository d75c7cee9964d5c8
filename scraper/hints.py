"""What an element's class and id names hint at, as one set of flags per element.

Names are hints, never verdicts: themes write ``has-sidebar`` on the body element and ``post-content`` on a teaser, and
a page builder may write nothing but random strings. So a name is compared token by token
(``data/lists/class_names.toml``), generic words count only as whole tokens, and every rule that acts on a hint also
asks how much prose it would take away.
"""

from __future__ import annotations

import re
import tomllib
from enum import IntFlag, auto
from functools import cache, lru_cache

from scraper.resources import data_path


class Hint(IntFlag):
    """The kinds of thing a class or id name can announce; the members' lower-case names are the tables of the list."""

    COMMENTS = auto()
    MODAL = auto()
    AUTHOR = auto()
    BYLINE = auto()
    DATE = auto()
    REVIEWS = auto()
    CAPTION = auto()
    SITE_HEADER = auto()
    SITE_FOOTER = auto()
    RELATED = auto()
    RECENT = auto()
    DISCLOSURE = auto()
    TOC = auto()
    ADS = auto()
    NEWSLETTER = auto()
    CTA = auto()
    SHARE = auto()
    META = auto()
    TAGS = auto()
    SIDEBAR = auto()
    NAV = auto()
    PREVNEXT = auto()
    PAGINATION = auto()
    CARDS = auto()
    PRODUCT = auto()
    HIDDEN = auto()
    SCREEN_READER = auto()
    TITLE = auto()
    CONTENT = auto()
    ENTRY = auto()
    FORM = auto()
    ICON = auto()


# Tokens that speak about something else than the element itself: "has-sidebar", "no-comments", "with-author", and the
# classes
# WordPress writes for the post's own categories and tags ("tag-related-work").
_FOREIGN = frozenset(
    ("has", "no", "with", "without", "not", "is", "hide", "show", "if", "tag", "category", "wp", "elementor", "post")
)
_FOREIGN_EXCEPT = frozenset(("wp", "elementor", "post", "tag", "category"))
"""Prefixes that are foreign only in front of generic words, so that ``post-author`` and ``wp-caption`` still speak."""
# Endings that say: the thing itself stands inside, not the kind of thing the rest of the name announces.
_INNER = frozenset(("layout", "faq", "accordion", "enabled", "disabled", "active", "template", "default"))
_WEAK_INNER = frozenset(("content", "body", "main", "article", "page"))
_STRONG = (
    Hint.COMMENTS | Hint.MODAL | Hint.RELATED | Hint.AUTHOR | Hint.CONTENT | Hint.TITLE | Hint.NEWSLETTER | Hint.SHARE
)

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"[-_:]+")


@cache
def _tables() -> tuple[dict[str, int], dict[str, int], int]:
    """Return (whole token → flags, part sequence → flags, longest part sequence)."""
    with data_path("lists", "class_names.toml").open("rb") as file:
        table = tomllib.load(file)
    whole: dict[str, int] = {}
    parts: dict[str, int] = {}
    for name, lists in table.items():
        flag = Hint[name.upper()].value
        for token in lists.get("whole", ()):
            whole[token] = whole.get(token, 0) | flag
        for token in lists.get("parts", ()):
            parts[token] = parts.get(token, 0) | flag
    return whole, parts, max(token.count("-") + 1 for token in parts)


@lru_cache(maxsize=20_000)
def hints_of_token(token: str) -> int:
    """Return the flags one class or id token hints at, 0 for none.

    >>> Hint(hints_of_token("commentList")) & Hint.COMMENTS == Hint.COMMENTS
    True
    >>> hints_of_token("has-sidebar"), hints_of_token("overflow-hidden")
    (0, 0)
    """
    whole, sequences, longest = _tables()
    name = _SEPARATORS.sub("-", _CAMEL.sub("-", token)).lower().strip("-")
    flags = whole.get(name, 0)
    parts = name.split("-")
    if parts[0] in _FOREIGN and (
        parts[0] not in _FOREIGN_EXCEPT or (parts[0] in ("tag", "category") and len(parts) > 1)
    ):
        return flags
    if parts[-1] in _INNER:
        return flags
    inner = parts[-1] in _WEAK_INNER and len(parts) > 1
    found = 0
    for start in range(len(parts)):
        for stop in range(start + 1, min(start + longest, len(parts)) + 1):
            found |= sequences.get("-".join(parts[start:stop]), 0)
    return flags | (found & _STRONG.value if inner else found)


@lru_cache(maxsize=20_000)
def hints_of(names: str) -> int:
    """Return the flags of a whole class (or id) attribute: those of its tokens together.

    >>> Hint(hints_of("post-42 entry-content")) == Hint.CONTENT
    True
    """
    flags = 0
    for token in names.split():
        flags |= hints_of_token(token)
    return flags
