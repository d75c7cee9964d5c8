"""What a document says about the rest of its site, and what an address says about its page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import discover, site
from scraper.discover import claimed, feeds_of, kind_listed, links_of, origin_of
from scraper.page import parse_text

ORIGIN = origin_of("https://www.blog.example/")


def links(html: str, url: str = "https://www.blog.example/2021/07/here/") -> dict[str, discover.Link]:
    page = parse_text(f"<html><body>{html}</body></html>", address=url)
    return {link.url.removeprefix("https://www.blog.example"): link for link in links_of(page, ORIGIN, limit=100)}


def test_other_sites_and_fragments_are_left_out_and_spellings_of_this_one_are_one() -> None:
    found = links(
        '<a href="#top">up</a><a href="https://other.example/x">x</a><a href="mailto:a@b.example">m</a>'
        '<a href="http://blog.example/a/?utm_source=feed">a</a><a href="//www.blog.example/a/#more">a</a>'
        '<a href="https://blog.example:8443/b/">another server</a><a href="/a//b/">careless</a>'
    )
    assert list(found) == ["/a/", "/a/b/"]


@pytest.mark.parametrize(
    ("html", "rank"),
    [
        ('<article><h2><a href="/x/">A title</a></h2></article>', discover.ENTRY),
        ('<p>See <a href="/x/">this</a> one.</p>', discover.PROSE),
        ('<nav><a href="/x/">Shop</a></nav>', discover.MENU),
        ('<div class="post-navigation"><a href="/x/">older</a></div>', discover.NEIGHBOUR),
        ('<a rel="prev" href="/x/">older</a>', discover.NEIGHBOUR),
        ('<div class="related-posts"><a href="/x/">like it</a></div>', discover.OFFERED),
        ('<a rel="tag" href="/x/">word</a>', discover.TAGS),
        ('<div class="pagination"><a href="/x/">2</a></div>', discover.PAGES),
        ('<nav><a href="/x/">x</a></nav><h2><a href="/x/">A title</a></h2>', discover.ENTRY),
    ],
)
def test_the_place_of_a_link_decides_its_rank(html: str, rank: int) -> None:
    assert links(html)["/x/"].rank == rank


def test_views_of_an_article_count_as_the_article() -> None:
    found = links('<a href="/a/?replytocom=7">r</a><a href="/b/amp/">amp</a><a href="/c/comment-page-2/">c</a>')
    assert list(found) == ["/a/", "/b/", "/c/"]


def test_links_are_taken_up_to_the_limit() -> None:
    many = "".join(f'<a href="/p-{number}/">x</a>' for number in range(300))
    assert len(links(many)) == 100


def test_feeds_of_comments_and_of_other_hosts_are_no_feeds_of_the_site() -> None:
    head = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'
        for title, href in (
            ("Blog", "/feed/"),
            ("Comments", "/comments/feed/"),
            ("Blog", "https://feeds.service.example/blog"),
        )
    )
    page = parse_text(
        f'<head>{head}<link rel="https://api.w.org/" href="/wp-json/"></head><p>x</p>',
        address="https://www.blog.example/",
    )
    found = feeds_of(page, ORIGIN)
    assert found.feeds == ("https://www.blog.example/feed/",)
    assert found.wordpress == "https://www.blog.example/wp-json/"
    assert found.is_made


def test_a_sitemap_written_at_home_means_the_site_itself() -> None:
    link = claimed("http://localhost:2368/a-post/", ORIGIN, discover.SITEMAP)
    assert link is not None
    assert (link.url, link.rank) == ("https://www.blog.example/a-post/", discover.CLAIMED)
    assert not links('<a href="http://localhost:2368/a-post/">an example</a>')


@pytest.mark.parametrize(
    ("sitemap", "kind"),
    [
        ("/post-sitemap2.xml", "post"),
        ("/page-sitemap.xml", "page"),
        ("/wp-sitemap-posts-page-1.xml", "page"),
        ("/wp-sitemap-taxonomies-category-1.xml", "category"),
        ("/sitemap-tags.xml", "tag"),
        ("/sitemap-pt-post-2020-01.xml", "post"),
        ("/sitemap.xml", None),
        ("/homepage.xml", None),
    ],
)
def test_a_sitemaps_name_says_what_it_lists(sitemap: str, kind: str | None) -> None:
    assert kind_listed("https://blog.example" + sitemap) == kind


@pytest.mark.parametrize(
    ("path", "kind", "number"),
    [
        ("/", site.HOME, 1),
        ("/page/7/", site.PAGINATION, 7),
        ("/blog/page/3", site.PAGINATION, 3),
        ("/?paged=2", site.PAGINATION, 2),
        ("/search?updated-max=2011-01-01", site.PAGINATION, 2),
        ("/2013/", site.DATE, 1),
        ("/2013/05/", site.DATE, 1),
        ("/archives/2013-05", site.DATE, 1),
        ("/2013/05/a-post/", site.POST, 1),
        ("/?p=12", site.POST, 1),
        ("/tag/tides/page/2/", site.TAG, 2),
        ("/category/a/b/", site.CATEGORY, 1),
        ("/author/ida/", site.AUTHOR, 1),
        ("/archives/", site.ARCHIVE, 1),
        ("/about/", site.PAGE, 1),
        ("/2013/05/a-post/attachment/photo/", site.ATTACHMENT, 1),
        ("/a-post/feed/", site.FEED, 1),
        ("/feed.xml", site.FEED, 1),
        ("/wp-login.php", site.SERVICE, 1),
        ("/photo.jpg", site.ASSET, 1),
        ("/?s=tides", site.SEARCH, 1),
        ("/2001-a-space-odyssey/", site.POST, 1),
        ("/my-10-favourite-tags/", site.POST, 1),
    ],
)
def test_what_an_address_looks_like(path: str, kind: str, number: int) -> None:
    looks = site.guess("https://blog.example" + path)
    assert (looks.kind, looks.number) == (kind, number)


def test_posts_of_one_shape_share_it_and_their_attachments_do_not() -> None:
    shapes = {site.guess(f"https://blog.example/2021/07/{slug}/").shape for slug in ("tides", "a-long-title", "x1")}
    assert shapes == {"/{year}/{n}/{slug}/"}
    assert site.guess("https://blog.example/2021/07/tides/photo/").shape == "/{year}/{n}/{slug}/{slug}/"


@given(st.text(max_size=60))
def test_no_address_is_too_strange_to_guess(text: str) -> None:
    looks = site.guess("https://blog.example/" + text)
    assert looks.kind
    assert looks.number >= 1
    assert site.repeats("https://blog.example/" + text) >= 0
