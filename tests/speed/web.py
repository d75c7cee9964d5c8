"""How soon a page of the reading room is made, and how large it is: ``python -m tests.speed web [--articles N]``.

Each page is asked for once, as a reader does, on a running server; times are those of the clock. The archive is the
one of ``python -m tests.speed archive search``.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pipelines.web import Settings
from pipelines.web.server import bind, server
from tests.shared import SHARED
from tests.speed import archives

ARTICLES = 100_000
QUERIES = 200
MAX_MS, MAX_BYTES = 100, 60_000
"""What the first page of results may take, and weigh."""
OTHERS = ("/", "/overview", "/sites/blog7.example", "/articles/5000", "/author?name=Ada%20Abel", "/changes")


@contextmanager
def served(path: Path) -> Iterator[str]:
    serving = server(Settings(path))
    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving.should_exit = True
        thread.join()


def asked(url: str) -> tuple[float, int]:
    started = time.perf_counter()
    with urllib.request.urlopen(url) as answer:
        body = answer.read()
    return (time.perf_counter() - started) * 1e3, len(body)


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=ARTICLES, metavar="N")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "backfile-speed", metavar="PATH")
    told = parser.parse_args()
    if not SHARED.is_dir():
        print("web: the shared corpora are not beside this checkout")
        return
    told.folder.mkdir(parents=True, exist_ok=True)
    path = told.folder / f"archive-{told.articles}.db"
    archives.build(path, told.articles)
    with served(path) as base:
        asked(f"{base}/help")  # the templates are read once
        found = [asked(f"{base}/search?q={quote(line)}") for line in archives.queries(QUERIES)]
        times = sorted(ms for ms, _ in found)
        print(
            f"first page of {QUERIES} searches of {told.articles:,} articles: p50 {times[QUERIES // 2]:.0f} ms,"
            f" p95 {times[int(QUERIES * 0.95)]:.0f} ms, worst {times[-1]:.0f} ms (allowed {MAX_MS});"
            f" at most {max(size for _, size in found):,} bytes (allowed {MAX_BYTES:,})"
        )
        for path_ in OTHERS:
            ms, size = asked(base + path_)
            print(f"{path_}: {ms:.0f} ms, {size:,} bytes")
