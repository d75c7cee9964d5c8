"""JSON: one array of records, for programs that want a whole document. Written record by record, one on each line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

_encode = json.JSONEncoder(ensure_ascii=False).encode


def write(records: Iterable[dict[str, Any]], file: BinaryIO, fields: Sequence[str]) -> int:  # noqa: ARG001
    """Write *records* to *file* as one array and return how many. They have their keys already in order."""
    count = 0
    for record in records:
        file.write(b",\n" if count else b"[\n")
        file.write(_encode(record).encode())
        count += 1
    file.write(b"\n]\n" if count else b"[]\n")
    return count
