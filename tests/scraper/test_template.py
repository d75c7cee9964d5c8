"""Templates: what a site repeats is learnt from two or three of its pages, with any class names, and helps."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from typing import Any

import pytest

from pipelines.demo.blog import read
from pipelines.demo.theme import build
from scraper import Template, extract, learn
from tests.journeys.demo_gold import expected
from tests.quality.template_gain import compare, renamed
from tests.shared import needs_shared

BASE = "http://blog.example"


def post(name: str, *, before: str = "", after: str = "") -> str:
    return (
        f"<html><body><div>{before}</div><div><h1>Post {name}</h1><p>{opening(name)}</p>"
        f"<p>A second paragraph about {name} follows the first one, and then the {name} post ends.</p></div>"
        f"<div>{after}</div></body></html>"
    )


def opening(name: str) -> str:
    return f"The {name} post has its own first paragraph, long enough to be one, as {name} posts are."


SHELL = {"before": "<p>Bread and butter, and nothing else, since 1981</p>", "after": "<p>Call the mill: 12 34 56</p>"}
PAGES = [(post(name, **SHELL), f"{BASE}/{name}/") for name in ("first", "second", "third", "fourth")]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_what_repeats_is_known_from_two_pages_on(count: int) -> None:
    template = learn(PAGES[:count])
    assert template.pages == count
    assert template.repeats("Bread and butter, and nothing else, since 1981")
    assert template.repeats("BREAD and butter, and nothing else, since 2024")
    assert not template.repeats(opening("first"))


def test_less_than_two_pages_teach_nothing() -> None:
    assert learn([]) == Template()
    assert learn(PAGES[:1]) == Template(1)
    page = PAGES[0]
    assert extract(page[0], url=page[1], template=Template(1)) == extract(page[0], url=page[1])


def test_copies_of_one_post_teach_nothing() -> None:
    html, url = PAGES[0]
    template = learn([(html, url), (html, f"{url}?replytocom=4"), (html, f"{url}amp/")])
    assert template == Template(1)


def test_what_the_site_repeats_is_left_out_and_says_so() -> None:
    template = learn(PAGES[:3])
    article = extract(PAGES[3][0], url=PAGES[3][1], template=template)
    assert "Bread and butter" not in article.text
    assert "fourth post ends" in article.text
    reasons = {line.text: line.step for line in article.dropped}
    assert reasons["Call the mill: 12 34 56"] in ("repeated", "contact_lines")


def test_short_headings_and_numbers_of_a_body_stay() -> None:
    page = (
        "<h1>{0}</h1><p>{0} opens with a sentence of its own.</p><h2>Conclusion</h2><p>{0} ends well, its own way.</p>"
    )
    pages = [(page.format(name), None) for name in ("Ash", "Birch", "Cedar")]
    assert "Conclusion" in extract(pages[0][0], template=learn(pages)).text


def test_a_template_goes_through_json() -> None:
    template = learn(PAGES)
    assert Template.from_dict(json.loads(json.dumps(template.to_dict()))) == template
    assert Template.from_dict({}) == Template()


def test_the_order_of_the_pages_does_not_matter() -> None:
    assert learn(PAGES) == learn(PAGES[::-1])


def test_lines_of_dumps_teach_as_well() -> None:
    dumps = [
        (f"Post {n}\n\nThe {n} post tells its own story in one line.\n\nShare this with a friend\n", None)
        for n in "abc"
    ]
    template = learn(dumps)
    assert template.repeats("Share this with a friend")
    assert not template.repeats("The a post tells its own story in one line.")


@pytest.mark.parametrize("broken", ["", "<", "<html>", "\x00\ufffd", "<p>" * 300, "no tag at all"])
def test_broken_pages_do_no_harm(broken: str) -> None:
    template = learn([(broken, None), *PAGES[:2], (broken.encode("utf-8", "replace"), "not an address")])
    extract(broken, template=template)


@cache
def demo() -> list[tuple[dict[str, Any], str]]:
    blog = read()
    site = build(blog, BASE)
    return [
        (
            json.loads(json.dumps(expected(blog, post)).replace("{base}", BASE)),
            site.documents[f"/{post.slug}/"].body.decode(),
        )
        for post in blog.posts
    ]


@pytest.mark.parametrize("names", ["the same on every page", "others on every page"])
@pytest.mark.parametrize("count", [0, 3, 12])
def test_records_are_exact_when_every_name_is_meaningless(names: str, count: int) -> None:
    rng = random.Random(names)
    table: dict[str, str] = {}
    pages = []
    for record, html in demo():
        plain = re.sub(r"<(/?)(?:header|nav|section|footer|aside|article|main)\b", r"<\1div", html)
        pages.append((record, renamed(plain, table if names.startswith("the same") else {}, rng)))
    template = learn([(html, record["url"]) for record, html in pages[:count]]) if count else None
    for record, html in pages[::4]:
        found = extract(html, url=record["url"], template=template).to_dict()
        assert {key: found[key] for key in record} == record


@needs_shared
@pytest.mark.parametrize("site", ["veganyumyum", "330k"])
def test_a_template_helps_where_names_are_meaningless(site: str) -> None:
    found = compare(site, learn_pages=12, test_pages=4, names="page")
    leaked, lost = found["without"]
    leaked_with, lost_with = found["with"]
    assert leaked_with <= min(leaked, 0.5)
    assert lost_with <= lost + 0.01
