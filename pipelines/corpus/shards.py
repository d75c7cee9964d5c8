"""One piece → one shard: a file of records, and a report beside it that says it is finished.

The pages are read by a process of the shard's own, as in a crawl: one that crashes or holds it twice is left out and
reported, and the shard is completed. The same piece always makes the same bytes, so doing it twice does no harm.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipelines.corpus.cutting import Piece, pages_of
from pipelines.crawl.reading import Single
from pipelines.crawl.values import CrawlLimits
from pipelines.crawl.workers import Pool, Unreadable
from pipelines.datasets import jsonl
from pipelines.datasets.incoming import Incoming
from pipelines.datasets.writing import complete_file, compressed
from scraper.article import ARTICLE, RECORD_KEYS

FORMATS = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}
"""Format → the ending of a shard's file."""
KEYS = (*RECORD_KEYS, "fetched_at", "source")
"""Every key of a record, in order: the contract's, the moment the page was had, and the file it came in."""
_BLOCK_BYTES = 1 << 20


@dataclass(slots=True)
class ShardReport:
    """What became of one piece."""

    name: str
    pages: int = 0
    articles: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Kind of page that is no article → pages."""
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    """(source, reason) of pages that crashed or held up what read them."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """(source, reason) of what could not be read from the disk."""
    records_sha256: str = ""
    """Of the records as JSON lines: equal whatever the format, and whoever made them."""
    file_sha256: str = ""

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> ShardReport:
        """Return what ``to_dict`` wrote. Raises TypeError when it is something else."""
        report = cls(**kept)
        report.skipped = Counter(report.skipped)
        return report

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {**asdict(self), "skipped": dict(sorted(self.skipped.items()))}


def extract_shard(piece: Piece, out: str, form: str, all_kinds: bool, limits: CrawlLimits) -> dict[str, Any]:
    """Make the shard of *piece* in the folder *out* and return its report (``ShardReport.to_dict``).

    Raises ExportError when it cannot be written.
    """
    shard = Path(out) / f"{piece.name}{FORMATS[form]}"
    report = ShardReport(piece.name)
    digest = hashlib.sha256()
    writer = importlib.import_module(f"pipelines.datasets.{form}")
    with complete_file(shard) as file, compressed(shard.name, file) as stream:
        writer.write(_hashed(_records(piece, report, limits, all_kinds=all_kinds), digest), stream, KEYS)
    report.records_sha256 = digest.hexdigest()
    report.file_sha256 = digest_of(shard)
    with complete_file(report_path(Path(out), piece)) as file:
        file.write(json.dumps(report.to_dict(), ensure_ascii=False, indent=1).encode() + b"\n")
    return report.to_dict()


def report_path(out: Path, piece: Piece) -> Path:
    """Return where the report of a piece lies."""
    return out / f"{piece.name}.json"


def finished(piece: Piece, out: Path, form: str) -> ShardReport | None:
    """Return the report of a shard that an earlier run has finished, None when it has to be made."""
    try:
        report = ShardReport.from_dict(json.loads(report_path(out, piece).read_bytes()))
        whole = digest_of(out / f"{piece.name}{FORMATS[form]}") == report.file_sha256
    except (OSError, ValueError, TypeError):
        return None
    return report if whole else None


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _hashed(records: Iterator[dict[str, Any]], digest: Any) -> Iterator[dict[str, Any]]:
    for record in records:
        digest.update(jsonl.line(record))
        yield record


def _records(piece: Piece, report: ShardReport, limits: CrawlLimits, *, all_kinds: bool) -> Iterator[dict[str, Any]]:
    """Yield the records of a piece, and count what becomes of its pages."""
    with asyncio.Runner() as runner:
        pool = Pool(1, limits)
        try:
            for source, page in pages_of(piece):
                if isinstance(page, str):
                    report.problems.append((source, page))
                    continue
                report.pages += 1
                record = _record(runner, pool, source, page, report, all_kinds=all_kinds)
                if record is not None:
                    report.articles += 1
                    yield record
        finally:
            runner.run(pool.aclose())


def _record(
    runner: asyncio.Runner, pool: Pool, source: str, page: Incoming, report: ShardReport, *, all_kinds: bool
) -> dict[str, Any] | None:
    """Return the record of one page, None when it is no article or cannot be read."""
    try:
        record = runner.run(pool.single(Single(page.body, page.url, page.content_type)))
    except Unreadable as error:
        report.quarantined.append((source if page.name.endswith(source) else f"{source}: {page.name}", str(error)))
        return None
    kind = record["page_type"]
    if (kind != ARTICLE and not all_kinds) or not record["text"]:
        report.skipped["empty" if kind == ARTICLE or all_kinds else kind] += 1
        return None
    fetched_at = page.fetched_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {**record, "fetched_at": fetched_at, "source": source}
