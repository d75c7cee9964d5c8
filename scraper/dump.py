"""A plain-text dump of a page as blocks: what is left when somebody saved the words and threw the markup away."""

from __future__ import annotations

import re

from scraper.blocks import Block, Frame, Piece, Walked, quick_words

_MARKER = re.compile(r"(?:[•●◦▪‣·*–-]|\d{1,3}[.)])(?:\s+|$)")


def walk_text(dump: str) -> Walked:
    r"""Return a plain-text dump as blocks: one per non-blank line, with the blank lines before it, its marker and its
    indent.

    >>> [(b.tag, b.marker, b.text) for b in walk_text("Title\n\n  • one\n  2. two").blocks]
    [('line', '', 'Title'), ('li', '•', 'one'), ('li', '2.', 'two')]
    """
    out = Walked()
    gap = 0
    lines = dump.splitlines()
    out.frames.append(Frame(0, "dump", -1, "", 0, "", "", False, 0, end=1))
    for line in lines:
        text = " ".join(line.split())
        if not text:
            gap += 1
            continue
        found = _MARKER.match(text)
        marker = ""
        if found and found.end() < len(text):
            marker, text = found.group().strip(), text[found.end() :]
        index = len(out.blocks)
        out.pieces.append(Piece(text, 0, -1))
        tag = "li" if marker else "line"
        out.blocks.append(Block(index, 0, tag, text, quick_words(text), 0, index, index + 1, gap, marker))
        gap = 0
    out.frames[0].last = len(out.blocks)
    return out
