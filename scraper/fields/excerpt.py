"""The page's own summary, else the start of its body."""

from __future__ import annotations

from scraper.article import Found
from scraper.marks import Marks
from scraper.standards.structured import ARTICLE_TYPES, types_of
from scraper.text import fold, plain

SHORTEST_CHARS = 25
"""Shorter descriptions are a label or the site's slogan."""
LONGEST_CHARS = 320
"""What is kept of a body's start, or of a description that is the whole article."""
_METAS = (
    "description",
    "og:description",
    "twitter:description",
    "dc.description",
    "dcterms.abstract",
    "sailthru.description",
)


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return the summaries, best first; the start of the body is the last of them."""
    page = marks.page
    out: dict[str, Found[str]] = {}
    title = fold(marks.best("title") or "")
    seen: set[str | None] = {None}  # most pages repeat one description under three names
    for name in _METAS:
        said = page.meta(name)
        if said not in seen:
            seen.add(said)
            _add(out, plain(said), f"meta:{name}", 0.9, title)
    for node in page.json_ld[:40]:
        if types_of(node) & ARTICLE_TYPES:
            _add(out, plain(node.get("description")), "json-ld:description", 0.85, title)
            break
    start = _start_of_body(marks)
    if start:
        _add(out, start, "text", 0.7, title)
    return tuple(out.values())[:4]


def _add(out: dict[str, Found[str]], text: str, source: str, confidence: float, title: str) -> None:
    if len(text) < SHORTEST_CHARS:
        return
    key = fold(text)
    if key and key != title and key not in out:
        out[key] = Found(cut(text), source, confidence, text[:80])


def _start_of_body(marks: Marks) -> str:
    """Return the first running text of the body, joined until it is long enough."""
    parts: list[str] = []
    size = 0
    for block in marks.kept():
        if block.words < 8 or block.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "pre"):
            continue
        parts.append(block.text[: 2 * LONGEST_CHARS])
        size += len(block.text)
        if size >= LONGEST_CHARS // 2:
            break
    return " ".join(parts)


def cut(text: str) -> str:
    """Return *text*, or its first LONGEST_CHARS characters up to a word's end and an ellipsis.

    >>> cut("short"), len(cut("word " * 200)) <= LONGEST_CHARS
    ('short', True)
    """
    if len(text) <= LONGEST_CHARS:
        return text
    head = text[: LONGEST_CHARS - 1]
    space = head.rfind(" ")
    return (head[:space] if space > LONGEST_CHARS // 2 else head).rstrip(" ,;:.–—-") + "…"
