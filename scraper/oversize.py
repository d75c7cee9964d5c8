"""Markup that costs the parser more than linear time, brought down to what a page could need: pure, text to text.

The tree builder compares every attribute of a tag with all before it, and every option of a menu with all before it:
300,000 of them take minutes. No page of the corpora has more than 60 attributes on a tag or 2,000 options in a menu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

MAX_ATTRIBUTES = 1_000
"""Attributes of one tag; the parser takes a millisecond for so many."""
MAX_OPTIONS = 4_000
"""``option`` tags of one page; the parser takes 20 ms for so many in one menu."""
_SUSPICIOUS_CHARS = 100_000
"""Characters below which no page can hold enough attributes to take a second."""
_LONG_TAG = 4_000
"""Characters without a ``>`` that may be a tag with too many attributes."""
_TAG_START = re.compile(r"<[a-zA-Z][^\s/>]*+")
_ATTRIBUTE = re.compile(r"""[\s/]*+[^\s/=>]++(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"']*+))?+""")
_OPTION = re.compile(r"</?option\b[^<>]*>", re.I)


def limited(html: str, tags: int | None = None) -> str:
    """Return *html* without the attributes and options that are too many; nearly always *html* itself. *tags*
    is the number of ``<`` in it, where it is known.

    >>> limited("<p a b>x</p>")
    '<p a b>x</p>'
    """
    if len(html) < _SUSPICIOUS_CHARS // 4:
        return html
    if (html.count("<") if tags is None else tags) > MAX_OPTIONS and html.count("<o") + html.count("<O") > MAX_OPTIONS:
        html = _with_few_options(html)
    return _with_few_attributes(html) if len(html) >= _SUSPICIOUS_CHARS else html


def _with_few_options(html: str) -> str:
    """Take the tags, not the texts, of the options after MAX_OPTIONS out."""
    tags = list(islice(_OPTION.finditer(html), 2 * MAX_OPTIONS))
    if len(tags) < 2 * MAX_OPTIONS:
        return html
    last = tags[-1].end()
    return html[:last] + _OPTION.sub(" ", html[last:])


def _with_few_attributes(html: str) -> str:
    """Cut each tag after its first MAX_ATTRIBUTES attributes.

    A tag that hides its length behind a quoted ``>`` every few thousand characters passes: the limit of time for a page
    is there for it.
    """
    kept: list[str] = []
    done = looked = 0
    in_script = False
    for start, end in _long_stretches(html):
        opened, closed = html.rfind("<script", looked, start), html.rfind("</script", looked, start)
        in_script, looked = opened > closed if opened != closed else in_script, start
        if not in_script:
            stretch = html[start:end]
            cut = _cut(stretch)
            if len(cut) < len(stretch):
                kept += (html[done:start], cut)
                done = end
    return "".join([*kept, html[done:]]) if kept else html


def _long_stretches(html: str) -> Iterator[tuple[int, int]]:
    """Yield where there is no ``>`` for so long that a tag may have too many attributes, each of which takes two
    characters.

    It goes in leaps, from one ``>`` to the last one that is near enough: a page takes fifty.
    """
    position, last_start = 0, len(html) - _LONG_TAG
    while position <= last_start:
        near = html.rfind(">", position, position + _LONG_TAG)
        if near < 0:
            near = html.find(">", position + _LONG_TAG)
            near = near if near >= 0 else len(html)
            opened = html.find("<", position, near)
            if 0 <= opened < near - 2 * MAX_ATTRIBUTES:
                yield position, near
        position = near + 1


def _cut(piece: str) -> str:
    """Return the text before a ``>``, its last tag cut after MAX_ATTRIBUTES attributes."""
    start = _TAG_START.search(piece)
    if start is None:
        return piece
    position = start.end()
    for _ in range(MAX_ATTRIBUTES):
        attribute = _ATTRIBUTE.match(piece, position)
        if attribute is None:
            return piece
        position = attribute.end()
    return piece[:position]
