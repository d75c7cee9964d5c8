"""The second run: what has changed is noticed, what has not costs next to nothing, and a bad answer spoils nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.crawl import RunReport
from tests.blog import Blog
from tests.pipelines.test_crawl_site import paths_of, run
from tests.server import Reply, Server, serve

POSTS = 26


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def bodies(server: Server) -> list[str]:
    """Return the paths that were asked without validators."""
    return [request.path for request in server.requests if "if-none-match" not in request.headers]


def test_with_lastmod_an_unchanged_site_costs_a_handful_of_requests(archive: Archive) -> None:
    with serve(Blog(posts=POSTS).routes()) as server:
        run(archive, server)
        report = run(archive, server)
        assert len(server.requests) <= 5
        assert bodies(server) == ["/robots.txt"]
    assert (report.status, report.articles, report.new, report.changed) == ("done", POSTS, 0, 0)


def test_without_lastmod_every_post_is_asked_and_answers_304(archive: Archive) -> None:
    blog = Blog(posts=POSTS, lastmod=False)
    with serve(blog.routes()) as server:
        run(archive, server)
        report = run(archive, server)
        assert {blog.path(number) for number in range(POSTS)} <= set(server.paths())
        assert bodies(server) == ["/robots.txt"]
    assert (report.unchanged, report.new, report.changed) == (POSTS, 0, 0)


def test_without_validators_the_same_bytes_are_not_read_again(archive: Archive) -> None:
    with serve(Blog(posts=12, validators=False, sitemap=False).routes()) as server:
        run(archive, server)
        report = run(archive, server)
    assert (report.unchanged, report.new, report.changed) == (12, 0, 0)


@pytest.mark.parametrize(
    ("sitemap", "lastmod", "feed"), [(True, True, True), (True, False, False), (False, False, True)]
)
def test_changed_added_and_deleted_posts_are_noticed(
    archive: Archive, sitemap: bool, lastmod: bool, feed: bool
) -> None:
    blog = Blog(posts=POSTS, sitemap=sitemap, lastmod=lastmod, feed=feed)
    with serve(blog.routes()) as server:
        run(archive, server)
        blog.posts += 2
        blog.edits = {3: "A correction was made to the harbour's depth.", 17: "The ladder had eleven rungs, not ten."}
        blog.missing = {5: 404, 20: 410}
        server.routes.update(blog.routes())
        report = run(archive, server)
        assert paths_of(archive, server) == {blog.path(n) for n in range(blog.posts) if n not in blog.missing}
        assert "eleven rungs" in archive.get(server.url + blog.path(17)).article.text
        gone = archive.get(server.url + blog.path(5))
    assert (report.new, report.changed, report.gone) == (2, 2, 2)
    assert gone.gone_at is not None
    assert gone.article.title == blog.title(5)
    assert [revision.revision for revision in archive.history(archive.get(server.url + blog.path(3)).id)] == [1, 2]


def test_a_404_is_looked_at_a_second_time_before_it_is_believed(archive: Archive) -> None:
    blog = Blog(posts=8, sitemap=False)
    with serve(blog.routes()) as server:
        run(archive, server)
        flicker = blog.path(2)
        server.routes[flicker] = [Reply(status=404), Reply(blog.post(2))]
        report = run(archive, server)
        assert server.paths().count(flicker) == 2
    assert report.gone == 0


def test_a_site_that_loses_everything_at_once_keeps_its_articles(archive: Archive) -> None:
    blog = Blog(posts=20, sitemap=False)
    with serve(blog.routes()) as server:
        run(archive, server)
        blog.missing = dict.fromkeys(range(20), 404)
        report = run(archive, server)
    assert (report.gone, report.articles) == (0, 20)
    assert "missing at once" in str(report.sites[0].problem)
    assert report.status == "partial"


@pytest.mark.parametrize(
    "answer",
    [
        Reply("<html><body><div id='app'></div></body></html>"),
        Reply("<title>Error</title><h1>Something went wrong</h1><p>Please try again later.</p>"),
        Reply(status=500),
    ],
)
def test_a_bad_answer_never_replaces_a_good_record(archive: Archive, answer: Reply) -> None:
    blog = Blog(posts=6, sitemap=False)
    with serve(blog.routes()) as server:
        run(archive, server)
        good = archive.get(server.url + blog.path(4)).article
        healthy = server.routes[blog.path(4)]
        server.routes[blog.path(4)] = answer
        report = run(archive, server)
        kept = archive.get(server.url + blog.path(4))
        assert (kept.article, kept.gone_at) == (good, None)
        assert report.failed == 1
        blog.edits = {4: "And then it came back with one sentence more."}
        server.routes[blog.path(4)] = healthy
        again: RunReport = run(archive, server)
    assert again.changed == 1


def test_a_post_that_comes_back_is_no_longer_gone(archive: Archive) -> None:
    blog = Blog(posts=6)
    with serve(blog.routes()) as server:
        run(archive, server)
        blog.missing = {2: 410}
        assert run(archive, server).gone == 1
        blog.missing = {}
        run(archive, server)
    assert archive.get(server.url + blog.path(2)).gone_at is None


def test_an_index_whose_dates_never_move_hides_nothing(archive: Archive) -> None:
    blog = Blog(posts=14, feed=False)
    with serve(blog.routes()) as server:
        index = "".join(
            f"<sitemap><loc>{server.url}/{name}.xml</loc><lastmod>2020-01-01</lastmod></sitemap>"
            for name in ("posts", "pages", "tags", "authors")
        )
        head = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        posts = server.routes["/sitemap.xml"]
        empty = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/about/</loc></url></urlset>'
        server.routes.update({f"/{name}.xml": Reply(empty) for name in ("pages", "tags", "authors")})
        server.routes.update({"/posts.xml": posts, "/sitemap.xml": Reply(f"{head}{index}</sitemapindex>")})
        run(archive, server)
        blog.edits = {3: "A correction was made to the harbour's depth."}
        report = run(archive, server)
    assert report.changed == 1
