"""The documents in which a site lists its own posts: sitemaps, feeds, the WordPress interface. Read first, because each
address they name spares a search.

What a source names is written to ``claims``, so that coverage can be reckoned later; the addresses themselves go to the
frontier. A source that has not changed costs one conditional request, and a sitemap whose index says that it has not
changed costs none.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from pipelines.archive import Archive, moment
from pipelines.crawl.frontier import Frontier
from pipelines.crawl.reading import Listing
from pipelines.crawl.schedule import COMPLETE_POSTS, COMPLETE_SHARE
from pipelines.crawl.shared import Shared
from pipelines.crawl.values import BLOCKED
from pipelines.crawl.workers import Unreadable
from scraper import discover
from scraper.discover import Feeds, Link, Origin
from scraper.errors import FetchError, InvalidURL, TransientError
from scraper.guard import why_blocked, without_credentials
from scraper.response import Response
from scraper.standards import sitemap as sitemaps
from scraper.standards import url as urls
from scraper.standards import wordpress

if TYPE_CHECKING:
    from scraper.standards.feed import Feed

Get = Callable[..., Awaitable[Response]]
"""``Fetcher.get``, or what stands in for it."""

_NOT_MODIFIED, _OK = 304, 200
_A_FEED = "not a sitemap: a feed"  # as standards.sitemap says it; a feed may stand for a sitemap (sitemaps.org)
_ABSENT = frozenset((404, 410, 403))
CHECKED_CHILDREN = 2
"""Sitemaps of an index that are asked although the index says that they have not changed."""
LONG_REST = timedelta(days=7)
"""How long a source that was not there is not asked for again."""
_WORDPRESS_PAGE = 100  # posts the interface lists at most in one answer


class Known(NamedTuple):
    """What is kept of a source between two visits."""

    source_id: int
    url: str
    kind: str
    etag: str | None
    last_modified: str | None
    lastmod: str | None
    content_hash: str | None
    entries: int | None
    status: int | None
    checked_at: str | None


class Claim(NamedTuple):
    """One entry of a source."""

    link: Link
    lastmod: str | None
    title: str | None
    published: str | None


class Sources:
    """The sources of one site, read in one run."""

    def __init__(self, shared: Shared, frontier: Frontier, origin: Origin, get: Get) -> None:
        self.answered = 0
        """Sources that answered with something to read, or with nothing new."""
        self.claims = 0
        """Addresses named in this run, or known to be named still."""
        self.changed = 0
        """Sources that answered with something else than last time."""
        self._archive = shared.archive
        self._db: sqlite3.Connection = shared.archive.connection
        self._frontier = frontier
        self._journal = shared.journal
        self._pool = shared.pool
        self._origin = origin
        self._limits = shared.settings.limits
        self._allowed = shared.allowed
        self._get = get
        self._sitemaps_read = 0
        self._seen: set[str] = set()
        self._is_unwilling = False
        """A guess was met with silence instead of an answer: no more of them."""

    # -- the three kinds ----------------------------------------------------------------------------------------------

    async def read_sitemaps(self, named: Iterable[str], *, guess: bool) -> bool:
        """Read the sitemaps that robots.txt names, and with *guess* those at the usual places when it names none.

        Returns whether one named anything.
        """
        found = False
        named = [url for name in named if (url := self._own(name))]
        for url in named:
            found = await self._read_sitemap(url, found_by="robots.txt", lastmod=None) or found
        if found:
            return True
        known = self._db.execute(
            "SELECT url FROM sources WHERE site = ? AND kind = 'sitemap' AND found_by = 'guess' AND entries > 0",
            (self._frontier.host,),
        ).fetchall()
        if not guess and not known:
            return False
        guesses = [row[0] for row in known] or [self._origin.base + path for path in discover.SITEMAP_GUESSES]
        for url in guesses:
            if await self._read_sitemap(url, found_by="guess", lastmod=None):
                return True
            if self._is_unwilling:
                break
        return False

    def _own(self, url: str) -> str | None:
        absolute = urls.join(self._origin.base + "/", url)
        own = self._origin.own(absolute, at_home=True) if absolute else None
        if own is None:
            self._note_blocked(absolute or url)
        return own

    def _note_blocked(self, url: str) -> None:
        """Report an address that a source names and nobody may connect to."""
        if why_blocked(url, self._allowed) is not None:
            self._frontier.bite(BLOCKED, without_credentials(url))

    async def _read_sitemap(self, url: str, *, found_by: str, lastmod: str | None) -> bool:
        if url in self._seen:
            return False
        self._seen.add(url)
        if self._sitemaps_read >= self._limits.max_sitemaps:
            self._frontier.bite("max_sitemaps", url)
            return False
        self._sitemaps_read += 1
        known = self._known(url, "sitemap", found_by)
        response = await self._ask(known, "sitemap", is_guess=found_by == "guess")
        if response is None:
            return False
        if response.status == _NOT_MODIFIED or known.content_hash == _hash(response):
            self._unchanged(known, response, lastmod)
            return await self._children_of(url) or bool(known.entries)
        parsed = await self._sitemap(response)
        if parsed.problem == _A_FEED:
            listed = list(self._feed_claims(await self._feed(response)))
            self._write(known, response, listed, count=len(listed), problem=None)
            return bool(listed)
        claims = list(self._sitemap_claims(parsed, url))
        self._write(
            known, response, claims, lastmod=lastmod, problem=parsed.problem, count=len(claims) + len(parsed.children)
        )
        children = [(own, child_lastmod) for child, child_lastmod in parsed.children if (own := self._own(child))]
        for child, _ in children:
            self._note_child(child, url)
        return await self._read_children(url, children) or bool(claims)

    def _sitemap_claims(self, parsed: sitemaps.Sitemap, source: str) -> Iterable[Claim]:
        for entry in parsed.entries:
            if self.claims >= self._limits.max_sitemap_urls:
                self._frontier.bite("max_sitemap_urls", entry.url)
                return
            link = discover.claimed(
                entry.url,
                self._origin,
                discover.SITEMAP,
                text=entry.title or "",
                lastmod=entry.lastmod,
                published=entry.published,
                source=source,
            )
            if link is None:
                self._note_blocked(entry.url)
            else:
                self.claims += 1
                yield Claim(link, entry.lastmod, entry.title, entry.published)

    def _note_child(self, url: str, parent: str) -> None:
        known = self._known(url, "sitemap", parent)
        self._db.execute("UPDATE sources SET found_by = ? WHERE id = ?", (parent, known.source_id))

    async def _children_of(self, url: str) -> bool:
        """Read again the sitemaps of an index that has not changed."""
        rows = self._db.execute(
            "SELECT url, lastmod FROM sources WHERE site = ? AND kind = 'sitemap' AND found_by = ?",
            (self._frontier.host, url),
        ).fetchall()
        return await self._read_children(url, [(row[0], row[1]) for row in rows])

    async def _read_children(self, index: str, children: Iterable[tuple[str, str | None]]) -> bool:
        """Read the sitemaps of an index; those that it says have not changed only in part.

        The largest few are asked all the same, by a conditional request: some programs never move these dates. When one
        of them has changed, the index is not believed for the others either.
        """
        found, unmoved = False, []
        for child, lastmod in children:
            known = self._known(child, "sitemap", index)
            if lastmod is not None and lastmod == known.lastmod and known.status == _OK:
                unmoved.append(known)
            else:
                found = await self._read_sitemap(child, found_by=index, lastmod=lastmod) or found
        unmoved.sort(key=lambda known: -(known.entries or 0))
        changed_before = self.changed
        for number, known in enumerate(unmoved):
            if number < CHECKED_CHILDREN or self.changed > changed_before:
                found = await self._read_sitemap(known.url, found_by=index, lastmod=known.lastmod) or found
            else:
                self.claims += known.entries or 0
                found = True
        return found

    async def read_feeds(self, named: Feeds, *, guess: bool) -> bool:
        """Read the feeds a page names; with *guess*, when it names none, those at the usual places."""
        found = False
        for url in named.feeds:
            found = await self._read_feed(url, "head") or found
        if found or not guess or named.feeds:
            return found
        known = self._db.execute(
            "SELECT url FROM sources WHERE site = ? AND kind = 'feed' AND entries > 0", (self._frontier.host,)
        ).fetchall()
        for url in [row[0] for row in known] or [self._origin.base + path for path in discover.FEED_GUESSES]:
            if self._is_unwilling:
                break
            if await self._read_feed(url, "guess"):
                return True
        return False

    async def _read_feed(self, url: str, found_by: str) -> bool:
        page: str | None = url
        found = False
        for _ in range(self._limits.max_feed_pages):
            if page is None or page in self._seen:
                return found
            self._seen.add(page)
            known = self._known(page, "feed", found_by)
            response = await self._ask(known, "feed", is_guess=found_by == "guess")
            if response is None:
                return found
            if response.status == _NOT_MODIFIED or known.content_hash == _hash(response):
                self._unchanged(known, response, None)
                return bool(known.entries)
            parsed = await self._feed(response)
            claims = list(self._feed_claims(parsed))
            added = self._write(known, response, claims, problem=parsed.problem, count=len(claims), keep=True)
            found = found or bool(claims)
            # Older pages of a paged feed (RFC 5005) do not change; going on is worth it while there is news.
            page = self._own(parsed.next_url) if parsed.next_url and added else None
        if page is not None:
            self._frontier.bite("max_feed_pages", page)
        return found

    def _feed_claims(self, parsed: Feed) -> Iterable[Claim]:
        for entry in parsed.entries:
            if entry.url:
                link = discover.claimed(
                    entry.url, self._origin, discover.FEED, text=entry.title or "", published=entry.published
                )
                if link is None:
                    self._note_blocked(entry.url)
                else:
                    yield Claim(link, entry.updated, entry.title, entry.published)

    def vouches_for_all(self) -> bool:
        """Say whether sitemaps with dates name nearly all articles known, so that a feed can tell nothing new."""
        row = self._db.execute(
            "SELECT count(*), count(lastmod) FROM pages WHERE site = ? AND state = 'archived'", (self._frontier.host,)
        ).fetchone()
        return bool(row[0] >= COMPLETE_POSTS and row[1] >= COMPLETE_SHARE * row[0])

    async def read_wordpress(self, root: str) -> bool:
        """Read the list of posts WordPress offers at *root*; say whether it named any."""
        total = None
        count = 0
        for page in range(1, self._limits.max_feed_pages + 1):
            url = wordpress.posts_url(root, page)
            known = self._known(url, "wordpress", "head")
            response = await self._ask(known, "feed")
            if response is None:
                return count > 0
            if response.status == _NOT_MODIFIED or known.content_hash == _hash(response):
                # Those changed last stand first, so what follows has not changed either.
                self._unchanged(known, response, None)
                return bool(known.entries)
            parsed = wordpress.parse_posts(response.body, response.final_url)
            claims = list(self._wordpress_claims(parsed))
            problem = None if parsed else "no list of posts"
            self._write(known, response, claims, problem=problem, count=len(parsed))
            posts = len(parsed)
            total = total if total is not None else wordpress.total(response.headers)
            count += posts
            if posts < _WORDPRESS_PAGE or (total is not None and count >= total):
                return count > 0
        self._frontier.bite("max_feed_pages", root)
        return True

    def _wordpress_claims(self, posts: Iterable[wordpress.Post]) -> Iterable[Claim]:
        for post in posts:
            link = discover.claimed(
                post.url, self._origin, discover.WORDPRESS, text=post.title or "", published=post.published
            )
            if link is None:
                self._note_blocked(post.url)
            else:
                yield Claim(link, post.modified, post.title, post.published)

    # -- reading ------------------------------------------------------------------------------------------------------

    async def _sitemap(self, response: Response) -> sitemaps.Sitemap:
        """Return what a sitemap lists; a long one is read by a worker, as a page is."""
        try:
            found: sitemaps.Sitemap = await self._pool.listed(
                Listing("sitemap", response.final_url, response.body, response.content_type)
            )
        except Unreadable as error:
            return sitemaps.Sitemap(problem=f"it could not be read: {error}")
        return found

    async def _feed(self, response: Response) -> Feed:
        try:
            found: Feed = await self._pool.listed(
                Listing("feed", response.final_url, response.body, response.content_type)
            )
        except Unreadable as error:
            from scraper.standards.feed import Feed

            return Feed(problem=f"it could not be read: {error}")
        return found

    # -- asking and writing -------------------------------------------------------------------------------------------

    def _known(self, url: str, kind: str, found_by: str) -> Known:
        columns = "id, url, kind, etag, last_modified, lastmod, content_hash, entries, status, checked_at"
        row = self._db.execute(f"SELECT {columns} FROM sources WHERE url = ?", (url,)).fetchone()  # noqa: S608
        if row is None:
            self._db.execute(
                "INSERT INTO sources (site, kind, url, found_by) VALUES (?, ?, ?, ?)",
                (self._frontier.host, kind, url, found_by),
            )
            row = self._db.execute(f"SELECT {columns} FROM sources WHERE url = ?", (url,)).fetchone()  # noqa: S608
        return Known(*row)

    async def _ask(self, known: Known, kind: str, *, is_guess: bool = False) -> Response | None:
        """Return the answer to read (200 or 304), None when there is none; what went wrong is written down.

        A source that this run has asked before it was interrupted counts as unchanged, and one that was not there a few
        days ago as not there.
        """
        checked = known.checked_at or ""
        now = self._journal.now()
        if checked >= self._journal.started_at or (known.status in _ABSENT and checked > moment(now - LONG_REST)):
            if known.status not in (_OK, _NOT_MODIFIED):
                return None
            return Response(known.url, known.url, _NOT_MODIFIED, (), b"", now)
        try:
            response = await self._get(
                known.url,
                kind=kind,
                etag=known.etag,
                last_modified=known.last_modified,
                follow=self._is_own,
                attempts=1 if is_guess else None,
            )
        except (FetchError, InvalidURL) as error:
            self._is_unwilling = is_guess and isinstance(error, TransientError)
            self._problem(known, getattr(error, "status", None), str(error))
            return None
        if response.status not in (_OK, _NOT_MODIFIED):
            self._problem(known, response.status, f"HTTP {response.status}")
            return None
        self.answered += 1
        return response

    def _is_own(self, target: str) -> bool:
        return self._origin.own(target) is not None

    def _problem(self, known: Known, status: int | None, problem: str) -> None:
        with self._archive.transaction():
            self._db.execute(
                "UPDATE sources SET checked_at = ?, status = ?, problem = ? WHERE id = ?",
                (moment(self._journal.now()), status, problem, known.source_id),
            )
            self._journal.fetch(known.url, source_id=known.source_id, status=status, outcome="failed", detail=problem)

    def _unchanged(self, known: Known, response: Response, lastmod: str | None) -> None:
        self.claims += known.entries or 0
        if (known.checked_at or "") >= self._journal.started_at:
            return
        with self._archive.transaction():
            self._db.execute(
                "UPDATE sources SET checked_at = ?, lastmod = coalesce(?, lastmod) WHERE id = ?",
                (moment(self._journal.now()), lastmod, known.source_id),
            )
            self._journal.fetch(
                known.url,
                source_id=known.source_id,
                status=response.status,
                outcome="unchanged",
                size=len(response.body),
                elapsed_s=response.elapsed_s,
            )

    def _write(
        self,
        known: Known,
        response: Response,
        claims: list[Claim],
        *,
        count: int,
        problem: str | None,
        lastmod: str | None = None,
        keep: bool = False,
    ) -> int:
        """Write down what a source names; return how many addresses were new. *keep*: older claims stay (feeds)."""
        now = moment(self._journal.now())
        self.changed += 1
        with self._archive.transaction():
            added = self._frontier.add((claim.link for claim in claims), found_on=None, depth=1, now=now)
            old = self._claims_of(known.source_id)
            for claim in claims:
                row = self._db.execute("SELECT id FROM pages WHERE url = ?", (claim.link.url,)).fetchone()
                if row is not None and old.pop(row[0], _NOTHING) != claim[1:]:
                    self._db.execute(
                        "INSERT INTO claims (source_id, page_id, lastmod, title, published) VALUES (?, ?, ?, ?, ?)"
                        " ON CONFLICT DO UPDATE SET lastmod = excluded.lastmod, title = excluded.title,"
                        " published = excluded.published",
                        (known.source_id, row[0], *claim[1:]),
                    )
            if not keep:
                self._db.executemany(
                    "DELETE FROM claims WHERE source_id = ? AND page_id = ?", [(known.source_id, page) for page in old]
                )
            self._db.execute(
                "UPDATE sources SET checked_at = ?, fetched_at = ?, status = ?, problem = ?, etag = ?,"
                " last_modified = ?, lastmod = ?, content_hash = ?, entries = ? WHERE id = ?",
                (
                    now,
                    now,
                    response.status,
                    problem,
                    response.header("etag"),
                    response.header("last-modified"),
                    lastmod,
                    _hash(response),
                    count,
                    known.source_id,
                ),
            )
            self._journal.fetch(
                known.url,
                source_id=known.source_id,
                status=response.status,
                outcome="read" if not problem else "read in part",
                size=len(response.body),
                elapsed_s=response.elapsed_s,
                detail=problem,
            )
        return added.new

    def _claims_of(self, source_id: int) -> dict[int, tuple[str | None, ...]]:
        rows = self._db.execute(
            "SELECT page_id, lastmod, title, published FROM claims WHERE source_id = ?", (source_id,)
        )
        return {row[0]: tuple(row)[1:] for row in rows}


_NOTHING: tuple[str | None, ...] = ("",)  # equal to no claim


def _hash(response: Response) -> str:
    return hashlib.blake2b(response.body, digest_size=16).hexdigest()


def feeds_again(archive: Archive, host: str) -> Feeds:
    """Return the feeds known from an earlier look at the start page, which has not changed since."""
    rows = archive.connection.execute(
        "SELECT url, kind FROM sources WHERE site = ? AND kind IN ('feed', 'wordpress') AND found_by = 'head'"
        " ORDER BY id",
        (host,),
    ).fetchall()
    wordpress_root = next((row[0].partition("wp/v2/")[0] for row in rows if row[1] == "wordpress"), None)
    # A site that was crawled before has had its usual places looked at.
    return Feeds(tuple(row[0] for row in rows if row[1] == "feed"), wordpress_root, is_made=True)
