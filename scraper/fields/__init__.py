"""Fields: one field per file, each a function ``find(marks) -> tuple[Found, ...]``, candidates ranked best first.

The order is written once, here: a later field may ask ``marks.best(name)`` of an earlier one. A new field is one file,
one line below, and one case folder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scraper.article import Found
from scraper.fields import (
    author_bio,
    authors,
    canonical_url,
    comments_count,
    excerpt,
    introduced,
    language,
    modified,
    page_type,
    prev_next,
    published,
    reading_minutes,
    related,
    site_name,
    tags,
    title,
)
from scraper.marks import Marks

Field = tuple[str, Callable[[Marks], tuple[Found[Any], ...]]]

BEFORE_THE_BODY: tuple[Field, ...] = (
    ("title", title.find),
    ("published", published.find),
    ("modified", modified.find),
    ("authors", authors.find),
    ("reading_minutes", reading_minutes.find),
    ("language", language.find),
    ("canonical_url", canonical_url.find),
)
"""Fields the choice of the body asks for."""

AFTER_THE_BODY: tuple[Field, ...] = (
    ("prev_next", prev_next.find),
    ("related", related.find),
    ("author_bio", author_bio.find),
    ("authors", introduced.find),
    ("tags", tags.find),
    ("excerpt", excerpt.find),
    ("page_type", page_type.find),
    ("comments_count", comments_count.find),
    ("site_name", site_name.find),
)
"""Fields that ask where the body is."""

__all__ = ["AFTER_THE_BODY", "BEFORE_THE_BODY", "Field"]
