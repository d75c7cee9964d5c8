"""StoredArticle → the record that leaves the archive: the contract's keys, and four that say which state it is of.

The same record is shown by ``backfile show --json`` and written, one per line, by ``backfile export``. Its JSON Schema
is ``data/schemas/record.schema.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scraper.article import RECORD_KEYS

if TYPE_CHECKING:
    from pipelines.archive.reading import StoredArticle

STATE_KEYS = ("id", "fetched_at", "revision", "extractor")
"""What a record has beside the contract's keys: which article, seen when, in which version, read by which extractor."""

EXPORT_KEYS = (*STATE_KEYS[:1], *RECORD_KEYS, *STATE_KEYS[1:])
"""Every key of an exported record, in order."""


def record_of(stored: StoredArticle) -> dict[str, Any]:
    """Return the JSON-ready record of *stored*, keys in the order of EXPORT_KEYS."""
    return {
        "id": stored.id,
        **stored.article.to_dict(),
        "fetched_at": stored.fetched_at,
        "revision": stored.revision,
        "extractor": stored.extractor,
    }
