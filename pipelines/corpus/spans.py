"""Where a WARC file may be cut: byte ranges of whole records, so that each shard reads its own part and no other.

A compressed WARC file is a row of gzip members, one a record (ISO 28500, annex D), and can be cut between members; one
that was compressed as a whole has a single member and stays in one piece. A WACZ file is a zip archive that holds WARC
files without compressing them again (WACZ 1.1.1, "archive" directory), so ranges of theirs are ranges of its own.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipelines.datasets.incoming import WARC_SUFFIXES
from pipelines.datasets.warc import GZIP_MAGIC
from scraper.errors import BackfileError

Span = tuple[int, int]
_READ_BYTES = 1 << 18
_HEAD_BYTES = 4096
_RESPONSE = b"warc-type: response"
_GZIP = 16 + zlib.MAX_WBITS
_LOCAL_HEADER = struct.Struct("<26xHH")


def spans_of(path: Path, pages: int) -> Iterator[Span]:
    """Yield (first byte, byte after the last) of parts of a WARC or WACZ file with about *pages* responses each.

    Raises BackfileError for a WACZ file that is none, OSError when it cannot be read.
    """
    if path.suffix.lower() == ".wacz":
        for start, stop in _inside(path):
            yield from _spans(path, pages, start, stop)
    else:
        yield from _spans(path, pages, 0, path.stat().st_size)


def _spans(path: Path, pages: int, start: int, stop: int) -> Iterator[Span]:
    with path.open("rb") as file:
        file.seek(start)
        is_gzip = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        file.seek(start)
        records = _members(file, start, stop) if is_gzip else _plain(file, start, stop)
        begin, count = start, 0
        for end, is_response in records:
            count += is_response
            if count == pages:
                yield begin, end
                begin, count = end, 0
        if begin < stop:
            yield begin, stop


def _members(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, bool]]:
    """Yield (byte after it, whether it is a response) of each gzip member; broken data ends them."""
    position, data = start, b""
    while position < stop:
        member, head = zlib.decompressobj(_GZIP), b""
        try:
            while not member.eof:
                data = data or member.unconsumed_tail or file.read(_READ_BYTES)
                if not data:
                    return
                out = member.decompress(data, _READ_BYTES)
                rest = member.unused_data if member.eof else member.unconsumed_tail
                position += len(data) - len(rest)
                data = rest
                if len(head) < _HEAD_BYTES:
                    head += out[:_HEAD_BYTES]
        except zlib.error:
            return
        yield position, _RESPONSE in head.lower()


def _plain(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, bool]]:
    """Yield (byte after it, whether it is a response) of each record of an uncompressed WARC file."""
    position = start
    while position < stop:
        file.seek(position)
        head = file.read(_HEAD_BYTES * 4)
        blank = head.find(b"\r\n\r\n")
        if blank < 0:
            return
        fields = head[:blank].lower()
        length = next((line[15:].strip() for line in fields.split(b"\r\n") if line.startswith(b"content-length:")), b"")
        if not length.isdigit():
            return
        position += blank + 4 + int(length) + 4
        yield min(position, stop), _RESPONSE in fields


def _inside(path: Path) -> Iterator[Span]:
    """Yield where the WARC files of a WACZ file lie."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            for entry in archive.infolist():
                if not (entry.filename.startswith("archive/") and entry.filename.lower().endswith(WARC_SUFFIXES)):
                    continue
                if entry.compress_type != zipfile.ZIP_STORED:
                    raise BackfileError(f"expected {entry.filename} in {path} uncompressed, but it is compressed")
                file.seek(entry.header_offset)
                name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
                start = entry.header_offset + _LOCAL_HEADER.size + name + extra
                yield start, start + entry.file_size
    except (zipfile.BadZipFile, struct.error) as error:
        raise BackfileError(f"expected a WACZ file, but {path} is something else") from error
