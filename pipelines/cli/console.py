"""Words on a terminal, or down a pipe: results on standard output, everything else on standard error.

Nothing from a page reaches a terminal with its control characters. Colour and weight are decoration only, given to a
terminal that wants them (https://no-color.org). Tables are plain aligned text, the same everywhere, because a table
drawn with lines cannot be cut, grepped or pasted.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from scraper.text import squeeze, storable

DEFAULT_COLUMNS = 80
"""Width in characters where no terminal tells its own."""
MAX_COLUMNS = 100
"""Lines longer than this many characters are hard to read, however wide the window."""
_COLUMN_GAP = "  "
_ITEM = re.compile(r" *((?:[-*•]|\d{1,3}[.)]) +)\S")
_DEEPEST_INDENT = 12
"""Cells by which the deepest list is set in: deeper ones would leave no room for words."""
# Embeddings, overrides and isolates (UAX #9 §2): a title that holds one can make the rest of the line read backwards.
# Joiners and marks, which scripts need, stay.
_DIRECTION_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BOLD, _DIM, _RED, _GREEN, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m"


def prepare_streams() -> None:
    """Let every character be written: what a stream's encoding lacks comes out escaped rather than as an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def write(text: str = "") -> None:
    """Write one result to standard output, with a newline."""
    sys.stdout.write(text + "\n")


def note(text: str = "") -> None:
    """Write one remark to standard error, with a newline, after the results so far."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def write_json_line(value: Any) -> None:
    """Write *value* as one line of JSON to standard output: for lists, one record per line."""
    write(json.dumps(value, ensure_ascii=False))


def write_json(value: Any) -> None:
    """Write *value* as indented JSON to standard output: for a single record or report."""
    write(json.dumps(value, ensure_ascii=False, indent=2))


def is_terminal(stream: TextIO) -> bool:
    """Say whether a person is looking at *stream*."""
    return stream.isatty()


def columns() -> int:
    """Return how many characters a line of text should have: the terminal's width, at most MAX_COLUMNS.

    ``COLUMNS`` in the environment wins, as everywhere.
    """
    try:
        width = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(sys.stdout.fileno()).columns
    except (ValueError, OSError):
        width = DEFAULT_COLUMNS
    return max(20, min(width, MAX_COLUMNS))


def wants_style(stream: TextIO) -> bool:
    """Say whether *stream* may be given bold and dim characters: a terminal, not dumb, and NO_COLOR not set."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def bold(text: str, stream: TextIO | None = None) -> str:
    """Return *text* in bold where *stream* (default: standard output) wants it, else as it is."""
    return _styled(text, _BOLD, stream)


def dim(text: str, stream: TextIO | None = None) -> str:
    """Return *text* dimmed where *stream* (default: standard output) wants it, else as it is."""
    return _styled(text, _DIM, stream)


def red(text: str, stream: TextIO | None = None) -> str:
    """Return *text* in red, for what was taken away; its sign has to say so too."""
    return _styled(text, _RED, stream)


def green(text: str, stream: TextIO | None = None) -> str:
    """Return *text* in green, for what was added; its sign has to say so too."""
    return _styled(text, _GREEN, stream)


def bold_codes() -> tuple[str, str]:
    """Return what to write before and after bold words on standard output: two empty strings where none are wanted."""
    return (_BOLD, _RESET) if wants_style(sys.stdout) else ("", "")


def _styled(text: str, code: str, stream: TextIO | None) -> str:
    return f"{code}{text}{_RESET}" if wants_style(stream or sys.stdout) else text


def line_of(text: str | None, absent: str = "") -> str:
    r"""Return *text* safe and on one line; *absent* for None and "".

    >>> line_of("a\n\x1b[31mb"), line_of(None, "–")
    ('a [31mb', '–')
    """
    return squeeze(_without_overrides(storable(text or ""))) or absent


def lines_of(text: str) -> str:
    """Return *text* safe for a terminal, its line breaks kept and carriage returns gone."""
    return _without_overrides(storable(text)).replace("\r", "")


def _without_overrides(text: str) -> str:
    """Return *text* without the characters that turn the direction of what follows, beyond its own line even."""
    return text if text.isascii() else _DIRECTION_OVERRIDES.sub("", text)


def width_of(text: str) -> int:
    """Return how many terminal cells *text* takes: two for wide East Asian characters, none for combining ones.

    >>> width_of("abc"), width_of("河馬"), width_of("e\\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Return *text* in at most *width* cells, the last one an ellipsis where something is missing.

    >>> cut("half marathon", 6), cut("half", 6)
    ('half …', 'half')
    """
    if width_of(text) <= width:
        return text
    kept, room = [], width - 1
    for character in text:
        room -= _cells(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + "…"


def wrap(text: str, width: int, indent: str = "") -> str:
    """Return *text*'s lines, each broken at spaces to at most *width* cells and led by *indent*; blank lines stay.

    The rest of a list's item stands under its first word, as deep as the item is.

    >>> print(wrap("- a tide that is high\\n  1. ebb\\n", 14))
    - a tide that
      is high
      1. ebb
    <BLANKLINE>
    """
    wrapped: list[str] = []
    for line in lines_of(text).split("\n"):
        marker = _ITEM.match(line)
        depth = min(len(line) - len(line.lstrip(" ")), _DEEPEST_INDENT)
        first = indent + " " * depth
        wrapped.extend(_broken(line, width, first, first + " " * len(marker.group(1)) if marker else first))
    return "\n".join(wrapped)


def _broken(line: str, width: int, first: str, rest: str) -> list[str]:
    words = line.split()
    if not words:
        return [""]
    broken, current = [], first + words[0]
    for word in words[1:]:
        if width_of(current) + 1 + width_of(word) > width:
            broken.append(current)
            current = rest + word
        else:
            current = f"{current} {word}"
    return [*broken, current]


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, stretch: int | None = None) -> str:
    """Return a table of aligned columns, numbers to the right; ``""`` without rows.

    *stretch* is the index of the column that is cut so that lines fit the terminal; without it lines may be longer.

    >>> print(table(("site", "pages"), [("a.example", 7), ("b.example", 12)]))
    site       pages
    a.example      7
    b.example     12
    """
    rows = list(rows)
    cells = [["" if cell is None else line_of(str(cell)) for cell in row] for row in rows]
    if not cells:
        return ""
    numeric = [all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(head))]
    widths = [max(width_of(row[i]) for row in [list(head), *cells]) for i in range(len(head))]
    if stretch is not None and is_terminal(sys.stdout):
        others = sum(widths) - widths[stretch] + len(_COLUMN_GAP) * (len(widths) - 1)
        widths[stretch] = max(10, min(widths[stretch], columns() - others))
    lines = [_aligned(head, widths, numeric)]
    lines.extend(_aligned(row, widths, numeric) for row in cells)
    return "\n".join(lines)


def _aligned(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for cell, width, right in zip(row, widths, numeric, strict=True):
        cell = cut(cell, width)
        space = " " * (width - width_of(cell))
        padded.append(space + cell if right else cell + space)
    return _COLUMN_GAP.join(padded).rstrip()


def size(count: int) -> str:
    """Return a number of bytes as people write it.

    >>> size(512), size(20_480), size(3_500_000)
    ('512 bytes', '20.5 kB', '3.5 MB')
    """
    if count < 1000:
        return f"{count} bytes"
    for unit, factor in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if count < factor * 1000:
            return f"{count / factor:.1f} {unit}"
    return f"{count / 1e12:.1f} TB"


def duration(seconds: float) -> str:
    """Return a time span as people write it.

    >>> duration(4.2), duration(75), duration(7300)
    ('4.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return *count* with its noun in the right number.

    >>> counted(1, "article"), counted(2, "article"), counted(0, "query", "queries")
    ('1 article', '2 articles', '0 queries')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
