"""Faults below us: a full disk, a locked or forbidden file, a clock that runs backwards, SIGKILL at any moment.

After each the archive is sound, and the same command finishes the job.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from pipelines.crawl.bounds import with_bounds
from tests.blog import Blog
from tests.hostile.matrix import BACKFILE, ROOT
from tests.server import Server, serve

POSTS = 25
_WAIT_S = 120


@pytest.fixture(scope="module")
def blog() -> Iterator[Server]:
    with serve(Blog(posts=POSTS, per_page=30).routes()) as server:
        yield server


@pytest.fixture(scope="module")
def whole(blog: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive that nothing has happened to."""
    folder = tmp_path_factory.mktemp("whole")
    with Archive(folder / "archive.db") as archive:
        assert crawl(archive, [blog.url + "/"], CrawlSettings(workers=1)).status == "done"
    return folder


def start(*words: object, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*BACKFILE, *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )


def run(*words: object, before: Callable[[], None] | None = None) -> tuple[int, str]:
    """Return exit code and standard error of a command."""
    process = start(*words, before=before)
    _, problems = process.communicate(timeout=_WAIT_S)
    return process.returncode, problems


def is_sound(db: Path) -> bool:
    with Archive(db, readonly=True) as archive:
        return archive.verify() == ()


def records(db: Path) -> list[dict[str, Any]]:
    with Archive(db, readonly=True) as archive:
        return [stored.article.to_dict() for stored in archive.articles()]


def copy(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to / "archive.db"


# -- the disk ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most_bytes", [300_000, 700_000])
def test_a_full_disk(blog: Server, whole: Path, tmp_path: Path, most_bytes: int) -> None:
    db = tmp_path / "archive.db"
    command = ("crawl", blog.url + "/", "--db", db, "--quiet")
    code, problems = run(*command, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)))
    assert code == 1, problems
    assert problems.startswith("backfile: error: ")
    assert "Traceback" not in problems
    if db.exists() and db.stat().st_size:
        assert is_sound(db)
    assert run(*command) == (0, "")
    assert is_sound(db)
    assert records(db) == records(whole / "archive.db")


def test_a_folder_nobody_may_write_to(blog: Server) -> None:
    folder = Path("/sys/kernel")
    if not folder.is_dir() or os.access(folder / "x", os.F_OK):
        pytest.skip("needs Linux's /sys")
    code, problems = run("crawl", blog.url + "/", "--db", folder / "archive.db", "--quiet")
    assert code == 1
    assert problems.startswith("backfile: error: ")
    assert "Traceback" not in problems


def test_an_archive_that_another_process_holds(blog: Server, whole: Path, tmp_path: Path) -> None:
    db = copy(whole, tmp_path / "held")
    holder = sqlite3.connect(db, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        code, problems = run("crawl", blog.url + "/", "--db", db, "--quiet")
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert (code, "Traceback" in problems) == (75, False), problems
    assert run("crawl", blog.url + "/", "--db", db, "--quiet") == (0, "")
    assert is_sound(db)


# -- the clock ---------------------------------------------------------------------------------------------------------


def test_a_clock_that_runs_backwards(blog: Server, whole: Path, tmp_path: Path) -> None:
    moments = iter(range(1_000_000))

    def now() -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC) - timedelta(hours=next(moments))

    # What a host is still to be spared is bounded by the longest of these, however far the clock was set back.
    settings = with_bounds(CrawlSettings(workers=1), ["crawl_delay_s=0.5", "retry_after_s=0.5"])
    with Archive(tmp_path / "archive.db") as archive:
        for _ in range(2):
            report = crawl(archive, [blog.url + "/"], settings, now=now)
            assert (report.status, report.articles) == ("done", POSTS)
        assert archive.verify() == ()
    assert records(tmp_path / "archive.db") == records(whole / "archive.db")


# -- SIGKILL -----------------------------------------------------------------------------------------------------------


def killed(*words: object, after_s: float) -> bool:
    """Start a command and kill it; say whether it was still running."""
    process = start(*words)
    time.sleep(after_s)  # the moment is the point of the test, not something to wait for
    process.kill()
    process.communicate(timeout=_WAIT_S)
    return process.returncode < 0


def kill_points(command: str, blog: Server, whole: Path, tmp_path: Path, times: int) -> int:
    """Kill *command* at random moments, each time on a fresh copy, and have it finish; return how many kills hit."""
    expected = records(whole / "archive.db")
    moments = random.Random(command)
    began = time.monotonic()
    run(*_words(command, blog, copy(whole, tmp_path / "timed"), tmp_path / "timed.jsonl"))
    takes_s = time.monotonic() - began
    hits = 0
    for number in range(times):
        folder = tmp_path / str(number)
        db = folder / "archive.db" if command == "crawl" else copy(whole, folder)
        folder.mkdir(exist_ok=True)
        out = tmp_path / f"{number}.jsonl"
        words = _words(command, blog, db, out)
        hits += killed(*words, after_s=moments.uniform(0.1, 1.0) * takes_s)
        if db.exists() and db.stat().st_size:
            assert is_sound(db), (command, number)
        code, problems = run(*words)
        assert code == 0, problems
        assert is_sound(db), (command, number)
        assert records(db) == expected, (command, number)
        if command == "export":
            assert out.read_bytes() == (tmp_path / "timed.jsonl").read_bytes()
            assert [path.name for path in tmp_path.glob(f"*{out.name}*")] == [out.name], "nothing is left behind"
        shutil.rmtree(folder)
    return hits


def _words(command: str, blog: Server, db: Path, out: Path) -> tuple[object, ...]:
    return {
        "crawl": ("crawl", blog.url + "/", "--db", db, "--quiet"),
        "reextract": ("reextract", "--db", db, "--quiet"),
        "pack": ("pack", "--db", db),
        "export": ("export", out, "--db", db),
    }[command]


@pytest.mark.parametrize("command", ["reextract", "pack", "export"])
def test_killed_at_a_random_moment(command: str, blog: Server, whole: Path, tmp_path: Path) -> None:
    kill_points(command, blog, whole, tmp_path, times=2)


@pytest.mark.exhaustive
@pytest.mark.parametrize("command", ["crawl", "reextract", "pack", "export"])
def test_killed_at_many_random_moments(command: str, blog: Server, whole: Path, tmp_path: Path) -> None:
    hits = kill_points(command, blog, whole, tmp_path, times=15)
    print(f"{command}: {hits} of 15 kills came before the end; each job was finished, each archive is sound")
    assert hits >= 5, "the kills came too late to show anything"
