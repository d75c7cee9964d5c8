"""robots.txt: groups by the RFC, rules by Protego, and what hostile files cost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.standards import robots
from tests.shared import SHARED, needs_shared

AGENT = "backfile"
A = "https://blog.example/a/page?b=c"


def allowed(text: str, url: str = A, token: str = AGENT) -> bool:
    return robots.parse(text).allowed(url, token)


class TestGroups:
    def test_our_own_group_replaces_everybodys(self) -> None:
        text = "User-agent: *\nDisallow: /\n\nUser-agent: BackFile\nDisallow: /b"
        assert allowed(text)
        assert not allowed(text, token="otherbot")

    def test_groups_of_one_agent_are_one(self) -> None:
        text = "User-agent: backfile\nDisallow: /a\nUser-agent: x\nDisallow: /x\nUser-agent: backfile\nAllow: /a/page"
        assert allowed(text)
        assert not allowed(text, "https://blog.example/a/b")

    @pytest.mark.parametrize(
        "line", ["backfile/2.0 (+mail)", "Backfile bot", "*backfile*", "  backfile # us", "BACKFILE"]
    )
    def test_a_token_ends_where_its_letters_end(self, line: str) -> None:
        assert not allowed(f"User-agent: {line}\nDisallow: /")

    @pytest.mark.parametrize("line", ["back", "backfile-news", "backfiles", "file", ""])
    def test_a_token_is_compared_as_a_whole(self, line: str) -> None:
        assert allowed(f"User-agent: {line}\nDisallow: /")

    def test_a_crawl_delay_parts_no_group(self) -> None:
        text = "User-agent: backfile\nCrawl-delay: 5\nUser-agent: otherbot\nDisallow: /a"
        assert not allowed(text)
        assert robots.parse(text).crawl_delay_s(AGENT) == 5.0
        assert robots.parse(text).crawl_delay_s("otherbot") is None

    def test_an_empty_group_allows_everything(self) -> None:
        assert allowed("User-agent: *\nDisallow: /\nUser-agent: backfile\nDisallow:")
        assert allowed("User-agent: *\nDisallow: /\nUser-agent: backfile")

    def test_rules_before_any_agent_are_nobodys(self) -> None:
        assert allowed("Disallow: /\nUser-agent: x\nDisallow: /")


class TestRules:
    def test_longest_match_and_allow_on_a_tie(self) -> None:
        assert allowed("User-agent: *\nDisallow: /a\nAllow: /a/p")
        assert allowed("User-agent: *\nDisallow: /a/\nAllow: /a/")
        assert not allowed("User-agent: *\nAllow: /a\nDisallow: /a/*?b=")

    def test_why_names_the_deciding_rule(self) -> None:
        rules = robots.parse("User-agent: *\nDisallow: /a\nAllow: /a/page$\nDisallow: /*?b=*")
        assert rules.why(A, AGENT) == "Disallow: /*?b=*"
        assert rules.why("https://blog.example/a/page", AGENT) == "Allow: /a/page$"
        assert rules.why("https://blog.example/z", AGENT) is None
        assert rules.why("https://blog.example/robots.txt", AGENT) is None

    def test_misspelt_directives_and_missing_colons(self) -> None:
        assert not allowed("useragent *\nDissallow /a")

    def test_the_file_itself_is_always_allowed(self) -> None:
        assert robots.DISALLOW_ALL.allowed("https://blog.example/robots.txt", AGENT)
        assert not robots.DISALLOW_ALL.allowed("https://blog.example/", AGENT)
        assert robots.ALLOW_ALL.allowed("https://blog.example/", AGENT)


class TestDelays:
    @pytest.mark.parametrize(
        ("lines", "seconds"),
        [
            ("Crawl-delay: 2.5", 2.5),
            ("Crawl-delay: 0", 0.0),
            ("Request-rate: 1/10", 10.0),
            ("Request-rate: 4/1m\nCrawl-delay: 1", 15.0),
            ("Crawl-delay: -1", None),
            ("Crawl-delay: soon", None),
            ("Crawl-delay: nan", None),
            ("Crawl-delay: " + "9" * 300, robots.LONGEST_DELAY_S),
            ("Request-rate: 1/" + "9" * 300, robots.LONGEST_DELAY_S),
        ],
    )
    def test_seconds_between_requests(self, lines: str, seconds: float | None) -> None:
        assert robots.parse(f"User-agent: *\n{lines}").crawl_delay_s(AGENT) == seconds


class TestBytes:
    def test_byte_order_mark_line_ends_and_other_encodings(self) -> None:
        assert not robots.parse(b"\xef\xbb\xbfUser-agent: *\rDisallow: /a").allowed(A, AGENT)
        assert not robots.parse(b"# caf\xe9\r\nUser-agent: *\r\nDisallow: /a").allowed(A, AGENT)

    def test_sitemaps_stand_outside_groups(self) -> None:
        rules = robots.parse(
            "User-agent: *\nSitemap: https://blog.example/s.xml\nDisallow: /a\nsitemap: /t.xml\nSitemap: /t.xml"
        )
        assert rules.sitemaps == ("https://blog.example/s.xml", "/t.xml")
        assert not rules.allowed(A, AGENT)

    def test_a_page_in_place_of_the_file_allows_everything(self) -> None:
        assert allowed("<!doctype html><html><body><p>Disallow: / is written in robots.txt</p></body></html>")

    def test_the_rest_of_a_long_file_is_ignored(self) -> None:
        text = "User-agent: *\n" + "# padding\n" * (robots.MAX_BYTES // 10) + "Disallow: /a"
        assert allowed(text)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)), st.text(max_size=20), st.text(max_size=20))
def test_never_raises(body: bytes | str, path: str, token: str) -> None:
    rules = robots.parse(body)
    for url in (path, f"https://blog.example/{path}"):
        rules.allowed(url, token)
        rules.why(url, token)
    rules.crawl_delay_s(token)


@pytest.mark.parametrize(
    "lines",
    [
        "".join(f"User-agent: bot{number}\n" for number in range(15_000)) + "Disallow: /a\n" * 20_000,
        ("User-agent" + " " * 4_000 + "!\n") * 128,
        "User-agent: *\n" + ("Disallow: /" + "*a" * 2_000 + "\n") * 128,
        "User-agent: *\n" + "Disallow: $$$$$$$\n" * 20_000,
    ],
    ids=["agents times rules", "blanks", "wildcards", "anchors"],
)
def test_hostile_files_cost_little(lines: str) -> None:
    started = time.process_time()
    rules = robots.parse(lines)
    rules.allowed("https://blog.example/" + "a" * 2_000, AGENT)
    assert time.process_time() - started < 2


@needs_shared
class TestConformance:
    @staticmethod
    def cases(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (SHARED / "suites/robots" / name).read_text(encoding="utf-8").splitlines()]

    def test_published_cases(self) -> None:
        """All cases but those on which Google's reference and Protego differ."""
        wrong = []
        cases = [
            case for case in self.cases("cases.jsonl") if case["kind"] == "can_fetch" and not case.get("contested")
        ]
        for case in cases:
            body = case["robots"].encode("latin-1") if case["id"].startswith("google/") else case["robots"]
            if robots.parse(body).allowed(case["url"], case["agent"]) != case["expect"]:
                wrong.append(case["id"])
        assert len(cases) > 200
        assert not wrong

    def test_sitemaps(self) -> None:
        cases = [case for case in self.cases("cases.jsonl") if case["kind"] == "sitemaps"]
        assert all(list(robots.parse(case["robots"]).sitemaps) == case["expect"] for case in cases)

    def test_real_files(self) -> None:
        """At least 99.9 % of Google's answers about real files; the rest writes one escape in two cases of letters."""
        asked = wrong = 0
        for site in self.cases("real.jsonl"):
            rules = robots.parse(site["robots"])
            for query in site["queries"]:
                asked += 1
                wrong += rules.allowed(query["url"], query["agent"]) != query["expect"]
        assert asked > 5_000
        assert wrong / asked <= 0.001
