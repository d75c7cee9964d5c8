"""Faults of HTML: depth, length, and what parsers and regular expressions choke on."""

from __future__ import annotations

from typing import Any

from tests.hostile.pages import TRUTH, post, posted
from tests.hostile.values import ANY_GOOD, ARCHIVED, FAILED, PAGE, Fault
from tests.server import Reply

_MIB = 1 << 20
_ANY = (*ANY_GOOD, FAILED)


def _fault(name: str, inner: str, *, head: str = "", quick: bool = False, whole: bool = False, **more: Any) -> Fault:
    """Return a fault in the middle of a post; with *whole* the post must be stored with all its text."""
    states = (ARCHIVED,) if whole else _ANY
    return Fault(
        name,
        lambda place: {PAGE: posted(inner, head)},
        states=states,
        text=TRUTH if whole else "",
        quick=quick,
        reason="",
        **more,
    )


def _bare(name: str, body: str | bytes, **more: Any) -> Fault:
    return Fault(name, lambda place: {PAGE: Reply(body)}, states=_ANY, reason="", **more)


def _nested(tag: str, depth: int, inside: str = "x") -> str:
    return f"<{tag}>" * depth + inside


_ANCHORS = "".join(f'<a href="/none/{number}/">link {number}</a> ' for number in range(100_000))
FAULTS = (
    _fault("200000-nested-divs", _nested("div", 200_000), whole=True, quick=True),
    _fault("200000-nested-inlines", _nested("b", 200_000), whole=True),
    _fault("100000-nested-formats", "".join(f"<{tag}>" for tag in ("b", "i", "u", "a", "em", "font") * 16_000)),
    _fault("50000-nested-tables", _nested("table><tr><td", 50_000)),
    _fault("100000-nested-lists", _nested("ul><li", 100_000), whole=True),
    _fault("100000-nested-quotes", _nested("blockquote", 100_000)),
    _fault("100000-nested-unknown", _nested("x-y", 100_000), whole=True),
    _fault("50000-nested-svgs", _nested("svg", 50_000)),
    _fault("50000-nested-templates", _nested("template", 50_000)),
    _fault("50000-nested-selects", _nested("select><option", 50_000)),
    _fault("misnested-formats", "<p><b><i></p></b></i>" * 60_000),
    _fault("4-megabytes-of-digits", f"<p>{'1234567890' * (_MIB * 4 // 10)}</p>", whole=True, quick=True),
    _fault("4-megabytes-of-dates", f"<p>{'12/11/2019 ' * (_MIB * 4 // 11)}</p>", quick=True),
    _fault("4-megabytes-like-dates", f"<p>{'January 1, 20' * (_MIB * 4 // 13)}</p>"),
    _fault("4-megabytes-like-telephones", f"<p>{'+1 (555) 555-' * (_MIB * 4 // 13)}</p>", quick=True),
    _fault("4-megabytes-of-hyphens", f"<p>{'-' * (_MIB * 4)}</p>"),
    _fault("4-megabytes-of-at-signs", f"<p>{'a@' * (_MIB * 2)}</p>"),
    _fault("4-megabytes-of-dots", f"<p>{'a.' * (_MIB * 2)}</p>"),
    _fault("4-megabytes-of-spaces", f"<p>{' ' * (_MIB * 4)}</p>", whole=True),
    _fault("4-megabytes-of-no-break-spaces", f"<p>{'&nbsp;' * (_MIB * 4 // 6)}</p>"),
    _fault("4-megabytes-of-line-breaks", "<br>" * _MIB),
    _fault("a-word-of-5-megabytes", f"<p>{'x' * (_MIB * 5)}</p>"),
    _fault("4-megabytes-of-by", f"<p>{'by By by ' * (_MIB * 4 // 9)}</p>"),
    _fault("4-megabytes-of-quotes", f"<p>{chr(34) * (_MIB * 4)}</p>"),
    _fault("4-megabytes-of-brackets", f"<pre>{'([{' * (_MIB * 4 // 3)}</pre>"),
    _fault("4-megabytes-of-slashes", f"<p>{'http://' * (_MIB * 4 // 7)}</p>"),
    _fault("100000-links", f"<p>{_ANCHORS}</p>", quick=True),
    _fault("100000-headings", "".join(f"<h2>Part {number}</h2>" for number in range(100_000))),
    _fault("100000-paragraphs", "".join(f"<p>Paragraph {number} of the tide.</p>" for number in range(100_000))),
    _fault("300000-empty-paragraphs", "<p></p>" * 300_000, whole=True),
    _fault("100000-pictures", "".join(f'<img src="/i/{number}.png" alt="tide">' for number in range(100_000))),
    _fault("300000-cells", "<table>" + ("<tr>" + "<td>1" * 30) * 10_000 + "</table>"),
    _fault(
        "column-span-of-a-billion",
        '<table><tr><td colspan="1000000000" rowspan="1000000000">x</td></tr></table>',
        whole=True,
    ),
    _fault("list-from-400-digits", f'<ol start="{"9" * 400}"><li value="-{"9" * 400}">one</li></ol>', whole=True),
    _fault("nul-characters", "<p>a\0b\0\0c</p>" * 1000, whole=True, never="\0", quick=True),
    _fault("control-characters", "<p>\x1b[2J\x1b]0;owned\x07 \x08\x9b31m text</p>", whole=True),
    _fault("directional-overrides", "<p>\u202egnp.exe\u202c \u2066x\u2069</p>", whole=True),
    _fault("surrogates-as-references", "<p>&#xD800; &#xDFFF; &#x110000; &#0; &#xFFFFFFFFFF;</p>", whole=True),
    _bare(
        "no-closing-tags",
        post().replace("</p>", "").replace("</div>", "").replace("</article>", "").split("</main>")[0],
        quick=True,
    ),
    _fault("an-attribute-of-5-megabytes", f'<div data-x="{"a b " * (_MIB * 5 // 4)}">x</div>', whole=True, quick=True),
    _fault("a-class-of-2-megabytes", f'<div class="{"related share " * (_MIB // 7)}">x</div>'),
    _fault("a-style-of-2-megabytes", f'<div style="{"display:none;" * (_MIB * 2 // 13)}">x</div>'),
    _fault("a-tag-with-300000-attributes", "<div " + " ".join(f"a{number}" for number in range(300_000)) + ">x</div>"),
    _bare("a-title-of-a-megabyte", post(title="tide " * (_MIB // 5)), quick=True),
    _bare("a-heading-of-4-megabytes", post().replace("</h1>", "tide " * (_MIB * 4 // 5) + "</h1>")),
    _fault("100000-metas", "", head='<meta name="description" content="x">' * 100_000, whole=True),
    _fault("100000-open-comments", "<!--" * 100_000),
    _fault("100000-open-scripts", "<script>" * 100_000),
    _fault("100000-odd-comments", "<!-->--><!--->" * 100_000, whole=True),
    _fault("4-megabytes-of-less-than", "<" * (_MIB * 4)),
    _fault("4-megabytes-of-ampersands", "<p>" + "&" * (_MIB * 4)),
    _fault("a-million-references", "<p>" + "&amp;&lt;&notin;" * 300_000),
    _fault("plaintext-element", "<plaintext>" + "<p>never ends " * 1000),
    _fault("frameset", "<frameset><frame src='/x'></frameset>", whole=True),
    _fault("declarations-and-instructions", "<!DOCTYPE x [<!ENTITY a 'b'>]><?php phpinfo(); ?>" * 1000),
    _bare("20-megabytes", "<p>" + "The tide went out and came in again. </p><p>" * (_MIB * 19 // 44)),
    _bare("text-without-a-tag", "The tide went out.\n" * 200_000),
    _bare("not-html-at-all", bytes(range(256)) * 8000),
    Fault("nothing", lambda place: {PAGE: Reply(b"")}, reason="empty"),
    Fault(
        "a-picture-called-a-page",
        lambda place: {PAGE: Reply(b"\x89PNG\r\n\x1a\n" + bytes(99))},
        reason="not a page but",
    ),
)
