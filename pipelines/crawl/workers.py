"""A small pool of worker processes that may die without loss.

A page that crashes its worker, or holds it too long, costs that worker and nothing else: a new one is started, the
page is tried once more, and a page that does it again is reported as one that cannot be read. Considered instead:
``concurrent.futures.ProcessPoolExecutor``, which gives up every task it holds when one process dies, and cannot end a
task that hangs.

Workers start when they are needed: a run that finds nothing changed starts none.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipelines.crawl.reading import Lesson, Listing, Reading, Single, Task, learnt, listed, read, record
from pipelines.crawl.values import MAX_WORKERS, CrawlLimits
from pipelines.crawl.worker import FRAME, LARGE_BYTES

_PIPE_BYTES = 1 << 20  # read in large pieces: the default of 64 KiB costs a wake-up each
_FAREWELL_S = 1.0  # for a worker to end by itself when its input closes; then it is killed


HUGE_BYTES = 2_000_000
"""Bytes of a page after which its worker is ended in any case: what it took may be needed by the next reader."""
MOST_KEPT_BYTES = 120_000_000
"""Memory above which a worker is ended after a page of more than LARGE_BYTES; it has 60 MB after any number of smaller
ones. To start another one costs as much as reading thirty pages."""


SHORT_BYTES = 200_000
"""Bytes of a feed or sitemap up to which reading it here takes less time than sending it to a worker."""


Work = Task | Lesson | Listing | Single


class Unreadable(Exception):
    """A page whose workers died or hung as often as allowed. ``str()`` says which."""


def _bytes_of(work: Work) -> int:
    """Return the size of the largest page of *work*."""
    if isinstance(work, Lesson):
        return max((len(body) for _, body, _ in work.pages), default=0)
    return len(work.body)


def default_workers() -> int:
    """Return how many workers are started when nobody says: one per usable core, at most MAX_WORKERS."""
    return max(1, min(MAX_WORKERS, len(os.sched_getaffinity(0))))


class _Worker:
    """One process, doing one task at a time."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.templates: set[tuple[str, int]] = set()

    @classmethod
    async def start(cls, limits: CrawlLimits) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pipelines.crawl.worker",
            str(limits.max_worker_mb),
            str(max(1, round(limits.max_seconds_per_page))),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=_PIPE_BYTES,
        )
        return cls(process)

    async def ask(self, work: Work, template: Callable[[], dict[str, object] | None]) -> Any:
        """Return what the process makes of *work*. Raises EOFError when the process ends instead."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        key = work.template_key if isinstance(work, Task) else None
        if isinstance(work, Task) and key is not None and key not in self.templates:
            work = work._replace(template=template())
            self.templates.add(key)
        frame = pickle.dumps(work, pickle.HIGHEST_PROTOCOL)
        try:
            self.process.stdin.write(FRAME.pack(len(frame)))
            self.process.stdin.write(frame)
            await self.process.stdin.drain()
            (length,) = FRAME.unpack(await self.process.stdout.readexactly(FRAME.size))
            content = await self.process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError from error
        return pickle.loads(content)  # noqa: S301  (from the process we started)

    def is_small(self) -> bool:
        """Tell whether the process has no more than MOST_KEPT_BYTES of memory; no where nobody says."""
        try:
            resident = int(Path(f"/proc/{self.process.pid}/statm").read_bytes().split()[1])
        except (OSError, IndexError, ValueError):
            return False
        return resident * resource.getpagesize() <= MOST_KEPT_BYTES

    async def end(self, *, kill: bool) -> None:
        """End the process and wait for its end."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        if not kill:
            with suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL_S):
                    await self.process.wait()
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


class Pool:
    """The workers of one run; an asynchronous context manager."""

    def __init__(self, count: int | None, limits: CrawlLimits) -> None:
        self._inline = count == 0
        self.count = count or (1 if self._inline else default_workers())
        """Most workers at once."""
        self.deaths = 0
        """Workers that died or were ended because they hung."""
        self.limits = limits
        self._idle: list[_Worker] = []
        self._slots = asyncio.Semaphore(self.count)
        self._all: set[_Worker] = set()
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Pool:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def read(self, task: Task, template: Callable[[], dict[str, object] | None] = lambda: None) -> Reading:
        """Return what a page says; waits for a free worker. *template* gives the site's template when a worker lacks
        it.

        Raises Unreadable when it cost ``max_worker_deaths`` workers.
        """
        if self._inline:
            from scraper.template import Template

            kept = template() if task.template_key is not None else None
            return read(task, Template.from_dict(kept) if kept else None)
        reading: Reading = await self._done(task, template)
        return reading

    async def learn(self, lesson: Lesson) -> dict[str, Any]:
        """Return what a site repeats. Raises Unreadable as ``read`` does."""
        found: dict[str, Any] = learnt(lesson) if self._inline else await self._done(lesson, lambda: None)
        return found

    async def listed(self, listing: Listing) -> Any:
        """Return what a feed or sitemap lists; a short one is read here. Raises Unreadable as ``read`` does."""
        if self._inline or len(listing.body) <= SHORT_BYTES:
            return listed(listing)
        return await self._done(listing, lambda: None)

    async def single(self, single: Single) -> dict[str, Any]:
        """Return the record of a page outside any crawl. Raises Unreadable as ``read`` does."""
        made: dict[str, Any] = record(single) if self._inline else await self._done(single, lambda: None)
        return made

    async def _done(self, work: Work, template: Callable[[], dict[str, object] | None]) -> Any:
        async with self._slots:
            reason = ""
            for _ in range(max(1, self.limits.max_worker_deaths)):
                if not self._idle and self._warming is not None:
                    await self._warming
                worker = self._idle.pop() if self._idle else await self._start()
                done = False
                try:
                    async with asyncio.timeout(self.limits.max_seconds_per_page):
                        answer = await worker.ask(work, template)
                    done = True
                except EOFError:
                    reason = "its worker died"
                except TimeoutError:
                    reason = f"it was not read within {self.limits.max_seconds_per_page:g} seconds"
                finally:
                    if done and self._may_stay(worker, _bytes_of(work)):
                        self._idle.append(worker)
                    else:
                        await self._discard(worker, died=not done)
                if done:
                    return answer
            raise Unreadable(f"{reason}, {self.limits.max_worker_deaths} times")

    @staticmethod
    def _may_stay(worker: _Worker, size: int) -> bool:
        """Say whether a worker may read on after a page of *size* bytes."""
        return size <= LARGE_BYTES or (size <= HUGE_BYTES and worker.is_small())

    def warm_up(self) -> None:
        """Start all workers now, beside what else there is to do: for a run that is sure to need them."""
        if not self._inline and self._warming is None:
            self._warming = asyncio.create_task(self._start_all())

    async def _start_all(self) -> None:
        self._idle.extend(await asyncio.gather(*(self._start() for _ in range(self.count))))

    async def _start(self) -> _Worker:
        worker = await _Worker.start(self.limits)
        self._all.add(worker)
        return worker

    async def _discard(self, worker: _Worker, *, died: bool) -> None:
        self.deaths += died
        self._all.discard(worker)
        await worker.end(kill=True)

    def running(self) -> list[int]:
        """Return the process numbers of the workers."""
        return [worker.process.pid for worker in self._all]

    async def aclose(self) -> None:
        """End every worker."""
        if self._warming is not None:
            await self._warming
        await asyncio.gather(*(worker.end(kill=worker not in self._idle) for worker in self._all))
        self._all.clear()
        self._idle.clear()
