"""One outline, three renderings: what each writes for lists, quotes, tables, code, links and images."""

from __future__ import annotations

import pytest

from scraper import extract
from scraper.article import Article
from scraper.render import sanitise

PROSE = "<p>The first paragraph has enough running words to be taken for the text of an article by anybody.</p>"


def article(html: str) -> Article:
    return extract(f"<title>T</title><h1>T</h1><article>{PROSE}{html}{PROSE}x</article>", url="https://blog.example/p/")


def inner(text: str) -> str:
    """Return what stands between the two paragraphs."""
    return text.split("anybody.", 1)[1].rsplit("The first", 1)[0].strip()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>A <em>heading</em></h2>", "## A *heading*"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<ol start=3><li>c</li><li value=7>g</li><li>h</li></ol>", "3. c\n7. g\n8. h"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "1. a\n\n   b\n2. c"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ol><li>a</li></ol><ol><li>b</li></ol>", "1. a\n\n1) b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<blockquote>a</blockquote><blockquote>b</blockquote>", "> a\n\n> b"),
        ("<ul><li>a<blockquote>b</blockquote></li></ul>", "- a\n\n  > b"),
        ("<blockquote><ul><li>a</li><li>b</li></ul></blockquote>", "> - a\n> - b"),
        ("<dl><dt>term</dt><dd>meaning</dd></dl>", "- term\n- meaning"),
        ('<pre><code class="language-py">a = 1\n\nb = 2</code></pre>', "```py\na = 1\n\nb = 2\n```"),
        ("<pre>```\nx</pre>", "````\n```\nx\n````"),
        ('<p><a href="../x_(1)">a [b]</a></p>', "[a \\[b\\]](https://blog.example/x_%281%29)"),
        ('<p><a href="javascript:x()">no</a> link</p>', "no link"),
        ("<p>2 * 3 &lt; _7_ &amp;amp; `x`</p>", "2 \\* 3 \\< \\_7\\_ \\&amp; \\`x\\`"),
        ("<p>1. no list</p>", "1\\. no list"),
        ("<p># no heading</p>", "\\# no heading"),
        ("<p>line<br>- no item</p>", "line  \n\\- no item"),
        ("<p><b>bold</b>, <i>it</i> and <code>a`b</code></p>", "**bold**, *it* and ``a`b``"),
        ("<p><b>Note:</b>glued</p>", "Note:glued"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td><p>x</p><p>y</p></td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1\\|2 | x y |",
        ),
        (
            "<table><tr><td colspan=2>a</td></tr><tr><td>b</td><td>c</td></tr></table>",
            "| a |  |\n| --- | --- |\n| b | c |",
        ),
        (
            '<figure><img src="/i.png" alt="A hen"><figcaption>A hen, walking.</figcaption></figure>',
            "![A hen](https://blog.example/i.png)\n\n*A hen, walking.*",
        ),
    ],
)
def test_markdown(html: str, expected: str) -> None:
    assert inner(article(html).markdown) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<p>a</p><h2>b</h2><p>c</p>", "a\n\nb\n\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "a\n\nb"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<pre>a\n  b</pre>", "a\n  b"),
    ],
)
def test_text(html: str, expected: str) -> None:
    assert inner(article(html).text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<ol start=3><li>a</li></ol>", '<ol start="3"><li>a</li></ol>'),
        ("<blockquote><p>a</p></blockquote>", "<blockquote><p>a</p>\n</blockquote>"),
        (
            '<p><a href="/x?a=1&b=2">a</a></p>',
            '<p><a href="https://blog.example/x?a=1&amp;b=2" rel="noopener noreferrer">a</a></p>',
        ),
        ("<p>&lt;script&gt;x()&lt;/script&gt;</p>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>"),
        ('<pre><code class="lang-c">a &lt; b</code></pre>', '<pre><code class="language-c">a &lt; b</code></pre>'),
    ],
)
def test_html(html: str, expected: str) -> None:
    got = article(html).html.split("anybody.</p>\n", 1)[1].rsplit("<p>The first", 1)[0].strip()
    assert got == expected


HOSTILE = (
    '<img src=x onerror=alert(1)><a href="javascript:alert(1)">a</a><a href="data:text/html,x">b</a>'
    "<a href='https://e.example/\"onmouseover=\"x'>c</a>"
    '<img src="https://e.example/a.png" alt=\'"><script>x()</script>\'>'
    '<pre class="language-x&quot; onload=&quot;y">z</pre><ol start="9e9"><li value="-1">i</li></ol><style>p{}</style>'
    "<p>&lt;img src=x onerror=y&gt;</p><svg><script>x()</script></svg><math><mtext></mtext></math>"
)


def test_html_is_safe_as_it_is_made() -> None:
    html = article(HOSTILE).html
    assert sanitise(html) == html
    assert "onerror=y&gt;" in html


def test_images_are_listed_with_absolute_addresses_and_captions() -> None:
    page = article('<figure><img src="/i.png"><figcaption>A hen, walking.</figcaption></figure>')
    assert [image.to_dict() for image in page.images] == [
        {"url": "https://blog.example/i.png", "alt": None, "caption": "A hen, walking."}
    ]
