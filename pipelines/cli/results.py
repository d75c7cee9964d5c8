"""A search result as people read it, for every command that shows one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.cli import console

if TYPE_CHECKING:
    from pipelines.archive.search import Hit

_INDENT = "    "
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
