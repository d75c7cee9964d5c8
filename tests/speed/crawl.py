"""The crawler measured: on whole real blogs, on one large loopback blog, and on many slow hosts at once.

python -m tests.speed crawl sites [NAME …]   recall, precision, requests and exactness on the shared sites, and what a
                                             second crawl and one after changes notice
python -m tests.speed crawl cost [PAGES]     CPU and memory a page, and what the second run costs
python -m tests.speed crawl hosts [MS PAGES] 20 hosts of 100 pages, 200 ms an answer: ideal time / actual. On a busy
                                             machine slower answers (1000 40) show the scheduling alone
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from tests.pipelines.crawling import start
from tests.shared import SHARED

MUTATION_SEED = 7
HOSTS, PAGES, LATENCY_MS, IN_FLIGHT = 20, 100, 200, 2


@contextmanager
def server(*arguments: str, log: Path) -> Iterator[str]:
    """Run a server of ``tests.speed.servers``, its log in *log*, and yield its port."""
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "tests.speed.servers", *arguments], stdout=out)
        try:
            while not (text := log.read_text()) or "\n" not in text:
                time.sleep(0.05)
            yield text.partition("\n")[0]
        finally:
            process.terminate()
            process.wait()


def rows_of(log: Path) -> list[list[Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()[1:]]


# -- whole real blogs -------------------------------------------------------------------------------------------------


def sites(names: list[str]) -> None:
    """Print the table of the shared sites: first crawl, second crawl, crawl after changes."""
    folders = [SHARED / "sites" / name for name in names] or sorted(p.parent for p in SHARED.glob("sites/*/site.json"))
    print(
        "site            run     recall  prec.  dup  title   date    req  /art.  304   noticed: changed added deleted"
    )
    shares = []
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            shares.append(_site(folder, Path(scratch)))
    print(f"requests per article, mean over sites: {sum(shares) / len(shares):.2f}")


def _site(folder: Path, scratch: Path) -> float:
    first = _crawl_site(folder, scratch, "first")
    _crawl_site(folder, scratch, "again")
    _crawl_site(folder, scratch, "changed", "--mutate", str(MUTATION_SEED), "--mutate-out", str(scratch / "m.json"))
    return float(first["traffic"]["requests_per_article"] or 0)


def _crawl_site(folder: Path, scratch: Path, run: str, *served: str) -> dict[str, Any]:
    log, out, database = (scratch / f"{folder.name}.{end}" for end in (f"{run}.log", f"{run}.jsonl", "db"))
    evaluation = SHARED / "eval"
    command = [sys.executable, str(evaluation / "serve_sites.py"), "--rewrite-scheme", "--log", str(log), *served]
    serving = subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE, text=True)
    assert serving.stdout is not None
    port = json.loads(serving.stdout.readline())["port"]
    base = json.loads((folder / "site.json").read_text())["base_url"].replace("https:", "http:")
    try:
        with Archive(database) as archive:
            crawl(archive, [base], CrawlSettings(delay_s=0, proxy=f"http://127.0.0.1:{port}"))
            out.write_text("".join(json.dumps(record) + "\n" for record in _records(archive)))
    finally:
        serving.terminate()
        serving.wait()
    changes = ["--mutations", str(scratch / "m.json")] if run == "changed" else []
    score = subprocess.run(
        [
            sys.executable,
            str(evaluation / "score_crawl.py"),
            str(folder),
            "--json",
            "--result",
            str(out),
            "--log",
            str(log),
            *changes,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    scored: dict[str, Any] = json.loads(score.stdout)
    print(_line(folder.name, run, scored))
    return scored


def _records(archive: Archive) -> Iterator[dict[str, Any]]:
    for stored in archive.articles():
        yield {**stored.article.to_dict(), "gone": stored.gone_at is not None}


def _line(name: str, run: str, scored: dict[str, Any]) -> str:
    found, traffic = scored["articles"], scored["traffic"]
    changes = scored.get("changes") or {}
    noticed = " ".join(
        f"{changes[kind]['noticed' if kind == 'deleted' else 'fetched']}/{changes[kind]['n']}"
        for kind in ("changed", "added", "deleted")
        if kind in changes
    )
    return (
        f"{name:15} {run:7} {found['recall'] or 0:6.3f} {found['precision'] or 0:6.3f} {found['duplicates']:4}"
        f" {found['title_exact'] or 0:6.3f} {found['date_exact'] or 0:6.3f} {traffic['requests']:6}"
        f" {traffic['requests_per_article'] or 0:6.2f} {traffic['share_304']:5.2f}   {noticed}"
    )


# -- one large blog ---------------------------------------------------------------------------------------------------


def cost(pages: int) -> None:
    """Print the CPU and memory of a crawl of *pages* real pages on loopback, and of the run after it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, log = Path(scratch) / "blog", Path(scratch) / "log"
        # The pages name their own address, so the port is chosen before they are written.
        make = [sys.executable, str(SHARED / "eval/perf/make_blog.py"), str(folder), "--pages", str(pages)]
        with server("static", str(folder / "site"), log=log) as port:
            source = str(SHARED / "corpora/wcxb-dev-articles")
            subprocess.run([*make, "--source", source, "--base-url", f"http://127.0.0.1:{port}"], check=True)
            for run in ("first", "second"):
                before, began = len(rows_of(log)) if log.exists() else 0, time.perf_counter()
                used = _measured(Path(scratch) / "archive.db", f"http://127.0.0.1:{port}/")
                time.sleep(0.3)
                asked = rows_of(log)[before:]
                print(
                    f"{run}: {len(asked)} requests, {sum(row[4] for row in asked):,} body bytes,"
                    f" {used['cpu_s']:.2f} CPU-s with workers = {1000 * used['cpu_s'] / pages:.2f} ms a post,"
                    f" main process at most {used['main_mb']} MB, {time.perf_counter() - began:.1f} s"
                )


def _measured(database: Path, url: str) -> dict[str, Any]:
    """Crawl in a process of its own; return its CPU seconds, workers included, and its largest resident size."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = start(database, url, delay_s=0)
    status = Path(f"/proc/{process.pid}/status")
    most_kb = 0
    while process.poll() is None:
        lines = status.read_text().splitlines() if status.exists() else []
        most_kb = max(most_kb, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
        time.sleep(0.1)
    process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": cpu_s, "main_mb": most_kb // 1024}


# -- many slow hosts --------------------------------------------------------------------------------------------------


def hosts(latency_ms: int, pages: int) -> None:
    """Print how near the crawl of many slow hosts comes to the time the politeness alone would take."""
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        with server("latency", str(latency_ms), str(pages), log=log) as port:
            starts = [f"http://h{number}.example.com/" for number in range(1, HOSTS + 1)]
            settings = CrawlSettings(delay_s=0, concurrency_per_host=IN_FLIGHT, proxy=f"http://127.0.0.1:{port}")
            with Archive(Path(scratch) / "archive.db") as archive:
                report = crawl(archive, starts, settings)
            time.sleep(0.3)
        rows = [row for row in rows_of(log) if row[3] == 200 and row[2] != "robots.txt"]
    span_s = rows[-1][0] - rows[0][0] + latency_ms / 1000
    # The front page names the posts, so it is asked alone; the posts then two at a time.
    ideal_s = (1 + pages / IN_FLIGHT) * latency_ms / 1000
    print(
        f"{report.articles} articles; ideal {ideal_s:.1f} s, actual {span_s:.1f} s: {ideal_s / span_s:.2f};"
        f" most in flight at a host: {max(row[5] for row in rows)}; CPU-s {_cpu_s():.1f}; load {os.getloadavg()[0]:.1f}"
    )


def _cpu_s() -> float:
    """Return the CPU seconds of this process and of those it has waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def main() -> None:
    what, *arguments = sys.argv[1:] or ["sites"]
    if what == "sites":
        sites(arguments)
    elif what == "cost":
        cost(int(arguments[0]) if arguments else 2_000)
    elif what == "hosts":
        numbers = [int(argument) for argument in arguments]
        hosts(*(numbers or (LATENCY_MS, PAGES)))
    else:
        sys.exit(__doc__)
