"""Trust: is everything in the archive what it was when it was filed, and a copy to go back to."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.archive import db, reading
from pipelines.archive.filters import Filters
from pipelines.archive.revisions import unpacked
from pipelines.archive.rows import content_hash, record_hash, to_rows
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from pipelines.archive.archive import Archive

MAX_PER_KIND = 20
"""Problems of one kind that are listed; a broken disk would give thousands."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    what: str
    """The check that found it: integrity, foreign key, search index, article, version, raw page."""
    where: str
    """The table and row, or the file."""
    detail: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON-ready form."""
        return {"what": self.what, "where": self.where, "detail": self.detail}


def verify(archive: Archive, *, quick: bool) -> tuple[Problem, ...]:
    """Return what is wrong with *archive*, at most MAX_PER_KIND of a kind. *quick* leaves the raw pages' bytes out."""
    problems: list[Problem] = []
    checks = [_integrity, _foreign_keys, _search_index, _articles, _versions]
    for check in checks:
        problems += _guarded(check.__name__.strip("_").replace("_", " "), archive, check(archive))
        if problems and check is _integrity:
            return tuple(problems)  # the rest would read nonsense
    if archive.raw_store.exists:
        problems += _guarded("raw pages", archive, _raw_pages(archive, quick=quick))
    return tuple(problems)


def _guarded(kind: str, archive: Archive, found: Iterator[Problem]) -> list[Problem]:
    """Return the first problems of a check; a check that cannot be made is a problem itself."""
    problems: list[Problem] = []
    try:
        for problem in found:
            problems.append(problem)
            if len(problems) >= MAX_PER_KIND:
                break
    except (sqlite3.DatabaseError, ArchiveError) as error:
        problems.append(Problem(kind, str(archive.path), str(error)))
    return problems


def _integrity(archive: Archive) -> Iterator[Problem]:
    for (line,) in archive.connection.execute(f"PRAGMA integrity_check({MAX_PER_KIND})"):
        if line != "ok":
            yield Problem("integrity", str(archive.path), line)


def _foreign_keys(archive: Archive) -> Iterator[Problem]:
    for table, rowid, parent, _ in archive.connection.execute("PRAGMA foreign_key_check"):
        yield Problem("foreign key", f"{table} {rowid}", f"names a row of {parent} that is not there")


def _search_index(archive: Archive) -> Iterator[Problem]:
    """Compare the full-text indexes with the articles.

    FTS5's own check is written as an INSERT, though it changes nothing, and so asks for a writer. A read-only archive
    has its row counts compared instead.
    """
    connection = archive.connection
    articles = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
    for index in ("articles_fts", "titles_fts"):
        indexed = connection.execute(f"SELECT count(*) FROM {index}_docsize").fetchone()[0]
        if articles != indexed:
            yield Problem("search index", index, f"{indexed} articles are indexed of {articles}")
        elif not archive.readonly:
            try:
                connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
            except sqlite3.DatabaseError as error:
                yield Problem("search index", index, f"the index does not say what the articles say ({error})")


def _articles(archive: Archive) -> Iterator[Problem]:
    """Recompute what each row claims about itself."""
    ids = reading.article_ids(archive.connection, Filters())
    derived = "SELECT record_hash, byline, keywords, grams FROM articles WHERE id = ?"
    for stored in reading.stored_articles(archive.connection, ids):
        row = archive.connection.execute(derived, (stored.id,)).fetchone()
        where = f"articles {stored.id}"
        if content_hash(stored.article) != stored.content_hash or record_hash(stored.article) != row[0]:
            yield Problem("article", where, "the record is not what its hash says")
        rows = to_rows(stored.article).article
        for position, name in enumerate(("byline", "keywords", "grams"), start=1):
            if rows[name] != row[position]:
                yield Problem("article", where, f"{name} does not fit the rest of the record")


def _versions(archive: Archive) -> Iterator[Problem]:
    connection = archive.connection
    for article_id, newest, kept in connection.execute(
        "SELECT articles.id, articles.revision, count(revisions.id) FROM articles"
        " LEFT JOIN revisions ON revisions.article_id = articles.id GROUP BY articles.id "
        " HAVING count(revisions.id) <> articles.revision"
    ):
        yield Problem("version", f"articles {article_id}", f"{kept} versions are kept of {newest}")
    old = connection.execute(
        "SELECT revisions.article_id, revisions.revision, revisions.content_hash, record FROM revisions"
        " JOIN articles ON articles.id = revisions.article_id WHERE revisions.revision < articles.revision"
    )
    for article_id, revision, hashed, record in old:
        where = f"revisions {article_id}/{revision}"
        try:
            sound = record is not None and content_hash(unpacked(record)) == hashed
        except Exception as error:  # whatever zstd, JSON or the record's shape say about damaged bytes
            yield Problem("version", where, f"cannot be read: {error}")
            continue
        if not sound:
            yield Problem("version", where, "the record is not what its hash says")


def _raw_pages(archive: Archive, *, quick: bool) -> Iterator[Problem]:
    store = archive.raw_store
    for (line,) in store.connection.execute(f"PRAGMA integrity_check({MAX_PER_KIND})"):
        if line != "ok":
            yield Problem("integrity", str(store.path), line)
            return
    kept = {row[0] for row in store.connection.execute("SELECT hash FROM bodies")}
    for url, hashed in archive.connection.execute("SELECT url, raw_hash FROM pages WHERE raw_hash IS NOT NULL"):
        if hashed not in kept:
            yield Problem("raw page", url, f"is not in {store.path}")
    if quick:
        return
    for hashed, url in store.hashes():
        try:
            store.get(hashed)
        except ArchiveError as error:
            yield Problem("raw page", url, str(error))


def backup(archive: Archive, to: Path) -> None:
    """Copy the archive, then its raw pages, each as of one moment. Raises ArchiveError.

    The raw pages are copied second, so that every page the copied archive names is among them.
    """
    if to.exists():
        raise ArchiveError(str(to), f"{to} is there already", hint="name a file that is not, or move it away")
    to.parent.mkdir(parents=True, exist_ok=True)
    _copy(archive.connection, to)
    if archive.raw_store.exists:
        _copy(archive.raw_store.connection, to.with_name(f"{to.stem}.raw{to.suffix or '.db'}"))


def _copy(source: sqlite3.Connection, to: Path) -> None:
    """Copy a database under a name of its own first, so that *to* is whole or not there."""
    unfinished = to.with_name(to.name + ".part")
    with db.telling(to):
        try:
            with contextlib.closing(sqlite3.connect(unfinished)) as target:
                # In one step: a reader of a write-ahead log holds no writer up, and in several steps every commit of
                # another process would start the copy from its beginning.
                source.backup(target, pages=-1)
            unfinished.replace(to)
        finally:
            unfinished.unlink(missing_ok=True)
