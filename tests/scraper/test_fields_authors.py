"""Authors: bylines by words, markup and place, several at once, and all who are named beside them."""

from __future__ import annotations

import pytest

from scraper import extract
from scraper.article import Author
from scraper.names import DECLARED, NAMED, introduced, is_name, names_of, people_of

PROSE = "<p>" + "The dough must rest before it is worked again, said the miller, and nobody argued. " * 6 + "</p>"


def authors_of(body: str, head: str = "") -> list[str]:
    top = f"<html lang=en><head><title>Rye without haste</title>{head}</head>"
    html = f"{top}<body><h1>Rye without haste</h1>{body}{PROSE}</body></html>"
    return [author.name for author in extract(html, url="https://blog.example/rye").authors]


def ld(author: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "BlogPosting", "author": {author}}}</script>'


@pytest.mark.parametrize(
    "body",
    [
        "<p>By Ida Holm</p>",
        '<p class="byline">Ida Holm</p>',
        "<p>Posted by Ida Holm on March 4, 2019</p>",
        "<p>March 4, 2019 by Ida Holm</p>",
        '<span class="author vcard"><a rel="author" href="/author/ida">Ida Holm</a></span>',
        "<div>Written by</div><div>Ida Holm</div><div>Staff writer</div>",
        "<p><span>By</span> <b>Ida Holm</b>, <span>Senior Editor</span></p><p>5 min read</p>",
        '<p><span itemprop="author">Ida Holm</span></p>',
    ],
)
def test_bylines_by_the_headline(body: str) -> None:
    assert authors_of(body) == ["Ida Holm"]


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ('{"@type": "Person", "name": "Ida Holm"}', ["Ida Holm"]),
        ('"Ida Holm"', ["Ida Holm"]),
        ('[{"@type": "Person", "name": "Ida Holm"}, {"@type": "Person", "name": "Bo Lind"}]', ["Ida Holm", "Bo Lind"]),
        ('{"@type": "Person", "name": {"name": "Ida Holm"}}', ["Ida Holm"]),
        ('{"@type": "Person", "givenName": "Ida", "familyName": "Holm"}', ["Ida Holm"]),
        ('{"@type": "Person", "name": "https://blog.example/author/ida"}', []),
        ('[["x"]]', []),
        ("null", []),
        ("7", []),
    ],
)
def test_structured_data_however_it_is_written(author: str, names: list[str]) -> None:
    assert authors_of("", ld(author)) == names


def test_several_authors_in_the_order_of_the_byline() -> None:
    assert authors_of("<p>By Ida Holm, Bo Lind and Eva Ek</p>") == ["Ida Holm", "Bo Lind", "Eva Ek"]


def test_reviewers_photographers_and_commenters_are_no_authors() -> None:
    body = (
        "<p>By Ida Holm</p><p>Medically reviewed by Bo Lind</p><p>Photo by Eva Ek</p>"
        + PROSE * 2
        + '<ol class="comment-list"><li class="comment"><span class="comment-author vcard">Kim Berg</span>'
        + "<p>Nice.</p></li></ol>"
    )
    assert authors_of(body) == ["Ida Holm"]


def test_a_login_beside_the_full_name_is_not_a_second_author() -> None:
    assert authors_of("<p>By Ida Holm</p>", '<meta name="author" content="idaholm">') == ["Ida Holm"]


def test_a_page_that_names_nobody_has_no_author() -> None:
    assert authors_of("<p>Read more</p><p>March 4, 2019</p>") == []


def test_the_author_s_address_is_absolute() -> None:
    html = f'<title>Rye</title><h1>Rye without haste</h1><p>By <a href="/people/ida">Ida Holm</a></p>{PROSE}'
    assert extract(html, url="https://blog.example/rye").authors == (
        Author("Ida Holm", "https://blog.example/people/ida"),
    )


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("Von: Ida Holm", "by", "Ida Holm"),
        ("作者：王小明", "by", "王小明"),
        ("Автор: Ида Холм", "by", "Ида Холм"),
        ("Fact checked by Bo", "other", "Bo"),
        ("Byron came by", "", "Byron came by"),
    ],
)
def test_what_introduces_a_name(text: str, kind: str, rest: str) -> None:
    assert introduced(text) == (kind, rest)


@pytest.mark.parametrize(
    ("pieces", "names"),
    [
        (["Ida Holm", "Senior Editor", "March 4"], ["Ida Holm"]),
        (["Dr. Ida Holm, PhD & Bo Lind, MD"], ["Ida Holm", "Bo Lind"]),
        (["Ida Holm | 4 March 2019"], ["Ida Holm"]),
        (["Ida und Bo"], ["Ida", "Bo"]),
        (["Share this"], []),
    ],
)
def test_names_of_a_byline(pieces: list[str], names: list[str]) -> None:
    assert names_of(pieces) == names


def test_how_much_is_a_name_depends_on_the_place() -> None:
    assert not is_name("The Slow Oven Team")
    assert is_name("The Slow Oven Team", NAMED)
    assert not is_name("ida holm", NAMED)
    assert is_name("ida holm", DECLARED)
    assert not any(is_name(text, DECLARED) for text in ("https://a.example", "Read more", "…", ""))


def test_people_of_never_goes_deep() -> None:
    deep: object = "Ida Holm"
    for _ in range(50):
        deep = [deep]
    assert list(people_of(deep)) == []
