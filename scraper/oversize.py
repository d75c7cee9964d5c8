"""Markup that costs the parser more than linear time, brought down to what a page could need: pure, text to text.

The tree builder compares every attribute of a tag with all before it, and every option of a menu with all before it:
300,000 of them take minutes. No page of the corpora has more than 60 attributes on a tag or 2,000 options in a menu.
"""

from __future__ import annotations

import re
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
    return _with_few_attributes(html) if len(html) >= _SUSPICIOUS_CHARS and _has_long_tag(html) else html


def _has_long_tag(html: str) -> bool:
    """Tell whether some tag is long enough for MAX_ATTRIBUTES, in leaps from one ``>`` to the last one that is near
    enough: a page takes fifty. An attribute takes two characters at least."""
    position, last_start = 0, len(html) - _LONG_TAG
    while position <= last_start:
        near = html.rfind(">", position, position + _LONG_TAG)
        if near < 0:
            near = html.find(">", position + _LONG_TAG)
            near = near if near >= 0 else len(html)
            opened = html.find("<", position, near)
            if 0 <= opened < near - 2 * MAX_ATTRIBUTES:
                return True
        position = near + 1
    return False


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
    pieces = html.split(">")
    position = looked = 0
    in_script = False
    for number, piece in enumerate(pieces):
        if len(piece) >= _LONG_TAG:
            opened, closed = html.rfind("<script", looked, position), html.rfind("</script", looked, position)
            in_script, looked = opened > closed if opened != closed else in_script, position
            if not in_script:
                pieces[number] = _cut(piece)
        position += len(piece) + 1
    return ">".join(pieces)


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
