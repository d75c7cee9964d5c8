"""Packing: the raw pages of a site compressed together, a frame of many pages at a time.

Alone, a blog's page is mostly its theme. In one frame the theme is paid once, an index page is made of its posts, and
zstd's long window finds both. Frames are bounded, because one page back means one frame decompressed; a dictionary of
the site's typical pages spares every frame the theme when there are several.

Each frame is its own transaction in the file of raw pages: written, read back, compared, and only then are the single
copies dropped. Killed at any moment, a page is in one place or the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.archive.bodies import RawStore, difference, undone
from pipelines.archive.rows import digest
from scraper.errors import ArchiveDamaged

PACK_LEVEL = 19
"""zstd's level for frames: 5 to 10 MB a second, once."""
FRAME_BYTES = 3 << 20
"""Raw bytes of a frame, which decompress in a millisecond or two; a larger page gets a frame of its own."""
FRAME_PAGES = 1024
"""Pages of a frame, where they are tiny."""
_LOOSE_FRAME_BYTES = FRAME_BYTES // 2
"""A frame below this size is opened again when there are new pages to put beside its own."""
DICTIONARY_BYTES = 256 << 10
"""Length of a site's dictionary, unless a single page is longer."""
DICTIONARY_FROM_BYTES = 2 * FRAME_BYTES
"""Sites with fewer raw bytes need no dictionary: their frames hold the theme themselves."""
_DICTIONARY_SAMPLES = 16


@dataclass(frozen=True, slots=True)
class PackReport:
    """What packing came to."""

    pages: int
    """Bodies put into frames."""
    frames: int
    raw_bytes: int
    """Their length as the server sent them."""
    bytes_before: int
    """What all bodies of the packed sites took before, compressed."""
    bytes_after: int
    """What they take now, dictionaries included."""


@dataclass(frozen=True, slots=True)
class _Body:
    body_id: int
    length: int


def pack(
    store: RawStore, sites: Sequence[str] | None = None, report: Callable[[str, int], None] | None = None
) -> PackReport:
    """Pack the bodies of *sites* (default: all) that are not in a full frame yet; *report* is told (site, pages done).

    Raises sqlite3.Error, ArchiveDamaged when a frame does not read back as it was written.
    """
    if sites is None:
        sites = [row[0] for row in store.connection.execute("SELECT DISTINCT site FROM bodies ORDER BY site")]
    before = sum(stored_bytes(store, site) for site in sites)
    pages = frames = raw = 0
    for site in sites:
        for bodies in _frames_to_make(store, site):
            _write_frame(store, site, bodies)
            pages += len(bodies)
            frames += 1
            raw += sum(body.length for body in bodies)
            if report is not None:
                report(site, pages)
        _drop_empty_frames(store, site)
    store.forget()
    if frames:
        store.connection.execute("VACUUM")
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return PackReport(pages, frames, raw, before, sum(stored_bytes(store, site) for site in sites))


def stored_bytes(store: RawStore, site: str) -> int:
    """Return how many compressed bytes the raw pages of *site* take: single bodies, frames, dictionaries."""
    return sum(
        store.connection.execute(
            f"SELECT coalesce(sum(length(data)), 0) FROM {table} WHERE site = ?", (site,)
        ).fetchone()[0]
        for table in ("bodies", "frames", "dictionaries")
    )


def _frames_to_make(store: RawStore, site: str) -> Iterator[list[_Body]]:
    """Yield the bodies of each new frame, neighbours by address, so that captures of one page lie side by side."""
    loose = "frame_id IS NULL OR frame_id IN (SELECT id FROM frames WHERE site = :site AND length < :loose)"
    if not store.connection.execute("SELECT 1 FROM bodies WHERE site = ? AND frame_id IS NULL", (site,)).fetchone():
        return
    rows = store.connection.execute(
        f"SELECT id, length FROM bodies WHERE site = :site AND ({loose}) ORDER BY url, id",
        {"site": site, "loose": _LOOSE_FRAME_BYTES},
    ).fetchall()
    _make_dictionary(store, site, [_Body(*row) for row in rows])
    frame: list[_Body] = []
    length = 0
    for row in rows:
        body = _Body(*row)
        if frame and (length + body.length > FRAME_BYTES or len(frame) >= FRAME_PAGES):
            yield frame
            frame, length = [], 0
        frame.append(body)
        length += body.length
    if frame:
        yield frame


def _make_dictionary(store: RawStore, site: str, bodies: Sequence[_Body]) -> None:
    """Make the site's dictionary of pages spread over its addresses, where there is none and it would pay."""
    standing = store.connection.execute("SELECT 1 FROM dictionaries WHERE site = ?", (site,)).fetchone()
    if standing is not None or sum(body.length for body in bodies) < DICTIONARY_FROM_BYTES:
        return
    # Redirect stubs and other scraps say nothing about the theme: the pages of at least the middle length do.
    middle = sorted(body.length for body in bodies)[len(bodies) // 2]
    whole = [body for body in bodies if body.length >= middle]
    chosen: list[bytes] = []
    for body in whole[:: max(1, len(whole) // _DICTIONARY_SAMPLES)]:
        if chosen and sum(map(len, chosen)) + body.length > DICTIONARY_BYTES:
            break
        chosen.append(store.body(body.body_id))
    dictionary = b"".join(chosen)
    store.connection.execute(
        "INSERT INTO dictionaries (site, length, hash, data) VALUES (?, ?, ?, ?)",
        (site, len(dictionary), digest(dictionary), difference(b"", dictionary, PACK_LEVEL)),
    )


def _write_frame(store: RawStore, site: str, bodies: Sequence[_Body]) -> None:
    raw = b"".join(store.body(body.body_id) for body in bodies)
    row = store.connection.execute("SELECT id FROM dictionaries WHERE site = ?", (site,)).fetchone()
    dictionary = store.dictionary(row[0]) if row else b""
    data = difference(dictionary, raw, PACK_LEVEL)
    if undone(dictionary, data, len(raw)) != raw:
        raise ArchiveDamaged(str(store.path), f"a packed frame of {site} does not read back as it was written")
    connection = store.connection
    connection.execute("BEGIN IMMEDIATE")
    try:
        cursor = connection.execute(
            "INSERT INTO frames (site, dictionary_id, length, hash, data) VALUES (?, ?, ?, ?, ?)",
            (site, row[0] if row else None, len(raw), digest(raw), data),
        )
        start = 0
        for body in bodies:
            connection.execute(
                "UPDATE bodies SET frame_id = ?, start = ?, base_id = NULL, data = NULL WHERE id = ?",
                (cursor.lastrowid, start, body.body_id),
            )
            start += body.length
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _drop_empty_frames(store: RawStore, site: str) -> None:
    """Delete the frames whose pages have all moved to a newer one."""
    store.connection.execute(
        "DELETE FROM frames WHERE site = ? AND NOT EXISTS (SELECT 1 FROM bodies WHERE frame_id = frames.id)", (site,)
    )
