"""Archives merged: nothing lost, nothing twice, the later look wins; killed in between, the same call finishes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive import Archive
from pipelines.archive.merging import MergeReport, merge_archive
from pipelines.crawl import CrawlSettings, crawl
from scraper.article import Article
from tests.blog import Blog
from tests.cli.calls import Caller
from tests.cli.conftest import call as call
from tests.server import serve

DAY = datetime(2024, 5, 4, tzinfo=UTC)
TABLES = (
    "sites", "hosts", "runs", "pages", "articles", "revisions", "sources", "claims", "fetches", "links", "authors",
)  # fmt: skip


def merged(into: Path, shard: Path) -> MergeReport:
    with Archive(into) as archive, Archive(shard, readonly=True) as other:
        return merge_archive(archive, other)


def records(db: Path) -> list[str]:
    with Archive(db, readonly=True) as archive:
        return [json.dumps([one.article.to_dict(), one.fetched_at, one.revision]) for one in archive.articles()]


def counts(db: Path) -> dict[str, int]:
    with Archive(db, readonly=True) as archive:
        count = archive.connection.execute
        return {name: count(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def content(db: Path, query: str) -> list[tuple[Any, ...]]:
    with Archive(db, readonly=True) as archive:
        return [tuple(row) for row in archive.connection.execute(query)]


def post(text: str, url: str = "https://shore.example/tides/") -> Article:
    return Article(url=url, site="shore.example", title="On Tides", text=text, word_count=len(text.split()))


def file(db: Path, *filings: tuple[str, int]) -> None:
    """File texts of one post, each seen on the day of that number."""
    with Archive(db) as archive:
        for text, day in filings:
            archive.file(post(text), fetched_at=DAY + timedelta(days=day))


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shard") / "shard.db"
    with serve(Blog(posts=12).routes()) as server, Archive(path) as archive:
        assert crawl(archive, [server.url + "/"], CrawlSettings(workers=1)).articles == 12
    return path


def test_a_crawl_comes_over_whole(crawled: Path, tmp_path: Path) -> None:
    into = tmp_path / "archive.db"
    report = merged(into, crawled)
    assert report.verdicts == {"new": 12}
    assert records(into) == records(crawled)
    assert counts(into) == counts(crawled)
    pages = (
        "SELECT page.url, page.state, page.reason, other.url, page.etag, page.raw_hash FROM pages AS page"
        " LEFT JOIN pages AS other ON other.id = page.duplicate_of ORDER BY page.url"
    )
    assert content(into, pages) == content(crawled, pages)
    with Archive(into) as archive, Archive(crawled, readonly=True) as shard:
        assert archive.verify() == ()
        there = {raw.raw_hash: raw.body for _, raw in archive.raw_pages()}
        assert there == {raw.raw_hash: raw.body for _, raw in shard.raw_pages()}
        assert len(archive.search("harbour")) == len(shard.search("harbour")) > 0


def test_twice_is_once(crawled: Path, tmp_path: Path) -> None:
    into = tmp_path / "archive.db"
    merged(into, crawled)
    before = counts(into)
    again = merged(into, crawled)
    assert (again.pages, again.verdicts, counts(into)) == (0, {"unchanged": 12}, before)


def test_a_crawl_goes_on_from_a_merged_archive(tmp_path: Path) -> None:
    shard, into = tmp_path / "shard.db", tmp_path / "archive.db"
    with serve(Blog(posts=12).routes()) as server:
        with Archive(shard) as archive:
            crawl(archive, [server.url + "/"], CrawlSettings(workers=1))
        merged(into, shard)
        asked = len(server.paths())
        with Archive(into) as archive:
            report = crawl(archive, [server.url + "/"], CrawlSettings(workers=1))
        assert (report.new, report.changed, report.articles) == (0, 0, 12)
        assert len(server.paths()) - asked <= 5, "the merged archive knows what the shard knew"


def test_versions_come_over_in_order_and_an_older_one_replaces_nothing(tmp_path: Path) -> None:
    early, late, into = (tmp_path / f"{name}.db" for name in ("early", "late", "archive"))
    file(early, ("The sea comes in.", 0), ("The sea comes in twice.", 2))
    file(late, ("The sea comes in twice a day.", 5))
    assert merged(into, late).verdicts == {"new": 1}
    assert merged(into, early).verdicts == {"older": 2}
    assert merged(tmp_path / "other.db", early).verdicts == {"new": 1, "changed": 1}
    assert merged(tmp_path / "other.db", late).verdicts == {"changed": 1}
    assert json.loads(records(tmp_path / "other.db")[0])[2] == 3
    assert json.loads(records(into)[0])[0]["text"] == "The sea comes in twice a day."


def test_gone_in_the_later_look_is_gone(tmp_path: Path) -> None:
    shard, into = tmp_path / "shard.db", tmp_path / "archive.db"
    file(into, ("The sea comes in.", 0))
    file(shard, ("The sea comes in.", 0))
    with Archive(shard) as archive:
        archive.tombstone(1, DAY + timedelta(days=3), "404")
        archive.connection.execute("UPDATE pages SET checked_at = '2024-05-07T00:00:00.000Z', state = 'gone'")
    merged(into, shard)
    assert content(into, "SELECT gone_reason, state FROM articles JOIN pages ON pages.id = page_id") == [
        ("404", "gone")
    ]


def test_killed_in_between_the_same_call_finishes(
    crawled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.archive import merging

    into = tmp_path / "archive.db"
    monkeypatch.setattr(merging, "_BATCH", 5)
    for step in ("between_pages", "article", "links"):
        with monkeypatch.context() as patched:
            patched.setattr(merging._Merging, step, lambda *_: 1 // 0)
            with pytest.raises(ZeroDivisionError):
                merged(into, crawled)
    merged(into, crawled)
    assert records(into) == records(crawled)
    assert counts(into) == counts(crawled)
    links = "SELECT one.url, other.url FROM links JOIN pages one ON one.id = page_id JOIN pages other ON other.id ="
    assert sorted(content(into, f"{links} target_id")) == sorted(content(crawled, f"{links} target_id"))


def test_the_command(crawled: Path, tmp_path: Path, call: Caller) -> None:
    into = tmp_path / "archive.db"
    first = call("merge", crawled, "--db", into)
    assert (first.code, "12 new" in first.err) == (0, True), first
    assert json.loads(call("merge", crawled, "--db", into, "--json").out)["unchanged"] == 12
    (tmp_path / "no.db").write_text("no archive at all, just words")
    wrong = call("merge", tmp_path / "no.db", "--db", into)
    assert (wrong.code, "is not an archive" in wrong.err) == (1, True)
    same = call("merge", into, "--db", into)
    assert (same.code, "itself" in same.err) == (2, True)
