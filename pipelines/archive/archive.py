"""Archive: one file of articles with their history, and the file of raw pages beside it.

    with Archive("data/archive.db") as archive:
        for hit in archive.search("half marathon", limit=20):
            print(hit.title, hit.url)

This class joins the modules of the package and holds the two connections; what it does is in them. Reading needs no
transaction. Writing happens inside ``transaction()``, one per page: raw page, article, version, links and the
frontier's state commit together or not at all.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pipelines.archive import db, filing, reading
from pipelines.archive.filing import Circumstances, Filed
from pipelines.archive.filters import Filters
from pipelines.archive.rows import moment
from pipelines.archive.schema import ARCHIVE
from scraper.article import Article
from scraper.errors import NotFound

if TYPE_CHECKING:
    from pipelines.archive.bodies import RawPage, RawStore
    from pipelines.archive.packing import PackReport
    from pipelines.archive.reading import PageStory, RunRow, SiteRow, StoredArticle
    from pipelines.archive.revisions import Diff, Revision
    from pipelines.archive.saved import SavedSearch
    from pipelines.archive.search import Hits
    from pipelines.archive.trust import Problem


@cache
def _own_name() -> str:
    """Return the name and version of this program, for the records that it reads from pages."""
    from importlib.metadata import PackageNotFoundError, version  # only who writes needs it

    try:
        return f"backfile {version('backfile')}"
    except PackageNotFoundError:  # run from a copy that nobody installed
        return "backfile"


class Archive:
    """An open archive. A context manager; several may be open on one file, one of them writing at a time."""

    def __init__(self, path: str | os.PathLike[str], *, readonly: bool = False, create: bool = True) -> None:
        """Open the archive at *path*, making it, and its folder, when there is none and *create* is true.

        Raises ArchiveError (no file, no permission, disk full), NotAnArchive, ArchiveTooNew, ArchiveDamaged or
        ArchiveLocked.
        """
        self.path = Path(path)
        self.readonly = readonly
        self.connection: sqlite3.Connection = db.connect(self.path, ARCHIVE, readonly=readonly, create=create)
        self.lock_wait_s = 0.0
        """How long ``run_lock`` waits for another run, in seconds."""
        self._raw: RawStore | None = None
        self._depth = 0
        self._holds_lock = False

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close both files. A transaction that is open is undone."""
        if self._raw is not None:
            self._raw.close()
        self.connection.close()

    @property
    def raw_path(self) -> Path:
        """Where the raw pages are: ``archive.raw.db`` beside ``archive.db``."""
        return self.path.with_name(f"{self.path.stem}.raw{self.path.suffix or '.db'}")

    @property
    def raw_store(self) -> RawStore:
        """The file of raw pages; opened when first used."""
        if self._raw is None:
            from pipelines.archive.bodies import RawStore

            self._raw = RawStore(self.raw_path, readonly=self.readonly)
        return self._raw

    # Writing

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Begin a writing transaction, commit it at the end of the block, undo it when the block raises.

        A transaction inside another is part of the outer one. The raw pages kept in the block are committed first,
        then the archive: two write-ahead logs cannot be committed in one atomic step, so a process killed in between
        leaves a raw page that no row names, which keeping the page again finds by its hash. Yields the connection.
        Raises ArchiveLocked when another process goes on writing for five seconds, ArchiveError when the file or the
        disk refuses.
        """
        if self._depth:
            yield self.connection
            return
        with db.telling(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self.connection
                if self._raw is not None:
                    self._raw.commit()
                self.connection.execute("COMMIT")
            except BaseException:
                self._undo()
                raise
            finally:
                self._depth = 0

    def _undo(self) -> None:
        # A full disk or an I/O error may have rolled the transaction back already.
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        if self._raw is not None:
            self._raw.rollback()

    @contextlib.contextmanager
    def run_lock(self) -> Iterator[None]:
        """Hold the archive for one run: crawl, reextract, import, pack.

        Within the block of another one it is that one. Raises ArchiveLocked when another run has it, and has not given
        it back within ``lock_wait_s``.
        """
        if self._holds_lock:
            yield
            return
        with db.exclusive(self.path, wait_s=self.lock_wait_s):
            self._holds_lock = True
            try:
                yield
            finally:
                self._holds_lock = False

    def ensure_site(self, host: str, *, at: datetime | str, **columns: Any) -> None:
        """Make the row of the site *host* where there is none, with *columns*."""
        with self.transaction():
            filing.ensure_site(self.connection, host, moment(at), **columns)

    def ensure_page(self, url: str, *, found_at: datetime | str, **columns: Any) -> int:
        """Return the id of the page with the normalised address *url*, made with *columns* where there is none."""
        with self.transaction():
            return filing.ensure_page(self.connection, url, moment(found_at), **columns)

    def file(
        self,
        article: Article,
        *,
        page_id: int | None = None,
        fetched_at: datetime | str,
        run_id: int | None = None,
        raw_hash: str | None = None,
        extractor: str | None = None,
        template_version: int = 0,
        reextracted: bool = False,
    ) -> Filed:
        """File *article* as the newest version of a page, and say whether it is new, changed, updated or unchanged.

        Without *page_id* the page goes by the article's address. *reextracted* says that the page is the one filed
        before and only our reading of it is new: the row is replaced and no version made. An article that was gone is
        there again. *extractor*: the name and version of what read the page, None for this program.
        """
        at = moment(fetched_at)
        about = Circumstances(at, run_id, raw_hash, extractor or _own_name(), template_version, reextracted)
        with self.transaction():
            page = filing.page_of(self.connection, article, at) if page_id is None else page_id
            return filing.file_article(self.connection, article, page, about)

    def file_many(
        self,
        filings: Iterable[tuple[Article, int]],
        *,
        fetched_at: datetime | str,
        run_id: int | None = None,
        extractor: str | None = None,
        template_version: int = 0,
    ) -> Counter[str]:
        """File (article, page id) pairs in one transaction and return how many got each verdict."""
        about = Circumstances(moment(fetched_at), run_id, None, extractor or _own_name(), template_version)
        with self.transaction():
            return filing.file_many(self.connection, filings, about)

    def keep_raw(self, page_id: int, body: bytes, content_type: str | None, fetched_at: datetime | str) -> str:
        """Keep the bytes a page was served as, note their hash in its row, and return it.

        Raises NotFound for no such page.
        """
        with self.transaction():
            row = self.connection.execute("SELECT site, url FROM pages WHERE id = ?", (page_id,)).fetchone()
            if row is None:
                raise NotFound(f"there is no page {page_id}")
            kept = self.raw_store.keep(row[0] or "", row[1], body, content_type, moment(fetched_at))
            self.connection.execute("UPDATE pages SET raw_hash = ? WHERE id = ?", (kept, page_id))
            return kept

    def set_links(self, page_id: int, targets: Iterable[tuple[int, str | None, str | None]]) -> None:
        """Replace the links of a page by *targets*: (page id, kind, anchor text) triples."""
        with self.transaction():
            filing.set_links(self.connection, page_id, targets)

    def merge(self, loser_article_id: int, into_article_id: int) -> None:
        """Make the loser's page another address of the winner's article; its own article and versions are deleted."""
        with self.transaction():
            filing.merge(self.connection, loser_article_id, into_article_id)

    def withdraw(self, page_id: int, page_type: str, reason: str) -> bool:
        """Take back the article of a page that turns out to be *page_type*; see ``filing.withdraw``."""
        return filing.withdraw(self.connection, page_id, page_type, reason)

    def tombstone(self, article_id: int, at: datetime | str, reason: str) -> None:
        """Mark an article as gone from its site. The last good copy stays."""
        with self.transaction():
            filing.set_gone(self.connection, article_id, moment(at), reason)

    def revive(self, article_id: int) -> None:
        """Take the mark of ``tombstone`` away."""
        with self.transaction():
            filing.set_gone(self.connection, article_id, None, None)

    # Reading

    def get(self, which: str | int, *, as_of: datetime | str | None = None) -> StoredArticle:
        """Return the article of that number or address, in the version that was the newest at *as_of*.

        Raises NotFound.
        """
        with db.telling(self.path):
            article_id = reading.find_article(self.connection, which)
            stored = next(reading.stored_articles(self.connection, [article_id]))
            return stored if as_of is None else reading.version_as_of(self.connection, stored, as_of)

    def articles(
        self,
        *,
        site: str | None = None,
        author: str | None = None,
        tag: str | None = None,
        since: str | None = None,
        until: str | None = None,
        as_of: datetime | str | None = None,
        gone: bool = True,
    ) -> Iterator[StoredArticle]:
        """Yield the articles meant, ordered by site, date, address. Another process may write meanwhile."""
        filters = Filters(site, author, tag, since, until, as_of, gone=gone)
        with db.telling(self.path):
            ids = reading.article_ids(self.connection, filters)
            yield from reading.stored_articles(self.connection, ids, as_of)

    def count(
        self,
        *,
        site: str | None = None,
        author: str | None = None,
        tag: str | None = None,
        since: str | None = None,
        until: str | None = None,
        as_of: datetime | str | None = None,
        gone: bool = True,
    ) -> int:
        """Return how many articles ``articles`` would yield."""
        with db.telling(self.path):
            return reading.count(self.connection, Filters(site, author, tag, since, until, as_of, gone=gone))

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        offset: int = 0,
        site: str | None = None,
        author: str | None = None,
        tag: str | None = None,
        since: str | None = None,
        until: str | None = None,
        sort: str = "rank",
        facets: bool = False,
        as_of: datetime | str | None = None,
    ) -> Hits:
        """Return the best articles for *query* (the language of ``queries.py``; no text is an error).

        *sort* is ``"rank"``, ``"newest"`` or ``"oldest"``.
        """
        from pipelines.archive.search import search

        filters = Filters(site, author, tag, since, until, as_of)
        with db.telling(self.path):
            if as_of is not None:
                from pipelines.archive.then import search_as_of

                return search_as_of(self.connection, query, filters, limit=limit, sort=sort, facets=facets)
            return search(self.connection, query, filters, limit=limit, offset=offset, sort=sort, facets=facets)

    def history(self, article_id: int) -> tuple[Revision, ...]:
        """Return an article's versions, oldest first. Raises NotFound."""
        with db.telling(self.path):
            return reading.history(self.connection, article_id)

    def version(self, article_id: int, revision: int) -> StoredArticle:
        """Return one version of an article. Raises NotFound."""
        with db.telling(self.path):
            return reading.version(self.connection, article_id, revision)

    def diff(self, article_id: int, a: int | None = None, b: int | None = None) -> Diff:
        """Return what changed from version *a* (default: the one before) to *b* (default: the newest).

        Raises NotFound.
        """
        with db.telling(self.path):
            return reading.diff(self.connection, article_id, a, b)

    def runs(self) -> tuple[RunRow, ...]:
        """Return every run, newest first."""
        with db.telling(self.path):
            return reading.runs(self.connection)

    def sites(self) -> tuple[SiteRow, ...]:
        """Return every site with its counts, by host."""
        with db.telling(self.path):
            return reading.sites(self.connection)

    def why(self, url: str) -> PageStory:
        """Return everything the archive knows about an address. Raises NotFound."""
        with db.telling(self.path):
            return reading.why(self.connection, url)

    def raw(self, page_id: int, *, raw_hash: str | None = None) -> RawPage:
        """Return the newest raw capture of a page, or the one with that hash. Raises NotFound or ArchiveDamaged."""
        with db.telling(self.path):
            row = self.connection.execute("SELECT url, raw_hash FROM pages WHERE id = ?", (page_id,)).fetchone()
            wanted = raw_hash or (row and row[1])
            if row is None or wanted is None:
                raise NotFound(f"the archive has no raw page of {row[0] if row else f'page {page_id}'}")
            return self.raw_store.get(wanted)

    def raw_pages(self, *, site: str | None = None) -> Iterator[tuple[int, RawPage]]:
        """Yield (page id, newest raw capture) of every page that has one, by site and address."""
        with db.telling(self.path):
            rows = self.connection.execute(
                "SELECT id, raw_hash FROM pages WHERE raw_hash IS NOT NULL AND (? IS NULL OR site = ?)"
                " ORDER BY site, url",
                (site, site),
            ).fetchall()
            for page_id, kept in rows:
                yield page_id, self.raw_store.get(kept)

    # Saved searches

    def save_search(self, name: str, query: str, **filters: str | None) -> None:
        """Save a search under a name, in place of one of that name.

        What it finds now counts as seen only once it is run.
        """
        from pipelines.archive import saved

        with self.transaction():
            saved.save(self.connection, name, query, filters)

    def saved_searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches by name."""
        from pipelines.archive import saved

        with db.telling(self.path):
            return saved.listing(self.connection)

    def search_saved(self, name: str, *, new_only: bool = False, limit: int = 20, mark_seen: bool = True) -> Hits:
        """Run a saved search; with *new_only* only over articles archived since it was last run. Raises NotFound."""
        from pipelines.archive import saved

        with db.telling(self.path):
            hits, newest = saved.run(self.connection, name, new_only=new_only, limit=limit)
        if mark_seen and not self.readonly:
            with self.transaction():
                saved.mark(self.connection, name, newest)
        return hits

    def forget_search(self, name: str) -> None:
        """Delete a saved search. Raises NotFound."""
        from pipelines.archive import saved

        with self.transaction():
            saved.forget(self.connection, name)

    # Trust

    def verify(self, *, quick: bool = False) -> tuple[Problem, ...]:
        """Return everything found wrong with both files.

        Nothing when they are sound. *quick* leaves the raw pages out.
        """
        from pipelines.archive import trust

        return trust.verify(self, quick=quick)

    def backup(self, to: str | os.PathLike[str]) -> None:
        """Copy both files to *to* and beside it, safely while another process writes. Raises ArchiveError."""
        from pipelines.archive import trust

        trust.backup(self, Path(to))

    def pack(self, *, site: str | None = None, report: Callable[[str, int], None] | None = None) -> PackReport:
        """Compress the raw pages of *site* (default: every site) together; *report* is told (site, pages done) as it
        goes.

        Hold ``run_lock`` meanwhile. Raises NotFound without raw pages, ArchiveError.
        """
        from pipelines.archive import packing

        with db.telling(self.raw_path):
            return packing.pack(self.raw_store, None if site is None else [site], report)

    def optimize(self) -> None:
        """Merge the full-text index and bring the query planner's statistics up to date.

        Worth it after a large crawl.
        """
        with self.transaction():
            self.connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        with db.telling(self.path):
            self.connection.execute("PRAGMA optimize")
