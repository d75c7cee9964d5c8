"""One site's frontier: which addresses are known, which of them wait, and who is handed out next.

It lives in the archive's table ``pages``, so that it survives the process: an address waits while its state is
``queued``. Addresses are handed out in small batches that are leased in one write; a lease found at the start of a
run was left by a process that died, and its page comes first again.

Nothing is decided here: ``schedule`` says in which order and what is not worth asking.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.archive import Archive
from pipelines.crawl.values import CrawlLimits
from scraper import discover, site
from scraper.discover import Link
from scraper.profile import Profile

BATCH = 8
"""Addresses leased in one write: a write costs as much as a fifth of a page's work, and a better address that is found
meanwhile waits for at most so many others."""


class Item(NamedTuple):
    """One address to visit, with what the last visit left."""

    page_id: int
    url: str
    state: str
    priority: int
    kind: str
    family: str
    depth: int
    found_by: str
    etag: str | None
    last_modified: str | None
    content_hash: str | None
    attempts: int
    visits: int
    changes: int
    changed_at: str | None
    missing_since: str | None
    raw_hash: str | None
    visited_run: int | None
    checked_at: str | None


_COLUMNS = ", ".join("id" if name == "page_id" else name for name in Item._fields)


class Added(NamedTuple):
    """What came of adding links."""

    new: int
    """Addresses nobody had named before."""
    posts: int
    """Those of them that look like posts."""


class Frontier:
    """The addresses of one site."""

    def __init__(
        self, archive: Archive, host: str, run_id: int, limits: CrawlLimits, profile: Profile | None = None
    ) -> None:
        self.host = host
        self.profile = profile
        self.limits = limits
        self.bitten: dict[str, tuple[int, str]] = {}
        """Limit → (addresses left out, the first of them)."""
        self._db: sqlite3.Connection = archive.connection
        self._run_id = run_id
        self._known: set[int] = set()
        self._weak: set[int] = set()
        """Of the known: queued with a poor rank, so that a better mention counts."""
        self._gone: dict[int, int] = {}
        """Of the known: gone from the site. Hash of the address → number of the page."""
        self.reappeared: list[int] = []
        """Pages that were gone and are linked or listed again."""
        self._queries: dict[str, int] = {}
        self._dates = 0
        self._batch: deque[Item] = deque()
        self._out: set[int] = set()
        self._count_known()

    def _count_known(self) -> None:
        rows = self._db.execute("SELECT id, url, state, priority, kind FROM pages WHERE site = ?", (self.host,))
        for page_id, url, state, priority, kind in rows:
            self._remember(url)
            if state == "gone":
                self._gone[hash(url)] = page_id
            if state == "queued" and priority > discover.OFFERED:
                self._weak.add(hash(url))
            self._count_kind(url, kind)

    def _remember(self, url: str) -> None:
        # Eight bytes instead of a hundred for each of perhaps 100,000 addresses; Python's own hash of a text is keyed
        # by the process, so no page can choose addresses that collide.
        self._known.add(hash(url))

    def _count_kind(self, url: str, kind: str | None) -> None:
        if kind == site.DATE:
            self._dates += 1
        if site.is_facet(url):
            path = site.path_of(url).partition("?")[0]
            self._queries[path] = self._queries.get(path, 0) + 1

    def __len__(self) -> int:
        """Return the number of addresses known."""
        return len(self._known)

    def knows(self, url: str) -> bool:
        """Say whether *url* was ever seen."""
        return hash(url) in self._known

    # -- adding -------------------------------------------------------------------------------------------------------

    def add(self, links: Iterable[Link], *, found_on: int | None, depth: int, now: str) -> Added:
        """Take in *links*, found at moment *now* on the page with that number; to be called inside a transaction."""
        new = posts = 0
        for link in links:
            key = hash(link.url)
            if key in self._known:
                if key in self._gone and link.rank <= discover.PROSE:
                    self.reappeared.append(self._gone.pop(key))
                elif key in self._weak and link.rank <= discover.OFFERED:
                    self._promote(link)
                    posts += 1
                continue
            reason = self._refuse(link, depth)
            if reason == "":
                continue  # not even kept: a trap names a million of them
            self._known.add(key)
            self._count_kind(link.url, link.kind)
            state = "queued" if reason is None else "skipped"
            self._insert(link, state, reason, found_on, depth, now)
            if reason is None:
                new += 1
                posts += link.kind == site.POST and link.rank < discover.MENU
                if link.rank > discover.OFFERED:
                    self._weak.add(key)
                if self._batch and link.rank < self._batch[-1].priority:
                    self._put_back()
        return Added(new, posts)

    def _insert(self, link: Link, state: str, reason: str | None, found_on: int | None, depth: int, now: str) -> None:
        self._db.execute(
            "INSERT INTO pages (url, site, state, reason, found_by, found_on, found_at, depth, priority, kind, family)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO NOTHING",
            (
                link.url,
                self.host,
                state,
                reason or link.reason,
                link.found_by,
                found_on,
                now,
                depth,
                link.rank,
                link.kind,
                family_of(link.url, link.kind),
            ),
        )

    def _promote(self, link: Link) -> None:
        """Give a waiting address the better rank a new mention brings."""
        self._weak.discard(hash(link.url))
        self._db.execute(
            "UPDATE pages SET priority = ?, kind = ?, family = ?, reason = ?"
            " WHERE url = ? AND state = 'queued' AND priority > ?",
            (link.rank, link.kind, family_of(link.url, link.kind), link.reason, link.url, link.rank),
        )
        if self._batch and link.rank < self._batch[-1].priority:
            self._put_back()

    def _refuse(self, link: Link, depth: int) -> str | None:
        """Return why *link* is not to be asked, ``""`` when it is not even to be kept, None when it is welcome."""
        limits, url = self.limits, link.url
        if len(url) > limits.max_url_length:
            return self._refused("max_url_length", url)
        if len(self._known) >= limits.max_pages_per_site:
            return self._refused("max_pages_per_site", url)
        if link.kind in site.NEVER_A_PAGE:
            return f"not a page: its address looks like {_A_KIND[link.kind]}"
        if self.profile is not None and link.found_by != discover.TYPED:
            excluded = self.profile.why_not(url, is_listing=link.kind in site.LISTINGS)
            if excluded is not None:
                return excluded
        if link.found_by in (discover.FEED, discover.WORDPRESS, discover.SITEMAP):
            return None
        if depth > limits.max_depth:
            return self._refused("max_depth", url)
        if url.count("/") - 3 > limits.max_path_segments:
            return self._refused("max_path_segments", url)
        if site.repeats(url) >= limits.max_path_repeats:
            return self._refused("max_path_repeats", url)
        if link.kind == site.DATE and self._dates >= limits.max_dates:
            return self._refused("max_dates", url)
        if link.kind in site.LISTINGS and site.guess(url).number > limits.max_pagination:
            return self._refused("max_pagination", url)
        if site.is_facet(url):
            path = site.path_of(url).partition("?")[0]
            if self._queries.get(path, 0) >= limits.max_queries_per_path and link.kind != site.PAGINATION:
                return self._refused("max_queries_per_path", url)
        return None

    def _refused(self, name: str, url: str) -> str:
        self.bite(name, url)
        return ""

    def bite(self, name: str, url: str, count: int = 1) -> None:
        """Note that a limit has bitten: *count* addresses are left out on its account, *url* among them."""
        times, example = self.bitten.get(name, (0, url))
        self.bitten[name] = (times + count, example)

    # -- handing out --------------------------------------------------------------------------------------------------

    def take(self, worst: int) -> Item | None:
        """Return the next waiting address whose rank is *worst* or better, None when there is none. It is leased."""
        if not self._batch:
            self._fill()
        if not self._batch or self._batch[0].priority > worst:
            return None
        item = self._batch.popleft()
        self._out.add(item.page_id)
        return item

    def best(self) -> int | None:
        """Return the rank of the next waiting address, None when none waits."""
        if not self._batch:
            self._fill()
        return self._batch[0].priority if self._batch else None

    def _fill(self) -> None:
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM pages WHERE site = ? AND state = 'queued' ORDER BY priority, id LIMIT ?",  # noqa: S608
            (self.host, BATCH + len(self._out)),
        ).fetchall()
        items = [item for row in rows if (item := Item(*row)).page_id not in self._out][:BATCH]
        if not items:
            return
        if items[0].kind == site.DATE:
            items = self._oldest(items[0].priority)
        self._db.executemany(
            "UPDATE pages SET lease = ?, attempts = attempts + 1 WHERE id = ?",
            [(self._run_id, item.page_id) for item in items],
        )
        self._batch.extend(items)

    def _oldest(self, priority: int) -> list[Item]:
        """Return the date archives that wait, oldest first: the newest posts are known from elsewhere, if any are."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM pages WHERE site = ? AND state = 'queued' AND priority = ? AND kind = ?"  # noqa: S608
            " ORDER BY url",
            (self.host, priority, site.DATE),
        )
        return [item for row in rows if (item := Item(*row)).page_id not in self._out][:BATCH]

    def _put_back(self) -> None:
        """Let the addresses at hand wait again, because a better one has come."""
        self._db.executemany(
            "UPDATE pages SET lease = NULL, attempts = attempts - 1 WHERE id = ? AND state = 'queued'",
            [(item.page_id,) for item in self._batch],
        )
        self._batch.clear()

    def done(self, page_id: int) -> None:
        """Note that a handed-out address has its answer in the archive."""
        self._out.discard(page_id)

    def reserve(self, page_id: int) -> bool:
        """Take an address out of turn, as the target of a redirect; False when somebody is at it already."""
        if page_id in self._out:
            return False
        self._out.add(page_id)
        self._batch = deque(item for item in self._batch if item.page_id != page_id)
        return True

    def is_out(self, page_id: int) -> bool:
        """Say whether the address is being visited now."""
        return page_id in self._out

    def release(self) -> None:
        """Let every address that was handed out and not answered wait again."""
        self._put_back()

    def leave(self, family: str, reason: str) -> int:
        """Skip what still waits of a *family*, for that *reason*; return how many. To be called inside a
        transaction."""
        skipped = self._db.execute(
            "UPDATE pages SET state = 'skipped', reason = ?, lease = NULL WHERE site = ? AND state = 'queued'"
            " AND family = ? AND priority > ?",
            (reason, self.host, family, discover.CLAIMED),
        ).rowcount
        if skipped:
            self._batch = deque(
                item for item in self._batch if item.family != family or item.priority <= discover.CLAIMED
            )
        return skipped

    def item(self, page_id: int) -> Item:
        """Return what is known of one page."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM pages WHERE id = ?", (page_id,)).fetchone()  # noqa: S608
        return Item(*row)

    def find(self, url: str) -> Item | None:
        """Return what is known of an address, None when nothing is."""
        if not self.knows(url):
            return None
        row = self._db.execute(f"SELECT {_COLUMNS} FROM pages WHERE url = ?", (url,)).fetchone()  # noqa: S608
        return Item(*row) if row else None

    def queued(self) -> int:
        """Return how many addresses wait."""
        row = self._db.execute("SELECT count(*) FROM pages WHERE site = ? AND state = 'queued'", (self.host,))
        return int(row.fetchone()[0])


_A_KIND = {
    site.SERVICE: "a form or a service",
    site.FEED: "a feed",
    site.ASSET: "a file",
    site.SEARCH: "a search",
}


def family_of(url: str, kind: str) -> str:
    """Return the group of addresses *url* belongs to, whose members tend to be of one kind.

    Listings of one sort are one family; posts are grouped by the shape of their address.

    >>> family_of("https://blog.example/tag/pain/page/2/", "tag")
    'tag'
    >>> family_of("https://blog.example/2021/07/a-post/", "post")
    '/{year}/{n}/{slug}/'
    """
    if kind == site.PAGINATION:
        return f"{site.PAGINATION} {site.guess(url).listing or site.parent_of(url) or ''}"
    return kind if kind in site.LISTINGS else site.guess(url).shape
