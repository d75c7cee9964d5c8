"""What one document says about the rest of its site: every address in it, with who named it and why it is worth asking.

Pages, feeds, sitemaps and WordPress listings all come out as the same ``Link`` values, so that whoever decides what
to ask next looks at one kind of thing. Nothing is asked here and nothing is decided about what a page *is*: a Link
carries a *rank*, small for what is surely a post, large for what is surely none.

Pure: parsed documents in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from scraper import site
from scraper.errors import InvalidURL
from scraper.hints import Hint
from scraper.standards import url as urls

if TYPE_CHECKING:  # whoever only sorts links needs no parser
    from scraper.blocks import Anchor
    from scraper.page import Page

CLAIMED, ENTRY, NEIGHBOUR, OFFERED, PROSE = 10, 12, 14, 16, 20
"""Ranks of addresses that look like posts: named by a feed, sitemap or WordPress; a heading in a listing; the
previous or next post; a related or recent one; a link in running text."""
FIRST_PAGE, PAGES, ARCHIVES = 5, 30, 34
"""Ranks of the start page, of the pages of a numbered listing, and of a page that lists all posts."""
MENU, ABOUT = 38, 42
"""Ranks of addresses linked from menus and footers, and of those whose names say about, contact and the like."""
DATES, CATEGORIES, TAGS, AUTHORS, LEFTOVER = 50, 54, 58, 62, 70
"""Ranks of the other listings, in the order in which they are worth asking, and of what is surely no post."""

_RANK_OF_KIND = {
    site.HOME: MENU,
    site.PAGE: ABOUT,
    site.PAGINATION: PAGES,
    site.ARCHIVE: ARCHIVES,
    site.DATE: DATES,
    site.CATEGORY: CATEGORIES,
    site.TAG: TAGS,
    site.AUTHOR: AUTHORS,
    site.ATTACHMENT: LEFTOVER,
}

LINK, HEAD, FEED, SITEMAP, WORDPRESS, REDIRECT, TYPED = (
    "link",
    "head",
    "feed",
    "sitemap",
    "wordpress",
    "redirect",
    "typed",
)
"""The kinds of source a Link can be found by. ``typed``: a person gave it as a start."""


class Link(NamedTuple):
    """One address of the site, and what speaks for asking it."""

    url: str
    """Normalised."""
    found_by: str
    """One of the words above."""
    reason: str
    """One plain phrase: what kind of place it was found in."""
    rank: int
    """What it promises: small numbers first."""
    kind: str
    """What the address looks like, or what its place says: a kind of ``scraper.site``."""
    text: str = ""
    """The title a feed, sitemap or listing gives it, ``""`` when none."""
    lastmod: str | None = None
    """When it changed last, as the source says; None when it does not."""
    published: str | None = None
    """When it was published, as the source says; None when it does not."""


class Feeds(NamedTuple):
    """The documents a page names that list posts."""

    feeds: tuple[str, ...]
    """Feeds of the whole site, comment feeds and those of single posts left out."""
    wordpress: str | None
    """The root of the WordPress REST interface, or None."""
    is_made: bool = False
    """A program that makes sites is named, so that the documents such programs write may be there unnamed."""


_AT_HOME = ("http://localhost", "https://localhost", "http://127.0.0.1", "https://127.0.0.1")
_SLASHES = re.compile(r"/{2,}")


class Origin(NamedTuple):
    """How a site's addresses begin, so that ``http://www.blog.example/`` and ``https://blog.example/`` are one site."""

    base: str
    """scheme://host[:port], the spelling that answered."""
    site: str

    def own(self, url: str, *, at_home: bool = False) -> str | None:
        """Return *url* normalised and with this origin's scheme and host; None when it is of another site.

        Only the default ports change places: a second server on another port is another site. *at_home*: an address of
        the machine the site was written on means the site itself, as in the sitemaps of an exported blog; in running
        text such an address is an example.

        >>> Origin("https://www.blog.example", "blog.example").own("http://blog.example/a?utm_source=x")
        'https://www.blog.example/a'
        """
        if not url.startswith(self.base + "/") and urls.site_of(_head(url)) != self.site:
            if not (at_home and self._is_at_home(_head(url))):
                return None
            url = self.base + site.path_of(url)
        try:
            known = urls.normalise(url)
        except InvalidURL:
            return None
        path, mark, query = site.path_of(known).partition("?")
        # Two slashes in a row come from careless joining; only an address within the path means them.
        if "//" in path and ":/" not in path:
            path = _SLASHES.sub("/", path)
        return f"{self.base}{path}{mark}{query}"

    def _is_at_home(self, head: str) -> bool:
        """Say whether *head* names the machine the site was written on: a blog exported from there means itself."""
        return head.startswith(_AT_HOME) and not self.base.startswith(_AT_HOME)


def origin_of(url: str) -> Origin:
    """Return the origin of an absolute address. Raises InvalidURL."""
    base = urls.origin_of(url)
    return Origin(base, urls.site_of(url) or base)


def _head(url: str) -> str:
    """Return scheme and host of an absolute address, cheap and the same for thousands of links."""
    end = url.find("/", url.find("//") + 2)
    return url[:end] if end > 0 else url


def links_of(page: Page, origin: Origin, *, limit: int) -> tuple[Link, ...]:
    """Return the addresses of the same site a page links to, each once, in page order, *limit* at most.

    An address that stands twice keeps its best rank. Links to other sites, and those that only show the same article
    another way (reply forms, print copies), are left out; the latter's own address is taken instead.
    """
    places = _Places(page)
    found: dict[str, Link] = {}
    own = _Own(page, origin)
    for anchor in page.walked.anchors:
        url = own.address(anchor.href)
        if url is None:
            continue
        link = _judged(url, anchor, places, page)
        known = found.get(url)
        if known is None:
            if len(found) >= limit:
                break
            found[url] = link
        elif link.rank < known.rank:
            found[url] = link
    for rel, href, _, _ in page.walked.head_links:
        if rel in ("next", "prev", "previous", "prefetch next", "start", "up", "archives"):
            url = own.address(href)
            if url is not None and url not in found and len(found) < limit:
                found[url] = _sequel(url, page, HEAD)
    return tuple(found.values())


class _Own:
    """Addresses of one page turned into the site's own normal ones, each spelling once."""

    def __init__(self, page: Page, origin: Origin) -> None:
        self._page = page
        self._origin = origin
        self._known: dict[str, str | None] = {}
        self._here = (page.url or "").partition("#")[0]

    def address(self, href: str) -> str | None:
        if href in self._known:
            return self._known[href]
        self._known[href] = address = self._look(href)
        return address

    def _look(self, href: str) -> str | None:
        if not href or href[0] == "#":
            return None
        absolute = self._page.absolute(href)
        url = self._origin.own(absolute) if absolute else None
        if url is None:
            return None
        return _plain(url)


def _plain(url: str) -> str:
    """Return the address of the article that *url* is another view of, or *url* itself."""
    if "?" not in url and not any(word in url for word in _VIEW_WORDS):
        return url
    try:
        return urls.without_noise(url)
    except InvalidURL:
        return url


# Cheap look before the whole rule of urls.without_noise: the path words it acts on.
_VIEW_WORDS = ("amp", "print", "comment", "mobile", "embed", "trackback")

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5"))
_ARTICLE_TAGS = frozenset(("article", "main"))
_SIDE = (Hint.SIDEBAR | Hint.NAV | Hint.SITE_HEADER | Hint.SITE_FOOTER).value
_SEQUEL = (Hint.PAGINATION).value
_NEAR = (Hint.PREVNEXT).value
_OFFER = (Hint.RELATED | Hint.RECENT | Hint.CARDS).value
_TALK = (Hint.COMMENTS).value

_IN_MENU, _IN_HEADING, _IN_SEQUEL, _IN_NEAR, _IN_OFFER, _IN_TALK, _IN_ARTICLE = 1, 2, 4, 8, 16, 32, 64


class _Places:
    """For every frame of a page, what kinds of place it stands in: one loop, because children follow their parents."""

    def __init__(self, page: Page) -> None:
        self.of: list[int] = []
        for frame in page.walked.frames:
            above = self.of[frame.parent] if frame.parent >= 0 else 0
            here = above & ~_IN_HEADING
            tag, hints = frame.tag, frame.hints
            if tag in _HEADINGS:
                here |= _IN_HEADING
            elif tag in _ARTICLE_TAGS:
                here |= _IN_ARTICLE
            elif tag == "nav" or tag == "footer" or (tag == "header" and not above & _IN_ARTICLE) or tag == "aside":
                here |= _IN_MENU
            # The names of html and body speak of the whole page: "has-sidebar", "single-post", "nav-open".
            if hints and tag not in ("html", "body"):
                here |= (
                    (_IN_MENU if hints & _SIDE else 0)
                    | (_IN_SEQUEL if hints & _SEQUEL else 0)
                    | (_IN_NEAR if hints & _NEAR else 0)
                    | (_IN_OFFER if hints & _OFFER else 0)
                    | (_IN_TALK if hints & _TALK else 0)
                )
            self.of.append(here)

    def around(self, anchor: Anchor) -> int:
        return self.of[anchor.frame] if anchor.frame >= 0 else 0


def _judged(url: str, anchor: Anchor, places: _Places, page: Page) -> Link:
    """Return the Link of an anchor: what its address looks like first, then what its place says."""
    looks = site.guess(url)
    if looks.kind not in (site.POST, site.HOME, site.PAGE):
        return Link(url, LINK, "its address looks like a listing", _RANK_OF_KIND.get(looks.kind, LEFTOVER), looks.kind)
    place = places.around(anchor)
    rels = anchor.rel.split() if anchor.rel else ()
    if looks.kind == site.HOME:
        return Link(url, LINK, "a front page", MENU, site.HOME)
    if "tag" in rels or "category" in rels:
        return Link(url, LINK, "marked as a tag or category", TAGS, site.TAG)
    if "author" in rels:
        return Link(url, LINK, "marked as an author's page", AUTHORS, site.AUTHOR)
    if looks.kind == site.PAGE:
        return Link(url, LINK, "its address names a standing page", ABOUT, site.PAGE)
    if (place & _IN_SEQUEL or anchor.hints & _SEQUEL) and _is_number(anchor, page):
        return Link(url, LINK, "numbered in a listing's page navigation", PAGES, site.PAGINATION)
    return _post_link(url, anchor, place, rels, page)


def _post_link(url: str, anchor: Anchor, place: int, rels: Iterable[str], page: Page) -> Link:
    if place & _IN_TALK:
        return Link(url, LINK, "in a comment", PROSE, site.POST)
    if "next" in rels or "prev" in rels or "previous" in rels:
        return _sequel(url, page, LINK)
    if place & _IN_NEAR or anchor.hints & _NEAR:
        return Link(url, LINK, "beside the post before or after", NEIGHBOUR, site.POST)
    if place & _IN_HEADING and not place & _IN_MENU:
        return Link(url, LINK, "the heading of an entry", ENTRY, site.POST, _text(anchor, page))
    if place & _IN_OFFER:
        return Link(url, LINK, "offered as related or recent", OFFERED, site.POST)
    if place & _IN_MENU:
        return Link(url, LINK, "in a menu, side column or footer", MENU, site.POST)
    return Link(url, LINK, "in the text", PROSE, site.POST)


def _sequel(url: str, page: Page, found_by: str) -> Link:
    """Return the Link of a rel=next or prev: a listing's next page when one of both looks like a listing, else a
    neighbour."""
    looks = site.guess(url)
    if looks.kind in site.LISTINGS and looks.kind != site.HOME:
        return Link(url, found_by, "the next page of a listing", _RANK_OF_KIND[looks.kind], looks.kind)
    here = site.guess(page.url).kind if page.url else site.POST
    if here in site.LISTINGS and here != site.HOME:
        return Link(url, found_by, "the next page of a listing", PAGES, site.PAGINATION)
    return Link(url, found_by, "the post before or after", NEIGHBOUR, site.POST)


def _text(anchor: Anchor, page: Page) -> str:
    return page.walked.text_of(anchor.first, anchor.last)[:300]


def _is_number(anchor: Anchor, page: Page) -> bool:
    text = page.walked.text_of(anchor.first, anchor.last)
    return len(text) <= 6 and text.isdigit()


def feeds_of(page: Page, origin: Origin) -> Feeds:
    """Return the feeds of the whole site and the WordPress interface that the page's head names.

    A WordPress page names three feeds: the site's, that of all comments and that of the comments on this page; the two
    latter hold no posts. A feed on another host (a feed service) is no answer of this site and is left out.
    """
    feeds: dict[str, None] = {}
    wordpress = None
    for rel, href, kind, title in page.walked.head_links:
        rels = rel.split()
        if "https://api.w.org/" in rels:
            absolute = page.absolute(href)
            wordpress = absolute if absolute and urls.site_of(absolute) == origin.site else None
        elif "alternate" in rels and any(word in kind for word in ("rss", "atom", "feed+json", "rdf")):
            absolute = page.absolute(href)
            url = origin.own(absolute) if absolute else None
            if url is not None and not _is_of_comments(url, title):
                feeds[url] = None
    return Feeds(tuple(feeds), wordpress, bool(feeds or wordpress or page.meta("generator")))


def _is_of_comments(url: str, title: str) -> bool:
    words = f"{site.path_of(url)} {title}".lower()
    return any(
        word in words
        for word in ("comment", "kommentar", "comentari", "commentaire", "コメント", "نظر", "评论", "komentarz")
    )


def claimed(
    url: str,
    origin: Origin,
    found_by: str,
    *,
    text: str = "",
    lastmod: str | None = None,
    published: str | None = None,
    source: str = "",
) -> Link | None:
    """Return the Link for an address that a feed, a sitemap or WordPress names; None when it is of another site.

    What looks like a listing or a file keeps that rank: sitemaps name tag pages as well. *source* is the address of the
    sitemap, whose name may say what it lists.
    """
    own = origin.own(url, at_home=True)
    if own is None:
        return None
    kind = site.guess(own).kind
    rank = CLAIMED if kind == site.POST else _RANK_OF_KIND.get(kind, LEFTOVER)
    listed = kind_listed(source) if source and kind == site.POST else None
    if listed in (site.TAG, site.CATEGORY, site.AUTHOR):
        kind, rank = listed, _RANK_OF_KIND[listed]
    elif listed == site.PAGE:
        rank = ABOUT
    if found_by == WORDPRESS:
        kind, rank = site.POST, CLAIMED
    elif found_by == FEED and kind not in site.NEVER_A_PAGE and kind != site.HOME:
        rank = CLAIMED
    return Link(own, found_by, f"named by a {found_by}", rank, kind, text[:300], lastmod, published)


_LISTED = re.compile(r"(?<![a-z])(posts?|pages?|articles?|news|tags?|categor\w*|authors?|users?)(?![a-z])")
_KIND_LISTED = {
    "pos": site.POST,
    "art": site.POST,
    "new": site.POST,
    "pag": site.PAGE,
    "tag": site.TAG,
    "cat": site.CATEGORY,
    "aut": site.AUTHOR,
    "use": site.AUTHOR,
}


def kind_listed(sitemap: str) -> str | None:
    """Return the kind of page a sitemap lists, as its own name says; None when it says none.

    Programs that write sitemaps keep one for each kind: ``post-sitemap.xml`` (Yoast), ``wp-sitemap-posts-page-1.xml``
    (WordPress), ``sitemap-pages.xml`` (Ghost), ``sitemap-pt-post-2020-01.xml``. The last such word counts.

    >>> kind_listed("https://blog.example/wp-sitemap-posts-page-1.xml"), kind_listed("https://blog.example/sitemap.xml")
    ('page', None)
    """
    words = _LISTED.findall(site.path_of(sitemap).lower())
    return _KIND_LISTED[words[-1][:3]] if words else None


SITEMAP_GUESSES = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")
"""Where a sitemap is when robots.txt names none, in order of how often; the last is WordPress's own since 5.5."""
FEED_GUESSES = ("/feed/", "/atom.xml", "/rss.xml", "/index.xml", "/feed.xml")
"""Where a feed is when no page names one: WordPress, Jekyll and Hexo, many, Hugo, Jekyll's plug-in."""
