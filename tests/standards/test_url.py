"""URLs: joining as browsers do, identity, and the published cases of the URL standard."""

from __future__ import annotations

import json

import ada_url
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scraper.errors import InvalidURL
from scraper.standards import url as urls
from scraper.text import scalar
from tests.shared import SHARED, needs_shared

HREF_PIECES = st.sampled_from(
    [
        *"/ // . .. %2e %2E%2e % %7E %zz a B - -- ~ _ ; : @ ( ' \" [ | \\ ? # & = é 字".split(),
        *"http: https:// blog.example xn-- 1.2.3.4 0x7f.1 :80 index.html amp print comment-page-2".split(),
        *"utm_source=x sid= ;jsessionid=1 replytocom=1 (S(a1b2c3d4e5f6g7h8i9))".split(),
        *" \t\n\ud800",
    ]
)
HREFS = st.one_of(st.text(max_size=40), st.lists(HREF_PIECES, max_size=12).map("".join))
BASES = st.sampled_from(
    [
        "https://blog.example/2024/05/post/?q=1#top",
        "http://user:pass@blog.example:8080/a/b",
        "https://xn--bcher-kva.example/",
        "http://[::1]/x",
    ]
)


class TestJoin:
    @pytest.mark.parametrize(
        ("href", "absolute"),
        [
            ("../other", "https://blog.example/2024/other"),
            ("?p=3", "https://blog.example/2024/post/?p=3"),
            ("#comments", "https://blog.example/2024/post/"),
            ("", "https://blog.example/2024/post/"),
            ("//cdn.example/a.png", "https://cdn.example/a.png"),
            (" \n/a\n/b ", "https://blog.example/a/b"),
            ("\\a\\b", "https://blog.example/a/b"),
            ("/a/../../b/./c", "https://blog.example/b/c"),
            ("HTTP://BLOG.example:80/A", "http://blog.example/A"),
            ("https://bücher.example/ü?ü", "https://xn--bcher-kva.example/%C3%BC?%C3%BC"),
            ("http://2130706433/", "http://127.0.0.1/"),
        ],
    )
    def test_as_a_browser_would(self, href: str, absolute: str) -> None:
        assert urls.join("https://blog.example/2024/post/", href) == absolute

    @pytest.mark.parametrize(
        "href",
        [
            "mailto:a@b.example",
            "javascript:void(0)",
            " java\nscript:alert(1)",
            "data:text/html,x",
            "ftp://a.example/",
            "http://",
            "http://a b/",
            "http://[::1",
        ],
    )
    def test_none_when_there_is_nothing_to_ask_for(self, href: str) -> None:
        assert urls.join("https://blog.example/", href) is None

    def test_none_beyond_the_longest_address(self) -> None:
        base = "https://blog.example/"
        assert urls.join(base, "/" + "a" * (urls.MAX_URL_LENGTH - len(base))) is not None
        assert urls.join(base, "/" + "a" * urls.MAX_URL_LENGTH) is None
        assert urls.join(base, "https://a.example/" + "a" * urls.MAX_URL_LENGTH) is None

    @settings(max_examples=400, deadline=None)
    @given(BASES, HREFS)
    @example("https://blog.example/", "/%2e%2e/a")
    @example("https://blog.example/", "/a/..;x")
    @example("https://blog.example/", "https://a--b.example/")
    def test_short_cuts_change_nothing(self, base: str, href: str) -> None:
        """The links that are never parsed come out as the parser would write them."""
        try:
            parsed = ada_url.join_url(scalar(base), scalar(href)).partition("#")[0]
        except ValueError:
            parsed = ""
        expected = parsed if parsed.startswith(("http://", "https://")) else None
        assert urls.join(base, href) == expected

    def test_most_links_take_a_short_cut(self) -> None:
        plain = [
            "/about/",
            "/2024/05/a-post.html#more",
            "https://www.blog.example/a?b=c&d",
            "/%E3%81%82/",
            "/?p=1",
            "/@ann/notes",
        ]
        assert all(urls._PLAIN(href) for href in plain)


class TestPlaces:
    def test_origin_and_site(self) -> None:
        assert urls.origin_of("HTTP://WWW.Blog.example:80/a?b#c") == "http://www.blog.example"
        assert urls.site_of("http://www.blog.example./a") == "blog.example"
        assert urls.site_of("https://[::1]:8000/") == "[::1]:8000"
        assert urls.site_of("http://www./") == "www"
        with pytest.raises(InvalidURL):
            urls.origin_of("/relative")

    def test_one_site_by_two_schemes_and_with_www(self) -> None:
        assert urls.same_site("http://blog.example/", "https://www.blog.example/a")
        assert not urls.same_site("https://blog.example/", "https://shop.blog.example/")
        assert not urls.same_site("http://127.0.0.1:8001/", "http://127.0.0.1:8002/")
        assert not urls.same_site("nothing", "nothing")


class TestNormalise:
    @pytest.mark.parametrize(
        "spelling",
        [
            "HTTPS://Blog.Example/%7eann/",
            "https://blog.example:443/~ann/index.html",
            "https://ann:secret@blog.example/~ann/?",
            "https://blog.example./~ann/#comments",
            "https://blog.example/x/../~ann/?utm_source=feed&fbclid=Iw&utm_Medium=rss",
            "https://blog.example/~ann/;jsessionid=9F3A?PHPSESSID=0a1b2c",
            "https://blog.example/~ann/Default.aspx?&&",
            "https://blog.example/(S(lit3py55t21z5v55vlm25s55))/~ann/?ref=other.example",
        ],
    )
    def test_spellings_of_one_address(self, spelling: str) -> None:
        assert urls.normalise(spelling) == "https://blog.example/~ann/"

    @pytest.mark.parametrize(
        "address",
        [
            "https://blog.example/a",
            "https://blog.example/a/",
            "https://blog.example/?b=1&a=2",
            "https://blog.example/story.php?sid=5",
            "https://blog.example/?s=salt",
            "https://blog.example/?ref=42",
            "https://blog.example/?source=book",
            "https://blog.example/index.php/2024/post",
            "https://blog.example/?a",
            "https://blog.example/?a=",
            "https://blog.example/a%2Fb",
            "http://127.0.0.1:8000/",
        ],
    )
    def test_what_means_something_stays(self, address: str) -> None:
        assert urls.normalise(address) == address

    def test_encoding_has_one_form(self) -> None:
        one = urls.normalise("https://blog.example/caf%c3%a9?q=[1]")
        assert (
            one == urls.normalise("https://blog.example/café?q=%5b1%5D") == "https://blog.example/caf%C3%A9?q=%5B1%5D"
        )
        assert urls.normalise("https://blog.example/100%") == "https://blog.example/100%25"

    @pytest.mark.parametrize(
        "address", ["", "/a", "ftp://a.example/", "http://", "javascript:1", "http://a/" + "b" * 9_000]
    )
    def test_no_address(self, address: str) -> None:
        with pytest.raises(InvalidURL):
            urls.normalise(address)

    @settings(max_examples=400, deadline=None)
    @given(st.sampled_from(["http://", "https://blog.example/", ""]), HREFS)
    @example("http://", "0../")
    @example("https://blog.example/", "%%371")
    @example("https://blog.example/", "a/..;jsessionid=1/b")
    @example("https://blog.example/", "tides/amp/index.html")
    def test_twice_is_once_and_nothing_else_is_raised(self, start: str, rest: str) -> None:
        for form in (urls.normalise, urls.without_noise):
            try:
                once = form(start + rest)
            except InvalidURL:
                continue
            assert form(once) == once
            assert urls.join("https://other.example/", once) == once


class TestWithoutNoise:
    @pytest.mark.parametrize(
        "copy",
        [
            "amp/",
            "amp",
            "print/",
            "comment-page-12/",
            "?replytocom=4",
            "?share=twitter&nb=1",
            "?amp",
            "?amp=1",
            "?print=1",
            "?m=1",
            "?format=amp",
        ],
    )
    def test_copies_of_one_article(self, copy: str) -> None:
        assert urls.without_noise(f"https://blog.example/tides/{copy}") == "https://blog.example/tides/"

    @pytest.mark.parametrize(
        "own", ["https://blog.example/amp/", "https://blog.example/?format=short", "https://blog.example/?print=A4"]
    )
    def test_what_is_no_copy_stays(self, own: str) -> None:
        assert urls.without_noise(own) == own

    def test_normalise_leaves_them(self) -> None:
        assert (
            urls.normalise("https://blog.example/tides/amp/?replytocom=4")
            == "https://blog.example/tides/amp/?replytocom=4"
        )


@needs_shared
class TestConformance:
    """The URL standard's own cases, and host spellings that hide an address."""

    @staticmethod
    def cases(*kinds: str) -> list[dict[str, str]]:
        lines = (SHARED / "suites/urls/cases.jsonl").read_text(encoding="utf-8").splitlines()
        return [case for case in map(json.loads, lines) if case["kind"] in kinds]

    def test_parse(self) -> None:
        cases = self.cases("parse", "ssrf_host")
        wrong = [
            (case["input"], got)
            for case in cases
            if (got := urls.join(case["base"] or "about:blank", case["input"])) != case["href"].partition("#")[0]
        ]
        assert len(cases) > 100
        assert not wrong

    def test_parse_fail(self) -> None:
        cases = self.cases("parse_fail")
        assert len(cases) > 100
        assert not [case for case in cases if urls.join(case["base"] or "about:blank", case["input"]) is not None]
