"""Files → archive: saved HTML pages, WARC files and plain-text dumps, as if they had been crawled.

A text without any address is filed under the checksum of its content, so that importing it twice files it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.datasets.incoming import WARC_SUFFIXES, Incoming, files, from_file, from_warc
from scraper.article import ARTICLE
from scraper.errors import BackfileError
from scraper.extract import extract

if TYPE_CHECKING:
    from pipelines.archive import Archive

_PAGE_OF = "SELECT page_id FROM articles WHERE id = ?"
_BATCH = 100
"""Pages filed in one transaction: enough to spare the disk, few enough that little is done twice after a kill."""
_PROBLEMS_KEPT = 50


@dataclass(slots=True)
class ImportReport:
    """What an import did."""

    pages: int = 0
    """Pages looked at."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """new, changed, updated, unchanged → articles."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Kind of page that is no article → pages."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """(file, why it could not be read), 50 at most."""

    @property
    def articles(self) -> int:
        """Articles that were filed, or were there already."""
        return sum(self.verdicts.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {
            "pages": self.pages,
            "articles": self.articles,
            **{name: self.verdicts[name] for name in ("new", "changed", "updated", "unchanged")},
            "skipped": dict(self.skipped),
            "problems": [{"file": name, "reason": reason} for name, reason in self.problems],
        }


def import_files(
    archive: Archive,
    paths: Iterable[Path],
    *,
    url: str | None = None,
    all_kinds: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """File the articles of *paths* in *archive* and return what became of them.

    A folder stands for the HTML, text and WARC files below it. *url* is the address of a single saved page. With
    *all_kinds* listings, About pages and the like are filed too. *progress* is told the number of pages so far. Files
    that cannot be read are in the report. Raises ArchiveError.
    """
    report = ImportReport()
    batch: list[Incoming] = []
    for incoming in _incoming(paths, url, report):
        batch.append(incoming)
        if len(batch) == _BATCH:
            _file(archive, batch, report, all_kinds=all_kinds)
            batch.clear()
        if progress:
            progress(report.pages + len(batch))
    _file(archive, batch, report, all_kinds=all_kinds)
    return report


def _incoming(paths: Iterable[Path], url: str | None, report: ImportReport) -> Iterator[Incoming]:
    for path in files(paths):
        try:
            if path.name.lower().endswith(WARC_SUFFIXES):
                yield from from_warc(path)
            else:
                yield from_file(path, url)
        except (OSError, EOFError, BackfileError) as error:
            if len(report.problems) < _PROBLEMS_KEPT:
                report.problems.append((str(path), getattr(error, "strerror", None) or str(error)))


def _file(archive: Archive, batch: Iterable[Incoming], report: ImportReport, *, all_kinds: bool) -> None:
    """File a batch in one transaction."""
    with archive.transaction():
        for incoming in batch:
            report.pages += 1
            article = extract(incoming.as_source(), url=incoming.url)
            if article.page_type != ARTICLE and not all_kinds:
                report.skipped[article.page_type] += 1
            elif not article.text:
                report.skipped["empty"] += 1
            else:
                filed = archive.file(article, fetched_at=incoming.fetched_at)
                report.verdicts[filed.verdict] += 1
                (page_id,) = archive.connection.execute(_PAGE_OF, (filed.article_id,)).fetchone()
                archive.keep_raw(page_id, incoming.body, incoming.content_type, incoming.fetched_at)
