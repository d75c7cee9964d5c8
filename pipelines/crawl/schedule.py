"""What is asked next, what is not worth asking, and when a page is looked at again. Decides; asks nobody, not even a
clock.

Most of a blog's addresses are not posts: every post stands in a dozen tag, date and author archives. They are asked
last, and only as long as they bring something new; what is "something new" needs no rule for any one site, because
the crawl counts it as it goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.crawl.values import CrawlLimits
from scraper import discover, site

COMPLETE_SHARE = 0.95
"""Share of the posts found so far that a source must have named before it is taken for a list of all posts."""
COMPLETE_POSTS = 10
"""Posts that must be known before a source's completeness can be judged."""
MANY_POSTS = 20
"""Posts that must be known before a page is judged by how unlike them it is linked or named."""
BARREN_WHEN_COMPLETE = 2
"""Barren listing pages in a row that end a family when (nearly) all posts are known from elsewhere."""
BARREN_OF_ALL = 4
"""Barren listing pages in a row, whatever their kind, that end all listings when all posts are known from elsewhere."""
STALE_PAGES = 3
"""Pages of one numbered listing in a row that listed nothing the pages before had not, which end it."""
SURE_OF_SHAPE = 5
"""Pages of one shape that were no posts, after which the rest is left, when posts of another shape have been found."""

FIRST_REVISIT = timedelta(days=1)
"""After the first visit: a post is corrected most often on its first day."""
SHORTEST_REVISIT = timedelta(hours=6)
LONGEST_REVISIT = timedelta(days=60)
TRUST_LASTMOD = LONGEST_REVISIT
"""How long a sitemap's word that a page has not changed is taken for it: some dates never move."""
REVISIT_GROWTH = 2.0
"""Factor for a visit that found nothing changed; a change divides by it."""


@dataclass(slots=True)
class Tally:
    """What the visits to one family of addresses brought."""

    asked: int = 0
    posts: int = 0
    """Of the pages: those that were posts."""
    fruitless: int = 0
    """Pages in a row, up to now, that were no posts and led to none that was new."""
    stale: int = 0
    """Pages in a row, up to now, that listed nothing which pages of the family had not listed before."""
    broken: bool = False
    """One of its pages could not be had, so what lay behind it was not seen."""
    listed: set[int] = field(default_factory=set)
    """Hashes of the addresses that pages of the family listed."""


@dataclass(slots=True)
class Ledger:
    """The tallies of one site; a later run begins with those of the earlier ones (``settling.recall``)."""

    families: dict[str, Tally] = field(default_factory=dict)
    posts: int = 0
    """Posts found on the site."""
    barren: int = 0
    """Listing pages of any kind in a row, up to now, that named no new post."""
    claimed_posts: int = 0
    """Those of them that a feed, a sitemap or WordPress had named."""

    def of(self, family: str) -> Tally:
        """Return the tally of *family*, a new one when it is the first of its kind."""
        return self.families.setdefault(family, Tally())

    def note(
        self, family: str, *, is_post: bool, fruitful: bool, entries: Iterable[str] = (), is_listing: bool = False
    ) -> None:
        """Count one visited page: whether it was a post or a listing, whether it led to new addresses that look like
        posts, and which it listed."""
        tally = self.of(family)
        tally.asked += 1
        tally.posts += is_post
        tally.fruitless = 0 if is_post or fruitful else tally.fruitless + 1
        if is_listing:
            self.barren = 0 if fruitful else self.barren + 1
        fresh = {hash(url) for url in entries} - tally.listed
        tally.listed |= fresh
        tally.stale = 0 if fresh else tally.stale + 1

    @property
    def is_complete(self) -> bool:
        """Say whether feeds and sitemaps have named nearly every post there is, as far as can be seen."""
        return self.posts >= COMPLETE_POSTS and self.claimed_posts >= COMPLETE_SHARE * self.posts

    def is_odd(self, family: str) -> bool:
        """Say whether no post has been found in *family* while many were in others: its members are pages, likely."""
        return self.posts >= MANY_POSTS and self.of(family).posts == 0

    def is_listed(self, kind: str) -> bool:
        """Say whether a listing of all posts has been walked before those of *kind* come up, and to its proper end."""
        return kind != site.PAGINATION and any(
            family.startswith(site.PAGINATION) and tally.asked >= BARREN_WHEN_COMPLETE and not tally.broken
            for family, tally in self.families.items()
        )


def why_not(ledger: Ledger, family: str, kind: str, *, max_barren: int, max_idle: int) -> str | None:
    """Return why the rest of a *family* of addresses of that *kind* is not worth asking, None when it is.

    >>> why_not(Ledger({"tag": Tally(asked=9, fruitless=9)}), "tag", "tag", max_barren=8, max_idle=12)
    'listing pages of this kind name no new post'
    """
    tally = ledger.families.get(family)
    if tally is None:
        return None
    known = ledger.is_complete or ledger.is_listed(kind)
    if kind == site.PAGINATION and not known:
        # It lists all posts in order: barren pages are those whose posts are known from each other, and older ones may
        # follow. Walking it costs a tenth of a request a post.
        stale = tally.stale >= STALE_PAGES
        return "the pages of this listing list nothing that others had not listed" if stale else None
    if kind in site.LISTINGS and ledger.is_complete and ledger.barren >= BARREN_OF_ALL:
        return "all posts seem to be known: listing pages name no new one"
    if kind in site.LISTINGS:
        bound = BARREN_WHEN_COMPLETE if known else max_barren
        if tally.fruitless >= bound:
            return "listing pages of this kind name no new post"
        return None
    bound = SURE_OF_SHAPE if tally.posts == 0 and ledger.posts >= SURE_OF_SHAPE else max_idle
    if tally.fruitless >= bound and tally.posts * 20 < tally.asked:
        return "pages with an address like this are no posts"
    return None


def limit_reached(ledger: Ledger, family: str, kind: str, limits: CrawlLimits) -> str | None:
    """Return the limit that ended a *family* which ``why_not`` gave up, None when it had other reasons as well.

    What is left because all posts are known already is no loss, and no limit has bitten.
    """
    tally = ledger.families.get(family)
    if tally is None or ledger.is_complete or ledger.is_listed(kind):
        return None
    if kind in site.LISTINGS:
        return "max_barren_listings" if tally.fruitless >= limits.max_barren_listings else None
    return "max_idle_pages" if tally.fruitless >= limits.max_idle_pages else None


def revisit_after(*, visits: int, changes: int, last: timedelta | None, changed: bool) -> timedelta:
    """Return how long to leave a page alone, from its own history.

    *last*: the interval that has just passed, None at the first visit. A page that never changed is left twice as long
    each time; one that changed is looked at twice as soon.

    >>> revisit_after(visits=3, changes=0, last=timedelta(days=4), changed=False)
    datetime.timedelta(days=8)
    """
    if last is None or visits <= 1:
        return FIRST_REVISIT
    # A page that changes at every other visit settles where it is, because one doubling undoes one halving.
    factor = 1 / REVISIT_GROWTH if changed else REVISIT_GROWTH
    if changes and not changed:
        factor = 1 + (REVISIT_GROWTH - 1) * (1 - changes / max(visits, 1))
    return min(max(last * factor, SHORTEST_REVISIT), LONGEST_REVISIT)


def must_look(
    *,
    state: str,
    listed: bool,
    was_listed: bool,
    lastmod: str | None,
    seen_lastmod: str | None,
    due_only: bool,
    revisit_at: datetime | None,
    checked_at: datetime | None,
    now: datetime,
) -> bool:
    """Say whether a page known from earlier runs is to be asked in this one.

    *listed*: a sitemap names it now, with *lastmod* (None when it says none); *seen_lastmod* is what it said when the
    page was last asked. A page the sitemap still names with the same date has not changed, says its own site, and is
    not asked, for TRUST_LASTMOD at most. One that the sitemap has dropped is asked: it may be gone. A failed page is
    asked when its rest is over.
    """
    if state != "archived":
        return revisit_at is None or revisit_at <= now
    if listed and lastmod is not None and lastmod == seen_lastmod:
        return checked_at is None or checked_at + TRUST_LASTMOD <= now
    if was_listed and lastmod != seen_lastmod:
        return True
    return not due_only or revisit_at is None or revisit_at <= now


PHASES = (discover.PAGES - 1, discover.LEFTOVER)
"""Ranks up to which addresses are handed out, in turn: first what looks like a post, then everything else."""
