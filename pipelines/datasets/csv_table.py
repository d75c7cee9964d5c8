"""CSV (RFC 4180) for spreadsheets: one flat row per article, and no cell that a spreadsheet would run as a formula.

Lists of names become ``a; b``, lists of records become JSON. A text that begins with a character that starts a formula
gets an apostrophe in front, which spreadsheets take for "this is text": a page's title is written by strangers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""First characters by which spreadsheets know a formula, or which they drop to find one behind."""
_BETWEEN_NAMES = "; "


def write(records: Iterable[dict[str, Any]], file: BinaryIO, fields: Sequence[str]) -> int:
    """Write *records* to *file* under a head row with *fields*, and return how many."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(fields)
    count = 0
    for record in records:
        rows.writerow([cell(record[name]) for name in fields])
        count += 1
    text.detach()  # the file is the caller's to close
    return count


def cell(value: Any) -> str | int | float:
    """Return *value* as one cell.

    >>> cell("=1+1"), cell(["tides", "moon"]), cell([{"name": "Ida", "url": None}]), cell(None)
    ("'=1+1", 'tides; moon', 'Ida', '')
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = _flat(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _flat(values: list[Any]) -> str:
    if all(isinstance(value, str) for value in values):
        return _BETWEEN_NAMES.join(values)
    if all(set(value) == {"name", "url"} for value in values):
        return _BETWEEN_NAMES.join(value["name"] for value in values)
    return json.dumps(values, ensure_ascii=False)
