"""Stored HTML runs no script: published cases of feed markup, and our own."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from scraper.extract import extract
from scraper.render import SAFE_SCHEMES, sanitise
from tests.shared import SHARED, needs_shared

_ADDRESSES = ("href", "src", "action", "formaction", "cite", "background", "poster", "data", "srcset", "xlink:href")
_SCRIPTS = re.compile(r"expression\s*\(|behaviou?r\s*:|-moz-binding|javascript:|vbscript:", re.I)


def dangers(markup: str) -> Iterator[str]:
    """Yield what in *markup* a browser might run."""
    root = LexborHTMLParser(markup).root
    assert root is not None
    for node in root.traverse(include_text=False):
        if node.tag in ("script", "object", "embed", "iframe", "base", "meta", "link", "style", "form", "svg", "math"):
            yield f"<{node.tag}>"
        for name, value in node.attributes.items():
            if name.lower().startswith("on"):
                yield f"{name}={value}"
            if name.lower() in _ADDRESSES and value:
                scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", "".join(value.split()), re.I)
                if scheme and scheme.group(1).lower() not in SAFE_SCHEMES:
                    yield f"{name}={value}"
            if name.lower() == "style" and _SCRIPTS.search(value or ""):
                yield f"style={value}"


def cases() -> list[Any]:
    if not SHARED.is_dir():
        return []
    path = SHARED / "suites" / "sanitize" / "cases.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@needs_shared
def test_published_cases() -> None:
    """377 feeds that carry an attack each; what is taken for their markup is sanitised as a post's would be."""
    from scraper.standards import feed

    found = cases()
    assert len(found) == 377
    carried = 0
    for case in found:
        body = base64.b64decode(case["feed_b64"]) if "feed_b64" in case else case["feed_text"].encode()
        texts = [entry.html for entry in feed.parse(body, case["base_url"]).entries if entry.html]
        texts.append(html.unescape(body.decode("utf-8", "replace")))  # and the whole of it, as if it were a page
        carried += any(list(dangers(text)) for text in texts)
        for text in texts:
            assert list(dangers(sanitise(text))) == [], case["description"]
            article = extract(f"<html><body><article>{text}</article></body></html>", url="https://blog.example/a/")
            assert list(dangers(article.html or "")) == [], case["description"]
    assert carried > 100, "the cases hold attacks"


@pytest.mark.parametrize(
    "attack",
    [
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href=' &#14; javascript:alert(1)'>x</a>",
        "<a href='&#x6A;avascript&colon;alert(1)'>x</a>",
        "<img src=x onerror=alert(1)//",
        "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
        "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<p style='background:url(javascript:alert(1))'>x</p>",
        "<form><button formaction=javascript:alert(1)>x</button></form>",
        "<base href='javascript:/a/'><a href='alert(1)'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<a href='http://a.example/' target=_blank onclick=alert(1)>x</a>",
        "<template><script>alert(1)</script></template>",
        "<x/onclick=alert(1)>x</x>",
        "<!--><script>alert(1)</script>-->",
        "<textarea></textarea><script>alert(1)</script>",
        "<details open ontoggle=alert(1)>x</details>",
    ],
)
def test_our_own(attack: str) -> None:
    assert list(dangers(sanitise(attack))) == []
    assert sanitise(sanitise(attack)) == sanitise(attack)
