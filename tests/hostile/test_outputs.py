"""What leaves the archive does no harm: to a terminal, a spreadsheet, a file system, a page that embeds JSON."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.archive import Archive
from scraper.extract import extract
from tests.cli.calls import Caller
from tests.hostile.pages import post

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"
NASTY = f"=cmd|'/c calc'!A1 {ESCAPES} </script><script>alert(1)</script> ../../../etc/passwd"
URLS = ("https://blog.example/../../a/%2e%2e/", "https://blog.example/con.txt", "https://blog.example/" + "n" * 900)
CONTROLS = {chr(code) for code in (*range(32), 127, *range(0x80, 0xA0)) if chr(code) not in "\n\t"} | set(
    "\u202e\u2066"
)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """An archive whose every field is nasty, written past the extraction that would have cleaned it."""
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        for number, url in enumerate(URLS):
            article = extract(post(), url=url)
            article = replace(
                article, url=url, title=f"{number} {NASTY}" if number else NASTY, excerpt=NASTY, tags=(NASTY,)
            )
            with archive.transaction():
                archive.file(article, fetched_at="2024-01-01T00:00:00.000Z")
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("search", "lighthouse"),
        ("show", "1"),
        ("sites",),
        ("runs",),
        ("coverage",),
        ("why", URLS[1]),
        ("show", "1", "--history"),
    ],
    ids=lambda words: " ".join(words)[:20],
)
def test_no_control_sequence_reaches_the_terminal(db: Path, call: Caller, words: tuple[str, ...]) -> None:
    told = call(*words, "--db", db)
    assert CONTROLS.isdisjoint(told.out + told.err), set(told.out + told.err) & CONTROLS


def test_an_error_about_a_nasty_address_is_clean(db: Path, call: Caller) -> None:
    told = call("why", "https://blog.example/" + ESCAPES, "--db", db)
    assert told.code != 0
    assert CONTROLS.isdisjoint(told.out + told.err)


def test_no_cell_of_a_table_is_a_formula(db: Path, call: Caller, tmp_path: Path) -> None:
    out = tmp_path / "all.csv"
    assert call("export", out, "--db", db).code == 0
    with out.open(newline="", encoding="utf-8-sig") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("cmd|" in cell for cell in cells)
    assert [
        cell for cell in cells if cell[:1] in tuple("=+@\t\r") or (cell[:1] == "-" and not cell[1:2].isdigit())
    ] == []


def test_files_stay_in_their_folder_and_have_plain_names(db: Path, call: Caller, tmp_path: Path) -> None:
    out = tmp_path / "notes"
    assert call("export", out, "--format", "markdown", "--db", db).code == 0
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) >= len(URLS)
    for path in files:
        assert path.resolve().is_relative_to(out.resolve())
        assert len(path.name.encode()) <= 255
        assert CONTROLS.isdisjoint(str(path.relative_to(out)))
        assert not path.name.startswith(("-", "."))


def test_lines_of_json_are_one_line_each_and_valid(db: Path, call: Caller, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    assert call("export", out, "--db", db).code == 0
    lines = out.read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == ""
    records = [json.loads(line) for line in lines]
    assert len(records) == len(URLS)
    assert "\u2028" not in out.read_text(encoding="utf-8")
