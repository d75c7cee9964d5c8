"""Content-Encoding undone piece by piece, never further than a limit: ten megabytes of gzip can hold ten gigabytes.

HTTP libraries decode a whole chunk at once, however large it turns out. Here every piece that comes out is at most
``_PIECE_BYTES`` long, and the counting stops the stream in the middle of a chunk. Only gzip and deflate are asked for;
other codings amplify in single steps that cannot be bounded as simply.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from scraper.errors import BadContent, TooLarge, Truncated
from scraper.limits import MAX_CODINGS, SizeLimit

ACCEPT_ENCODING = "gzip, deflate"
"""The codings this module undoes, as the request header names them."""

_PIECE_BYTES = 64 * 1024
_SLICE_BYTES = 4 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_ZLIB_METHOD = 8  # RFC 1950 §2.2, CM: deflate
_ZLIB_CHECK = 31  # RFC 1950 §2.2, FCHECK: the first two bytes are a multiple of it


class _Inflater:
    """gzip (RFC 1952, several members too) or deflate (RFC 9110 §8.4.1.2, and the raw form some servers send)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stream: zlib._Decompress | None = None
        self._head = b""
        self._members = 0
        self._is_over = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what *chunk* adds, in pieces of bounded size. Raises zlib.error."""
        # At each member's end zlib copies what is left: of a short slice, not of a chunk that holds 3,000 members.
        for start in range(0, len(chunk), _SLICE_BYTES):
            yield from self._feed(chunk[start : start + _SLICE_BYTES])

    def _feed(self, data: bytes) -> Iterator[bytes]:
        data, self._head = self._head + data, b""
        while data and not self._is_over:
            stream = self._stream
            if stream is None:
                if len(data) < len(_GZIP_MAGIC):
                    self._head = data
                    return
                self._stream = stream = self._opened(data)
            piece = stream.decompress(data, _PIECE_BYTES)
            if piece:
                yield piece
            data = stream.unconsumed_tail
            if stream.eof:
                data = self._next_member(stream.unused_data)
            elif not data and not piece:
                return

    def drain(self) -> Iterator[bytes]:
        """Yield what is left inside after the last chunk. Raises EOFError when the coding is cut short."""
        while self._stream is not None and not self._stream.eof:
            piece = self._stream.decompress(self._stream.unconsumed_tail, _PIECE_BYTES)
            if not piece:
                raise EOFError
            yield piece
        if self._head and not self._members:
            raise EOFError

    def _opened(self, head: bytes) -> zlib._Decompress:
        if self._name == "gzip":
            window = _GZIP_WINDOW
        else:
            wrapped = head[0] & 0x0F == _ZLIB_METHOD and int.from_bytes(head[:2], "big") % _ZLIB_CHECK == 0
            window = zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
        return zlib.decompressobj(window)

    def _next_member(self, rest: bytes) -> bytes:
        """Return what is still to be decoded after a member's end: padding and garbage are not (RFC 1952 §2.2)."""
        self._members += 1
        self._stream = None
        self._is_over = self._name != "gzip" or not _GZIP_MAGIC.startswith(rest[: len(_GZIP_MAGIC)])
        return rest


class BoundedBody:
    """Collects one body: raw chunks in, the decoded body out, within a size limit."""

    def __init__(self, url: str, content_encoding: str | None, limit: SizeLimit) -> None:
        """Raises BadContent for a coding that was not asked for."""
        self._url = url
        self._limit = limit
        self._compressed_bytes = 0
        self._decoded_bytes = 0
        self._kept = bytearray()  # a list of pieces costs fifty times as much when each is one byte
        self._inflaters = [_Inflater(name) for name in _codings(url, content_encoding)]

    def add(self, chunk: bytes) -> bool:
        """Take the next raw chunk; False when the limit is reached and the rest is not wanted.

        Raises TooLarge where the limit refuses instead of cutting, BadContent when the coding is broken.
        """
        self._compressed_bytes += len(chunk)
        try:
            for piece in self._decoded(chunk, 0):
                if not self._keep(piece):
                    return False
        except zlib.error as error:
            raise BadContent(self._url, f"the body's compression is broken: {error}") from error
        if self._compressed_bytes > self._limit.compressed_bytes:
            return self._full("compressed", self._limit.compressed_bytes)
        return True

    def body(self) -> bytes:
        """Return the whole body once the last chunk was added. Raises Truncated when a coding ends too early."""
        try:
            for level in range(len(self._inflaters)):
                for piece in self._inflaters[level].drain():
                    for last in self._decoded(piece, level + 1):
                        if not self._keep(last):
                            return self.cut_body()
        except EOFError as error:
            raise Truncated(self._url, "the compressed body ends before its own end mark") from error
        except zlib.error as error:
            raise BadContent(self._url, f"the body's compression is broken: {error}") from error
        return bytes(self._kept)

    def cut_body(self) -> bytes:
        """Return what was kept of a body whose rest is not wanted."""
        return bytes(self._kept[: self._limit.decoded_bytes])

    def _decoded(self, data: bytes, level: int) -> Iterator[bytes]:
        if level == len(self._inflaters):
            yield data
            return
        for piece in self._inflaters[level].feed(data):
            yield from self._decoded(piece, level + 1)

    def _keep(self, piece: bytes) -> bool:
        self._kept += piece
        self._decoded_bytes += len(piece)
        return self._decoded_bytes <= self._limit.decoded_bytes or self._full("decoded", self._limit.decoded_bytes)

    def _full(self, which: str, limit_bytes: int) -> bool:
        if self._limit.cut:
            return False
        raise TooLarge(
            self._url, f"the {which} body is longer than the limit of {limit_bytes:,} bytes", limit_bytes=limit_bytes
        )


def _codings(url: str, content_encoding: str | None) -> list[str]:
    """Return the codings in the order they are undone, which is the reverse of the header's (RFC 9110 §8.4)."""
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    names = ["gzip" if name == "x-gzip" else name for name in names if name not in ("", "identity")]
    unknown = [name for name in names if name not in ("gzip", "deflate")]
    if unknown:
        raise BadContent(url, f"the body is coded as {unknown[0][:40]!r}, which was not asked for")
    if len(names) > MAX_CODINGS:
        raise BadContent(url, f"the body is coded {len(names)} times over; at most {MAX_CODINGS} are undone")
    return names[::-1]
