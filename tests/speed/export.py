"""How fast articles leave the archive, beside the plainest loop one could write: ``python -m tests.speed export``.

    articles    seconds  articles/s  × plain loop   memory above start
    …

The articles are the bundled blog's, repeated under new addresses until there are enough. The plain loop is sqlite3 and
json: select every column of every article, write one object per line, no nested lists, no filters, no promises.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipelines import export
from pipelines.archive import Archive
from pipelines.demo.blog import read
from pipelines.demo.theme import build
from scraper import extract

BASE = "https://blog.example"
FORMATS = ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.json", "a.csv")
_KIB = 1024


def fill(path: Path, count: int) -> None:
    """Write an archive of *count* articles."""
    blog = read()
    site = build(blog, BASE)
    posts = [extract(site.documents[f"/{post.slug}/"].body, url=f"{BASE}/{post.slug}/") for post in blog.posts]
    with Archive(path) as archive, archive.transaction():
        for number in range(count):
            post = posts[number % len(posts)]
            article = replace(post, url=f"{post.url}{number}/", canonical_url=None, title=f"{post.title} {number}")
            archive.file(article, fetched_at="2024-05-04T09:30:00.000Z", extractor="speed")


def plain_loop(path: Path, out: Path) -> None:
    """Write every article's row as a line of JSON."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT * FROM articles")
    names = [column[0] for column in rows.description]
    with out.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")
    connection.close()


def seconds(work: Callable[[], object], turns: int) -> float:
    """Return the best time of a few turns."""
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peak_kib() -> int:
    """Return the most memory this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast articles leave the archive.")
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--turns", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "archive.db"
        fill(db, wanted.articles)
        plain_s = seconds(lambda: plain_loop(db, Path(folder) / "plain.jsonl"), wanted.turns)
        print(f"{'':14}{'seconds':>9}{'articles/s':>12}{'× plain':>9}{'memory above start':>20}")
        print(f"{'plain loop':14}{plain_s:9.2f}{wanted.articles / plain_s:12,.0f}{1:9.2f}")
        with Archive(db, readonly=True) as archive:
            for name in FORMATS:
                before = peak_kib()
                took_s = seconds(lambda name=name: export(archive, Path(folder) / name), wanted.turns)  # type: ignore[misc]
                grown = (peak_kib() - before) / _KIB
                rate = wanted.articles / took_s
                print(f"{name[2:]:14}{took_s:9.2f}{rate:12,.0f}{took_s / plain_s:9.2f}{grown:16.1f} MiB")
