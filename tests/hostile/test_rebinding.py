"""A name that means a public address when it is judged and this machine when it is connected to: DNS rebinding.

The name service is ours here, and so is the public address: connections to it arrive at a server of the test.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpcore
import pytest

from tests.blog import Blog
from tests.cli.calls import Caller
from tests.hostile.server import HostileServer
from tests.server import Reply

PUBLIC = "93.184.215.14"
NAME = "rebound.example"
Resolver = Callable[[int], list[str]]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses connected to; those to PUBLIC arrive at 127.0.0.1."""
    seen: list[str] = []
    connect = httpcore.AnyIOBackend.connect_tcp

    async def connect_tcp(self: Any, host: str, port: int, *more: Any, **named: Any) -> Any:
        seen.append(host)
        return await connect(self, "127.0.0.1" if host == PUBLIC else host, port, *more, **named)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
    return seen


def answers(monkeypatch: pytest.MonkeyPatch, resolver: Resolver) -> list[str]:
    """Let NAME resolve to what *resolver* says the n-th time; returns the list of the names asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host != NAME:
            return real(host, port, *more, **named)
        if named.get("flags", 0) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "no literal address")
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in resolver(len(asked))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def shut(route: Any) -> Any:
    """Let the answer end its connection, so that the next request has to resolve the name again."""

    def answer(request: Any) -> Reply:
        reply: Reply = route(request) if callable(route) else route
        return Reply(raw=reply.bytes().replace(b"\r\n", b"\r\nConnection: close\r\n", 1))

    return answer


@pytest.mark.parametrize("then", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1"])
def test_a_name_that_turns_private_is_not_connected_to(
    then: str, connected: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: Caller
) -> None:
    asked = answers(monkeypatch, lambda time: [PUBLIC] if time <= 5 else [then])
    with HostileServer(["blog"]) as server:
        place = server.places["blog"]
        place.routes = {path: shut(route) for path, route in Blog(posts=4, sitemap=False, feed=False).routes().items()}
        done = call("crawl", f"http://{NAME}:{place.port}/", "--db", tmp_path / "a.db", "--json", "--delay", "0")
    assert len(asked) > 5, "the name was asked for each connection"
    assert set(connected) == {PUBLIC}
    report = json.loads(done.out)
    assert done.code == 3
    assert "blocked" in json.dumps(report["problems"])


def test_of_a_public_and_a_private_answer_only_the_public_one_is_used(
    connected: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: Caller
) -> None:
    answers(monkeypatch, lambda _: ["127.0.0.1", PUBLIC])
    with HostileServer(["blog"]) as server:
        place = server.places["blog"]
        place.routes = dict(Blog(posts=4, sitemap=False, feed=False).routes())
        done = call("crawl", f"http://{NAME}:{place.port}/", "--db", tmp_path / "a.db", "--json", "--delay", "0")
    assert (done.code, json.loads(done.out)["articles"]) == (0, 4)
    assert set(connected) == {PUBLIC}


def test_a_typed_address_that_redirects_to_a_name_of_this_machine(
    connected: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: Caller
) -> None:
    answers(monkeypatch, lambda _: ["127.0.0.1"])
    with HostileServer(["blog"]) as server:
        place = server.places["blog"]
        place.routes = {"/": Reply(status=302, headers={"Location": f"http://{NAME}:{server.trap.port}/secret/"})}
        done = call("crawl", place.url + "/", "--db", tmp_path / "a.db", "--json")
        assert server.trap.connections == 0
    assert done.code == 4
    assert set(connected) == {"127.0.0.1"}
