"""An Article as rows of the database, and back: pure functions, and the hashes that tell whether anything changed.

Two hashes, because two questions are asked. ``content_hash`` answers "did the author change the post?": title, text,
authors and dates, white space squeezed; only a difference here makes a revision. ``record_hash`` answers "is the row
still right?": the whole record; a difference only here (a tag, a related link, an image) rewrites the row and makes
no revision.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pipelines.archive.words import grams
from scraper.article import Article, Author, Image, Neighbour, Related

HASH_DIGITS = 32
"""Hexadecimal digits kept of a SHA-256: 128 bits are beyond any accident, and half the width in every row."""
_ABSENT = "\0"
_SEPARATOR = "\x1f"
_AUTHOR, _RELATED, _NEIGHBOUR, _IMAGE = "\x1c", "\x1d", "\x1e", "\x16"

PLAIN_COLUMNS = (
    "url",
    "canonical_url",
    "site",
    "site_name",
    "page_type",
    "title",
    "author_bio",
    "published",
    "modified",
    "language",
    "reading_minutes",
    "word_count",
    "excerpt",
    "comments_count",
    "text",
    "markdown",
    "html",
)
"""Columns of ``articles`` that hold a field of the Article as it is."""
DERIVED_COLUMNS = ("byline", "keywords", "grams", "related", "prev_next")
"""Columns of ``articles`` made from several-valued fields."""
ARTICLE_COLUMNS = PLAIN_COLUMNS + DERIVED_COLUMNS


@dataclass(frozen=True, slots=True)
class Rows:
    """What one Article becomes: a row of ``articles`` without its keys, and rows of the tables beside it, in page
    order."""

    article: dict[str, Any]
    """Column → value, the keys of ARTICLE_COLUMNS."""
    authors: tuple[tuple[str, str], ...]
    """(name, address or "") pairs."""
    tags: tuple[str, ...]
    images: tuple[tuple[str, str | None, str | None], ...]
    """(address, alternative text, caption) triples."""


def to_rows(article: Article) -> Rows:
    """Return the rows that hold *article*; evidence and dropped blocks are not kept.

    >>> rows = to_rows(Article(title="On Tides", authors=(Author("Ida"), Author("Bo"))))
    >>> rows.article["byline"], rows.authors
    ('Ida, Bo', (('Ida', ''), ('Bo', '')))
    """
    byline = ", ".join(author.name for author in article.authors) or None
    keywords = ", ".join(article.tags) or None
    row = {name: getattr(article, name) for name in PLAIN_COLUMNS}
    row["byline"] = byline
    row["keywords"] = keywords
    row["grams"] = grams(article.title, byline, keywords, article.text)
    row["related"] = _json([item.to_dict() for item in article.related])
    row["prev_next"] = _json([item.to_dict() for item in article.prev_next])
    return Rows(
        article=row,
        authors=tuple((author.name, author.url or "") for author in article.authors),
        tags=article.tags,
        images=tuple((image.url, image.alt, image.caption) for image in article.images),
    )


def from_rows(rows: Rows) -> Article:
    """Return the Article that *rows* came from; columns of ``articles`` beyond ARTICLE_COLUMNS are ignored.

    >>> article = Article(title="On Tides", tags=("sea",), images=(Image("http://a.example/i.png"),))
    >>> from_rows(to_rows(article)) == article
    True
    """
    row = rows.article
    return Article(
        **{name: row[name] for name in PLAIN_COLUMNS},
        authors=tuple(Author(name, url or None) for name, url in rows.authors),
        tags=rows.tags,
        images=tuple(Image(*image) for image in rows.images),
        related=tuple(Related(**item) for item in json.loads(row["related"])),
        prev_next=tuple(Neighbour(**item) for item in json.loads(row["prev_next"])),
    )


def record_hash(article: Article) -> str:
    """Return the hash of the whole record, 32 hexadecimal digits. Raises UnicodeEncodeError for lone surrogates.

    It runs for every article that is seen again, so the long texts are hashed one by one rather than joined first.
    """
    a = article
    parts = [
        a.url, a.canonical_url, a.site, a.page_type, a.title, a.author_bio, a.published, a.modified, a.language,
        str(a.reading_minutes), str(a.word_count), a.excerpt, str(len(a.text)), str(len(a.html)), *a.tags,
        a.site_name, str(a.comments_count),
    ]  # fmt: skip
    for author in a.authors:
        parts += (_AUTHOR, author.name, author.url)
    for related in a.related:
        parts += (_RELATED, related.url, related.title, related.published, related.excerpt)
    for neighbour in a.prev_next:
        parts += (_NEIGHBOUR, neighbour.rel, neighbour.url, neighbour.title)
    for image in a.images:
        parts += (_IMAGE, image.url, image.alt, image.caption)
    hashed = sha256(_SEPARATOR.join([_ABSENT if part is None else part for part in parts]).encode())
    for text in (a.text, a.html, a.markdown):
        hashed.update(text.encode())
    return hashed.hexdigest()[:HASH_DIGITS]


def content_hash(article: Article) -> str:
    """Return the hash of what a reader would call the post: title, authors, dates, text. White space does not count.

    >>> content_hash(Article(text="one  two")) == content_hash(Article(text="one\\ntwo", word_count=2))
    True
    """
    parts = [_closed_up(article.title or ""), article.published or "", article.modified or "", _closed_up(article.text)]
    parts += [_closed_up(author.name) for author in article.authors]
    return digest(_SEPARATOR.join(parts))


def _closed_up(text: str) -> str:
    # ``scraper.text.squeeze`` by other means: this runs over whole texts, and splitting is four times faster.
    return " ".join(text.split())


def digest(content: str | bytes) -> str:
    """Return the first 32 hexadecimal digits of the SHA-256 of *content* (as UTF-8)."""
    encoded = content.encode("utf-8") if isinstance(content, str) else content
    return sha256(encoded, usedforsecurity=False).hexdigest()[:HASH_DIGITS]


def moment(when: datetime | str) -> str:
    """Return *when* as the archive writes moments: UTC, milliseconds, always 24 characters, so that text order is
    time order.

    Text is taken for a moment already when it has that form, else parsed as ISO 8601 (no offset means UTC).
    Raises ValueError when it cannot be.

    >>> moment("2021-07-26T11:30:00+02:00")
    '2021-07-26T09:30:00.000Z'
    """
    if isinstance(when, str):
        if len(when) == _MOMENT_LENGTH and when.endswith("Z"):
            return when
        when = datetime.fromisoformat(when)
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_MOMENT_LENGTH = len("2021-07-26T09:30:00.000Z")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
