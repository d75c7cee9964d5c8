"""Faults of what a page says about itself: JSON-LD, metas, dates."""

from __future__ import annotations

import json
from typing import Any

from tests.hostile.pages import TRUTH, post, posted
from tests.hostile.values import ARCHIVED, PAGE, Fault
from tests.server import Reply

_MIB = 1 << 20


def _ld(script: str) -> str:
    return f'<script type="application/ld+json">{script}</script>'


def _fault(name: str, head: str, *, inner: str = "", quick: bool = False, **more: Any) -> Fault:
    return Fault(
        name, lambda place: {PAGE: posted(inner, head)}, states=(ARCHIVED,), reason="", text=TRUTH, quick=quick, **more
    )


def _node(**fields: Any) -> str:
    return _ld(json.dumps({"@context": "https://schema.org", "@type": "BlogPosting", **fields}))


def _date(name: str, value: str, **more: Any) -> Fault:
    head = f'<meta property="article:published_time" content="{value}">' + _node(datePublished=value)
    body = post("", head).replace('datetime="2019-04-30"', f'datetime="{value}"').replace("April 30, 2019", value)
    return Fault(name, lambda place: {PAGE: Reply(body)}, states=(ARCHIVED,), reason="", text=TRUTH, **more)


_CYCLE = json.dumps({"@graph": [{"@id": "#a", "author": {"@id": "#b"}}, {"@id": "#b", "author": {"@id": "#a"}}]})
FAULTS = (
    _fault(
        "ld-lone-surrogate",
        _ld('{"@type":"Article","headline":"tide \\ud800 out","author":{"name":"\\udfff"}}'),
        quick=True,
    ),
    _fault(
        "ld-nul", _ld('{"@type":"Article","headline":"tide \\u0000 out","author":"I\\u0000da"}'), never="\0", quick=True
    ),
    _fault("ld-100000-digits", _ld('{"@type":"Article","wordCount":' + "9" * 100_000 + "}"), quick=True),
    _fault("ld-100000-levels", _ld("[" * 100_000 + "]" * 100_000), quick=True),
    _fault("ld-100000-objects-deep", _ld('{"a":' * 100_000 + "1" + "}" * 100_000)),
    _fault("ld-unclosed-levels", _ld('{"@type":"Article","x":' + "[" * 500_000)),
    _fault("ld-exponent", _ld('{"@type":"Article","wordCount":1e999999999,"x":-Infinity,"y":NaN}')),
    _fault("ld-of-9-megabytes", _node(description="tide " * (_MIB * 9 // 5))),
    _fault("ld-10000-scripts", _node(headline="x") * 10_000),
    _fault("ld-100000-authors", _node(author=[{"@type": "Person", "name": f"Ida {n}"} for n in range(100_000)])),
    _fault("ld-circle", _ld(_CYCLE), quick=True),
    _fault("ld-everything-is-a-list", _node(headline=[[["x"]]], author=[[[{"name": {"name": []}}]]], datePublished={})),
    _fault("ld-broken", _ld('{"@type":"Article","headline":"a"b", ' + "'x':,}" * 1000)),
    _fault("ld-backslashes", _ld('{"@type":"Article","headline":"' + "\\" * 1_000_000 + '"}')),
    _fault("ld-quotes", _ld('{"' * 300_000)),
    _fault("ld-script-in-html", _node(articleBody="</scr" + "ipt><script>alert(1)</script>".replace("</", "<\\/"))),
    _fault(
        "addresses-of-script",
        '<link rel="canonical" href="javascript:alert(1)"><meta property="og:url" content="data:text/html,x">',
    ),
    _fault("title-of-escapes", '<meta property="og:title" content="&#27;[2J&#27;]0;owned&#7;=cmd()">'),
    _fault("language-of-a-megabyte", f'<meta http-equiv="content-language" content="{"en," * (_MIB // 3)}">'),
    _fault("tags-100000", '<meta property="article:tag" content="tide">' * 100_000),
    _fault("keywords-of-2-megabytes", f'<meta name="keywords" content="{"tide, " * (_MIB * 2 // 6)}">'),
    _fault("refresh-of-400-digits", f'<meta http-equiv="refresh" content="{"9" * 400};url=/">'),
    _fault("robots-meta-of-a-megabyte", f'<meta name="robots" content="{"index," * (_MIB // 6)}">'),
    _fault("author-of-a-megabyte", f'<meta name="author" content="{"Ida Holm and " * (_MIB // 13)}">'),
    _date("date-year-99999", "99999-01-01T00:00:00Z", quick=True),
    _date("date-400-digits", "9" * 400, quick=True),
    _date("date-year-0", "0000-00-00T00:00:00"),
    _date("date-february-30", "2021-02-30"),
    _date("date-negative", "-2019-04-30"),
    _date("date-offset-of-99-hours", "2019-04-30T25:61:61+99:99"),
    _date("date-of-a-megabyte", "2019-04-30 " * (_MIB // 11)),
    _date("date-epoch-of-milliseconds", "1556582400000"),
    _date("date-in-other-digits", "٢٠١٩-٠٤-٣٠"),
    _date("date-almost-endless", "January " * 50_000),
)
