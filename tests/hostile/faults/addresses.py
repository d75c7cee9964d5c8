"""Redirects and links that lead in circles, or where nobody may go."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.blog import Blog
from tests.hostile.pages import TRUTH, moved, post, posted
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


_ANYWHERE = (*_ELSEWHERE, *ANY_GOOD)
_OTHER = Blog().path(3)
PRIVATE = {
    "10": "10.0.0.1",
    "192": "192.168.1.1",
    "172": "172.16.9.9",
    "cgnat": "100.64.0.1",
    "unique-local": "[fd00::1]",
    "link-local": "[fe80::1]",
    "nat64": "[64:ff9b::7f00:1]",
    "compatible": "[::127.0.0.1]",
    "sixtofour": "[2002:7f00:1::]",
    "broadcast": "255.255.255.255",
    "multicast": "224.0.0.1",
    "wide-dots": "127\u30020\u30020\u30021",
    "circled": "\u2460\u2461\u2466.0.0.1",
    "localhost-below": "a.localhost",
    "metadata-v6": "[fd00:ec2::254]",
}
"""Further addresses that are nobody's business."""
ODD_LOCATIONS = {
    "relative-scheme": "//127.0.0.1:{trap}/secret/",
    "backslashes": "\\\\127.0.0.1:{trap}\\secret\\",
    "slash-and-backslash": "/\\127.0.0.1:{trap}/secret/",
    "three-slashes": "http:///127.0.0.1:{trap}/secret/",
    "one-slash": "http:/127.0.0.1:{trap}/secret/",
    "user-that-looks-like-us": "http://127.0.0.1:{port}@127.0.0.1:{trap}/secret/",
    "fragment-that-looks-like-them": "http://127.0.0.1:{port}#@127.0.0.1:{trap}/secret/",
    "tab": "http://127.0.0.1\t:{trap}/secret/",
    "controls": "/\x01\x1b[2J\x7f/",
    "encoded-line-end": "/a%0d%0aSet-Cookie:%20x=y",
    "spaces": "  /b c  d/  ",
    "host-of-a-kilobyte": "http://" + "a" * 1000 + ".example/",
    "host-of-dots": "http://.../",
    "host-empty": "http://:80/",
    "host-with-a-nul": "http://127.0.0.1%00.example/",
    "bad-punycode": "http://xn--\xff\xfe.example/",
    "punycode-of-ascii": "http://xn--a.example/",
    "port-empty": "http://127.0.0.1:/",
    "port-in-letters": "http://127.0.0.1:abc/",
    "zone": "http://[::1%25lo]:{trap}/secret/",
    "percent-alone": "/%/%zz/%u0041",
    "data": "data:text/html;base64,PGgxPg==",
    "view-source": "view-source:http://127.0.0.1:{trap}/secret/",
    "blob": "blob:http://127.0.0.1:{trap}/secret/",
    "about": "about:blank",
}
"""Locations that clients have understood in more than one way."""
CANONICALS = {
    "to-the-front-page": "/",
    "to-another-site": "http://elsewhere.example/2019/04/the-fault/",
    "to-this-machine": "http://127.0.0.1:1/",
    "to-nowhere": "/no-such-page/",
    "of-script": "javascript:alert(1)",
    "empty": "",
    "of-a-megabyte": "/" + "a" * 1_000_000,
    "unparsable": "http://[",
}


def _raw(location: str) -> Any:
    def routes(place: Place) -> dict[str, Any]:
        filled = location.replace("{trap}", str(urlsplit(place.trap).port)).replace("{port}", str(place.port))
        return {PAGE: send(f"HTTP/1.1 302 Found\r\nLocation: {filled}\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))}

    return routes


def _canonical(href: str) -> Any:
    return lambda place: {PAGE: posted("", f'<link rel="canonical" href="{href}">')}


def _session(request: Request) -> Reply:
    return moved(f"{PAGE.rstrip('/')};jsessionid={abs(hash(request.path)):x}", 302)


def _next_stub(request: Request) -> Reply:
    number = int(request.path.strip("/").rpartition("-")[2]) if "step-" in request.path else 0
    return Reply(f'<title>wait</title><meta http-equiv="refresh" content="0;url=/step-{number + 1}/">')


def _calendar(request: Request) -> Reply:
    if request.path == PAGE:
        return posted()
    year, _, month = request.path.strip("/").rpartition("/")[2].partition("-")
    number = int(year) * 12 + int(month or 1) if year.isdigit() and (month or "1").isdigit() else 0
    days = "".join(
        f'<td><a href="/calendar/{(number + n) // 12}-{(number + n) % 12 + 1:02d}/">{n}</a>' for n in range(1, 9)
    )
    return Reply(f"<title>Calendar</title><h1>Events</h1><table><tr>{days}</table>")


def _sessions(request: Request) -> Reply:
    links = "".join(f'<a href="/list/?PHPSESSID={abs(hash((request.path, n))):x}">page {n}</a>' for n in range(20))
    return Reply(f"<title>List</title><h1>List</h1>{links}")


def _facets(request: Request) -> Reply:
    links = "".join(
        f'<a href="/shop/?colour={abs(hash((request.path, n))) % 10**9}&amp;size={n}">{n}</a>' for n in range(40)
    )
    return Reply(f"<title>Shop</title><h1>Shop</h1>{links}")


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
    *(
        Fault(f"redirect-by-{name}", _raw(location), states=_ANYWHERE, not_asked=("/secret/",))
        for name, location in ODD_LOCATIONS.items()
    ),
    *(
        Fault(f"redirect-to-private-{name}", _spelt(host), states=(FAILED,), reason="blocked")
        for name, host in PRIVATE.items()
    ),
    Fault(
        "redirect-to-https-and-back",
        lambda place: {PAGE: [moved(place.url.replace("http:", "https:") + PAGE)]},
        states=_ELSEWHERE,
    ),
    Fault(
        "redirect-with-cookies",
        lambda place: {PAGE: Reply(status=302, headers={"Location": PAGE, "Set-Cookie": "a=b"})},
        reason="circle",
    ),
    Fault("redirect-with-fragments", lambda place: {PAGE: moved(PAGE + "#again")}, reason="circle"),
    Fault("redirect-with-sessions", lambda place: {"*": _session}, states=(*_ELSEWHERE, *ANY_GOOD), reason=""),
    Fault(
        "redirect-without-location", lambda place: {PAGE: Reply(status=301)}, states=(*_ELSEWHERE, *ANY_GOOD), reason=""
    ),
    Fault(
        "redirect-with-a-body-of-9-megabytes",
        lambda place: {PAGE: Reply(b"x" * 9_000_000, status=302, headers={"Location": "/"})},
        states=_ELSEWHERE,
    ),
    Fault(
        "redirect-with-an-endless-body",
        lambda place: {PAGE: send(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", b"x" * 9000, times=0)},
        states=_ELSEWHERE,
    ),
    Fault(
        "redirect-with-a-bomb",
        lambda place: {PAGE: Reply(b"\x1f\x8b", status=302, headers={"Location": "/", "Content-Encoding": "gzip"})},
        states=_ELSEWHERE,
    ),
    Fault(
        "redirect-to-what-is-forbidden",
        lambda place: {
            PAGE: moved("/private/a/"),
            "/robots.txt": Reply("User-agent: *\nDisallow: /private/", content_type="text/plain"),
            "/private/a/": posted(),
        },
        states=_ELSEWHERE,
        reason="robots",
        not_asked=("/private/a/",),
    ),
    Fault("redirect-to-robots", _to("/robots.txt"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-to-a-feed", _to("/feed/"), states=(*_ELSEWHERE, *ANY_GOOD)),
    Fault("redirect-to-a-picture", _to("/a.jpg"), states=_ELSEWHERE),
    *(
        Fault(f"redirect-{status}", _to("/2019/04/b/", status), states=_ELSEWHERE)
        for status in (303, 305, 307, 308, 399)
    ),
    Fault("refresh-chain-without-end", lambda place: {"*": _next_stub}, states=(DUPLICATE,)),
    Fault(
        "refresh-to-script",
        lambda place: {PAGE: posted("", '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">')},
        states=(ARCHIVED,),
    ),
    Fault(
        "refresh-header-to-this-machine",
        lambda place: {PAGE: Reply(post(), headers={"Refresh": f"0; url={place.trap}/"})},
        states=(ARCHIVED,),
    ),
    Fault(
        "base-twice",
        lambda place: {PAGE: posted('<a href="b/">b</a>', f'<base href="{place.trap}/"><base href="/x/">')},
        states=(ARCHIVED,),
    ),
    Fault(
        "base-with-credentials",
        lambda place: {PAGE: posted('<a href="b/">b</a>', '<base href="http://u:pw@127.0.0.1/">')},
        states=(ARCHIVED,),
        never="u:pw",
    ),
    *(
        Fault(f"canonical-{name}", _canonical(href), states=(ARCHIVED,), text=TRUTH)
        for name, href in CANONICALS.items()
    ),
    Fault("canonical-to-another-post", _canonical(_OTHER), states=(ARCHIVED, DUPLICATE)),
    Fault(
        "calendar-without-end",
        lambda place: {"*": _calendar},
        links=("/calendar/2019-01/", PAGE),
        states=(ARCHIVED,),
        text=TRUTH,
    ),
    Fault(
        "sessions-in-every-link",
        lambda place: {PAGE: posted(), "/list/": _sessions, "*": _sessions},
        links=("/list/", PAGE),
        states=(ARCHIVED,),
        text=TRUTH,
    ),
    Fault(
        "facets-without-end",
        lambda place: {PAGE: posted(), "/shop/": _facets},
        links=("/shop/", PAGE),
        states=(ARCHIVED,),
        text=TRUTH,
    ),
    Fault(
        "every-address-answers-the-same",
        lambda place: {
            "*": Reply("<title>Home</title><h1>Home</h1>" + "".join(f'<a href="/n{n}/">{n}</a>' for n in range(300)))
        },
        states=(*ANY_GOOD, DUPLICATE),
    ),
    Fault(
        "links-with-credentials",
        lambda place: {PAGE: posted(f'<a href="http://u:hunter2@127.0.0.1:{place.port}/b/">b</a>')},
        states=(ARCHIVED,),
        never="hunter2",
    ),
    Fault(
        "links-with-controls",
        lambda place: {
            PAGE: posted('<a href="/a\tb\nc\x1b[2J/">b</a><a href="\x00/x">c</a><a href=" java\nscript:alert(1)">d</a>')
        },
        states=(ARCHIVED,),
    ),
    Fault(
        "link-of-a-megabyte",
        lambda place: {PAGE: posted(f'<a href="/{"a" * 1_000_000}">b</a>')},
        states=(ARCHIVED,),
    ),
    Fault(
        "link-of-5-kilobytes",
        lambda place: {PAGE: posted(f'<a href="/{"a" * 5_000}">b</a>')},
        states=(ARCHIVED,),
        limit="max_url_length",
    ),
)
