"""Nothing comes in by another name, nothing is changed, nothing runs, nothing leads out."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from pipelines.archive import Archive
from pipelines.web import Account, Settings, application
from pipelines.web.files import harmless
from pipelines.web.prose import prose
from scraper.article import Article, Author, Related
from tests.web.rooms import BASE, Room


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8017", "192.168.1.5", "", "127.0.0.1.evil.example", "a@b"]
)
def test_another_name_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8017", "127.0.0.1:9", "[::1]:8017"])
def test_our_own_names_are_welcome(client: TestClient, host: str) -> None:
    assert client.get("/help", headers={"host": host}).status_code == 200


def test_a_name_can_be_allowed(room: Room) -> None:
    settings = Settings(room.db, names=("archive.home.example",))
    with TestClient(application(settings), base_url="http://archive.home.example") as client:
        assert client.get("/help").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_is_for_reading(client: TestClient, method: str) -> None:
    answer = client.request(method, "/search")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_every_answer_has_the_policy(client: TestClient, room: Room) -> None:
    for path in (*room.paths, "/nothing", "/static/room.css", "/feed.atom", "/search.json", "/search?page=x"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert not [name for name in headers if name.startswith("access-control")]
    assert "405" in client.post("/").text


def test_the_raw_frame_may_do_nothing(client: TestClient, room: Room) -> None:
    frame = client.get(f"/articles/{room.gone}/raw/frame")
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "<script" not in frame.text
    assert "href" not in frame.text
    source = client.get(f"/articles/{room.gone}/raw/source")
    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert "<html" in source.text
    assert '<iframe class="raw" sandbox src=' in client.get(f"/articles/{room.gone}/raw").text


def test_stored_html_is_sanitised_again(client: TestClient, room: Room) -> None:
    page = client.get(f"/articles/{room.changed}").text
    body = page.split('<div class="prose"')[1].split("<footer")[0]
    for word in ("<script", "steal", "<style", "<iframe", "<form", "<img", "javascript:", "onerror"):
        assert word not in body
    assert "A &lt;b&gt;vice&lt;/b&gt;" in body
    assert 'href="https://pictures.example/a.png"' in body
    assert "R&amp;D &lt;b&gt;" in page


def test_a_record_that_is_hostile_throughout(tmp_path: Path) -> None:
    evil = '"><script>steal()</script>'
    article = Article(
        url="javascript:steal()",
        site=None,
        title=evil,
        authors=(Author(evil, "javascript:steal()"),),
        author_bio=evil,
        published="2021-07-26",
        tags=(evil,),
        excerpt=evil,
        text=f"word {evil}",
        html=f"<p>word</p>{evil}",
        related=(Related(url="javascript:steal()", title=evil),),
        language=evil,
    )
    with Archive(tmp_path / "evil.db") as archive:
        archive.file(article, fetched_at="2024-01-01T00:00:00Z")
    with TestClient(application(Settings(tmp_path / "evil.db")), base_url=BASE) as client:
        paths = ("/articles/1", "/search?q=word", "/overview", "/changes", "/articles/1/history", "/articles/1/raw")
        for path in (*paths, "/author?name=" + evil.replace('"', "%22")):
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert "<script>" not in answer.text, path
            assert 'href="javascript' not in answer.text, path
        assert "<script>" not in client.get("/search?q=" + evil).text
        assert "<script>" not in client.get("/feed.atom").text


def test_auth_lets_in_one_reader(room: Room) -> None:
    settings = Settings(room.db, account=Account("ida", "spré tide:1"))

    def asked(pair: str, scheme: str = "Basic") -> int:
        coded = base64.b64encode(pair.encode()).decode()
        return client.get("/help", headers={"authorization": f"{scheme} {coded}"}).status_code

    with TestClient(application(settings), base_url=BASE) as client:
        refused = client.get("/help")
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
        assert client.get("/static/room.css").status_code == 401
        assert asked("ida:spré tide:1") == 200
        assert asked("ida:spré tide:1", "basic") == 200
        assert asked("ida:wrong") == 401
        assert asked("ida:spré tide:1", "Bearer") == 401
        assert client.get("/help", headers={"authorization": "Basic ~~"}).status_code == 401


def test_an_etag_spares_the_body(client: TestClient) -> None:
    first = client.get("/search?q=chain")
    again = client.get("/search?q=chain", headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/search?q=tyre").headers["etag"] != first.headers["etag"]
    head = client.head("/search?q=chain")
    assert (head.content, head.headers["etag"]) == (b"", first.headers["etag"])


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=", "page=1&page=2", "sort=best", "since=yesterday", "limit=101", "nix=1"],
)
def test_what_makes_no_sense_is_refused_in_words(client: TestClient, query: str) -> None:
    assert client.get(f"/search?{query}").status_code == 400
    answer = client.get(f"/search.json?{query}")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "hint"}


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"])
def test_no_path_leads_out_of_the_static_files(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_archive_that_went_away_is_said(tmp_path: Path) -> None:
    with TestClient(application(Settings(tmp_path / "no.db")), base_url=BASE) as client:
        answer = client.get("/search.json")
        assert answer.status_code == 503
        assert "no archive" in answer.json()["error"]
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_shows_nothing_of_our_insides(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Archive, "sites", broken)
    with TestClient(application(Settings(room.db)), base_url=BASE, raise_server_exceptions=False) as client:
        answer = client.get("/overview")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "default-src" in answer.headers["content-security-policy"]


@given(st.text(st.sampled_from("<>/\"'= aimgscripthref:jvon&#x;h2"), max_size=120))
def test_whatever_is_stored_runs_nothing(html: str) -> None:
    shown = prose(html, lambda url: None).html
    assert "<script" not in shown.lower()
    assert "<img" not in shown.lower()
    assert "javascript:" not in shown.lower().split("href=")[-1].split(">")[0]
    assert prose(html, lambda url: None) == prose(html, lambda url: None)


@given(st.text(st.sampled_from("<>/\"'= linkmetabasehref:script&#x;"), max_size=120))
def test_a_raw_page_loads_nothing(html: str) -> None:
    shown = harmless(html).lower()
    for tag in ("<link", "<meta", "<base", "<script", "<img"):
        assert tag not in shown
