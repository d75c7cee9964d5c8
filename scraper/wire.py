"""Header values and bodies as they come over the wire: what a text was as bytes, and what is no document at all.

Pure: bytes and strings in, values out.
"""

from __future__ import annotations

_MAX_VALIDATOR = 1_000  # characters of an ETag or date sent back; servers refuse requests with headers of some 8 KiB
_SPACE = 0x20
_GOOD = range(200, 300)
_PARTIAL, _NOT_MODIFIED = 206, 304
# Media types that are never a page, feed or sitemap: their bodies are not read.
_NOT_DOCUMENT_FAMILIES = ("image/", "audio/", "video/", "font/", "model/")
_NOT_DOCUMENTS = frozenset(
    f"application/{name}"
    for name in ("pdf", "zip", "epub+zip", "msword", "x-tar", "x-bzip2", "x-xz", "x-7z-compressed", "vnd.rar", "wasm")
)
# First bytes of files that are served as pages by mistake (WHATWG MIME Sniffing §6 and §7; the rest is alike).
_SIGNATURES = (
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF-", "a PDF file"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"Rar!\x1a\x07", "a RAR file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\x7fELF", "a program"),
    (b"OggS\0", "an Ogg recording"),
    (b"ID3", "an MP3 recording"),
    (b"\0\0\0\x18ftyp", "an MP4 film"),
    (b"\0\0\0\x20ftyp", "an MP4 film"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"SQLite format 3\0", "a database"),
)


def not_a_document(media_type: str) -> bool:
    """Say whether a body of this media type is certainly no page, feed or sitemap.

    >>> not_a_document("image/png"), not_a_document("application/octet-stream"), not_a_document("")
    (True, False, False)
    """
    return media_type.startswith(_NOT_DOCUMENT_FAMILIES) or media_type in _NOT_DOCUMENTS


def flaw_of_page(status: int, body: bytes, *, asked_if_changed: bool) -> str | None:
    """Return why an answer to a request for a page is none, whatever its label says; None when it may be one.

    *asked_if_changed*: the request was conditional, so 304 is an answer.

    >>> flaw_of_page(200, b"%PDF-1.7", asked_if_changed=False)
    'not a page but a PDF file'
    """
    if status == _NOT_MODIFIED:
        return None if asked_if_changed else "the answer is that nothing has changed, which was not asked (HTTP 304)"
    if status not in _GOOD:
        return None
    if status == _PARTIAL:
        return "the answer is a part, and the whole was asked for (HTTP 206)"
    if not body.strip():
        return "the answer is empty"
    other = next((name for signature, name in _SIGNATURES if body.startswith(signature)), None)
    return f"not a page but {other}" if other else None


def validators_of(etag: str | None, last_modified: str | None) -> dict[bytes, bytes]:
    r"""Return the headers that make a request conditional (RFC 9110 §13.1.2, §13.1.3), as bytes: an ETag may hold any.

    What could not be sent back as it came is left out; the request is unconditional then.

    >>> validators_of('"abé"', None), validators_of("a" * 100_000, "x\0")
    ({b'If-None-Match': b'"ab\xe9"'}, {})
    """
    pairs = ((b"If-None-Match", etag), (b"If-Modified-Since", last_modified))
    return {name: bytes_of(value) for name, value in pairs if value and _may_be_sent(value)}


def _may_be_sent(value: str) -> bool:
    return (
        len(value) <= _MAX_VALIDATOR and all(ord(character) >= _SPACE for character in value) and value == value.strip()
    )


def bytes_of(value: str) -> bytes:
    """Return a header's value as it came, as far as ``text_of`` lets that be known."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def text_of(value: bytes) -> str:
    """Return a header's name or value as text: UTF-8 where it is, else a character for each byte."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
