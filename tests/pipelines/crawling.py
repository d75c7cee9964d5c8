"""A crawl as a process of its own, so that a test can kill it.

python -m tests.pipelines.crawling ARCHIVE SETTINGS-AS-JSON URL…
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def start(archive: Path, *urls: str, **settings: Any) -> subprocess.Popen[str]:
    """Start a crawl; its report is one line of JSON on standard output."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.pipelines.crawling", str(archive), json.dumps(settings), *urls],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], timeout_s: float = 120) -> dict[str, Any]:
    """Wait for a crawl's end and return its report."""
    out, problems = process.communicate(timeout=timeout_s)
    assert process.returncode == 0, problems
    report: dict[str, Any] = json.loads(out)
    return report


def main() -> None:
    from pipelines.archive import Archive
    from pipelines.crawl import CrawlSettings, crawl

    path, settings, *urls = sys.argv[1:]
    with Archive(path) as archive:
        report = crawl(archive, urls, CrawlSettings(**json.loads(settings)))
    print(json.dumps(report.to_dict()))


if __name__ == "__main__":
    main()
