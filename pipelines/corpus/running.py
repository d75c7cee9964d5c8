"""A whole corpus: which shards are still to be made, who makes them, and the manifest at the end."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.corpus.cutting import PAGES_PER_SHARD, Piece, cut
from pipelines.corpus.shards import FORMATS, ShardReport, extract_shard, finished
from pipelines.crawl.values import CrawlLimits
from pipelines.datasets.writing import complete_file
from pipelines.engine import Engine
from scraper.errors import BackfileError, ExportError

PLAN = "plan.json"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What became of a corpus."""

    shards: tuple[ShardReport, ...]
    """Those that are finished, in order."""
    passed_over: int
    """Shards that an earlier run had finished."""
    lost: tuple[tuple[str, str], ...]
    """(shard, reason) of those that could not be made."""

    @property
    def pages(self) -> int:
        """Pages looked at, in all shards."""
        return sum(shard.pages for shard in self.shards)

    @property
    def articles(self) -> int:
        """Records written, in all shards."""
        return sum(shard.articles for shard in self.shards)

    @property
    def sha256(self) -> str:
        """The digest of all records: equal for equal input, whatever engine and format."""
        return hashlib.sha256("".join(shard.records_sha256 for shard in self.shards).encode()).hexdigest()

    def troubles(self) -> tuple[tuple[str, str], ...]:
        """Return (what, reason) of everything that could not be read or made."""
        pages = (pair for shard in self.shards for pair in (*shard.quarantined, *shard.problems))
        return (*((what, reason) for what, reason in pages), *self.lost)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, which is the manifest."""
        skipped: Counter[str] = Counter()
        for shard in self.shards:
            skipped.update(shard.skipped)
        return {
            "pages": self.pages,
            "articles": self.articles,
            "skipped": dict(sorted(skipped.items())),
            "quarantined": [pair for shard in self.shards for pair in shard.quarantined],
            "problems": [pair for shard in self.shards for pair in shard.problems],
            "lost": [list(pair) for pair in self.lost],
            "records_sha256": self.sha256,
            "shards": [shard.to_dict() for shard in self.shards],
        }


def extract_corpus(
    inputs: Iterable[Path],
    out: Path,
    engine: Engine,
    *,
    form: str = "jsonl",
    all_kinds: bool = False,
    pages_per_shard: int = PAGES_PER_SHARD,
    limits: CrawlLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> CorpusReport:
    """Make records of everything in *inputs*, shards of *form* (jsonl, parquet) in the folder *out*; return the report.

    Shards that are finished are passed over, so the same command goes on where an earlier one was stopped. *progress*
    is told the pages so far. Raises ExportError when *out* belongs to another run or cannot be written, BackfileError
    when an input cannot be read, EngineLost when the engine died.
    """
    if form == "parquet" and importlib.util.find_spec("pyarrow") is None:
        raise ExportError("Parquet needs pyarrow", hint="pip install 'backfile[parquet]'")
    pieces = list(cut(inputs, pages_per_shard))
    _settle_plan(out, pieces, {"format": form, "all_kinds": all_kinds})
    done = {piece.number: kept for piece in pieces if (kept := finished(piece, out, form)) is not None}
    passed_over = len(done)
    lost: list[tuple[str, str]] = []
    asked = limits or CrawlLimits()
    tickets = {
        engine.submit(extract_shard, piece, str(out.absolute()), form, all_kinds, asked): piece
        for piece in pieces
        if piece.number not in done
    }
    for end in engine.as_completed():
        piece = tickets[end.ticket]
        if end.error is None:
            done[piece.number] = ShardReport.from_dict(end.value)
        else:
            lost.append((piece.name, end.error))
        if progress:
            progress(sum(shard.pages for shard in done.values()))
    report = CorpusReport(tuple(done[number] for number in sorted(done)), passed_over, tuple(sorted(lost)))
    with complete_file(out / MANIFEST) as file:
        file.write(json.dumps(report.to_dict(), ensure_ascii=False, indent=1).encode() + b"\n")
    return report


def _settle_plan(out: Path, pieces: list[Piece], options: dict[str, Any]) -> None:
    """Write down how the input is cut, or see that it is cut as an earlier run did."""
    plan = json.dumps({**options, "pieces": [_with_sizes(piece) for piece in pieces]}, ensure_ascii=False).encode()
    path = out / PLAN
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            if any(out.iterdir()):
                raise ExportError(f"expected an empty folder, but {out} holds something else", hint="name a new folder")
            with complete_file(path) as file:
                file.write(plan)
        elif path.read_bytes() != plan:
            raise ExportError(
                f"{out} was begun with another input or other options", hint="repeat those, or name a new folder"
            )
    except OSError as error:
        raise ExportError(f"cannot write {out}: {error.strerror or error}") from error


def _with_sizes(piece: Piece) -> dict[str, Any]:
    try:
        return {**piece.to_dict(), "bytes": sum(Path(path).stat().st_size for path in piece.paths)}
    except OSError as error:
        raise BackfileError(f"cannot read {error.filename}: {error.strerror}") from error


__all__ = ["FORMATS", "MANIFEST", "PLAN", "CorpusReport", "extract_corpus"]
