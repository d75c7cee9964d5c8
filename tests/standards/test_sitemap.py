"""Sitemaps: what servers send in their place, and what hostile ones cost."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.standards import sitemap
from tests.shared import SHARED, needs_shared

URL = "https://blog.example/sitemap.xml"
ONE = b"<url><loc>https://blog.example/a</loc></url>"


def addresses(body: bytes) -> list[str]:
    return [entry.url for entry in sitemap.parse(body, URL).entries]


class TestForms:
    def test_pages_with_dates(self) -> None:
        body = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            <url><loc> https://blog.example/a?x=1&amp;y=2 </loc><lastmod>2024-05-06T07:08:09+0200</lastmod></url>
            <url><lastmod>2024-05-06 07:08</lastmod><priority>0.5</priority><loc><![CDATA[/b]]></loc></url>
            <url><loc>https://blog.example/c</loc><lastmod>yesterday</lastmod></url></urlset>"""
        found = sitemap.parse(body, URL)
        assert found.problem is None
        assert [(entry.url, entry.lastmod) for entry in found.entries] == [
            ("https://blog.example/a?x=1&y=2", "2024-05-06T07:08:09+02:00"),
            ("https://blog.example/b", "2024-05-06T07:08"),
            ("https://blog.example/c", None),
        ]

    def test_an_index(self) -> None:
        first = b"<sitemap><loc>/s1.xml</loc><lastmod>2024</lastmod></sitemap>"
        body = b"<sitemapindex>" + first + b"<sitemap><loc>/s2.xml.gz</loc></sitemap></sitemapindex>"
        found = sitemap.parse(body, URL)
        assert found.children == (("https://blog.example/s1.xml", "2024"), ("https://blog.example/s2.xml.gz", None))
        assert (found.entries, found.problem) == ((), None)

    def test_news_titles_and_dates_under_any_prefix(self) -> None:
        body = b"""<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/a</loc><n:news>
            <n:title>Salt &amp;
            bread</n:title><n:publication_date>2024-05-06</n:publication_date></n:news></url></urlset>"""
        assert sitemap.parse(body, URL).entries == (
            sitemap.Entry("https://blog.example/a", None, "Salt & bread", "2024-05-06"),
        )

    def test_elements_of_other_vocabularies_are_not_pages(self) -> None:
        image = b"<image:image><image:loc>/a.png</image:loc><image:title>x</image:title></image:image>"
        body = b"<urlset><url>" + image + b"<loc>/a</loc></url></urlset>"
        assert sitemap.parse(body, URL).entries == (sitemap.Entry("https://blog.example/a", None),)

    def test_a_prefix_for_the_sitemap_itself(self) -> None:
        assert addresses(b"<s:urlset><s:url><s:loc>/a</s:loc></s:url></s:urlset>") == ["https://blog.example/a"]

    def test_lines_of_text(self) -> None:
        assert addresses(b"\xef\xbb\xbfhttps://blog.example/a\r\n\r\nhttps://blog.example/b\n") == [
            "https://blog.example/a",
            "https://blog.example/b",
        ]

    def test_gzip_once_twice_and_in_members(self) -> None:
        body = b"<urlset>" + ONE + b"</urlset>"
        for packed in (
            gzip.compress(body),
            gzip.compress(gzip.compress(body)),
            gzip.compress(body[:20]) + gzip.compress(body[20:]),
        ):
            assert addresses(packed) == ["https://blog.example/a"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
    def test_encodings(self, encoding: str) -> None:
        body = f'<?xml version="1.0" encoding="{encoding}"?><urlset><url><loc>/море</loc></url></urlset>'.encode(
            encoding
        )
        assert addresses(body) == ["https://blog.example/%D0%BC%D0%BE%D1%80%D0%B5"]


class TestProblems:
    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (b"", "empty"),
            (b"   \n", "empty"),
            (b"<!doctype html><html><body>not here</body></html>", "not a sitemap: an HTML page"),
            (b"<rss><channel></channel></rss>", "not a sitemap: a feed"),
            (b"nothing here", "not a sitemap: plain text"),
            (b"<x/>", "not a sitemap"),
            (b"<urlset>" + ONE, "the document ends before its last tag"),
            (b"<urlset/>", None),
            (b"<urlset><url><loc>mailto:a@b.example</loc></url></urlset>", "1 entries without a usable address"),
            (ONE, "no urlset or sitemapindex around the entries"),
            (gzip.compress(b"<urlset>" + ONE * 900)[:-9], "cut gzip file"),
            (gzip.compress(b"<urlset>" + ONE * 900)[:20] + b"x" * 90, "damaged gzip file"),
        ],
    )
    def test_are_named(self, body: bytes, problem: str | None) -> None:
        assert sitemap.parse(body, URL).problem == problem

    def test_what_comes_before_and_bare_ampersands_cost_nothing(self) -> None:
        before = b"\n<br />\n<b>Warning</b>: x in y.php\n<?xml version='1.0'?>"
        body = before + b"<urlset><url><loc>/a?b=1&c=2&copy=3</loc></url></urlset>"
        assert addresses(body) == ["https://blog.example/a?b=1&c=2&copy=3"]

    def test_comments_hide_entries(self) -> None:
        assert addresses(b"<urlset><!-- <url><loc>/old</loc></url> -->" + ONE + b"</urlset>") == [
            "https://blog.example/a"
        ]

    def test_entities_are_never_looked_up(self) -> None:
        body = (
            b'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]><urlset><url><loc>/&x;</loc></url>'
            + ONE
            + b"</urlset>"
        )
        assert addresses(body) == ["https://blog.example/a"]


class TestLimits:
    def test_entries(self) -> None:
        many = b"".join(b"<url><loc>/%d</loc></url>" % number for number in range(sitemap.MAX_ENTRIES + 10))
        found = sitemap.parse(b"<urlset>" + many + b"</urlset>", URL)
        assert len(found.entries) == sitemap.MAX_ENTRIES
        assert found.problem == "more than 50,000 entries; the rest is left out"

    def test_repetitions_do_not_hide_the_limit(self) -> None:
        assert "more than" in str(sitemap.parse(b"<urlset>" + ONE * (sitemap.MAX_LOOKED_AT + 10), URL).problem)

    def test_a_gzip_bomb_stays_small(self) -> None:
        bomb = gzip.compress(gzip.compress(b" " * (2 * sitemap.MAX_BYTES), 9), 9)
        tracemalloc.start()
        found = sitemap.parse(bomb, URL)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found.problem == "longer than 52,428,800 bytes; the rest is left out"
        assert peak < 5 * sitemap.MAX_BYTES


class TestDates:
    @pytest.mark.parametrize(
        ("text", "date"),
        [
            ("2024", "2024"),
            ("2024-05", "2024-05"),
            ("2024-05-06T07:08:09.123Z", "2024-05-06T07:08:09.123Z"),
            ("2024-02-30", None),
            ("0000-00-00", None),
            ("2024-05-06T25:00Z", None),
            ("06/05/2024", None),
            ("", None),
        ],
    )
    def test_w3c_forms(self, text: str, date: str | None) -> None:
        assert sitemap.w3c_date(text) == date


@settings(deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.text(alphabet="<>/!-[]&;:# urlsetocCDATAh1é", max_size=120).map(str.encode))
)
def test_never_raises(body: bytes) -> None:
    for whole in (body, b"<urlset>" + body, b"<urlset><url><loc>" + body, b"\x1f\x8b" + body):
        sitemap.parse(whole, URL)


@pytest.mark.parametrize(
    "piece",
    [
        b"<url>",
        b"<url><loc>",
        b"<url><loc><![CDATA[",
        b"<",
        b"<!--",
        b"<urlset",
        b"<url><loc>&a",
        b"&#x41;",
        b" ",
        b"</",
        b"http://a\n",
        b"xmlns:a",
    ],
)
def test_linear_in_length(piece: bytes) -> None:
    body = piece * (2 * 1024 * 1024 // len(piece))
    started = time.process_time()
    sitemap.parse(b"<urlset>" + body, URL)
    sitemap.parse(body, URL)
    assert time.process_time() - started < 4


@needs_shared
def test_conformance() -> None:
    lines = (SHARED / "suites/sitemaps/cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    assert len(cases) > 10
    for case in cases:
        found = sitemap.parse(case["document"].encode("utf-16" if case["id"] == "own/utf16" else "utf-8"), URL)
        assert [entry.url for entry in found.entries] == case["pages"], case["id"]
        assert [address for address, _ in found.children] == case["sub_sitemaps"], case["id"]
        assert found.entries or found.children or found.problem, case["id"]
