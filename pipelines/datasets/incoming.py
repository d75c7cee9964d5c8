"""What is to be read: saved HTML pages, WARC files and plain-text dumps on this machine, page by page.

A saved page tells its address itself: in the comment that browsers leave, or in its canonical link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.datasets import warc
from scraper.errors import BackfileError
from scraper.limits import Limits
from scraper.response import Response

HTML_SUFFIXES = (".html", ".htm", ".xhtml", ".shtml")
TEXT_SUFFIXES = (".txt", ".text")
WARC_SUFFIXES = (".warc", ".warc.gz")
# `<!-- saved from url=(0031)https://blog.example/a-post/ -->`: large browsers write it, the number is the length.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
_PROBE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Incoming:
    """One page to be read."""

    name: str
    """What to call it in a report: the file, or the address in a WARC file."""
    body: bytes
    url: str | None
    fetched_at: datetime
    content_type: str | None
    """As the server sent it with the page, None where that is not known: a file on disk."""

    def as_source(self) -> bytes | Response:
        """Return what the extractor takes: a response where the server's own Content-Type is known, else the bytes."""
        if self.content_type is None or self.url is None:
            return self.body
        return Response(self.url, self.url, 200, (("content-type", self.content_type),), self.body, self.fetched_at)


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files meant by *paths*, those of a folder in the order of their names."""
    known = (*HTML_SUFFIXES, *TEXT_SUFFIXES, *WARC_SUFFIXES)
    for path in paths:
        if path.is_dir():
            yield from (
                file for file in sorted(path.rglob("*")) if file.name.lower().endswith(known) and file.is_file()
            )
        else:
            yield path


def from_file(path: Path, url: str | None = None) -> Incoming:
    """Return the page of a file; *url* is its address where the file does not tell.

    Raises BackfileError when it is too long or no text, OSError when it cannot be read.
    """
    limit = Limits().size_of("page").decoded_bytes
    if path.stat().st_size > limit:
        raise BackfileError(f"longer than the limit of {limit:,} bytes for one page")
    body = path.read_bytes()
    if b"\0" in body[:_PROBE_BYTES] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BackfileError("expected HTML or text, but it is something else")
    saved_from = _SAVED_FROM.search(body[:_PROBE_BYTES])
    address = url or (saved_from.group(1).decode("ascii", "replace") if saved_from else None)
    return Incoming(str(path), body, address, datetime.fromtimestamp(path.stat().st_mtime, UTC), None)


def from_warc(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Incoming]:
    """Yield the HTML pages of a WARC file, or of its records from byte *start* to before *stop*.

    Raises BackfileError when it is none, OSError when it cannot be read.
    """
    now = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    for capture in warc.captures(path, start, stop):
        if "html" in (capture.content_type or "html"):
            when = _moment(capture.fetched_at) or now
            yield Incoming(capture.url, capture.body, capture.url, when, capture.content_type)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
