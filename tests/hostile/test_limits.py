"""Every limit by its name: it can be set, it bites, and what it bit is told. (Sizes and deadlines of single answers are
also tested in tests/scraper/test_fetch.py, one by one.)"""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlLimits, CrawlSettings, crawl
from pipelines.crawl.bounds import names, with_bounds
from scraper.errors import BadContent, ServerBusy, TimedOut, TooLarge, TooManyRedirects
from scraper.fetch import Fetcher, FetchSettings
from scraper.guard import typed
from scraper.limits import Limits, Timeouts
from tests.blog import Blog
from tests.hostile.server import HostileServer, drip, head
from tests.scraper.test_fetch import FakeTime
from tests.server import Reply, Request, serve

ROOT = Path(__file__).resolve().parents[2]


def test_every_limit_can_be_set_and_is_documented() -> None:
    reference = (ROOT / "docs" / "reference" / "limits.md").read_text(encoding="utf-8")
    for name in names():
        changed = with_bounds(CrawlSettings(), [f"{name}=7"])
        assert changed != CrawlSettings(), name
        if not name.endswith(("_bytes", "_on_wire")) or name == "head_bytes":
            assert f"`{name}`" in reference, name
    assert {field.name for kind in (Timeouts, CrawlLimits) for field in fields(kind)} <= set(names())


@pytest.mark.parametrize(
    "pair", ["heads=3", "head_s", "head_s=", "head_s=-1", "head_s=inf", "max_depth=nan", "head_s=x"]
)
def test_what_is_no_limit_is_refused(pair: str) -> None:
    with pytest.raises(ValueError, match=r"limit|number"):
        with_bounds(CrawlSettings(), [pair])


def get(url: str, kind: str = "page", **limits: Any) -> Any:
    """Fetch *url* under *limits*, without waiting between attempts."""

    time = FakeTime()

    async def inside() -> Any:
        pairs = [f"{name}={value}" for name, value in {"attempts": 1, **limits}.items()]
        settings: FetchSettings = replace(with_bounds(CrawlSettings(), pairs).fetch_settings(), obey_robots=False)
        async with Fetcher(settings, allow_private=typed([url]), clock=time.clock, sleep=time.sleep) as fetcher:
            return await fetcher.get(url, kind=kind)

    return asyncio.run(inside())


@pytest.mark.parametrize("kind", ["page", "feed", "sitemap"])
@pytest.mark.parametrize("where", ["bytes", "bytes_on_wire"])
def test_sizes(kind: str, where: str) -> None:
    with serve({"/": Reply("<p>" + "x" * 5000)}) as server:
        assert get(server.url + "/", kind, **{f"{kind}_{where}": 6000}).status == 200
        with pytest.raises(TooLarge):
            get(server.url + "/", kind, **{f"{kind}_{where}": 4000})


def test_robots_is_cut_by_size_and_by_time() -> None:
    rules = b"User-agent: *\nDisallow: /private/\n"
    with HostileServer(["large", "slow"]) as hostile:
        hostile.places["large"].routes = {"/robots.txt": Reply(rules + b"#" * 9000, content_type="text/plain")}
        hostile.places["slow"].routes = {"/robots.txt": drip(b"#", first=head() + rules, pause_s=0.02)}
        cut = get(hostile.places["large"].url + "/robots.txt", "robots", robots_bytes=1000)
        assert len(cut.body) == 1000
        begun = get(hostile.places["slow"].url + "/robots.txt", "robots", cut_s=0.2)
        assert begun.body.startswith(rules)


def test_deadlines_and_heads() -> None:
    with HostileServer(["slow"]) as hostile:
        place = hostile.places["slow"]
        place.routes = {
            "/head": drip(head(), pause_s=0.02),
            "/body": drip(b"x", first=head(), pause_s=0.02),
            "/stall": Reply("<p>half", length=100, hang=True),
            "/wide": Reply("x", headers={"X-Wide": "y" * 900}),
        }
        with pytest.raises(TimedOut, match="head"):
            get(place.url + "/head", head_s=0.1)
        with pytest.raises(TimedOut, match="complete"):
            get(place.url + "/body", total_s=0.2)
        with pytest.raises(TimedOut, match="stopped"):
            get(place.url + "/stall", read_s=0.1)
        with pytest.raises(BadContent, match="headers"):
            get(place.url + "/wide", head_bytes=500)


def test_attempts() -> None:
    failing = Reply("no", status=500)
    with HostileServer(["bad"]) as hostile:
        place = hostile.places["bad"]
        place.routes = {
            "/500": failing,
            "/slow": drip(head(), pause_s=0.02),
            "/busy": Reply("", status=429, headers={"Retry-After": "9"}),
        }
        for path, limits, times in (
            ("/500", {"attempts": 4}, 4),
            ("/slow", {"attempts": 4, "attempts_in_vain": 2, "head_s": 0.1}, 2),
            ("/busy", {"attempts": 4, "retry_after_s": 8}, 1),
        ):
            with pytest.raises(Exception, match=r"500|head|busy"):
                get(place.url + path, **limits)
            assert place.paths().count(path) == times, path
        with pytest.raises(ServerBusy):
            get(place.url + "/busy", retry_after_s=8)


def test_redirects() -> None:
    def hop(request: Request) -> Reply:
        number = int(request.path[1:])
        return Reply(status=302, headers={"Location": f"/{number + 1}"}) if number < 6 else Reply("there")

    with serve({f"/{number}": hop for number in range(8)}) as server:
        assert get(server.url + "/0", redirects=6).body == b"there"
        with pytest.raises(TooManyRedirects):
            get(server.url + "/0", redirects=5)
    assert Limits().robots_redirects == 5  # RFC 9309 §2.3.1.2


CRAWLS = {
    "max_pages_per_site": 5,
    "max_depth": 1,
    "max_links_per_page": 5,
    "max_url_length": 60,
    "max_path_segments": 3,
    "max_path_repeats": 1,
    "max_queries_per_path": 2,
    "max_sitemap_urls": 4,
    "max_sitemaps": 1,
}
"""Limit → a value that the blog below exceeds."""


@pytest.fixture(scope="module")
def mazy() -> Any:
    """A blog with a little of everything that can be endless."""
    links = (
        "/" + "long/" * 3 + "x" * 80 + "/",
        "/a/b/c/d/e/f/",
        "/re/re/re/re/",
        *(f"/list?shelf={n}" for n in range(9)),
    )
    blog = Blog(posts=12, per_page=4, feed=False, links=links)
    routes = blog.routes()
    routes["/robots.txt"] = lambda request: Reply(
        "".join(f"Sitemap: http://{request.headers['host']}/{name}.xml\n" for name in ("sitemap", "more")),
        content_type="text/plain",
    )
    routes["/more.xml"] = routes["/sitemap.xml"]
    with serve(routes) as server:
        yield server


def _page(text: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang=en><head><title>Shelf</title>{head}</head><body><main>{text}</main></body></html>"
    )


def _anchors(*paths: str) -> str:
    return "".join(f'<p><a href="{path}">{path.strip("/").replace("/", " ")}</a></p>' for path in paths)


def _feed(request: Request) -> Reply:
    page = int(request.path.rpartition("=")[2]) if "=" in request.path else 1
    return Reply(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
        f'<link rel="next" href="http://{request.headers["host"]}/feed/?paged={page + 1}"/>'
        f'<entry><title>{page}</title><link href="/2019/04/p-{page}/"/><id>{page}</id></entry></feed>',
        content_type="application/atom+xml",
    )


ENDLESS: dict[str, tuple[int, dict[str, Any]]] = {
    "max_dates": (3, {"/": Reply(_page(_anchors(*(f"/2019/{month:02d}/" for month in range(1, 13)))))}),
    "max_pagination": (4, {"/": Reply(_page(_anchors(*(f"/page/{number}/" for number in range(2, 9)))))}),
    "max_barren_listings": (
        3,
        {
            "/": Reply(_page(_anchors(*(f"/tag/t{number}/" for number in range(9))))),
            **{f"/tag/t{number}/": Reply(_page("<h1>Tag</h1><p>Nothing yet.</p>")) for number in range(9)},
        },
    ),
    "max_idle_pages": (
        4,
        {
            "/": Reply(_page(_anchors(*(f"/shop/item-{number}/" for number in range(12))))),
            **{f"/shop/item-{number}/": Reply(_page(f"<h1>Item {number}</h1><p>Buy it.</p>")) for number in range(12)},
        },
    ),
    "max_feed_pages": (
        3,
        {
            "/": Reply(_page("", '<link rel="alternate" type="application/atom+xml" href="/feed/">')),
            "/feed/": _feed,
            **{f"/feed/?paged={number}": _feed for number in range(2, 9)},
        },
    ),
}
"""Limit → (a value, a site that exceeds it)."""


@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_bounds_of_what_is_endless(name: str, tmp_path: Path) -> None:
    value, routes = ENDLESS[name]
    limits = replace(CrawlLimits(), **{name: value})
    with Archive(tmp_path / "archive.db") as archive, serve(routes) as server:
        report = crawl(archive, [server.url + "/"], CrawlSettings(limits=limits, workers=1))
    bitten = {hit.name: hit for hit in report.limits}
    assert bitten[name].limit == value
    assert bitten[name].times >= 1
    assert bitten[name].example.startswith(server.url)
    asked = [path for path in server.paths() if path not in ("/", "/robots.txt")]
    assert asked, "up to the limit the site is asked"


def test_no_limit_of_a_crawl_is_forgotten() -> None:
    """Seconds, memory and deaths of a worker bite in test_quarantine and in tests/pipelines/test_crawl_workers."""
    tested = {*CRAWLS, *ENDLESS, "max_seconds_per_page", "max_worker_mb", "max_worker_deaths"}
    assert {field.name for field in fields(CrawlLimits)} == tested


@pytest.mark.parametrize("name", sorted(CRAWLS))
def test_bounds_of_a_crawl(name: str, mazy: Any, tmp_path: Path) -> None:
    limits = replace(CrawlLimits(), **{name: CRAWLS[name]})
    with Archive(tmp_path / "archive.db") as archive:
        report = crawl(archive, [mazy.url + "/"], CrawlSettings(limits=limits, workers=1))
    bitten = {hit.name: hit for hit in report.limits}
    assert name in bitten, (name, sorted(bitten))
    assert bitten[name].limit == CRAWLS[name]
    assert bitten[name].times >= 1
