"""One site crawled in this process against a real server: what is found, what is asked, what is filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlLimits, CrawlSettings, RunReport, coverage, crawl, why
from tests.blog import Blog
from tests.server import Reply, Request, Server, serve

SETTINGS = CrawlSettings(delay_s=0, workers=0)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def run(archive: Archive, server: Server, settings: CrawlSettings = SETTINGS, start: str = "/") -> RunReport:
    server.requests.clear()
    return crawl(archive, [server.url + start], settings)


def paths_of(archive: Archive, server: Server) -> set[str]:
    return {str(stored.article.url).removeprefix(server.url) for stored in archive.articles(gone=False)}


def state_of(archive: Archive, server: Server, path: str) -> tuple[str, str]:
    row = archive.connection.execute("SELECT state, reason FROM pages WHERE url = ?", (server.url + path,)).fetchone()
    return (row["state"], row["reason"]) if row else ("", "")


@pytest.mark.parametrize(
    ("sitemap", "feed", "linked"),
    [(True, True, True), (False, True, True), (False, False, True), (False, False, False), (True, False, False)],
)
def test_every_post_is_filed_and_nothing_else(archive: Archive, sitemap: bool, feed: bool, linked: bool) -> None:
    blog = Blog(posts=34, sitemap=sitemap, feed=feed, linked=linked)
    with serve(blog.routes()) as server:
        report = run(archive, server)
        assert paths_of(archive, server) == {blog.path(number) for number in range(34)}
    assert (report.status, report.new, report.articles, report.failed) == ("done", 34, 34, 0)
    assert report.requests == len(server.requests) <= 2 * 34
    stored = archive.get(server.url + blog.path(7))
    assert stored.article.title == blog.title(7)
    assert str(stored.article.published).startswith(blog.day(7).isoformat())


def test_robots_is_asked_first_and_nothing_twice(archive: Archive) -> None:
    with serve(Blog(posts=12).routes()) as server:
        run(archive, server)
        paths = server.paths()
    assert paths[0] == "/robots.txt"
    assert len(paths) == len(set(paths))


def test_tags_are_left_once_they_bring_nothing_new(archive: Archive) -> None:
    with serve(Blog(posts=40).routes()) as server:
        run(archive, server)
        assert sum(path.startswith("/tag/") for path in server.paths()) <= 2
        skipped = [state_of(archive, server, f"/tag/{tag}/") for tag in ("harbour", "tide", "lantern", "gravel")]
    assert any(state == "skipped" and "listing pages" in reason for state, reason in skipped)


def test_every_record_names_what_read_it(archive: Archive) -> None:
    with serve(Blog(posts=14).routes()) as server:
        run(archive, server)
    names = {stored.extractor for stored in archive.articles()}  # those read again after learning, too
    assert len(names) == 1
    assert str(names.pop()).startswith("backfile ")


def test_a_disallowed_address_is_not_asked_and_says_why(archive: Archive) -> None:
    blog = Blog(posts=3, links=("/private/diary/",), extra={"/private/diary/": Reply("secret")})
    with serve(blog.routes()) as server:
        run(archive, server)
        assert "/private/diary/" not in server.paths()
        assert state_of(archive, server, "/private/diary/") == ("skipped", "robots.txt does not allow this address")


def test_redirects_and_signposts_are_other_addresses_of_their_target(archive: Archive) -> None:
    blog = Blog(posts=4)
    target = blog.path(2)
    blog.links = ("/?p=2", "/old-address.html")
    blog.extra = {
        "/?p=2": Reply(status=301, headers={"Location": target}),
        "/old-address.html": Reply(f'<meta http-equiv="refresh" content="0; url={target}"><p>Moved.</p>'),
    }
    with serve(blog.routes()) as server:
        run(archive, server)
        assert paths_of(archive, server) == {blog.path(number) for number in range(4)}
        for alias in blog.links:
            assert archive.get(server.url + alias).article.title == blog.title(2)
            assert state_of(archive, server, alias)[0] == "duplicate"
        assert server.paths().count(target) == 1


def test_a_second_copy_of_the_site_is_merged_into_the_first(archive: Archive) -> None:
    blog = Blog(posts=6)
    copies = {f"/static{blog.path(number)}": Reply(blog.post(number)) for number in range(6)}
    stale = Blog(posts=6, edits={3: "An older copy said something else here."})
    copies[f"/static{blog.path(3)}"] = Reply(stale.post(3))
    blog.extra, blog.links = dict(copies), tuple(copies)
    with serve(blog.routes()) as server:
        report = run(archive, server)
        assert paths_of(archive, server) == {blog.path(number) for number in range(6)}
        assert archive.get(f"{server.url}/static{blog.path(5)}").article.url == server.url + blog.path(5)
    assert report.duplicates == 6


class WordPressBlog(Blog):
    """A blog whose posts say on their body element that they are posts, as WordPress does."""

    def post(self, number: int) -> str:
        return as_kind(super().post(number), f"single single-post postid-{number}")


def as_kind(page: str, classes: str) -> str:
    assert page.count("<body>") == 1
    return page.replace("<body>", f'<body class="{classes}">')


def test_a_standing_page_that_reads_like_a_post_is_taken_back_once_the_site_is_known(archive: Archive) -> None:
    blog = WordPressBlog(posts=20, sitemap=False, feed=False)
    standing = "/2019/04/what-we-offer-and-why/"
    blog.extra = {standing: Reply(as_kind(Blog().post(77), "page page-id-3"))}
    blog.links = (standing,)
    with serve(blog.routes()) as server:
        run(archive, server)
        assert paths_of(archive, server) == {blog.path(number) for number in range(20)}
        assert state_of(archive, server, standing) == (
            "page",
            "a standing page; this site's posts say that they are posts",
        )
    assert archive.verify() == ()


def test_a_canonical_link_is_not_believed_when_it_names_the_front_page(archive: Archive) -> None:
    blog = Blog(posts=5)
    broken = {
        blog.path(number): Reply(
            blog.post(number).replace(f'canonical" href="{blog.path(number)}', 'canonical" href="/')
        )
        for number in range(5)
    }
    blog.extra = dict(broken)
    with serve(blog.routes()) as server:
        run(archive, server)
        assert paths_of(archive, server) == {blog.path(number) for number in range(5)}


def test_a_dead_site_is_told_in_one_line(archive: Archive) -> None:
    with serve({}) as server:
        pass
    report = crawl(archive, [server.url + "/"], SETTINGS)
    assert report.status == "failed"
    assert "no connection" in str(report.sites[0].problem)


def test_pages_that_are_no_blog_are_told_too(archive: Archive) -> None:
    with serve({"/": Reply("<h1>It works!</h1>")}) as server:
        report = run(archive, server)
    assert (report.articles, report.sites[0].problem) == (0, "no posts were found there")


def test_the_users_limit_of_pages_is_kept_and_the_next_run_goes_on(archive: Archive) -> None:
    blog = Blog(posts=20)
    with serve(blog.routes()) as server:
        report = run(archive, server, replace(SETTINGS, max_pages=8))
        assert report.status == "partial"
        assert report.pages <= 8 + 1
        assert [hit.name for hit in report.limits] == ["max_pages"]
        assert "run the same command again" in str(report.resume)
        first = set(server.paths())
        run(archive, server)
        assert paths_of(archive, server) == {blog.path(number) for number in range(20)}
        again = [
            request for request in server.requests if request.path in first and "if-none-match" not in request.headers
        ]
    assert [request.path for request in again] == ["/robots.txt"]


def calendar(request: Request) -> Reply:
    month = int(request.path.rpartition("=")[2])
    return Reply(
        f'<p>Month {month}</p><a href="/calendar?month={month + 1}">next</a><a href="/calendar?month={month + 2}">'
    )


def test_traps_are_bounded_and_named(archive: Archive) -> None:
    blog = Blog(posts=12)
    many = "".join(f'<a href="/shop?colour={number}&form={number % 7}">x</a>' for number in range(500))
    blog.links = ("/calendar?month=1", "/shop", "/loop/a/", "/endless/page/2/")
    routes = blog.routes()
    routes["/shop"] = Reply(many)
    for month in range(400):
        routes[f"/calendar?month={month}"] = calendar
    for number in range(400):
        routes[f"/shop?colour={number}&form={number % 7}"] = Reply(many)
        routes[f"/endless/page/{number}/"] = Reply(f'<a href="/endless/page/{number + 1}/">older</a>')
        routes["/loop/" + "a/" * number] = Reply(f'<p>Room {number}</p><a href="a/">deeper</a>')
    with serve(routes) as server:
        report = run(archive, server)
        assert paths_of(archive, server) == {blog.path(number) for number in range(12)}
        asked = len(server.requests)
    assert asked < 12 + 100
    assert {"max_queries_per_path", "max_path_repeats"} <= {hit.name for hit in report.limits}


def test_a_page_with_too_many_links_is_cut_and_named(archive: Archive) -> None:
    blog = Blog(posts=5, extra={"/links/": Reply("".join(f'<a href="/junk-{n}/">j</a>' for n in range(3_000)))})
    blog.links = ("/links/",)
    settings = replace(SETTINGS, limits=CrawlLimits(max_links_per_page=100, max_idle_pages=5))
    with serve(blog.routes()) as server:
        report = run(archive, server, settings)
        assert len(server.requests) < 60
    assert "max_links_per_page" in {hit.name for hit in report.limits}


def test_coverage_reconciles_the_sources(archive: Archive) -> None:
    blog = Blog(posts=15, missing={4: 404})
    blog.extra = {"/sitemap.xml": Reply(blog_sitemap(blog), content_type="application/xml")}
    with serve(blog.routes()) as server:
        blog.extra["/sitemap.xml"] = Reply(
            blog_sitemap(blog).replace("HOST", server.url), content_type="application/xml"
        )
        server.routes["/sitemap.xml"] = blog.extra["/sitemap.xml"]
        run(archive, server)
        found = coverage(archive)[0]
    assert found.articles == 14
    sitemap = next(source for source in found.sources if source.source == "sitemap")
    assert (sitemap.claimed, sitemap.archived, sitemap.missing_total) == (15, 14, 1)
    assert sitemap.missing == (server.url + blog.path(4),)


def blog_sitemap(blog: Blog) -> str:
    """Return a sitemap that lists missing posts too."""
    urls = "".join(f"<url><loc>HOST{blog.path(number)}</loc></url>" for number in range(blog.posts))
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def test_why_tells_the_whole_story_of_an_address(archive: Archive) -> None:
    blog = Blog(posts=4)
    with serve(blog.routes()) as server:
        run(archive, server)
        story = why(archive, f"{server.url}{blog.path(1)}?utm_source=mail#top")
    assert (story.state, story.found_by, story.found_on) == ("archived", "link", server.url + "/")
    assert story.normalised == server.url + blog.path(1)
    assert story.fetches[0]["status"] == 200
    assert any("sitemap.xml" in sentence for sentence in story.sentences)
