"""The readers of one site: each hands a fetched page to a worker process and writes down what comes back.

They work beside the slots that fetch. As many pages are in their hands as there are workers; a slot whose page finds no
free reader waits, so nothing piles up in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from pipelines.crawl import learning
from pipelines.crawl.frontier import Item
from pipelines.crawl.reading import Reading, Task
from pipelines.crawl.shared import Shared
from pipelines.crawl.verdict import Verdict
from pipelines.crawl.visits import Visits
from pipelines.crawl.workers import Unreadable
from scraper import discover

Headers = tuple[tuple[str, str], ...]
_OK = 200


class Readers:
    """What is being read of one site.

    *on_change* is called when a reader has finished; *on_read* with every page that was read and what it is.
    """

    def __init__(
        self,
        shared: Shared,
        visits: Visits,
        host: str,
        *,
        start_id: int,
        on_change: Callable[[], None],
        on_read: Callable[[Item, Verdict], None],
    ) -> None:
        self._shared = shared
        self._archive = shared.archive
        self._visits = visits
        self._host = host
        self._start_id = start_id
        self._on_change = on_change
        self._on_read = on_read
        self._running: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(shared.pool.count)
        self._error: BaseException | None = None
        self._template_key = learning.key_of(self._archive, host)
        self._profile = learning.profile_of(self._archive, host)
        self._lesson_given = self._template_key is not None

    @property
    def busy(self) -> bool:
        """Say whether anything is being read. Raises what a reader has failed with: an error of this program."""
        if self._error is not None:
            raise self._error
        return bool(self._running)

    async def hand(self, item: Item, body: bytes, headers: Headers) -> None:
        """Have a page read beside the caller's other work; waits until a reader is free."""
        await self._room.acquire()
        self._start(self._read_and_leave(item, body, headers))

    async def _read_and_leave(self, item: Item, body: bytes, headers: Headers) -> None:
        try:
            await self.read(item, body, headers)
        finally:
            self._room.release()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        running = asyncio.create_task(work)
        self._running.add(running)
        running.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._error = task.exception()
        self._on_change()

    async def drain(self) -> None:
        """Wait until everything at hand has been read."""
        while self.busy:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """Give up what is still being read: the raw pages are kept, and the next run reads them."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def read(self, item: Item, body: bytes, headers: Headers) -> Reading | None:
        """Read a page and write down what it says; None when it cannot be read."""
        limit = self._shared.settings.limits.max_links_per_page
        origin = self._visits.origin
        task = Task(
            item.page_id, item.url, body, headers, _OK, origin, limit, self._template_key, profile=self._profile
        )
        try:
            reading = await self._shared.pool.read(task, lambda: learning.template_of(self._archive, self._host))
        except Unreadable as error:
            self._visits.quarantined(item, str(error))
            return None
        if reading.refresh is not None and reading.refresh != item.url:
            self._follow_stub(item, reading.refresh)
            return reading
        if len(reading.links) >= limit:
            self._visits.bite("max_links_per_page", item.url)
        if reading.blocked is not None:
            self._visits.note_blocked(reading.blocked)
        verdict = self._visits.read(item, reading, is_start=item.page_id == self._start_id)
        self._on_read(item, verdict)
        self._learn_when_due()
        self._shared.tick(self._host)
        return reading

    def _follow_stub(self, item: Item, target: str) -> None:
        own = self._visits.origin.own(target)
        if own is None:
            self._visits.leads_away(item, "a signpost to", target)
        else:
            page = self._visits.target(item, own, discover.REDIRECT)
            if item.state == "archived" and page.state != "archived":
                self._visits.kept(item, f"it was a post and is now a signpost to {own}", status=_OK)
                return
            self._visits.alias(item, page, f"a signpost to {own}", status=_OK, fetch=False)

    def _learn_when_due(self) -> None:
        """Learn the site's template beside the other work, once the pages for it have been read."""
        if not self._lesson_given and learning.is_due(self._archive, self._host):
            self._lesson_given = True
            self._start(self._learn())

    async def _learn(self) -> None:
        async with self._shared.lesson:
            await learning.learn(self._shared.pool, self._archive, self._host)
        self._template_key = learning.key_of(self._archive, self._host)

    async def finish_learning(self) -> None:
        """Have every article read with what the site repeats."""
        pool, run_id = self._shared.pool, self._shared.journal.run_id
        await learning.finish(pool, self._archive, self._host, self._visits.origin, run_id=run_id)
        self._template_key = learning.key_of(self._archive, self._host)
