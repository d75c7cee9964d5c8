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
    ABOUT = auto()


# Tokens that speak about something else than the element itself: "has-sidebar", "no-comments", "with-author", and the
# classes
# WordPress writes for the post's own categories and tags ("tag-related-work").
_FOREIGN = frozenset(
    ("has", "no", "with", "without", "not", "is", "hide", "show", "if", "tag", "category", "wp", "elementor", "post")
)
_FOREIGN_EXCEPT = frozenset(("wp", "elementor", "post", "tag", "category"))
"""Prefixes that are foreign only in front of generic words, so that ``post-author`` and ``wp-caption`` still speak."""
# Endings that say: the thing itself stands inside, not the kind of thing the rest of the name announces.
_INNER = frozenset("layout faq accordion embed embeds enabled disabled active template default".split())
_WEAK_INNER = frozenset(("content", "body", "main", "article", "page"))
_STRONG = (
    Hint.COMMENTS | Hint.MODAL | Hint.RELATED | Hint.AUTHOR | Hint.CONTENT | Hint.TITLE | Hint.NEWSLETTER | Hint.SHARE
)

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def _tables() -> tuple[dict[str, int], dict[str, tuple[tuple[list[str], int], ...]], frozenset[str]]:
    """Return (whole token → flags, first part → (parts, flag) of the sequences, parts no telling token is without)."""
    with data_path("lists", "class_names.toml").open("rb") as file:
        table = tomllib.load(file)
    whole: dict[str, int] = {}
    sequences: dict[str, tuple[tuple[list[str], int], ...]] = {}
    telling = set()
    for name, lists in table.items():
        flag = Hint[name.upper()].value
        for token in lists.get("whole", ()):
            whole[token] = whole.get(token, 0) | flag
            telling.add(token.split("-", 1)[0])
        for token in lists.get("parts", ()):
            parts = token.split("-")
            sequences[parts[0]] = (*sequences.get(parts[0], ()), (parts, flag))
            telling.add(parts[0])
    return whole, sequences, frozenset(telling)


def hints_of_token(token: str) -> int:
    """Return the flags one class or id token hints at, 0 for none.

    >>> Hint(hints_of_token("commentList")) & Hint.COMMENTS == Hint.COMMENTS
    True
    >>> hints_of_token("has-sidebar"), hints_of_token("overflow-hidden")
    (0, 0)
    """
    whole, sequences, telling = _tables()
    name = token.lower()
    if name != token:
        name = _CAMEL.sub("-", token).lower()
    name = name.replace("_", "-").replace(":", "-")
    parts = name.split("-")
    if telling.isdisjoint(parts):
        return 0
    if "" in parts:
        parts = [part for part in parts if part]
        name = "-".join(parts)
    flags = whole.get(name, 0)
    first, last = parts[0], parts[-1]
    if first in _FOREIGN and (first not in _FOREIGN_EXCEPT or (first in ("tag", "category") and len(parts) > 1)):
        return flags
    if last in _INNER:
        return flags
    found = 0
    for position, part in enumerate(parts):
        for sequence, flag in sequences.get(part, ()):
            if parts[position : position + len(sequence)] == sequence:
                found |= flag
    inner = last in _WEAK_INNER and len(parts) > 1
    return flags | (found & _STRONG.value if inner else found)


class _Tokens(dict[str, int]):
    """Token → its flags, worked out at the first look."""

    def __missing__(self, token: str) -> int:
        if len(self) >= _REMEMBERED_TOKENS:
            self.clear()
        flags = self[token] = hints_of_token(token)
        return flags


_REMEMBERED_TOKENS = 50_000
"""Tokens whose flags are kept. A page brings 170 new ones when every page is of another site."""
_TOKENS = _Tokens()


@lru_cache(maxsize=50_000)
def hints_of(names: str) -> int:
    """Return the flags of a whole class (or id) attribute: those of its tokens together.

    >>> Hint(hints_of("post-42 entry-content")) == Hint.CONTENT
    True
    """
    flags = 0
    for token in names.split():
        flags |= _TOKENS[token]
    return flags
