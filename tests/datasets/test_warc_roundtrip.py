"""Raw pages leave as WARC and come back as the same articles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import export
from pipelines.archive import Archive
from pipelines.datasets.importing import import_files
from pipelines.datasets.warc import captures
from pipelines.demo.blog import read
from pipelines.demo.theme import build

BASE = "https://loose-spoke.example"
SLUGS = ("why-does-my-chain-skip", "a-flat-tyre-in-the-rain", "bent-derailleur-hangers")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Three posts, imported from files that browsers saved."""
    site = build(read(), BASE)
    folder = tmp_path / "saved"
    folder.mkdir()
    for slug in SLUGS:
        mark = f"<!-- saved from url=(0040){BASE}/{slug}/ -->\n".encode()
        (folder / f"{slug}.html").write_bytes(mark + site.documents[f"/{slug}/"].body)
    (folder / "notes.bin").write_bytes(b"\0\1\2")
    with Archive(tmp_path / "a.db") as archive:
        report = import_files(archive, [folder])
        assert (report.pages, report.verdicts["new"], report.problems) == (3, 3, [])
        yield archive


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_pages_go_out_and_come_back(archive: Archive, tmp_path: Path, name: str) -> None:
    report = export(archive, tmp_path / name)
    assert (report.format, report.articles) == ("warc", 3)
    assert sorted(capture.url for capture in captures(tmp_path / name)) == sorted(f"{BASE}/{slug}/" for slug in SLUGS)
    with Archive(tmp_path / "b.db") as other:
        import_files(other, [tmp_path / name])
        mine = {stored.article.url: stored.article for stored in archive.articles()}
        assert {stored.article.url: stored.article for stored in other.articles()} == mine


def test_the_same_archive_gives_the_same_warc(archive: Archive, tmp_path: Path) -> None:
    for name in ("x.warc.gz", "y.warc.gz"):
        export(archive, tmp_path / name)
    assert (tmp_path / "x.warc.gz").read_bytes() == (tmp_path / "y.warc.gz").read_bytes()


def test_importing_again_changes_nothing(archive: Archive, tmp_path: Path) -> None:
    report = import_files(archive, [tmp_path / "saved"])
    assert (report.articles, report.verdicts["unchanged"]) == (3, 3)


def test_a_text_dump_is_filed_once_under_its_content(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text("On tides\n\nJuly 26, 2021\n\n" + "The sea comes in twice a day, and nobody asked it to. " * 20)
    with Archive(tmp_path / "a.db") as archive:
        assert import_files(archive, [dump], all_kinds=True).verdicts["new"] == 1
        assert import_files(archive, [dump], all_kinds=True).verdicts["unchanged"] == 1
        (stored,) = archive.articles()
        assert "twice a day" in stored.article.text


def test_files_that_cannot_be_read_are_reported_and_the_rest_filed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<title>On tides</title><h1>On tides</h1>" + "<p>The sea comes in twice a day.</p>" * 9
    )
    (tmp_path / "b.html").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "c.warc").write_bytes(b"not a warc file\n")
    with Archive(tmp_path / "a.db") as archive:
        report = import_files(archive, [tmp_path / name for name in ("a.html", "b.html", "c.warc")], all_kinds=True)
    assert report.verdicts["new"] == 1
    assert [Path(name).name for name, _ in report.problems] == ["b.html", "c.warc"]


def test_the_moment_of_a_file_is_when_it_was_saved(tmp_path: Path) -> None:
    import os

    path = tmp_path / "a.html"
    path.write_text("<title>On tides</title><h1>On tides</h1>" + "<p>The sea comes in twice a day.</p>" * 9)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    with Archive(tmp_path / "a.db") as archive:
        import_files(archive, [path], all_kinds=True)
        (stored,) = archive.articles()
        assert datetime.fromisoformat(stored.fetched_at) == datetime.fromtimestamp(1_600_000_000, UTC)


def test_pages_that_are_no_articles_are_left_out_and_counted(tmp_path: Path) -> None:
    site = build(read(), BASE)
    for name, path in (("listing", "/page/2/"), ("post", f"/{SLUGS[0]}/")):
        (tmp_path / f"{name}.html").write_bytes(site.documents[path].body)
    with Archive(tmp_path / "a.db") as archive:
        report = import_files(archive, [tmp_path])
        assert (report.pages, report.verdicts["new"], sum(report.skipped.values())) == (2, 1, 1)
        assert import_files(archive, [tmp_path], all_kinds=True).articles == 2
