"""Politeness as the server sees it: how many requests at once, how far apart, and that a restart changes nothing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from tests.blog import Blog
from tests.pipelines.crawling import finish, start
from tests.server import Reply, serve

DELAY_S = 0.1
SLACK_S = 0.02
"""For the schedulers of two processes: the client counts from its end of the socket."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


@pytest.mark.parametrize("limit", [1, 3])
def test_never_more_in_flight_than_allowed(archive: Archive, limit: int) -> None:
    with serve(Blog(posts=20, delay_s=0.01).routes()) as server:
        crawl(archive, [server.url + "/"], CrawlSettings(delay_s=0, concurrency_per_host=limit, workers=0))
        assert server.most_in_flight() == limit
        assert server.connections <= limit


def test_gaps_are_never_below_the_delay_even_across_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with serve(Blog(posts=8).routes()) as server:
        process = start(path, server.url + "/", delay_s=DELAY_S, workers=1)
        while len(server.requests) < 6:
            assert process.poll() is None
            server.wait_for_request()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        report = finish(start(path, server.url + "/", delay_s=DELAY_S, workers=1))
        assert min(server.gaps_s()) >= DELAY_S - SLACK_S
    assert report["status"] == "done"


def test_the_clock_of_a_host_is_in_the_archive_before_the_request(archive: Archive) -> None:
    def clock_of(host: str) -> float | None:
        with Archive(archive.path, readonly=True) as other:
            row = other.connection.execute("SELECT next_start_at FROM hosts WHERE host = ?", (host,)).fetchone()
        return row[0] if row else None

    seen: list[float | None] = []
    blog = Blog(posts=2, sitemap=False, feed=False)
    with serve(blog.routes()) as server:
        page = server.routes[blog.path(1)]
        assert callable(page)
        server.routes[blog.path(1)] = lambda request: seen.append(clock_of(f"127.0.0.1:{server.port}")) or page(request)
        crawl(archive, [server.url + "/"], CrawlSettings(delay_s=0.03, workers=0))
        after = clock_of(f"127.0.0.1:{server.port}")
    assert seen[0] is not None
    assert after is not None
    assert seen[0] < after


def test_a_long_retry_after_leaves_the_host_for_a_later_run(archive: Archive) -> None:
    blog = Blog(posts=10)
    busy = Reply(status=429, headers={"Retry-After": "86400"})
    blog.extra = {blog.path(number): busy for number in range(10)}
    with serve(blog.routes()) as server:
        report = crawl(archive, [server.url + "/"], CrawlSettings(delay_s=0, workers=0))
        asked = len(server.requests)
        assert report.status == "partial"
        assert report.postponed >= 8
        assert "busy" in str(report.sites[0].problem)
        # The next run is refused by the archive's memory of the host, not by asking it again.
        again = crawl(archive, [server.url + "/"], CrawlSettings(delay_s=0, workers=0))
        assert len(server.requests) == asked
    assert "asked to be left alone until" in str(again.sites[0].problem)


def test_a_host_that_is_down_delays_no_other(archive: Archive) -> None:
    with serve({}) as dead:
        pass
    with serve(Blog(posts=6).routes()) as alive:
        report = crawl(archive, [dead.url + "/", alive.url + "/"], CrawlSettings(delay_s=0, workers=0))
    assert [site.articles for site in report.sites] == [0, 6]
    assert report.status == "partial"


def test_a_daily_cap_is_kept_across_runs(archive: Archive) -> None:
    settings = CrawlSettings(delay_s=0, workers=0, daily_cap=9)
    with serve(Blog(posts=12).routes()) as server:
        first = crawl(archive, [server.url + "/"], settings)
        assert len(server.requests) == 9
        crawl(archive, [server.url + "/"], settings)
        assert len(server.requests) == 9
    assert first.status == "partial"
    assert "daily_cap" in {hit.name for hit in first.limits}
