"""Files → shards: the same records whoever makes them and however often they are killed; nothing goes missing."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pipelines.corpus import CorpusReport, cut, extract_corpus
from pipelines.corpus.cutting import pages_of
from pipelines.crawl import CrawlLimits
from pipelines.engine.local import LocalEngine
from scraper.article import RECORD_KEYS
from scraper.errors import BackfileError, ExportError
from tests.blog import Blog
from tests.corpus.test_engines import needs_dask
from tests.hostile.pages import post

BLOG = Blog(posts=24)
CLOCK = 1_700_000_000
# Reading it takes some 120 MB of a process's memory; the limit of the test leaves it half of that.
POISON = post("<p><b>x</b></p>" * 100_000)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of 24 saved posts, one listing, and one text dump."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(24):
        (folder / f"{number:02d}.html").write_text(BLOG.post(number), encoding="utf-8")
    (folder / "dump.txt").write_text("On tides\n\nBy Ida Strand\n\n" + "The sea comes in twice a day. " * 40, "utf-8")
    for file in folder.iterdir():
        os.utime(file, (CLOCK, CLOCK))
    return folder


def serial(inputs: Path, out: Path, **options: Any) -> CorpusReport:
    with LocalEngine(1) as engine:
        return extract_corpus([inputs], out, engine, **options)


def records(out: Path) -> Iterator[dict[str, Any]]:
    for shard in sorted(out.glob("*.jsonl.zst")):
        with shard.open("rb") as file:
            text = zstandard.ZstdDecompressor().stream_reader(file).read().decode()
        yield from map(json.loads, text.splitlines())


def test_every_page_becomes_a_record_with_its_source(pages: Path, tmp_path: Path) -> None:
    report = serial(pages, tmp_path / "out", pages_per_shard=10)
    made = list(records(tmp_path / "out"))
    assert (report.pages, report.articles, len(report.shards)) == (25, 25, 3)
    assert [record["source"] for record in made] == [f"pages/{file.name}" for file in sorted(pages.iterdir())]
    assert [record["title"] for record in made[:24]] == [BLOG.title(number) for number in range(24)]
    assert set(made[0]) == {*RECORD_KEYS, "fetched_at", "source"}
    assert made[0]["fetched_at"] == "2023-11-14T22:13:20Z"
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert (manifest["articles"], manifest["records_sha256"]) == (25, report.sha256)


def test_finished_shards_are_passed_over_and_broken_ones_made_again(pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = serial(pages, out, pages_per_shard=10)
    whole = {file.name: file.read_bytes() for file in out.iterdir()}
    (out / "shard-00001.json").unlink()
    (out / "shard-00002.jsonl.zst").write_bytes(b"half")
    again = serial(pages, out, pages_per_shard=10)
    assert (first.passed_over, again.passed_over, again.sha256) == (0, 1, first.sha256)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == whole


def test_another_input_or_a_foreign_folder_is_refused(pages: Path, tmp_path: Path) -> None:
    serial(pages, tmp_path / "out")
    (pages / "00.html").write_text("<p>other</p>")
    with pytest.raises(ExportError, match="begun with another input"):
        serial(pages, tmp_path / "out")
    with pytest.raises(ExportError, match="expected an empty folder"):
        serial(pages, pages)
    with pytest.raises(BackfileError, match="there is no"):
        serial(tmp_path / "nowhere", tmp_path / "other")


def test_a_poison_page_is_named_and_its_shard_completed(pages: Path, tmp_path: Path) -> None:
    (pages / "05.html").write_text(POISON, encoding="utf-8")
    report = serial(pages, tmp_path / "out", limits=CrawlLimits(max_worker_mb=60))
    assert report.articles == 24
    assert [(name, "worker died" in reason) for name, reason in report.troubles()] == [("pages/05.html", True)]


@pytest.mark.machines
@needs_dask
def test_dask_makes_the_records_that_this_machine_makes(pages: Path, tmp_path: Path) -> None:
    from pipelines.engine.dask import DaskEngine

    expected = serial(pages, tmp_path / "serial", pages_per_shard=4)
    with LocalEngine(2) as local:
        assert extract_corpus([pages], tmp_path / "local", local, pages_per_shard=4).sha256 == expected.sha256
    with DaskEngine(2) as dask:
        assert extract_corpus([pages], tmp_path / "dask", dask, pages_per_shard=4).sha256 == expected.sha256
    for name in ("local", "dask"):
        for shard in (tmp_path / "serial").glob("shard-*"):
            assert (tmp_path / name / shard.name).read_bytes() == shard.read_bytes()


def test_a_killed_driver_goes_on_where_it_was(pages: Path, tmp_path: Path) -> None:
    expected = serial(pages, tmp_path / "whole", pages_per_shard=2)
    out = tmp_path / "out"
    words = [
        sys.executable,
        "-c",
        "from pipelines.cli import main; raise SystemExit(main())",
        "extract-corpus",
        str(pages),
        "--out",
        str(out),
    ]
    words += ["--pages-per-shard", "2", "--workers", "2"]
    driver = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(out.glob("shard-*.json")) and driver.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    finished = len(list(out.glob("shard-*.json")))
    assert 0 < finished < 13
    with LocalEngine(2) as engine:
        report = extract_corpus([pages], out, engine, pages_per_shard=2)
    assert report.passed_over >= finished
    assert report.sha256 == expected.sha256


def warc(path: Path, count: int) -> Path:
    """Write *count* posts as a WARC file, each record a gzip member of its own."""
    with path.open("wb") as file:
        for number in range(count):
            page = BLOG.post(number).encode()
            http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
            head = (
                "WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2024-05-04T09:30:00Z\r\n"
                f"WARC-Target-URI: https://blog.example{BLOG.path(number)}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
            )
            record = head.encode() + http + b"\r\n\r\n"
            file.write(gzip.compress(record) if path.suffix == ".gz" else record)
    return path


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_a_warc_file_is_cut_between_records(name: str, tmp_path: Path) -> None:
    path = warc(tmp_path / name, 11)
    pieces = list(cut([path], 4))
    urls = [[page.url for _, page in pages_of(piece) if not isinstance(page, str)] for piece in pieces]
    assert [len(some) for some in urls] == [4, 4, 3]
    assert [url for some in urls for url in some] == [
        f"https://blog.example{BLOG.path(number)}" for number in range(11)
    ]
    assert (pieces[0].start, pieces[-1].stop) == (0, path.stat().st_size)
    assert all(one.stop == other.start for one, other in pairwise(pieces))


def test_a_warc_file_compressed_as_a_whole_stays_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(gzip.compress(warc(tmp_path / "crawl.warc", 6).read_bytes()))
    (piece,) = cut([path], 2)
    assert len(list(pages_of(piece))) == 6


def test_a_broken_end_costs_what_lies_behind_it_and_is_told(tmp_path: Path) -> None:
    path = warc(tmp_path / "crawl.warc.gz", 6)
    path.write_bytes(path.read_bytes()[:-200])
    report = serial(path, tmp_path / "out", pages_per_shard=2)
    assert report.articles == 5
    assert [name for name, _ in report.troubles()] == ["crawl.warc.gz"]


def test_a_wacz_file_is_read_in_place(tmp_path: Path) -> None:
    packed = tmp_path / "site.wacz"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("pages/pages.jsonl", "{}")
        archive.write(warc(tmp_path / "data.warc.gz", 5), "archive/data.warc.gz")
    pieces = list(cut([packed], 2))
    assert [len(list(pages_of(piece))) for piece in pieces] == [2, 2, 1]
    (tmp_path / "bad.wacz").write_text("no zip")
    with pytest.raises(BackfileError, match="expected a WACZ file"):
        list(cut([tmp_path / "bad.wacz"]))


def test_an_archive_gives_its_raw_pages(pages: Path, tmp_path: Path) -> None:
    from pipelines.archive import Archive
    from pipelines.datasets.importing import import_files

    warc_file = warc(tmp_path / "crawl.warc.gz", 9)
    with Archive(tmp_path / "archive.db") as archive:
        import_files(archive, [warc_file])
    report = serial(tmp_path / "archive.db", tmp_path / "out", pages_per_shard=4)
    assert (report.articles, len(report.shards)) == (9, 3)
    shutil.rmtree(tmp_path / "out")
    assert serial(warc_file, tmp_path / "out", pages_per_shard=4).articles == 9
