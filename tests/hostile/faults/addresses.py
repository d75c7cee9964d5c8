"""Redirects and links that lead in circles, or where nobody may go."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.hostile.pages import moved, post, posted
from tests.hostile.server import Place, send
from tests.hostile.values import ANY_GOOD, ARCHIVED, DUPLICATE, FAILED, PAGE, PAGE_STATE, SKIPPED, Fault
from tests.server import Reply, Request

SPELLINGS = {
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "hex": "0x7f000001",
    "hex-dotted": "0x7f.0.0.1",
    "short": "127.1",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped-hex": "[::ffff:7f00:1]",
    "ipv6": "[::1]",
    "localhost": "localhost",
    "localhost-dot": "localhost.",
    "capitals": "LOCALHOST",
    "fullwidth": "１２７.0.0.1",
    "zero": "0.0.0.0",
    "loopback-net": "127.8.9.10",
    "plain": "127.0.0.1",
    "percent": "%31%32%37.0.0.1",
}
"""Ways to write this machine's own address."""
_ELSEWHERE = (SKIPPED, FAILED, DUPLICATE)


def _trap(place: Place, host: str) -> str:
    return f"http://{host}:{urlsplit(place.trap).port}/secret/"


def _to(location: str, status: int = 301) -> Any:
    return lambda place: {PAGE: moved(location, status)}


def _spelt(host: str) -> Any:
    return lambda place: {PAGE: Reply(status=302, headers={"Location": _trap(place, host).encode().decode("latin-1")})}


def _linked(place: Place) -> dict[str, Any]:
    """A page whose links, pictures, canonical and base all lead to the trap, in every spelling."""
    anchors = "".join(f'<p><a href="{_trap(place, host)}">a post of mine</a></p>' for host in SPELLINGS.values())
    frames = (
        f'<iframe src="{place.trap}/f"></iframe><img src="{place.trap}/i.png"><link rel="next" href="{place.trap}/n">'
    )
    return {PAGE: posted(anchors + frames, f'<link rel="canonical" href="{place.trap}/canonical">')}


def _chain(request: Request) -> Reply:
    number = int(request.path.rpartition("=")[2] or 0) if "=" in request.path else 0
    return moved(f"{PAGE}?hop={number + 1}", 302)


def _growing(request: Request) -> Reply:
    return moved(request.path + "again/", 302)


FAULTS = (
    Fault("redirect-to-itself", _to(PAGE), reason="circle", quick=True),
    Fault(
        "redirect-loop",
        lambda place: {PAGE: moved("/2019/04/b/"), "/2019/04/b/": moved(PAGE)},
        states=(FAILED, DUPLICATE),
        reason="circle|redirect",
        quick=True,
    ),
    Fault("redirect-chain", lambda place: {PAGE: _chain}, reason="more than|times", quick=True),
    Fault("redirect-growing", lambda place: {"*": _growing}, states=(FAILED, DUPLICATE, SKIPPED)),
    *(
        Fault(
            f"redirect-to-this-machine-{name}",
            _spelt(host),
            states=_ELSEWHERE,
            reason="blocked",
            quick=name in ("decimal", "octal", "mapped", "plain"),
        )
        for name, host in SPELLINGS.items()
    ),
    Fault("redirect-to-metadata", _to("http://169.254.169.254/latest/meta-data/"), states=_ELSEWHERE),
    Fault("redirect-to-file", _to("file:///etc/passwd"), states=(*_ELSEWHERE, *ANY_GOOD), never="root:", quick=True),
    Fault("redirect-to-script", _to("javascript:alert(1)"), states=(*_ELSEWHERE, *ANY_GOOD), quick=True),
    Fault("redirect-to-data", _to("data:text/html,<h1>hi</h1>"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-to-ftp", _to("ftp://127.0.0.1/secret"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-to-gopher", _to("gopher://127.0.0.1:6379/_FLUSHALL"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault(
        "redirect-with-credentials",
        lambda place: {PAGE: moved(_trap(place, "user:secret@127.0.0.1"))},
        states=_ELSEWHERE,
        never="user:secret",
        quick=True,
    ),
    Fault("redirect-nowhere", _to(""), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-unparsable", _to("http://[half"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-of-a-kilobyte-path", _to("/" + "a" * 3000), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-of-40-kilobytes", _to("/" + "a/" * 20_000), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault(
        "redirect-in-bytes",
        lambda place: {PAGE: send(b"HTTP/1.1 302 Found\r\nLocation: /\xff\xfe\xe9/\r\nContent-Length: 0\r\n\r\n")},
        states=(*_ELSEWHERE, *ANY_GOOD),
    ),
    Fault(
        "two-locations",
        lambda place: {
            PAGE: send(
                f"HTTP/1.1 302 Found\r\nLocation: /\r\nLocation: {place.trap}/\r\nContent-Length: 0\r\n\r\n".encode()
            )
        },
        states=_ELSEWHERE,
    ),
    Fault("redirect-to-port-0", _to("http://127.0.0.1:0/"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-to-port-99999", _to("http://127.0.0.1:99999/"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("links-to-this-machine", _linked, states=(ARCHIVED,), quick=True, limit="blocked_addresses"),
    Fault(
        "refresh-loop",
        lambda place: {PAGE: Reply(f'<meta http-equiv="refresh" content="0;url={PAGE}?a"><title>wait</title>')},
        states=(PAGE_STATE, DUPLICATE, ARCHIVED, SKIPPED),
        quick=True,
    ),
    Fault(
        "refresh-to-this-machine",
        lambda place: {PAGE: Reply(f'<meta http-equiv="refresh" content="0;url={place.trap}/secret"><title>w</title>')},
        states=(FAILED,),
        reason="blocked",
        quick=True,
    ),
    Fault(
        "base-to-this-machine",
        lambda place: {PAGE: posted('<p><a href="other/">other</a></p>', f'<base href="{place.trap}/">')},
        states=(ARCHIVED,),
        quick=True,
    ),
    Fault(
        "base-of-script", lambda place: {PAGE: posted("", '<base href="javascript:alert(1)//">')}, states=(ARCHIVED,)
    ),
    Fault(
        "canonical-circle",
        lambda place: {
            PAGE: posted("", '<link rel="canonical" href="/2019/04/b/">'),
            "/2019/04/b/": posted("", f'<link rel="canonical" href="{PAGE}">'),
        },
        states=(ARCHIVED, DUPLICATE),
    ),
    Fault(
        "path-that-repeats",
        lambda place: {"*": lambda request: Reply(post('<p><a href="again/">again</a></p>'), headers={"X-Path": "1"})},
        links=(PAGE,),
        states=(ARCHIVED, DUPLICATE),
    ),
)
