"""A response as a page: encoding, addresses, refresh, depth."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from scraper.page import MAX_DEPTH, limit_depth, parse, parse_text
from scraper.response import Response


def test_addresses_are_resolved_against_the_base_element() -> None:
    page = parse_text('<base href="/deep/"><p>x', address="https://blog.example/post")
    assert page.absolute("a.html#top") == "https://blog.example/deep/a.html"
    assert page.absolute("javascript:alert(1)") is None


def test_without_an_address_only_absolute_ones_count() -> None:
    page = parse_text("<p>x")
    assert page.absolute("/a") is None
    assert page.absolute("https://blog.example/a") == "https://blog.example/a"


def test_metas_by_name_in_the_order_asked() -> None:
    page = parse_text('<meta name="b" content="2"><meta property="a" content=""><meta name="b" content="3"><p>x')
    assert page.meta("a", "b") == "2"
    assert page.meta_all("b") == ["2", "3"]
    assert page.meta("c") is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("0; url=/new", (0, "https://blog.example/new")),
        ("5", None),
        ("0;url=javascript:x()", None),
        ("0;url=/post", None),
    ],
)
def test_a_refresh_leads_elsewhere_or_is_none(content: str, expected: tuple[int, str] | None) -> None:
    page = parse_text(f'<meta http-equiv="refresh" content="{content}"><p>x', address="https://blog.example/post")
    assert page.refresh == expected


def test_bytes_are_decoded_by_what_the_header_says() -> None:
    body = "<p>Пример</p>".encode("windows-1251")
    response = Response(
        url="https://blog.example/",
        final_url="https://blog.example/",
        status=200,
        headers=(("content-type", "text/html; charset=windows-1251"), ("x-robots-tag", "noarchive")),
        body=body,
        fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    page = parse(response)
    assert page.blocks[0].text == "Пример"
    assert (page.encoding, page.encoding_source) == ("windows-1251", "header")
    assert "noarchive" in page.directives


def test_text_without_a_tag_is_a_dump() -> None:
    assert parse_text("A title\n\nA line.").is_dump
    assert not parse_text("<p>A line.").is_dump


def test_pages_of_ordinary_depth_are_left_alone() -> None:
    html = "<div>" * 50 + "x" + "</div>" * 50 + "<br>" * 2_000
    assert limit_depth(html) is html


@pytest.mark.parametrize("tag", ["div", "b", "x-y", "ul><li"])
def test_a_hundred_thousand_levels_cost_no_time_and_no_text(tag: str) -> None:
    start = time.process_time()
    page = parse_text(f"<{tag}>" * 100_000 + "<p>the text</p>")
    assert page.blocks[-1].text == "the text"
    assert (
        max(len(page.walked.lineage(block.frame)) for block in page.blocks) <= 2 * MAX_DEPTH + 10
    )  # li is not counted: its end is implied
    assert time.process_time() - start < 1.0
