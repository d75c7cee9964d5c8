"""The formats by name, in the order the help lists them, and which one a file's name asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from pipelines.datasets.writing import COMPRESSIONS
from scraper.errors import ExportError

Write = Callable[[Iterable[dict[str, Any]], BinaryIO, Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the module that writes it, and what a reader of the reference wants to know."""

    module: str
    """Module of this package with ``write(records, file, fields) -> count``; for a folder ``write_folder``, for raw
    pages ``write_pages``."""
    suffixes: tuple[str, ...]
    """File name endings that ask for it."""
    sentence: str
    makes: str = "file"
    """``file`` of records, ``folder`` of them, or a file of the raw ``pages``."""


FORMATS: dict[str, Format] = {
    "jsonl": Format("jsonl", (".jsonl", ".ndjson"), "JSON Lines: one record per line; .gz and .zst compress it."),
    "json": Format("json_array", (".json",), "One JSON array of records; .gz and .zst compress it."),
    "csv": Format("csv_table", (".csv",), "One flat row per article, formulas neutralised; .gz and .zst compress it."),
    "parquet": Format("parquet", (".parquet",), "Typed columns, nested lists kept; needs the extra 'parquet'."),
    "markdown": Format("markdown", (), "A folder with one file per article, YAML front matter, links kept.", "folder"),
    "dataset": Format("folder", (), "A folder with JSON Lines, a dataset card, metadata and checksums.", "folder"),
    "warc": Format("warc_file", (".warc",), "The stored raw pages, for web archives; .gz compresses it.", "pages"),
}
"""Every format by its name."""


def format_of(out: str, asked: str | None) -> str:
    """Return the name of the format for *out*: the one *asked* for, else by its ending; a folder is a dataset.

    Raises ExportError when the name says nothing.

    >>> format_of("a.jsonl.zst", None), format_of("a.txt", "csv"), format_of("-", None), format_of("posts/", None)
    ('jsonl', 'csv', 'jsonl', 'dataset')
    """
    if asked:
        return asked
    if out == "-":
        return "jsonl"
    suffixes = PurePath(out).suffixes
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    if out.endswith("/") or not suffixes:
        return "dataset"
    for name, form in FORMATS.items():
        if suffixes[-1].lower() in form.suffixes:
            return name
    known = ", ".join(suffix for form in FORMATS.values() for suffix in form.suffixes)
    raise ExportError(
        f"the name {PurePath(out).name} does not say which format to write",
        hint=f"end it in one of {known}, end it in / for a folder, or give --format",
    )
