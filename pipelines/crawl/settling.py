"""What can be said of a site's pages only when all of them have been seen, and what is to be looked at again.

Everything here depends on what is in the archive and not on the order in which it came, so that an interrupted crawl
settles as an uninterrupted one does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pipelines.archive import Archive, moment
from pipelines.crawl import identity, schedule
from pipelines.crawl.frontier import Frontier, Item
from pipelines.crawl.identity import Copy
from pipelines.crawl.schedule import Ledger
from pipelines.crawl.visits import Visits
from scraper import discover, site
from scraper.discover import Link

FAMILY_PAGES = 4
"""Pages of one shape of address from which on the shape is judged as a whole."""
POSTS_IN_FAMILY = 0.5
"""Share of posts among them up to which none is one."""
ODD_PAGES = 2
"""Posts of one shape of address up to which the shape is odd on a site with many posts."""
FEW_WORDS = 50
"""Words below which a page of an odd shape is no post."""
LINKED_WELL = 0.9
"""Share of a site's posts that must be linked from elsewhere than menus before a menu's link speaks against a page."""
MAX_ROUNDS = 3
"""Times a site is settled and worked at again: settling may name canonical addresses nobody had linked to."""


def recall(archive: Archive, host: str, ledger: Ledger) -> None:
    """Fill *ledger* with what earlier runs, or the interrupted part of this one, have found out about the site."""
    rows = archive.connection.execute(
        "SELECT family, count(*) AS asked, sum(state = 'archived') AS posts,"
        " sum(state = 'archived' AND EXISTS (SELECT 1 FROM claims WHERE page_id = pages.id)) AS claimed"
        " FROM pages WHERE site = ? AND state IN ('archived', 'page', 'failed', 'duplicate') GROUP BY family",
        (host,),
    )
    for row in rows:
        tally = ledger.of(row["family"] or "")
        tally.asked, tally.posts = row["asked"], row["posts"]
        ledger.posts += row["posts"]
        ledger.claimed_posts += row["claimed"]


def to_revisit(
    archive: Archive, host: str, *, run_id: int, due_only: bool, now: datetime, spare: int = 0
) -> Iterator[int]:
    """Yield the numbers of the pages known from earlier runs that are to be asked in this one, most overdue first.

    With *due_only*, up to *spare* pages whose time has not come follow, the next ones first: of a small blog that is
    all of it, so its every edit is seen at the next run.
    """
    rows = archive.connection.execute(
        "SELECT pages.id, pages.state, pages.lastmod AS seen_lastmod, revisit_at, pages.checked_at,"
        " max(claims.lastmod) AS lastmod,"
        " count(claims.page_id) AS listed FROM pages"
        " LEFT JOIN sources ON sources.site = pages.site AND sources.kind = 'sitemap'"
        " LEFT JOIN claims ON claims.page_id = pages.id AND claims.source_id = sources.id"
        " WHERE pages.site = ? AND state IN ('archived', 'failed') AND visited_run IS NOT ?"
        " GROUP BY pages.id ORDER BY revisit_at, pages.id",
        (host, run_id),
    ).fetchall()
    for row in rows:
        # By time of revisit: all that are due stand before those that are not.
        early = due_only and row["revisit_at"] is not None and row["revisit_at"] > moment(now)
        only = due_only and not (early and spare > 0)
        if schedule.must_look(
            state=row["state"],
            listed=row["listed"] > 0,
            was_listed=row["seen_lastmod"] is not None,
            lastmod=row["lastmod"],
            seen_lastmod=row["seen_lastmod"],
            due_only=only,
            revisit_at=datetime.fromisoformat(row["revisit_at"]) if row["revisit_at"] else None,
            checked_at=datetime.fromisoformat(row["checked_at"]) if row["checked_at"] else None,
            now=now,
        ):
            spare -= early
            yield row["id"]


def next_of_listing(archive: Archive, host: str, item: Item) -> list[int]:
    """Return the second page of a listing whose known page *item* has just been read again, when that named new posts.

    New posts push older ones down; if a page's worth came since the last run, some are on the second page only.
    """
    row = archive.connection.execute(
        "SELECT count(*) FROM pages WHERE found_on = ? AND state = 'queued' AND kind = ?", (item.page_id, site.POST)
    ).fetchone()
    if not row[0]:
        return []
    here = site.guess(item.url)
    following = archive.connection.execute(
        "SELECT id, url FROM pages WHERE site = ? AND state = 'page' AND kind IN (?, ?) AND found_on IS NOT NULL",
        (host, item.kind, site.PAGINATION),
    ).fetchall()
    return [
        page_id
        for page_id, url in following
        if (there := site.guess(url)).number == here.number + 1 and there.listing == here.listing
    ]


def settle(archive: Archive, frontier: Frontier, visits: Visits) -> bool:
    """Merge the copies of each article, and name the canonical addresses that nobody has asked; say whether any came
    up."""
    _demote(archive, frontier.host)
    copies = _copies(archive, frontier.host)
    _merge(archive, visits, copies)
    now = moment(visits.now())
    unknown = {
        copy.canonical: copy
        for copy in copies
        if copy.canonical and identity.is_plausible(copy.canonical, copy.url) and not frontier.knows(copy.canonical)
    }
    if not unknown:
        return False
    with archive.transaction():
        for canonical, copy in unknown.items():
            link = Link(canonical, discover.HEAD, "named as canonical", discover.NEIGHBOUR, site.POST)
            frontier.add((link,), found_on=copy.page_id, depth=1, now=now)
    return True


def _copies(archive: Archive, host: str) -> list[Copy]:
    rows = archive.connection.execute(
        "SELECT pages.id, articles.id, pages.url, coalesce(articles.title, ''), pages.text_hash,"
        " coalesce(pages.simhash, 0), pages.canonical_url, EXISTS (SELECT 1 FROM claims WHERE page_id = pages.id),"
        " articles.published, articles.word_count"
        " FROM pages JOIN articles ON articles.page_id = pages.id"
        " WHERE pages.site = ? AND pages.state = 'archived' ORDER BY pages.url",
        (host,),
    )
    return [Copy(*row)._replace(claimed=bool(row[7])) for row in rows]


def _demote(archive: Archive, host: str) -> None:
    """Take back what was filed and, seen beside the rest of the site, is no post.

    The few of a folder's pages that looked like posts while most did not (staff, services); and what only menus link to
    while posts are linked from elsewhere.
    """
    db = archive.connection
    rows = db.execute(
        "SELECT pages.id, family, state, priority, articles.id AS article_id, articles.word_count,"
        " (SELECT max(1 + (sources.kind != 'sitemap')) FROM claims JOIN sources ON sources.id = source_id"
        "  WHERE page_id = pages.id) AS claimed"
        " FROM pages LEFT JOIN articles ON articles.page_id = pages.id"
        " WHERE pages.site = ? AND pages.kind = ? AND state IN ('archived', 'page')",
        (host, site.POST),
    ).fetchall()
    posts = [row for row in rows if row["state"] == "archived"]
    if len(posts) < schedule.MANY_POSTS:
        return
    all_of, posts_of = Counter(row["family"] for row in rows), Counter(row["family"] for row in posts)
    linked_well = sum(row["priority"] < discover.MENU for row in posts) >= LINKED_WELL * len(posts)
    for row in posts:
        family = row["family"]
        of_family, all_family = posts_of[family], all_of[family]
        reason = None
        if not row["claimed"] and all_family >= FAMILY_PAGES and of_family <= POSTS_IN_FAMILY * all_family:
            reason = "most pages with an address like this are no posts"
        elif not row["claimed"] and linked_well and row["priority"] >= discover.MENU:
            reason = "only menus link to it, while the site's posts are linked from elsewhere"
        elif row["claimed"] == _BY_SITEMAP and of_family <= ODD_PAGES and row["word_count"] < FEW_WORDS:
            # A sitemap names every page: a guest book, a page that a program fills.
            reason = "it holds next to nothing, and its address is unlike those of the site's posts"
        if reason is not None:
            _take_back(archive, row["id"], row["article_id"], reason)


_BY_SITEMAP = 1  # as _demote asks: 2 when a feed or WordPress names the page


def _take_back(archive: Archive, page_id: int, article_id: int, reason: str) -> None:
    with archive.transaction() as db:
        db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        db.execute("UPDATE pages SET state = 'page', page_type = 'page', reason = ? WHERE id = ?", (reason, page_id))


def _merge(archive: Archive, visits: Visits, copies: list[Copy]) -> None:
    gone: set[int] = set()
    for members in identity.groups(copies):
        keeper = identity.keeper(members)
        with archive.transaction():
            for copy in members:
                if copy.page_id != keeper.page_id:
                    archive.merge(copy.article_id, keeper.article_id)
                    archive.connection.execute(
                        "UPDATE pages SET reason = ? WHERE id = ?", (f"the same article as {keeper.url}", copy.page_id)
                    )
                    gone.add(copy.page_id)
        visits.count(duplicates=len(members) - 1)
    pairs = identity.near_duplicates(copy for copy in copies if copy.page_id not in gone)
    with archive.transaction():
        archive.connection.executemany(
            "UPDATE pages SET similar_to = ? WHERE id = ? AND similar_to IS NOT ?",
            [(first.page_id, later.page_id, first.page_id) for later, first in pairs],
        )
