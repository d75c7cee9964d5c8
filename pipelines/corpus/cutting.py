"""Input → pieces: what there is to read, cut the same way every time, so that a finished piece can be known again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.archive import Archive
from pipelines.corpus.spans import spans_of
from pipelines.datasets.incoming import WARC_SUFFIXES, Incoming, files, from_file, from_warc
from scraper.errors import BackfileError

PAGES_PER_SHARD = 200
"""Pages in one piece: a second or two of work, so that a lost worker costs little and a small corpus keeps
all workers busy."""
WACZ_SUFFIX = ".wacz"
ARCHIVE_SUFFIXES = (".db", ".sqlite", ".sqlite3")


@dataclass(frozen=True, slots=True)
class Piece:
    """One shard's input."""

    number: int
    """From 0 up, in the order of the input."""
    kind: str
    """``files``, ``warc`` (a WACZ file, too) or ``archive``."""
    base: str
    """The folder that the names of sources are relative to."""
    paths: tuple[str, ...]
    """The files; of the other kinds there is one."""
    start: int = 0
    """First byte of a WARC file, first page number of an archive."""
    stop: int = 0
    """The byte or page number after the last."""

    @property
    def name(self) -> str:
        """What its files are called, without an ending."""
        return f"shard-{self.number:05d}"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return asdict(self)


def cut(inputs: Iterable[Path], pages: int = PAGES_PER_SHARD) -> Iterator[Piece]:
    """Yield the pieces of *inputs* with about *pages* pages each, always the same for the same files.

    An input is a folder of HTML, text and WARC files, one such file, a WACZ file, or an archive whose raw pages were
    kept. Raises BackfileError for what is none of these, OSError when it cannot be read.
    """
    parts = (part for path in inputs for part in _parts(path.absolute(), pages))
    for number, (kind, base, paths, start, stop) in enumerate(parts):
        yield Piece(number, kind, base, paths, start, stop)


def _parts(path: Path, pages: int) -> Iterator[tuple[str, str, tuple[str, ...], int, int]]:
    base = str(path.parent)
    name = path.name.lower()
    if not path.exists():
        raise BackfileError(f"expected a file or folder, but there is no {path}")
    if name.endswith(ARCHIVE_SUFFIXES):
        for start, stop in _page_numbers(path, pages):
            yield "archive", base, (str(path),), start, stop
        return
    found = [path] if path.is_file() else [*files([path]), *sorted(path.rglob(f"*{WACZ_SUFFIX}"))]
    whole = (*WARC_SUFFIXES, WACZ_SUFFIX)
    singles = iter([file for file in found if not file.name.lower().endswith(whole)])
    while some := tuple(str(file) for file in islice(singles, pages)):
        yield "files", base, some, 0, 0
    for file in found:
        if file.name.lower().endswith(whole):
            for start, stop in spans_of(file, pages):
                yield "warc", base, (str(file),), start, stop


def _page_numbers(path: Path, pages: int) -> Iterator[tuple[int, int]]:
    with Archive(path, readonly=True) as archive:
        rows = archive.connection.execute("SELECT id FROM pages WHERE raw_hash IS NOT NULL ORDER BY id").fetchall()
    numbers = [row[0] for row in rows]
    for first in range(0, len(numbers), pages):
        some = numbers[first : first + pages]
        yield some[0], some[-1] + 1


def pages_of(piece: Piece) -> Iterator[tuple[str, Incoming | str]]:
    """Yield (source, the page or why it could not be read) of every page of a piece, in order."""
    if piece.kind == "files":
        for name in piece.paths:
            try:
                page: Incoming | str = from_file(Path(name))
            except (OSError, BackfileError) as error:
                page = getattr(error, "strerror", None) or str(error)
            yield _relative(name, piece), page
        return
    source = _relative(piece.paths[0], piece)
    pages = _of_archive(piece) if piece.kind == "archive" else from_warc(Path(piece.paths[0]), piece.start, piece.stop)
    try:
        for page in pages:
            yield source, page
    except (OSError, EOFError, BackfileError) as error:  # the rest of it is lost, what came before is not
        yield source, getattr(error, "strerror", None) or str(error)


def _of_archive(piece: Piece) -> Iterator[Incoming]:
    with Archive(Path(piece.paths[0]), readonly=True) as archive:
        rows = archive.connection.execute(
            "SELECT id FROM pages WHERE raw_hash IS NOT NULL AND id >= ? AND id < ? ORDER BY id",
            (piece.start, piece.stop),
        ).fetchall()
        for (page_id,) in rows:
            raw = archive.raw(page_id)
            moment = datetime.fromisoformat(raw.fetched_at)
            when = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            yield Incoming(raw.url, raw.body, raw.url, when, raw.content_type)


def _relative(name: str, piece: Piece) -> str:
    return Path(name).relative_to(piece.base).as_posix()
