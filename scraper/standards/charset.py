"""Bytes → text: byte order mark, header, meta, then detection (https://encoding.spec.whatwg.org/ for labels and
names)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import webencodings

_PRESCAN_BYTES = 1024
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.I)
_META = re.compile(rb"<meta[^>]+?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]+)", re.I)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document's text, and how its bytes were read."""

    text: str
    encoding: str
    """The encoding's WHATWG name, lower-case."""
    source: str
    """Who named it: bom, header, meta, detected, default."""


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Return the text of *body*. Never raises; what cannot be decoded becomes U+FFFD."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name, "bom")
    header = _HEADER_CHARSET.search(content_type or "")
    meta = _META.search(body[:_PRESCAN_BYTES])
    for label, source in ((header and header.group(1), "header"), (meta and meta.group(1).decode("ascii"), "meta")):
        encoding = webencodings.lookup(label) if label else None
        if encoding is not None:
            return _decoded(body, encoding.name, source)
    try:
        return Decoded(body.decode("utf-8"), "utf-8", "default")
    except UnicodeDecodeError:
        return _decoded(body, "windows-1252", "default")


def _decoded(body: bytes, name: str, source: str) -> Decoded:
    encoding = webencodings.lookup(name)
    assert encoding is not None
    return Decoded(encoding.codec_info.decode(body, "replace")[0], name, source)
