"""WARC (ISO 28500, version 1.1) out: the stored raw pages, for the programs that replay and mine web archives.

Of a page its address, moment, media type and body were kept, so the HTTP head is written anew from these. Every record
is a gzip member of its own when the name ends in .gz, as readers with random access expect. Record ids are made from
what the record holds, so the same archive gives the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from pipelines.datasets.writing import GZIP_LEVEL

if TYPE_CHECKING:
    from pipelines.archive.bodies import RawPage

_NAMESPACE = uuid.UUID("6f6b0d4e-6a26-5b0e-9b6f-0d9d3b3a7c11")
"""Under which record ids are made; any fixed value does."""
_INFO = b"software: backfile\r\nformat: WARC File Format 1.1\r\n"


def write_pages(pages: Iterable[RawPage], file: BinaryIO, *, compress: bool) -> int:
    """Write *pages* to *file* as response records after one warcinfo record; return how many pages."""
    count = 0
    for page in pages:
        moment = _to_second(page.fetched_at)
        if not count:
            file.write(_packed(_record("warcinfo", "application/warc-fields", moment, _INFO, None), compress=compress))
        message = _http_message(page)
        record = _record("response", "application/http; msgtype=response", moment, message, page.url)
        file.write(_packed(record, compress=compress))
        count += 1
    return count


def _http_message(page: RawPage) -> bytes:
    kind = page.content_type or "text/html"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(page.body)}\r\n\r\n"
    return head.encode("latin-1", "replace") + page.body


def _record(kind: str, content_type: str, moment: str, payload: bytes, url: str | None) -> bytes:
    digest = hashlib.sha1(payload, usedforsecurity=False).digest()
    identity = uuid.uuid5(_NAMESPACE, f"{kind} {moment} {url} {digest.hex()}")
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{identity}>",
        f"WARC-Date: {moment}",
        *([f"WARC-Target-URI: {url}"] if url else []),
        f"WARC-Block-Digest: sha1:{base64.b32encode(digest).decode()}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(payload)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + payload + b"\r\n\r\n"


def _packed(record: bytes, *, compress: bool) -> bytes:
    return gzip.compress(record, GZIP_LEVEL, mtime=0) if compress else record


def _to_second(moment: str) -> str:
    """Return a moment of the archive without its fraction, which older WARC readers do not take."""
    return moment.split(".")[0].rstrip("Z") + "Z"
