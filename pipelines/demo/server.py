"""Site → a web server on loopback that runs beside the program for as long as it is needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pipelines.demo.blog import Blog, read
from pipelines.demo.theme import HTML, Document, Site, build

_LOOPBACK = "127.0.0.1"
_POLL_S = 0.05
"""Seconds between two looks at whether to stop: what leaving the ``with`` block costs at most."""


@dataclass(frozen=True, slots=True)
class DemoSite:
    """The running blog."""

    url: str
    """The address of its front page, such as ``http://127.0.0.1:43211/``."""
    posts: int
    """How many posts it has."""


@contextmanager
def serve(blog: Blog | None = None, *, port: int = 0) -> Iterator[DemoSite]:
    """Serve *blog*, by default the bundled one, for the length of a ``with`` block.

    It listens on 127.0.0.1 only, at *port* or, for 0, at one that is free. Raises OSError when the port is taken.

    >>> with serve() as site:
    ...     site.posts
    24
    """
    blog = blog or read()
    server = ThreadingHTTPServer((_LOOPBACK, port), _Handler)
    server.daemon_threads = True
    base = f"http://{_LOOPBACK}:{server.server_address[1]}"
    _Handler.sites[server.server_address[1]] = build(blog, base)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True)
    thread.start()
    try:
        yield DemoSite(base + "/", len(blog.posts))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        del _Handler.sites[server.server_address[1]]


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from the site of the port it was asked at, with validators for a second visit."""

    protocol_version = "HTTP/1.1"
    sites: dict[int, Site] = {}  # noqa: RUF012  (the one table of what runs, shared on purpose)

    def do_GET(self) -> None:
        """Answer with the document, a redirect, 304 or 404."""
        site = self.sites[self.server.server_address[1]]  # type: ignore[index]
        path = self.path.split("?", 1)[0]
        target = site.redirects.get(self.path) or site.redirects.get(path)
        document = site.documents.get(path)
        if target:
            self._answer(HTTPStatus.MOVED_PERMANENTLY, Document(b"", HTML), {"Location": target})
        elif document is None:
            self._answer(HTTPStatus.NOT_FOUND, Document(b"<title>Page not found</title><h1>Oops</h1>", HTML), {})
        elif self.headers.get("If-None-Match") == document.etag:
            self._answer(HTTPStatus.NOT_MODIFIED, Document(b"", document.content_type), {"ETag": document.etag})
        else:
            self._answer(HTTPStatus.OK, document, {"ETag": document.etag})

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def _answer(self, status: HTTPStatus, document: Document, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", document.content_type)
            self.send_header("Content-Length", str(len(document.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(document.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: standard error belongs to the crawl."""
