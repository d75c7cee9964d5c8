"""Faults of sitemaps. The posts are linked from the front page as well, so a useless sitemap costs nothing."""

from __future__ import annotations

import gzip
from typing import Any

from tests.hostile.pages import moved, xml
from tests.hostile.server import Place, head, send
from tests.hostile.values import PAGE_STATE, Fault
from tests.server import Reply, Request

SITEMAP = "/sitemap.xml"
_OPEN = '<?xml version="1.0"?>{doctype}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
_MIB = 1 << 20


def _at(answer: Any) -> Any:
    return lambda place: {SITEMAP: answer}


def _urlset(entries: str, doctype: str = "") -> Reply:
    return xml(_OPEN.format(doctype=doctype) + entries + "</urlset>")


def _fault(name: str, routes: Any, *, reason: str = "", quick: bool = False, **more: Any) -> Fault:
    return Fault(name, routes, states=(PAGE_STATE,), reason=reason, at=SITEMAP, links=(), quick=quick, **more)


def _index(*children: str) -> Reply:
    return xml(
        "<sitemapindex>" + "".join(f"<sitemap><loc>{child}</loc></sitemap>" for child in children) + "</sitemapindex>"
    )


def _names_itself(place: Place) -> dict[str, Any]:
    return {
        SITEMAP: _index(place.url + SITEMAP, place.url + "/a.xml"),
        "/a.xml": _index(place.url + SITEMAP, place.url + "/a.xml"),
    }


def _endless_indexes(place: Place) -> dict[str, Any]:
    def deeper(request: Request) -> Reply:
        number = int(request.path.strip("/").removeprefix("s").removesuffix(".xml") or 0)
        return _index(f"{place.url}/s{number * 2 + 1}.xml", f"{place.url}/s{number * 2 + 2}.xml")

    routes: dict[str, Any] = {f"/s{number}.xml": deeper for number in range(3000)}
    return {**routes, SITEMAP: _index(f"{place.url}/s0.xml")}


def _ten_million(place: Place) -> dict[str, Any]:
    entries = "".join(f"<url><loc>{place.url}/none/{number}/</loc></url>" for number in range(2000)).encode()
    return {
        SITEMAP: send(head({"Content-Type": "application/xml"}), _OPEN.format(doctype="").encode(), entries, times=5000)
    }


def _to_the_trap(place: Place) -> dict[str, Any]:
    port = place.trap.rpartition(":")[2]
    hosts = ("127.0.0.1", "2130706433", "0177.0.0.1", "[::ffff:127.0.0.1]", "localhost")
    return {
        SITEMAP: _urlset(
            "".join(f"<url><loc>http://{host}:{port}/s/</loc></url>" for host in hosts)
            + "<url><loc>file:///etc/passwd</loc></url>"
        )
    }


_LAUGHS = (
    '<!DOCTYPE u [<!ENTITY a "haha">'
    + "".join(f'<!ENTITY {here} "{f"&{below};" * 10}">' for below, here in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)

FAULTS = (
    _fault("sitemap-index-names-itself", _names_itself, quick=True),
    _fault("sitemap-indexes-without-end", _endless_indexes),
    _fault(
        "sitemap-external-entity",
        _at(_urlset("<url><loc>&secret;</loc></url>", '<!DOCTYPE u [<!ENTITY secret SYSTEM "file:///etc/passwd">]>')),
        never="root:",
        quick=True,
    ),
    _fault(
        "sitemap-external-dtd", lambda place: {SITEMAP: _urlset("", f'<!DOCTYPE u SYSTEM "{place.trap}/evil.dtd">')}
    ),
    _fault("sitemap-billion-laughs", _at(_urlset("<url><loc>&j;</loc></url>", _LAUGHS)), quick=True),
    _fault("sitemap-ten-million-entries", _ten_million, reason="limit|longer", quick=True),
    _fault(
        "sitemap-gzip-file-bomb",
        _at(Reply(gzip.compress(b"<urlset>" + b" " * (512 * _MIB)), content_type="application/gzip")),
    ),
    _fault("sitemap-not-xml", _at(Reply(bytes(range(256)) * 4000)), quick=True),
    _fault("sitemap-html", _at(Reply("<!doctype html><html><body><h1>Nothing here</h1></body></html>"))),
    _fault("sitemap-cut", _at(xml(_OPEN.format(doctype="") + "<url><loc>http://x.example/a"))),
    _fault(
        "sitemap-wrong-charset",
        _at(xml('<?xml version="1.0" encoding="utf-16"?><urlset><url><loc>/é/</loc></url></urlset>')),
    ),
    _fault("sitemap-100000-levels", _at(xml("<urlset>" + "<url>" * 100_000))),
    _fault("sitemap-of-unclosed-tags", _at(xml("<urlset>" + "<url><loc>" * 400_000))),
    _fault("sitemap-of-comments", _at(xml("<urlset>" + "<!--" * 1_000_000))),
    _fault("sitemap-of-cdata", _at(xml("<urlset>" + "<url><loc><![CDATA[" * 200_000))),
    _fault("sitemap-address-of-a-megabyte", _at(_urlset(f"<url><loc>http://x.example/{'a' * _MIB}</loc></url>"))),
    _fault("sitemap-to-this-machine", _to_the_trap, quick=True, limit="blocked_addresses"),
    _fault("sitemap-redirect-to-this-machine", lambda place: {SITEMAP: moved(place.trap + "/s.xml")}),
    _fault("sitemap-redirect-loop", _at(moved(SITEMAP))),
    _fault(
        "sitemap-endless-text",
        _at(send(head({"Content-Type": "text/plain"}), b"http://x.example/a\n" * 1000, times=0)),
        reason="limit",
    ),
    _fault("sitemap-lastmod-of-400-digits", _at(_urlset(f"<url><loc>/no/</loc><lastmod>{'9' * 400}</lastmod></url>"))),
    _fault("sitemap-500", _at(Reply("no", status=500)), reason="500"),
)
