"""One post in many markups: the record must not depend on how a builder nests, names or tags what the reader sees.

The page is the case ``elementor-post``; every variant changes one habit of its markup, and each is tried with its own
names and with meaningless ones (every class and id random, every sectioning element a div).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper import extract
from tests.quality.template_gain import renamed

CASE = Path(__file__).resolve().parents[1] / "cases" / "elementor-post"
PAGE = (CASE / "page.html").read_text(encoding="utf-8")
EXPECTED = json.loads((CASE / "expected.json").read_text(encoding="utf-8"))
BIO = EXPECTED["author_bio"]
WIDGET_HEAD = '<h2 class="ct-headline">Related Posts</h2>'
TITLE_LINK = r'<a class="oxy-post-title" (href="[^"]*")>(.*?)</a>'
BIO_SECTION = re.compile(
    r'<section class="ct-section"><div[^>]*><div[^>]*><img[^>]*><div[^>]*>I\'m Tess.*?</section>', re.S
)
BODY_END = "within a month.</p>\n</span></div>"


def without_bio(page: str) -> str:
    return BIO_SECTION.sub("", page)


VARIANTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda page: page,
    "bio beside the body": lambda page: without_bio(page).replace(BODY_END, f"{BODY_END}<p>{BIO}</p>"),
    "bio inside the body": lambda page: without_bio(page).replace(
        BODY_END, f"within a month.</p><p>{BIO}</p></span></div>"
    ),
    "cards without frames": lambda page: re.sub(r'<div class="oxy-post">(.*?</a>)</div>\n', r"\1\n", page, flags=re.S),
    "titles as headings without a link": lambda page: re.sub(TITLE_LINK, r"<h3>\2</h3>", page),
    "titles as headings": lambda page: re.sub(TITLE_LINK, r"<h3><a \1>\2</a></h3>", page),
    "titles as headings of the list's level": lambda page: re.sub(TITLE_LINK, r"<h2><a \1>\2</a></h2>", page),
    "list headings as plain blocks": lambda page: page.replace(WIDGET_HEAD, "<div>Related Posts</div>"),
    "list headings as h1": lambda page: page.replace(WIDGET_HEAD, "<h1>Related Posts</h1>"),
    "list headings in sections of their own": lambda page: page.replace(
        WIDGET_HEAD, "</div></section><section><div><h4>Related Posts</h4></div></section><section><div>"
    ),
    "another call to read on": lambda page: page.replace("Read More</a>", "Read More »</a>"),
    "a call for screen readers": lambda page: page.replace(
        "Read More</a>", 'Read More<span class="screen-reader-text"> about it</span></a>'
    ),
    "excerpts without paragraphs": lambda page: page.replace("-content\"><p>", "-content\">").replace("[…]</p>", "[…]"),
    "the call inside the excerpt": lambda page: re.sub(
        r'\[…\]</p></div><a class="oxy-read-more" (href="[^"]*")>Read More</a>',
        r"[…] <a \1>Read More</a></p></div>",
        page,
    ),
    "no sections": lambda page: re.sub(r"</?section[^>]*>", "", page),
    "icon names in sight": lambda page: page.replace(
        "</body>", "<div><span>envelopephone-handsetcrossmenu linkedin facebook youtube rss-blank</span></div></body>"
    ),
    "comment form without names": lambda page: re.sub(r' (?:id|class)="[^"]*(?:comment|respond|reply)[^"]*"', "", page),
}  # fmt: skip


def nameless(page: str) -> str:
    plain = re.sub(r"<(/?)(?:section|header|nav|footer|article|main)\b", r"<\1div", page)
    return renamed(plain, {}, random.Random(5))


@pytest.mark.parametrize("names", ["named", "nameless"])
@pytest.mark.parametrize("variant", list(VARIANTS))
def test_the_record_is_the_same(variant: str, names: str) -> None:
    page = VARIANTS[variant](PAGE)
    assert variant == "as it is" or page != PAGE
    record = extract(nameless(page) if names == "nameless" else page, url=EXPECTED["url"]).to_dict()
    assert {key: record[key] for key in EXPECTED} == EXPECTED
