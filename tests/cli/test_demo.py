"""The bundled blog from end to end: crawled, archived, exported, and every record what a careful person would file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import exits
from tests.cli.calls import Caller
from tests.journeys.demo_gold import FOLDER

GOLD = sorted(FOLDER.glob("*.json"))


@pytest.fixture
def records(call: Caller, demo_db: Path) -> dict[str, dict[str, Any]]:
    """What the export holds, by the last part of the address."""
    lines = call("export", "-", "--db", demo_db).out.splitlines()
    return {record["url"].rstrip("/").rsplit("/", 1)[-1]: record for record in map(json.loads, lines)}


def test_every_post_and_nothing_else_is_a_record(records: dict[str, dict[str, Any]]) -> None:
    assert sorted(records) == [path.stem for path in GOLD]


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_the_exported_record_is_exact(records: dict[str, dict[str, Any]], path: Path) -> None:
    record = records[path.stem]
    base = record["url"].removesuffix(f"/{path.stem}/")
    gold = json.loads(path.read_text(encoding="utf-8").replace("{base}", base))
    assert {key: record[key] for key in gold} == gold


def test_the_demo_walks_through_all_of_it(call: Caller, tmp_path: Path) -> None:
    done = call("demo", "--db", tmp_path / "walk.db")
    assert done.code == exits.DONE
    for words in ("24 new articles", "What became of every other address", "$ backfile search", "$ backfile show"):
        assert words in done.out
    assert "Why Does My Chain Skip Under Load?" in done.out
    assert call("search", "tyre", "--db", tmp_path / "walk.db").code == exits.DONE


def test_the_demo_leaves_nothing_behind(call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert call("demo").code == exits.DONE
    assert list(tmp_path.iterdir()) == []
