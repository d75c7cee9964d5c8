"""Every page: it is there, as HTML and as JSON; what it says; what it says when there is nothing to say."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipelines.archive import Archive
from pipelines.web import Settings, application
from pipelines.web.pages import PAGES
from pipelines.web.rendering import TEMPLATES
from tests.web.rooms import BASE, Room

MAX_RESULT_BYTES = 60_000


class Outline(HTMLParser):
    """What a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.starts: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.starts if tag == name]


def test_every_page_is_there_and_holds_to_the_policy(client: TestClient, room: Room) -> None:
    for path in room.paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        outline = Outline(answer.text)
        for tag, attrs in outline.starts:
            assert not [name for name in attrs if name.startswith("on") or name == "style"], (path, tag)
            loads = [attrs.get("src")] if tag != "a" else []
            loads += [attrs.get("href")] if tag == "link" else []
            assert all(each.startswith("/") and not each.startswith("//") for each in loads if each), (path, attrs)
            assert tag != "style", path
            assert tag != "script" or attrs.get("src"), path
        assert len(outline.all("h1")) == 1, path
        assert len(outline.all("main")) == 1, path
        ids = [attrs["id"] for _, attrs in outline.starts if "id" in attrs]
        assert len(ids) == len(set(ids)), path


def test_every_page_is_json_too(client: TestClient, room: Room) -> None:
    for path in room.paths:
        base, _, query = path.partition("?")
        base = "/search" if base == "/" else base
        answer = client.get(f"{base}.json?{query}")
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == "application/json"
        assert isinstance(answer.json(), dict)


def test_every_page_has_a_template() -> None:
    assert {f"{page.name}.html" for page in PAGES} <= {path.name for path in TEMPLATES.iterdir()}


def test_links_on_the_pages_lead_somewhere(client: TestClient, room: Room) -> None:
    seen: set[str] = set()
    for path in room.paths:
        for attrs in Outline(client.get(path).text).all("a"):
            href = (attrs["href"] or "").split("#")[0] if attrs.get("href") else ""
            if href.startswith("/") and href not in seen and len(seen) < 120:
                seen.add(href)
                assert client.get(href).status_code == 200, (path, href)
    assert len(seen) > 50


def test_a_search_says_how_many_and_marks_the_words(client: TestClient) -> None:
    page = client.get("/search?q=chain").text
    found = client.get("/search.json?q=chain").json()
    assert f"{found['total']} articles" in page
    assert found["exact"]
    assert "<mark>chain</mark>" in page
    assert len(page.encode()) < MAX_RESULT_BYTES
    assert sum(one["articles"] for one in found["facets"]["year"]) == found["total"]


def test_a_facet_narrows_and_can_be_taken_back(client: TestClient) -> None:
    page = client.get("/search?q=chain").text
    year = client.get("/search.json?q=chain").json()["facets"]["year"][0]
    href = f"/search?q=chain&amp;since={year['value']}&amp;until={year['value']}"
    assert href in page
    narrowed = client.get(href.replace("&amp;", "&"))
    assert f"{year['articles']} articles" in narrowed.text
    assert '<a href="/search?q=chain">' in narrowed.text


def test_sorted_by_date(client: TestClient) -> None:
    dates = [hit["published"] for hit in client.get("/search.json?q=the&sort=oldest").json()["hits"]]
    assert dates == sorted(dates)


def test_pages_of_hits_do_not_overlap(client: TestClient) -> None:
    first, second = (client.get(f"/search.json?limit=10&page={page}").json() for page in (1, 2))
    assert first["next_page"] == 2
    assert not {hit["id"] for hit in first["hits"]} & {hit["id"] for hit in second["hits"]}
    last = client.get("/search.json?limit=10&page=3").json()
    assert (len(last["hits"]), last["next_page"]) == (4, None)
    assert "ends before this page" in client.get("/search?page=9").text


def test_nothing_found_helps_on(client: TestClient) -> None:
    assert "No article in this archive matches" in client.get("/search?q=zeppelin").text
    suggestion = client.get("/search?q=drivetrian").text
    assert "Did you mean" in suggestion
    assert "drivetrain" in suggestion


def test_an_article_is_there_to_be_read(client: TestClient, room: Room) -> None:
    page = client.get(f"/articles/{room.changed}").text
    content = client.get(f"/articles/{room.changed}.json").json()
    assert content["article"]["title"] in page
    assert 'rel="prev"' in page
    assert 'rel="next"' in page
    assert 'href="/author?name=Maren"' in page
    assert content["article"]["author_bio"][:40] in page.replace("&#39;", "'")
    assert "2 versions" in page
    inside = [one for one in content["related"] if one["article_id"]]
    assert inside
    assert all(f'href="/articles/{one["article_id"]}"' in page for one in inside)


def test_neighbours_are_next_to_each_other(client: TestClient, room: Room) -> None:
    here = client.get(f"/articles/{room.changed}.json").json()
    before = here["neighbours"]["previous"]
    assert before["published"] <= here["article"]["published"]
    there = client.get(f"/articles/{before['id']}.json").json()
    assert there["neighbours"]["next"]["id"] == room.changed


def test_the_history_shows_the_sentence_that_is_new(client: TestClient, room: Room) -> None:
    page = client.get(f"/articles/{room.changed}/history").text
    assert "<ins>One sentence more.</ins>" in page
    assert "unchanged</summary>" in page
    assert client.get(f"/articles/{room.changed}/history?from=1&to=7").status_code == 404


def test_an_article_as_it_was(client: TestClient, room: Room) -> None:
    then = client.get(f"/articles/{room.changed}?as_of=2028").text
    assert "As it was in the archive on 2028" in then
    assert "One sentence more" not in then
    assert client.get(f"/articles/{room.changed}?as_of=1999").status_code == 404
    assert "Version 1 of 2" in client.get(f"/articles/{room.changed}?version=1").text


def test_an_unchanged_article_says_so(client: TestClient, room: Room) -> None:
    assert "has not changed" in client.get(f"/articles/{room.gone}/history").text


def test_a_vanished_article_says_so(client: TestClient, room: Room) -> None:
    assert "Gone from its site since 1 May 2029" in client.get(f"/articles/{room.gone}").text


def test_evidence_names_source_rivals_and_what_was_left_out(client: TestClient, room: Room) -> None:
    content = client.get(f"/articles/{room.gone}/evidence.json").json()
    assert content["problem"] is None
    assert content["is_as_filed"]
    title = next(field for field in content["fields"] if field["name"] == "title")
    assert title["candidates"][0]["value"] == content["title"]
    assert content["dropped"]
    page = client.get(f"/articles/{room.changed}/evidence").text
    assert "Read again now, the page says something else" in page


def test_the_overview_and_the_site_agree(client: TestClient, room: Room) -> None:
    overview = client.get("/overview.json").json()
    site = client.get(f"/sites/{room.host}.json").json()
    listed = next(one for one in overview["sites"] if one["site"] == room.host)
    assert listed["articles"] == site["articles"] == overview["totals"]["articles"] == 24
    assert listed["title"] == site["title"] == "Loose Spoke"
    assert site["health"] == listed["health"]
    assert sum(month["articles"] for month in site["months"]) == 24
    assert {source["source"] for source in site["sources"]} >= {"feed", "sitemap"}
    assert site["template"]["repeated"] > 0


def test_changes_are_told_apart(client: TestClient, room: Room) -> None:
    changed = client.get("/changes.json?kind=changed").json()["changes"]
    assert [change["article_id"] for change in changed] == [room.changed]
    assert len(client.get("/changes.json?kind=new").json()["changes"]) == 24


@pytest.mark.parametrize("path", ["/articles/999", "/runs/999", "/sites/no.example", "/author?name=Nobody", "/nothing"])
def test_what_is_not_there_is_a_page_that_helps(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Search the archive" in answer.text


def test_an_empty_archive_says_how_to_fill_it(tmp_path: Path) -> None:
    with Archive(tmp_path / "empty.db"):
        pass
    with TestClient(application(Settings(tmp_path / "empty.db")), base_url=BASE) as client:
        assert "backfile crawl" in client.get("/").text
        assert "backfile crawl" in client.get("/overview").text
        assert "backfile crawl" in client.get("/runs").text
        assert client.get("/changes").status_code == 200


def test_a_feed_of_a_search_is_read_by_our_own_reader(client: TestClient, room: Room) -> None:
    from scraper.standards.feed import parse

    for path in ("/feed.atom?q=chain", "/feed.json?q=chain"):
        answer = client.get(path)
        read = parse(answer.content, BASE + path, answer.headers["content-type"])
        assert read.problem is None
        assert len(read.entries) == client.get("/search.json?q=chain").json()["total"]
        assert all(entry.url.startswith(BASE) or entry.url.startswith(room.site_url) for entry in read.entries)


@pytest.mark.parametrize("form", ["json", "jsonl", "md", "txt", "html"])
def test_an_article_can_be_taken_away(client: TestClient, room: Room, form: str) -> None:
    answer = client.get(f"/articles/{room.changed}/export.{form}")
    assert answer.status_code == 200
    assert f'filename="article-{room.changed}.{form}"' in answer.headers["content-disposition"]
    assert "One sentence more." in answer.text or form in ("html", "md")
    if form.startswith("json"):
        assert json.loads(answer.text)["id"] == room.changed
    assert client.get(f"/articles/{room.changed}/export.exe").status_code == 400


def test_the_keys_of_the_help_are_those_of_the_script() -> None:
    from pipelines.web.pages.help import KEYS
    from pipelines.web.rendering import STATIC

    script = (STATIC / "room.js").read_text(encoding="utf-8")
    table = re.search(r"const KEYS = \{(.*?)\n  \};", script, re.DOTALL)
    assert table
    told = {key for keys, _ in KEYS for key in keys.split()} - {"Enter", "Esc"}
    assert told == set(re.findall(r'^    "?([^":\s]+)"?:', table[1], re.MULTILINE))


def test_the_row_of_one_site_is_that_of_the_list(room: Room) -> None:
    from pipelines.web.pages.site import _row

    with Archive(room.db, readonly=True) as archive:
        assert [_row(archive.connection, site.site) for site in archive.sites()] == list(archive.sites())
