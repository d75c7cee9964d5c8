"""A scripted HTTP server on loopback that sees what a polite client must not do: who asks, when, and how many at once.

    with serve({"/": Reply(b"<p>hello</p>")}) as server:
        ...
        assert server.paths() == ["/robots.txt", "/"]

A route is a Reply, a list of Replies (one per request, the last one for ever), or a function of the Request that
returns a Reply. What no route knows is answered with 404.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

_WAIT_S = 20  # for the server's own thread to start or stop; reached only when something is broken


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived."""

    path: str
    """The request target as sent: path and query, or the whole URL through a proxy."""
    headers: Mapping[str, str]
    """Lower-case names."""
    at: float
    """Seconds, monotonic clock, when its head was complete."""
    in_flight: int
    """Requests being answered at that moment, this one included."""
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"
    length: int | None = None
    """The Content-Length to announce when it is not the body's own."""
    delay_s: float = 0.0
    """Seconds the server takes before it answers: the work a real one would do."""
    raw: bytes | None = None
    """Everything to send, head included, instead of the rest; the connection is closed after it."""
    hang: bool = False
    """Send the bytes above, then nothing more, and keep the connection open."""

    def bytes(self) -> bytes:
        """Return what goes over the wire."""
        if self.raw is not None:
            return self.raw
        body = self.body.encode() if isinstance(self.body, str) else self.body
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        headers = {"Content-Type": self.content_type, **self.headers}
        if self.status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(body) if self.length is None else self.length)
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    @property
    def closes(self) -> bool:
        """Say whether the connection ends with this answer."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return self.raw is not None or (self.length is not None and self.length != len(body))


Route = Reply | Sequence[Reply] | Callable[[Request], Reply]
NOT_FOUND = Reply("not here", status=404)


class Server:
    """A running server: ``url`` to reach it, ``routes`` to change, ``requests`` to look at."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self.routes = dict(routes)
        self.requests: list[Request] = []
        self.connections = 0
        self.port = 0
        self._in_flight = 0
        self._turns: dict[str, int] = {}
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._news = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """Return the targets asked for, in order of arrival."""
        return [request.path for request in list(self.requests)]

    def most_in_flight(self) -> int:
        """Return the highest number of requests that were being answered at once."""
        return max((request.in_flight for request in self.requests), default=0)

    def gaps_s(self) -> list[float]:
        """Return the seconds between each two consecutive arrivals."""
        times = [request.at for request in self.requests]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def wait_for_request(self) -> None:
        """Return when a request arrives, or after a while without any."""
        self._news.clear()
        self._news.wait(1)

    def start(self) -> None:
        """Start listening; returns when requests are accepted."""
        self._thread.start()
        assert self._ready.wait(_WAIT_S), "the test server did not start"

    def stop(self) -> None:
        """Stop listening and drop every connection."""
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_WAIT_S)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        me = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not me]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer_one(reader, writer):
                pass
        writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        self._in_flight += 1
        try:
            request = Request(target, headers, time.monotonic(), self._in_flight, method)
            self.requests.append(request)
            self._news.set()
            reply = self._reply(request)
            if reply.delay_s:
                await asyncio.sleep(reply.delay_s)
            writer.write(reply.bytes())
            await writer.drain()
        finally:
            self._in_flight -= 1
        if reply.hang:
            await reader.read()  # until the client gives up
            return False
        return not reply.closes

    def _reply(self, request: Request) -> Reply:
        route = self.routes.get(request.path, NOT_FOUND)
        if isinstance(route, Reply):
            return route
        if callable(route):
            return route(request)
        turn = self._turns.get(request.path, 0)
        self._turns[request.path] = turn + 1
        return route[min(turn, len(route) - 1)]


@contextmanager
def serve(routes: Mapping[str, Route]) -> Iterator[Server]:
    """Run a server for the length of a ``with`` block."""
    server = Server(routes)
    server.start()
    try:
        yield server
    finally:
        server.stop()
