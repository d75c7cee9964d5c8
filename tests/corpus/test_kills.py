"""Twenty deaths: the driver, any process below it, the scheduler, each at another moment. The same command finishes."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.corpus import extract_corpus
from pipelines.engine.local import LocalEngine
from tests.blog import Blog

pytestmark = [
    pytest.mark.machines,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find a process's children"),
]
HAS_DASK = importlib.util.find_spec("distributed") is not None
BLOG = Blog(posts=24)
SHARD = 2
WAIT_S = 120


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "pages"
    folder.mkdir()
    for number in range(BLOG.posts):
        (folder / f"{number:02d}.html").write_text(BLOG.post(number), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of an undisturbed run by one worker."""
    out = tmp_path_factory.mktemp("whole") / "out"
    with LocalEngine(1) as engine:
        assert extract_corpus([pages], out, engine, pages_per_shard=SHARD).articles == BLOG.posts
    return {file.name: file.read_bytes() for file in out.iterdir()}


def start(pages: Path, out: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from pipelines.cli import main; raise SystemExit(main())", "extract-corpus"]
    command += [str(pages), "--out", str(out), "--pages-per-shard", str(SHARD), *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def descendants(pid: int) -> list[int]:
    """Return the processes below *pid*, each above its own children."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in file.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def wait_until(there: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not there() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def finished(out: Path) -> int:
    return len(list(out.glob("shard-*.json")))


def end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, problems = process.communicate(timeout=WAIT_S)
    return process.returncode, problems.decode()


def is_whole(out: Path, expected: dict[str, bytes]) -> bool:
    return {file.name: file.read_bytes() for file in out.iterdir() if not file.name.startswith(".")} == expected


@pytest.mark.parametrize("after", range(6))
def test_the_driver_dies(after: int, pages: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    driver = start(pages, out, "--workers", "2")
    wait_until(lambda: finished(out) >= after and (out / "plan.json").exists(), driver)
    driver.kill()
    end(driver)
    code, problems = end(start(pages, out, "--workers", "2"))
    assert code == 0, problems
    assert json.loads((out / "manifest.json").read_bytes())["records_sha256"]
    assert is_whole(out, expected)


@pytest.mark.parametrize(
    "engine", ["local", pytest.param("dask", marks=pytest.mark.skipif(not HAS_DASK, reason="no Dask"))]
)
@pytest.mark.parametrize("after", range(5))
def test_any_process_below_it_dies(
    engine: str, after: int, pages: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    driver = start(pages, out, "--workers", "2", "--engine", engine)
    wait_until(lambda: finished(out) >= after and len(descendants(driver.pid)) >= 2, driver)
    below = descendants(driver.pid)
    if below:
        os.kill(random.Random(f"{engine} {after}").choice(below), signal.SIGKILL)
    code, problems = end(driver)
    if code != 0:
        code, problems = end(start(pages, out, "--workers", "2", "--engine", engine))
    assert code == 0, problems
    assert is_whole(out, expected)


class Cluster:
    """A scheduler and two workers, as somebody else would have started them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.file.unlink(missing_ok=True)
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        dask = [sys.executable, "-m", "dask"]
        where = ["--scheduler-file", str(self.file), "--host", "127.0.0.1", "--no-dashboard"]
        self.scheduler = subprocess.Popen([*dask, "scheduler", *where, "--port", "0"], **quiet)
        deadline = time.monotonic() + WAIT_S
        while not self.file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        counts = ["--nworkers", "2", "--nthreads", "1", "--death-timeout", "20"]
        self.workers = subprocess.Popen([*dask, "worker", *where, *counts], **quiet)

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"])

    def end(self) -> None:
        for process in (self.workers, self.scheduler):
            for child in descendants(process.pid):
                os.kill(child, signal.SIGKILL)
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Callable[[], Cluster]]:
    """Starts clusters; ends them all."""
    made: list[Cluster] = []

    def make() -> Cluster:
        made.append(Cluster(tmp_path))
        return made[-1]

    yield make
    for each in made:
        each.end()


@pytest.mark.skipif(not HAS_DASK, reason="Dask distributed is not installed")
@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_the_scheduler_dies(
    after: int, pages: Path, expected: dict[str, bytes], tmp_path: Path, cluster: Callable[[], Cluster]
) -> None:
    out = tmp_path / "out"
    first = cluster()
    driver = start(pages, out, "--engine", "dask", "--scheduler", first.address)
    wait_until(lambda: finished(out) >= after and (out / "plan.json").exists(), driver)
    first.scheduler.kill()
    code, problems = end(driver)
    assert code == 0 or (code == 1 and "scheduler" in problems), problems
    assert "Traceback" not in problems
    first.end()
    code, problems = end(start(pages, out, "--engine", "dask", "--scheduler", cluster().address))
    assert code == 0, problems
    assert is_whole(out, expected)
