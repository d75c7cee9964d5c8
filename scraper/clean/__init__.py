"""Cleaning: one kind of boilerplate per file, each a function ``find(marks) -> Iterator[Cut]`` that marks and never
deletes.

The order is written once, here. The first group looks at the whole page before the body is chosen, the second at the
body chosen. A new kind is one file, one line below, and one case folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scraper.clean import (
    above_headline,
    author_boxes,
    captions,
    comments,
    contact_lines,
    datelines,
    footers,
    forms,
    hidden,
    icon_text,
    legal_lines,
    lines,
    link_lists,
    meta_lines,
    navigation,
    notices,
    other_posts,
    page_numbers,
    promotion,
    repeated,
    repeats,
    rows,
    sections,
    teasers,
    title_repeats,
    widgets,
)
from scraper.marks import Cut, Marks

Step = tuple[str, Callable[[Marks], Iterator[Cut]]]

BEFORE_THE_BODY: tuple[Step, ...] = (
    ("hidden", hidden.find),
    ("notices", notices.find),
    ("comments", comments.find),
    ("navigation", navigation.find),
    ("footers", footers.find),
    ("widgets", widgets.find),
    ("teasers", teasers.find),
    ("other_posts", other_posts.find),
    ("rows", rows.find),
    ("author_boxes", author_boxes.find),
    ("promotion", promotion.find),
    ("forms", forms.find),
    ("meta_lines", meta_lines.find),
    ("datelines", datelines.find),
    ("captions", captions.find),
    ("above_headline", above_headline.find),
    ("repeated", repeated.find),
)
"""Steps that look at the whole page, in the order they run; the first to mark a block gives the reason."""

WITHIN_THE_BODY: tuple[Step, ...] = (
    ("title_repeats", title_repeats.find),
    ("sections", sections.find),
    ("lines", lines.find),
    ("icon_text", icon_text.find),
    ("legal_lines", legal_lines.find),
    ("page_numbers", page_numbers.find),
    ("contact_lines", contact_lines.find),
    ("repeats", repeats.find),
    ("link_lists", link_lists.find),
)
"""Steps that look at what the container holds, each seeing what the ones before left."""

__all__ = ["BEFORE_THE_BODY", "WITHIN_THE_BODY", "Step"]
