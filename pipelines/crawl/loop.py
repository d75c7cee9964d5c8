"""The crawl of one site, from its start page to the last address worth asking.

    start page → sitemaps, feeds, WordPress → what looks like a post → the rest, as long as it brings something new
               → second looks at what is missing → copies settled

Two kinds of hands work at once. *Slots* ask for pages, as many as the host may be asked at a time. *Readers* wait for a
worker process to read a page that a slot brought, and write down what it says. Each holds one page at most, so a killed
process has that many to do again, and the pages that were fetched and not read are read from their raw copies.
"""

from __future__ import annotations

import asyncio
from collections import deque

from pipelines.archive import moment
from pipelines.archive.rows import digest
from pipelines.crawl import learning, permission, schedule, settling
from pipelines.crawl.clock import CapReached
from pipelines.crawl.frontier import Frontier, Item
from pipelines.crawl.readers import Readers
from pipelines.crawl.reading import Reading, kept_headers
from pipelines.crawl.schedule import Ledger
from pipelines.crawl.shared import Shared
from pipelines.crawl.sources import Sources, feeds_again
from pipelines.crawl.verdict import Verdict
from pipelines.crawl.visits import Visits
from scraper import discover, site
from scraper.discover import Feeds, Link, Origin
from scraper.errors import (
    BlockedAddress,
    ConnectFailed,
    FetchError,
    InvalidURL,
    RobotsDisallowed,
    ServerBusy,
    TimedOut,
    TransientError,
)
from scraper.response import Response
from scraper.standards import url as urls

HOST_FAILURES = 6
"""Requests in a row without any answer after which a host is left for a later run: it is down, or shuts us out."""
MASS_MISSING_SHARE = 0.25
"""Share of a site's articles that may be missing at once and be believed gone; MASS_MISSING_MIN of them always."""
MASS_MISSING_MIN = 10
_WITHOUT_RECORD = frozenset(("gone", "queued"))  # "not modified" would leave a page of these states unread for ever
_NOT_MODIFIED, _FIRST_REDIRECT, _FIRST_ERROR = 304, 300, 400


class SiteCrawl:
    """One site in one run."""

    def __init__(self, shared: Shared, start: str) -> None:
        self.start = start
        self.problem: str | None = None
        """Why nothing came of the site, or why it was left; None when all went well."""
        self.origin: Origin = discover.origin_of(start)
        self.frontier: Frontier
        self.visits: Visits
        self.ledger = Ledger()
        self.has_sources = False
        self._shared = shared
        self._archive = shared.archive
        self._revisits: deque[int] = deque()
        self._failures = 0
        self._left = False
        """The host is left for a later run."""
        self._busy = 0
        self._slots = 1
        self._wake = asyncio.Event()
        self._readers: Readers
        self._start_id = -1
        self._sources: Sources | None = None
        self._may_guess = False
        self._left_families: set[str] = set()

    @property
    def host(self) -> str:
        """The site's name in the archive."""
        return self.origin.site

    @property
    def _host_key(self) -> str:
        return self._shared.fetcher.host_key(self.origin.base)

    def requests(self) -> int:
        """Return how many requests this process has made to the site's host."""
        return self._shared.clocks.requests.get(self._host_key, 0)

    def queued(self) -> int:
        """Return how many addresses wait."""
        return (self.frontier.queued() if hasattr(self, "frontier") else 0) + len(self._revisits)

    # -- the whole ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Crawl the site. Never raises on account of the site."""
        self._open()
        if reason := self._shared.clocks.why_not_now(self._host_key):
            self._leave(reason)
            return
        try:
            await self._look_around()
            await self._finish()
        finally:
            await self._readers.stop()
            self.frontier.release()

    async def _look_around(self) -> None:
        """Visit everything that is worth it."""
        await self._read_unread()
        feeds = await self._visit_start()
        if not self._stopped:
            await self._read_sources(feeds)
        self._plan_revisits()
        learning.choose(self._archive, self.host)
        await self._work()
        if not self._stopped and await self._guess_sources():
            await self._work()

    async def _finish(self) -> None:
        """Settle what only the whole site can tell."""
        if not self._stopped:
            await self._readers.finish_learning()
        for _ in range(settling.MAX_ROUNDS):
            if self._stopped or not settling.settle(self._archive, self.frontier, self.visits):
                break
            await self._work()
        if not self._stopped:
            await self._look_twice()
            await self._readers.finish_learning()
        with self._archive.transaction():
            self._archive.connection.execute(
                "UPDATE sites SET crawled_at = ? WHERE host = ?", (moment(self._shared.now()), self.host)
            )

    @property
    def _stopped(self) -> bool:
        return self._shared.stopping or self._left or self._shared.is_full

    def _open(self) -> None:
        shared = self._shared
        now = moment(shared.now())
        # A known site keeps the spelling of its host that answered before: a second run need not find out again.
        row = self._archive.connection.execute(
            "SELECT base_url FROM sites WHERE host = ?", (self.origin.site,)
        ).fetchone()
        if row is not None and row[0]:
            self.origin = Origin(row[0], self.origin.site)
        with self._archive.transaction():
            self._archive.ensure_site(self.host, at=now, base_url=self.origin.base)
        profile = permission.profile_of(self._archive, self.host)
        self._slots = permission.keep_pace(shared, self.origin.base, profile)
        self.frontier = Frontier(self._archive, self.host, shared.journal.run_id, shared.settings.limits, profile)
        self.visits = Visits(
            self._archive,
            self.frontier,
            shared.journal,
            self.ledger,
            self.origin,
            keep_raw=shared.settings.keep_raw,
            allowed=shared.allowed,
            now=shared.now,
        )
        own = self.origin.own(self.start) or self.start
        with self._archive.transaction():
            link = Link(own, discover.TYPED, "given as a start", discover.FIRST_PAGE, site.guess(own).kind)
            home = Link(self.origin.base + "/", discover.TYPED, "the front page", discover.FIRST_PAGE, site.HOME)
            self.frontier.add((link, home), found_on=None, depth=0, now=now)
        found = self.frontier.find(own)
        assert found is not None
        self._start_id = found.page_id
        settling.recall(self._archive, self.host, self.ledger)
        self._readers = Readers(
            shared, self.visits, self.host, start_id=self._start_id, on_change=self.stir, on_read=self._after_reading
        )

    async def _read_unread(self) -> None:
        """Read the pages that a process which died had fetched and not read."""
        for item, raw in self.visits.unread():
            if self._shared.stopping:
                return
            self.frontier.reserve(item.page_id)
            headers = (("content-type", raw.content_type),) if raw.content_type else ()
            await self._readers.read(item, raw.body, headers)

    async def _visit_start(self) -> Feeds:
        """Visit the start page and return the feeds it names. Sets ``problem`` when there is no answer."""
        nothing = Feeds((), None)
        item = self.frontier.item(self._start_id)
        if item.visited_run == self._shared.journal.run_id and item.state in ("page", "archived"):
            return feeds_again(self._archive, self.host)
        if item.state in ("gone", "skipped", "failed", "duplicate"):
            self._archive.connection.execute("UPDATE pages SET state = 'queued' WHERE id = ?", (item.page_id,))
            item = item._replace(state="queued")
        self.frontier.reserve(item.page_id)
        self._shared.asked += 1
        try:
            response = await self._get(item)
        except (FetchError, InvalidURL) as error:
            self._note_error(item, error)
            self.problem = str(error)
            # A host that gives no answer at all gives none to the next question either.
            self._left = self._left or isinstance(error, ConnectFailed | TimedOut | ServerBusy)
            return nothing
        if response.status >= _FIRST_ERROR:
            self.visits.missing(item, response.status)
            self.problem = f"the start page answers HTTP {response.status}"
            return nothing
        moved = discover.origin_of(response.final_url)
        if moved.site == self.origin.site and moved.base != self.origin.base:
            self._move(moved)
        page = await self._answered(item, response, inline=True)
        return page.feeds if page is not None else feeds_again(self._archive, self.host)

    def _move(self, moved: Origin) -> None:
        """Take the spelling of the host that answered for the site's own."""
        self.origin = self.visits.origin = moved
        with self._archive.transaction():
            self._archive.connection.execute("UPDATE sites SET base_url = ? WHERE host = ?", (moved.base, self.host))

    async def _read_sources(self, feeds: Feeds) -> None:
        """Read what the site says of itself: what it names, and the usual places when a program has made it."""
        shared = self._shared
        self._sources = sources = Sources(shared, self.frontier, self.origin, self._source)
        try:
            robots = await shared.fetcher.robots(self.origin.base + "/")
            named: tuple[str, ...] = robots.sitemaps
            permission.note_robots(shared, self.host, robots)
        except (FetchError, InvalidURL):
            named = ()
        mapped = await sources.read_sitemaps(named, guess=feeds.is_made)
        fed = listed = False
        if not (mapped and sources.vouches_for_all()):
            fed = await sources.read_feeds(feeds, guess=feeds.is_made and not mapped)
            listed = await sources.read_wordpress(feeds.wordpress) if feeds.wordpress else False
        self.has_sources = mapped or fed or listed
        self._may_guess = not (named or feeds.is_made)

    async def _guess_sources(self) -> bool:
        """Look at the usual places after all, when everything that is linked has been seen; say whether that helped."""
        if not self._may_guess or self._sources is None:
            return False
        self._may_guess = False
        return await self._sources.read_sitemaps((), guess=True) or await self._sources.read_feeds(
            Feeds((), None), guess=True
        )

    async def _source(self, url: str, **how: object) -> Response:
        """Ask for a source, counted."""
        try:
            response: Response = await self._shared.fetcher.get(url, **how)  # type: ignore[arg-type]
        except CapReached as error:
            self._reach_cap(str(error))
            raise
        self.visits.counts.add(bytes=len(response.body))
        self._shared.journal.counts.add(bytes=len(response.body))
        return response

    def _plan_revisits(self) -> None:
        self._revisits.extend(
            settling.to_revisit(
                self._archive,
                self.host,
                run_id=self._shared.journal.run_id,
                due_only=self._shared.settings.due_only,
                spare=self._shared.settings.spare,
                now=self._shared.now(),
            )
        )

    # -- the slots ----------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Visit everything that waits and is worth it."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._slots):
                group.create_task(self._slot())
        await self._readers.drain()

    async def _slot(self) -> None:
        while not self._stopped:
            item = self._next()
            if item is None:
                if not self._busy and not self._readers.busy:
                    break
                self._wake.clear()
                await self._wake.wait()
                continue
            self._busy += 1
            try:
                await self._visit(item)
            finally:
                self._busy -= 1
                self.stir()
        self.stir()

    def stir(self) -> None:
        """Wake the slots that wait: there may be something to do, or the end has come."""
        self._wake.set()

    def _next(self) -> Item | None:
        """Return the next address to visit; leaves families that are not worth it."""
        while True:
            # Addresses of other kinds wait until all that is being read has been read: it may name posts.
            quiet = not self._busy and not self._readers.busy
            item = self.frontier.take(schedule.PHASES[1] if quiet or not self.ledger.posts else schedule.PHASES[0])
            if item is None:
                return self._next_revisit()
            reason = self._why_not(item)
            if reason is None:
                return item
            if item.family not in self._left_families:
                self._left_families.add(item.family)
                with self._archive.transaction():
                    skipped = self.frontier.leave(item.family, reason)
                self.visits.counts.add(skipped=skipped)
                self._shared.journal.counts.add(skipped=skipped)
                if limit := schedule.limit_reached(self.ledger, item.family, item.kind, self._shared.settings.limits):
                    self.frontier.bite(limit, item.url, 1 + skipped)
            self.visits.refused(item, reason)

    def _why_not(self, item: Item) -> str | None:
        if item.priority <= discover.CLAIMED and item.found_by != discover.SITEMAP:
            return None
        barren, idle = self._shared.settings.limits.max_barren_listings, self._shared.settings.limits.max_idle_pages
        return schedule.why_not(self.ledger, item.family, item.kind, max_barren=barren, max_idle=idle)

    def _next_revisit(self) -> Item | None:
        self._revisits.extend(self.frontier.reappeared)
        self.frontier.reappeared.clear()
        while self._revisits:
            item = self.frontier.item(self._revisits.popleft())
            if item.visited_run != self._shared.journal.run_id and self.frontier.reserve(item.page_id):
                return item
        return None

    async def _visit(self, item: Item) -> None:
        self._shared.asked += 1
        try:
            response = await self._get(item)
        except (FetchError, InvalidURL) as error:
            self._note_error(item, error)
            return
        self._failures = 0
        await self._answered(item, response)

    async def _get(self, item: Item) -> Response:
        response = await self._shared.fetcher.get(
            item.url,
            etag=item.etag if item.state not in _WITHOUT_RECORD else None,
            last_modified=item.last_modified if item.state not in _WITHOUT_RECORD else None,
            follow=lambda target: self._may_follow(item, target),
        )
        self.visits.counts.add(bytes=len(response.body))
        self._shared.journal.counts.add(bytes=len(response.body))
        self._shared.tick(self.host)
        return response

    def _may_follow(self, item: Item, target: str) -> bool:
        """Say whether a redirect is worth following: to a page of this site that nobody has visited or is visiting."""
        own = self.origin.own(target)
        if own is None:
            return False
        if own == item.url:
            return True  # http to https, a slash more: the same address as far as anybody can tell
        if site.guess(own).kind in site.NEVER_A_PAGE:
            return False
        known = self.frontier.find(own)
        if known is None:
            return True
        if self.frontier.is_out(known.page_id):
            return False
        return known.state == "queued" or known.visited_run != self._shared.journal.run_id

    def _note_error(self, item: Item, error: FetchError | InvalidURL) -> None:
        status = getattr(error, "status", None)
        if isinstance(error, CapReached):
            self.visits.postponed(item, str(error))
            self._reach_cap(str(error))
        elif isinstance(error, RobotsDisallowed):
            self.visits.refused(item, str(error))
        elif isinstance(error, BlockedAddress | InvalidURL):
            self.visits.failed(item, str(error), status=None, transient=False)
        elif isinstance(error, ServerBusy) and error.retry_after_s is not None:
            self.visits.postponed(item, str(error))
            self._shared.clocks.leave_alone(self._host_key, error.retry_after_s)
            self._leave(f"{error}; it is left for a later run")
        elif isinstance(error, TransientError):
            self._failures += isinstance(error, ConnectFailed | TimedOut | ServerBusy)
            self.visits.failed(item, str(error), status=status, transient=True)
            if self._failures >= HOST_FAILURES:
                self._leave(f"{self._failures} requests in a row failed, the last with: {error}")
        else:
            self.visits.failed(item, str(error), status=status, transient=False)
        self._shared.tick(self.host)

    def _reach_cap(self, problem: str) -> None:
        self.frontier.bite("daily_cap", self.start)
        self._leave(problem)

    def _leave(self, problem: str) -> None:
        self._left = True
        self.problem = self.problem or problem

    # -- answers ------------------------------------------------------------------------------------------------------

    async def _answered(self, item: Item, response: Response, *, inline: bool = False) -> Reading | None:
        """Write down an answer. With *inline* the page is read before this returns, and what it says is returned."""
        final = self.origin.own(response.final_url)
        if response.status >= _FIRST_ERROR:
            self.visits.missing(item, response.status)
            return None
        if _FIRST_REDIRECT <= response.status < _FIRST_ERROR and response.status != _NOT_MODIFIED:
            self._redirected(item, response)
            return None
        if final is not None and final != item.url:
            target = self.visits.target(item, final, discover.REDIRECT)
            if item.state == "archived" and target.state != "archived":
                return await self._article_redirected(item, target, response)
            self.visits.alias(item, target, f"redirects to {final}", status=response.redirects[0][0])
            if not self.frontier.reserve(target.page_id):
                return None
            item = target
        elif final is None:
            self.visits.leads_away(item, "redirects to", response.final_url)
            return None
        same = item.content_hash is not None and item.content_hash == digest(response.body)
        if response.status == _NOT_MODIFIED or (same and item.state not in ("queued", "gone")):
            self.visits.unchanged(item, response)
            return None
        content_hash = self.visits.fetched(item, response)
        twin = self.visits.twin(item, content_hash)
        if twin is not None:
            self.visits.alias(item, twin, f"the same bytes as {twin.url}", status=response.status, fetch=False)
            return None
        if inline:
            return await self._readers.read(item, response.body, kept_headers(response))
        await self._readers.hand(item, response.body, kept_headers(response))
        return None

    def _redirected(self, item: Item, response: Response) -> None:
        """Note a redirect that was not followed."""
        location = response.header("location")
        absolute = urls.join(response.final_url, location) if location else None
        own = self.origin.own(absolute) if absolute else None
        if own is None:
            self.visits.leads_away(item, "redirects to", absolute or location or "no address")
        elif site.guess(own).kind in site.NEVER_A_PAGE:
            self.visits.refused(item, f"redirects to what is no page: {own}")
        else:
            self.visits.redirected(item, self.visits.target(item, own, discover.REDIRECT), response.status)

    async def _article_redirected(self, item: Item, target: Item, response: Response) -> Reading | None:
        """Read what a known article redirects to before it is believed that the article has moved there."""
        reading = None
        if self.frontier.reserve(target.page_id):
            if target.content_hash == digest(response.body):
                self.visits.unchanged(target, response)
            else:
                self.visits.fetched(target, response)
                reading = await self._readers.read(target, response.body, kept_headers(response))
        self.visits.redirected(item, self.frontier.item(target.page_id), response.redirects[0][0])
        return reading

    def _after_reading(self, item: Item, verdict: Verdict) -> None:
        if item.state == "page" and item.kind in site.LISTINGS and not verdict.is_post:
            self._revisits.extend(settling.next_of_listing(self._archive, self.host, item))

    # -- the end ------------------------------------------------------------------------------------------------------

    async def _look_twice(self) -> None:
        """Ask again for the articles that were missing: what answers 404 twice is gone, unless half the site is."""
        suspects, self.visits.suspects = self.visits.suspects, []
        articles = self._archive.connection.execute(
            "SELECT count(*) FROM pages WHERE site = ? AND state = 'archived'", (self.host,)
        ).fetchone()[0]
        too_many = len(suspects) > max(MASS_MISSING_MIN, MASS_MISSING_SHARE * articles)
        for page_id in suspects:
            item = self.frontier.item(page_id)
            if too_many:
                self.visits.not_believed_gone(item)
                continue
            if self._stopped:
                return
            try:
                response = await self._get(item)
            except (FetchError, InvalidURL) as error:
                self._note_error(item, error)
                continue
            if response.status >= _FIRST_ERROR:
                self.visits.missing(item, response.status, second_look=True)
            else:
                await self._answered(item, response, inline=True)
        if too_many:
            self.problem = (
                f"{len(suspects)} of {articles} articles are missing at once; they are kept until they stay away"
            )
