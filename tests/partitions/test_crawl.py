"""Many hosts by many workers: the archive of a serial run, whoever is killed or frozen, and one asker per host."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from pipelines.engine import Engine, open_engine
from pipelines.partitions import PartitionedReport, crawl_partitioned, open_leases
from pipelines.partitions.work import Assignment, crawl_next
from tests.blog import Blog
from tests.cli.calls import Caller
from tests.cli.conftest import call as call
from tests.corpus.test_engines import needs_dask
from tests.server import Reply, Request, Server, serve

pytestmark = pytest.mark.machines
ROOT = Path(__file__).resolve().parents[2]
SIZES = (6, 9, 12)
QUICK = CrawlSettings(delay_s=0.0, workers=1)
LEASE_S = 2.0


@pytest.fixture
def blogs() -> Iterator[list[Server]]:
    """Three blogs at three ports, each a site of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(serve(Blog(posts=posts).routes())) for posts in SIZES]


def starts(blogs: list[Server]) -> list[str]:
    return [server.url + "/" for server in blogs]


def records(db: Path) -> list[dict[str, Any]]:
    with Archive(db, readonly=True) as archive:
        assert archive.verify() == ()
        found = [stored.article.to_dict() for stored in archive.articles()]
    return sorted(found, key=lambda record: str(record["url"]))


def serial(blogs: list[Server], db: Path) -> list[dict[str, Any]]:
    with Archive(db) as archive:
        assert crawl(archive, starts(blogs), QUICK).articles == sum(SIZES)
    for server in blogs:
        server.requests.clear()
    return records(db)


def many(db: Path, blogs: list[Server], engine: Engine, **options: Any) -> PartitionedReport:
    with Archive(db) as archive:
        return crawl_partitioned(archive, starts(blogs), QUICK, engine, lease_s=LEASE_S, **options)


def asked_twice(server: Server) -> int:
    counts = Counter(request.path for request in server.requests if request.path != "/robots.txt")
    return sum(counts.values()) - len(counts)


@pytest.mark.parametrize("name", ["local", pytest.param("dask", marks=needs_dask)])
def test_the_archive_is_that_of_a_serial_run(name: str, blogs: list[Server], leases: str, tmp_path: Path) -> None:
    whole = serial(blogs, tmp_path / "serial.db")
    db = tmp_path / "archive.db"
    with open_engine(name, workers=2) as engine:
        report = many(db, blogs, engine, leases=leases)
        assert (report.status, report.articles, len(report.hosts)) == ("done", sum(SIZES), 3), report
        assert records(db) == whole
        assert [asked_twice(server) for server in blogs] == [0, 0, 0]
        before = [len(server.requests) for server in blogs]
        again = many(db, blogs, engine, leases=leases)
    assert (again.status, again.articles) == ("done", sum(SIZES))
    assert all(host["new"] == 0 for host in again.hosts)
    later = [len(server.requests) - count for server, count in zip(blogs, before, strict=True)]
    assert max(later) <= 5, "a shard knows what it saw"


class Trap:
    """Stops or kills the process that asks a server for the so-many-th time; knows it by the file it left."""

    def __init__(self, server: Server, after: int, how: signal.Signals, pids: Any) -> None:
        self.server, self.after, self.how, self.pids = server, after, how, pids
        self.count = 0
        self.hit: int | None = None
        for path, route in list(server.routes.items()):
            server.routes[path] = self._counted(route)

    def _counted(self, route: Any) -> Any:
        def counted(request: Request) -> Reply:
            self.count += 1
            if self.count == self.after:
                self.hit = self.pids()[0]
                os.kill(self.hit, self.how)
            reply: Reply = route(request) if callable(route) else route
            return reply

        return counted


@pytest.mark.parametrize("after", [2, 9])
def test_a_killed_workers_host_is_taken_over(after: int, blogs: list[Server], tmp_path: Path) -> None:
    whole = serial(blogs, tmp_path / "serial.db")
    one = blogs[2:]
    with open_engine("local", workers=1) as engine:
        trap = Trap(one[0], after, signal.SIGKILL, engine.running)  # type: ignore[attr-defined]
        report = many(tmp_path / "archive.db", one, engine)
    assert trap.hit is not None
    assert (report.status, report.hosts[0]["fence"]) == ("done", 2)
    mine = [record for record in whole if record["site"] == one[0].url.removeprefix("http://")]
    assert records(tmp_path / "archive.db") == mine
    assert asked_twice(one[0]) <= QUICK.concurrency_per_host


def _worker(assignment: Assignment, code: str = "") -> subprocess.Popen[str]:
    """A worker as a process of its own, without an engine that would replace it."""
    script = f"import sys, json, pickle\nfrom pipelines.partitions.work import crawl_next\n{code}\n"
    script += "print(json.dumps(crawl_next(pickle.loads(sys.stdin.buffer.read()))))"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    import pickle

    assert process.stdin is not None
    process.stdin.write(pickle.dumps(assignment))
    process.stdin.close()
    process.stdin = None  # or communicate() would flush it
    return process  # type: ignore[return-value]


def test_a_frozen_worker_asks_nothing_more_and_its_late_word_is_refused(leases: str, tmp_path: Path) -> None:
    """Stopped in the middle of a host, taken over, then woken: the successor's shard counts."""
    with serve(Blog(posts=20, delay_s=0.02).routes()) as server:
        url = server.url + "/"
        store = open_leases(leases)
        store.begin([(url.removeprefix("http://").rstrip("/"), [url])])
        assignment = Assignment(leases, str(tmp_path / "shards"), QUICK, LEASE_S)
        frozen = _worker(assignment)
        trap = Trap(server, 12, signal.SIGSTOP, lambda: [frozen.pid])
        deadline = time.monotonic() + 60
        while trap.hit is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert trap.hit == frozen.pid
        told = crawl_next(assignment)
        assert told is not None
        assert (told["status"], told["fence"], told["articles"]) == ("done", 2, 20)
        asked = len(server.requests)
        os.kill(frozen.pid, signal.SIGCONT)
        out, _ = frozen.communicate(timeout=60)
        assert b'"lost"' in out, out
        assert len(server.requests) - asked <= QUICK.concurrency_per_host, "only what was on its way already"
        assert asked_twice(server) <= 2 * QUICK.concurrency_per_host
        assert [(shard.fence, shard.path) for shard in store.finished()] == [
            (2, str(next((tmp_path / "shards").glob("*/000002")) / "archive.db"))
        ]
        store.close()


def test_the_pace_holds_across_a_takeover(tmp_path: Path) -> None:
    """A worker is killed; seen by the server, no request ever comes sooner than the delay after the one before."""
    delay_s = 0.3
    with serve(Blog(posts=6).routes()) as server:
        paced = CrawlSettings(delay_s=delay_s, workers=1)
        with open_engine("local", workers=1) as engine, Archive(tmp_path / "archive.db") as archive:
            Trap(server, 5, signal.SIGKILL, engine.running)  # type: ignore[attr-defined]
            report = crawl_partitioned(archive, [server.url + "/"], paced, engine, lease_s=LEASE_S)
        assert (report.status, report.articles) == ("done", 6)
        times = [request.at for request in server.requests]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert min(gaps) >= delay_s * 0.95


def test_a_killed_driver_goes_on_where_it_was(blogs: list[Server], tmp_path: Path) -> None:
    whole = serial(blogs, tmp_path / "serial.db")
    db = tmp_path / "archive.db"
    driver = subprocess.Popen(
        [sys.executable, "-m", "tests.partitions.driver", str(db), str(LEASE_S), *starts(blogs)], cwd=ROOT
    )
    deadline = time.monotonic() + 60
    while not len(blogs[0].requests) > 3 and driver.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    with open_engine("local", workers=2) as engine:
        report = many(db, blogs, engine)
    assert (report.status, report.articles) == ("done", sum(SIZES)), report
    assert records(db) == whole


def test_the_command(blogs: list[Server], tmp_path: Path, call: Caller) -> None:
    db = tmp_path / "archive.db"
    words = ("crawl", *starts(blogs), "--db", db, "--engine", "local", "--workers", "2", "--delay", "0")
    first = call(*words)
    assert (first.code, f"3 hosts: {sum(SIZES)} new" in first.err) == (0, True), first
    assert (call(*words).code, len(records(db))) == (0, sum(SIZES))
    wrong = call("crawl", *starts(blogs), "--db", db, "--workers", "2")
    assert (wrong.code, "goes with --engine" in wrong.err) == (2, True)
