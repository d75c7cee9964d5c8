"""Feeds: four families in one shape, and what hostile ones cost."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from calendar import timegm
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from re import sub
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.standards import feed
from scraper.standards import url as urls
from tests.shared import SHARED, needs_shared

URL = "https://blog.example/feed/"

RSS = b"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
    <title>Tides &amp;amp; ports</title><atom:link rel="next" href="/feed/?paged=2"/>
    <item><title>Salt &lt;em&gt;and&lt;/em&gt; bread</title><link>/salt/</link><guid isPermaLink="false">tag:7</guid>
    <pubDate>Mon, 06 May 2024 01:30:00 +0200</pubDate><dc:creator>Ann Bell</dc:creator>
    <description>Short.</description>
    <content:encoded><![CDATA[<!DOCTYPE html> is how <b>pages</b> begin.]]></content:encoded></item>
    <item><guid>https://blog.example/only-a-guid/</guid><pubDate>Mon, 06 May 2024 01:30:00 EST</pubDate></item>
    </channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Use &lt;b&gt;</title>
    <author><name>Ann</name></author><link rel="prev-archive" href="https://blog.example/2023.xml"/>
    <entry xml:base="https://blog.example/notes/"><id>urn:1</id><title>One</title><link href="one"/>
    <updated>2024-05-06</updated>
    <published>2024-05-05T10:00:00Z</published>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi</p></div>
    </content></entry>
    <entry><author><name>Ben</name><email>ben@blog.example</email></author>
    <link rel="alternate" href="/two"/></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old</title></channel>
    <item rdf:about="https://blog.example/a"><title>A</title><link>https://blog.example/a</link><dc:date>2004-05-06T07:08+01:00</dc:date></item></rdf:RDF>"""


class TestFamilies:
    def test_rss(self) -> None:
        found = feed.parse(RSS, URL)
        assert (found.title, found.next_url, found.problem) == (
            "Tides & ports",
            "https://blog.example/feed/?paged=2",
            None,
        )
        first, second = found.entries
        assert first == feed.FeedEntry(
            url="https://blog.example/salt/",
            id="tag:7",
            title="Salt and bread",
            published="2024-05-06T01:30:00+02:00",
            updated=None,
            author="Ann Bell",
            html="<!DOCTYPE html> is how <b>pages</b> begin.",
        )
        assert (second.url, second.published) == ("https://blog.example/only-a-guid/", "2024-05-06T06:30:00Z")

    def test_atom(self) -> None:
        found = feed.parse(ATOM, URL, "application/atom+xml")
        assert (found.title, found.next_url) == ("Use <b>", "https://blog.example/2023.xml")
        first, second = found.entries
        assert (first.url, first.published, first.updated) == (
            "https://blog.example/notes/one",
            "2024-05-05T10:00:00Z",
            "2024-05-06",
        )
        assert (first.author, second.author) == ("Ann", "Ben")
        assert "<p>Hi</p>" in str(first.html)

    def test_rdf(self) -> None:
        assert [
            (entry.url, entry.title, entry.published or entry.updated) for entry in feed.parse(RDF, URL).entries
        ] == [("https://blog.example/a", "A", "2004-05-06T07:08+01:00")]

    def test_json(self) -> None:
        document = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Tides",
            "next_url": "?page=2",
            "authors": [{"name": "Ann"}, {"name": "Ben"}],
            "items": [
                {
                    "id": 1,
                    "url": "/one",
                    "title": "One",
                    "content_text": "a < b",
                    "date_published": "2024-05-06T01:30:00+02:00",
                },
                {
                    "id": "https://blog.example/two",
                    "content_html": "<p>Two",
                    "author": {"name": "Cy"},
                    "date_modified": "soon",
                },
                "no entry",
            ],
        }
        found = feed.parse(json.dumps(document).encode(), URL)
        assert (found.title, found.next_url, found.problem) == ("Tides", "https://blog.example/feed/?page=2", None)
        one, two = found.entries
        assert (one.url, one.id, one.author, one.html) == ("https://blog.example/one", "1", "Ann, Ben", "a &lt; b")
        assert (one.published, one.updated) == ("2024-05-06T01:30:00+02:00", None)
        assert (two.url, two.author, two.html, two.updated) == ("https://blog.example/two", "Cy", "<p>Two", None)


class TestProblems:
    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (b"", "empty"),
            (b"<!doctype html><html><p>not here</html>", "not a feed: an HTML page"),
            (b"nothing", "not a feed"),
            (b"{}", "not a feed: JSON without items"),
            (b'{"items": []}', "JSON with items, but without a JSON Feed version"),
        ],
    )
    def test_are_named(self, body: bytes, problem: str) -> None:
        assert feed.parse(body, URL) == feed.Feed(problem=problem)

    def test_a_cut_feed_gives_what_it_has(self) -> None:
        found = feed.parse(RSS[: RSS.index(b"only-a-guid")], URL)
        assert found.entries[0].title == "Salt and bread"
        assert str(found.problem).startswith("not well-formed XML")

    def test_warnings_before_and_bare_ampersands(self) -> None:
        body = b"<br />\n<b>Warning</b>: x\n" + RSS
        assert feed.parse(body, URL) == feed.parse(RSS, URL)
        item = b"<item><title>Salt & bread &nbsp; &copy;</title><link>/a?b=1&c=2</link></item>"
        loose = feed.parse(b"<rss><channel>" + item + b"</channel></rss>", URL)
        assert [(entry.title, entry.url) for entry in loose.entries] == [
            ("Salt & bread ©", "https://blog.example/a?b=1&c=2")
        ]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "koi8-r", "windows-1251"])
    def test_a_wrong_encoding_costs_nothing(self, encoding: str) -> None:
        title = "Утром на пристани пахло смолой и рыбой"
        body = f'<?xml version="1.0" encoding="utf-8"?><rss><channel><title>{title}</title></channel></rss>'.encode(
            encoding
        )
        assert feed.parse(body, URL, "text/xml; charset=us-ascii").title == title


def bomb(levels: int = 9) -> str:
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, levels + 1))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><rss><channel><title>&l{levels};</title></channel></rss>'


class TestHostile:
    @pytest.mark.parametrize("before", ["", "<!-- <rss> -->", "<!DOCTYPE x>", "<?xml version='1.0'?>", "<!DOCTYPE x ["])
    def test_entities_are_not_expanded(self, before: str) -> None:
        started = time.process_time()
        found = feed.parse((before + bomb()).encode(), URL)
        assert len(found.title or "") < 100
        assert time.process_time() - started < 2

    def test_external_entities_are_not_read(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("sesame")
        body = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]><rss><channel><title>a&s;</title></channel></rss>'
        assert "sesame" not in str(feed.parse(body.encode(), URL))

    def test_a_body_is_never_taken_for_a_file_or_an_address(self, tmp_path: Path) -> None:
        path = tmp_path / "feed.xml"
        path.write_bytes(RSS)
        for body in (str(path), path.as_uri()):
            assert feed.parse(body.encode(), URL) == feed.Feed(problem="not a feed")

    def test_limits_leave_whole_entries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(feed, "MAX_ENTRIES", 3)
        body = b"<rss><channel>" + b"<item><link>/a</link></item>" * 5 + b"</channel></rss>"
        found = feed.parse(body, URL)
        assert (len(found.entries), found.problem) == (3, "more than 3 entries; the rest is left out")

    @pytest.mark.parametrize(
        "piece",
        ["<", "<a>", "<item>", "<a/>", "<![CDATA[", "<!--", "<!DOCTYPE [", '<a b="', "&a;", " ", "9", '{"a":', "["],
    )
    def test_cost_is_bounded(self, piece: str) -> None:
        body = (piece * (512 * 1024 // len(piece))).encode()
        started = time.process_time()
        for start in (b"", b"<rss>", b'{"items":'):
            feed.parse(start + body, URL)
        assert time.process_time() - started < 6

    @pytest.mark.parametrize("value", ["[" * 100_000, "9" * 100_000, '"\\ud800\\u0000"', "1e999", "{}", "null"])
    def test_strange_json(self, value: str) -> None:
        for key in ("items", "title", "version", "authors"):
            feed.parse(
                f'{{"items": [{{"title": {value}, "id": {value}, "url": {value}}}], "{key}": {value}}}'.encode(), URL
            )


@settings(deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.text(alphabet='<>/!-[]&;:= "rsitemlnkfd{}é', max_size=120).map(str.encode))
)
def test_never_raises(body: bytes) -> None:
    for whole in (body, b"<rss><channel>" + body, b"<feed><entry>" + body, b'{"items":' + body):
        feed.parse(whole, URL)


def test_importing_costs_no_feedparser() -> None:
    program = "import sys, scraper.standards.feed; sys.exit('feedparser' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# -- what feedparser's own tests expect of a feed, as far as our shape holds it ----------------------------------------


def _seconds(date: str | None) -> float | None:
    if date is None:
        return None
    whole = datetime.fromisoformat(date + "-01-01"[len(date) - 4 :] if len(date) < 10 else date)
    return (whole if whole.tzinfo else whole.replace(tzinfo=UTC)).timestamp()


def _plain(text: str) -> str:
    return " ".join(unescape(sub("<[^<>]*>", "", text)).split())


def _agrees(found: feed.Feed, path: list[Any], expected: Any) -> bool | None:
    """Say whether the expectation holds; None when our shape has no such field."""
    if path == ["feed", "title"]:
        return found.title in (expected, _plain(expected))
    if path[0] != "entries" or len(path) < 3:
        return None
    entry = found.entries[path[1]] if path[1] < len(found.entries) else None
    match path[2:]:
        case ["title"]:
            return entry is not None and entry.title in (expected, _plain(expected))
        case ["link"]:
            return entry is not None and entry.url == urls.join(expected, expected)
        case ["id"]:
            return entry is not None and entry.id == expected
        case ["author"]:  # ours is the name alone
            return entry is not None and entry.author == sub(r" \([^()]*@[^()]*\)$", "", expected)
        case ["author_detail", "name"]:
            return entry is not None and entry.author == expected
        case ["published_parsed" | "created_parsed" | "updated_parsed" as name]:
            date = entry and (entry.updated if name == "updated_parsed" else entry.published)
            return _seconds(date) == timegm((*expected["__utc__"], 0, 0, 0))
    return None


@needs_shared
def test_conformance() -> None:
    """Of the cases that speak about a post's address, title, dates, author or identifier at least 99.5 % agree."""
    lines = (SHARED / "suites/feeds/cases.jsonl").read_text(encoding="utf-8").splitlines()
    wrong, checked = [], 0
    for case in map(json.loads, lines):
        body = base64.b64decode(case["feed_b64"]) if "feed_b64" in case else case["feed_text"].encode()
        headers = {name.lower(): value for name, value in case["headers"].items()}
        found = feed.parse(body, headers.get("content-location") or case["base_url"], headers.get("content-type"))
        if not case["discovery"]:
            continue
        answers = [
            _agrees(found, clause["path"], clause.get("value")) for clause in case["expect"] if clause["op"] == "eq"
        ]
        if any(clause["path"] == ["bozo"] and clause["op"] == "falsy" for clause in case["expect"]):
            answers.append(found.problem is None)
        checked += any(answer is not None for answer in answers)
        wrong += [case["id"]] if False in answers else []
    assert checked > 250
    assert len(wrong) / checked <= 0.005, wrong


def test_half_characters_are_replaced_wherever_they_stand() -> None:
    halves = "".join(f"&#{code};&#x{code:X};" for code in (0xD800, 0xDBFF, 0xDC00, 0xDFFF))
    items = f"<item><title>a {halves}</title><guid>{halves}</guid><author>{halves}</author><link>/x/</link></item>"
    body = f"<rss><channel><title>{halves}</title>{items}</channel></rss>"
    found = feed.parse(body.encode(), "http://blog.example/feed/")
    assert [entry.url for entry in found.entries] == ["http://blog.example/x/"]
    repr(found).encode()


def test_what_feedparser_raises_is_a_problem_of_the_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Any:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(feed, "_parsed", fail)
    assert feed.parse(b"<rss><channel/></rss>", "http://blog.example/feed/").problem == "cannot be read: no such luck"
