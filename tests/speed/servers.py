"""Servers for measuring crawls, each a process of its own so that its work is not counted as the crawler's.

    python -m tests.speed.servers static FOLDER        the files of a folder, with validators and their .gz twins
    python -m tests.speed.servers latency MS PAGES     any number of hosts (as a proxy), every answer after so long

Both listen on loopback, print their port on the first line, and log requests as JSON lines on standard output.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import ClassVar, NamedTuple

from tests.blog import Blog

_TYPES = {".html": "text/html; charset=utf-8", ".xml": "application/xml", ".txt": "text/plain"}


class Answer(NamedTuple):
    """One answer: status line and headers as bytes, body, and the validators it can be asked with."""

    head: bytes
    body: bytes
    etag: str = ""
    modified: str = ""


_NOT_FOUND = Answer(b"HTTP/1.1 404 Not Found\r\n", b"")


class Site:
    """The files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Answer] = {}

    def answer(self, _host: str, path: str) -> Answer:
        if path not in self._known:
            self._known[path] = self._load(path)
        return self._known[path]

    def _load(self, path: str) -> Answer:
        file = self._folder / path.strip("/")
        if path.endswith("/"):
            file = next((file / name for name in ("index.html", "index.xml") if (file / name).is_file()), file)
        if not file.is_file():
            return _NOT_FOUND
        packed = file.with_name(file.name + ".gz")
        body = (packed if packed.is_file() else file).read_bytes()
        stat = file.stat()
        etag, modified = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"', email.utils.formatdate(stat.st_mtime, usegmt=True)
        coding = "Content-Encoding: gzip\r\n" if packed.is_file() else ""
        kind = _TYPES.get(file.suffix, "application/octet-stream")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nETag: {etag}\r\nLast-Modified: {modified}\r\n{coding}"
        return Answer(head.encode(), body, etag, modified)


class Hosts:
    """Any host: a front page that links to so many posts."""

    def __init__(self, pages: int) -> None:
        self._blog = Blog(posts=pages, per_page=pages, sitemap=False, feed=False, linked=False)
        self._pages = {self._blog.path(number): self._blog.post(number).encode() for number in range(pages)}
        self._pages["/"] = self._blog.listing(1, self._blog.listed()).encode()

    def answer(self, host: str, path: str) -> Answer:
        if path == "/robots.txt":
            return Answer(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", b"User-agent: *\nDisallow:\n")
        body = self._pages.get(path)
        if body is None:
            return _NOT_FOUND
        return Answer(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n",
            body.replace(b"Harbour notes", host.encode()),
        )


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, no more of it than a crawler needs."""

    in_flight: ClassVar[Counter[str]] = Counter()
    most: ClassVar[Counter[str]] = Counter()

    def __init__(self, site: Site | Hosts, latency_s: float) -> None:
        self._site = site
        self._latency_s = latency_s
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, self._held = self._held.partition(b"\r\n\r\n")
            self._asked(head.decode("latin-1").split("\r\n"))

    def _asked(self, lines: list[str]) -> None:
        target = lines[0].split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        host = headers.get("host", "")
        path = target.split("//", 1)[1].partition("/")[2] if "//" in target[:8] else target[1:]
        self.in_flight[host] += 1
        self.most[host] = max(self.most[host], self.in_flight[host])
        answer = self._site.answer(host, f"/{path}")
        fresh = answer.etag and headers.get("if-none-match", "") == answer.etag
        if fresh:
            answer = answer._replace(head=b"HTTP/1.1 304 Not Modified\r\n", body=b"")
        asyncio.get_running_loop().call_later(self._latency_s, self._send, host, path, answer)

    def _send(self, host: str, path: str, answer: Answer) -> None:
        self.in_flight[host] -= 1
        length = b"" if b" 304 " in answer.head[:20] else b"Content-Length: %d\r\n" % len(answer.body)
        if not self._transport.is_closing():
            self._transport.write(answer.head + length + b"\r\n" + answer.body)
        status = int(answer.head[9:12])
        print(json.dumps([time.time(), host, path, status, len(answer.body), self.most[host]]))


async def serve(site: Site | Hosts, latency_s: float) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(site, latency_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        while True:
            await asyncio.sleep(0.2)
            sys.stdout.flush()


def main() -> None:
    kind, *arguments = sys.argv[1:]
    if kind == "static":
        asyncio.run(serve(Site(Path(arguments[0])), 0.0))
    else:
        asyncio.run(serve(Hosts(int(arguments[1])), float(arguments[0]) / 1000))


if __name__ == "__main__":
    main()
