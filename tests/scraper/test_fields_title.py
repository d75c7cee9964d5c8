"""The headline: which of a page's many titles, and without the site's name."""

from __future__ import annotations

import pytest

from scraper import extract
from scraper.fields.title import cuts, site_keys, slug_words

PROSE = "<p>" + "The baker told us that the dough must rest before it is worked again. " * 6 + "</p>"


def title_of(head: str, body: str, url: str = "https://blog.example/rye-without-haste") -> str | None:
    return extract(f"<html lang=en><head>{head}</head><body>{body}{PROSE}</body></html>", url=url).title


def test_the_only_h1_that_the_head_repeats() -> None:
    assert (
        title_of("<title>Rye without haste - The Slow Oven</title>", "<h1>Rye without haste</h1>")
        == "Rye without haste"
    )


def test_an_h1_that_is_the_site_s_name_gives_way() -> None:
    head = '<title>Rye without haste - The Slow Oven</title><meta property="og:site_name" content="The Slow Oven">'
    assert title_of(head, "<h1>The Slow Oven</h1><h2>Rye without haste</h2>") == "Rye without haste"


def test_without_any_heading_the_head_speaks() -> None:
    head = '<title>Rye without haste | The Slow Oven</title><meta property="og:site_name" content="The Slow Oven">'
    assert title_of(head, "") == "Rye without haste"


def test_a_declared_headline_beats_a_heading_nobody_repeats() -> None:
    head = (
        "<title>Landing - The Slow Oven</title>"
        '<script type="application/ld+json">{"@type": "Article", "headline": "Rye &amp; spelt, slowly"}</script>'
    )
    assert title_of(head, "<h1>Welcome</h1>", "https://blog.example/p/17") == "Rye & spelt, slowly"


def test_markup_in_a_declared_headline_is_no_part_of_it() -> None:
    said = '{"@type": "Article", "headline": "<b>Rye</b> without <i>haste</i>"}'
    head = f'<script type="application/ld+json">{said}</script>'
    assert title_of(head, "") == "Rye without haste"


@pytest.mark.parametrize(
    ("title", "sites", "cut"),
    [
        ("Rye | Loaves | The Slow Oven", {"the slow oven"}, {"Rye | Loaves", "Rye"}),
        ("The Slow Oven: Rye", {"the slow oven"}, {"Rye"}),
        ("Well-being at the mill", set(), set()),
        ("Rye - slowly", set(), {"Rye", "slowly"}),
    ],
)
def test_cuts(title: str, sites: set[str], cut: set[str]) -> None:
    assert {text for _, text in cuts(title, frozenset(sites))} == cut


def test_what_the_site_may_be_called_and_what_the_address_says() -> None:
    assert {"slow oven", "slowoven", "the slow oven"} <= site_keys("The Slow Oven", "https://www.slow-oven.example/")
    assert slug_words("https://a.example/2019/03/rye_without%20haste.html?x=1") == {"rye", "without", "haste"}
    assert slug_words(None) == frozenset()


def test_rivals_stand_in_the_evidence() -> None:
    html = "<title>Rye without haste - The Slow Oven</title><h1>Rye without haste</h1>" + PROSE
    ranked = extract(html, url="https://blog.example/rye").evidence["title"]
    assert ranked[0].source == "h1"
    assert [found.confidence for found in ranked] == sorted((found.confidence for found in ranked), reverse=True)
    assert ranked[1].value != ranked[0].value
