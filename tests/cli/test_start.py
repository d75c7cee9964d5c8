"""Reading the archive starts fast: no network code, no HTML parser, no progress bars on that way."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.archive import Archive
from tests.datasets.conftest import FETCHED, POSTS

CPU_LIMIT_S = 0.25
HEAVY = ("httpx", "httpcore", "anyio", "selectolax", "nh3", "rich", "sqlite_utils", "asyncio", "ssl", "feedparser")

_PROBE = """
import json, sys
from pipelines.cli import main
code = main(sys.argv[1:])
sys.stderr.write(json.dumps([code, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("start") / "a.db"
    with Archive(path) as archive:
        for article in POSTS:
            archive.file(article, fetched_at=FETCHED)
    return path


def environment() -> dict[str, str]:
    # Coverage and the like hook into every Python that is started; they are not what is measured.
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTHON", "BACKFILE_"))}


@pytest.mark.parametrize("line", ["search tide", "show 1", "runs", "sites", "--help", "search --help"])
def test_reading_imports_no_network_code(db: Path, line: str) -> None:
    where = [] if "--help" in line else ["--db", str(db)]
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *line.split(" "), *where], capture_output=True, check=True, env=environment()
    )
    code, modules = json.loads(done.stderr.decode().splitlines()[-1])
    assert code == 0
    assert not [name for name in HEAVY if name in modules]


def test_a_search_takes_at_most_a_quarter_of_a_second_of_cpu(db: Path) -> None:
    def cpu_s() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-c", _PROBE, "search", "tide", "--db", str(db)]
        subprocess.run(command, capture_output=True, check=True, env=environment())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu_s() for _ in range(3)) <= CPU_LIMIT_S
