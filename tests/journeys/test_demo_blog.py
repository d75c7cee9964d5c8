"""The bundled blog: as hard as it claims to be, and every post of it extracted exactly as a careful person would."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from pipelines.demo import serve
from pipelines.demo.blog import Blog, plain, read
from pipelines.demo.theme import Site, build
from scraper import extract
from tests.journeys.demo_gold import FOLDER, expected

BASE = "http://blog.example"
BLOG: Blog = read()
GOLD = sorted(FOLDER.glob("*.json"))


@pytest.fixture(scope="module")
def site() -> Site:
    return build(BLOG, BASE)


def test_it_is_large_enough_and_every_post_is_its_own() -> None:
    assert len(BLOG.posts) >= 24
    texts = [" ".join(plain(line) for part in post.parts for line in part.lines) for post in BLOG.posts]
    assert all(250 <= len(text.split()) <= 500 for text in texts)
    sentences = [sentence for text in texts for sentence in re.split(r"(?<=[.?!]) ", text) if len(sentence) > 40]
    assert len(sentences) == len(set(sentences))


def test_it_has_what_a_blog_has(site: Site) -> None:
    paths = ("/", "/page/2/", "/page/3/", "/feed/", "/wp-sitemap.xml", "/robots.txt", "/about/", "/contact/")
    assert set(paths) <= set(site.documents)
    assert "/page/4/" not in site.documents


@pytest.mark.parametrize("slug", [post.slug for post in BLOG.posts])
def test_a_post_is_surrounded_by_what_is_not_it(site: Site, slug: str) -> None:
    html = site.documents[f"/{slug}/"].body.decode()
    post = next(post for post in BLOG.posts if post.slug == slug)
    assert html.count("<h1") == 2
    assert "Last Updated on&nbsp;" in html
    assert f"{post.minutes} minutes" in html
    assert html.count(">Related Posts<") == 2
    assert html.count(">Read More<") == 8
    for words in (BLOG.disclaimer, BLOG.telephone, "Leave a Reply", "<symbol", 'class="page-numbers"'):
        assert words in html
    # nothing that would give the answers away
    assert not re.search(
        r"application/ld\+json|itemprop|og:|article:|<time|<article|<main|class=\"[^\"]*(?:author|bio|date)", html
    )


def test_some_posts_have_three_short_numbered_lists_like_the_hardest_ones() -> None:
    shapes = [tuple(len(part.lines) for part in post.parts if part.kind == "numbered") for post in BLOG.posts]
    assert shapes.count((1, 2, 3)) >= 6


def test_the_gold_records_follow_from_the_posts() -> None:
    assert [path.stem for path in GOLD] == sorted(post.slug for post in BLOG.posts)
    for post in BLOG.posts:
        written = json.loads((FOLDER / f"{post.slug}.json").read_text(encoding="utf-8"))
        assert written == expected(BLOG, post), "run: python -m tests.journeys.demo_gold"


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_every_post_is_extracted_exactly(site: Site, path: Path) -> None:
    gold: dict[str, Any] = json.loads(path.read_text(encoding="utf-8").replace("{base}", BASE))
    record = extract(site.documents[f"/{path.stem}/"].body, url=gold["url"]).to_dict()
    assert {key: record[key] for key in gold} == gold


def test_pages_that_are_no_posts_are_known_as_such(site: Site) -> None:
    posts = {f"/{post.slug}/" for post in BLOG.posts}
    others = [
        path for path, document in site.documents.items() if "html" in document.content_type and path not in posts
    ]
    kinds = {path: extract(site.documents[path].body, url=BASE + path).page_type for path in others}
    assert "article" not in kinds.values(), kinds


def test_the_server_answers_as_servers_do() -> None:
    with serve() as site:
        assert site.url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(site.url + "?p=101") as answer:
            assert answer.url == f"{site.url}{BLOG.posts[-1].slug}/"
            etag = answer.headers["ETag"]
        again = urllib.request.Request(f"{site.url}{BLOG.posts[-1].slug}/", headers={"If-None-Match": etag})
        with pytest.raises(urllib.error.HTTPError, match="304") as unchanged:
            urllib.request.urlopen(again)
        unchanged.value.close()
        with pytest.raises(urllib.error.HTTPError, match="404") as missing:
            urllib.request.urlopen(site.url + "no-such-post/")
        missing.value.close()
