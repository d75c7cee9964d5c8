"""Exports that hold only what changed: each change once, each end once, nothing lost when an export fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines import export
from pipelines.archive import Archive
from scraper.errors import ExportError
from scraper.resources import data_path
from tests.datasets.conftest import FETCHED, post

LATER = FETCHED.replace(month=6)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "a.db") as archive:
        for slug in ("ebb", "flood", "slack"):
            archive.file(post(slug), fetched_at=FETCHED)
        yield archive


def increment(archive: Archive, tmp_path: Path, name: str = "nightly", **options: Any) -> list[dict[str, Any]]:
    out = tmp_path / "new.jsonl"
    report = export(archive, out, since_last=name, **options)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n")[:-1]]
    assert report.articles + report.ended == len(lines)
    return lines


def slugs(lines: list[dict[str, Any]]) -> list[str]:
    return sorted(line["url"].rstrip("/").rsplit("/", 1)[-1] for line in lines)


def test_the_first_holds_everything_the_second_nothing(archive: Archive, tmp_path: Path) -> None:
    assert slugs(increment(archive, tmp_path)) == ["ebb", "flood", "slack"]
    assert increment(archive, tmp_path) == []
    assert slugs(increment(archive, tmp_path, "weekly")) == ["ebb", "flood", "slack"]


def test_each_change_is_handed_out_once(archive: Archive, tmp_path: Path) -> None:
    increment(archive, tmp_path)
    archive.file(post("ebb", text="The tide went out."), fetched_at=LATER)
    archive.file(post("flood", tags=("moon",)), fetched_at=LATER)  # no new version, but another record
    archive.file(post("slack"), fetched_at=LATER)
    archive.file(post("neap"), fetched_at=LATER)
    lines = increment(archive, tmp_path)
    assert slugs(lines) == ["ebb", "flood", "neap"]
    assert {line["revision"] for line in lines} == {1, 2}
    assert increment(archive, tmp_path) == []


def test_an_end_is_told_once_and_a_return_too(archive: Archive, tmp_path: Path) -> None:
    (ebb, *_) = sorted(increment(archive, tmp_path), key=lambda line: line["url"])
    archive.tombstone(ebb["id"], LATER, "HTTP 410")
    (stone,) = increment(archive, tmp_path)
    schema = json.loads(data_path("schemas", "tombstone.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(stone)
    assert (stone["id"], stone["reason"]) == (ebb["id"], "HTTP 410")
    assert stone["gone_at"].startswith("2024-06")
    assert increment(archive, tmp_path) == []
    archive.revive(ebb["id"])
    assert slugs(increment(archive, tmp_path)) == ["ebb"]


def test_what_was_never_handed_out_needs_no_tombstone(archive: Archive, tmp_path: Path) -> None:
    archive.tombstone(1, LATER, "HTTP 404")
    assert len(increment(archive, tmp_path)) == 2
    assert increment(archive, tmp_path) == []


def test_a_merged_article_ends(archive: Archive, tmp_path: Path) -> None:
    increment(archive, tmp_path)
    archive.merge(2, 1)
    (stone,) = increment(archive, tmp_path)
    assert (stone["id"], stone["gone_at"]) == (2, None)
    assert increment(archive, tmp_path) == []


def test_a_page_that_now_asks_not_to_be_archived_ends(archive: Archive, tmp_path: Path) -> None:
    increment(archive, tmp_path)
    with archive.transaction():
        archive.connection.execute("UPDATE pages SET directives = 'noarchive' WHERE url LIKE '%ebb%'")
    (stone,) = increment(archive, tmp_path)
    assert stone["reason"] == "noarchive"
    assert increment(archive, tmp_path) == []


def test_filters_leave_the_rest_for_later(archive: Archive, tmp_path: Path) -> None:
    archive.file(post("far", url="https://far.example/far/", site="far.example"), fetched_at=FETCHED)
    assert slugs(increment(archive, tmp_path, site="far.example")) == ["far"]
    assert slugs(increment(archive, tmp_path)) == ["ebb", "flood", "slack"]


def test_a_failed_export_hands_out_nothing(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot write"):
        export(archive, tmp_path / "nowhere" / "new.jsonl", since_last="nightly")
    assert len(increment(archive, tmp_path)) == 3


def test_other_formats_have_no_place_for_tombstones(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="tombstones"):
        export(archive, tmp_path / "a.csv", since_last="nightly")
