"""Faults of feeds. The posts are linked from the front page as well."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from tests.blog import Blog
from tests.hostile.pages import moved
from tests.hostile.server import Place, head, send
from tests.hostile.values import PAGE_STATE, POSTS, Fault
from tests.server import Reply, Request

FEED = "/feed/"
_MIB = 1 << 20
_ITEM = "<item><title>A post</title><link>/none/{n}/</link><description>{text}</description></item>"


def _rss(items: str | bytes, prolog: str = '<?xml version="1.0"?>') -> Reply:
    items = items if isinstance(items, bytes) else items.encode("utf-8", "surrogatepass")
    body = prolog.encode() + b'<rss version="2.0"><channel><title>Notes</title>' + items + b"</channel></rss>"
    return Reply(body, content_type="application/rss+xml")


def _at(answer: Any) -> Any:
    return lambda place: {FEED: answer}


def _fault(name: str, routes: Any, *, reason: str = "", quick: bool = False, **more: Any) -> Fault:
    return Fault(
        name,
        routes,
        states=(PAGE_STATE,),
        reason=reason,
        at=FEED,
        links=(),
        quick=quick,
        blog=lambda: Blog(posts=POSTS, per_page=20, sitemap=False),
        **more,
    )


def _laughs(levels: int, each: int) -> str:
    names = "abcdefghijklmnop"[:levels]
    inner = "".join(f'<!ENTITY {here} "{f"&{below};" * each}">' for below, here in pairwise(names))
    return f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "haha">{inner}]>'


def _next_for_ever(place: Place) -> dict[str, Any]:
    def page(request: Request) -> Reply:
        number = int(request.path.rpartition("=")[2]) if "=" in request.path else 1
        return Reply(
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
            f'<link rel="next" href="{place.url}/feed/?paged={number + 1}"/>'
            f'<entry><title>{number}</title><link href="/none-{number}/"/><id>{number}</id></entry></feed>',
            content_type="application/atom+xml",
        )

    return {FEED: page}


def _names_itself(place: Place) -> dict[str, Any]:
    return {
        FEED: Reply(f'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="{place.url}{FEED}"/></feed>')
    }


def _to_the_trap(place: Place) -> dict[str, Any]:
    port = place.trap.rpartition(":")[2]
    hosts = ("127.0.0.1", "2130706433", "0177.0.0.1", "[::ffff:127.0.0.1]", "localhost")
    links = "".join(f"<item><link>http://{host}:{port}/f/</link></item>" for host in hosts)
    return {
        FEED: _rss(links + "<item><link>file:///etc/passwd</link></item><item><link>javascript:alert(1)</link></item>")
    }


_DEEP_JSON = '{"version":"https://jsonfeed.org/version/1.1","items":' + "[" * 100_000
FAULTS = (
    _fault("feed-billion-laughs", _at(_rss("<item><title>&j;</title></item>", _laughs(10, 10))), quick=True),
    _fault(
        "feed-quadratic-entity",
        _at(
            _rss(
                "<item><title>" + "&a;" * 50_000 + "</title></item>",
                f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>',
            )
        ),
        quick=True,
    ),
    _fault(
        "feed-external-entity",
        _at(
            _rss(
                "<item><title>&s;</title><link>/x/</link></item>",
                '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY s SYSTEM "file:///etc/passwd">]>',
            )
        ),
        never="root:",
        quick=True,
    ),
    _fault(
        "feed-external-entity-of-this-machine",
        lambda place: {
            FEED: _rss("<item><title>&s;</title></item>", f'<!DOCTYPE r [<!ENTITY s SYSTEM "{place.trap}/x">]>')
        },
    ),
    _fault(
        "feed-wrong-charset",
        _at(_rss("<item><title>Caf\u00e9</title><link>/a/</link></item>", '<?xml version="1.0" encoding="utf-16"?>')),
        quick=True,
    ),
    _fault(
        "feed-endless",
        _at(
            send(
                head({"Content-Type": "application/rss+xml"}),
                b"<rss><channel>",
                _ITEM.format(n=1, text="x" * 900).encode() * 20,
                times=0,
            )
        ),
        reason="limit",
        quick=True,
    ),
    _fault("feed-next-for-ever", _next_for_ever),
    _fault("feed-next-is-itself", _names_itself),
    _fault("feed-100000-items", _at(_rss("".join(_ITEM.format(n=n, text="") for n in range(100_000))))),
    _fault("feed-item-of-9-megabytes", _at(_rss(_ITEM.format(n=1, text="&lt;p&gt;word " * (600 * 1024))))),
    _fault("feed-200000-nested-elements", _at(_rss("<a>" * 200_000)), quick=True),
    _fault("feed-nested-markup-in-item", _at(_rss(_ITEM.format(n=1, text="&lt;div&gt;" * 200_000)))),
    _fault("feed-of-ampersands", _at(_rss("<item><title>" + "&" * 4_000_000))),
    _fault("feed-of-unclosed-cdata", _at(_rss("<item><![CDATA[" * 200_000))),
    _fault("feed-not-a-feed", _at(Reply(bytes(range(256)) * 4000, content_type="application/rss+xml"))),
    _fault("feed-html", _at(Reply("<!doctype html><html><body><p>login</p></body></html>"))),
    _fault("feed-empty", _at(Reply(b"", content_type="application/rss+xml"))),
    _fault("feed-json-100000-levels", _at(Reply(_DEEP_JSON, content_type="application/feed+json")), quick=True),
    _fault(
        "feed-json-of-odd-types",
        _at(
            Reply(
                json.dumps(
                    {
                        "version": "https://jsonfeed.org/version/1",
                        "items": [1, None, {"url": [], "title": {}, "id": 10**400 % 10**300}],
                    }
                ),
                content_type="application/feed+json",
            )
        ),
    ),
    _fault("feed-nul", _at(_rss(b"<item><title>a\0b\x1b[2J</title><link>/a\0/</link></item>"))),
    _fault("feed-date-of-400-digits", _at(_rss(f"<item><link>/none/</link><pubDate>{'9' * 400}</pubDate></item>"))),
    _fault("feed-to-this-machine", _to_the_trap, quick=True, limit="blocked_addresses"),
    _fault("feed-redirect-to-this-machine", lambda place: {FEED: moved(place.trap + "/feed/")}),
    _fault("feed-500", _at(Reply("no", status=500)), reason="500"),
)
