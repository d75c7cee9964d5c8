"""What a site repeats on every page: learnt once from its first posts, kept in the archive, and applied to all of them.

Which pages it is learnt from is fixed by their addresses, not by the order in which they came, so that a crawl that was
interrupted learns the same as one that was not.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pipelines.archive import Archive
from pipelines.crawl.reading import Lesson, Reading, Task
from pipelines.crawl.verdict import SURE
from pipelines.crawl.workers import Pool, Unreadable
from scraper import discover, site
from scraper.article import ARTICLE
from scraper.discover import Origin

LESSON_PAGES = 12
"""Posts a template is learnt from: three show most of what repeats, the vote on the body's place needs eight."""
LEAST_PAGES = 5
"""Posts among them that must have been archived; of fewer nothing is learnt."""
WITHDRAWN = "withdrawn"
"""What reading again came to for a page that was taken back; beside the verdicts of ``Filed``."""
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


def profile_of(archive: Archive, host: str) -> str | None:
    """Return what a person has written down about the site, TOML; None when nobody has."""
    row = archive.connection.execute("SELECT profile FROM sites WHERE host = ?", (host,)).fetchone()
    return row[0] if row is not None and row[0] else None


async def reread(
    pool: Pool,
    archive: Archive,
    host: str,
    page_id: int,
    origin: Origin,
    *,
    run_id: int | None,
    may_withdraw: bool = False,
) -> str:
    """Read the kept page of an article again and file it; return what that came to (``Filed.verdict``).

    With *may_withdraw*, a page that turns out to be no post, now that the site is known, is taken back: WITHDRAWN.
    Raises Unreadable when its workers die on it, NotFound when no raw page is kept.
    """
    raw = archive.raw(page_id)
    url = archive.connection.execute("SELECT url FROM pages WHERE id = ?", (page_id,)).fetchone()[0]
    headers = (("content-type", raw.content_type),) if raw.content_type else ()
    profile = profile_of(archive, host)
    task = Task(page_id, url, raw.body, headers, _OK, origin, 0, key_of(archive, host), profile=profile)
    reading = await pool.read(task, lambda: template_of(archive, host))
    if may_withdraw and _is_none_after_all(archive, page_id, reading):
        with archive.transaction():
            if archive.withdraw(page_id, reading.article.page_type, reading.signal):
                return WITHDRAWN
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


def _is_none_after_all(archive: Archive, page_id: int, reading: Reading) -> bool:
    """Say whether a page filed before the site was known is surely no post, and no feed nor WordPress lists it."""
    if reading.article.page_type == ARTICLE or reading.confidence < SURE or not reading.template_version:
        return False
    claimed = archive.connection.execute(
        "SELECT 1 FROM claims JOIN sources ON sources.id = source_id"
        " WHERE claims.page_id = ? AND sources.kind IN ('feed', 'wordpress') LIMIT 1",
        (page_id,),
    ).fetchone()
    return claimed is None


def choose(archive: Archive, host: str) -> None:
    """Fix the pages the template is learnt from, as soon as enough posts are known, and have them asked first."""
    db = archive.connection
    row = db.execute("SELECT learn_pages FROM sites WHERE host = ?", (host,)).fetchone()
    if row is None or row[0] is not None:
        return
    rows = db.execute(
        "SELECT id, url FROM pages WHERE site = ? AND kind = ? AND state IN ('queued', 'archived') AND priority <= ?",
        (host, site.POST, discover.OFFERED),
    ).fetchall()
    if len(rows) < LESSON_PAGES:
        return
    chosen = [row[0] for row in sorted(rows, key=lambda row: _lot(row[1]))[:LESSON_PAGES]]
    with archive.transaction():
        db.execute("UPDATE sites SET learn_pages = ? WHERE host = ?", (json.dumps(chosen), host))
        db.executemany("UPDATE pages SET priority = ? WHERE id = ?", [(discover.CLAIMED - 1, page) for page in chosen])


def _lot(url: str) -> bytes:
    """Return where *url* stands in an order that has nothing to do with its place on the site, always the same."""
    return hashlib.blake2b(url.encode(), digest_size=8).digest()


def is_due(archive: Archive, host: str) -> bool:
    """Say whether all pages the template is learnt from have been read, and it is not yet learnt."""
    row = archive.connection.execute("SELECT learn_pages, template FROM sites WHERE host = ?", (host,)).fetchone()
    if row is None or row[0] is None or row[1] is not None:
        return False
    chosen = json.loads(row[0])
    marks = ", ".join("?" * len(chosen))
    waiting = archive.connection.execute(
        f"SELECT count(*) FROM pages WHERE id IN ({marks}) AND (state = 'queued' OR lease IS NOT NULL)",  # noqa: S608
        chosen,
    ).fetchone()
    return not waiting[0]


async def learn(pool: Pool, archive: Archive, host: str) -> bool:
    """Learn the site's template from the pages chosen; say whether there were enough of them."""
    db = archive.connection
    row = db.execute("SELECT learn_pages FROM sites WHERE host = ?", (host,)).fetchone()
    chosen = json.loads(row[0]) if row is not None and row[0] else []
    marks = ", ".join("?" * len(chosen))
    rows = db.execute(
        f"SELECT id, url FROM pages WHERE id IN ({marks}) AND state = 'archived' AND raw_hash IS NOT NULL"  # noqa: S608
        " ORDER BY url",
        chosen,
    ).fetchall()
    if len(rows) < LEAST_PAGES:
        return False
    pages = []
    for page_id, url in rows:
        raw = archive.raw(page_id)
        pages.append((url, raw.body, (("content-type", raw.content_type),) if raw.content_type else ()))
    try:
        template = await pool.learn(Lesson(tuple(pages)))
    except Unreadable:
        return False
    with archive.transaction():
        db.execute(
            "UPDATE sites SET template = ?, template_version = template_version + 1"
            " WHERE host = ? AND template IS NULL",
            (json.dumps(template, ensure_ascii=False), host),
        )
    return True


async def finish(pool: Pool, archive: Archive, host: str, origin: Origin, *, run_id: int) -> None:
    """Learn the site's template when there is none, and read again what was read without it.

    A site whose lists named too few posts at the beginning learns from the posts that were found.
    """
    db = archive.connection
    if key_of(archive, host) is None:
        rows = db.execute(
            "SELECT id, url FROM pages WHERE site = ? AND state = 'archived' AND raw_hash IS NOT NULL", (host,)
        ).fetchall()
        chosen = [row[0] for row in sorted(rows, key=lambda row: _lot(row[1]))[:LESSON_PAGES]]
        if len(chosen) < LEAST_PAGES:
            return
        if not is_due(archive, host):
            db.execute("UPDATE sites SET learn_pages = ? WHERE host = ?", (json.dumps(chosen), host))
        if not await learn(pool, archive, host):
            return
    key = key_of(archive, host)
    assert key is not None
    rows = db.execute(
        "SELECT page_id FROM articles JOIN pages ON pages.id = page_id"
        " WHERE pages.site = ? AND pages.state = 'archived' AND template_version IS NOT ?"
        " AND pages.raw_hash IS NOT NULL ORDER BY page_id",
        key,
    ).fetchall()
    await reread_all(pool, archive, host, [row[0] for row in rows], origin, run_id=run_id)


async def reread_all(pool: Pool, archive: Archive, host: str, pages: list[int], origin: Origin, *, run_id: int) -> None:
    """Read the kept pages of these articles again, as many at once as there are workers."""
    waiting = iter(pages)

    async def work() -> None:
        for page_id in waiting:
            with suppress(Unreadable):  # it was read before and its record stands
                await reread(pool, archive, host, page_id, origin, run_id=run_id, may_withdraw=True)

    async with asyncio.TaskGroup() as group:
        for _ in range(pool.count):
            group.create_task(work())
