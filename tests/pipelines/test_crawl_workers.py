"""Workers may die or hang; the page is tried again, then given up, and the others are read all the same."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.crawl.reading import Lesson, Reading, Task, read
from pipelines.crawl.values import CrawlLimits
from pipelines.crawl.worker import LARGE_BYTES
from pipelines.crawl.workers import MOST_KEPT_BYTES, Pool, Unreadable
from scraper.discover import origin_of
from tests.blog import Blog

ORIGIN = origin_of("http://blog.example/")
HTML = (("content-type", "text/html; charset=utf-8"),)


def task(number: int, body: str | None = None) -> Task:
    blog = Blog(posts=10)
    return Task(
        number, f"http://blog.example{blog.path(number)}", (body or blog.post(number)).encode(), HTML, 200, ORIGIN, 100
    )


def resident_bytes(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()


def with_pool(work: Callable[[Pool], Awaitable[Any]], count: int = 1, limits: CrawlLimits | None = None) -> Any:
    async def inside() -> Any:
        async with Pool(count, limits or CrawlLimits()) as pool:
            return await work(pool)

    return asyncio.run(inside())


def test_a_worker_reads_what_this_process_would() -> None:
    async def work(pool: Pool) -> Reading:
        return await pool.read(task(3))

    assert with_pool(work) == read(task(3))


def test_a_killed_worker_costs_nothing_but_itself() -> None:
    async def work(pool: Pool) -> list[Reading]:
        first = await pool.read(task(1))
        for worker in pool.running():
            os.kill(worker, signal.SIGKILL)
        return [first, *await asyncio.gather(*(pool.read(task(number)) for number in range(2, 6)))]

    readings = with_pool(work, count=2)
    assert [reading.article.title for reading in readings] == [Blog().title(number) for number in range(1, 6)]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="nobody says how much memory a process has")
def test_a_worker_outlives_large_pages() -> None:
    paragraph = "<p>" + "The tide tables of the harbour, hour by hour. " * 40 + "</p>"
    large = task(1, f"<h1>Tides</h1>{paragraph * 800}")
    assert len(large.body) > LARGE_BYTES

    async def work(pool: Pool) -> tuple[list[int], list[int], int]:
        await pool.read(task(2))
        before = pool.running()
        for _ in range(3):
            await pool.read(large)
        return before, pool.running(), resident_bytes(pool.running()[0])

    before, after, resident = with_pool(work)
    assert before == after
    assert resident < MOST_KEPT_BYTES


def test_a_worker_that_stays_too_large_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.crawl.workers.MOST_KEPT_BYTES", 1)
    large = task(1, "<h1>Tides</h1>" + "<p>The tide tables of the harbour.</p>" * 40_000)

    async def work(pool: Pool) -> tuple[list[int], list[int]]:
        await pool.read(task(2))
        before = pool.running()
        await pool.read(large)
        return before, pool.running()

    before, after = with_pool(work)
    assert len(before) == 1
    assert after == []


def test_a_page_that_hangs_is_given_up_and_the_next_is_read() -> None:
    limits = CrawlLimits(max_seconds_per_page=0.000_001)

    async def work(pool: Pool) -> Reading:
        with pytest.raises(Unreadable, match="not read within"):
            await pool.read(task(1))
        pool.limits = replace(limits, max_seconds_per_page=60)
        return await pool.read(task(2))

    assert with_pool(work, limits=limits).article.title == Blog().title(2)


def test_a_worker_without_its_crawl_ends_when_its_time_is_used_up() -> None:
    """Nobody is left to look at the clock when the crawl was killed: the kernel does."""
    code = (
        "import resource, pipelines.crawl.worker as worker\n"
        "worker._limit_time(1)\n"
        "assert 1 <= resource.getrlimit(resource.RLIMIT_CPU)[0] <= 5\n"
        "while True: pass"
    )
    ended = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert ended.returncode == -signal.SIGXCPU


def test_a_template_is_sent_once_and_used() -> None:
    sent: list[int] = []

    def template() -> dict[str, object]:
        sent.append(1)
        return {"pages": 3, "texts": ["we write about harbours."]}

    keyed = task(4)._replace(template_key=("blog.example", 1))

    async def work(pool: Pool) -> list[Reading]:
        return [await pool.read(keyed, template), await pool.read(keyed, template)]

    first, second = with_pool(work)
    assert first == second
    assert first.template_version == 1
    assert len(sent) == 1


def test_a_lesson_teaches_what_repeats() -> None:
    blog = Blog(posts=8)
    pages = tuple((f"http://blog.example{blog.path(n)}", blog.post(n).encode(), HTML) for n in range(8))

    async def work(pool: Pool) -> dict[str, Any]:
        return await pool.learn(Lesson(pages))

    learnt = with_pool(work)
    assert learnt["pages"] == 8
    assert any("harbour notes" in text for text in learnt["texts"])
