"""What is due is crawled, what is not is left alone; the report says what is really kept; one run at a time."""

from __future__ import annotations

import fcntl
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, RunReport
from pipelines.scheduled import intervals, running, sites
from scraper.errors import ArchiveLocked
from tests.blog import Blog
from tests.scheduled.conftest import Clock
from tests.server import Reply, serve

SETTINGS = CrawlSettings(workers=0)


def due(archive: Archive, clock: Clock) -> RunReport | None:
    return running.run_due(archive, SETTINGS, now=clock)


def test_only_what_is_due_is_crawled(archive: Archive, clock: Clock) -> None:
    with serve(Blog(posts=6).routes()) as often, serve(Blog(posts=5).routes()) as seldom:
        sites.add(archive, often.url, every="6h", now=clock())
        sites.add(archive, seldom.url, every="daily", now=clock())
        first = due(archive, clock)
        assert first is not None
        assert first.new == 11
        assert due(archive, clock) is None
        clock.move(hours=6)
        asked = len(seldom.requests)
        second = due(archive, clock)
        assert second is not None
        assert [site.start for site in second.sites] == [often.url]
        assert len(seldom.requests) == asked
        sites.pause(archive, often.url, clock())
        clock.move(hours=12)
        assert due(archive, clock) is None


def test_every_edit_of_a_small_blog_is_seen_by_the_next_run(archive: Archive, clock: Clock) -> None:
    blog = Blog(posts=8, lastmod=False)
    with serve(blog.routes()) as server:
        sites.add(archive, server.url, every="1h", now=clock())
        due(archive, clock)
        blog.edits[3] = "The harbour was dredged again in the autumn, said the harbour master."
        blog.missing[5] = 410
        clock.move(hours=1)
        report = due(archive, clock)
    assert report is not None
    assert (report.new, report.changed, report.gone) == (0, 1, 1)


def test_of_a_large_blog_so_many_pages_are_looked_at_early(archive: Archive, clock: Clock) -> None:
    with serve(Blog(posts=20, sitemap=False, feed=False).routes()) as server:
        sites.add(archive, server.url, every="1h", now=clock())
        due(archive, clock)
        clock.move(hours=1)
        before = len(server.requests)
        few = running.run(archive, [server.url], CrawlSettings(workers=0, due_only=True, spare=4), now=clock)
        posts = [request.path for request in server.requests[before:] if request.path.startswith("/20")]
    assert few.changed == 0
    assert len(posts) == 4


def test_a_site_of_which_nothing_came_is_tried_again_sooner(archive: Archive, clock: Clock) -> None:
    with serve({"/": Reply("no", status=500)}) as server:
        one = sites.add(archive, server.url, every="daily", now=clock())
        due(archive, clock)
        again = sites.find(archive, one.site)
    assert again.due_at is not None
    assert datetime.fromisoformat(again.due_at) == clock() + intervals.LATEST_RETRY


def test_adaptive_follows_the_rhythm_of_the_posts(archive: Archive, clock: Clock) -> None:
    with serve(Blog(posts=9).routes()) as server:  # a post every five days
        one = sites.add(archive, server.url, now=clock())
        due(archive, clock)
        again = sites.find(archive, one.site)
    assert again.due_at is not None
    assert datetime.fromisoformat(again.due_at) - clock() == timedelta(days=5) / intervals.LOOKS_PER_POST


def test_a_tick_that_comes_a_little_early_finds_the_site_due() -> None:
    now = datetime.fromisoformat("2026-11-12T10:00:05+00:00")
    assert intervals.is_due(now + timedelta(seconds=5), timedelta(hours=6), now)
    assert not intervals.is_due(now + timedelta(hours=1), timedelta(hours=6), now)


def test_new_is_what_is_kept_not_what_came_in(archive: Archive, clock: Clock) -> None:
    blog = Blog(posts=6)
    copy = Blog(posts=6)
    blog.extra = {f"/copy-of-{number}/": (lambda _, number=number: Reply(copy.post(number))) for number in range(3)}  # type: ignore[misc]
    blog.links = tuple(blog.extra)
    with serve(blog.routes()) as server:
        report = running.run(archive, [server.url], SETTINGS, now=clock)
    kept = archive.count()
    assert (report.new, report.sites[0].new, kept) == (6, 6, 6)
    row = archive.connection.execute("SELECT new, articles FROM run_sites").fetchone()
    assert tuple(row) == (6, 6)
    assert archive.connection.execute("SELECT new FROM runs").fetchone()[0] == 6


def test_the_reasons_add_up_to_the_counts(archive: Archive, clock: Clock) -> None:
    blog = Blog(posts=5, links=("/private/a/", "/private/b/", "/broken/", "/wp-login.php", "/file.zip"))
    with serve({**blog.routes(), "/broken/": Reply("no", status=404)}) as server:
        report = running.run(archive, [server.url], SETTINGS, now=clock)
    site = report.sites[0]
    assert site.failed_by == {"HTTP 404": 1}
    assert site.skipped_by["robots.txt does not allow this address"] == 2
    assert (site.skipped, site.failed) == (sum(site.skipped_by.values()), 1)
    rows = archive.connection.execute("SELECT outcome, sum(pages) FROM run_reasons GROUP BY outcome").fetchall()
    assert dict(map(tuple, rows)) == {"skipped": site.skipped, "failed": 1}


# One at a time


def test_who_holds_the_lock_is_named(archive: Archive, tmp_path: Path) -> None:
    import os

    with archive.run_lock(), archive.run_lock(), Archive(tmp_path / "archive.db") as other:
        with pytest.raises(ArchiveLocked, match=rf"process {os.getpid()} \(.+\) since \d{{4}}-"), other.run_lock():
            pass


@pytest.mark.parametrize("left", ["", "{", '{"pid": 1, "since": "2020-01-01", "command": "backfile crawl"}', "\0\xff"])
def test_a_lock_left_behind_never_blocks(archive: Archive, tmp_path: Path, left: str) -> None:
    lock = tmp_path / "archive.db.lock"
    lock.write_text(left)
    with archive.run_lock():
        assert f'"pid": {__import__("os").getpid()}' in lock.read_text()
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # given back


# Again and again


def test_the_loop_keeps_its_beat_and_stops_when_told(clock: Clock) -> None:
    begun, waited = [], []

    def turn() -> bool:
        begun.append(clock())
        clock.move(hours=8 if len(begun) == 2 else 1)  # the second takes longer than the interval
        return True

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        clock.move(seconds=seconds)
        return len(waited) == 4

    running.again_and_again(turn, every=timedelta(hours=6), now=clock, wait=wait)
    assert waited == [5 * 3600, 0, 5 * 3600, 5 * 3600]
    assert [round((later - begun[0]).total_seconds() / 3600) for later in begun] == [0, 6, 14, 20]
