"""A folder as a dataset: shards of JSON Lines, a card, machine-readable metadata and checksums.

OUT/data/articles-00000.jsonl.zst …   at most ARTICLES_PER_SHARD records each
OUT/README.md                         dataset card with the YAML header that dataset hubs read
OUT/croissant.json, datapackage.json  the same facts for programs (ML Croissant 1.0, Frictionless Data Package v2)
OUT/record.schema.json                JSON Schema of one record
OUT/checksums.sha256                  of every other file; ``sha256sum --check`` reads it
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pipelines.datasets import card, jsonl
from pipelines.datasets.writing import compressed
from scraper.resources import data_path

ARTICLES_PER_SHARD = 20_000
"""Records in one shard: some fifty megabytes compressed, which readers can fetch and hold one at a time."""


def write_folder(
    read: Callable[[], Iterable[dict[str, Any]]], folder: Path, fields: Sequence[str]
) -> tuple[int, list[Path]]:
    """Write the dataset of the records below *folder*; return how many records, and the files."""
    data = folder / "data"
    data.mkdir()
    facts = card.Facts()
    shards = [
        _shard(data / f"articles-{number:05d}.jsonl.zst", chunk, fields, facts) for number, chunk in _chunks(read())
    ]
    schema = folder / "record.schema.json"
    shutil.copyfile(data_path("schemas", "record.schema.json"), schema)
    texts = {
        "README.md": card.readme(facts),
        "croissant.json": card.croissant(facts, shards, fields),
        "datapackage.json": card.datapackage(facts, shards, fields),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return facts.articles, [*shards, schema, *(folder / name for name in texts)]


def _chunks(records: Iterable[dict[str, Any]]) -> Iterator[tuple[int, Iterator[dict[str, Any]]]]:
    """Yield (number, records of one shard); each has to be read before the next is asked for."""
    source = iter(records)
    for number, first in enumerate(source):
        yield number, chain((first,), islice(source, ARTICLES_PER_SHARD - 1))


def _shard(path: Path, records: Iterator[dict[str, Any]], fields: Sequence[str], facts: card.Facts) -> Path:
    with path.open("wb") as file, compressed(path.name, file) as stream:
        jsonl.write(facts.seen(records), stream, fields)
    return path
