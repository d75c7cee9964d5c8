"""An article to take away, in five forms, and its raw page: framed without anything that runs or loads, and as text."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

import nh3
from starlette.responses import Response

from pipelines.archive import Archive
from pipelines.archive.reading import StoredArticle
from pipelines.datasets.markdown import front_matter
from pipelines.datasets.records import record_of
from scraper.render import SAFE_ATTRIBUTES, SAFE_TAGS, sanitise
from scraper.standards.charset import decode

_STYLE = "body{font:16px/1.5 sans-serif;margin:1rem;color:#222;background:#fff}td,th{vertical-align:top}"
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
FRAME_POLICY = f"sandbox; default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'self'"
"""A raw page may do nothing: no script, no form, no request; it has an origin of its own."""
_LAYOUT_TAGS = frozenset(
    "address article aside center details div fieldset font footer header label legend main nav section span summary "
    "time".split()
)
"""What a whole page has beside the tags of an article. No link, meta, base, frame or object: each of them can make a
browser ask somewhere before any policy is looked at."""


def as_record(stored: StoredArticle) -> str:
    """Return the record as JSON, to be read by people too."""
    return json.dumps(record_of(stored), ensure_ascii=False, indent=2) + "\n"


def as_line(stored: StoredArticle) -> str:
    """Return the record as one line of JSON, as ``backfile export`` writes it."""
    return json.dumps(record_of(stored), ensure_ascii=False) + "\n"


def as_markdown(stored: StoredArticle) -> str:
    """Return the article as Markdown with its record as front matter."""
    return f"{front_matter(record_of(stored))}\n{stored.article.markdown}\n"


def as_text(stored: StoredArticle) -> str:
    """Return the body as plain text."""
    return stored.article.text + "\n"


def as_html(stored: StoredArticle) -> str:
    """Return the body as HTML, sanitised once more."""
    return sanitise(stored.article.html) + "\n"


FORMS: dict[str, tuple[str, Callable[[StoredArticle], str]]] = {
    "json": ("application/json", as_record),
    "jsonl": ("application/x-ndjson", as_line),
    "md": ("text/markdown; charset=utf-8", as_markdown),
    "txt": ("text/plain; charset=utf-8", as_text),
    "html": ("text/html; charset=utf-8", as_html),
}
"""Ending of the file → (media type, what makes it)."""


def download(stored: StoredArticle, form: str) -> Response:
    """Return *stored* as a file of *form*, one of FORMS, that a browser saves rather than shows."""
    media_type, make = FORMS[form]
    headers = {
        "content-disposition": f'attachment; filename="article-{stored.id}.{form}"',
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(make(stored), media_type=media_type, headers=headers)


def frame(archive: Archive, stored: StoredArticle) -> Response:
    """Return the raw page of *stored* for a frame: its text and structure, nothing that runs, loads or leads away.

    Raises NotFound or ArchiveDamaged.
    """
    raw = archive.raw(stored.page_id, raw_hash=stored.raw_hash)
    shown = harmless(decode(raw.body, raw.content_type).text)
    head = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Raw page</title><style>{_STYLE}</style></head>"
    )
    return Response(
        f"{head}<body>{shown}</body></html>",
        media_type="text/html; charset=utf-8",
        headers={"content-security-policy": FRAME_POLICY},
    )


def source(archive: Archive, stored: StoredArticle) -> Response:
    """Return the text of the raw page of *stored*, as text. Raises NotFound or ArchiveDamaged."""
    raw = archive.raw(stored.page_id, raw_hash=stored.raw_hash)
    return Response(
        decode(raw.body, raw.content_type).text,
        media_type="text/plain; charset=utf-8",
        headers={"content-security-policy": FRAME_POLICY},
    )


def harmless(html: str) -> str:
    """Return a whole page's HTML with nothing in it that runs, loads, is filled in, or leads away.

    >>> harmless('<link rel=preconnect href=//a.example><nav onclick="x()"><a href="/b">b</a></nav><img src=c.png>')
    '<nav><a>b</a></nav>'
    """
    attributes = {tag: names - {"src", "href"} for tag, names in SAFE_ATTRIBUTES.items()}
    tags = (set(SAFE_TAGS) | _LAYOUT_TAGS) - {"img"}
    return nh3.clean(html, tags=tags, attributes=attributes, link_rel=None)
