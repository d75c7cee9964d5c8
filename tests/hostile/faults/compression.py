"""Faults of Content-Encoding."""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from typing import Any

import zstandard

from tests.hostile.pages import post
from tests.hostile.server import Play, drip, head, send
from tests.hostile.values import ARCHIVED, FAILED, PAGE, Fault
from tests.server import Reply

_WHOLE = post().encode()
_MIB = 1 << 20
_GZIP_WINDOW = 31


@cache
def zeros(window: int) -> tuple[bytes, bytes]:
    """Return (a coding's begin, a piece that decodes to 16 MiB of spaces and may be repeated without end)."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, window)
    first = squeezer.compress(b"<p>") + squeezer.flush(zlib.Z_FULL_FLUSH)
    piece = squeezer.compress(b" " * (16 * _MIB)) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return first, piece


def _coded(coding: str, body: bytes) -> Any:
    return lambda place: {PAGE: Reply(body, headers={"Content-Encoding": coding})}


def _bomb(coding: str, window: int) -> Any:
    """Some 10 MiB on the wire, 10 GiB decoded."""

    def routes(place: Any) -> dict[str, Play]:
        first, piece = zeros(window)
        return {PAGE: send(head({"Content-Encoding": coding}), first, piece, times=640)}

    return routes


def _members(place: Any) -> dict[str, Play]:
    member = gzip.compress(b" " * (16 * _MIB))
    return {PAGE: send(head({"Content-Encoding": "gzip"}), member, times=640)}


def _twice(place: Any) -> dict[str, Reply]:
    inner = gzip.compress(gzip.compress(b" " * (64 * _MIB)) * 64)
    return {PAGE: Reply(inner, headers={"Content-Encoding": "gzip, gzip"})}


def _zstd(place: Any) -> dict[str, Reply]:
    bomb = zstandard.ZstdCompressor().compress(b" " * (64 * _MIB)) * 64
    return {PAGE: Reply(bomb, headers={"Content-Encoding": "zstd"})}


_GZIPPED = gzip.compress(_WHOLE)
_EITHER = (ARCHIVED, FAILED)
_EMPTY = gzip.compress(b"")

FAULTS = (
    Fault("gzip-bomb", _bomb("gzip", _GZIP_WINDOW), reason="decoded body is longer", quick=True),
    Fault("gzip-bomb-of-members", _members, reason="decoded body is longer"),
    Fault("deflate-bomb", _bomb("deflate", zlib.MAX_WBITS), reason="decoded body is longer", quick=True),
    Fault("raw-deflate-bomb", _bomb("deflate", -zlib.MAX_WBITS), reason="decoded body is longer"),
    Fault("gzip-twice-bomb", _twice, reason="decoded body is longer", quick=True),
    Fault("brotli-bomb", _coded("br", b"\x5b\xff\xff\xff" * 1000), reason="not asked for", quick=True),
    Fault("zstd-bomb", _zstd, reason="not asked for", quick=True),
    Fault("unknown-coding", _coded("banana", _WHOLE), reason="not asked for"),
    Fault("gzip-thrice", _coded("gzip, gzip, gzip", _WHOLE), reason="times over|codings"),
    Fault("a-thousand-codings", _coded(", ".join(["gzip"] * 1000), _WHOLE), reason="times over|head"),
    Fault("gzip-twice", _coded("gzip, gzip", gzip.compress(_GZIPPED)), states=(ARCHIVED,)),
    Fault("cut-gzip", _coded("gzip", _GZIPPED[: len(_GZIPPED) // 2]), reason="before its own end", quick=True),
    Fault("gzip-without-trailer", _coded("gzip", _GZIPPED[:-8]), reason="before its own end"),
    Fault("gzip-bad-checksum", _coded("gzip", _GZIPPED[:-8] + b"\0" * 8), reason="compression is broken"),
    Fault("gzip-damaged", _coded("gzip", _GZIPPED[:200] + b"\xff" * 50 + _GZIPPED[250:]), reason="broken|before"),
    Fault("gzip-then-garbage", _coded("gzip", _GZIPPED + b"banana" * 100), states=(ARCHIVED,)),
    Fault("gzip-empty", _coded("gzip", b""), reason="empty"),
    Fault("gzip-label-on-plain", _coded("gzip", _WHOLE), states=(ARCHIVED, FAILED), reason="", quick=True),
    Fault("deflate-label-on-gzip", _coded("deflate", _GZIPPED), states=(ARCHIVED, FAILED)),
    Fault("gzip-without-label", lambda place: {PAGE: Reply(_GZIPPED)}, reason="a gzip file"),
    Fault(
        "gzip-of-300000-empty-members",
        lambda place: {PAGE: Reply(_EMPTY * 300_000 + _GZIPPED, headers={"Content-Encoding": "gzip"})},
        states=(ARCHIVED,),
        quick=True,
    ),
    Fault(
        "gzip-then-9-megabytes-of-garbage", _coded("gzip", _GZIPPED + b"\0banana" * (9 * _MIB // 7)), states=(ARCHIVED,)
    ),
    Fault("gzip-then-zeros", _coded("gzip", _GZIPPED + bytes(4096)), states=(ARCHIVED,)),
    Fault(
        "gzip-in-two-members",
        _coded("gzip", gzip.compress(_WHOLE[:999]) + gzip.compress(_WHOLE[999:])),
        states=(ARCHIVED,),
    ),
    Fault(
        "gzip-with-a-name-of-a-megabyte",
        _coded("gzip", b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * _MIB + b"\0" + _GZIPPED[10:]),
        states=_EITHER,
    ),
    Fault("gzip-header-alone", _coded("gzip", _GZIPPED[:10]), reason="before its own end"),
    Fault("gzip-one-byte", _coded("gzip", _GZIPPED[:1]), reason="before its own end"),
    Fault("gzip-unknown-method", _coded("gzip", b"\x1f\x8b\x07" + _GZIPPED[3:]), reason="broken"),
    Fault("gzip-in-capitals", _coded("GZip", _GZIPPED), states=(ARCHIVED,)),
    Fault("gzip-with-commas", _coded(", gzip,,", _GZIPPED), states=(ARCHIVED,)),
    Fault("gzip-and-identity", _coded("identity, gzip", _GZIPPED), states=(ARCHIVED,)),
    Fault("coding-none", _coded("none", _WHOLE), states=_EITHER),
    Fault("coding-of-60-kilobytes", _coded("x" * 60_000, _WHOLE), reason="not asked for"),
    Fault("coding-utf-8", _coded("utf-8", _WHOLE), states=_EITHER),
    Fault("coding-compress", _coded("compress", b"\x1f\x9d\x90" + _WHOLE), reason="not asked for"),
    Fault(
        "coding-in-bytes",
        lambda place: {PAGE: send(b"HTTP/1.1 200 OK\r\nContent-Encoding: \xff\x1b[2J\r\n\r\n" + _WHOLE)},
        reason="not asked for|HTTP",
    ),
    Fault("deflate-with-a-dictionary", _coded("deflate", b"\x78\xbb\0\0\0\1" + _WHOLE), reason="broken"),
    Fault("deflate-raw", _coded("deflate", zlib.compress(_WHOLE)[2:-4]), states=(ARCHIVED,)),
    Fault("deflate-cut", _coded("deflate", zlib.compress(_WHOLE)[:300]), reason="before its own end"),
    Fault("zip-file", lambda place: {PAGE: Reply(b"PK\x03\x04" + bytes(500))}, reason="not a page"),
    Fault(
        "gzip-chunked-and-cut",
        lambda place: {
            PAGE: send(
                head({"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}),
                b"%x\r\n%s\r\n" % (300, _GZIPPED[:300]),
            )
        },
        reason="ended before",
    ),
    Fault(
        "gzip-that-drips",
        lambda place: {
            PAGE: drip(zeros(_GZIP_WINDOW)[1], first=head({"Content-Encoding": "gzip"}) + zeros(_GZIP_WINDOW)[0])
        },
        reason="complete after|decoded body",
    ),
    Fault(
        "deflate-of-a-tiny-alphabet",
        _coded("deflate", zlib.compress(b"<p>" + b"ab" * (9 * _MIB))),
        states=(FAILED, "page", ARCHIVED),
    ),
)
