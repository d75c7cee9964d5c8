"""``serve``, ``datasette`` and ``demo --serve``: what they say, what they refuse, and that they serve."""

from __future__ import annotations

import json
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive.canned import CANNED_QUERIES
from pipelines.cli import exits
from tests.cli.calls import Caller


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The settings of every reading room that was opened; each is closed at once."""
    opened: list[Any] = []

    def serve(settings: Any, listening: socket.socket, ready: Any) -> None:
        with listening:
            opened.append((settings, listening.getsockname()[:2]))
            ready()
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.web.server.serve", serve)
    return opened


def test_serve_listens_on_this_machine_and_says_where(call: Caller, demo_db: Path, served: list[Any]) -> None:
    done = call("serve", "--port", "0", "--db", demo_db)
    assert done.code == exits.DONE
    [(settings, (host, port))] = served
    assert host == "127.0.0.1"
    assert f"http://127.0.0.1:{port}/" in done.err
    assert settings.db == demo_db
    assert "everybody" not in done.err


def test_serve_for_others_warns_without_a_password(
    call: Caller, demo_db: Path, served: list[Any], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("high tide\nnot this\n")
    assert "everybody" in call("serve", "--host", "0.0.0.0", "--port", "0", "--db", demo_db).err
    done = call("serve", "--host", "0.0.0.0", "--port", "0", "--auth", f"ida:{tmp_path / 'password'}", "--db", demo_db)
    assert "everybody" not in done.err
    account = served[-1][0].account
    assert (account.user, account.password) == ("ida", "high tide")
    assert "high tide" not in repr(account)


@pytest.mark.parametrize(("auth", "code"), [("ida", exits.USAGE), (":x", exits.USAGE), ("ida:no-such", exits.ERROR)])
def test_serve_refuses_a_reader_it_does_not_understand(call: Caller, demo_db: Path, auth: str, code: int) -> None:
    assert call("serve", "--auth", auth, "--db", demo_db).code == code


def test_serve_says_when_there_is_nothing_to_serve(call: Caller, tmp_path: Path) -> None:
    done = call("serve", "--db", tmp_path / "no.db")
    assert done.code == exits.ERROR
    assert "there is no archive" in done.err


def test_serve_says_when_the_port_is_taken(call: Caller, demo_db: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = call("serve", "--port", taken.getsockname()[1], "--db", demo_db)
    assert done.code == exits.ERROR
    assert "--port 0" in done.err


def test_the_demo_opens_its_own(call: Caller, served: list[Any]) -> None:
    done = call("demo", "--serve")
    assert done.code == exits.DONE
    assert len(served) == 1
    assert "the reading room is open at" in done.err


def test_datasette_is_told_all_about_the_archive(call: Caller, demo_db: Path, tmp_path: Path) -> None:
    out = tmp_path / "metadata.json"
    done = call("datasette", "--db", demo_db, "--out", out)
    assert done.out.split() == ["datasette", "serve", str(demo_db), "--metadata", str(out)]
    metadata = json.loads(out.read_text())["databases"][demo_db.stem]
    assert metadata["queries"] == CANNED_QUERIES
    assert "articles" in metadata["tables"]


@pytest.mark.parametrize("name", CANNED_QUERIES)
def test_every_canned_query_runs(demo_db: Path, name: str) -> None:
    connection = sqlite3.connect(f"file:{demo_db}?mode=ro", uri=True)
    values = {"words": "chain", "site": "127.0.0.1", "url": "https://blog.example/"}
    rows = connection.execute(CANNED_QUERIES[name]["sql"], values).fetchall()
    connection.close()
    assert name != "search" or rows
