"""What the README and the first walk show, done as a reader would do it: the same commands, the output as printed.

In a ``console`` block a line after ``$`` is a command and the lines below it are what it prints. In these, ``…`` stands
for anything, digits for any digits (ports, times, numbers of articles differ from run to run), a lone ``…`` for any
lines. Blocks that begin with what needs the internet (``blog.example``) or sets the machine up (``make``) are not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.demo.blog import read
from pipelines.demo.theme import build

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NOT_RUN = ("blog.example", "make ")
TIMEOUT_S = 120


def blocks(path: Path, kind: str) -> Iterator[str]:
    return (block for found, block in _FENCE.findall(path.read_text(encoding="utf-8")) if found == kind)


def steps(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield (command, lines it is said to print) of a page's console blocks, in order."""
    for block in blocks(path, "console"):
        if any(mark in block.split("\n", 1)[0] for mark in _NOT_RUN):
            continue
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = step.rstrip("\n").split("\n")
            yield command.split("  #")[0].strip(), lines


def pattern(line: str) -> re.Pattern[str]:
    """Return what matches a printed line: digits any digits, … anything, runs of spaces any spaces."""
    escaped = re.escape(re.sub(r"\s+", " ", line.strip()))
    return re.compile(re.sub(r"\d+", r"\\d+", escaped.replace("…", ".*")))


def missing(said: list[str], printed: str) -> list[str]:
    """Return the lines of *said* that *printed* does not have, in that order."""
    rest = [re.sub(r"\s+", " ", line.strip()) for line in printed.splitlines()]
    lost = []
    for line in said:
        if not line.strip() or line.strip() == "…":
            continue
        wanted = pattern(line)
        at = next((number for number, have in enumerate(rest) if wanted.fullmatch(have)), None)
        if at is None:
            lost.append(line)
        else:
            rest = rest[at + 1 :]
    return lost


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BACKFILE_")}
    environment |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )


@pytest.mark.parametrize("page", ["README.md", "docs/first-walk.md"])
def test_a_page_does_what_it_says(page: str, tmp_path: Path) -> None:
    done = 0
    for command, said in steps(ROOT / page):
        result = run(command, tmp_path)
        assert result.returncode == 0, f"$ {command}\n{result.stdout}"
        assert not (lost := missing(said, result.stdout)), f"$ {command}\n{result.stdout}\ndoes not print: {lost}"
        done += 1
    assert done


def test_the_readme_shows_something_that_works_near_its_top() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines, start=1) if line.startswith("$ "))
    assert first <= 15
    assert "new articles" in "\n".join(lines[:25])
    assert "make test" in "\n".join(lines)
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/how-to.md"])
def test_the_python_of_a_page_runs(page: str, tmp_path: Path) -> None:
    post = build(read(), "https://blog.example").documents["/the-seized-seatpost/"].body
    (tmp_path / "page.html").write_bytes(post)
    assert run("backfile demo --db data/archive.db && backfile export articles.jsonl.zst", tmp_path).returncode == 0
    done = 0
    for block in blocks(ROOT / page, "python"):
        if "pandas" in block:  # not among the dependencies
            continue
        head = "from pathlib import Path\nhtml = Path('page.html').read_bytes()\n"
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", head + block],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert result.returncode == 0, f"{block}\n{result.stderr}"
        done += 1
    assert done


def test_the_comparison_can_fail() -> None:
    assert missing(["24 articles, …"], "23 articles, 5 kB") == []
    assert missing(["24 articles, …"], "no articles") == ["24 articles, …"]
    assert missing(["b", "a"], "a\nb") == ["a"]
