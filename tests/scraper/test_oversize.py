"""Markup that would cost the parser minutes is cut to size; everything else stays as it is, to the very object."""

from __future__ import annotations

import time

import pytest

from scraper import extract
from scraper.dump.walk import MOST_LINES, walk_text
from scraper.oversize import MAX_ATTRIBUTES, MAX_OPTIONS, limited
from tests.hostile.pages import TRUTH, post

_MANY = " ".join(f"a{number}" for number in range(100_000))


@pytest.mark.parametrize(
    "inner",
    [
        f"<div {_MANY}>x</div>",
        "<div " + " ".join(f"a{number}='{number} {number}'" for number in range(100_000)) + ">x</div>",
        "<div " + "/".join(f'a{number}="b"' for number in range(100_000)) + ">x</div>",
        "<select>" + "<option>north" * 50_000 + "</select>",
        "<select><option>" * 50_000,
    ],
    ids=["bare", "quoted", "slashes", "options", "menus"],
)
def test_what_is_quadratic_is_cut(inner: str) -> None:
    started = time.process_time()
    article = extract(post(inner), url="http://blog.example/2019/04/ledger/")
    assert time.process_time() - started < 5, "the whole of it takes more than half a minute"
    assert TRUTH in (article.text or "")


@pytest.mark.parametrize(
    "html",
    [
        post("<p>short</p>"),
        post(f'<div data-x="{"a b " * 60_000}">x</div>'),
        post("<p>" + "word " * 60_000),
        post(f"<script>{'if (a <b c) d; ' * 20_000}</script>"),
        post("<select>" + "<option>x</option>" * (MAX_OPTIONS - 100) + "</select>"),
        post("<div " + " ".join(f"a{number}" for number in range(MAX_ATTRIBUTES // 2)) + f">{'x' * 200_000}"),
    ],
    ids=["short", "a long value", "a long text", "a long script", "a long menu", "many attributes"],
)
def test_what_is_only_long_stays(html: str) -> None:
    assert limited(html) == html


def test_a_very_long_text_keeps_every_word() -> None:
    lines = [f"line {number}" + ("" if number % 7 else "\n") for number in range(2 * MOST_LINES)]
    walked = walk_text("\n".join(lines))
    assert len(walked.blocks) < 1.2 * MOST_LINES
    assert " ".join(block.text for block in walked.blocks).split() == " ".join(lines).split()
