"""Bytes → text: which encoding, who said so, and whether to believe it.

    byte order mark → UTF-16 by its zero bytes → valid UTF-8 → what header and meta name, when the bytes agree →
    detection

The HTML standard asks header, then meta, and never doubts them. An archive has to: servers add ``charset=iso-8859-1``
to everything and themes say ``utf-8`` over windows-1251. Valid UTF-8 with a letter beyond ASCII is hardly ever anything
else, so trying it first settles nearly every page at the cost of the decoding itself, and a label is tested against the
bytes before it is believed.

Labels and names are the Encoding standard's (https://encoding.spec.whatwg.org/), by ``webencodings``. Detection is
``chardet`` 7, which names all twenty legacy pages of the test suite where charset-normalizer names fourteen; it is
imported when the first page needs it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import webencodings

PRESCAN_BYTES = 16 * 1024
"""Bytes searched for a meta. The standard says 1,024; themes put kilobytes of scripts and comments before it."""
SAMPLE_BYTES = 16 * 1024
"""Bytes of text shown to the detection: more changes its answer no longer, and costs milliseconds."""
WINDOW_BYTES = 64 * 1024
"""Bytes before and after the first that is no UTF-8, by which damage is told from another encoding; eight times as many
behind it are searched for a sample."""
GOOD_PER_BAD = 5
"""UTF-8 with broken bytes is still UTF-8 when at least so many characters beyond ASCII are whole for each broken."""
WIDE_SAMPLE_BYTES = 512
"""Bytes at the start looked at for UTF-16: its tags are there, whatever the language."""
WIDE_SHARE = 0.1
"""Share of zero bytes from which they are half characters; UTF-8 text has none."""
BROKEN_SHARE = 0.02
"""A label is not believed when a larger share of the characters beyond ASCII cannot be decoded by it."""
FEW_HIGH_BYTES = 8
"""Fewer bytes beyond ASCII tell a detector nothing; amid Latin letters they are accents and curly quotes."""
LATIN_HIGH_SHARE = 0.5
"""In words that hold a letter beyond ASCII, fewer of the letters than this are so in Latin alphabets (Vietnamese: 0.3);
in one-byte encodings of other alphabets nearly all are. A Latin label over such words is a server's default."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_WIDE = ("utf-16le", "utf-16be")
_FALLBACK = "windows-1252"
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.I)
_XML_ENCODING = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']\s*([A-Za-z0-9_:.\-]+)\s*[\"']")
# What the prescan steps over or stops at: comments (which may end in the dashes they begin with), tags, other markup.
# What has no end takes all that follows, so that nothing is searched twice.
_MARKUP = re.compile(
    rb"(?P<other><!--(?:-?>|.*?-->|.*)|<[!/?][^a-zA-Z][^>]*+>?)|<(?P<meta>meta(?=[\s/]))?(?:/?[a-zA-Z][^\s>]*+)?",
    re.I | re.S,
)
# https://html.spec.whatwg.org/multipage/parsing.html#concept-get-attributes-when-sniffing
# (the tag's end, or a name with a value in one of three forms; a quote that is never closed)
_ATTRIBUTE = re.compile(
    rb"[\s/]*+(?:(?P<end>>)|(?P<name>[^\s/>][^\s/>=]*+)"
    rb"(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<open>[\"'])|(?P<bare>[^\s>]*+)))?)"
)
_CONTENT_CHARSET = re.compile(rb"charset\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"']+))", re.I)
_TAG = re.compile(rb"<[^<>]*+>")
# All but the first bytes of a run of ASCII, of which the first may belong to the character before it.
_RUN_OF_ASCII = re.compile(rb"(?<=[\x00-\x7f]{8})[\x00-\x7f]{56,}+")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{3,}+")
_CONTINUATION = bytes(range(0x80, 0xC0))
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_CONTROL = re.compile("[\x80-\x9f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_LETTER = re.compile(rb"[\xc0-\xff]")
_ESCAPE = b"\x1b"
_ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
_SEVEN_BIT = "iso-2022-jp"
# Python's codec of that name is a subset of the standard's.
_CODECS = {"gbk": "gb18030"}
# chardet's names that are no labels of the Encoding standard.
_LABELS = {
    "cp932": "shift_jis",
    "shift_jis_2004": "shift_jis",
    "euc_jis_2004": "euc-jp",
    "euc_kr": "euc-kr",
    "cp949": "euc-kr",
    "big5hkscs": "big5",
    "cp874": "windows-874",
}
_LATIN = frozenset(f"iso-8859-{part}" for part in (2, 3, 4, 10, 13, 14, 15, 16)) | frozenset(
    ("windows-1250", "windows-1252", "windows-1254", "windows-1257", "windows-1258", "macintosh")
)
# One-byte encodings in which nearly every letter lies above 0xBF.
_OTHER_ALPHABETS = frozenset(
    ("windows-1251", "windows-1253", "windows-1255", "windows-1256", "koi8-r", "koi8-u")
) | frozenset(f"iso-8859-{part}" for part in (5, 6, 7, 8))
# What legacy pages are written in; chardet knows DOS, EBCDIC and Mac encodings too, which are only ever false alarms
# here.
_ON_THE_WEB = (
    *(f"windows-125{part}" for part in range(9)),
    *(f"iso-8859-{part}" for part in (2, 5, 6, 7, 8, 9, 13, 15)),
    *("koi8-r", "koi8-u", "tis-620", "gb18030", "big5", "big5hkscs", "shift_jis", "cp932", "euc-jp", "euc-kr", "cp949"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document's text, and how its bytes were read."""

    text: str
    encoding: str
    """The encoding's WHATWG name, lower-case."""
    source: str
    """Who named it: ``bom``, ``header``, ``meta``, ``detected`` (the bytes themselves), or ``default`` (nobody)."""
    utf_8: bytes | None = field(default=None, compare=False, repr=False)
    """The bytes themselves where they are *text* in UTF-8, to the byte; else None."""


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Return the text of an HTML or XML document. Never raises; bytes without a meaning become U+FFFD.

    *content_type* is the header's value, parameters included.

    >>> decode("<title>café</title>".encode("latin-1"), "text/html; charset=utf-8").text
    '<title>café</title>'
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return Decoded(_text(body[len(mark) :], name), name, "bom")
    if wide := _utf_16(body):
        return Decoded(_text(body, wide), wide, "detected")
    header = _header_encoding(content_type)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _legacy(body, header, error.start)
    named = header or prescan(body)
    source = "header" if header else "meta" if named else None
    if _ESCAPE in body and any(escape in body for escape in _ESCAPES):
        return Decoded(_text(body, _SEVEN_BIT), _SEVEN_BIT, source if source and named == _SEVEN_BIT else "detected")
    if named == "utf-8" or (named and text.isascii()):
        return Decoded(text, named, source or "default", body)
    return Decoded(text, "utf-8", "default" if text.isascii() else "detected", body)


def encoding_of(label: str) -> str | None:
    """Return the WHATWG name of the encoding with that label, None for an unknown one.

    >>> encoding_of(" Latin1 "), encoding_of("x-sjis"), encoding_of("klingon")
    ('windows-1252', 'shift_jis', None)
    """
    encoding = webencodings.lookup(label) if label.isascii() else None
    return encoding.name if encoding and encoding.name != "replacement" else None


@lru_cache(maxsize=64)
def _header_encoding(content_type: str | None) -> str | None:
    found = _HEADER_CHARSET.search(content_type or "")
    name = encoding_of(found.group(1)) if found else None
    return None if name in _WIDE else name  # bytes that are UTF-16 have been recognised as such


def prescan(body: bytes) -> str | None:
    """Return the encoding a document's own meta (or XML declaration) names, None when it names none that is known.

    https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding

    >>> prescan(b"<!-- <meta charset=big5> --><meta charset=koi8-r>")
    'koi8-r'
    """
    head = body[:PRESCAN_BYTES]
    position = 0
    while found := _MARKUP.search(head, position):
        position = found.end()
        if found["other"] is None:
            attributes, position = _attributes(head, position)
            if found["meta"] and (encoding := _of_meta(attributes)):
                return encoding
    declared = _XML_ENCODING.match(head)
    return _readable(declared.group(1)) if declared else None


def _attributes(head: bytes, position: int) -> tuple[dict[bytes, bytes], int]:
    """Return a tag's attributes by lower-case name, and where it ends; none when *head* ends before it does."""
    attributes: dict[bytes, bytes] = {}
    while (found := _ATTRIBUTE.match(head, position)) and found["open"] is None:
        position = found.end()
        if found["end"]:
            return attributes, position
        if position < len(head):
            value = next((found[form] for form in ("double", "single", "bare") if found[form] is not None), b"")
            attributes.setdefault(found["name"].lower(), value)
    return {}, len(head)


def _of_meta(attributes: dict[bytes, bytes]) -> str | None:
    if (label := attributes.get(b"charset")) is not None:
        return _readable(label)
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return None
    found = _CONTENT_CHARSET.search(attributes.get(b"content", b""))
    return _readable(next(form for form in found.groups() if form is not None)) if found else None


def _readable(label: bytes) -> str | None:
    """Return the encoding a document may name for itself: one that reads its own label, so UTF-16 means UTF-8."""
    name = encoding_of(label.decode("latin-1"))
    if name == "x-user-defined":
        return _FALLBACK
    return "utf-8" if name in _WIDE else name


def _utf_16(body: bytes) -> str | None:
    """Return the UTF-16 a document without byte order mark is in: every second byte of its ASCII characters is zero."""
    start = body[:WIDE_SAMPLE_BYTES]
    if b"\x00" not in start:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) * WIDE_SHARE or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16be" if even > odd else "utf-16le"


def _legacy(body: bytes, header: str | None, first_error: int) -> Decoded:
    """Return the text of bytes that are not valid UTF-8 from *first_error* on. What is looked at lies around there."""
    meta = prescan(body)
    start = max(first_error - WINDOW_BYTES, 0)
    if _is_damaged_utf_8(body[start : first_error + WINDOW_BYTES]):
        source = "header" if header == "utf-8" else "meta" if meta == "utf-8" else "detected"
        return Decoded(body.decode("utf-8", "replace"), "utf-8", source)
    sample = _sample(body[start : first_error + 8 * WINDOW_BYTES])
    named = {name: source for name, source in ((meta, "meta"), (header, "header")) if name and name != "utf-8"}
    believed = [name for name in reversed(named) if _fits(sample, name)]
    if len(believed) == 1:
        return Decoded(_text(body, believed[0]), believed[0], named[believed[0]])
    guess = believed[0] if believed and _says_little(sample) else _detected(sample, tuple(believed) or _ON_THE_WEB)
    if (
        guess is None
        or not _fits(sample, guess)
        or (guess in _OTHER_ALPHABETS and _high_share(sample) < LATIN_HIGH_SHARE)
    ):
        guess = next(iter((*believed, *reversed(named))), _FALLBACK)
        return Decoded(_text(body, guess), guess, named.get(guess, "default"))
    return Decoded(_text(body, guess), guess, named.get(guess, "detected"))


def _is_damaged_utf_8(window: bytes) -> bool:
    # What a cut through a character leaves at either end is not damage.
    text = window.lstrip(_CONTINUATION).rstrip(_BEYOND_ASCII).decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return beyond_ascii - broken >= GOOD_PER_BAD * max(broken, 1)


def _sample(body: bytes) -> bytes:
    """Return the stretches of *body* that hold more than ASCII, without tags."""
    return _RUN_OF_ASCII.sub(b" ", _TAG.sub(b" ", body))[:SAMPLE_BYTES]


def _fits(sample: bytes, name: str) -> bool:
    text = _text(sample, name)
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    # C1 control characters stand in no page: where ISO 8859 has them, Windows has quotation marks and dashes.
    broken = text.count("\ufffd") + len(_CONTROL.findall(text))
    if broken > BROKEN_SHARE * beyond_ascii + 1:  # the sample's cut may break one
        return False
    return name not in _LATIN or _high_share(sample) <= LATIN_HIGH_SHARE


def _high_share(sample: bytes) -> float:
    words = b"".join(word for word in _WORD.findall(sample) if _HIGH_LETTER.search(word))
    return len(_HIGH_LETTER.findall(words)) / len(words) if words else 0.0


def _says_little(sample: bytes) -> bool:
    return len(_HIGH.findall(sample)) < FEW_HIGH_BYTES and _high_share(sample) <= LATIN_HIGH_SHARE


def _detected(sample: bytes, among: tuple[str, ...]) -> str | None:
    if _says_little(sample):
        return None
    import chardet

    found = chardet.detect(sample, include_encodings=among, compat_names=False)
    name = found["encoding"]
    return encoding_of(_LABELS.get(name, name)) if name else None


def _text(body: bytes, name: str) -> str:
    encoding = webencodings.lookup(_CODECS.get(name, name))
    assert encoding is not None, name
    text: str = encoding.codec_info.decode(body, "replace")[0]
    return text
