"""Fetcher, seen from the server's side: what is asked, how often, and what is made of each answer."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from scraper.errors import (
    BadContent,
    BlockedAddress,
    ConnectFailed,
    FetchError,
    InvalidURL,
    RobotsDisallowed,
    ServerBusy,
    ServerFailed,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    Truncated,
    Unusable,
)
from scraper.fetch import Fetcher, FetchSettings, fetch
from scraper.guard import typed
from scraper.limits import Limits, SizeLimit, Timeouts
from scraper.response import Response
from tests.server import Reply, Request, Server, serve

ROBOTS = Reply("User-agent: *\nDisallow: /private/\n", content_type="text/plain")
SMALL = Limits(sizes={"page": SizeLimit(20_000, 50_000), "robots": SizeLimit(2_000, 2_000, cut=True)})


class FakeTime:
    """A clock that moves only when somebody sleeps, and remembers how long."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def run(
    server: Server,
    work: Callable[[Fetcher], Awaitable[Any]],
    settings: FetchSettings | None = None,
    time: FakeTime | None = None,
) -> Any:
    """Run *work* with a fetcher that may reach *server*, on a clock of its own."""
    time = time or FakeTime()

    async def inside() -> Any:
        async with Fetcher(
            settings or FetchSettings(), allow_private=typed([server.url]), clock=time.clock, sleep=time.sleep
        ) as fetcher:
            return await work(fetcher)

    return asyncio.run(inside())


def get(
    server: Server, path: str, settings: FetchSettings | None = None, time: FakeTime | None = None, **how: Any
) -> Any:
    return run(server, lambda fetcher: fetcher.get(server.url + path, **how), settings, time)


def test_an_answer_comes_back_whole_with_lower_case_headers() -> None:
    with serve({"/": Reply("<p>tides</p>", headers={"ETag": '"7"'})}) as server:
        response: Response = get(server, "/")
    assert (response.status, response.body, response.header("etag")) == (200, b"<p>tides</p>", '"7"')
    assert response.media_type == "text/html"
    assert response.url == response.final_url == server.url + "/"


def test_the_user_agent_names_the_program_and_its_contact() -> None:
    with serve({"/": Reply("x")}) as server:
        get(server, "/", FetchSettings(contact="https://me.example/"))
    agents = {request.headers["user-agent"] for request in server.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("backfile/")
    assert server.requests[0].headers["user-agent"].endswith("(+https://me.example/)")


def test_robots_is_asked_first_and_once() -> None:
    async def work(fetcher: Fetcher) -> None:
        await asyncio.gather(*(fetcher.get(f"{server.url}/{i}") for i in range(4)))

    with serve({"/robots.txt": ROBOTS, **{f"/{i}": Reply("x") for i in range(4)}}) as server:
        run(server, work)
    assert server.paths()[0] == "/robots.txt"
    assert server.paths().count("/robots.txt") == 1


def test_a_disallowed_address_is_not_asked_for() -> None:
    with serve({"/robots.txt": ROBOTS, "/private/a": Reply("x")}) as server:
        with pytest.raises(RobotsDisallowed):
            get(server, "/private/a")
        assert server.paths() == ["/robots.txt"]
        assert get(server, "/private/a", FetchSettings(obey_robots=False)).status == 200


@pytest.mark.parametrize("status", [404, 403, 410])
def test_robots_answered_4xx_allows_everything(status: int) -> None:
    with serve({"/robots.txt": Reply("no", status=status), "/": Reply("x")}) as server:
        assert get(server, "/").status == 200


def test_robots_answered_5xx_allows_nothing() -> None:
    with serve({"/robots.txt": Reply("oh", status=500), "/": Reply("x")}) as server:
        with pytest.raises(RobotsDisallowed, match="HTTP 500"):
            get(server, "/")
    assert "/" not in server.paths()


def test_robots_that_never_ends_is_cut_and_its_rules_hold() -> None:
    endless = b"User-agent: *\nDisallow: /private/\n" + b"# padding\n" * 1000
    with serve({"/robots.txt": Reply(endless), "/private/": Reply("x"), "/": Reply("x")}) as server:
        settings = FetchSettings(limits=SMALL)
        assert get(server, "/", settings).status == 200
        with pytest.raises(RobotsDisallowed):
            get(server, "/private/", settings)


def test_robots_follows_redirects() -> None:
    moved = Reply(status=301, headers={"Location": "/rules.txt"})
    with serve({"/robots.txt": moved, "/rules.txt": ROBOTS, "/private/": Reply("x")}) as server:
        with pytest.raises(RobotsDisallowed):
            get(server, "/private/")


def test_redirects_are_followed_and_remembered() -> None:
    hops = {
        "/a": Reply(status=301, headers={"Location": "b"}),
        "/b": Reply(status=302, headers={"Location": "/c"}),
        "/c": Reply("here"),
    }
    with serve(hops) as server:
        response = get(server, "/a")
        assert response.body == b"here"
        assert response.final_url == server.url + "/c"
        assert response.redirects == ((301, server.url + "/a"), (302, server.url + "/b"))
        unfollowed = get(server, "/a", follow=lambda target: not target.endswith("/b"))
        assert (unfollowed.status, unfollowed.final_url) == (301, server.url + "/a")


def test_a_circle_and_an_endless_chain_end() -> None:
    def onward(request: Request) -> Reply:
        return Reply(status=302, headers={"Location": request.path + "x"})

    chain = {"/" + "x" * i: onward for i in range(1, 40)}
    with serve({"/a": Reply(status=302, headers={"Location": "/a"}), **chain}) as server:
        with pytest.raises(TooManyRedirects, match="circle"):
            get(server, "/a")
        with pytest.raises(TooManyRedirects, match="more than"):
            get(server, "/x")
    assert len(server.requests) < 20


def test_each_hop_is_judged_by_robots() -> None:
    with (
        serve(
            {
                "/robots.txt": ROBOTS,
                "/a": Reply(status=302, headers={"Location": "/private/b"}),
                "/private/b": Reply("x"),
            }
        ) as server,
        pytest.raises(RobotsDisallowed) as caught,
    ):
        get(server, "/a")
    assert caught.value.url.endswith("/private/b")
    assert "/private/b" not in server.paths()


SPELLINGS = ("127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0")


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_redirect_to_another_private_address_makes_no_connection(host: str) -> None:
    with serve({"/": Reply("secret")}) as inner:
        there = f"http://{host}:{inner.port}/"
        with serve({"/": Reply(status=302, headers={"Location": there})}) as server:
            with pytest.raises(BlockedAddress):
                get(server, "/")
    assert inner.connections == 0


def test_a_loopback_address_nobody_typed_is_blocked() -> None:
    with serve({"/": Reply("x")}) as server:
        with pytest.raises(BlockedAddress, match="loopback"):
            fetch(server.url + "/", allow_private=frozenset())
        assert server.connections == 0
        assert fetch(server.url + "/").status == 200


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])),
        ("gzip", lambda body: gzip.compress(body) + b"\0\0 padding"),
        ("identity", lambda body: body),
    ],
)
def test_codings_are_undone(coding: str, encode: Callable[[bytes], bytes]) -> None:
    body = b"the sea, the sea " * 500
    with serve({"/": Reply(encode(body), headers={"Content-Encoding": coding})}) as server:
        assert get(server, "/").body == body


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_compression_bomb_stops_at_the_decoded_limit(coding: str) -> None:
    body = b"\0" * 10_000_000
    for name in coding.split(", "):
        body = gzip.compress(body) if name == "gzip" else zlib.compress(body)
    with serve({"/": Reply(body, headers={"Content-Encoding": coding})}) as server:
        with pytest.raises(TooLarge) as caught:
            get(server, "/", FetchSettings(limits=SMALL))
    assert caught.value.limit_bytes == 50_000 or len(body) > 20_000
    assert server.paths().count("/") == 1


def test_a_body_over_the_wire_limit_is_refused_before_it_is_read() -> None:
    with serve({"/": Reply(b"x" * 30_000)}) as server, pytest.raises(TooLarge) as caught:
        get(server, "/", FetchSettings(limits=SMALL))
    assert caught.value.limit_bytes == 20_000


def test_an_endless_body_without_length_stops_at_the_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    with serve({"/": Reply(raw=head + b"x" * 200_000)}) as server, pytest.raises(TooLarge):
        get(server, "/", FetchSettings(limits=SMALL))


def test_a_cut_gzip_is_not_a_good_page() -> None:
    whole = gzip.compress(bytes(range(256)) * 20)
    with serve({"/": Reply(whole[:-20], headers={"Content-Encoding": "gzip"})}) as server, pytest.raises(Truncated):
        get(server, "/")


@pytest.mark.parametrize("coding", ["br", "gzip, gzip, gzip"])
def test_codings_not_asked_for_are_refused(coding: str) -> None:
    with serve({"/": Reply(b"\x1f\x8b", headers={"Content-Encoding": coding})}) as server:
        with pytest.raises(BadContent):
            get(server, "/")


def test_broken_compression_is_bad_content() -> None:
    with serve({"/": Reply(b"this is not gzip", headers={"Content-Encoding": "gzip"})}) as server:
        with pytest.raises(BadContent):
            get(server, "/")


def test_a_truncated_body_is_asked_again_then_reported() -> None:
    half = Reply("half an article", length=100_000)
    with serve({"/": half, "/mends": [half, Reply("whole")]}) as server:
        with pytest.raises(Truncated):
            get(server, "/")
        assert server.paths().count("/") == 3
        assert get(server, "/mends").body == b"whole"


def test_a_server_that_fails_is_asked_again_then_reported() -> None:
    with serve({"/": Reply(status=500), "/mends": [Reply(status=502), Reply("well")]}) as server:
        with pytest.raises(ServerFailed) as caught:
            get(server, "/")
        assert caught.value.status == 500
        assert server.paths().count("/") == 3
        assert get(server, "/mends").body == b"well"


def test_retry_after_is_obeyed_to_the_second() -> None:
    time = FakeTime()
    with serve({"/": [Reply(status=429, headers={"Retry-After": "7"}), Reply("well")]}) as server:
        assert get(server, "/", time=time).body == b"well"
    assert sum(time.slept) >= 7
    assert server.paths().count("/") == 2


def test_an_absurd_retry_after_is_reported_not_slept() -> None:
    time = FakeTime()
    year = Reply(status=503, headers={"Retry-After": str(365 * 86400)})
    with serve({"/": year}) as server, pytest.raises(ServerBusy) as caught:
        get(server, "/", time=time)
    assert caught.value.retry_after_s == 365 * 86400
    assert server.paths().count("/") == 1
    assert sum(time.slept) < 60


def test_a_head_that_trickles_ends_at_the_heads_deadline() -> None:
    settings = FetchSettings(timeouts=Timeouts(head_s=0.1), limits=replace(SMALL, attempts=1))
    with serve({"/robots.txt": ROBOTS, "/": Reply(raw=b"HTTP/1.1 200 OK\r\nX-Slow: ", hang=True)}) as server:
        with pytest.raises(TimedOut, match="head"):
            get(server, "/", settings)


def test_a_body_that_stops_ends_at_a_deadline() -> None:
    settings = FetchSettings(timeouts=Timeouts(total_s=0.2), limits=replace(SMALL, attempts=1))
    with serve({"/robots.txt": ROBOTS, "/": Reply("half", length=900, hang=True)}) as server:
        with pytest.raises(TimedOut):
            get(server, "/", settings)


def test_too_many_headers_are_refused() -> None:
    long = {f"X-{i}": "y" * 1000 for i in range(80)}
    with serve({"/": Reply("x", headers=long)}) as server, pytest.raises(BadContent):
        get(server, "/")


def test_an_unchanged_page_answers_304_to_its_validators() -> None:
    def page(request: Request) -> Reply:
        known = request.headers.get("if-none-match") == '"7"' and "if-modified-since" in request.headers
        return Reply(status=304) if known else Reply("x")

    with serve({"/": page}) as server:
        response = get(server, "/", etag='"7"', last_modified="Tue, 02 Jan 2024 00:00:00 GMT")
    assert (response.status, response.body) == (304, b"")


def test_media_that_is_no_page_is_not_read() -> None:
    with serve({"/a.png": Reply(b"\x89PNG", content_type="image/png")}) as server:
        with pytest.raises(Unusable, match="image/png"):
            get(server, "/a.png")


def test_statuses_from_400_are_answers() -> None:
    with serve({}) as server:
        assert get(server, "/nowhere").status == 404


def test_a_closed_port_is_a_failed_connection() -> None:
    with serve({}) as server:
        pass
    with pytest.raises(ConnectFailed):
        get(server, "/")


@pytest.mark.parametrize("url", ["ftp://a.example/", "/a", "http://", "http://[::1/", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidURL):
        fetch(url)


def test_connections_are_kept_and_never_more_than_allowed_are_in_flight() -> None:
    async def work(fetcher: Fetcher) -> None:
        await asyncio.gather(*(fetcher.get(f"{server.url}/{i}") for i in range(12)))

    pages = {f"/{i}": Reply("x", delay_s=0.01) for i in range(12)}
    with serve(pages) as server:
        run(server, work)
        assert server.most_in_flight() == 2
        assert server.connections <= 2


def test_gaps_between_arrivals_are_never_below_the_delay() -> None:
    delay_s = 0.05

    async def work() -> None:
        settings = FetchSettings(delay_s=delay_s, concurrency_per_host=4)
        async with Fetcher(settings, allow_private=typed([server.url])) as fetcher:
            await asyncio.gather(*(fetcher.get(f"{server.url}/{i}") for i in range(6)))

    with serve({f"/{i}": Reply("x", delay_s=0.08 * (i % 2)) for i in range(6)}) as server:
        asyncio.run(work())
    # A millisecond for the two processes' schedulers: the client measures at its end of the socket.
    assert min(server.gaps_s()) >= delay_s - 0.001


def test_crawl_delay_slows_the_host_down_within_reason() -> None:
    for written, kept in (("3", 3.0), ("86400", 30.0)):
        time = FakeTime()
        rules = Reply(f"User-agent: backfile\nCrawl-delay: {written}\n")
        with serve({"/robots.txt": rules, "/": Reply("x")}) as server:
            get(server, "/", time=time)
            assert sum(time.slept) == pytest.approx(0.0)  # robots.txt itself came before the rule was known

            async def twice(fetcher: Fetcher, url: str = server.url) -> None:
                await fetcher.get(url + "/")
                await fetcher.get(url + "/")

            time = FakeTime()
            run(server, twice, time=time)
            assert sum(time.slept) == pytest.approx(kept)


def test_a_plain_proxy_carries_http_and_refuses_tunnels_with_a_hint() -> None:
    def proxied(request: Request) -> Reply:
        return Reply("through the proxy")

    routes = {
        "http://blog.example/": proxied,
        "blog.example:443": Reply("no tunnels", status=501),
        "http://blog.example/out": Reply(status=302, headers={"Location": "http://0x7f.1/"}),
    }
    with serve(routes) as server:
        settings = FetchSettings(proxy=server.url, delay_s=0)
        assert fetch("http://blog.example/", proxy=server.url, delay_s=0).body == b"through the proxy"
        with pytest.raises(Unusable) as caught:
            run(server, lambda fetcher: fetcher.get("https://blog.example/"), settings)
        assert caught.value.status == 501
        assert "http://" in str(caught.value.hint)
        with pytest.raises(BlockedAddress):
            run(server, lambda fetcher: fetcher.get("http://blog.example/out"), settings)
    assert not any("0x7f.1" in path for path in server.paths())


def test_every_error_tells_its_address() -> None:
    with serve({"/": Reply(status=500)}) as server, pytest.raises(FetchError) as caught:
        get(server, "/")
    assert caught.value.url == server.url + "/"
