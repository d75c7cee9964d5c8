"""Faults of robots.txt."""

from __future__ import annotations

import gzip
from typing import Any

from tests.hostile.pages import moved, posted
from tests.hostile.server import Place, drip, head, send
from tests.hostile.values import ARCHIVED, PAGE, Fault
from tests.server import Reply

RULES = b"User-agent: *\nDisallow: /private/\n"
SECRET = "/private/2019/"
_MIB = 1 << 20


def _robots(answer: Any) -> Any:
    return lambda place: {"/robots.txt": answer, PAGE: posted(), SECRET: posted()}


def _text(body: bytes, **headers: str) -> Reply:
    return Reply(body, content_type="text/plain", headers=headers)


def _fault(
    name: str, answer: Any, *, holds: bool = False, shut: bool = False, quick: bool = False, **more: Any
) -> Fault:
    """Return a fault: with *holds* the rules hold, with *shut* nothing may be fetched."""
    if shut:
        return Fault(
            name,
            _robots(answer),
            at=None,
            posts=0,
            codes=(4,),
            problem="robots",
            quick=quick,
            not_asked=(PAGE,),
            **more,
        )
    links = (PAGE, SECRET) if holds else (PAGE,)
    return Fault(
        name,
        _robots(answer),
        states=(ARCHIVED,),
        links=links,
        not_asked=(SECRET,) if holds else (),
        quick=quick,
        **more,
    )


_PATTERNS = b"User-agent: *\nDisallow: /" + b"*a" * 200 + b"$\nDisallow: /" + b"*" * 5000 + b"zz$\n" + RULES[14:]


def _huge(place: Place) -> dict[str, Any]:
    line = b"Disallow: /no-such-folder/\n" * 4000
    return {
        "/robots.txt": send(head({"Content-Type": "text/plain"}), RULES, line, times=500),
        PAGE: posted(),
        SECRET: posted(),
    }


FAULTS = (
    _fault("robots-500", Reply("broken", status=500), shut=True, quick=True),
    Fault("robots-503", _robots(Reply("busy", status=503)), at=None, posts=0, codes=(4,), problem="busy|503"),
    Fault(
        "robots-429-for-a-year",
        _robots(Reply("busy", status=429, headers={"Retry-After": "31536000"})),
        at=None,
        posts=0,
        codes=(3, 4),
        problem="busy|429",
    ),
    Fault(
        "robots-silent", _robots(send(b"", end="hang")), at=None, posts=0, codes=(4,), problem="answer|head|deadline"
    ),
    _fault(
        "robots-endless",
        send(head({"Content-Type": "text/plain"}), RULES, b"# more\n" * 1000, times=0),
        holds=True,
        quick=True,
    ),
    _fault("robots-drip", drip(b"# x\n", first=head({"Content-Type": "text/plain"}) + RULES), holds=True, quick=True),
    _fault("robots-byte-order-mark", _text(b"\xef\xbb\xbf" + RULES), holds=True, quick=True),
    _fault("robots-utf-16", _text(RULES.decode().encode("utf-16")), holds=False),
    _fault(
        "robots-html",
        Reply("<!doctype html><title>Welcome</title><p>User-agent: none of your business</p>"),
        quick=True,
    ),
    _fault("robots-redirect-loop", moved("/robots.txt"), quick=True),
    Fault(
        "robots-redirect-to-this-machine",
        lambda place: {"/robots.txt": moved(f"{place.trap}/robots.txt"), PAGE: posted()},
        at=None,
        posts=0,
        codes=(4,),
        problem="blocked|robots",
    ),
    Fault("robots-50-megabytes", _huge, states=(ARCHIVED,), links=(PAGE, SECRET), not_asked=(SECRET,), quick=True),
    _fault(
        "robots-gzip-bomb",
        _text(gzip.compress(RULES + b"\n" * (64 * _MIB)), **{"Content-Encoding": "gzip"}),
        holds=True,
    ),
    _fault("robots-one-line-of-5-megabytes", _text(RULES + b"Disallow: /" + b"x" * (5 * _MIB)), holds=True),
    _fault(
        "robots-many-groups",
        _text(b"".join(b"User-agent: bot%d\nDisallow: /\n\n" % n for n in range(15_000)) + RULES),
        holds=True,
    ),
    _fault("robots-patterns-that-backtrack", _text(_PATTERNS), holds=True, quick=True),
    _fault("robots-nul", _text(b"\0\0" + RULES.replace(b"\n", b"\r") + b"\0"), holds=False),
    _fault("robots-404", Reply("none", status=404)),
    _fault("robots-image", Reply(b"\x89PNG\r\n", content_type="image/png")),
    _fault("robots-crawl-delay-for-ever", _text(RULES + b"Crawl-delay: 1e999\n"), holds=True),
    _fault(
        "robots-many-sitemaps",
        _text(RULES + b"".join(b"Sitemap: http://203.0.113.9/%d.xml\n" % n for n in range(5000))),
        holds=True,
    ),
)
