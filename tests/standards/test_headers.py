"""Header values: dates, delays, types, links, robots directives, refreshes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.standards import headers
from scraper.standards import url as urls
from tests.shared import SHARED, needs_shared

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class TestDates:
    @pytest.mark.parametrize(
        "value",
        [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "6 nov 1994 8:49:37",
            "Sun, 06 Nov 1994 09:49:37 +0100",
            "Sun, 06 Nov 1994 03:49:37 EST",
        ],
    )
    def test_one_moment_in_many_forms(self, value: str) -> None:
        assert headers.http_date(value) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "0",
            "soon",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 0000 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 XYZT",
        ],
    )
    def test_no_date(self, value: str) -> None:
        assert headers.http_date(value) is None

    def test_a_leap_second_is_taken_for_the_one_before(self) -> None:
        assert headers.http_date("Sat, 31 Dec 2016 23:59:60 GMT") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("0", 0.0),
            ("90", 90.0),
            ("Thu, 01 Jan 2026 00:01:30 GMT", 90.0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
            ("9" * 400, headers.LONGEST_DELAY_S),
            ("0" * 400 + "7", 7.0),
            (None, None),
            ("-1", None),
            ("1.5", None),
            ("٣", None),
        ],
    )
    def test_seconds(self, value: str | None, seconds: float | None) -> None:
        assert headers.retry_after_s(value, NOW) == seconds


class TestContentType:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (None, (None, None)),
            ("text/html", ("text/html", None)),
            ('Text/HTML; Version=1; charset="UTF-8"', ("text/html", "utf-8")),
            ("text/html; charset=klingon", ("text/html", None)),
            ("text/plain; charset=utf-8, text/html", ("text/html", None)),
            ("charset=utf-8", (None, None)),
        ],
    )
    def test_type_and_charset(self, value: str | None, expected: tuple[str | None, str | None]) -> None:
        assert headers.content_type(value) == expected


class TestLinks:
    def test_targets_and_parameters_in_order(self) -> None:
        value = (
            '<https://blog.example/wp-json/>; rel="https://api.w.org/", </p/2/>;rel=next; title="a, \\"b\\"; c",</x>'
        )
        assert headers.links(value) == [
            ("https://blog.example/wp-json/", {"rel": "https://api.w.org/"}),
            ("/p/2/", {"rel": "next", "title": 'a, "b"; c'}),
            ("/x", {}),
        ]


class TestRobotsDirectives:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (["noindex, nofollow"], {"noindex", "nofollow"}),
            (["NONE"], {"noindex", "nofollow"}),
            (["otherbot: noindex"], set()),
            (["backfile: noindex", "otherbot: noarchive"], {"noindex"}),
            (["*: noarchive, otherbot/2.0: none, backfile: nofollow"], {"noarchive", "nofollow"}),
            (["max-snippet: -1, max-image-preview:large"], {"max-snippet:-1", "max-image-preview:large"}),
            (["unavailable_after: Fri, 25 Jun 2027 15:00:00 GMT, noindex"], {"unavailable_after:fri", "noindex"}),
            ([], set()),
            ([",,:"], set()),
        ],
    )
    def test_scope_and_spelling(self, values: list[str], expected: set[str]) -> None:
        assert headers.robots_directives(values, "backfile") == expected


class TestCacheControl:
    def test_first_counts_and_quotes_hide(self) -> None:
        assert headers.cache_control('x="max-age=1, no-store", Max-Age=60, max-age=5, no-cache') == {
            "max_age": 60,
            "no_cache": True,
        }
        assert headers.cache_control("max-age=" + "9" * 400) == {"max_age": headers.LONGEST_AGE_S}
        assert headers.cache_control("max-age") == {"max_age": None}


class TestRefresh:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("3", (3.0, None)),
            ("0;url=/a b", (0.0, "/a b")),
            ("0, URL='/a'rest", (0.0, "/a")),
            ("2 https://blog.example/", (2.0, "https://blog.example/")),
            (".5; /a", (0.5, "/a")),
            ("5x; url=/a", (None, None)),
            ("0; url=\tjava\nscript:alert(1)", (0.0, None)),
            ("9" * 400 + "; url=/a", (float("9" * 12), "/a")),
        ],
    )
    def test_time_and_address(self, value: str, expected: tuple[float | None, str | None]) -> None:
        assert headers.meta_refresh(value) == expected


READERS: list[Callable[[str], Any]] = [
    headers.http_date,
    lambda value: headers.retry_after_s(value, NOW),
    headers.content_type,
    headers.links,
    lambda value: headers.robots_directives([value], "backfile"),
    headers.cache_control,
    headers.meta_refresh,
]


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="<>;,=\"'/: \\\t0a.*-", max_size=60)))
def test_never_raises(value: str) -> None:
    for read in READERS:
        read(value)


@pytest.mark.parametrize(
    "piece", ["a", " ", "9", ",", ";", "a=", '"', "'", "\\", "<", "<a>;", "a:", "a/", "max-age=", "0;", "url="]
)
def test_linear_in_length(piece: str) -> None:
    """64 KiB are all the headers of an answer together; a square would take minutes."""
    value = piece * (64 * 1024 // len(piece))
    started = time.process_time()
    for read in READERS:
        read(value)
        read("0;x=" + value)
    assert time.process_time() - started < 2


@needs_shared
class TestConformance:
    @staticmethod
    def read(case: dict[str, Any]) -> Any:
        value = case["value"]
        match case["kind"]:
            case "retry_after":
                return headers.retry_after_s(value, datetime.fromisoformat(case["now"]))
            case "http_date":
                date = headers.http_date(value)
                return date.strftime("%Y-%m-%dT%H:%M:%SZ") if date else None
            case "cache_control":
                return headers.cache_control(value)
            case "content_type":
                return list(headers.content_type(value))
            case "link_header":
                return [
                    {"rel": link.get("rel"), "url": urls.join(case["base"], target)}
                    for target, link in headers.links(value)
                ]
            case "x_robots_tag":
                return sorted(headers.robots_directives([value], case["agent"]))
            case "meta_refresh":
                return list(headers.meta_refresh(value))
        return None

    def test_all_kinds_that_are_values(self) -> None:
        lines = (SHARED / "suites/http_headers/cases.jsonl").read_text(encoding="utf-8").splitlines()
        # cache_tests are scripts for caches, etag_echo is about what is sent back.
        cases = [case for case in map(json.loads, lines) if not case["kind"].startswith(("cache_tests", "etag_echo"))]
        assert len(cases) > 50
        assert not [(case["id"], got) for case in cases if (got := self.read(case)) != case["expect"]]
