"""Files → archive: saved HTML pages, WARC files and plain-text dumps, as if they had been crawled.

A saved page tells its address itself: in the comment that browsers leave, or in its canonical link. A text without any
address is filed under the checksum of its content, so that importing it twice files it once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.datasets import warc
from scraper.article import ARTICLE
from scraper.errors import BackfileError
from scraper.extract import extract
from scraper.limits import Limits
from scraper.response import Response

if TYPE_CHECKING:
    from pipelines.archive import Archive

HTML_SUFFIXES = (".html", ".htm", ".xhtml", ".shtml")
TEXT_SUFFIXES = (".txt", ".text")
WARC_SUFFIXES = (".warc", ".warc.gz")
_PAGE_OF = "SELECT page_id FROM articles WHERE id = ?"
_BATCH = 100
"""Pages filed in one transaction: enough to spare the disk, few enough that little is done twice after a kill."""
_PROBLEMS_KEPT = 50
# `<!-- saved from url=(0031)https://blog.example/a-post/ -->`: large browsers write it, the number is the length.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
_PROBE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Incoming:
    """One page to be filed."""

    name: str
    """What to call it in a report: the file, or the address in a WARC file."""
    body: bytes
    url: str | None
    fetched_at: datetime
    content_type: str | None
    """As the server sent it with the page, None where that is not known: a file on disk."""


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
    for path in _files(paths):
        try:
            if path.name.lower().endswith(WARC_SUFFIXES):
                yield from _from_warc(path)
            else:
                yield _from_file(path, url)
        except (OSError, EOFError, BackfileError) as error:
            if len(report.problems) < _PROBLEMS_KEPT:
                report.problems.append((str(path), getattr(error, "strerror", None) or str(error)))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files meant by *paths*, those of a folder in the order of their names."""
    known = (*HTML_SUFFIXES, *TEXT_SUFFIXES, *WARC_SUFFIXES)
    for path in paths:
        if path.is_dir():
            yield from (
                file for file in sorted(path.rglob("*")) if file.name.lower().endswith(known) and file.is_file()
            )
        else:
            yield path


def _from_file(path: Path, url: str | None) -> Incoming:
    limit = Limits().size_of("page").decoded_bytes
    if path.stat().st_size > limit:
        raise BackfileError(f"longer than the limit of {limit:,} bytes for one page")
    body = path.read_bytes()
    if b"\0" in body[:_PROBE_BYTES] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BackfileError("expected HTML or text, but it is something else")
    saved_from = _SAVED_FROM.search(body[:_PROBE_BYTES])
    address = url or (saved_from.group(1).decode("ascii", "replace") if saved_from else None)
    return Incoming(str(path), body, address, datetime.fromtimestamp(path.stat().st_mtime, UTC), None)


def _from_warc(path: Path) -> Iterator[Incoming]:
    now = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    for capture in warc.captures(path):
        if "html" in (capture.content_type or "html"):
            when = _moment(capture.fetched_at) or now
            yield Incoming(capture.url, capture.body, capture.url, when, capture.content_type)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_source(incoming: Incoming) -> bytes | Response:
    """Return what the extractor takes: a response where the server's own Content-Type is known, else the bytes."""
    if incoming.content_type is None or incoming.url is None:
        return incoming.body
    headers = (("content-type", incoming.content_type),)
    return Response(incoming.url, incoming.url, 200, headers, incoming.body, incoming.fetched_at)


def _file(archive: Archive, batch: Iterable[Incoming], report: ImportReport, *, all_kinds: bool) -> None:
    """File a batch in one transaction."""
    with archive.transaction():
        for incoming in batch:
            report.pages += 1
            article = extract(_as_source(incoming), url=incoming.url)
            if article.page_type != ARTICLE and not all_kinds:
                report.skipped[article.page_type] += 1
            elif not article.text:
                report.skipped["empty"] += 1
            else:
                filed = archive.file(article, fetched_at=incoming.fetched_at)
                report.verdicts[filed.verdict] += 1
                (page_id,) = archive.connection.execute(_PAGE_OF, (filed.article_id,)).fetchone()
                archive.keep_raw(page_id, incoming.body, incoming.content_type, incoming.fetched_at)
