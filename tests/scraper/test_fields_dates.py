"""Publication and last update: where a page states them, what words make of them, and that they never change places."""

from __future__ import annotations

import pytest

from scraper import extract
from scraper.article import Article
from scraper.date_labels import label_of

PROSE = "<p>" + "The baker told us that the dough must rest before it is worked again. " * 6 + "</p>"


def page(body: str = "", head: str = "", *, lang: str = "en", url: str = "https://blog.example/rye") -> Article:
    top = f'<html lang="{lang}"><head><title>Rye without haste</title>{head}</head>'
    return extract(f"{top}<body><h1>Rye without haste</h1>{body}{PROSE}</body></html>", url=url)


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    ("body", "head", "published"),
    [
        ("<p>Posted on March 4, 2019</p>", "", "2019-03-04"),
        ("<p>4 March 2019</p>", "", "2019-03-04"),
        ('<time datetime="2019-03-04T08:00:00+01:00">last week</time>', "", "2019-03-04T08:00:00+01:00"),
        ('<span itemprop="datePublished" content="2019-03-04">a while ago</span>', "", "2019-03-04"),
        (
            "",
            '<meta property="article:published_time" content="2019-03-04T23:30:00-05:00">',
            "2019-03-04T23:30:00-05:00",
        ),
        ("", ld('{"@type": "BlogPosting", "datePublished": "2019-03-04"}'), "2019-03-04"),
        ("<div>Published</div><div>04.03.2019</div>", "", "2019-03-04"),
        ("<p>Von Ida · 4. März 2019 · 3 Kommentare</p>", "", "2019-03-04"),
    ],
)
def test_published_is_found_where_it_is_stated(body: str, head: str, published: str) -> None:
    article = page(body, head)
    assert (article.published, article.modified) == (published, None)


def test_a_day_in_the_address_is_a_statement() -> None:
    assert page(url="https://blog.example/2019/03/04/rye").published == "2019-03-04"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Last updated on March 4, 2019</p>",
        "<p>Updated: 4 March 2019</p>",
        "<p>Zuletzt aktualisiert am 4. März 2019</p>",
    ],
)
def test_an_update_is_no_publication(body: str) -> None:
    article = page(body)
    assert (article.published, article.modified) == (None, "2019-03-04")


def test_both_days_keep_their_places() -> None:
    article = page("<p>Published May 2, 2018 | Updated March 4, 2019</p>")
    assert (article.published, article.modified) == ("2018-05-02", "2019-03-04")


def test_a_bare_day_that_is_the_update_s_gives_way_to_the_declared_publication() -> None:
    head = (
        '<meta property="article:published_time" content="2018-05-02">'
        '<meta property="article:modified_time" content="2019-03-04">'
    )
    article = page("<p>March 4, 2019</p>", head)
    assert (article.published, article.modified) == ("2018-05-02", "2019-03-04")


def test_an_update_before_the_publication_stays_as_stated() -> None:
    head = ld('{"@type": "Article", "datePublished": "2019-03-04", "dateModified": "2018-05-02"}')
    article = page(head=head)
    assert (article.published, article.modified) == ("2019-03-04", "2018-05-02")


def test_a_day_of_update_beats_a_month_of_update() -> None:
    head = '<meta property="article:modified_time" content="2019-03-04">'
    assert page("<p>This post was last updated May 2018</p>", head).modified == "2019-03-04"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>The mill burned down in 1871, and again on 3 May 1902, and nobody has counted the fires since then; the "
        "village has a song about them that takes most of an evening.</p>",
        "<footer>© 2012–2019 The Mill</footer>",
        "<p>Valid until March 4, 2019</p>",
    ],
)
def test_a_page_that_states_no_day_has_none(body: str) -> None:
    assert page(body).published is None


def test_days_of_other_posts_and_of_comments_do_not_count() -> None:
    body = PROSE * 3 + (
        '<section class="related-posts"><h3>Related posts</h3>'
        + "".join(f'<article><a href="/p{n}">Another loaf</a><time>May {n}, 2021</time></article>' for n in range(1, 5))
        + '</section><ol class="comment-list">'
        + "".join(f'<li class="comment"><b>Bo</b><time>June {n}, 2021</time><p>Nice.</p></li>' for n in range(1, 5))
        + "</ol>"
    )
    assert page(body).published is None


def test_the_order_of_day_and_month_follows_a_machine_readable_day() -> None:
    head = '<meta property="article:published_time" content="2019-03-04">'
    assert page("<p>04/03/2019</p>", head).published == "2019-03-04"
    assert page("<p>04/03/2019</p>", lang="fr").published == "2019-03-04"
    assert page("<p>03/04/2019</p>", lang="en-US").published == "2019-03-04"


def test_a_theme_s_updated_class_on_the_only_date_means_nothing() -> None:
    article = page('<time class="entry-date updated" datetime="2019-03-04">March 4, 2019</time>')
    assert (article.published, article.modified) == ("2019-03-04", None)


def test_two_times_with_telling_classes() -> None:
    article = page(
        '<p><time class="published" datetime="2018-05-02">May 2, 2018</time> '
        '<time class="updated" datetime="2019-03-04">March 4, 2019</time></p>'
    )
    assert (article.published, article.modified) == ("2018-05-02", "2019-03-04")


def test_the_graph_s_own_article_is_taken_among_several() -> None:
    head = ld(
        '[{"@type": "Article", "headline": "Spelt at noon", "datePublished": "2020-01-01"},'
        ' {"@type": "Article", "headline": "Rye without haste", "datePublished": "2019-03-04"}]'
    )
    assert page(head=head).published == "2019-03-04"


@pytest.mark.parametrize(
    ("before", "meaning"),
    [
        ("First published ", "published"),
        ("Ida · Updated ", "modified"),
        ("Mis à jour le ", "modified"),
        ("Veröffentlicht am ", "published"),
        ("member since ", "other"),
        ("On the ", ""),
    ],
)
def test_labels(before: str, meaning: str) -> None:
    assert label_of(before) == meaning


def test_the_evidence_names_source_and_rivals() -> None:
    article = page("<p>March 4, 2019</p>", '<meta property="article:published_time" content="2019-03-04T08:00:00Z">')
    best = article.evidence["published"][0]
    assert best.source == "meta:article:published_time"
    assert best.confidence > 0.9
    assert best.raw == "2019-03-04T08:00:00Z"
