"""Article or which other kind of page: what pages say outright, what addresses say, and what the text is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scraper import extract
from scraper.article import Found
from scraper.extract import page_of
from scraper.page_signals import url_signals
from scraper.template import Template

PARAGRAPH = (
    "<p>" + "The dough must rest before it is worked again, said the miller, and nobody argued with him. " * 3 + "</p>"
)
POST = f"<h1>Rye without haste, and why it pays</h1><p>By Ida Holm · March 4, 2019</p>{PARAGRAPH * 6}"
CARDS = "".join(
    f'<article><h2><a href="/post-{n}">Loaf number {n} and what came of it</a></h2><time>May {n}, 2021</time>'
    "<p>We tried another flour and wrote down what happened to the crust.</p><a href=#>Read more</a></article>"
    for n in range(1, 13)
)


def verdict(
    body: str, url: str = "https://blog.example/rye-without-haste-and-why", head: str = "", classes: str = ""
) -> Found[str]:
    html = f'<html lang=en><head><title>Rye</title>{head}</head><body class="{classes}">{body}</body></html>'
    article = extract(html, url=url)
    best: Found[str] = article.evidence["page_type"][0]
    assert best.value == article.page_type
    assert best.raw, "every verdict has its reason"
    return best


def test_a_dated_text_is_an_article() -> None:
    assert verdict(POST).value == "article"


@pytest.mark.parametrize(
    ("classes", "kind"),
    [
        ("error404 wp-custom-logo", "error"),
        ("archive category category-bread", "category"),
        ("archive tag tag-rye", "tag"),
        ("archive author author-ida", "author"),
        ("archive date", "date"),
        ("attachment attachment-template-default single", "attachment"),
        ("search search-results", "search"),
        ("home blog", "home"),
        ("tag-template", "tag"),
    ],
)
def test_the_body_element_s_classes_decide(classes: str, kind: str) -> None:
    assert verdict(POST, classes=classes).value == kind


@pytest.mark.parametrize("classes", ["single single-post category-bread", "blog", "archive", "tag author"])
def test_words_of_a_theme_do_not_decide(classes: str) -> None:
    assert verdict(POST, classes=classes).value == "article"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "home"),
        ("/tag/rye/", "tag"),
        ("/category/bread/", "category"),
        ("/author/ida/", "author"),
        ("/2019/03/", "date"),
        ("/page/4/", "listing"),
        ("/archives/", "listing"),
        ("/about/", "page"),
        ("/kontakt", "page"),
        ("/schlagwort/roggen/", "tag"),
    ],
)
def test_addresses_of_lists_and_of_pages_about_the_site(path: str, kind: str) -> None:
    assert verdict(CARDS, url=f"https://blog.example{path}").value == kind


def test_a_post_may_stand_under_a_category() -> None:
    head = '<meta property="og:type" content="article"><meta property="article:published_time" content="2019-03-04">'
    assert (
        verdict(POST, url="https://blog.example/category/bread/rye-without-haste-again", head=head).value == "article"
    )


def test_a_list_of_cards_is_no_article() -> None:
    assert verdict(f"<h1>Bread</h1>{CARDS}", url="https://blog.example/bread").value != "article"


def test_status_and_refresh_decide() -> None:
    page = replace(page_of(POST, "https://blog.example/x"), status=404)
    assert extract(page).page_type == "error"
    moved = '<meta http-equiv="refresh" content="0; url=/elsewhere"><p>Moved.</p>'
    assert verdict(moved, url="https://blog.example/x").value == "redirect"


def test_a_dump_is_an_article() -> None:
    lines = "Rye without haste\nThe dough must rest before it is worked again, said the miller.\n" * 4
    assert extract(lines).page_type == "article"


@pytest.mark.parametrize(
    ("url", "signals"),
    [
        ("https://docs.example.org/en/guide/start.html", {"url:in docs"}),
        ("https://a.example/forum/threads/what-flour-do-you-use.17/", {"url:in forum"}),
        ("https://a.example/2019/03/04/rye-without-haste", {"url:date inside", "slug:3-4"}),
        ("https://a.example/?p=12", {"url:query"}),
        ("https://a.example/?s=rye", {"url:search", "url:home"}),
        ("https://a.example/2019/03/", {"url:date"}),
    ],
)
def test_signals_of_addresses(url: str, signals: set[str]) -> None:
    assert signals <= url_signals(url)


def test_a_standing_page_is_told_by_the_posts_of_its_site() -> None:
    page = f'<body class="page-template-default page page-id-12">{POST}</body>'
    posts = Template(pages=12, tokens=frozenset(("single-post",)))
    assert extract(page, template=posts).page_type == "page"
    assert extract(page.replace("page page-id-12", "single-post"), template=posts).page_type == "article"
    assert extract(page, template=Template(pages=12)).page_type == extract(page).page_type == "article"
