"""How a site is said to be, and what is said to ask for attention."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.archive.reading import SiteRow
from pipelines.scheduled import Alarm, Rhythm, SiteStatus
from pipelines.web.health import alarms, health_of, sentences

NOW = datetime(2030, 1, 2, tzinfo=UTC)
SITE = SiteRow("blog.example", None, 40, 9_000, "2020", "2029", 100, 0, 0, 0, "2030-01-01T00:00:00.000Z")
FARES = SiteStatus(
    "blog.example",
    None,
    "https://blog.example/",
    "1d",
    paused=False,
    last_run=None,
    due_at=None,
    rhythm=Rhythm(0, None, None, None, None),
    alarms=(Alarm("late", "not crawled for 9 days", None), Alarm("failing", "nothing came of it", None)),
)


@pytest.mark.parametrize(
    ("site", "coverage", "state"),
    [
        (SITE, 1.0, "well"),
        (SITE, None, "well"),
        (SITE, 0.5, "failing"),
        (replace(SITE, failed=5), 1.0, "well"),
        (replace(SITE, failed=6), 1.0, "failing"),
        (replace(SITE, queued=1), 1.0, "unfinished"),
        (replace(SITE, articles=0), 1.0, "empty"),
    ],
)
def test_a_site_in_a_word(site: SiteRow, coverage: float | None, state: str) -> None:
    assert health_of(site, coverage, [])["state"] == state


def test_what_its_status_finds_comes_first() -> None:
    assert health_of(SITE, 1.0, sentences(FARES)) == {
        "state": "attention",
        "why": "not crawled for 9 days; nothing came of it",
    }


def test_nobody_promised_to_crawl_an_unlisted_site() -> None:
    assert sentences(replace(FARES, start=None)) == ["nothing came of it"]


def test_alarms_name_the_killed_run_the_site_and_the_broken_feed(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.ensure_site("blog.example", at="2029-01-01T00:00:00Z")
        with archive.transaction() as connection:
            connection.execute("INSERT INTO runs (started_at, status) VALUES ('2030-01-01T00:00:00.000Z', 'running')")
            connection.execute(
                "INSERT INTO sources (site, kind, url, problem)"
                " VALUES ('blog.example', 'feed', 'https://blog.example/feed', 'not well-formed')"
            )
        found = alarms(archive.connection, NOW, {"blog.example": FARES})
    assert [alarm["text"] for alarm in found] == [
        "the last run, 1, was killed",
        "not crawled for 9 days",
        "nothing came of it",
        "its feed could not be read: not well-formed",
    ]
