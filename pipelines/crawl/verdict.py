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
    listed_as: str | None = None
    """The kind the sitemap that names it says in its own name, ``post`` or ``page``; None when it says none."""
    below_post: bool = False
    """The address one folder up is a post."""
    is_first_page: bool = False
    """It has a second page, ``page/2`` below it: it is a listing."""
    is_start: bool = False
    menu_only: bool = False
    """Nothing but menus, side columns and footers links to it."""
    odd_shape: bool = False
    """Its address has a shape no post of the site has, and there are many posts."""


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
    if evidence.is_first_page and not evidence.in_feed:
        return Verdict("listing", "numbered pages follow it")
    if evidence.below_post and not evidence.in_feed:
        return Verdict("attachment", "it hangs below a post")
    if evidence.kind == site.PAGE and not evidence.in_feed and confidence < SURE:
        return Verdict("page", "its address names a standing page")
    if page_type != ARTICLE:
        return _no_article(reading, evidence)
    if not evidence.in_feed and (reason := _doubt(evidence, confidence)):
        return Verdict("page", reason)
    if not confidence and reading.entries >= LISTING_ENTRIES and not evidence.in_feed:
        return Verdict("listing", "its headings are links to other pages")
    return Verdict(ARTICLE, reading.signal or "nothing speaks against it")


def _doubt(evidence: Evidence, confidence: float) -> str | None:
    """Return why a page that looks like a post is none of this site's posts, None when nothing says so."""
    if evidence.listed_as == site.PAGE:
        return "the sitemap of the pages names it, not that of the posts"
    if evidence.listed_as == site.POST:
        return None
    if evidence.menu_only and not evidence.in_sitemap:
        return "only menus link to it, while the site's posts are linked from elsewhere"
    if evidence.odd_shape and confidence < SURE:
        return "its address is unlike those of the site's posts"
    return None


def _no_article(reading: Reading, evidence: Evidence) -> Verdict:
    page_type = reading.article.page_type
    if evidence.in_feed and reading.confidence < SURE and evidence.kind == site.POST:
        return Verdict(ARTICLE, f"a feed lists it, though the page looks like: {page_type}")
    return Verdict(page_type, reading.signal or "the page itself")
