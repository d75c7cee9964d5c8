"""Texts that the site repeats on other pages: menus, notices, promotion, the sprite. Needs what ``learn`` found."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.marks import Cut, Marks
from scraper.template import Template, may_go


def find(marks: Marks) -> Iterator[Cut]:
    """Yield the blocks whose text stands on several pages of the site, digits masked; never the headline."""
    template = marks.template
    if not isinstance(template, Template) or not template.texts:
        return
    for block in marks.page.blocks:
        if block.index != marks.headline and may_go(block) and template.repeats(block.text):
            yield Cut(block.index, block.index + 1, "repeated on the site's pages", f"the text {block.text[:60]!r}")
