"""A command that fails prints one line that helps, perhaps a hint, never a traceback, and exits with its code."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.cli import exits
from scraper import errors
from tests.cli.calls import Call, Caller
from tests.server import Reply, serve

PAGE = "<title>On tides</title><h1>On tides</h1>" + "<p>The sea comes in twice a day, and nobody asked it to.</p>" * 5


def is_one_line_that_helps(done: Call, *words: str) -> None:
    lines = done.err.splitlines()
    assert lines[0].startswith("backfile: error: "), done.err
    assert len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("hint: ")), done.err
    for word in words:
        assert word in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("crawl --max-page 3 http://blog.example/", ("--max-page", "--max-pages")),
        ("craw http://blog.example/", ("craw", "did you mean crawl?")),
        ("crawl blog.example", ("blog.example", "did you mean https://blog.example")),
        ("crawl ftp://blog.example/", ("ftp://",)),
        ("crawl http://blog.example/ --delay soon", ("--delay",)),
        ("crawl http://blog.example/ --concurrency 0", ("--concurrency",)),
        ("search tide --since yesterday", ("yesterday", "2021-07")),
        ("search tide --lim 3", ("--lim", "--limit")),
        ("show 1 --history --diff", ("--history", "--diff")),
        ("export x.jsonl --format xml", ("xml", "jsonl")),
        ("import /nowhere/at-all.html", ("/nowhere/at-all.html",)),
    ],
)
def test_a_command_line_that_makes_no_sense_is_a_usage_error(call: Caller, line: str, words: tuple[str, ...]) -> None:
    done = call(*line.split(" "))
    assert done.code == exits.USAGE
    is_one_line_that_helps(done, *words)


READING = (
    "crawl",
    "search tide",
    "show 1",
    "runs",
    "sites",
    "coverage",
    "export out.jsonl",
    "verify",
    "why http://blog.example/",
)


@pytest.mark.parametrize("line", READING)
def test_no_archive(call: Caller, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(*line.split(" "))
    assert done.code == exits.ERROR
    is_one_line_that_helps(done, "there is no archive at data/archive.db", "hint: make one with")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", [*READING, "crawl http://127.0.0.1:9/", "import tests"])
def test_a_file_that_is_no_archive(call: Caller, line: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Ida, the tide was out when we arrived. " * 50)
    done = call(*line.split(" "), "--db", path)
    assert done.code == exits.ERROR
    is_one_line_that_helps(done, "letter.db")
    assert path.read_text().startswith("Dear Ida")


def test_another_database_is_no_archive_either(call: Caller, tmp_path: Path) -> None:
    path = tmp_path / "music.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title)")
    other.close()
    done = call("search", "tide", "--db", path)
    assert done.code == exits.ERROR
    is_one_line_that_helps(done, "music.db")


def test_a_held_lock_is_exit_75(call: Caller, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Archive(path) as archive, archive.run_lock():
        done = call("crawl", "http://127.0.0.1:9/", "--db", path)
    assert done.code == exits.LOCKED
    is_one_line_that_helps(done)


def test_no_network(call: Caller, tmp_path: Path) -> None:
    port = free_port()
    done = call("article", f"http://127.0.0.1:{port}/a-post/")
    assert done.code == exits.NOTHING
    is_one_line_that_helps(done, "127.0.0.1")


def test_an_unknown_host(call: Caller) -> None:
    done = call("article", "http://blog.invalid/a-post/")
    assert done.code == exits.NOTHING
    is_one_line_that_helps(done, "blog.invalid")


def test_a_missing_page(call: Caller) -> None:
    with serve({}) as server:
        done = call("article", f"{server.url}/a-post/")
    assert done.code == exits.NOTHING
    is_one_line_that_helps(done, "404")


def test_a_private_address_that_was_not_typed_is_refused(call: Caller) -> None:
    port = free_port()
    with serve({"/a/": Reply(status=302, headers={"Location": f"http://127.0.0.1:{port}/secret/"})}) as server:
        done = call("article", f"{server.url}/a/")
    assert done.code == exits.NOTHING
    is_one_line_that_helps(done)


def test_a_file_that_is_no_page(call: Caller, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    done = call("article", path)
    assert done.code == exits.ERROR
    is_one_line_that_helps(done, "a.png")


def test_a_missing_file_that_looks_like_an_address(call: Caller) -> None:
    done = call("article", "blog.example/a-post/")
    assert done.code == exits.ERROR
    is_one_line_that_helps(done, "did you mean https://blog.example/a-post/ ?")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ArchiveDamaged("a.db", "the archive is damaged"), exits.DAMAGED),
        (errors.ArchiveLocked("a.db", "another run holds the lock"), exits.LOCKED),
        (errors.ArchiveTooNew("a.db", "made by a later version"), exits.ERROR),
        (errors.NotFound("nothing of that name"), exits.NOTHING),
        (errors.ConnectFailed("http://a.example/", "no connection"), exits.NOTHING),
        (errors.ExportError("cannot write"), exits.ERROR),
        (sqlite3.OperationalError("database is locked"), exits.LOCKED),
        (sqlite3.DatabaseError("database disk image is malformed"), exits.DAMAGED),
        (OSError(28, "No space left on device", "a.jsonl"), exits.ERROR),
        (KeyboardInterrupt(), exits.INTERRUPTED),
        (ZeroDivisionError("division by zero"), exits.ERROR),
    ],
)
def test_each_error_has_its_exit_code(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.tell(error) == code
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= 2
    assert lines[0].startswith("backfile: error: ")


def test_every_code_has_a_meaning() -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert codes == set(exits.MEANINGS)


def test_an_error_from_a_page_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    exits.tell(errors.FetchError("http://a.example/", "bad\x1b]0;owned\x07 answer\nsecond line"))
    assert capsys.readouterr().err == "backfile: error: http://a.example/: bad]0;owned answer second line\n"


@pytest.fixture
def written(tmp_path: Path, call: Caller) -> Callable[[str], Path]:
    """Import one page and return its archive."""

    def write(html: str) -> Path:
        page = tmp_path / "page.html"
        page.write_text(html, encoding="utf-8")
        db = tmp_path / "a.db"
        where = ("--url", "https://blog.example/tides/", "--db", db)
        assert call("import", page, "--all-kinds", *where).code == exits.DONE
        return db

    return write


@pytest.mark.parametrize("line", ["search sea", "show 1", "show 1 --format markdown", "show 1 --history", "sites"])
def test_nothing_from_a_page_drives_the_terminal(call: Caller, written: Callable[[str], Path], line: str) -> None:
    db = written(
        PAGE.replace("On tides", "On\x1b[31m tides\x9b2J\u202e").replace("asked it", "asked\x1b]8;;http://evil\x07 it")
    )
    done = call(*line.split(" "), "--db", db)
    assert done.code == exits.DONE
    assert not set(done.out) & set("\x1b\x9b\x07\r\u202e")


@pytest.mark.parametrize(
    "query", ['"', "C++", "-foo", "a:b", "*", "''", "OR", "--", "NEAR(", "sea AND", "\\", "%", "sea:", "\0"]
)
def test_every_string_is_a_search(call: Caller, written: Callable[[str], Path], query: str) -> None:
    db = written(PAGE)
    done = call("search", "--db", db, "--", query)
    assert done.code in (exits.DONE, exits.NOTHING)
    assert "error" not in done.err


@pytest.mark.parametrize("query", ['"', "C++", "-foo", "a:b"])
def test_ordinary_searches_need_no_double_hyphen(call: Caller, written: Callable[[str], Path], query: str) -> None:
    db = written(PAGE)
    done = call("search", query, "--db", db)
    assert done.code in (exits.DONE, exits.NOTHING)
    assert "error" not in done.err


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ({}, ("404",)),
        ({"/": Reply("<title>Shop</title><p>Buy our things")}, ("no posts",)),
        ({"/": Reply(b"\x89PNG\r\n\0", content_type="image/png")}, ("image/png",)),
        ({"/": Reply("no", status=403)}, ("403",)),
        ({"/robots.txt": Reply("User-agent: *\nDisallow: /", content_type="text/plain")}, ("robots.txt",)),
    ],
    ids=["not there", "not a blog", "not a page", "forbidden", "robots"],
)
def test_a_crawl_of_which_nothing_comes_says_why(
    call: Caller, tmp_path: Path, routes: dict[str, Reply], words: tuple[str, ...]
) -> None:
    with serve(routes) as server:
        done = call("crawl", f"{server.url}/", "--db", tmp_path / "a.db")
    assert done.code == exits.NOTHING
    is_one_line_that_helps(done, server.url, *words)


def test_a_crawl_without_network_says_so(call: Caller, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    done = call("crawl", url, "--db", tmp_path / "a.db", "--quiet")
    assert done.code == exits.NOTHING
    is_one_line_that_helps(done, url, "no connection")
