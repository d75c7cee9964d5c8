"""WARC (ISO 28500, version 1.1): the web archives' own format. Only HTTP responses are taken, record by record.

Each record is read by its announced length and never beyond a limit, so a file of any size costs one page of memory. A
compressed file is a row of gzip members, which Python's gzip reads as one.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from scraper.coding import BoundedBody
from scraper.errors import BackfileError, FetchError
from scraper.limits import Limits

GZIP_MAGIC = b"\x1f\x8b"
_VERSION = b"WARC/"
_MAX_HEAD_LINES = 200
_MAX_LINE_BYTES = 64 * 1024
_SKIP_BYTES = 1 << 20
_OK = 200


@dataclass(frozen=True, slots=True)
class Capture:
    """One response of a WARC file."""

    url: str
    fetched_at: str
    """The record's WARC-Date, ISO 8601 in UTC."""
    status: int
    content_type: str | None
    body: bytes
    """The body, transfer and content coding undone."""


def captures(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Capture]:
    """Yield the successful HTTP responses of a WARC file, plain or gzip, in order; broken ones are passed over.

    Of the file the bytes from *start* to before *stop* (None: its end) are read, which must be whole records. Raises
    BackfileError when the file is no WARC, OSError when it cannot be read.
    """
    with _opened(path, start, stop) as file:
        first = True
        while (head := _head(file)) is not None:
            if first and not head.version.startswith(_VERSION):
                raise BackfileError(f"expected a WARC file, but {path} is something else")
            first = False
            capture = _capture(file, head)
            if capture is not None:
                yield capture


@contextmanager
def _opened(path: Path, start: int, stop: int | None) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        file.seek(start)
        is_gzip = file.read(2) == GZIP_MAGIC
        file.seek(start)
        part = file if stop is None else cast(BinaryIO, io.BufferedReader(_Part(file, stop - start)))
        if not is_gzip:
            yield part
            return
        with gzip.GzipFile(fileobj=part, mode="rb") as unpacked:
            yield cast(BinaryIO, unpacked)


class _Part(io.RawIOBase):
    """The next *length* bytes of a file."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


@dataclass(frozen=True, slots=True)
class _Head:
    version: bytes
    fields: dict[str, str]

    @property
    def length(self) -> int:
        text = self.fields.get("content-length", "")
        return int(text) if text.isascii() and text.isdecimal() else 0


def _head(file: BinaryIO) -> _Head | None:
    """Return the next record's head, None at the end of the file. Blank lines between records are passed over."""
    line = b"\r\n"
    while line in (b"\r\n", b"\n"):
        line = file.readline(_MAX_LINE_BYTES)
    if not line:
        return None
    return _Head(line.strip(), _fields(file))


def _fields(file: BinaryIO) -> dict[str, str]:
    """Return the header fields up to the blank line, names lower-case, the first of each kept."""
    fields: dict[str, str] = {}
    for _ in range(_MAX_HEAD_LINES):
        line = file.readline(_MAX_LINE_BYTES)
        if not line.strip():
            break
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _capture(file: BinaryIO, head: _Head) -> Capture | None:
    """Return the record's page, None when it is no page; the file is left at the end of the record."""
    limit = Limits().size_of("page")
    is_page = (
        head.fields.get("warc-type") == "response"
        and head.fields.get("content-type", "").replace(" ", "").startswith("application/http")
        and head.length <= limit.compressed_bytes
    )
    if not is_page:
        _skip(file, head.length)
        return None
    return _page(head, file.read(head.length))


def _skip(file: BinaryIO, length: int) -> None:
    while length > 0:
        read = len(file.read(min(length, _SKIP_BYTES)))
        if not read:
            return
        length -= read


def _page(head: _Head, message: bytes) -> Capture | None:
    """Return the page of an HTTP response as it came over the wire, None when it is no success or is broken."""
    start, _, body = message.partition(b"\r\n\r\n")
    lines = start.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or words[1] != str(_OK):
        return None
    headers: dict[str, str] = {}
    for name, _, value in (line.partition(":") for line in lines[1:]):
        headers.setdefault(name.strip().lower(), value.strip())
    url = head.fields.get("warc-target-uri", "").strip("<>")  # some writers of version 1.0 put it in angle brackets
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = unchunked(body)
    decoded = _decoded(url, headers.get("content-encoding"), body)
    if decoded is None or not url:
        return None
    return Capture(url, head.fields.get("warc-date", ""), _OK, headers.get("content-type"), decoded)


def _decoded(url: str, coding: str | None, body: bytes) -> bytes | None:
    """Return *body* with its content coding undone, None when it is broken or too long."""
    try:
        bounded = BoundedBody(url, coding, Limits().size_of("page"))
        bounded.add(body)
        return bounded.body()
    except FetchError:
        return None


def unchunked(body: bytes) -> bytes:
    r"""Return *body* without the chunked transfer coding (RFC 9112 §7.1); as it is when it is not really chunked.

    >>> unchunked(b"4\r\ntide\r\n1;x=y\r\ns\r\n0\r\n\r\n"), unchunked(b"<p>tides")
    (b'tides', b'<p>tides')
    """
    pieces: list[bytes] = []
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        size = body[position:end].split(b";")[0].strip() if end >= 0 else b""
        try:
            length = int(size, 16)
        except ValueError:
            return b"".join(pieces) if pieces else body
        if length <= 0:
            return b"".join(pieces)
        pieces.append(body[end + 2 : end + 2 + length])
        position = end + 2 + length + 2
