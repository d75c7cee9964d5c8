"""Faults of Content-Encoding."""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from typing import Any

import zstandard

from tests.hostile.pages import post
from tests.hostile.server import Play, head, send
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
)
