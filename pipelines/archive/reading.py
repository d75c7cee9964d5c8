"""Reading: one article, many articles, an article's versions, and what is known about an address."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from pipelines.archive.filters import Filters, as_of_bound
from pipelines.archive.revisions import Diff, Revision, changed_fields, diff_text, unpacked
from pipelines.archive.rows import ARTICLE_COLUMNS, Rows, from_rows
from scraper.article import Article
from scraper.errors import InvalidURL, NotFound

BATCH = 200
"""Articles read at a time: few statements, and memory for 200 articles only."""
_SUGGESTIONS = 1

_STORED_COLUMNS = (
    "id", "page_id", "fetched_at", "first_archived_at", "changed_at", "gone_at", "revision", "extractor",
    "content_hash", "template_version", "raw_hash",
)  # fmt: skip
_STORED_SQL = f"SELECT {', '.join((*_STORED_COLUMNS, *ARTICLE_COLUMNS))} FROM articles WHERE id IN "


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with what the archive knows about it."""

    id: int
    page_id: int
    article: Article
    fetched_at: str
    """Moment of the capture that this version was read from."""
    first_archived_at: str
    changed_at: str
    """Moment this version was first seen."""
    gone_at: str | None
    """Moment the page was found to have vanished, None while it is there."""
    revision: int
    extractor: str | None
    content_hash: str
    template_version: int
    raw_hash: str | None
    aliases: tuple[str, ...] = ()
    """The page's other addresses, in order."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of ``crawl``, ``reextract`` or ``import``, as the table ``runs`` has it; JSON columns decoded."""

    id: int
    command: str
    starts: tuple[str, ...]
    settings: dict[str, Any]
    version: str | None
    pid: int | None
    started_at: str
    heartbeat_at: str | None
    finished_at: str | None
    status: str
    error: str | None
    requests: int
    bytes: int
    pages: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    skipped: int
    failed: int
    gone: int
    report: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site with its counts, as the view ``site_overview`` has it."""

    site: str
    title: str | None
    articles: int
    words: int
    first_published: str | None
    last_published: str | None
    pages: int
    queued: int
    failed: int
    gone: int
    crawled_at: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class PageStory:
    """Everything the archive knows about one address."""

    page: dict[str, Any]
    """The row of ``pages``."""
    found_on: str | None
    """Address of the page that led here first."""
    duplicate_of: str | None
    article_id: int | None
    """The article this address leads to, through the page it duplicates too."""
    claims: tuple[dict[str, Any], ...]
    """What feeds, sitemaps and the like say of it: kind, url, lastmod, title, published."""
    fetches: tuple[dict[str, Any], ...]
    """Every request made for it, oldest first: at, status, outcome, bytes, elapsed_ms, detail."""


def article_ids(connection: sqlite3.Connection, filters: Filters) -> list[int]:
    """Return the ids of the articles meant, in stable order: by site, date, address."""
    conditions, values = filters.where(connection)
    where = " WHERE " + " AND ".join(conditions) if conditions else ""
    rows = connection.execute(f"SELECT id FROM articles{where} ORDER BY site, published, url, id", values)
    return [row[0] for row in rows]


def count(connection: sqlite3.Connection, filters: Filters) -> int:
    """Return how many articles are meant."""
    conditions, values = filters.where(connection)
    where = " WHERE " + " AND ".join(conditions) if conditions else ""
    return int(connection.execute(f"SELECT count(*) FROM articles{where}", values).fetchone()[0])


def stored_articles(
    connection: sqlite3.Connection, ids: Sequence[int], as_of: str | datetime | None = None
) -> Iterator[StoredArticle]:
    """Yield the articles of *ids* in that order, read BATCH at a time; one deleted meanwhile is left out."""
    waiting = iter(ids)
    while batch := list(islice(waiting, BATCH)):
        for stored in _batch(connection, batch):
            yield stored if as_of is None else version_as_of(connection, stored, as_of)


def _batch(connection: sqlite3.Connection, ids: Sequence[int]) -> list[StoredArticle]:
    listed = "(" + ", ".join(map(str, ids)) + ")"
    cursor = connection.execute(_STORED_SQL + listed)
    rows = {row[0]: tuple(row) for row in cursor}
    if not rows:
        return []
    authors = _gathered(
        connection,
        "SELECT article_id, name, url FROM article_authors JOIN authors ON authors.id = author_id"
        f" WHERE article_id IN {listed} ORDER BY article_id, position",
    )
    tags = _gathered(
        connection,
        "SELECT article_id, name FROM article_tags JOIN tags ON tags.id = tag_id"
        f" WHERE article_id IN {listed} ORDER BY article_id, position",
    )
    images = _gathered(
        connection,
        f"SELECT article_id, url, alt, caption FROM images WHERE article_id IN {listed} ORDER BY article_id, position",
    )
    pages = ", ".join(str(row[1]) for row in rows.values())
    aliases = _gathered(
        connection,
        f"SELECT duplicate_of, url FROM pages WHERE duplicate_of IN ({pages}) ORDER BY duplicate_of, url",
    )
    found = []
    for article_id in ids:
        if article_id not in rows:
            continue
        row = rows[article_id]
        known = dict(zip(_STORED_COLUMNS, row, strict=False))
        values = dict(zip(ARTICLE_COLUMNS, row[len(_STORED_COLUMNS) :], strict=True))
        article = from_rows(
            Rows(
                values,
                tuple(authors.get(article_id, ())),
                tuple(name for (name,) in tags.get(article_id, ())),
                tuple(images.get(article_id, ())),
            )
        )
        other = tuple(url for (url,) in aliases.get(known["page_id"], ()))
        found.append(StoredArticle(article=article, aliases=other, **known))
    return found


def _gathered(connection: sqlite3.Connection, sql: str) -> dict[int, list[Any]]:
    """Return the rows of *sql* by their first column, which is left out of them."""
    gathered: dict[int, list[Any]] = {}
    for row in connection.execute(sql):
        gathered.setdefault(row[0], []).append(tuple(row)[1:])
    return gathered


def find_article(connection: sqlite3.Connection, which: str | int) -> int:
    """Return the article id that a number or an address means; other addresses of its page lead to it too.

    Raises NotFound, with the nearest address as the hint.
    """
    if isinstance(which, int):
        if connection.execute("SELECT 1 FROM articles WHERE id = ?", (which,)).fetchone():
            return which
        raise NotFound(f"there is no article {which} in the archive")
    for url in spellings(which):
        page = connection.execute("SELECT id FROM pages WHERE url = ?", (url,)).fetchone()
        article_id = article_of_page(connection, page[0]) if page else None
        if article_id is None:
            row = connection.execute(
                "SELECT id FROM articles WHERE url = ? UNION ALL"
                " SELECT id FROM articles WHERE canonical_url = ? LIMIT 1",
                (url, url),
            ).fetchone()
            article_id = row[0] if row else None
        if article_id is not None:
            return article_id
    raise NotFound(f"the archive has no article at {which}", hint=_nearest(connection, which))


def article_of_page(connection: sqlite3.Connection, page_id: int) -> int | None:
    """Return the article that a page leads to, through the page it duplicates too; None when there is none."""
    seen: set[int] = set()
    while page_id not in seen:
        seen.add(page_id)
        row = connection.execute(
            "SELECT articles.id, pages.duplicate_of FROM pages LEFT JOIN articles ON articles.page_id = pages.id"
            " WHERE pages.id = ?",
            (page_id,),
        ).fetchone()
        if row is None or row[0] is not None or row[1] is None:
            return None if row is None else row[0]
        page_id = row[1]
    return None


def spellings(url: str) -> tuple[str, ...]:
    """Return *url* as given, then as the archive would write it, when that differs."""
    from scraper.standards.url import normalise

    try:
        normal = normalise(url)
    except InvalidURL:
        return (url,)
    other = normal[:-1] if normal.endswith("/") else normal + "/"
    return tuple(dict.fromkeys((url, normal, other)))


def _nearest(connection: sqlite3.Connection, url: str) -> str | None:
    """Return the question whether an address with the same last path segment was meant, or None."""
    segment = next((part for part in reversed(url.rstrip("/").split("/")) if part), "")
    if not segment:
        return None
    pattern = "%" + segment.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    row = connection.execute(
        "SELECT url FROM articles WHERE url LIKE ? ESCAPE '\\' ORDER BY length(url), url LIMIT 1", (pattern,)
    ).fetchone()
    return f"did you mean {row[0]} ?" if row else None


def history(connection: sqlite3.Connection, article_id: int) -> tuple[Revision, ...]:
    """Return an article's versions, oldest first. Raises NotFound."""
    rows = connection.execute(
        "SELECT article_id, revision, seen_at, run_id, title, published, modified, word_count, silent, extractor,"
        " content_hash FROM revisions WHERE article_id = ? ORDER BY revision",
        (article_id,),
    )
    found = tuple(Revision(**{**dict(row), "silent": bool(row["silent"])}) for row in rows)
    if not found:
        raise NotFound(f"there is no article {article_id} in the archive")
    return found


def version(connection: sqlite3.Connection, article_id: int, revision: int) -> StoredArticle:
    """Return one version of an article. Raises NotFound."""
    for stored in stored_articles(connection, [article_id]):
        return stored if stored.revision == revision else _older(connection, stored, revision)
    raise NotFound(f"there is no article {article_id} in the archive")


def version_as_of(connection: sqlite3.Connection, newest: StoredArticle, when: str | datetime) -> StoredArticle:
    """Return the version that was the newest at *when*.

    *newest* itself when it is not younger, or nothing older is kept.
    """
    bound = as_of_bound(when)
    if newest.changed_at <= bound:
        return newest
    row = connection.execute(
        "SELECT max(revision) FROM revisions WHERE article_id = ? AND seen_at <= ?", (newest.id, bound)
    ).fetchone()
    if row[0] is None:
        raise NotFound(f"article {newest.id} was not in the archive at {when}")
    return newest if row[0] == newest.revision else _older(connection, newest, row[0])


def _older(connection: sqlite3.Connection, newest: StoredArticle, revision: int) -> StoredArticle:
    row = connection.execute(
        "SELECT record, seen_at, extractor, content_hash, raw_hash FROM revisions"
        " WHERE article_id = ? AND revision = ?",
        (newest.id, revision),
    ).fetchone()
    if row is None or row[0] is None:
        raise NotFound(
            f"article {newest.id} has no version {revision}", hint=f"it has the versions 1 to {newest.revision}"
        )
    return StoredArticle(
        id=newest.id,
        page_id=newest.page_id,
        article=unpacked(row[0]),
        fetched_at=row[1],
        first_archived_at=newest.first_archived_at,
        changed_at=row[1],
        gone_at=newest.gone_at,
        revision=revision,
        extractor=row[2],
        content_hash=row[3],
        template_version=newest.template_version,
        raw_hash=row[4],
        aliases=newest.aliases,
    )


def diff(connection: sqlite3.Connection, article_id: int, a: int | None = None, b: int | None = None) -> Diff:
    """Return what changed from version *a* (default: the one before *b*) to *b* (default: the newest).

    Raises NotFound.
    """
    versions = {revision.revision: revision for revision in history(connection, article_id)}
    new = max(versions) if b is None else b
    old = new - 1 if a is None else a
    if len(versions) == 1 and a is None and b is None:
        raise NotFound(f"article {article_id} has one version only: it has not changed since it was first archived")
    for number in (old, new):
        if number not in versions:
            raise NotFound(
                f"article {article_id} has no version {number}", hint=f"it has the versions 1 to {max(versions)}"
            )
    before = version(connection, article_id, old).article
    after = version(connection, article_id, new).article
    return Diff(versions[old], versions[new], changed_fields(before, after), diff_text(before.text, after.text))


def runs(connection: sqlite3.Connection) -> tuple[RunRow, ...]:
    """Return every run, newest first."""
    rows = connection.execute(f"SELECT {', '.join(RunRow.__slots__)} FROM runs ORDER BY id DESC")
    return tuple(
        RunRow(
            **{
                **dict(zip(RunRow.__slots__, tuple(row), strict=True)),
                "starts": tuple(json.loads(row["starts"])),
                "settings": json.loads(row["settings"]),
                "report": json.loads(row["report"]),
            }
        )
        for row in rows
    )


def sites(connection: sqlite3.Connection) -> tuple[SiteRow, ...]:
    """Return every site, by host."""
    return tuple(
        SiteRow(**{**dict(row), "articles": row["articles"] or 0, "words": row["words"] or 0})
        for row in connection.execute("SELECT * FROM site_overview")
    )


def why(connection: sqlite3.Connection, url: str) -> PageStory:
    """Return what is known about an address. Raises NotFound."""
    for spelling in spellings(url):
        page = connection.execute("SELECT * FROM pages WHERE url = ?", (spelling,)).fetchone()
        if page is not None:
            return _story(connection, dict(page))
    raise NotFound(f"the archive has never seen {url}", hint=_nearest(connection, url))


def _story(connection: sqlite3.Connection, page: dict[str, Any]) -> PageStory:
    claims = connection.execute(
        "SELECT kind, url, claims.lastmod, claims.title, claims.published FROM claims"
        " JOIN sources ON sources.id = source_id WHERE page_id = ? ORDER BY kind, url",
        (page["id"],),
    )
    fetches = connection.execute(
        "SELECT at, status, outcome, bytes, elapsed_ms, detail FROM fetches WHERE page_id = ? ORDER BY at, id",
        (page["id"],),
    )
    return PageStory(
        page=page,
        found_on=_url_of(connection, page["found_on"]),
        duplicate_of=_url_of(connection, page["duplicate_of"]),
        article_id=article_of_page(connection, page["id"]),
        claims=tuple(dict(row) for row in claims),
        fetches=tuple(dict(row) for row in fetches),
    )


def _url_of(connection: sqlite3.Connection, page_id: int | None) -> str | None:
    row = connection.execute("SELECT url FROM pages WHERE id = ?", (page_id,)).fetchone()
    return row[0] if row else None
