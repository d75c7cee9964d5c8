"""Reading the shared corpora and suites: pages with gold, each extracted once in a process."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scraper import extract
from tests.shared import SHARED

CORPORA = {
    "wcxb": "corpora/wcxb-dev-articles",
    "zyte": "corpora/zyte-dev",
    "htmldate": "corpora/htmldate-dev",
    "nonarticles": "corpora/wcxb-dev-nonarticles",
    "readability": "suites/readability_pages",
    "defuddle": "suites/defuddle_pages",
    "newspaper": "suites/newspaper_pages",
    "blogfields": "corpora/blogfields-dev",
    "dumps": "corpora/textdumps-dev",
}
"""Short name → folder under the shared data."""
_IMAGE, _LINK = re.compile(r"!\[[^\]]*\]\([^)]*\)"), re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Scored:
    """One page: what its gold says, and the record that came of it."""

    id: str
    gold: dict[str, Any]
    record: dict[str, Any]


def rows(name: str) -> Iterator[tuple[str, bytes, str | None, dict[str, Any]]]:
    """Yield (id, raw page, address, gold) of every page of a corpus or suite."""
    folder = SHARED / CORPORA[name]
    for line in _manifest(folder).read_bytes().splitlines():  # of bytes: text has other line ends too
        row = json.loads(line)
        gold = row.get("gold") or row
        if "file" in row:  # a plain-text dump
            raw = (folder / row["file"]).read_bytes()
            gold = {**gold, "published": row["publish_date"]}
        else:
            raw = gzip.decompress((folder / (row.get("html") or row["page"])).read_bytes())
        if "markdown" in gold:
            gold = {**gold, "text": _LINK.sub(r"\1", _IMAGE.sub(" ", gold["markdown"]))}
        yield row["id"], raw, row.get("url"), gold


@cache
def scored(name: str) -> tuple[Scored, ...]:
    """Return every page of a corpus with its record."""
    return tuple(Scored(id_, gold, extract(raw, url=url).to_dict()) for id_, raw, url, gold in rows(name))


def has(name: str) -> bool:
    """Tell whether the corpus is there."""
    return _manifest(SHARED / CORPORA[name]).is_file()


def _manifest(folder: Path) -> Path:
    """Return the file with one page a line; hand-labelled corpora call it by what it holds."""
    labels = folder / "labels.jsonl"
    return labels if labels.is_file() else folder / "manifest.jsonl"
