"""How to ask: the query language, the keys, and what programs can have."""

from __future__ import annotations

from pipelines.web.page import TEXT, Asked, Content, Page, shape
from pipelines.web.page import rows as list_of

LANGUAGE = (
    ("tide moon", "both words, anywhere"),
    ('"spring tide"', "the words next to each other"),
    ("tide -moon", "without that word"),
    ("tide OR flood", "one of them"),
    ("marathon*", "words that begin so"),
    ("title:tide", "in the title; author: and tag: likewise"),
    ("site:blog.example", "of that site, or of sites with that word in their name"),
    ("after:2021 before:2022-07", "published in 2021 or later, before July 2022"),
)
"""(query, what it finds), as in ``archive/queries.py``."""
KEYS = (
    ("/", "to the search field"),
    ("j  k", "next and previous in a list"),
    ("Enter", "open it"),
    ("n  p", "in an article: the newer and the older one"),
    ("t", "light or dark"),
    ("?", "these keys"),
    ("Esc", "close, or leave the field"),
)
"""(keys, what they do); ``static/room.js`` obeys them."""


def load(_: Asked) -> Content:
    """Return the query language and the keys."""
    return {
        "language": [{"query": query, "finds": finds} for query, finds in LANGUAGE],
        "keys": [{"keys": keys, "do": do} for keys, do in KEYS],
    }


PAGE = Page(
    "help",
    "/help",
    "How to ask, and which keys do what.",
    load,
    shape(language=list_of(shape(query=TEXT, finds=TEXT)), keys=list_of(shape(keys=TEXT, do=TEXT))),
)
