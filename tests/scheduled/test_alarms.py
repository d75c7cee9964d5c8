"""What is wrong is told, by kind and sentence; what is a site's own habit is not."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, RunReport
from pipelines.scheduled import Alarm, running, sites, status
from tests.blog import Blog
from tests.scheduled.conftest import Clock
from tests.server import Reply, Route, serve

SETTINGS = CrawlSettings(workers=0)


def alarms(archive: Archive, clock: Clock, **settings: Any) -> tuple[Alarm, ...]:
    (one,) = status(archive, now=clock(), **settings)
    return one.alarms


class Weekly(Blog):
    """A blog whose posts are a week apart, the newest a day before the clock's first moment."""

    def day(self, number: int) -> date:
        return date(2026, 11, 11) - timedelta(days=7 * (self.posts - 1 - number))


def crawl_all(archive: Archive, clock: Clock) -> RunReport:
    for one in sites.scheduled_sites(archive):
        sites.edit(archive, one.site, every=one.every)  # due at once
    report = running.run_due(archive, SETTINGS, now=clock)
    assert report is not None
    return report


def test_a_site_that_fares_well_has_none(archive: Archive, clock: Clock) -> None:
    with serve(Weekly(posts=12).routes()) as server:
        sites.add(archive, server.url, every="daily", now=clock())
        for _ in range(3):
            crawl_all(archive, clock)
            assert alarms(archive, clock) == ()
            clock.move(days=1)


def test_a_site_not_crawled_in_time_is_late(archive: Archive, clock: Clock) -> None:
    with serve(Weekly(posts=6).routes()) as server:
        sites.add(archive, server.url, every="6h", now=clock())
        crawl_all(archive, clock)
    clock.move(hours=12)
    assert alarms(archive, clock) == ()
    clock.move(hours=1)
    (alarm,) = alarms(archive, clock)
    assert (alarm.kind, alarm.sentence) == ("late", "not crawled for 13 hours, expected every 12 hours at least")
    assert alarms(archive, clock, max_age=timedelta(hours=26)) == ()
    clock.move(hours=14)
    assert [alarm.kind for alarm in alarms(archive, clock, max_age=timedelta(hours=26))] == ["late"]
    sites.pause(archive, sites.scheduled_sites(archive)[0].site, clock())
    assert alarms(archive, clock) == ()


def test_a_site_that_was_never_crawled_is_late_in_the_end(archive: Archive, clock: Clock) -> None:
    sites.add(archive, "https://blog.example/", every="6h", now=clock())
    assert alarms(archive, clock) == ()
    clock.move(days=2)
    (alarm,) = alarms(archive, clock)
    assert alarm.sentence == "not crawled yet, on the list since 12 November 2026"


def test_no_new_posts_for_far_longer_than_usual(archive: Archive, clock: Clock) -> None:
    with serve(Weekly(posts=10).routes()) as server:
        sites.add(archive, server.url, every="daily", now=clock())
        crawl_all(archive, clock)
        clock.move(days=27)
        crawl_all(archive, clock)
        assert alarms(archive, clock) == ()
        clock.move(days=3)
        crawl_all(archive, clock)
        (alarm,) = alarms(archive, clock)
    assert alarm.kind == "silent"
    assert alarm.sentence.startswith(
        "no new posts for 31 days, since 11 November 2026; a new one every 7 days is usual"
    )


def test_an_old_blog_that_was_silent_before_we_came_is_no_alarm(archive: Archive, clock: Clock) -> None:
    with serve(Blog(posts=10).routes()) as server:  # of 2019
        sites.add(archive, server.url, now=clock())
        crawl_all(archive, clock)
    assert alarms(archive, clock) == ()


def redesigned(blog: Blog, change: Any) -> dict[str, Route]:
    """Return the blog with every post's page put through *change*, and another theme's small differences."""

    def page(number: int) -> Route:
        return lambda _: Reply(change(blog.post(number)))

    return {**blog.routes(), **{blog.path(number): page(number) for number in range(blog.posts)}}


def without_dates(html: str) -> str:
    html = re.sub(r"<time.*?</time>", "", html)
    return re.sub(r'href="/20\d\d/\d\d/', 'href="/posts/', html)


def test_a_layout_that_loses_the_dates_is_named_with_its_day(archive: Archive, clock: Clock) -> None:
    blog = Weekly(posts=12, validators=False, lastmod=False)
    blog.path = lambda number: f"/posts/{blog.slug(number)}/"  # type: ignore[method-assign]  # no date in the address
    routes = blog.routes()
    routes["/feed/"] = Reply("gone", status=404)
    with serve(routes) as server:
        sites.add(archive, server.url, every="daily", now=clock())
        crawl_all(archive, clock)
        clock.move(days=1)
        assert alarms(archive, clock) == ()
        server.routes.update({**redesigned(blog, without_dates), "/feed/": Reply("gone", status=404)})
        report = crawl_all(archive, clock)
        assert report.changed == 12
        (alarm,) = alarms(archive, clock)
        assert (alarm.kind, alarm.sentence) == ("layout", "layout changed on 13 November: 12 of 12 pages without date")
        clock.move(days=1)
        crawl_all(archive, clock)  # nothing is read anew, and the alarm stays
        assert [alarm.sentence for alarm in alarms(archive, clock)] == [alarm.sentence]
    archive.connection.execute("UPDATE articles SET published = '2026-11-01'")  # mended by a better extractor
    assert alarms(archive, clock) == ()


def test_bodies_that_shrink_are_told(archive: Archive, clock: Clock) -> None:
    blog = Weekly(posts=8, validators=False, lastmod=False)
    with serve(blog.routes()) as server:
        sites.add(archive, server.url, every="daily", now=clock())
        crawl_all(archive, clock)
        clock.move(days=1)

        def teaser(html: str) -> str:
            first, rest = html.split("</p><p>Of", 1)
            return first + "</p>" + rest[rest.index("</div>") :]

        server.routes.update(redesigned(blog, teaser))
        crawl_all(archive, clock)
        kinds = {alarm.kind: alarm.sentence for alarm in alarms(archive, clock)}
    assert re.match(r"bodies have shrunk on 13 November: \d+ words a page, \d+ before", kinds["shrinking"]), kinds


def test_sudden_refusals_are_told(archive: Archive, clock: Clock) -> None:
    blog = Weekly(posts=10, lastmod=False)
    with serve(blog.routes()) as server:
        sites.add(archive, server.url, every="daily", now=clock())
        crawl_all(archive, clock)
        clock.move(days=1)
        blog.missing = dict.fromkeys(range(6), 403)
        crawl_all(archive, clock)
        found = alarms(archive, clock)
    refused = next(alarm for alarm in found if alarm.kind == "refused")
    assert re.match(r"[6-9] of \d+ requests were refused .* on 13 November 2026, 0% before", refused.sentence)
    assert archive.count(gone=False) == 10


def test_a_start_page_that_refuses_fails_and_is_told(archive: Archive, clock: Clock) -> None:
    blog = Weekly(posts=6)
    with serve(blog.routes()) as server:
        sites.add(archive, server.url, every="daily", now=clock())
        crawl_all(archive, clock)
        clock.move(days=1)
        server.routes["/"] = Reply("no", status=403)
        crawl_all(archive, clock)
        kinds = [alarm.kind for alarm in alarms(archive, clock)]
    assert kinds[:2] == ["failing", "refused"]


@pytest.mark.parametrize("count", [0, 1])
def test_an_archive_without_runs_or_sites_is_no_error(archive: Archive, clock: Clock, count: int) -> None:
    if count:
        archive.ensure_site("blog.example", at=clock())
    found = status(archive, now=clock())
    assert len(found) == count
    assert all(one.rhythm.posts == 0 for one in found)
