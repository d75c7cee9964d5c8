"""The body as text, Markdown and safe HTML. The only place where anything is left out, and it leaves out what carries a
verdict.

The HTML is safe by construction: only the tags and attributes written here occur, text is escaped, addresses are
absolute http(s) ones. ``sanitise`` is for HTML from elsewhere; that it leaves ours as it is, is tested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

import nh3

from scraper.blocks import BOLD, CODE, ITALIC, STRIKE, SUBSCRIPT, SUPERSCRIPT
from scraper.outline import QUOTE, Level, Line, Segment

SAFE_TAGS = frozenset(
    "a abbr b blockquote br caption cite code dd del dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
    "mark ol p pre q s samp small strong sub sup table tbody td tfoot th thead tr u ul".split()
)
"""What sanitised HTML may hold: text and its structure, pictures and links; no script, form, frame, style or event."""
SAFE_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "code": {"class"},
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
        if not text or line.kind == "image":
            continue
        if before is not None:
            parts.append(_between(before, line))
        if line.lists and line.lists[-1].frame < 0 and line.lists[-1].ordered:
            text = f"{line.lists[-1].number}. {text}"  # a dump's numbers are part of its text
        parts.append(text)
        before = line
    return "".join(parts)


def _between(before: Line, line: Line) -> str:
    if line.table >= 0 and before.table == line.table:
        return " " if before.cell == line.cell else "\t" if before.row == line.row else "\n"
    if line.lists and before.lists and _list_of(before) == _list_of(line) != QUOTE:
        return "\n"
    return "\n\n"


def _list_of(line: Line) -> int:
    """Return the identity of the outermost list around the line, QUOTE when there are only quotes."""
    for level in line.lists:
        if level.item != QUOTE:
            return level.frame
    return QUOTE


# -------------------------------------------------------------------------------------------------- parts of a document


def _with_tables(lines: Sequence[Line]) -> list[Line | list[list[list[Line]]]]:
    """Return the lines, each table's cells gathered in its place: rows of cells of lines. Its images come after it."""
    out: list[Line | list[list[list[Line]]]] = []
    position, end = 0, len(lines)
    while position < end:
        line = lines[position]
        position += 1
        if line.kind != "cell":
            out.append(line)
            continue
        rows = [[[line]]]
        images = []
        before = line
        while position < end and lines[position].table == line.table:
            following = lines[position]
            position += 1
            if following.kind == "image":
                images.append(following)
                continue
            if following.row != before.row:
                rows.append([[following]])
            elif following.cell != before.cell:
                rows[-1].append([following])
            else:
                rows[-1][-1].append(following)
            before = following
        out.append(rows)
        out.extend(images)
    return out


# ------------------------------------------------------------------------------------------------------------ Markdown

_MARKDOWN_SPECIAL = re.compile(r"[\\`*_\[\]<>~&]")
_MARKDOWN_ESCAPED = re.compile(r"([\\`*_\[\]<>~]|&(?=#?\w{1,31};))")
# What would begin a heading, a list, a quote, a rule or a fence at the start of a line (CommonMark 0.31 §4, §5).
_LINE_START = re.compile(r"^( *)(?:(#{1,6}(?=\s|$)|[-+](?=\s|$)|[-=]+ *$)|(\d{1,9})([.)])(?=\s|$))", re.M)
_STARTING = frozenset("#-+=0123456789 ")
_BULLETS = ("-", "*")
_DELIMITERS = (".", ")")


def to_markdown(lines: Sequence[Line]) -> str:
    """Return CommonMark (with pipe tables): headings, numbered, nested lists, quotes, code, tables, links, images."""
    parts: list[str] = []
    before: tuple[Level, ...] = ()
    writer = _Nesting()
    for line in _with_tables(lines):
        if isinstance(line, list):
            lists, text = line[0][0][0].lists, _pipe_table(line)
        else:
            lists, text = line.lists, _markdown_block(line)
        if not text:
            continue
        if parts:
            parts.append(writer.between(before, lists))
        parts.append(writer.nested(text, lists) if lists else text)
        if not lists:
            writer.forget()
        before = lists
    return "".join(parts)


class _Nesting:
    """Markers and indents of lists and quotes."""

    def __init__(self) -> None:
        self.open: tuple[Level, ...] = ()
        self.styles: dict[int, int] = {}  # list → which of the two bullets or delimiters it is written with

    def forget(self) -> None:
        self.open = ()
        self.styles.clear()

    def between(self, before: tuple[Level, ...], lists: tuple[Level, ...]) -> str:
        """Return what separates two blocks: a line break between items of one list, else a blank line, quoted where
        both stand in one quote."""
        if not before or not lists:
            return "\n\n"
        shared = _shared(before, lists)
        if shared < min(len(before), len(lists)):
            one, other = before[shared], lists[shared]
            if one.frame == other.frame and one.item != QUOTE:
                return "\n"  # the next item
        elif shared == len(before) < len(lists) and shared and QUOTE not in (before[-1].item, lists[shared].item):
            return "\n"  # the first item of a list under an item's own line
        prefix = "".join(
            "> " if level.item == QUOTE else " " * len(self.marker(level)) for level in lists[:shared]
        ).rstrip()
        return f"\n{prefix}\n" if prefix else "\n\n"

    def marker(self, level: Level) -> str:
        style = self.styles.get(level.frame, 0)
        return f"{level.number}{_DELIMITERS[style]} " if level.ordered else f"{_BULLETS[style]} "

    def nested(self, text: str, lists: tuple[Level, ...]) -> str:
        """Return a block with the markers of its items on its first line and their indents on the others."""
        shared = _shared(self.open, lists)
        if shared < len(lists) and shared < len(self.open):
            self.tell_apart(self.open[shared], lists[shared])
        first, others = "", ""
        for depth, level in enumerate(lists):
            if level.item == QUOTE:
                first += "> "
                others += "> "
                continue
            marker = self.marker(level)
            others += " " * len(marker)
            first += " " * len(marker) if depth < shared else marker
        self.open = lists
        if "\n" not in text:
            return first + text
        head, *rest = text.split("\n")
        return "\n".join([first + head, *(others + row if row else others.rstrip() for row in rest)])

    def tell_apart(self, one: Level, other: Level) -> None:
        """Two lists in a row are one to CommonMark unless their markers differ."""
        if one.frame != other.frame and one.ordered == other.ordered and QUOTE not in (one.item, other.item):
            self.styles[other.frame] = 1 - self.styles.get(one.frame, 0)


def _shared(one: tuple[Level, ...], other: tuple[Level, ...]) -> int:
    """Return how many levels two lines have in common, the items too."""
    shared = 0
    for level, same in zip(one, other, strict=False):
        if level.frame != same.frame or level.item != same.item:
            break
        shared += 1
    return shared


def _markdown_block(line: Line) -> str:
    if line.kind == "image":
        caption = f"\n\n*{_escaped(line.caption)}*" if line.caption else ""
        return f"![{_escaped(line.alt or '')}]({_address(line.src)}){caption}" if line.src else ""
    if line.kind == "preformatted":
        text = line.text
        fence = "```"
        while fence in text:
            fence += "`"
        return f"{fence}{line.language}\n{text}\n{fence}" if text else ""
    text = _markdown_inline(line.segments)
    if line.kind == "heading":
        return f"{'#' * line.level} {text.replace('  ' + chr(10), ' ')}" if text else ""
    if text[:1] in _STARTING or "\n" in text:
        text = _LINE_START.sub(_escape_start, text)
    return text


def _escape_start(found: re.Match[str]) -> str:
    indent, sign, number, delimiter = found.groups()
    return f"{indent}\\{sign}" if sign else f"{indent}{number}\\{delimiter}"


def _escaped(text: str) -> str:
    # a plain set of characters is looked for at four times the speed of the pattern that tells what & begins
    return text if _MARKDOWN_SPECIAL.search(text) is None else _MARKDOWN_ESCAPED.sub(r"\\\1", text)


def _address(url: str) -> str:
    return url.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")


def _markdown_inline(segments: Sequence[Segment]) -> str:
    if len(segments) == 1 and not segments[0][1] and not segments[0][2]:
        return _broken(_escaped(segments[0][0]).strip())
    out: list[str] = []
    for position, (text, style, href) in enumerate(segments):
        core = text.strip(" \n")
        if not core:
            out.append(text)
            continue
        start = text.index(core[0])
        lead, tail = text[:start], text[start + len(core) :]
        styled = _markdown_code(core) if style & CODE else _escaped(core)
        if style & (BOLD | ITALIC | STRIKE) and _can_be_marked(segments, position, core, lead, tail):
            styled = _emphasised(styled, style)
        if href:
            styled = f"[{styled}]({_address(href)})"
        out.append(f"{lead}{styled}{tail}")
    return _broken("".join(out).strip())


def _broken(text: str) -> str:
    """Return Markdown with its line breaks written as hard ones."""
    return text.replace("\n", "  \n") if "\n" in text else text


def _markdown_code(text: str) -> str:
    text = text.replace("\n", " ")
    mark = "`"
    while mark in text:
        mark += "`"
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{mark}{pad}{text}{pad}{mark}"


def _emphasised(text: str, style: int) -> str:
    if style & BOLD:
        text = f"**{text}**"
    if style & ITALIC:
        text = f"*{text}*"
    return f"~~{text}~~" if style & STRIKE else text


def _can_be_marked(segments: Sequence[Segment], position: int, core: str, lead: str, tail: str) -> bool:
    """Tell whether asterisks around a stretch would be read as emphasis: not between a letter and punctuation, nor
    beside other asterisks (CommonMark 0.31 §6.2)."""
    before = segments[position - 1] if position and not lead else None
    after = segments[position + 1] if position + 1 < len(segments) and not tail else None
    for neighbour, edge, inner in ((before, -1, core[0]), (after, 0, core[-1])):
        if neighbour is None or not neighbour.text or neighbour.text[edge].isspace():
            continue
        if neighbour.style & (BOLD | ITALIC | STRIKE) or not inner.isalnum():
            return False
    return True


def _pipe_table(rows: list[list[list[Line]]]) -> str:
    width = max(sum(cell[0].span for cell in row) for row in rows)
    if width == 1:
        return "\n\n".join(_markdown_block(line) for row in rows for cell in row for line in cell)
    out = []
    for row in rows:
        texts: list[str] = []
        for cell in row:
            inline = " ".join([_markdown_inline(line.segments) for line in cell])
            texts += [inline.replace("|", "\\|").replace("  \n", "<br>"), *[""] * (cell[0].span - 1)]
        out.append("| " + " | ".join(texts + [""] * (width - len(texts))) + " |")
    return "\n".join([out[0], "|" + " --- |" * width, *out[1:]])


# ---------------------------------------------------------------------------------------------------------------- HTML

_TAGS = ((BOLD, "strong"), (ITALIC, "em"), (CODE, "code"), (STRIKE, "del"), (SUPERSCRIPT, "sup"), (SUBSCRIPT, "sub"))
_LANGUAGE = re.compile(r"[\w+#.-]+")


def to_html(lines: Sequence[Line]) -> str:
    """Return safe HTML of the same outline: the tags of SAFE_TAGS alone, text escaped, http(s) addresses."""
    out: list[str] = []
    stack: list[Level] = []
    for line in _with_tables(lines):
        if isinstance(line, list):
            _nest(out, stack, line[0][0][0].lists)
            out.append(_html_table(line))
            continue
        block = _html_block(line)
        if not block:
            continue
        fresh = _nest(out, stack, line.lists) if line.lists or stack else False
        if line.kind == "paragraph":
            out.append(block if fresh else f"<p>{block}</p>\n")
        else:
            out.append(block)
    _close(out, stack, 0)
    return "".join(out)


def _close(out: list[str], stack: list[Level], keep: int) -> None:
    while len(stack) > keep:
        level = stack.pop()
        out.append("</blockquote>" if level.item == QUOTE else "</li></ol>" if level.ordered else "</li></ul>")


def _nest(out: list[str], stack: list[Level], lists: tuple[Level, ...]) -> bool:
    """Close and open lists, items and quotes until *stack* equals *lists*; tell whether an item just began."""
    same = _shared(tuple(stack), lists)
    fresh = False
    if same < min(len(stack), len(lists)) and stack[same].frame == lists[same].frame:
        _close(out, stack, same + 1)
        out.append("</li><li>")
        stack[same] = lists[same]
        same += 1
        fresh = True
    else:
        _close(out, stack, same)
    for level in lists[same:]:
        if level.item == QUOTE:
            out.append("<blockquote>")
        else:
            start = f' start="{level.number}"' if level.ordered and level.number != 1 else ""
            out.append(f"<ol{start}><li>" if level.ordered else "<ul><li>")
        stack.append(level)
        fresh = level.item != QUOTE
    return fresh


def _html_block(line: Line) -> str:
    kind = line.kind
    if kind == "image":
        if not line.src:
            return ""
        caption = f"<figcaption>{escape(line.caption, quote=False)}</figcaption>" if line.caption else ""
        return f'<figure><img src="{escape(line.src)}" alt="{escape(line.alt or "")}">{caption}</figure>\n'
    if kind == "preformatted":
        language = f' class="language-{line.language}"' if _LANGUAGE.fullmatch(line.language) else ""
        return f"<pre><code{language}>{escape(line.text, quote=False)}</code></pre>\n"
    inline = _html_inline(line.segments)
    return f"<h{line.level}>{inline}</h{line.level}>\n" if kind == "heading" and inline else inline


def _html_inline(segments: Sequence[Segment]) -> str:
    out: list[str] = []
    for text, style, href in segments:
        html = escape(text, quote=False)
        if "\n" in html:
            html = html.replace("\n", "<br>")
        if style:
            for flag, tag in _TAGS:
                if style & flag:
                    html = f"<{tag}>{html}</{tag}>"
        out.append(f'<a href="{escape(href)}" rel="noopener noreferrer">{html}</a>' if href else html)
    return "".join(out)


def _html_table(rows: list[list[list[Line]]]) -> str:
    out = ["<table><tbody>"]
    for row in rows:
        out.append("<tr>")
        for cell in row:
            tag = "th" if cell[0].is_header else "td"
            span = f' colspan="{cell[0].span}"' if cell[0].span > 1 else ""
            inline = "<br>".join([_html_inline(line.segments) for line in cell])
            out.append(f"<{tag}{span}>{inline}</{tag}>")
        out.append("</tr>")
    out.append("</tbody></table>\n")
    return "".join(out)


RENDERERS: dict[str, Callable[[Sequence[Line]], str]] = {"text": to_text, "markdown": to_markdown, "html": to_html}
"""Form → the function that renders it."""
