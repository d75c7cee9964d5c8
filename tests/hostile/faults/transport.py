"""Faults of connections and of HTTP itself."""

from __future__ import annotations

from typing import Any

from tests.hostile.pages import post
from tests.hostile.server import Place, Play, drip, head, send
from tests.hostile.values import ARCHIVED, FAILED, PAGE, Fault
from tests.server import Reply

_WHOLE = post().encode()
_HALF = _WHOLE[: len(_WHOLE) // 2]
_MIB = 1 << 20


def _at_page(answer: Reply | Play) -> Any:
    return lambda place: {PAGE: answer}


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _sized(body: bytes, length: int | str, **headers: str) -> bytes:
    return head({"Content-Length": str(length), **headers}) + body


_CHUNKED = head({"Transfer-Encoding": "chunked"})


def _lies(place: Place) -> dict[str, Any]:
    """An answer is followed by a second one nobody asked for, on the same connection."""
    poison = _sized(b"<title>poison</title><h1>poison</h1>", 36)
    return {PAGE: send(_sized(_WHOLE, len(_WHOLE)), poison, end="hang")}


FAULTS = (
    Fault("slow-head", _at_page(drip(head(), pause_s=0.1)), reason="head|deadline|within", quick=True),
    Fault("slow-body", _at_page(drip(_WHOLE, first=_sized(b"", len(_WHOLE)))), reason="complete after", quick=True),
    Fault("stalled-body", _at_page(send(_sized(_HALF, len(_WHOLE)), end="hang")), reason="stopped arriving"),
    Fault("cut-body", _at_page(send(_sized(_HALF, 100_000))), reason="before the announced length", quick=True),
    Fault("reset-body", _at_page(send(_sized(_HALF, 100_000), end="reset")), reason="ended before", quick=True),
    Fault("cut-chunked", _at_page(send(_CHUNKED, _chunk(_HALF))), reason="ended before"),
    Fault("no-answer", _at_page(send(b"")), reason="without an answer", quick=True),
    Fault("silence", _at_page(send(b"", end="hang")), reason="no (complete head|answer)|deadline"),
    Fault("reset-at-once", _at_page(send(b"", end="reset")), reason="closed|reset"),
    Fault("half-a-head", _at_page(send(head()[:-2])), reason="closed|not HTTP"),
    Fault("wrong-status-line", _at_page(send(b"HTTP/1.1 banana\r\n\r\n" + _WHOLE)), reason="not HTTP", quick=True),
    Fault("no-head", _at_page(send(_WHOLE)), reason="closed|HTTP"),
    Fault("status-000", _at_page(send(head(status="000 Nothing") + _WHOLE)), reason="HTTP"),
    Fault("status-99999", _at_page(send(head(status="99999 Many") + _WHOLE)), reason="not HTTP"),
    Fault("binary-noise", _at_page(send(bytes(range(256)) * 400)), reason="not HTTP"),
    Fault(
        "http2-preface", _at_page(send(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00" * 18)), reason="HTTP|closed"
    ),
    Fault(
        "endless-headers",
        _at_page(send(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 500 + b"\r\n", times=0)),
        reason="head|HTTP",
        quick=True,
    ),
    Fault("slow-endless-headers", _at_page(drip(b"X-More: x\r\n", first=b"HTTP/1.1 200 OK\r\n")), reason="head"),
    Fault("huge-header", _at_page(send(head({"X-Huge": "x" * _MIB}), _WHOLE)), reason="head|HTTP", quick=True),
    Fault(
        "many-headers",
        _at_page(send(head({f"X-{number}": "x" for number in range(9_000)}), _WHOLE)),
        states=(ARCHIVED, FAILED),
    ),
    Fault("endless-informational", _at_page(send(b"HTTP/1.1 100 Continue\r\n\r\n", times=0)), reason="head|HTTP"),
    Fault(
        "early-hints-first",
        _at_page(send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", _sized(_WHOLE, len(_WHOLE)))),
        states=(ARCHIVED,),
    ),
    Fault("header-without-colon", _at_page(send(b"HTTP/1.1 200 OK\r\nbanana\r\n\r\n" + _WHOLE)), reason="not HTTP"),
    Fault("nul-in-header", _at_page(send(head({"X-Nul": "a\0b"}), _WHOLE)), reason="not HTTP"),
    Fault("bare-line-feeds", _at_page(send(head().replace(b"\r\n", b"\n"), _WHOLE)), states=(ARCHIVED, FAILED)),
    Fault("length-negative", _at_page(send(_sized(_WHOLE, -5))), reason="HTTP", quick=True),
    Fault("length-not-a-number", _at_page(send(_sized(_WHOLE, "lots"))), reason="HTTP"),
    Fault("length-absurd", _at_page(send(_sized(_HALF, "9" * 400))), reason="absurd|HTTP|bytes", quick=True),
    Fault("length-of-a-terabyte", _at_page(send(_sized(_HALF, 1 << 40), end="hang")), reason="limit"),
    Fault(
        "two-lengths",
        _at_page(send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 900\r\n\r\n" + _WHOLE)),
        reason="HTTP",
    ),
    Fault(
        "length-and-chunked",
        _at_page(send(head({"Transfer-Encoding": "chunked", "Content-Length": "5"}), _chunk(_WHOLE) + b"0\r\n\r\n")),
        states=(ARCHIVED, FAILED),
    ),
    Fault("keep-alive-lies", _lies, states=(ARCHIVED,), never="poison", quick=True),
    Fault("chunked-garbage", _at_page(send(_CHUNKED, b"zz\r\n" + _WHOLE)), reason="HTTP", quick=True),
    Fault("chunk-of-a-yottabyte", _at_page(send(_CHUNKED, b"F" * 24 + b"\r\n" + _WHOLE)), reason="HTTP|ended"),
    Fault("endless-chunk-extension", _at_page(send(_CHUNKED + b"5;", b"x" * 1000, times=0)), reason="HTTP|complete"),
    Fault(
        "endless-trailers", _at_page(send(_CHUNKED + b"0\r\n", b"X-T: 1\r\n" * 100, times=0)), reason="HTTP|complete"
    ),
    Fault("chunks-of-one-byte", _at_page(send(_CHUNKED, b"1\r\nx\r\n" * 1000, times=0)), reason="limit|complete"),
    Fault("endless-body", _at_page(send(head(), b"<p>more and more</p>" * 1000, times=0)), reason="limit", quick=True),
    Fault("no-content-with-body", _at_page(send(head(status="204 No Content") + _WHOLE)), reason="empty|HTTP"),
    Fault("unasked-not-modified", _at_page(send(head(status="304 Not Modified"))), reason="not asked", quick=True),
    Fault("switching-protocols", _at_page(send(head({"Upgrade": "h2c"}, "101 Switching"), b"PRI")), reason=""),
    Fault("partial-content", _at_page(Reply(_WHOLE, status=206)), reason="a part"),
)
