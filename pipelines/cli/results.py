"""A search result and an article's body as people read them, for every command that shows one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.cli import console

if TYPE_CHECKING:
    from pipelines.archive.search import Hit

_INDENT = "    "
_FENCE = "```"
_HEADING = re.compile(r"^#{1,6} ")
_PICTURE = re.compile(r"!\[((?:[^\[\]\\]|\\.)*)\]\((?:<[^<>]*>|[^()\s]*)\)")
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\((?:<[^<>]*>|[^()\s]*)\)")
# At most a long sentence: a stray star must not make every later one look through the whole line.
_EMPHASIS = re.compile(r"(?<!\\)(\*\*|\*|~~)(?=\S)(.{1,400}?)(?<=\S)(?<!\\)\1")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#+.()>~|-])")
DAY_CHARACTERS = len("2021-07-26")
# Stand for the start and the end of a match while white space is squeezed and lines are broken. Private use characters:
# no text has a meaning for them, and those that a page holds are taken out first.
_MATCH_START, _MATCH_END = "\ue000", "\ue001"


def hit_text(hit: Hit) -> str:
    """Return a hit as people read it: title; day, authors, site and number; address; snippet with matches in bold."""
    facts = [(hit.published or "")[:DAY_CHARACTERS], ", ".join(hit.authors), hit.site, f"id {hit.id}"]
    lines = [console.bold(console.line_of(hit.title, "(no title)"))]
    lines.append(_INDENT + " · ".join(console.line_of(fact) for fact in facts if fact))
    lines.append(_INDENT + console.line_of(hit.url))
    snippet = console.line_of(_with_matches_marked(hit))
    if snippet:
        start, end = console.bold_codes()
        wrapped = console.wrap(snippet, console.columns(), _INDENT)
        lines.append(wrapped.replace(_MATCH_START, start).replace(_MATCH_END, end))
    return "\n".join(lines)


def _with_matches_marked(hit: Hit) -> str:
    snippet = hit.snippet.replace(_MATCH_START, " ").replace(_MATCH_END, " ")
    for start, end in reversed(hit.highlights):
        snippet = f"{snippet[:start]}{_MATCH_START}{snippet[start:end]}{_MATCH_END}{snippet[end:]}"
    return snippet


def readable(markdown: str) -> str:
    r"""Return Markdown as plain text that keeps what lists, quotes and code look like: no syntax, no addresses.

    >>> readable("## Low *tide*\n\n1. See [the table](http://a.example/t)\n- a\\_b\n\n![A boat](b.png)")
    'Low tide\n\n1. See the table\n- a_b\n\n[picture: A boat]'
    """
    lines, is_code = [], False
    for line in markdown.split("\n"):
        if line.lstrip().startswith(_FENCE):
            is_code = not is_code
        elif is_code:
            lines.append("    " + line)
        else:
            lines.append(_readable_line(line))
    return "\n".join(lines)


def _readable_line(line: str) -> str:
    line = _HEADING.sub("", line)
    line = _PICTURE.sub(lambda match: f"[picture: {match.group(1)}]" if match.group(1) else "[picture]", line)
    line = _LINK.sub(r"\1", line)
    line = _EMPHASIS.sub(r"\2", line)
    return _ESCAPED.sub(r"\1", line)
