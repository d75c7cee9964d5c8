"""The body as text, Markdown and safe HTML. The only place where anything is left out, and it leaves out what carries
a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

import nh3

from scraper.blocks import BOLD, CODE, ITALIC, STRIKE, SUBSCRIPT, SUPERSCRIPT
from scraper.outline import Level, Line, Segment

SAFE_TAGS = frozenset(
    "a abbr b blockquote br caption cite code dd del dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
    "mark ol p pre q s samp small strong sub sup table tbody td tfoot th thead tr u ul".split()
)
"""What sanitised HTML may hold: text and its structure, pictures and links; no script, form, frame, style or event."""
SAFE_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "td": {"colspan"},
    "th": {"colspan"},
}
SAFE_SCHEMES = frozenset(("http", "https"))


def sanitise(html: str) -> str:
    """Return *html* with everything taken out that is not text, structure, picture or http(s) link.

    >>> sanitise('<p onclick="x()">Hi <a href="javascript:x()">you</a><script>x()</script></p>')
    '<p>Hi <a rel="noopener noreferrer">you</a></p>'
    """
    return nh3.clean(html, tags=set(SAFE_TAGS), attributes=SAFE_ATTRIBUTES, url_schemes=set(SAFE_SCHEMES))


# ---------------------------------------------------------------------------------------------------------------- text


def to_text(lines: Sequence[Line]) -> str:
    """Return plain text: a blank line between paragraphs and headings, list items and table rows on lines of their
    own."""
    parts: list[str] = []
    before: Line | None = None
    for line in lines:
        text = line.text
        if line.kind == "image" or not text:
            continue
        if before is not None:
            parts.append(_between(before, line))
        parts.append(text)
        before = line
    return "".join(parts)


def _between(before: Line, line: Line) -> str:
    if line.row >= 0 and before.table == line.table:
        return "\t" if before.row == line.row else "\n"
    if line.lists and before.lists and before.lists[0].frame == line.lists[0].frame:
        return "\n"
    return "\n\n"


# ------------------------------------------------------------------------------------------------------------ Markdown

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_MARKDOWN_LINE_START = re.compile(r"^(\s*)(#{1,6}\s|[-+]\s|>|\d{1,9}[.)]\s)")


def to_markdown(lines: Sequence[Line]) -> str:
    """Return CommonMark (with pipe tables): headings, numbered and nested lists, quotes, code, tables, links,
    images."""
    parts: list[str] = []
    before: Line | None = None
    position = 0
    while position < len(lines):
        line = lines[position]
        if line.kind == "cell":
            rows, position = _rows(lines, position)
            text = _pipe_table(rows)
        else:
            text = _markdown_block(line)
            position += 1
        if not text:
            continue
        if before is not None:
            tight = bool(
                line.lists and before.lists and before.lists[0].frame == line.lists[0].frame and line.kind != "cell"
            )
            parts.append("\n" if tight and line.lists[-1].item != before.lists[-1].item else "\n\n")
        parts.append(_indented(text, line, before))
        before = line
    return "".join(parts)


def _markdown_block(line: Line) -> str:
    if line.kind == "image":
        caption = f"\n\n*{_escaped(line.caption)}*" if line.caption else ""
        return f"![{_escaped(line.alt or '')}]({_address(line.src)}){caption}" if line.src else ""
    if line.kind == "preformatted":
        fence = "```"
        while fence in line.text:
            fence += "`"
        return f"{fence}\n{line.text}\n{fence}"
    text = _markdown_inline(line.segments)
    if line.kind == "heading":
        return f"{'#' * line.level} {text.replace(chr(10), ' ')}" if text else ""
    return _MARKDOWN_LINE_START.sub(lambda found: f"{found.group(1)}\\{found.group(2)}", text)


def _indented(text: str, line: Line, before: Line | None) -> str:
    """Return a block's Markdown with the markers of its lists and quotes: a marker on an item's first line, else an
    indent."""
    if line.lists:
        head = ""
        for depth, level in enumerate(line.lists):
            is_last = depth == len(line.lists) - 1
            continued = before is not None and any(level.item == other.item for other in before.lists)
            marker = f"{level.number}. " if level.ordered else "- "
            head += marker if is_last and not continued else " " * len(marker)
        indent = " " * len(head)
        text = head + text.replace("\n", f"\n{indent}")
    if line.quotes:
        prefix = "> " * line.quotes
        text = "\n".join(prefix + row for row in text.split("\n"))
    return text


def _escaped(text: str) -> str:
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text)


def _address(url: str) -> str:
    return url.replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def _markdown_inline(segments: Sequence[Segment]) -> str:
    out: list[str] = []
    for text, style, href in segments:
        if text == "\n":
            out.append("  \n")
            continue
        core = text.strip(" ")
        if not core:
            out.append(text)
            continue
        lead, tail = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
        if style & CODE:
            mark = "``" if "`" in core else "`"
            core = f"{mark}{core}{mark}"
        else:
            core = _escaped(core)
        if style & BOLD:
            core = f"**{core}**"
        if style & ITALIC:
            core = f"*{core}*"
        if href:
            core = f"[{core}]({_address(href)})"
        out.append(f"{lead}{core}{tail}")
    return "".join(out).strip()


def _rows(lines: Sequence[Line], position: int) -> tuple[list[list[Line]], int]:
    """Return the rows of the table that begins at *position*, and the position after it."""
    table = lines[position].table
    rows: list[list[Line]] = []
    while position < len(lines) and lines[position].kind == "cell" and lines[position].table == table:
        if not rows or rows[-1][0].row != lines[position].row:
            rows.append([])
        rows[-1].append(lines[position])
        position += 1
    return rows, position


def _pipe_table(rows: list[list[Line]]) -> str:
    width = max(map(len, rows))
    if width == 1:
        return "\n\n".join(_markdown_inline(row[0].segments) for row in rows)
    texts = [[_markdown_inline(cell.segments).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    padded = [row + [""] * (width - len(row)) for row in texts]
    out = ["| " + " | ".join(padded[0]) + " |", "|" + " --- |" * width]
    out += ["| " + " | ".join(row) + " |" for row in padded[1:]]
    return "\n".join(out)


# ---------------------------------------------------------------------------------------------------------------- HTML

_TAGS = ((BOLD, "strong"), (ITALIC, "em"), (CODE, "code"), (STRIKE, "del"), (SUPERSCRIPT, "sup"), (SUBSCRIPT, "sub"))


def to_html(lines: Sequence[Line]) -> str:
    """Return sanitised HTML of the same outline."""
    out: list[str] = []
    stack: list[Level] = []
    quotes = 0
    position = 0
    while position < len(lines):
        line = lines[position]
        if line.quotes != quotes and line.kind != "cell":
            _close_lists(out, stack, 0)
            out.append("<blockquote>" * (line.quotes - quotes) or "</blockquote>" * (quotes - line.quotes))
            quotes = line.quotes
        _open_lists(out, stack, line.lists)
        if line.kind == "cell":
            rows, position = _rows(lines, position)
            out.append(_html_table(rows))
        else:
            out.append(_html_block(line))
            position += 1
    _close_lists(out, stack, 0)
    out.append("</blockquote>" * quotes)
    return sanitise("".join(out))


def _close_lists(out: list[str], stack: list[Level], keep: int) -> None:
    while len(stack) > keep:
        out.append("</li></ol>" if stack.pop().ordered else "</li></ul>")


def _open_lists(out: list[str], stack: list[Level], lists: tuple[Level, ...]) -> None:
    """Close and open lists and items until *stack* equals *lists*."""
    same = 0
    while same < min(len(stack), len(lists)) and stack[same].item == lists[same].item:
        same += 1
    if same < len(lists) and same < len(stack) and stack[same].frame == lists[same].frame:
        _close_lists(out, stack, same + 1)
        out.append("</li><li>")
        stack[same] = lists[same]
        same += 1
    else:
        _close_lists(out, stack, same)
    for level in lists[same:]:
        start = f' start="{level.number}"' if level.ordered and level.number != 1 else ""
        out.append(f"<ol{start}><li>" if level.ordered else "<ul><li>")
        stack.append(level)


def _html_block(line: Line) -> str:
    if line.kind == "image":
        image = f'<img src="{escape(line.src)}" alt="{escape(line.alt or "")}">' if line.src else ""
        caption = f"<figcaption>{escape(line.caption)}</figcaption>" if line.caption else ""
        return f"<figure>{image}{caption}</figure>" if image else ""
    if line.kind == "preformatted":
        return f"<pre><code>{escape(line.text)}</code></pre>"
    inline = _html_inline(line.segments)
    if line.kind == "heading":
        return f"<h{line.level}>{inline}</h{line.level}>\n"
    return inline if line.lists else f"<p>{inline}</p>\n"


def _html_inline(segments: Sequence[Segment]) -> str:
    out: list[str] = []
    for text, style, href in segments:
        if text == "\n":
            out.append("<br>")
            continue
        html = escape(text, quote=False)
        if style:
            for flag, tag in _TAGS:
                if style & flag:
                    html = f"<{tag}>{html}</{tag}>"
        out.append(f'<a href="{escape(href)}">{html}</a>' if href else html)
    return "".join(out)


def _html_table(rows: list[list[Line]]) -> str:
    def cell(line: Line) -> str:
        tag = "th" if line.is_header else "td"
        return f"<{tag}>{_html_inline(line.segments)}</{tag}>"

    return "<table>" + "".join("<tr>" + "".join(map(cell, row)) + "</tr>" for row in rows) + "</table>"


RENDERERS: dict[str, Callable[[Sequence[Line]], str]] = {"text": to_text, "markdown": to_markdown, "html": to_html}
"""Form → the function that renders it."""
