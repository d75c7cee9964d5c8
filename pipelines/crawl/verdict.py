"""Whether one page of a site is a post: what the page itself says, and what only the site knows.

The page's own evidence is the field ``page_type``. The site adds whether a feed, a sitemap or WordPress lists the
page among its posts, whether it was found as the second page of a listing, and whether it hangs below a post as its
attachment.

Pure: values in, a verdict with its reason out.
"""

from __future__ import annotations

from typing import NamedTuple

from pipelines.crawl.reading import Reading
from scraper import site
from scraper.article import ARTICLE

LISTING_ENTRIES = 4
"""Headings that are links to other pages, from which on a page nobody judged looks like a listing."""
SURE = 0.9
"""Confidence of a page_type from which on a feed's mention alone does not outweigh it."""


class Evidence(NamedTuple):
    """What the site knows about one page."""

    kind: str
    """What its address and the place it was found in say: a kind of ``scraper.site``."""
    in_feed: bool = False
    in_wordpress: bool = False
    in_sitemap: bool = False
    below_post: bool = False
    """The address one folder up is a post."""
    is_start: bool = False


class Verdict(NamedTuple):
    """What a page is."""

    page_type: str
    """``article`` or what it is instead."""
    reason: str
    """What decided, one phrase."""

    @property
    def is_post(self) -> bool:
        """Say whether it is filed as an article."""
        return self.page_type == ARTICLE


_TYPE_OF_KIND = {
    site.PAGINATION: "listing",
    site.ARCHIVE: "listing",
    site.HOME: "home",
    site.DATE: "date",
    site.CATEGORY: "category",
    site.TAG: "tag",
    site.AUTHOR: "author",
}


def judge(reading: Reading, evidence: Evidence) -> Verdict:
    """Return what a page is."""
    page_type, confidence = reading.article.page_type, reading.confidence
    if "noindex" in reading.directives and "noarchive" in reading.directives:
        return Verdict("other", "the page asks not to be archived")
    if evidence.in_wordpress:
        return Verdict(ARTICLE, "WordPress lists it among its posts")
    if evidence.kind in _TYPE_OF_KIND:
        # An address that looks like a listing is one, unless the page is very sure of itself and a feed agrees.
        if page_type == ARTICLE and confidence >= SURE and evidence.in_feed:
            return Verdict(ARTICLE, "the page and a feed say so, against its address")
        kind = _TYPE_OF_KIND[evidence.kind]
        return Verdict(kind, f"its address or place says {evidence.kind}")
    if evidence.below_post and not evidence.in_feed:
        return Verdict("attachment", "it hangs below a post")
    if evidence.kind == site.PAGE and not evidence.in_feed and confidence < SURE:
        return Verdict("page", "its address names a standing page")
    if page_type != ARTICLE:
        return _no_article(reading, evidence)
    if not confidence and reading.entries >= LISTING_ENTRIES and not evidence.in_feed:
        return Verdict("listing", f"{reading.entries} headings are links to other pages")
    return Verdict(ARTICLE, reading.signal or "nothing speaks against it")


def _no_article(reading: Reading, evidence: Evidence) -> Verdict:
    page_type = reading.article.page_type
    if evidence.in_feed and reading.confidence < SURE and evidence.kind == site.POST:
        return Verdict(ARTICLE, f"a feed lists it, though the page looks like: {page_type}")
    return Verdict(page_type, reading.signal or "the page itself")
