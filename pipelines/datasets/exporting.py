"""Archive → files: which articles, which keys, which format; what is written appears complete or not at all."""

from __future__ import annotations

import importlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pipelines.datasets import card, increments
from pipelines.datasets.formats import FORMATS, Format, format_of
from pipelines.datasets.records import EXPORT_KEYS, record_of
from pipelines.datasets.report import ExportReport
from pipelines.datasets.splits import Split
from pipelines.datasets.writing import MARKER, complete_file, complete_folder, compressed
from scraper.errors import ExportError

if TYPE_CHECKING:
    from pipelines.archive import Archive
    from pipelines.archive.bodies import RawPage
    from pipelines.archive.reading import StoredArticle

NOARCHIVE = "noarchive"
"""The directive by which a page asks not to be kept or passed on (meta robots, X-Robots-Tag)."""
EXCLUDED = "robots.txt"
"""The site's robots.txt excludes us from the page now; at the time it did not."""
STANDARD_OUTPUT = "-"
QUERY_MATCHES_MAX = 1_000_000
"""Articles one search may choose for an export."""


def export(
    archive: Archive,
    out: str | os.PathLike[str],
    *,
    format: str | None = None,
    fields: Sequence[str] | None = None,
    query: str | None = None,
    split: Split | None = None,
    since_last: str | None = None,
    progress: Callable[[int], None] | None = None,
    **filters: Any,
) -> ExportReport:
    """Write the articles of *archive* to *out* and return what was written.

    *out* is a file, a folder, or ``-`` for standard output. *format* is a name in FORMATS; None: by the name of *out*,
    a folder being a dataset. *fields* are keys of the record, in the order wanted; None: all. *query*: only articles
    this search finds. *filters* are those of ``Archive.articles``: site, author, tag, since, until, as_of. *split*: the
    parts of a dataset. *since_last*: only what changed since the last export of this name, and tombstones of what
    ended; JSON Lines only, and the archive has to be writable. *progress* is told the number of articles so far, at
    each. Pages that carry ``noarchive``, or that robots.txt excludes by now, are left out and counted.
    Raises ExportError when *out* cannot be written, or a format or field is unknown.
    """
    # A path loses the slash at its end, by which a folder that does not exist yet is known; text keeps it.
    name = os.fspath(out)
    chosen = format_of(name, "dataset" if format is None and Path(name).is_dir() else format)
    if chosen not in FORMATS:
        raise ExportError(f"there is no format {chosen}", hint=f"one of: {', '.join(FORMATS)}")
    form = FORMATS[chosen]
    if split and chosen != "dataset":
        raise ExportError(f"{chosen} cannot be split", hint="name a folder as OUT: a dataset can")
    if since_last and chosen != "jsonl":
        raise ExportError(f"{chosen} has no place for tombstones", hint="name a .jsonl file as OUT")
    selection = _Selection(archive, filters, query, _known(fields), split, since_last, progress)
    report = _WRITERS[form.makes](selection, name, chosen, form)
    return selection.finished(report)


@dataclass
class _Selection:
    """The records to write, as often as they are asked for."""

    archive: Archive
    filters: dict[str, Any]
    query: str | None
    fields: tuple[str, ...]
    split: Split | None
    since_last: str | None
    progress: Callable[[int], None] | None
    left_out: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._found = self._found_ids()
        self._closed = _closed_pages(self.archive)
        self._increment = (
            increments.since_last(self.archive, self.since_last, self._closed) if self.since_last else None
        )

    def whole(self) -> Iterator[dict[str, Any]]:
        """Yield every record with all its keys."""
        self.left_out.clear()
        count = 0
        for stored in self._stored():
            if stored.page_id in self._closed:
                self.left_out[self._closed[stored.page_id]] += 1
                continue
            yield record_of(stored)
            count += 1
            if self.progress:
                self.progress(count)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record with the chosen keys, in their order."""
        if self.fields == EXPORT_KEYS:
            yield from self.whole()
        else:
            for record in self.whole():
                yield {name: record[name] for name in self.fields}
        if self._increment:
            yield from self._increment.tombstones

    def pages(self) -> Iterator[RawPage]:
        """Yield the stored raw pages: those of the chosen articles; without any choice all there are, posts or not."""
        self.left_out.clear()
        is_chosen = self._found is not None or any(value for name, value in self.filters.items() if name != "site")
        chosen = {stored.page_id for stored in self._stored()} if is_chosen else None
        for page_id, page in self.archive.raw_pages(site=self.filters.get("site")):
            if chosen is not None and page_id not in chosen:
                continue
            if page_id in self._closed:
                self.left_out[self._closed[page_id]] += 1
                continue
            yield page

    def _stored(self) -> Iterator[StoredArticle]:
        for stored in self.archive.articles(**self.filters):
            if self._found is not None and stored.id not in self._found:
                continue
            if self._increment:
                if stored.id not in self._increment.changed:
                    continue
                self._increment.written.append(stored.id)
            yield stored

    def finished(self, report: ExportReport) -> ExportReport:
        """Return *report* with the tombstones told apart, and remember what was handed out."""
        if self._increment is None:
            return report
        increments.remember(self.archive, self._increment)
        ended = len(self._increment.tombstones)
        return replace(report, articles=report.articles - ended, ended=ended)

    def _found_ids(self) -> frozenset[int] | None:
        if self.query is None:
            return None
        narrowing = {name: value for name, value in self.filters.items() if name != "as_of"}
        return frozenset(hit.id for hit in self.archive.search(self.query, limit=QUERY_MATCHES_MAX, **narrowing))


def _known(fields: Sequence[str] | None) -> tuple[str, ...]:
    chosen = tuple(fields) if fields else EXPORT_KEYS
    for name in chosen:
        if name not in EXPORT_KEYS:
            raise ExportError(f"a record has no field {name}", hint=f"it has: {', '.join(EXPORT_KEYS)}")
    return chosen


def _closed_pages(archive: Archive) -> dict[int, str]:
    """Return the pages that are not to be handed out, each with why."""
    rows = archive.connection.execute(
        "SELECT id, directives LIKE '%' || ?1 || '%' FROM pages WHERE directives LIKE '%' || ?1 || '%'"
        " OR robots_rule IS NOT NULL",
        (NOARCHIVE,),
    )
    return {row[0]: NOARCHIVE if row[1] else EXCLUDED for row in rows}


def _to_file(selection: _Selection, name: str, chosen: str, form: Format) -> ExportReport:
    write = importlib.import_module(f"pipelines.datasets.{form.module}").write
    counted = _Counting(sys.stdout.buffer) if name == STANDARD_OUTPUT else None
    if counted:
        articles = write(selection.records(), counted, selection.fields)
        counted.flush()
        return ExportReport(name, chosen, articles, counted.count, left_out=dict(selection.left_out))
    path = Path(name)
    with complete_file(path) as file, compressed(path.name, file) as stream:
        articles = write(selection.records(), stream, selection.fields)
    return ExportReport(name, chosen, articles, path.stat().st_size, left_out=dict(selection.left_out))


def _to_folder(selection: _Selection, name: str, chosen: str, form: Format) -> ExportReport:
    if name == STANDARD_OUTPUT:
        raise ExportError(f"{chosen} makes a folder, which standard output cannot hold", hint="name a folder as OUT")
    write_folder = importlib.import_module(f"pipelines.datasets.{form.module}").write_folder
    path = Path(name)
    options = {"split": selection.split} if selection.split else {}
    with complete_folder(path) as folder:
        articles, files = write_folder(selection.whole, folder, selection.fields, **options)
        lines = sorted(f"{card.sha256(file)}  {file.relative_to(folder).as_posix()}" for file in files)
        (folder / MARKER).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return ExportReport(name, chosen, articles, size, files=len(files) + 1, left_out=dict(selection.left_out))


def _to_warc(selection: _Selection, name: str, chosen: str, form: Format) -> ExportReport:
    write_pages = importlib.import_module(f"pipelines.datasets.{form.module}").write_pages
    if name == STANDARD_OUTPUT:
        raise ExportError("a WARC file cannot go to standard output", hint="name a file, such as pages.warc.gz")
    path = Path(name)
    with complete_file(path) as file:
        pages = write_pages(selection.pages(), file, compress=path.name.endswith(".gz"))
    return ExportReport(name, chosen, pages, path.stat().st_size, left_out=dict(selection.left_out))


_WRITERS: dict[str, Callable[[_Selection, str, str, Format], ExportReport]] = {
    "file": _to_file,
    "folder": _to_folder,
    "pages": _to_warc,
}
"""What a format makes → the function that makes it."""


class _Counting:
    """A stream that passes bytes on and counts them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def write(self, data: bytes) -> int:
        """Pass *data* on."""
        self.count += len(data)
        return self._stream.write(data)

    def flush(self) -> None:
        """Pass on what is buffered."""
        self._stream.flush()
