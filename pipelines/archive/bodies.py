"""Raw pages: what the server sent, kept in a second file beside the archive, ``archive.raw.db`` beside ``archive.db``.

They are ten times larger than the articles and only needed to extract again or to export a WARC, so they can be
copied, left behind or deleted by themselves; the archive works without them.

A body is kept once, under the hash of its bytes, in one of four ways:

- by itself, compressed by zstd: the first page of a site;
- as a difference to the site's *model*, another page of it: all pages of a blog share their frame, and zstd finds it
  when the model is its dictionary;
- as a difference to an earlier capture of the same page: a comment more costs a few hundred bytes;
- as a piece of a packed frame (``packing.py``): many pages of a site compressed together, for the long run.

A difference leans on a body that is whole or one step from it, so a body is never more than three decompressions away.

The two files cannot be written in one atomic transaction: SQLite commits each write-ahead log by itself. So a body is
committed here first and the archive's row that names its hash afterwards. Killed in between, a body is left that
nothing names yet; the page is fetched again and finds it by its hash.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.archive import db
from pipelines.archive.rows import digest
from pipelines.archive.schema import RAW
from scraper.errors import ArchiveDamaged, NotFound

if TYPE_CHECKING:
    import zstandard

FETCH_LEVEL = 3
"""zstd's level while crawling: .1 ms a page; packing does better later."""
RECAPTURE_LEVEL = 6
"""zstd's level for a page captured again: changed pages are few."""
MAX_WINDOW_LOG = 27
"""Differences look back over at most 128 MB: base and body together are never longer than two pages of the fetch
limit."""
REWRITTEN = 0.1
"""A capture whose difference to the earlier one is longer than this share of it is another page by now: it is kept as a
new page is, and later captures lean on it."""
POOR_MODEL = 0.6
"""A model is replaced by a page that takes more than this share of its own compressed size beside it: the first page
of a site is its front page or a stub, the posts look like one another. It is tried at the 2nd, 4th, 8th, 16th, …
page."""
_MIN_WINDOW_LOG = 10
_MODELS_AT_HAND = 16
"""Sites whose models stay in memory, up to a megabyte each with zstd's tables."""
_CACHED_BYTES = 16 << 20
"""How many bytes of decompressed models and frames are kept at hand."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """One stored answer."""

    url: str
    body: bytes
    """After Content-Encoding, before character decoding."""
    content_type: str | None
    """The header as sent."""
    fetched_at: str
    """Moment of the first capture of these bytes."""
    raw_hash: str


@dataclass(frozen=True, slots=True)
class Model:
    """What the pages of one site are compressed against."""

    body_id: int
    compressor: zstandard.ZstdCompressor


class RawStore:
    """The file of raw pages. Opened on first use; every error is an ArchiveError about its own path."""

    def __init__(self, path: Path, *, readonly: bool) -> None:
        self.path = path
        self.readonly = readonly
        self._connection: sqlite3.Connection | None = None
        self._models: OrderedDict[str, Model] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._cache: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    @property
    def exists(self) -> bool:
        """Whether there is a file of raw pages."""
        return self._connection is not None or self.path.exists()

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection. Raises NotFound when there is no file and none may be made."""
        if self._connection is None:
            if self.readonly and not self.path.exists():
                raise NotFound(
                    f"the archive has no raw pages: there is no {self.path}",
                    hint="a crawl or an import keeps them; without them nothing can be extracted again",
                )
            self._connection = db.connect(self.path, RAW, readonly=self.readonly, create=True)
        return self._connection

    def close(self) -> None:
        """Close the file; using the store again opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.forget()

    def forget(self) -> None:
        """Forget what is cached, because something else wrote to the file or a transaction was undone."""
        self._models.clear()
        self._counts.clear()
        self._cache.clear()

    def commit(self) -> None:
        """Commit what was kept since the last commit, if anything was."""
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo what was kept since the last commit."""
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
            self.forget()

    def keep(self, site: str, url: str, body: bytes, content_type: str | None, fetched_at: str) -> str:
        """Keep *body* until ``commit``, unless it is there, and return its hash.

        Raises sqlite3.Error.
        """
        hashed = digest(body)
        connection = self.connection
        if connection.execute("SELECT 1 FROM bodies WHERE hash = ?", (hashed,)).fetchone():
            return hashed
        if not connection.in_transaction:
            connection.execute("BEGIN IMMEDIATE")
        base_id, data = self._compressed(site, url, body)
        cursor = connection.execute(
            "INSERT INTO bodies (hash, site, url, content_type, fetched_at, length, base_id, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (hashed, site, url, content_type, fetched_at, len(body), base_id, data),
        )
        if base_id is None and body:
            self._make_model(site, int(cursor.lastrowid or 0), body)
        self._counts[site] += 1
        return hashed

    def _compressed(self, site: str, url: str, body: bytes) -> tuple[int | None, bytes]:
        """Return (id of the body leant on or None, compressed bytes) for a body that is new."""
        import zstandard

        if site not in self._counts:
            row = self.connection.execute("SELECT count(*) FROM bodies WHERE site = ?", (site,)).fetchone()
            self._counts[site] = row[0]
        earlier = self._anchor(site, url)
        if earlier is not None:
            data = difference(self.body(earlier), body, RECAPTURE_LEVEL)
            if len(data) <= REWRITTEN * len(body):
                return earlier, data
        model, count = self._model(site), self._counts[site]
        alone = None
        if model is None or count & (count - 1) == 0:
            alone = zstandard.ZstdCompressor(level=FETCH_LEVEL).compress(body)
        if model is None:
            return None, alone or b""
        beside = model.compressor.compress(body)
        if alone is not None and len(beside) > POOR_MODEL * len(alone):
            return None, alone
        return model.body_id, beside

    def _anchor(self, site: str, url: str) -> int | None:
        """Return the capture of the same page that a new one may lean on: the last at most one step from whole."""
        row = self.connection.execute(
            "SELECT id FROM bodies AS capture WHERE site = ? AND url = ? AND (base_id IS NULL OR"
            " (SELECT base.base_id IS NULL FROM bodies AS base WHERE base.id = capture.base_id))"
            " ORDER BY id DESC LIMIT 1",
            (site, url),
        ).fetchone()
        return None if row is None else int(row[0])

    def _model(self, site: str) -> Model | None:
        if site not in self._models:
            row = self.connection.execute("SELECT body_id FROM models WHERE site = ?", (site,)).fetchone()
            if row is None:
                return None
            self._remember(site, _model_of(row[0], self.body(row[0])))
        self._models.move_to_end(site)
        return self._models[site]

    def _remember(self, site: str, model: Model) -> None:
        self._models[site] = model
        while len(self._models) > _MODELS_AT_HAND:
            self._models.popitem(last=False)

    def _make_model(self, site: str, body_id: int, body: bytes) -> None:
        self.connection.execute(
            "INSERT INTO models (site, body_id) VALUES (?, ?) ON CONFLICT DO UPDATE SET body_id = excluded.body_id",
            (site, body_id),
        )
        self._remember(site, _model_of(body_id, body))

    def get(self, raw_hash: str) -> RawPage:
        """Return the stored page. Raises NotFound, or ArchiveDamaged when its bytes are not what they were."""
        row = self.connection.execute(
            "SELECT id, url, content_type, fetched_at FROM bodies WHERE hash = ?", (raw_hash,)
        ).fetchone()
        if row is None:
            raise NotFound(f"the raw page {raw_hash} is not in {self.path}")
        body = self.body(row[0])
        if digest(body) != raw_hash:
            raise ArchiveDamaged(str(self.path), f"{self.path} is damaged: the raw page of {row[1]} is not what it was")
        return RawPage(row[1], body, row[2], row[3], raw_hash)

    def hashes(self) -> Iterator[tuple[str, str]]:
        """Yield (hash, address) of every body, frame by frame, so that reading all decompresses each frame once."""
        rows = self.connection.execute("SELECT hash, url FROM bodies ORDER BY frame_id, start, id").fetchall()
        yield from ((row[0], row[1]) for row in rows)

    def body(self, body_id: int) -> bytes:
        """Return the bytes of one row of ``bodies``. Raises ArchiveDamaged when they cannot be decompressed."""
        import zstandard

        row = self.connection.execute(
            "SELECT base_id, frame_id, start, length, data FROM bodies WHERE id = ?", (body_id,)
        ).fetchone()
        try:
            if row[1] is not None:
                return self._frame(row[1])[row[2] : row[2] + row[3]]
            if row[0] is None:
                return zstandard.ZstdDecompressor().decompress(row[4], max_output_size=row[3])
            base = self._cached("body", row[0], lambda: self.body(row[0]))
            return undone(base, row[4], row[3])
        except zstandard.ZstdError as error:
            raise ArchiveDamaged(
                str(self.path), f"{self.path} is damaged: raw page {body_id} cannot be decompressed"
            ) from error

    def _frame(self, frame_id: int) -> bytes:
        def decompress() -> bytes:
            row = self.connection.execute(
                "SELECT dictionary_id, length, data FROM frames WHERE id = ?", (frame_id,)
            ).fetchone()
            return undone(self.dictionary(row[0]) if row[0] else b"", row[2], row[1])

        return self._cached("frame", frame_id, decompress)

    def dictionary(self, dictionary_id: int) -> bytes:
        """Return a site's dictionary, decompressed."""

        def decompress() -> bytes:
            row = self.connection.execute(
                "SELECT length, data FROM dictionaries WHERE id = ?", (dictionary_id,)
            ).fetchone()
            return undone(b"", row[1], row[0])

        return self._cached("dictionary", dictionary_id, decompress)

    def _cached(self, kind: str, which: int, make: Callable[[], bytes]) -> bytes:
        key = (kind, which)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        made = self._cache[key] = make()
        while len(self._cache) > 1 and sum(map(len, self._cache.values())) > _CACHED_BYTES:
            self._cache.popitem(last=False)
        return made


def _model_of(body_id: int, body: bytes) -> Model:
    import zstandard

    dictionary = zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    dictionary.precompute_compress(level=FETCH_LEVEL)
    return Model(body_id, zstandard.ZstdCompressor(level=FETCH_LEVEL, dict_data=dictionary))


def difference(base: bytes, body: bytes, level: int) -> bytes:
    """Return *body* compressed by zstd with *base* as what went before it.

    >>> page = b"<p>a page of some length</p>" * 50
    >>> undone(page, difference(page, page + b"!", 3), len(page) + 1) == page + b"!"
    True
    """
    import zstandard

    # The window has to reach from the body's end back to the base's beginning, or the base is only partly seen. zstd's
    # long-distance matching is left off: beside a dictionary it misses most of what the ordinary search finds.
    window = min(MAX_WINDOW_LOG, max(_MIN_WINDOW_LOG, (len(base) + len(body)).bit_length()))
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level, window_log=window, source_size=len(base) + len(body)
    )
    dictionary = _raw_dictionary(base)
    return zstandard.ZstdCompressor(compression_params=parameters, dict_data=dictionary).compress(body)


def undone(base: bytes, data: bytes, length: int) -> bytes:
    """Return the body that ``difference`` made *data* of; *length* is its length. Raises zstandard.ZstdError."""
    import zstandard

    decompressor = zstandard.ZstdDecompressor(dict_data=_raw_dictionary(base), max_window_size=1 << MAX_WINDOW_LOG)
    return decompressor.decompress(data, max_output_size=length)


def _raw_dictionary(base: bytes) -> zstandard.ZstdCompressionDict | None:
    import zstandard

    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
