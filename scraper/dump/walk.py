r"""Plain text as blocks: one per non-blank line, with the blank lines before it, its marker and its indent.

Text that was wrapped at a fixed width is unwrapped first, because a line of such text says nothing about its paragraph:
taking the lines as they stand cost .065 of word F1 on wrapped copies of the development dumps.
"""

from __future__ import annotations

import re
from itertools import pairwise

from scraper.blocks import Block, Frame, Piece, Walked, quick_words

_BULLET = re.compile(r"[•●◦▪‣·*–-](?:\s+|$)")
_NUMBER = re.compile(r"\d{1,3}[.)](?:\s+|$)")
_TAG = re.compile(r"<(?:!doctype|/?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?)>", re.I)
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")

_FIRST_UNSPACED = 0x2E80  # where CJK begins

FEW_TAGS_PER_LINE = 0.25
"""Share of lines with a tag up to which text is a dump that speaks of markup; a page has one on nearly every line."""
ENOUGH_LINES = 20
"""Lines a text with tags must have to be a dump: a fragment of a page may be one long line."""
NARROWEST, WIDEST = 40, 130
"""Columns at which text is wrapped. Beyond, a line is a paragraph as the tool found it."""
WRAPPED_SHARE = 0.15
"""Share of the lines that must be full for the text to count as wrapped; else it is the longest line or two."""
FEWEST_FULL = 5
"""Full lines a wrapped text has at least; fewer are chance."""
MOST_LINES = 20_000
"""Lines that are looked at one by one, a long book's; what comes after is taken a whole paragraph at a time, because a
line costs 2 KB of memory."""
LINES_AT_ONCE = 200
"""Lines of such a paragraph, at most."""
LONG_WORD = 40
"""Characters of a word that may stick out over the width: addresses are not broken."""


def is_dump(text: str) -> bool:
    r"""Tell whether *text* is a plain-text dump: no tag at all, or many lines of which hardly any holds one.

    >>> is_dump("A title\n\nA line."), is_dump("<p>A line.</p>"), is_dump("Write <b> for bold.\n" + "A line.\n" * 30)
    (True, False, True)
    """
    if _TAG.search(text) is None:
        return True
    if text.lstrip()[:1] == "<":
        return False
    lines = [line for line in text.splitlines() if line and not line.isspace()]
    tagged = sum("<" in line and _TAG.search(line) is not None for line in lines)
    return len(lines) >= ENOUGH_LINES and tagged <= FEW_TAGS_PER_LINE * len(lines)


def walk_text(dump: str) -> Walked:
    r"""Return a plain-text dump as blocks, one per non-blank line: blank lines before it, its marker and indent too.

    >>> [(b.tag, b.marker, b.text) for b in walk_text("Title\n\n  • one\n  2. two").blocks]
    [('line', '', 'Title'), ('li', '•', 'one'), ('li', '2.', 'two')]
    """
    out = Walked()
    out.frames.append(Frame(0, "dump", -1, "", 0, "", "", False, 0, end=1))
    lines = _bounded(unwrapped(dump.splitlines()))
    numbered = _numbered(lines)
    gap = 0
    for position, line in enumerate(lines):
        text = " ".join(line.split())
        if not text.isascii():
            text = _INVISIBLE.sub("", text).strip()
        if not text:
            gap += 1
            continue
        found = _NUMBER.match(text) if position in numbered else _BULLET.match(text)
        marker = ""
        if found and found.end() < len(text):
            marker, text = found.group().strip(), text[found.end() :]
        index = len(out.blocks)
        out.pieces.append(Piece(text, 0, -1))
        words = quick_words(text)
        out.blocks.append(
            Block(index, 0, "li" if marker else "line", text, words, 0, index, index + 1, gap, marker, _indent(line))
        )
        gap = 0
    out.frames[0].last = len(out.blocks)
    return out


def _bounded(lines: list[str]) -> list[str]:
    """Return the lines, those after MOST_LINES joined up to the next blank one."""
    if len(lines) <= MOST_LINES:
        return lines
    bounded = lines[:MOST_LINES]
    group: list[str] = []
    for line in lines[MOST_LINES:]:
        if line.strip() and len(group) < LINES_AT_ONCE:
            group.append(line)
            continue
        bounded += (" ".join(group), *([] if line.strip() else [line]))
        group = [line] if line.strip() else []
    return [*bounded, " ".join(group)]


def _indent(line: str) -> int:
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip())


def _numbered(lines: list[str]) -> frozenset[int]:
    """Return the positions of lines whose leading number is a list's: indented, or with another such line next to it.

    "1. Boil the water" alone at the margin is a heading with its number as part of the text.
    """
    opens = {position for position, line in enumerate(lines) if _NUMBER.match(line[:80].lstrip())}
    return frozenset(
        position
        for position in opens
        if lines[position][:1].isspace() or position - 1 in opens or position + 1 in opens
    )


def unwrapped(lines: list[str]) -> list[str]:
    """Return the lines with a wrap at a fixed width undone; usually the same lines.

    Wrapped text has no line longer than its width, and after most lines the next word would not have fitted.
    """
    width = max((len(line) for line in lines if _bounds_width(line)), default=0)
    if not NARROWEST <= width <= WIDEST:
        return lines
    joins = [False, *(_is_full(line, following, width) for line, following in pairwise(lines))]
    if sum(joins) < FEWEST_FULL or sum(joins) < WRAPPED_SHARE * sum(not line.isspace() for line in lines if line):
        return lines
    groups: list[list[str]] = []
    for line, joined in zip(lines, joins, strict=True):
        if joined:
            groups[-1].append(_separated(groups[-1][-1], line.strip()))
        else:
            groups.append([line.rstrip()])
    return ["".join(group) for group in groups]


def _bounds_width(line: str) -> bool:
    """Tell whether a line could have been broken earlier, so that its length says something about the width."""
    return " " in line.strip() and (len(line) <= WIDEST or len(max(line.split(), key=len)) < LONG_WORD)


def _is_full(line: str, following: str, width: int) -> bool:
    """Tell whether *following* goes on where *line* broke off: its first word would have passed the width."""
    if not line or line.isspace() or not following or following.isspace():
        return False
    start = following.lstrip()
    if _BULLET.match(start) or _NUMBER.match(start):
        return False
    word = start.split(maxsplit=1)[0]
    return len(line.rstrip()) + 1 + len(word) > width and len(line) > width // 2


def _separated(line: str, following: str) -> str:
    """Return *following* with the space that the break stood for; scripts written without spaces have none."""
    unspaced = ord(line[-1]) > _FIRST_UNSPACED and ord(following[0]) > _FIRST_UNSPACED
    return following if unspaced else f" {following}"
