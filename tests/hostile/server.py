"""A server that does whatever a fault wants, for many faults at once: each gets a port, and with it an origin, of its
own.

A route is a Reply of ``tests.server``, a list of them (one per request, the last one for ever), a function of the
Request, or a *Play*: a coroutine that writes raw bytes and ends the connection as it likes.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from tests.server import NOT_FOUND, Reply, Request

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Takes the connection after a request's head has been read; the connection ends with it."""
_WAIT_S = 20
_PATIENCE_S = 120  # a client that neither reads nor hangs up for so long is broken


class Place:
    """One origin: where it listens, what it answers, and what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = 0
        self.trap = ""
        """Base address of another port of this machine that nobody may connect to."""
        self.routes: dict[str, Any] = {}
        self.requests: list[Request] = []
        self.connections = 0
        self.turns: dict[str, int] = {}

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """Return the targets asked for, in order of arrival."""
        return [request.path for request in list(self.requests)]


class HostileServer:
    """All places of a test, on one thread."""

    def __init__(self, names: Iterable[str]) -> None:
        self.places = {name: Place(name) for name in (*names, "trap")}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> HostileServer:
        self._thread.start()
        assert self._ready.wait(_WAIT_S), "the hostile server did not start"
        for place in self.places.values():
            place.trap = self.trap.url
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_WAIT_S)

    @property
    def trap(self) -> Place:
        """The place that nobody may connect to."""
        return self.places["trap"]

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(lambda *_: None)  # broken connections are what we are here for
        self._stop = asyncio.Event()
        servers = []
        for place in self.places.values():
            server = await asyncio.start_server(_handler(place), "127.0.0.1", 0, limit=1 << 20)
            place.port = server.sockets[0].getsockname()[1]
            servers.append(server)
        self._ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        me = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not me]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _handler(place: Place) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while await _answer(place, reader, writer):
                    pass
        writer.close()

    return connection


async def _answer(place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    request = Request(target, headers, time.monotonic(), 1, method)
    place.requests.append(request)
    route = place.routes.get(target) or place.routes.get(target.partition("?")[0]) or place.routes.get("*", NOT_FOUND)
    if isinstance(route, list):
        turn = place.turns.get(target, 0)
        place.turns[target] = turn + 1
        route = route[min(turn, len(route) - 1)]
    if asyncio.iscoroutinefunction(route):
        await route(reader, writer)
        return False
    reply: Reply = route if isinstance(route, Reply) else route(request)
    if reply.delay_s:
        await asyncio.sleep(reply.delay_s)
    writer.write(reply.bytes())
    await writer.drain()
    if reply.hang:
        await reader.read()
        return False
    return not reply.closes


# -- plays -------------------------------------------------------------------------------------------------------------


def head(headers: Mapping[str, str] | None = None, status: str = "200 OK") -> bytes:
    """Return the head of an answer that has no length of its own."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def send(*parts: bytes, times: int = 1, pause_s: float = 0.0, end: str = "close") -> Play:
    """Return a play that sends all but the last of *parts*, then the last one *times* over (0: for ever).

    *pause_s* lies between the repetitions. *end*: ``close``, ``reset`` (the connection breaks) or ``hang`` (nothing
    more comes).
    """

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts[:-1]:
            writer.write(part)
        sent = 0
        while times == 0 or sent < times:
            writer.write(parts[-1])
            await writer.drain()
            sent += 1
            if pause_s:
                await asyncio.sleep(pause_s)
        if end == "hang":
            await reader.read()
        elif end == "reset":
            _reset(writer)

    return play


def drip(data: bytes, *, pause_s: float = 0.1, first: bytes = b"") -> Play:
    """Return a play that sends *first*, and then *data* byte by byte, over and over."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(pause_s)

    return play


def _reset(writer: asyncio.StreamWriter) -> None:
    handle = writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
