"""Writing articles: new, changed, unchanged, gone, merged. Every function runs inside the caller's transaction.

The one statement that writes an article is guarded twice: the record hash is compared before anything else is done,
and the upsert itself leaves a row alone whose record hash is the same. Seeing 100,000 unchanged articles again so
writes nothing.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.archive.revisions import is_silent, packed
from pipelines.archive.rows import ARTICLE_COLUMNS, Rows, content_hash, from_rows, record_hash, to_rows
from scraper.article import Article
from scraper.errors import NotFound
from scraper.text import storable

NEW, CHANGED, UPDATED, UNCHANGED = "new", "changed", "updated", "unchanged"


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing an article came to."""

    article_id: int
    verdict: str
    """``"new"``; ``"changed"``: a revision was made; ``"updated"``: only details outside the content hash, or the
    extractor, differ; ``"unchanged"``: nothing was written."""
    revision: int
    """The number of the newest version."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a filing besides the article."""

    fetched_at: str
    """Moment."""
    run_id: int | None = None
    raw_hash: str | None = None
    extractor: str | None = None
    """Name and version of the extractor."""
    template_version: int = 0
    reextracted: bool = False
    """The page is the one that was filed before; only our reading of it is new, so a difference makes no revision."""


_STATE_COLUMNS = (
    "page_id", "revision", "first_archived_at", "fetched_at", "changed_at", "extractor", "template_version", "raw_hash",
    "content_hash", "record_hash",
)  # fmt: skip
_WRITTEN = _STATE_COLUMNS + ARTICLE_COLUMNS
_KEPT_ON_UPDATE = ("page_id", "first_archived_at")

_UPSERT = (
    f"INSERT INTO articles ({', '.join(_WRITTEN)}) VALUES ({', '.join(':' + name for name in _WRITTEN)})"
    " ON CONFLICT (page_id) DO UPDATE SET gone_at = NULL, gone_reason = NULL, "
    + ", ".join(f"{name} = excluded.{name}" for name in _WRITTEN if name not in _KEPT_ON_UPDATE)
    + " WHERE record_hash IS NOT excluded.record_hash OR gone_at IS NOT NULL"
)

Beside = tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[tuple[str, str | None, str | None], ...]]
"""The (authors, tags, images) of an article, as in Rows."""

_STANDING = "SELECT id, record_hash, revision, gone_at, extractor, template_version FROM articles WHERE page_id = ?"


def file_article(connection: sqlite3.Connection, article: Article, page_id: int, about: Circumstances) -> Filed:
    """File *article* as the newest version of its page and return what that came to. Raises sqlite3.Error."""
    standing = connection.execute(_STANDING, (page_id,)).fetchone()
    article, hashed = _hashed(article)
    if standing is not None and standing[1] == hashed and standing[3] is None:
        if about.reextracted and (standing[4], standing[5]) != (about.extractor, about.template_version):
            connection.execute(
                "UPDATE articles SET extractor = ?, template_version = ? WHERE id = ?",
                (about.extractor, about.template_version, standing[0]),
            )
        return Filed(standing[0], UNCHANGED, standing[2])
    if article.site is not None:
        ensure_site(connection, article.site, about.fetched_at)
    if standing is None:
        return _file_new(connection, article, page_id, about, hashed)
    return _file_again(connection, article, page_id, about, hashed)


def file_many(
    connection: sqlite3.Connection, filings: Iterable[tuple[Article, int]], about: Circumstances
) -> Counter[str]:
    """File (article, page id) pairs under the same circumstances and return how many got each verdict."""
    verdicts: Counter[str] = Counter()
    unchanged = 0
    execute = connection.cursor().execute
    same = "SELECT 1 FROM articles WHERE page_id = ? AND record_hash = ? AND gone_at IS NULL"
    for article, page_id in filings:
        sound, hashed = _hashed(article)
        if execute(same, (page_id, hashed)).fetchone() is not None:
            unchanged += 1
        else:
            verdicts[file_article(connection, sound, page_id, about).verdict] += 1
    if unchanged:
        verdicts[UNCHANGED] += unchanged
    return verdicts


def _file_new(
    connection: sqlite3.Connection, article: Article, page_id: int, about: Circumstances, hashed: str
) -> Filed:
    rows, content = to_rows(article), content_hash(article)
    article_id = _upsert(connection, rows, _state(page_id, 1, about, content, hashed, changed_at=about.fetched_at))
    _write_beside(connection, article_id, rows, ((), (), ()))
    _add_revision(connection, article_id, 1, article, content, about, silent=False)
    return Filed(article_id, NEW, 1)


def _file_again(
    connection: sqlite3.Connection, article: Article, page_id: int, about: Circumstances, hashed: str
) -> Filed:
    """File over a row that differs, is marked as gone, or both."""
    article_id, revision, changed_at, old_content = connection.execute(
        "SELECT id, revision, changed_at, content_hash FROM articles WHERE page_id = ?", (page_id,)
    ).fetchone()
    rows, content = to_rows(article), content_hash(article)
    makes_revision = content != old_content and not about.reextracted
    if makes_revision:
        old = load_article(connection, article_id)
        connection.execute(
            "UPDATE revisions SET record = ? WHERE article_id = ? AND revision = ?", (packed(old), article_id, revision)
        )
        revision, changed_at = revision + 1, about.fetched_at
        _add_revision(connection, article_id, revision, article, content, about, silent=is_silent(old, article))
    elif content != old_content:
        _reread_revision(connection, article_id, revision, article, content, about)
    _upsert(connection, rows, _state(page_id, revision, about, content, hashed, changed_at=changed_at))
    _write_beside(connection, article_id, rows, load_beside(connection, article_id))
    return Filed(article_id, CHANGED if makes_revision else UPDATED, revision)


def _state(
    page_id: int, revision: int, about: Circumstances, content: str, hashed: str, *, changed_at: str
) -> dict[str, Any]:
    """Return the columns of ``articles`` that say which version this is and where it came from."""
    return {
        "page_id": page_id,
        "revision": revision,
        "first_archived_at": about.fetched_at,
        "fetched_at": about.fetched_at,
        "changed_at": changed_at,
        "extractor": about.extractor,
        "template_version": about.template_version,
        "raw_hash": about.raw_hash,
        "content_hash": content,
        "record_hash": hashed,
    }


def _upsert(connection: sqlite3.Connection, rows: Rows, state: dict[str, Any]) -> int:
    connection.execute(_UPSERT, {**rows.article, **state})
    row = connection.execute("SELECT id FROM articles WHERE page_id = ?", (state["page_id"],)).fetchone()
    return int(row[0])


def put_version(connection: sqlite3.Connection, article_id: int, article: Article) -> None:
    """Insert *article* under a number of its own choice, without pages and versions: for an index of the past."""
    rows = to_rows(article)
    state = {"id": article_id, **_state(article_id, 1, Circumstances(""), "", "", changed_at="")}
    values = {**rows.article, **state}
    connection.execute(
        f"INSERT INTO articles ({', '.join(values)}) VALUES ({', '.join(':' + name for name in values)})", values
    )
    _write_beside(connection, article_id, rows, ((), (), ()))


def _add_revision(
    connection: sqlite3.Connection,
    article_id: int,
    revision: int,
    article: Article,
    content: str,
    about: Circumstances,
    *,
    silent: bool,
) -> None:
    connection.execute(
        "INSERT INTO revisions (article_id, revision, seen_at, run_id, content_hash, raw_hash, extractor, title,"
        " published, modified, word_count, silent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article_id, revision, about.fetched_at, about.run_id, content, about.raw_hash, about.extractor,
            article.title, article.published, article.modified, article.word_count, silent,
        ),
    )  # fmt: skip


def _reread_revision(
    connection: sqlite3.Connection, article_id: int, revision: int, article: Article, content: str, about: Circumstances
) -> None:
    """Say in the newest version's row what a newer extractor read from the same page."""
    connection.execute(
        "UPDATE revisions SET content_hash = ?, extractor = ?, title = ?, published = ?, modified = ?, word_count = ?"
        " WHERE article_id = ? AND revision = ?",
        (
            content, about.extractor, article.title, article.published, article.modified, article.word_count,
            article_id, revision,
        ),
    )  # fmt: skip


def _write_beside(connection: sqlite3.Connection, article_id: int, rows: Rows, old: Beside) -> None:
    """Write what an article has several of, where it differs from *old*, what is there."""
    if old[0] != rows.authors:
        connection.execute("DELETE FROM article_authors WHERE article_id = ?", (article_id,))
        for position, (name, url) in enumerate(rows.authors):
            connection.execute("INSERT INTO authors (name, url) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, url))
            connection.execute(
                "INSERT INTO article_authors SELECT ?, ?, id FROM authors WHERE name = ? AND url = ?",
                (article_id, position, name, url),
            )
    if old[1] != rows.tags:
        connection.execute("DELETE FROM article_tags WHERE article_id = ?", (article_id,))
        for position, name in enumerate(rows.tags):
            connection.execute("INSERT INTO tags (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
            connection.execute(
                "INSERT INTO article_tags SELECT ?, ?, id FROM tags WHERE name = ?", (article_id, position, name)
            )
    if old[2] != rows.images:
        connection.execute("DELETE FROM images WHERE article_id = ?", (article_id,))
        connection.executemany(
            "INSERT INTO images VALUES (?, ?, ?, ?, ?)",
            [(article_id, position, *image) for position, image in enumerate(rows.images)],
        )


def load_beside(connection: sqlite3.Connection, article_id: int) -> Beside:
    """Return the (authors, tags, images) of an article as in Rows."""
    authors = connection.execute(
        "SELECT name, url FROM article_authors JOIN authors ON authors.id = author_id WHERE article_id = ?"
        " ORDER BY position",
        (article_id,),
    )
    tags = connection.execute(
        "SELECT name FROM article_tags JOIN tags ON tags.id = tag_id WHERE article_id = ? ORDER BY position",
        (article_id,),
    )
    images = connection.execute(
        "SELECT url, alt, caption FROM images WHERE article_id = ? ORDER BY position", (article_id,)
    )
    return (
        tuple((row[0], row[1]) for row in authors),
        tuple(row[0] for row in tags),
        tuple((row[0], row[1], row[2]) for row in images),
    )


def load_article(connection: sqlite3.Connection, article_id: int) -> Article:
    """Return the newest version of an article. Raises NotFound."""
    cursor = connection.execute(
        f"SELECT {', '.join(ARTICLE_COLUMNS)} FROM articles WHERE id = ?",
        (article_id,),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFound(f"there is no article {article_id}")
    authors, tags, images = load_beside(connection, article_id)
    return from_rows(Rows(dict(zip(ARTICLE_COLUMNS, row, strict=True)), authors, tags, images))


def ensure_site(connection: sqlite3.Connection, host: str, at: str, **columns: Any) -> None:
    """Make the row of a site where there is none; *columns* are set only then."""
    _insert_once(connection, "sites", {"host": host, "first_seen_at": at, **columns})


def ensure_page(connection: sqlite3.Connection, url: str, at: str, **columns: Any) -> int:
    """Return the id of the page with exactly this normalised address, made with *columns* where there is none."""
    row = connection.execute("SELECT id FROM pages WHERE url = ?", (url,)).fetchone()
    if row is None:
        _insert_once(connection, "pages", {"url": url, "found_at": at, **columns})
        row = connection.execute("SELECT id FROM pages WHERE url = ?", (url,)).fetchone()
    return int(row[0])


def _insert_once(connection: sqlite3.Connection, table: str, values: dict[str, Any]) -> None:
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",
        tuple(values.values()),
    )


def page_of(connection: sqlite3.Connection, article: Article, at: str) -> int:
    """Return the page an article without a crawl belongs to, made where there is none.

    It goes by the article's address, else its canonical address; a text that names neither gets ``urn:sha256:…`` of its
    content, so that importing it twice files it once.
    """
    url = article.url or article.canonical_url or f"urn:sha256:{content_hash(article)}"
    if article.site is not None:
        ensure_site(connection, article.site, at)
    return ensure_page(
        connection, url, at, site=article.site, state="archived", found_by="import", page_type=article.page_type
    )


def set_gone(connection: sqlite3.Connection, article_id: int, at: str | None, reason: str | None) -> None:
    """Mark an article as gone from its site, or, with *at* None, as there again. Its last good copy stays."""
    connection.execute("UPDATE articles SET gone_at = ?, gone_reason = ? WHERE id = ?", (at, reason, article_id))


def merge(connection: sqlite3.Connection, loser_id: int, winner_id: int) -> None:
    """Make the loser's page another address of the winner's: the loser's article and its versions are deleted.

    Addresses that led to the loser lead to the winner afterwards. Raises NotFound.
    """
    pages = [
        connection.execute("SELECT page_id FROM articles WHERE id = ?", (which,)).fetchone()
        for which in (loser_id, winner_id)
    ]
    for which, page in zip((loser_id, winner_id), pages, strict=True):
        if page is None:
            raise NotFound(f"there is no article {which}")
    loser_page, winner_page = pages[0][0], pages[1][0]
    if loser_page == winner_page:
        return
    connection.execute("DELETE FROM articles WHERE id = ?", (loser_id,))
    connection.execute("UPDATE pages SET state = 'duplicate', duplicate_of = ? WHERE id = ?", (winner_page, loser_page))
    connection.execute("UPDATE pages SET duplicate_of = ? WHERE duplicate_of = ?", (winner_page, loser_page))


def withdraw(connection: sqlite3.Connection, page_id: int, page_type: str, reason: str) -> bool:
    """Take back the article of a page that turns out to be none, as long as it has one version; say whether it was.

    An article with a history is somebody's record and stays.
    """
    taken = connection.execute(
        "DELETE FROM articles WHERE page_id = ?1"
        " AND (SELECT count(*) FROM revisions WHERE article_id = articles.id) <= 1",
        (page_id,),
    ).rowcount
    if taken:
        connection.execute(
            "UPDATE pages SET state = 'page', page_type = ?, reason = ? WHERE id = ?", (page_type, reason, page_id)
        )
    return bool(taken)


def set_links(
    connection: sqlite3.Connection, page_id: int, targets: Iterable[tuple[int, str | None, str | None]]
) -> None:
    """Replace the links of a page by *targets*, (page id, kind, anchor text) triples; the first of a target counts."""
    wanted: dict[int, tuple[str | None, str | None]] = {}
    for target, kind, text in targets:
        wanted.setdefault(target, (kind, text))
    standing = {
        row[0]: (row[1], row[2])
        for row in connection.execute("SELECT target_id, kind, text FROM links WHERE page_id = ?", (page_id,))
    }
    connection.executemany(
        "DELETE FROM links WHERE page_id = ? AND target_id = ?",
        [(page_id, target) for target in standing if target not in wanted],
    )
    connection.executemany(
        "INSERT INTO links (page_id, target_id, kind, text) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET kind = excluded.kind, text = excluded.text",
        [(page_id, target, *rest) for target, rest in wanted.items() if standing.get(target) != rest],
    )


def _hashed(article: Article) -> tuple[Article, str]:
    """Return (*article*, its record hash); without lone surrogates, which UTF-8 cannot hold, where it has any."""
    try:
        return article, record_hash(article)
    except UnicodeEncodeError:
        article = Article.from_dict(_storable(article.to_dict()))
        return article, record_hash(article)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    return value
