"""Faults of status codes and of headers, and of answers that change from day to day."""

from __future__ import annotations

from typing import Any

from tests.hostile.pages import TRUTH, moved, post, posted
from tests.hostile.server import send
from tests.hostile.values import ANY_GOOD, ARCHIVED, FAILED, PAGE, QUEUED, SKIPPED, Fault
from tests.server import Reply

_WHOLE = post().encode()
_BUSY = (QUEUED, FAILED)


def _at(answer: Any) -> Any:
    return lambda place: {PAGE: answer}


def _busy(name: str, value: str, *, quick: bool = False, status: int = 429) -> Fault:
    """The server is busy once, then well; how long it asks to wait is the fault."""
    return Fault(
        name,
        _at([Reply("slow down", status=status, headers={"Retry-After": value}), posted()]),
        states=(ARCHIVED, *_BUSY),
        reason="",
        quick=quick,
        codes=(0, 3),
    )


def _twice(name: str, first: Reply, then: Reply, **more: Any) -> Fault:
    """The answer of one day, and that of the next; the first day's text must stay, and the change be reported."""
    return Fault(name, _at([first, then]), states=(ARCHIVED,), text=TRUTH, crawls=2, codes=(3,), **more)


_SHELL = Reply('<!doctype html><title>The lighthouse ledger</title><div id="root"></div><script>app()</script>')
_ERROR = Reply("<!doctype html><title>Sorry</title><h1>Something went wrong</h1><p>Please try again later.</p>")


_LOGIN = Reply(
    "<!doctype html><title>Log in</title><h1>Log in</h1><form><label>Name<input></label>"
    '<label>Password<input type="password"></label><button>Log in</button></form>'
)
_CHALLENGE = Reply(
    "<!doctype html><title>Just a moment...</title><h1>Checking your browser before accessing this site.</h1>"
    "<p>This process is automatic. Your browser will redirect to your requested content shortly.</p>"
)


def _with(headers: dict[str, str]) -> Reply:
    return Reply(_WHOLE, headers=headers)


def _odd_etag(place: Any) -> dict[str, Any]:
    answer = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "ab\xe9\xff"\r\nContent-Length: %d\r\n\r\n' % len(
        _WHOLE
    )
    return {PAGE: send(answer, _WHOLE)}


FAULTS = (
    _busy("busy-for-a-second", "1", quick=True),
    _busy("busy-until-a-past-date", "Wed, 21 Oct 2015 07:28:00 GMT", quick=True),
    _busy("busy-until-a-date-without-sense", "Someday, 99 Foo 2099"),
    _busy("busy-for-minus-five", "-5"),
    _busy("busy-for-half-a-second", "0.5"),
    _busy("busy-503", "1", status=503),
    _busy("busy-for-nothing", ""),
    Fault(
        "busy-for-a-year",
        _at(Reply("slow down", status=429, headers={"Retry-After": "31536000"})),
        states=_BUSY,
        codes=(3,),
        reason="",
        quick=True,
    ),
    Fault(
        "busy-for-400-digits",
        _at(Reply("slow down", status=429, headers={"Retry-After": "9" * 400})),
        states=_BUSY,
        codes=(3,),
        reason="",
        quick=True,
    ),
    Fault(
        "busy-until-the-year-9999",
        _at(Reply("slow down", status=429, headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"})),
        states=_BUSY,
        codes=(3,),
        reason="",
    ),
    Fault("busy-for-ever", _at(Reply("slow down", status=429)), states=(FAILED,), reason="busy"),
    _twice("good-then-shell", posted(), _SHELL, reason="had \\d+ words|looks like", quick=True),
    _twice("good-then-error-page", posted(), _ERROR, reason="had \\d+ words|looks like"),
    _twice("good-then-nothing", posted(), Reply(b""), reason="empty"),
    _twice("good-then-500", posted(), Reply("oh", status=500), reason="500"),
    _twice("good-then-cut", posted(), Reply(_WHOLE[:900], length=len(_WHOLE)), reason="ended before"),
    _twice("good-then-front-page", posted(), moved("/"), reason="was a post and now redirects", quick=True),
    Fault(
        "good-then-nowhere", _at([posted(), moved("/no-such-page/")]), states=(ARCHIVED, "gone"), crawls=2, reason="404"
    ),
    _twice("good-then-another-site", posted(), moved("http://elsewhere.example/"), reason="is now a redirect"),
    _twice("good-then-this-machine", posted(), moved("http://127.0.0.1:1/"), reason="blocked"),
    _twice(
        "good-then-signpost",
        posted(),
        Reply('<meta http-equiv="refresh" content="0;url=/"><title>Moved</title>'),
        reason="was a post and is now a signpost",
        quick=True,
    ),
    _twice("good-then-login", posted(), _LOGIN, reason="looks like|had"),
    _twice("good-then-challenge", posted(), _CHALLENGE, reason="looks like|had"),
    _twice("good-then-broken-gzip", posted(), Reply(b"junk", headers={"Content-Encoding": "gzip"}), reason="compress"),
    _twice("good-then-picture", posted(), Reply(b"\x89PNG\r\n\x1a\n" + bytes(99)), reason="not a page"),
    _twice("good-then-busy", posted(), Reply("", status=503), reason="busy|503"),
    _twice("good-then-forbidden", posted(), Reply("no", status=403), reason="403"),
    Fault(
        "missing-with-an-article", _at(Reply(_WHOLE, status=404)), states=(FAILED, SKIPPED), reason="404", quick=True
    ),
    Fault(
        "soft-missing",
        _at(Reply("<!doctype html><title>Page not found</title><h1>404: Page not found</h1><p>Sorry.</p>")),
        states=("page",),
        reason="",
        quick=True,
    ),
    Fault("missing-500-kilobytes", _at(Reply(b"x" * 500_000, status=404)), states=(FAILED, SKIPPED), reason="404"),
    Fault(
        "missing-endless",
        _at(send(b"HTTP/1.1 404 Not Found\r\n\r\n", b"x" * 10_000, times=0)),
        states=(FAILED, SKIPPED),
        reason="404",
    ),
    Fault("status-500", _at(Reply("oh", status=500)), reason="500", quick=True),
    Fault("status-403", _at(Reply("no", status=403)), states=(FAILED, SKIPPED), reason="403"),
    Fault("status-418", _at(Reply("teapot", status=418)), states=(FAILED, SKIPPED), reason="418"),
    Fault("status-300", _at(Reply(_WHOLE, status=300)), states=(*ANY_GOOD, FAILED, SKIPPED), reason=""),
    Fault(
        "status-999",
        _at(send(b"HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n")),
        states=(FAILED, SKIPPED),
        reason="999|HTTP",
    ),
    Fault(
        "status-600",
        _at(send(b"HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nno")),
        states=(FAILED, SKIPPED),
        reason="600|HTTP",
    ),
    Fault(
        "status-401",
        _at(Reply("who", status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})),
        states=(FAILED, SKIPPED),
        reason="401",
    ),
    Fault("etag-beyond-ascii", _odd_etag, states=(ARCHIVED,), reason="", crawls=2, quick=True),
    Fault(
        "validators-of-10-kilobytes",
        _at(_with({"ETag": '"' + "e" * 10_000 + '"', "Last-Modified": "x" * 10_000})),
        states=(ARCHIVED,),
        reason="",
        crawls=2,
    ),
    Fault(
        "last-modified-without-sense",
        _at(_with({"Last-Modified": "Thu, 99 Foo 99999 25:61:61"})),
        states=(ARCHIVED,),
        reason="",
        crawls=2,
    ),
    Fault(
        "cookie-flood",
        _at(
            send(
                b"HTTP/1.1 200 OK\r\n"
                + b"".join(b"Set-Cookie: c%d=%s; Path=/\r\n" % (n, b"x" * 40) for n in range(600))
                + b"\r\n"
                + _WHOLE
            )
        ),
        states=(ARCHIVED,),
        reason="",
        quick=True,
    ),
    Fault(
        "cookie-flood-beyond-the-limit",
        _at(
            send(
                b"HTTP/1.1 200 OK\r\n"
                + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 4000) for n in range(400))
                + b"\r\n"
                + _WHOLE
            )
        ),
        reason="head|HTTP",
    ),
    Fault(
        "type-missing",
        _at(send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(_WHOLE), _WHOLE)),
        states=(ARCHIVED,),
        reason="",
    ),
    Fault(
        "type-octet-stream",
        _at(Reply(_WHOLE, content_type="application/octet-stream")),
        states=(*ANY_GOOD, FAILED),
        reason="",
    ),
    Fault("type-picture", _at(Reply(_WHOLE, content_type="image/png")), states=(FAILED, SKIPPED), reason="not a page"),
    Fault(
        "type-of-10-kilobytes",
        _at(Reply(_WHOLE, content_type="text/html; " + "x=y; " * 2000)),
        states=(ARCHIVED,),
        reason="",
    ),
    Fault(
        "download",
        _at(_with({"Content-Disposition": 'attachment; filename="../../etc/passwd"'})),
        states=ANY_GOOD,
        reason="",
    ),
    Fault(
        "link-header-of-50-kilobytes", _at(_with({"Link": '</a>; rel="next", ' * 2500})), states=(ARCHIVED,), reason=""
    ),
    Fault("refresh-header", _at(_with({"Refresh": "0; url=http://127.0.0.1:1/"})), states=(ARCHIVED,), reason=""),
    Fault("robots-header-none", _at(_with({"X-Robots-Tag": "none, " * 1000})), states=(*ANY_GOOD, SKIPPED), reason=""),
    Fault(
        "age-of-400-digits",
        _at(_with({"Age": "9" * 400, "Cache-Control": f"max-age={'9' * 400}"})),
        states=(ARCHIVED,),
        reason="",
    ),
)
