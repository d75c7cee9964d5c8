"""What a dataset says of itself: the card for people, Croissant and Data Package for programs.

Everything stated is counted from the records as they pass, so a card cannot disagree with its data.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LANGUAGES_NAMED = 20
"""Languages listed in the card's head, the most frequent first."""
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_CROISSANT_TYPES = {"integer": "sc:Integer", "array": "sc:Text", "string": "sc:Text"}
# The context of the standard's version 1.0, by which programs know the short names.
_CROISSANT_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{
        name: f"cr:{name}"
        for name in (
            "citeAs column equivalentProperty extract field fileObject fileProperty fileSet format includes "
            "isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate "
            "separator source subField transform"
        ).split()
    },
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}
_KINDS = {
    **dict.fromkeys(("id", "reading_minutes", "word_count", "comments_count", "revision"), "integer"),
    **dict.fromkeys(("authors", "tags", "related", "prev_next", "images"), "array"),
}


@dataclass(slots=True)
class Facts:
    """What is counted while the records pass."""

    articles: int = 0
    words: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    spans: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Site → first and last day of publication."""
    fetched: tuple[str, str] | None = None
    """The earliest and the latest moment a page was fetched."""

    def seen(self, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield *records* as they are, counting each."""
        for record in records:
            self._count(record)
            yield record

    def _count(self, record: dict[str, Any]) -> None:
        site = record.get("site") or "(none)"
        self.articles += 1
        self.words += record.get("word_count") or 0
        self.sites[site] += 1
        if record.get("language"):
            self.languages[record["language"].split("-")[0]] += 1
        day = (record.get("published") or "")[:10]
        if day:
            first, last = self.spans.get(site, (day, day))
            self.spans[site] = (min(first, day), max(last, day))
        moment = record.get("fetched_at")
        if moment:
            earliest, latest = self.fetched or (moment, moment)
            self.fetched = (min(earliest, moment), max(latest, moment))


def readme(facts: Facts, parts: Mapping[str, int]) -> str:
    """Return the dataset card: a YAML head for dataset hubs, then what it is, where it is from, and what to mind.

    *parts*: name → records of each part of a split dataset, empty for one that is whole.
    """
    size = next((name for limit, name in _SIZES if facts.articles < limit), "n>1M")
    languages = "".join(f"\n  - {code}" for code, _ in facts.languages.most_common(LANGUAGES_NAMED)) or " []"
    rows = "\n".join(
        f"| {site} | {count} | {' to '.join(facts.spans[site]) if site in facts.spans else 'undated'} |"
        for site, count in sorted(facts.sites.items())
    )
    files = "".join(f"\n      - split: {name}\n        path: data/{name}-*.jsonl.zst" for name in parts)
    told = ", ".join(f"{name} {count:,}" for name, count in parts.items())
    split = f"Parts: {told}; articles that are nearly the same are in the same part.\n" if parts else ""
    fetched = " to ".join(moment[:10] for moment in facts.fetched) if facts.fetched else "unknown"
    return f"""---
pretty_name: Blog articles
license: other
license_name: rights-remain-with-the-authors
language:{languages}
size_categories:
  - {size}
configs:
  - config_name: default
    data_files:{files or " data/*.jsonl.zst"}
---

# Blog articles

Articles: {facts.articles:,}, with {facts.words:,} words. Sites: {len(facts.sites):,}. One JSON record per line, made
by backfile; the keys are described in `record.schema.json`.
{split}
| site | articles | published |
| --- | ---: | --- |
{rows}

Fetched: {fetched}. Pages that ask not to be archived are left out.

## Rights

The texts belong to those who wrote them. This folder grants no licence; ask the sites before you pass it on.

## Loading

```python
from datasets import load_dataset
load_dataset("path/to/this/folder")

import polars as pl        # pandas and DuckDB read the shards in the same way
pl.read_ndjson("data/*.jsonl.zst")
```

`sha256sum --check checksums.sha256` tells whether the files are whole.
"""


def croissant(facts: Facts, shards: Sequence[Path], fields: Sequence[str]) -> str:
    """Return the ML Croissant 1.0 description."""
    files = [
        {
            "@type": "cr:FileObject",
            "@id": shard.name,
            "name": shard.name,
            "contentUrl": f"data/{shard.name}",
            "encodingFormat": "application/jsonlines",
            "sha256": sha256(shard),
        }
        for shard in shards
    ]
    return _json(
        {
            "@context": _CROISSANT_CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "name": "blog-articles",
            "description": f"{facts.articles} articles of {len(facts.sites)} sites.",
            "distribution": files,
            "recordSet": [
                {
                    "@type": "cr:RecordSet",
                    "@id": shard.name.split(".")[0],
                    "name": shard.name.split(".")[0],
                    "field": [_croissant_field(shard.name, name) for name in fields],
                }
                for shard in shards
            ],
        }
    )


def _croissant_field(shard: str, name: str) -> dict[str, Any]:
    """Return one field of a shard's record set; lists of records are handed over as they are."""
    return {
        "@type": "cr:Field",
        "@id": f"{shard.split('.')[0]}/{name}",
        "name": name,
        "dataType": _CROISSANT_TYPES[_KINDS.get(name, "string")],
        "source": {"fileObject": {"@id": shard}, "extract": {"column": name}},
    }


def datapackage(facts: Facts, shards: Sequence[Path], fields: Sequence[str]) -> str:
    """Return the Data Package v2 description."""
    return _json(
        {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": "blog-articles",
            "resources": [
                {
                    "name": "articles",
                    "path": [f"data/{shard.name}" for shard in shards],
                    "format": "jsonl",
                    "encoding": "utf-8",
                    "schema": {"fields": [{"name": name, "type": _KINDS.get(name, "string")} for name in fields]},
                }
            ],
            "sources": [{"title": site, "path": f"https://{site}/"} for site in sorted(facts.sites)],
        }
    )


def sha256(path: Path) -> str:
    """Return the checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
