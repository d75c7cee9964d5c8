"""What a site repeats on every page: learnt once from its first posts, kept in the archive, and applied to all of them.

Which pages it is learnt from is fixed by their addresses, not by the order in which they came, so that a crawl that was
interrupted learns the same as one that was not.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pipelines.archive import Archive
from pipelines.crawl.reading import Task
from pipelines.crawl.workers import Pool
from scraper.article import ARTICLE
from scraper.discover import Origin

_OK = 200


def key_of(archive: Archive, host: str) -> tuple[str, int] | None:
    """Return (site, version) of the site's template, None when nothing is learnt yet."""
    row = archive.connection.execute(
        "SELECT template_version FROM sites WHERE host = ? AND template IS NOT NULL", (host,)
    ).fetchone()
    return (host, int(row[0])) if row is not None else None


def template_of(archive: Archive, host: str) -> dict[str, Any] | None:
    """Return what the site repeats, as ``Template.to_dict`` wrote it; None when nothing is learnt yet."""
    row = archive.connection.execute("SELECT template FROM sites WHERE host = ?", (host,)).fetchone()
    return json.loads(row[0]) if row is not None and row[0] else None


async def reread(pool: Pool, archive: Archive, host: str, page_id: int, origin: Origin, *, run_id: int | None) -> str:
    """Read the kept page of an article again and file it; return what that came to (``Filed.verdict``).

    Raises Unreadable when its workers die on it, NotFound when no raw page is kept.
    """
    raw = archive.raw(page_id)
    url = archive.connection.execute("SELECT url FROM pages WHERE id = ?", (page_id,)).fetchone()[0]
    headers = (("content-type", raw.content_type),) if raw.content_type else ()
    task = Task(page_id, url, raw.body, headers, _OK, origin, 0, key_of(archive, host))
    reading = await pool.read(task, lambda: template_of(archive, host))
    with archive.transaction():
        filed = archive.file(
            replace(reading.article, page_type=ARTICLE),
            page_id=page_id,
            fetched_at=raw.fetched_at,
            run_id=run_id,
            raw_hash=raw.raw_hash,
            template_version=reading.template_version,
            reextracted=True,
        )
        archive.connection.execute(
            "UPDATE pages SET text_hash = ?, simhash = ? WHERE id = ?",
            (reading.text_hash, reading.paragraph_hash, page_id),
        )
    return filed.verdict


async def finish(pool: Pool, archive: Archive, host: str) -> None:
    """Learn the site's template when there is none, and read again what was read without it."""
