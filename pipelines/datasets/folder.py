"""A folder as a dataset: shards of JSON Lines, a card, machine-readable metadata and checksums.

OUT/data/articles-00000.jsonl.zst …   at most ARTICLES_PER_SHARD records each
OUT/README.md                         dataset card with the YAML header that dataset hubs read
OUT/croissant.json, datapackage.json  the same facts for programs (ML Croissant 1.0, Frictionless Data Package v2)
OUT/record.schema.json                JSON Schema of one record
OUT/checksums.sha256                  of every other file; ``sha256sum --check`` reads it
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Self

from pipelines.datasets import card, jsonl
from pipelines.datasets.splits import Split
from pipelines.datasets.writing import compressed
from scraper.resources import data_path

ARTICLES_PER_SHARD = 20_000
"""Records in one shard: some fifty megabytes compressed, which readers can fetch and hold one at a time."""


WHOLE = "articles"
"""Name of the shards of a dataset that is not split."""


def write_folder(
    read: Callable[[], Iterable[dict[str, Any]]], folder: Path, fields: Sequence[str], *, split: Split | None = None
) -> tuple[int, list[Path]]:
    """Write the dataset of the records below *folder*; return how many records, and the files.

    *read* gives the whole records anew each time; *fields* are the keys written. With a *split* each part has shards of
    its own name.
    """
    data = folder / "data"
    data.mkdir()
    facts = card.Facts()
    parts = split.assign(read()) if split else {}
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(_Shards(data, name))
            for name in ([part for part, _ in split.parts] if split else [WHOLE])
        }
        for record in facts.seen(read()):
            writers[parts.get(record["id"], WHOLE)].write({name: record[name] for name in fields})
    shards = [path for writer in writers.values() for path in writer.paths]
    schema = folder / "record.schema.json"
    shutil.copyfile(data_path("schemas", "record.schema.json"), schema)
    texts = {
        "README.md": card.readme(facts, {name: writer.records for name, writer in writers.items()} if split else {}),
        "croissant.json": card.croissant(facts, shards, fields),
        "datapackage.json": card.datapackage(facts, shards, fields),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return facts.articles, [*shards, schema, *(folder / name for name in texts)]


class _Shards:
    """The files of one part, a new one begun when one is full; a context manager that completes the last one."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._open = ExitStack()
        self._stream: BinaryIO | None = None
        self.paths: list[Path] = []
        self.records = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def write(self, record: dict[str, Any]) -> None:
        """Write one record, as a line."""
        if self._stream is None or self.records % ARTICLES_PER_SHARD == 0:
            self._stream = self._begin()
        self._stream.write(jsonl.line(record))
        self.records += 1

    def _begin(self) -> BinaryIO:
        self._open.close()
        path = self._folder / f"{self._name}-{len(self.paths):05d}.jsonl.zst"
        self.paths.append(path)
        file = self._open.enter_context(path.open("wb"))
        return self._open.enter_context(compressed(path.name, file))
