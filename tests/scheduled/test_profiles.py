"""A site's profile is really used: by the crawl for what is asked and how fast, by the reading for what is filed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, why
from pipelines.scheduled import running, sites
from scraper.profile import ProfileError, parse
from tests.blog import Blog
from tests.scheduled.conftest import Clock
from tests.server import Server, serve


def crawled(archive: Archive, server: Server, clock: Clock, profile: str, workers: int = 0) -> None:
    sites.add(archive, server.url, now=clock())
    sites.edit(archive, sites.scheduled_sites(archive)[0].site, profile=profile)
    report = running.run_due(archive, CrawlSettings(workers=workers), now=clock)
    assert report is not None


def test_excluded_addresses_are_not_asked_and_say_why(archive: Archive, clock: Clock) -> None:
    blog = Blog(posts=8)
    with serve(blog.routes()) as server:
        crawled(archive, server, clock, 'exclude = ["/tag/*", "*number-3/"]')
        assert not [path for path in server.paths() if path.startswith("/tag/") or path.endswith("number-3/")]
        story = why(archive, server.url + blog.path(3))
    assert archive.count() == 7
    assert (story.state, story.reason) == ("skipped", "excluded by the profile of its site: *number-3/")


def test_only_included_addresses_and_listings_are_asked(archive: Archive, clock: Clock) -> None:
    blog = Blog(posts=12, sitemap=False, feed=False)
    with serve(blog.routes()) as server:
        crawled(archive, server, clock, 'include = ["/2019/03/*"]')
        posts = {path for path in server.paths() if path.startswith("/20")}
        assert posts == {blog.path(number) for number in range(12) if blog.day(number).month == 3}
        assert "/page/2/" in server.paths()
        assert "/about/" not in server.paths()


def test_the_pace_is_kept(archive: Archive, clock: Clock) -> None:
    with serve(Blog(posts=2, delay_s=0.01).routes()) as server:
        crawled(archive, server, clock, "[pace]\ndelay_s = 0.05\nconcurrency = 1")
        times = [request.at for request in server.requests]
        assert max(request.in_flight for request in server.requests) == 1
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 0.05


@pytest.mark.parametrize("workers", [0, 1])
def test_selectors_win_over_what_would_be_found(archive: Archive, clock: Clock, workers: int) -> None:
    blog = Blog(posts=3)
    page = blog.post
    blog.post = lambda number: page(number).replace(  # type: ignore[method-assign]
        '<div class="entry-content">',
        f'<h3 class="real">Chapter {number}</h3><span class="when">4 May 2021</span><b class="by">Jo Ray</b>'
        '<div class="entry-content"><p class="promo">Buy the harbour calendar now, twelve pictures of boats.</p>',
    )
    profile = (
        'remove_me = 1\n[fields]\ntitle = "h3.real"\npublished = ".when"\nauthors = "b.by"\nbody = ".entry-content"\n'
        'tags = ".nothing"\nremove = [".promo"]\n'
    )
    with pytest.raises(ProfileError, match=r"line 1: expected one of .* got remove_me"):
        parse(profile)
    with serve(blog.routes()) as server:
        crawled(archive, server, clock, profile.replace("remove_me = 1\n", ""), workers)
        stored = archive.get(server.url + blog.path(1)).article
    assert (stored.title, stored.published) == ("Chapter 1", "2021-05-04")
    assert [author.name for author in stored.authors] == ["Jo Ray"]
    assert stored.text.startswith("Of 1 and 0: ")
    assert "calendar" not in stored.text + stored.markdown + stored.html
    assert stored.tags, "a selector that finds nothing changes nothing"


def test_robots_that_change_their_mind_are_noted(archive: Archive, clock: Clock) -> None:
    from tests.server import Reply

    blog = Blog(posts=5)
    with serve(blog.routes()) as server:
        running.run(archive, [server.url], CrawlSettings(workers=0), now=clock)
        closed = f"User-agent: *\nDisallow: {blog.path(2)}\n"
        server.routes["/robots.txt"] = Reply(closed, content_type="text/plain")
        running.run(archive, [server.url], CrawlSettings(workers=0), now=clock)
        story = why(archive, server.url + blog.path(2))
    rows = archive.connection.execute("SELECT url, robots_rule FROM pages WHERE robots_rule NOTNULL").fetchall()
    assert [tuple(row) for row in rows] == [(server.url + blog.path(2), f"Disallow: {blog.path(2)}")]
    assert story.robots == f"Disallow: {blog.path(2)}"
    assert archive.count() == 5
