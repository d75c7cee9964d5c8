"""Faults of connections and of HTTP itself."""

from __future__ import annotations

from typing import Any

from tests.hostile.pages import moved, post
from tests.hostile.server import Place, Play, drip, head, send
from tests.hostile.values import ANY_GOOD, ARCHIVED, FAILED, PAGE, SKIPPED, Fault
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


_EITHER = (ARCHIVED, FAILED)
_ANY = (*ANY_GOOD, FAILED)
_TEN = (*(f"/2019/04/fault-{number}/" for number in range(9)), PAGE)


def _old(answer: bytes) -> bytes:
    return answer.replace(b"HTTP/1.1", b"HTTP/1.0", 1)


def _latin(line: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\n{line}\r\n\r\n".encode("latin-1")


def _many(answer: Play) -> Any:
    return lambda place: dict.fromkeys(_TEN, answer)


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
    Fault("folded-header", _at_page(send(b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\td\r\n\r\n" + _WHOLE)), states=_EITHER),
    Fault(
        "space-before-colon", _at_page(send(b"HTTP/1.1 200 OK\r\nContent-Length : 9\r\n\r\n" + _WHOLE)), states=_EITHER
    ),
    Fault(
        "the-same-length-twice",
        _at_page(send(b"HTTP/1.1 200 OK\r\n" + b"Content-Length: %d\r\n" % len(_WHOLE) * 2 + b"\r\n" + _WHOLE)),
        states=_EITHER,
    ),
    Fault("length-with-a-plus", _at_page(send(_sized(_WHOLE, f"+{len(_WHOLE)}"))), states=_EITHER),
    Fault("length-in-hex", _at_page(send(_sized(_WHOLE, hex(len(_WHOLE))))), states=_EITHER),
    Fault("length-in-other-digits", _at_page(send(_latin("Content-Length: \xb2\xb3"), _WHOLE)), states=_EITHER),
    Fault("length-of-nothing", _at_page(send(_sized(_WHOLE, 0))), reason="empty"),
    Fault("length-too-short", _at_page(send(_sized(_WHOLE, 300))), states=_EITHER),
    Fault("length-and-a-reset", _at_page(send(_sized(_WHOLE, len(_WHOLE)), end="reset")), states=_EITHER),
    Fault("length-one-too-long", _at_page(send(_sized(_WHOLE, len(_WHOLE) + 1))), reason="before the announced"),
    Fault(
        "chunked-twice", _at_page(send(head({"Transfer-Encoding": "chunked, chunked"}), _chunk(_WHOLE))), states=_EITHER
    ),
    Fault(
        "chunked-and-gzip", _at_page(send(head({"Transfer-Encoding": "gzip, chunked"}), _chunk(_WHOLE))), states=_EITHER
    ),
    Fault("chunked-in-http-1-0", _at_page(send(_old(_CHUNKED), _chunk(_WHOLE), b"0\r\n\r\n")), states=_EITHER),
    Fault("chunk-size-with-0x", _at_page(send(_CHUNKED, b"0x5\r\nhello\r\n0\r\n\r\n")), reason="HTTP"),
    Fault("chunk-size-negative", _at_page(send(_CHUNKED, b"-5\r\nhello\r\n0\r\n\r\n")), reason="HTTP"),
    Fault("chunk-size-empty", _at_page(send(_CHUNKED, b"\r\nhello\r\n0\r\n\r\n")), reason="HTTP"),
    Fault("chunk-without-its-end", _at_page(send(_CHUNKED, b"5\r\nhelloworld\r\n0\r\n\r\n")), reason="HTTP|ended"),
    Fault(
        "chunk-with-a-long-extension",
        _at_page(send(_CHUNKED, b"5;" + b"x" * 60_000 + b"\r\nhello\r\n0\r\n\r\n")),
        states=_ANY,
    ),
    Fault("last-chunk-missing", _at_page(send(_CHUNKED, _chunk(_WHOLE))), reason="ended before"),
    Fault("chunk-reset", _at_page(send(_CHUNKED, _chunk(_HALF), end="reset")), reason="ended before|reset|closed"),
    Fault("chunk-that-hangs", _at_page(send(_CHUNKED, _chunk(_HALF), end="hang")), reason="stopped arriving"),
    Fault(
        "a-thousand-hints",
        _at_page(send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000, _sized(_WHOLE, len(_WHOLE)))),
        states=_EITHER,
    ),
    Fault(
        "hints-for-ever-slowly",
        _at_page(send(b"HTTP/1.1 103 Early Hints\r\n\r\n", times=0, pause_s=0.3)),
        reason="head|complete",
    ),
    Fault("protocol-http-2", _at_page(send(b"HTTP/2.0 200 OK\r\n\r\n" + _WHOLE)), states=_EITHER),
    Fault("protocol-http-9-9", _at_page(send(b"HTTP/9.9 200 OK\r\n\r\n" + _WHOLE)), states=_EITHER),
    Fault("protocol-in-small-letters", _at_page(send(b"http/1.1 200 ok\r\n\r\n" + _WHOLE)), states=_EITHER),
    Fault("protocol-icy", _at_page(send(b"ICY 200 OK\r\n\r\n" + _WHOLE)), reason="HTTP"),
    Fault("status-without-a-phrase", _at_page(send(b"HTTP/1.1 200\r\n\r\n" + _WHOLE)), states=(ARCHIVED,)),
    Fault(
        "status-with-a-phrase-of-60-kilobytes",
        _at_page(send(head(status="200 " + "x" * 60_000), _WHOLE)),
        states=_EITHER,
    ),
    Fault("status-phrase-in-bytes", _at_page(send(b"HTTP/1.1 200 \xff\xfe\x1b[2J\r\n\r\n" + _WHOLE)), states=_EITHER),
    Fault("line-ends-first", _at_page(send(b"\r\n" * 9 + _sized(_WHOLE, len(_WHOLE)))), states=_EITHER),
    Fault("old-protocol", _at_page(send(_old(head()), _WHOLE)), states=(ARCHIVED,)),
    Fault("header-name-empty", _at_page(send(b"HTTP/1.1 200 OK\r\n: x\r\n\r\n" + _WHOLE)), reason="HTTP"),
    Fault("header-name-with-controls", _at_page(send(b"HTTP/1.1 200 OK\r\nX\x07Y: x\r\n\r\n" + _WHOLE)), reason="HTTP"),
    Fault("header-value-in-bytes", _at_page(send(head({"X-A": "\xff\xfe\x80"}), _WHOLE)), states=(ARCHIVED,)),
    Fault(
        "tls-where-none-is",
        lambda place: {PAGE: moved(place.url.replace("http:", "https:") + PAGE)},
        states=(FAILED, SKIPPED),
    ),
    Fault(
        "silent-connections",
        _at_page(send(b"", pause_s=0.5, times=0)),
        reason="no (complete head|answer)|deadline|head",
    ),
    Fault("ten-pages-that-hang", _many(send(b"", end="hang")), states=(FAILED, "queued"), links=_TEN, codes=(3,)),
    Fault("ten-pages-that-break", _many(send(_sized(_HALF, 100_000), end="reset")), links=_TEN, codes=(3,)),
    Fault("body-of-the-limit-and-one", _at_page(Reply(_WHOLE + b" " * (10 * _MIB))), reason="limit"),
    Fault("a-byte-now-and-then", _at_page(drip(_WHOLE, first=head(), pause_s=0.4)), reason="complete after"),
)
