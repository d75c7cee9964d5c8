"""JSON Lines: one record per line, UTF-8. The norm; every line validates against data/schemas/record.schema.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

_encode = json.JSONEncoder(ensure_ascii=False).encode


def write(records: Iterable[dict[str, Any]], file: BinaryIO, fields: Sequence[str]) -> int:  # noqa: ARG001
    """Write *records* to *file*, one a line, and return how many. They have their keys already in order."""
    count = 0
    for record in records:
        file.write(line(record))
        count += 1
    return count


def line(record: dict[str, Any]) -> bytes:
    """Return one record as a line of its own."""
    return (_encode(record) + "\n").encode()
