"""Faults of character encodings."""

from __future__ import annotations

from typing import Any

from tests.hostile.pages import TRUTH, post
from tests.hostile.values import ANY_GOOD, ARCHIVED, FAILED, PAGE, Fault
from tests.server import Reply

_CAFE = post("<p>Über Café, naïve façade: Ærø — “Ålesund”.</p>")
_BARE = _CAFE.replace('<meta charset="utf-8">', "")


def _fault(
    name: str, body: bytes, content_type: str = "text/html", *, whole: bool = True, quick: bool = False, **more: Any
) -> Fault:
    states = (ARCHIVED,) if whole else (*ANY_GOOD, FAILED)
    return Fault(
        name,
        lambda place: {PAGE: Reply(body, content_type=content_type)},
        states=states,
        reason="",
        text=TRUTH if whole else "",
        quick=quick,
        **more,
    )


FAULTS = (
    _fault("charset-wrong-label", _BARE.encode(), "text/html; charset=iso-8859-1", quick=True),
    _fault("charset-label-utf-8-on-latin-1", _BARE.encode("cp1252", "replace"), "text/html; charset=utf-8", quick=True),
    _fault(
        "charset-utf-7",
        b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-" + _BARE.encode("utf-7"),
        "text/html; charset=utf-7",
        whole=False,
        never="<script>",
        quick=True,
    ),
    _fault("charset-cut-utf-8", _CAFE.encode().replace(b"\xc3\xa9", b"\xc3"), quick=True),
    _fault("charset-cut-at-the-end", _CAFE.encode() + b"\xe2\x80"),
    _fault("charset-overlong", _CAFE.encode().replace(b"Caf", b"\xc0\xbcscript\xc0\xbe Caf"), never="<script>"),
    _fault("charset-utf-16-without-mark", _CAFE.encode("utf-16-le"), "text/html; charset=utf-16"),
    _fault("charset-utf-16-unlabelled", _CAFE.encode("utf-16-le"), whole=False),
    _fault("charset-utf-32", _CAFE.encode("utf-32"), "text/html; charset=utf-32", whole=False),
    _fault("charset-unknown", _CAFE.encode(), "text/html; charset=banana"),
    _fault("charset-label-of-10-kilobytes", _CAFE.encode(), "text/html; charset=" + "x" * 10_000),
    _fault("charset-python-codec", _CAFE.encode(), "text/html; charset=rot13"),
    _fault("charset-codec-of-files", _CAFE.encode(), "text/html; charset=zlib_codec"),
    _fault("charset-idna", _CAFE.encode(), "text/html; charset=idna"),
    _fault("charset-mark-against-header", b"\xef\xbb\xbf" + _CAFE.encode(), "text/html; charset=windows-1252"),
    _fault("charset-two-labels", _CAFE.encode(), "text/html; charset=utf-8; charset=utf-16"),
    _fault("charset-meta-utf-16", _CAFE.replace('charset="utf-8"', 'charset="utf-16"').encode()),
    _fault("charset-iso-2022-jp-escapes", _BARE.encode("ascii", "replace") + b"\x1b$B" * 50_000, whole=False),
    _fault(
        "charset-hz", b"~{" * 100_000 + _BARE.encode("ascii", "replace"), "text/html; charset=hz-gb-2312", whole=False
    ),
    _fault("charset-mixture", _BARE.encode() + "Ünd nöch mehr".encode("latin-1") * 1000),
    _fault("charset-replacement", _CAFE.encode(), "text/html; charset=iso-2022-kr", whole=False),
    _fault("charset-x-user-defined", _CAFE.encode(), "text/html; charset=x-user-defined", whole=False),
)
