"""Scheduled runs from the command line: exit codes, who is told, and what a container does with SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.archive import Archive
from tests.blog import Blog
from tests.cli.calls import Caller
from tests.server import Reply, serve

PROGRAM = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


def test_the_list_from_the_command_line(call: Caller, db: Path, tmp_path: Path) -> None:
    assert call("sites", "add", "https://a.example/", "--every", "6h", "--name", "A", "--db", db).code == 0
    assert call("sites", "add", "https://b.example/", "--db", db).code == 0
    assert call("sites", "pause", "b.example", "--db", db).code == 0
    listed = [json.loads(line) for line in call("sites", "list", "--json", "--db", db).out.splitlines()]
    assert [(one["site"], one["every"], bool(one["paused_at"])) for one in listed] == [
        ("a.example", "6h", False),
        ("b.example", "adaptive", True),
    ]
    file = tmp_path / "sites.toml"
    assert call("sites", "export", file, "--db", db).code == 0
    other = tmp_path / "other.db"
    assert call("sites", "import", file, "--db", other).code == 0
    assert call("sites", "export", "-", "--db", other).out == file.read_text()
    assert call("sites", "--db", db, "remove", "A").code == 0
    assert call("sites", "remove", "A", "--db", db).code == 4
    assert call("sites", "add", "https://c.example/", "--every", "soon", "--db", db).code == 2


def test_a_mistake_in_a_profile_is_one_line_with_its_number(call: Caller, db: Path, tmp_path: Path) -> None:
    profile = tmp_path / "blog.toml"
    profile.write_text('exclude = ["/tag/*"]\n\n[pace]\ndelay_s = "slow"\n')
    done = call("sites", "add", "https://a.example/", "--profile", profile, "--db", db)
    assert done.code == 1
    assert f"{profile}, line 4: expected a number of seconds" in done.err
    assert len(done.err.splitlines()) == 1
    assert call("sites", "list", "--db", db).code == 1  # not even an archive was made


def test_nothing_due_is_quiet_and_fine(call: Caller, db: Path) -> None:
    call("sites", "add", "https://a.example/", "--db", db)
    call("sites", "pause", "a.example", "--db", db)
    done = call("crawl", "--due", "--db", db)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_two_due_runs_and_what_is_told_of_them(call: Caller, db: Path, tmp_path: Path) -> None:
    blog = Blog(posts=5)
    page, metrics = tmp_path / "run.html", tmp_path / "backfile.prom"
    with serve({**blog.routes(), "/ping": Reply("OK"), "/ping/fail": Reply("OK")}) as server:
        call("sites", "add", server.url, "--every", "6h", "--db", db)
        ping = f"{server.url}/ping"
        first = call(
            *("crawl", "--due", "-q", "--db", db, "--ping-url", ping, "--metrics", metrics, "--report-html", page)
        )
        assert (first.code, first.out, first.err) == (0, "", "")
        assert 'backfile_run_new{site="' in metrics.read_text()
        assert page.read_text().startswith("<!doctype html>")
        second = call("crawl", "--due", "--db", db, "--ping-url", ping)
        assert (second.code, second.err) == (0, "")
        call("sites", "edit", server.url.removeprefix("http://"), "--every", "1h", "--db", db)
        server.routes["/"] = Reply("no", status=403)
        third = call("crawl", "--due", "-q", "--db", db, "--ping-url", ping)
        assert third.code != 0
        assert third.err
        pings = [one.path for one in server.requests if one.path.startswith("/ping")]
    assert pings == ["/ping", "/ping", "/ping/fail"]
    status = call("status", "--db", db)
    assert status.code == 3
    assert "failing" in status.out
    assert "nothing came of the last run" in status.err
    assert call("runs", "1", "--json", "--db", db).code == 0
    assert call("runs", "1", "--report-html", page, "--db", db).code == 0


def test_the_log_has_run_site_and_address_on_each_line(call: Caller, db: Path) -> None:
    with serve(Blog(posts=3).routes()) as server:
        done = call("crawl", server.url, "-q", "--log-json", "--db", db)
        host = server.url.removeprefix("http://")
    events = [json.loads(line) for line in done.err.splitlines()]
    assert {"site begins", "fetched", "site ends"} <= {event["event"] for event in events}
    assert all(event["run"] == 1 and event["site"] == host and event["url"] for event in events)
    with serve(Blog(posts=3).routes()) as server:
        done = call("crawl", server.url, "-q", "-v", "--db", db)
    assert all(f"run=2 site={server.url.removeprefix('http://')} url=http" in line for line in done.err.splitlines())


def test_a_second_run_is_told_who_is_at_work(call: Caller, db: Path) -> None:
    call("sites", "add", "https://a.example/", "--db", db)
    with Archive(db) as archive, archive.run_lock():
        locked = call("crawl", "--due", "--db", db)
        assert locked.code == 75
        assert f"process {os.getpid()} (" in locked.err
        assert ") since 2" in locked.err
        skipped = call("crawl", "--due", "--skip-if-running", "-q", "--db", db)
        assert (skipped.code, skipped.err) == (0, "")


def test_waiting_for_another_run_ends_with_it(db: Path) -> None:
    with serve(Blog(posts=2).routes()) as server, Archive(db) as archive:
        with archive.run_lock():
            waiting = subprocess.Popen(
                [*PROGRAM, "crawl", server.url, "--wait", "-q", "--db", str(db)], stderr=subprocess.PIPE, text=True
            )
            with pytest.raises(subprocess.TimeoutExpired):
                waiting.wait(timeout=1.0)
            assert not server.requests
        _, problems = waiting.communicate(timeout=60)
    assert (waiting.returncode, problems) == (0, "")


def test_in_a_container_it_crawls_stays_and_ends_at_sigterm(db: Path) -> None:
    with serve(Blog(posts=3).routes()) as server:
        process = subprocess.Popen(
            [*PROGRAM, "crawl", server.url, "--every", "6h", "--db", str(db)], stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "now holds" in line:
                break
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stderr.close()
    assert process.returncode == 0
    with Archive(db, readonly=True) as archive:
        assert [run.status for run in archive.runs()] == ["done"]
        assert archive.count() == 3


@pytest.mark.parametrize("kind", ["--systemd", "--cron", "--launchd"])
def test_schedule_names_the_archive_and_the_due_crawl(call: Caller, db: Path, kind: str) -> None:
    done = call("schedule", kind, "--every", "6h", "--db", db)
    assert done.code == 0
    assert str(db) in done.out
    assert "--due" in done.out


def test_schedule_installs(call: Caller, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert call("schedule", "--systemd", "--install", "--db", db).code == 0
    assert {path.name for path in (tmp_path / "config/systemd/user").iterdir()} == {
        "backfile.service",
        "backfile.timer",
    }
    assert call("schedule", "--launchd", "--install", "--db", db).code == 0
    assert list((tmp_path / "Library/LaunchAgents").iterdir())
    program = tmp_path / "crontab"  # one that keeps its table in a file
    program.write_text('#!/bin/sh\n[ "$1" = -l ] && exec cat "$HOME/table"\nexec cat > "$HOME/table"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for _ in range(2):
        assert call("schedule", "--cron", "--install", "--db", db).code == 0
    assert (tmp_path / "table").read_text().count("crawl --due") == 1
