"""One archive into another: what several machines have crawled becomes one archive again. Doing it twice does nothing.

Rows are known again by what they are, never by their number: a site by its host, a page or source by its address, a run
by its command and the moment it began, a request by its address and moment. An article's versions are filed one after
the other as the crawl filed them, so a version that is there already makes no second one, and an older one never
replaces a newer. Where both archives know a page, the one that looked at it last is right.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipelines.archive import filing, reading
from pipelines.archive.filing import Circumstances
from scraper.errors import NotFound

if TYPE_CHECKING:
    from pipelines.archive.archive import Archive

_BATCH = 200
"""Pages in one transaction."""
_OF_OTHER_PAGES = ("duplicate_of", "similar_to", "found_on")
_OF_ONE_RUN = ("lease", "visited_run")
_NEVER_COPIED = ("id", *_OF_OTHER_PAGES, *_OF_ONE_RUN)


@dataclass(slots=True)
class MergeReport:
    """What came over."""

    pages: int = 0
    """Pages that were new or had been looked at later."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """new, changed, updated, unchanged → versions of articles; ``older``: the archive had a later one."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {"pages": self.pages, **dict(sorted(self.verdicts.items()))}


def merge_archive(into: Archive, shard: Archive) -> MergeReport:
    """Bring everything of *shard* into the archive *into*, in transactions of some hundred pages, and say what came.

    Killed in between, the same call finishes the job. Raises ArchiveError.
    """
    report = MergeReport()
    merging = _Merging(into, shard, report)
    with into.transaction():
        merging.sites()
        merging.hosts()
        merging.runs()
    for rows in _batches(shard.connection.execute("SELECT * FROM pages ORDER BY id")):
        with into.transaction():
            for row in rows:
                merging.page(row)
    with into.transaction():
        merging.between_pages()
        merging.sources()
        merging.fetches()
    numbers = [row[0] for row in shard.connection.execute("SELECT id FROM articles ORDER BY id")]
    for some in _batches(iter(numbers)):
        with into.transaction():
            for article_id in some:
                merging.article(article_id)
    with into.transaction():
        merging.links()
    return report


class _Merging:
    def __init__(self, into: Archive, shard: Archive, report: MergeReport) -> None:
        self.into = into
        self.shard = shard
        self.report = report
        self.to = into.connection
        self.of = shard.connection
        self._pages: dict[int, int] = {}
        """Number of a page in the shard → in the archive."""
        self._last: set[int] = set()
        """Pages, by their number in the shard, that the shard looked at last."""
        self._runs: dict[int, int] = {}

    def sites(self) -> None:
        """Bring sites; of one that both know, the shard's template when it has seen more versions of it."""
        for row in _rows(self.of, "SELECT * FROM sites"):
            kept = self.to.execute("SELECT template_version FROM sites WHERE host = ?", (row["host"],)).fetchone()
            if kept is None:
                _insert(self.to, "sites", row, without=("id",))
            elif kept[0] < row["template_version"]:
                _update(self.to, "sites", row, "host", without=("id", "first_seen_at"))

    def hosts(self) -> None:
        """Bring the clocks of hosts: the one that lets go later counts."""
        for row in _rows(self.of, "SELECT * FROM hosts"):
            kept = self.to.execute("SELECT next_start_at FROM hosts WHERE host = ?", (row["host"],)).fetchone()
            if kept is None:
                _insert(self.to, "hosts", row)
            elif (kept[0] or 0) < (row["next_start_at"] or 0):
                _update(self.to, "hosts", row, "host")

    def runs(self) -> None:
        """Bring runs; one that was still going when the shard was left counts as interrupted."""
        for row in _rows(self.of, "SELECT * FROM runs"):
            same = (row["command"], row["started_at"], row["starts"])
            if row["status"] == "running":
                row["status"] = "interrupted"
            known = self.to.execute(
                "SELECT id FROM runs WHERE command = ? AND started_at = ? AND starts = ?", same
            ).fetchone()
            self._runs[row["id"]] = known[0] if known else _insert(self.to, "runs", row, without=("id",))

    def page(self, values: tuple[Any, ...]) -> None:
        """Bring one page and its raw copy."""
        row = dict(zip(self._page_columns, values, strict=True))
        kept = self.to.execute("SELECT id, checked_at FROM pages WHERE url = ?", (row["url"],)).fetchone()
        is_later = kept is None or (row["checked_at"] or "") > (kept[1] or "")
        # The same look at it: a merge that was killed may have brought the page and not what hangs on it.
        is_last = is_later or (row["checked_at"] or "") == (kept[1] or "")
        if row["site"] is not None:
            filing.ensure_site(self.to, row["site"], row["found_at"])
        if kept is None:
            number = _insert(self.to, "pages", row, without=_NEVER_COPIED)
        else:
            number = int(kept[0])
            if is_later:
                _update(self.to, "pages", row, "url", without=(*_NEVER_COPIED, "found_at"))
        self._pages[row["id"]] = number
        self.report.pages += is_later
        if is_last:
            self._last.add(row["id"])
            self._keep_raw(row)

    @property
    def _page_columns(self) -> tuple[str, ...]:
        if not hasattr(self, "_columns"):
            self._columns = tuple(row[1] for row in self.of.execute("PRAGMA table_info(pages)"))
        return self._columns

    def _keep_raw(self, row: dict[str, Any]) -> None:
        if row["raw_hash"] is None:
            return
        try:
            raw = self.shard.raw_store.get(row["raw_hash"])
        except NotFound:  # a shard without its raw file
            return
        self.into.raw_store.keep(row["site"] or "", row["url"], raw.body, raw.content_type, raw.fetched_at)

    def between_pages(self) -> None:
        """Bring what one page says of another, of the pages that the shard looked at last."""
        columns = ", ".join(_OF_OTHER_PAGES)
        for number, *others in self.of.execute(f"SELECT id, {columns} FROM pages").fetchall():
            if number not in self._last:
                continue
            for column, other in zip(_OF_OTHER_PAGES, others, strict=True):
                self.to.execute(
                    f"UPDATE pages SET {column} = ? WHERE id = ?", (self._pages.get(other), self._pages[number])
                )

    def sources(self) -> None:
        """Bring feeds, sitemaps and the like, and which pages they name."""
        for row in _rows(self.of, "SELECT * FROM sources"):
            kept = self.to.execute("SELECT id, checked_at FROM sources WHERE url = ?", (row["url"],)).fetchone()
            if kept is None:
                number = _insert(self.to, "sources", row, without=("id",))
            else:
                number = int(kept[0])
                if (row["checked_at"] or "") > (kept[1] or ""):
                    _update(self.to, "sources", row, "url", without=("id",))
            for claim in _rows(self.of, "SELECT * FROM claims WHERE source_id = ?", (row["id"],)):
                claim.update(source_id=number, page_id=self._pages[claim["page_id"]])
                _insert(self.to, "claims", claim)

    def fetches(self) -> None:
        """Bring the requests."""
        sources = {row[0]: row[1] for row in self.of.execute("SELECT id, url FROM sources")}
        for row in _rows(self.of, "SELECT * FROM fetches ORDER BY id"):
            if self.to.execute("SELECT 1 FROM fetches WHERE url = ? AND at = ?", (row["url"], row["at"])).fetchone():
                continue
            row["run_id"] = self._runs.get(row["run_id"])
            row["page_id"] = self._pages.get(row["page_id"])
            source = sources.get(row["source_id"])
            known = self.to.execute("SELECT id FROM sources WHERE url = ?", (source,)).fetchone()
            row["source_id"] = known[0] if known else None
            _insert(self.to, "fetches", row, without=("id",))

    def article(self, article_id: int) -> None:
        """Bring one article, version by version, then what is true of it today."""
        page, extractor, template_version, gone_at, gone_reason, raw_hash = self.of.execute(
            "SELECT page_id, extractor, template_version, gone_at, gone_reason, raw_hash FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        number = self._pages[page]
        for version in reading.history(self.of, article_id):
            kept = self.to.execute("SELECT changed_at FROM articles WHERE page_id = ?", (number,)).fetchone()
            if kept is not None and kept[0] > version.seen_at:
                self.report.verdicts["older"] += 1
                continue
            stored = reading.version(self.of, article_id, version.revision)
            about = Circumstances(
                version.seen_at, self._runs.get(version.run_id or 0), raw_hash, extractor, template_version
            )
            filed = filing.file_article(self.to, stored.article, number, about)
            self.report.verdicts[filed.verdict] += 1
            if page in self._last:
                filing.set_gone(self.to, filed.article_id, gone_at, gone_reason)

    def links(self) -> None:
        """Bring the links of the pages that the shard looked at last."""
        for page in sorted(self._last):
            rows = self.of.execute("SELECT target_id, kind, text FROM links WHERE page_id = ?", (page,)).fetchall()
            if rows:
                targets = [(self._pages[target], kind, text) for target, kind, text in rows]
                filing.set_links(self.to, self._pages[page], targets)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while some := list(islice(source, _BATCH)):
        yield some


def _rows(connection: sqlite3.Connection, query: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, Any], *, without: tuple[str, ...] = ()) -> int:
    """Insert *row* unless its like is there, and return its number."""
    values = {name: value for name, value in row.items() if name not in without}
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING", tuple(values.values())
    )
    return int(cursor.lastrowid or 0)


def _update(
    connection: sqlite3.Connection, table: str, row: dict[str, Any], key: str, *, without: tuple[str, ...] = ()
) -> None:
    values = {name: value for name, value in row.items() if name not in (*without, key)}
    settings = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE {table} SET {settings} WHERE {key} = ?", (*values.values(), row[key]))
