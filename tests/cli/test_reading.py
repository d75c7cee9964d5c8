"""The commands that read, on the archive of the bundled blog: people's text and programs' JSON, on the right stream."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.cli import exits
from pipelines.datasets.records import EXPORT_KEYS
from tests.cli.calls import Caller
from tests.datasets.conftest import FETCHED, post

CHAIN = "Why Does My Chain Skip Under Load?"


def one(db: Path, sql: str) -> object:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchone()[0]
    finally:
        connection.close()


def test_search_for_people(call: Caller, demo_db: Path) -> None:
    done = call("search", "chain", "skips", "--db", demo_db)
    assert done.code == exits.DONE
    assert done.out.splitlines()[0] == CHAIN
    assert "/why-does-my-chain-skip/" in done.out
    assert done.err == ""


def test_search_for_programs_is_one_object_a_line(call: Caller, demo_db: Path) -> None:
    done = call("search", "chain", "--json", "--limit", "3", "--db", demo_db)
    hits = [json.loads(line) for line in done.out.splitlines()]
    assert len(hits) == 3
    assert set(hits[0]) == {"id", "url", "title", "site", "published", "authors", "snippet", "score"}
    assert "of" in done.err


def test_search_without_hits_is_exit_4_and_leaves_standard_output_empty(call: Caller, demo_db: Path) -> None:
    done = call("search", "hippopotamus", "--db", demo_db)
    assert (done.code, done.out) == (exits.NOTHING, "")
    assert "hippopotamus" in done.err


def test_search_filters(call: Caller, demo_db: Path) -> None:
    def titles(*options: str) -> list[str]:
        done = call("search", "brake", "--json", "--limit", "50", *options, "--db", demo_db)
        return [json.loads(line)["published"] for line in done.out.splitlines()]

    everything = titles()
    assert 0 < len(titles("--since", "2024-06")) < len(everything)
    assert all(day >= "2024-06" for day in titles("--since", "2024-06"))
    assert all(day[:7] <= "2024-02" for day in titles("--until", "2024-02"))
    assert titles("--tag", "Brakes") == titles("--tag", "brakes") != []
    assert titles("--site", "nowhere.example") == []
    assert sorted(titles("--sort", "newest"), reverse=True) == titles("--sort", "newest")


def test_facets(call: Caller, demo_db: Path) -> None:
    done = call("search", "chain", "--facets", "--json", "--db", demo_db)
    facets = json.loads(done.out)
    assert facets["year"]
    assert sum(facets["year"].values()) >= 2
    assert call("search", "chain", "--facets", "--db", demo_db).out.splitlines()[0].split() == [
        "by",
        "value",
        "articles",
    ]


def test_show_by_number_and_address_in_every_format(call: Caller, demo_db: Path) -> None:
    number = one(demo_db, f"SELECT id FROM articles WHERE title = '{CHAIN}'")
    url = one(demo_db, f"SELECT url FROM articles WHERE title = '{CHAIN}'")
    text = call("show", number, "--db", demo_db).out
    assert text == call("show", url, "--db", demo_db).out
    assert text.splitlines()[0] == CHAIN
    assert "2024-09-21" in text
    assert "Related Posts" not in text
    assert "\n- The chain has stretched" in text
    assert "\n3. Replace the chain" in text
    record = json.loads(call("show", number, "--json", "--db", demo_db).out)
    assert call("show", number, "--format", "text", "--db", demo_db).out == record["text"] + "\n"
    assert tuple(record) == EXPORT_KEYS
    assert (
        call("show", number, "--format", "json", "--db", demo_db).out
        == call("show", url, "--json", "--db", demo_db).out
    )
    assert call("show", number, "--format", "markdown", "--db", demo_db).out == record["markdown"] + "\n"
    assert "<p>" in call("show", number, "--format", "html", "--db", demo_db).out


def test_show_what_is_not_there(call: Caller, demo_db: Path) -> None:
    for which in ("9999", "http://blog.example/nowhere/"):
        done = call("show", which, "--db", demo_db)
        assert (done.code, done.out) == (exits.NOTHING, "")
        assert done.err.startswith("backfile: error: ")


@pytest.fixture
def changed_db(tmp_path: Path) -> Path:
    """An archive with one article in two versions."""
    path = tmp_path / "a.db"
    with Archive(path) as archive:
        archive.file(post("tide", text="The tide came in. It was cold."), fetched_at=FETCHED)
        archive.file(post("tide", text="The tide went out. It was cold."), fetched_at=FETCHED.replace(month=6))
    return path


def test_history_and_diff(call: Caller, changed_db: Path) -> None:
    table = call("show", 1, "--history", "--db", changed_db).out.splitlines()
    assert len(table) == 3
    lines = [json.loads(line) for line in call("show", 1, "--history", "--json", "--db", changed_db).out.splitlines()]
    assert [line["revision"] for line in lines] == [1, 2]
    diff = call("show", 1, "--diff", "--db", changed_db).out
    assert "- The tide came in." in diff
    assert "+ The tide went out." in diff
    told = json.loads(call("show", 1, "--diff", "--json", "--db", changed_db).out)
    assert (told["from"], told["to"]) == (1, 2)
    assert "came in" in call("show", 1, "--as-of", "2024-05-10", "--db", changed_db).out


def test_diff_of_an_unchanged_article(call: Caller, demo_db: Path) -> None:
    done = call("show", 1, "--diff", "--db", demo_db)
    assert done.code == exits.NOTHING
    assert "has not changed" in done.err


def test_runs(call: Caller, demo_db: Path) -> None:
    table = call("runs", "--db", demo_db).out.splitlines()
    assert table[0].split()[:4] == ["id", "started", "command", "status"]
    assert len(table) == 2
    assert json.loads(call("runs", "--json", "--db", demo_db).out)["new"] == 24
    assert "24" in call("runs", "1", "--db", demo_db).out
    assert json.loads(call("runs", "1", "--json", "--db", demo_db).out)["status"] == "done"
    assert call("runs", "7", "--db", demo_db).code == exits.NOTHING


def test_sites_coverage_and_why(call: Caller, demo_db: Path) -> None:
    site = json.loads(call("sites", "--json", "--db", demo_db).out)
    assert site["articles"] == 24
    assert site["site"] in call("sites", "--db", demo_db).out
    done = call("coverage", "--json", "--db", demo_db)
    assert done.code == exits.DONE
    covered = json.loads(done.out)
    assert all(source["missing_total"] == 0 for source in covered["sources"])
    assert "100.0%" in call("coverage", site["site"], "--db", demo_db).out
    about = one(demo_db, "SELECT url FROM pages WHERE url LIKE '%/about%'")
    assert "no article" in call("why", about, "--db", demo_db).out
    assert json.loads(call("why", about, "--json", "--db", demo_db).out)["url"]
    assert call("coverage", "nowhere.example", "--db", demo_db).code == exits.NOTHING


def test_verify_and_backup(call: Caller, demo_db: Path, tmp_path: Path) -> None:
    assert call("verify", "--db", demo_db).code == exits.DONE
    assert call("backup", tmp_path / "copy.db", "--db", demo_db).code == exits.DONE
    assert call("search", "chain", "--db", tmp_path / "copy.db").code == exits.DONE


def test_pack_and_reextract_leave_the_articles_as_they_are(call: Caller, demo_db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    call("backup", copy, "--db", demo_db)
    before = call("export", "-", "--fields", "url,title,text", "--db", copy).out
    assert call("pack", "--db", copy).code == exits.DONE
    assert call("reextract", "--db", copy).code == exits.DONE
    assert call("export", "-", "--fields", "url,title,text", "--db", copy).out == before


def test_export_to_standard_output_and_to_a_file(call: Caller, demo_db: Path, tmp_path: Path) -> None:
    done = call("export", "-", "--db", demo_db)
    assert done.code == exits.DONE
    assert len(done.out.splitlines()) == 24
    assert done.err.startswith("24 articles")
    filed = call("export", tmp_path / "a.jsonl", "--json", "--db", demo_db)
    assert json.loads(filed.out)["articles"] == 24
    assert (tmp_path / "a.jsonl").read_text(encoding="utf-8") == done.out
    assert call("export", tmp_path / "b.jsonl", "--site", "nowhere.example", "--db", demo_db).code == exits.NOTHING


def test_the_environment_names_the_archive(call: Caller, demo_db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKFILE_DB", str(demo_db))
    assert call("search", "chain").code == exits.DONE


def test_article_from_a_file_and_from_standard_input(
    call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.html"
    path.write_text("<title>On tides</title><h1>On tides</h1>" + "<p>The sea comes in twice a day.</p>" * 9)
    done = call("article", path, "--url", "https://blog.example/tides/")
    record = json.loads(done.out)
    assert (done.code, record["title"], record["url"]) == (exits.DONE, "On tides", "https://blog.example/tides/")
    assert "evidence" in json.loads(call("article", path, "--evidence").out)
    assert call("article", path, "--format", "markdown").out.startswith("The sea comes in")
    told = call("article", path, "--format", "text", "--evidence")
    assert told.out.startswith("The sea comes in")
    rows = [line.split() for line in told.err.splitlines()]
    assert any(row[0] == "title" and row[-2:] == ["On", "tides"] for row in rows if row)
    with path.open("rb") as file:
        monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": file}))
        assert json.loads(call("article", "-").out)["title"] == "On tides"


def test_a_saved_search_tells_what_is_new(call: Caller, changed_db: Path) -> None:
    assert call("search", "tide", "--save", "tides", "--tag", "sea", "--db", changed_db).code == exits.DONE
    assert json.loads(call("search", "--list-saved", "--json", "--db", changed_db).out)["filters"] == {"tag": "sea"}
    assert call("search", "--saved", "tides", "--new-since-last", "--db", changed_db).code == exits.DONE
    assert call("search", "--saved", "tides", "--new-since-last", "--db", changed_db).code == exits.NOTHING
    with Archive(changed_db) as archive:
        archive.file(post("new-tide"), fetched_at=FETCHED)
    new = call("search", "--saved", "tides", "--new-since-last", "--json", "--db", changed_db)
    assert json.loads(new.out)["title"] == "New Tide"
    assert call("search", "--forget", "tides", "--db", changed_db).code == exits.DONE
    assert call("search", "--saved", "tides", "--db", changed_db).code == exits.NOTHING


@pytest.mark.parametrize("line", ["", "tide --saved x", "--save x", "tide --new-since-last", "--forget x --list-saved"])
def test_a_search_asks_for_one_thing(call: Caller, changed_db: Path, line: str) -> None:
    done = call("search", *line.split(), "--db", changed_db)
    assert (done.code, done.out) == (exits.USAGE, "")
