"""WordPress' REST API: addresses to ask, answers to read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import InvalidURL
from scraper.standards import wordpress

POST = {
    "id": 7,
    "link": "https://blog.example/salt/",
    "title": {"rendered": "Salt &#8211; and <em>bread</em>"},
    "date": "2024-05-06T01:30:00",
    "date_gmt": "2024-05-05T23:30:00",
    "modified": "2024-06-01T10:00:00",
    "content": {"rendered": "<p>Salt.</p>", "protected": False},
}


def posts(*items: object) -> tuple[wordpress.Post, ...]:
    return wordpress.parse_posts(json.dumps(items).encode())


class TestAddresses:
    @pytest.mark.parametrize(
        ("base", "start"),
        [
            ("https://blog.example/2024/salt/", "https://blog.example/wp-json/wp/v2/posts?"),
            ("https://blog.example/notes/wp-json/", "https://blog.example/notes/wp-json/wp/v2/posts?"),
            ("https://blog.example/?rest_route=/", "https://blog.example/?rest_route=/wp/v2/posts&"),
        ],
    )
    def test_three_roots(self, base: str, start: str) -> None:
        assert wordpress.posts_url(base, 3).startswith(f"{start}per_page=100&page=3&")
        assert "content" not in wordpress.posts_url(base)
        assert "content" in wordpress.posts_url(base, content=True)

    def test_nothing_to_start_from(self) -> None:
        with pytest.raises(InvalidURL):
            wordpress.posts_url("about:blank")

    def test_the_root_a_page_names(self) -> None:
        links = [("icon", "/i.png"), ("https://api.w.org/", "/?rest_route=/")]
        assert wordpress.api_root(links, "https://blog.example/a/") == "https://blog.example/?rest_route=/"
        assert wordpress.api_root([("alternate", "/feed/")], "https://blog.example/") is None


class TestPosts:
    def test_a_post(self) -> None:
        assert posts(POST) == (
            wordpress.Post(
                url="https://blog.example/salt/",
                title="Salt – and bread",
                published="2024-05-06T01:30:00+02:00",
                modified="2024-06-01T10:00:00",
                html="<p>Salt.</p>",
            ),
        )

    @pytest.mark.parametrize("utc", ["2024-05-05T00:00:00", "", None, "2024-05-05T23:30:07"])
    def test_an_impossible_offset_is_left_out(self, utc: str | None) -> None:
        assert posts({**POST, "date_gmt": utc})[0].published == "2024-05-06T01:30:00"

    def test_drafts_and_posts_without_address_are_none(self) -> None:
        assert (
            posts({**POST, "status": "draft"}, {**POST, "link": None}, {**POST, "link": "javascript:1"}, 3, None, [])
            == ()
        )

    def test_protected_and_missing_content(self) -> None:
        assert posts({**POST, "content": {"rendered": "<form>", "protected": True}})[0].html is None
        assert posts({"link": POST["link"]})[0] == wordpress.Post("https://blog.example/salt/", None, None, None, None)

    def test_a_warning_before_the_list(self) -> None:
        assert (
            len(wordpress.parse_posts(b"<b>Warning</b>: x\n" + json.dumps([POST]).encode() + b"\n<!-- cached -->")) == 1
        )

    @pytest.mark.parametrize(
        "body", ["", "{}", '{"code": "rest_no_route"}', "[" * 100_000, "<html>", "[1", '{"a": [1]}']
    )
    def test_no_list(self, body: str) -> None:
        assert wordpress.parse_posts(body) == ()

    def test_limit(self) -> None:
        assert len(posts(*[POST] * (wordpress.MAX_POSTS + 1))) == wordpress.MAX_POSTS


class TestTotal:
    @pytest.mark.parametrize(
        ("value", "number"), [("0", 0), ("1503", 1503), ("-1", None), ("9" * 400, None), ("many", None), ("٣", None)]
    )
    def test_number(self, value: str, number: int | None) -> None:
        assert wordpress.total([("server", "x"), ("x-wp-total", value)]) == number

    def test_missing(self) -> None:
        assert wordpress.total([]) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(POST)), JSON), st.text(max_size=60))
def test_never_raises(item: dict[str, object], text: str) -> None:
    posts({"link": "https://blog.example/a", **item})
    wordpress.parse_posts(text)
