"""Parquet, typed: nested lists kept, moments as timestamps, days as dates. Needs the extra ``backfile[parquet]``.

``published`` and ``modified`` stay text, as precise as the page said; ``published_date`` and ``modified_date`` beside
them are dates, the first day of a year or month where the page said no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO

from scraper.errors import ExportError

ROWS_PER_GROUP = 1_000
"""Articles in one row group: some ten megabytes, so that memory stays constant and readers can still skip."""
DATE_COLUMNS = {"published": "published_date", "modified": "modified_date"}
"""Field → the column of type date that stands beside it."""
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def write(records: Iterable[dict[str, Any]], file: BinaryIO, fields: Sequence[str]) -> int:
    """Write *records* to *file* and return how many. Raises ExportError when pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise ExportError("Parquet needs pyarrow", hint="pip install 'backfile[parquet]'") from error
    schema = pa.schema([field for name in fields for field in _columns(pa, name)])
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _groups(records):
            writer.write_table(pa.Table.from_pylist([_typed(row) for row in rows], schema=schema))
            count += len(rows)
    return count


def as_date(text: str | None) -> date | None:
    """Return the day of an ISO 8601 text, the first one of a year or month; None when there is none.

    >>> as_date("2021-07"), as_date("2021-07-26T09:30:00+01:00"), as_date(None)
    (datetime.date(2021, 7, 1), datetime.date(2021, 7, 26), None)
    """
    match = _PARTIAL.match(text or "")
    if not match:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1))
    except ValueError:
        return None


def _groups(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    source = iter(records)
    while rows := list(islice(source, ROWS_PER_GROUP)):
        yield rows


def _typed(record: dict[str, Any]) -> dict[str, Any]:
    typed = {**record}
    for name, column in DATE_COLUMNS.items():
        if name in record:
            typed[column] = as_date(record[name])
    if record.get("fetched_at"):
        typed["fetched_at"] = datetime.fromisoformat(record["fetched_at"])
    return typed


def _columns(pa: Any, name: str) -> list[Any]:
    """Return the column of a field, and the date beside it."""
    text = pa.string()

    def records(*names: str) -> Any:
        return pa.list_(pa.struct([(key, text) for key in names]))

    kinds = {
        "id": pa.int64(),
        "authors": records("name", "url"),
        "reading_minutes": pa.int32(),
        "word_count": pa.int32(),
        "comments_count": pa.int32(),
        "tags": pa.list_(text),
        "related": records("url", "title", "published", "excerpt"),
        "prev_next": records("url", "title", "rel"),
        "images": records("url", "alt", "caption"),
        "fetched_at": pa.timestamp("ms", tz="UTC"),
        "revision": pa.int32(),
    }
    columns = [pa.field(name, kinds.get(name, text))]
    if name in DATE_COLUMNS:
        columns.append(pa.field(DATE_COLUMNS[name], pa.date32()))
    return columns
