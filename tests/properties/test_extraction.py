"""Extraction on anything at all: it returns, in time, something that can be stored, and the same every time."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper import extract
from scraper.article import Article
from scraper.render import sanitise

MEGABYTE = 1_000_000
NAMES = st.sampled_from(
    "comments entry-content sidebar related-posts author-bio hidden share nav menu toc card meta date".split()
)
TAGS = st.sampled_from(
    "p div ul ol li h1 h2 h3 table tr td th pre code blockquote a b i em span section article main nav aside footer "
    "header form figure figcaption details summary dl dt dd br img time x-y script style template".split()
)
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="<>"), max_size=60)


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> str:
    """Return an element with elements and text in it, now and then without an end tag."""
    tag, name = draw(TAGS), draw(NAMES)
    inner = draw(WORDS)
    if depth:
        inner += "".join(draw(st.lists(elements(depth=depth - 1), max_size=3)))
    attributes = draw(st.sampled_from(["", f' class="{name}"', f' id="{name}"', ' href="/a"', " hidden", ' start="x"']))
    end = draw(st.sampled_from([f"</{tag}>", f"</{tag}>", ""]))
    return f"<{tag}{attributes}>{inner}{end}"


PAGES = st.lists(elements(), min_size=1, max_size=4).map("".join)


def check(article: Article) -> None:
    record = article.to_dict()
    json.dumps(record, ensure_ascii=False).encode("utf-8")
    assert sanitise(article.html) == article.html
    assert Article.from_dict(record).to_dict() == record


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PAGES)
def test_any_page_becomes_a_record_that_can_be_stored(html: str) -> None:
    article = extract(html, url="https://blog.example/post")
    check(article)
    assert extract(html, url="https://blog.example/post") == article


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_become_a_record_that_can_be_stored(body: bytes) -> None:
    check(extract(body))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PAGES)
def test_extracting_its_own_html_again_loses_no_word(html: str) -> None:
    first = extract(f"<h1>T</h1><main>{html}</main>", url="https://blog.example/")
    again = extract(f"<main>{first.html}</main>", url="https://blog.example/")
    assert set(again.text.split()) <= set(first.text.split()) | set(
        ((first.images and " ".join(image.caption or "" for image in first.images)) or "").split()
    )


@pytest.mark.parametrize(
    "text",
    ["1", "2021-07-26 ", "1. ", " ", "a ", "<", "&", "&#", "<a ", "<p class=", "http://a.example/ ", "By ", "、", "- "],
)
@pytest.mark.parametrize("wrap", ["{}", "<p>{}</p>", '<h1>T</h1><p>{}</p><time datetime="{}">'])
def test_four_megabytes_of_one_thing_cost_little(text: str, wrap: str) -> None:
    body = wrap.replace("{}", text * (MEGABYTE // len(text) // wrap.count("{}")))
    start = time.process_time()
    extract(body, url="https://blog.example/post")
    assert time.process_time() - start < 2.0


@pytest.mark.parametrize(
    "piece",
    [
        "<p>A sentence of some words that could stand in an article.</p>",
        "<li><a href='/a'>A link of a menu</a></li>",
        "<div class='card comment'><h3><a href='/x'>T</a></h3><p>Some words of a teaser.</p></div>",
        "<table><tr><td>a</td><td>b</td></tr></table>",
        "<blockquote><ul><li>x</li></ul></blockquote>",
        "<br>text",
        "<img src='/a.png' alt='a'>",
        "<b><i>",
    ],
)
def test_two_megabytes_of_page_cost_a_second(piece: str) -> None:
    body = "<title>T</title><h1>T</h1>" + piece * (2 * MEGABYTE // len(piece))
    start = time.process_time()
    extract(body, url="https://blog.example/post")
    assert time.process_time() - start < 3.0  # one second on a quiet machine
