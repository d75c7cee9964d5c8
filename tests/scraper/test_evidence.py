"""The evidence of a record: written as JSON, and the same in every run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from scraper import extract

CASES = Path(__file__).resolve().parents[1] / "cases"
_DIGEST = """
import hashlib, json, sys
from pathlib import Path
from scraper import extract
digest = hashlib.sha256()
for page in sorted(Path(sys.argv[1]).glob("*/page.*")):
    record = extract(page.read_bytes(), url="https://blog.example/a").to_dict(evidence=True)
    digest.update(json.dumps(record, sort_keys=True).encode())
print(digest.hexdigest())
"""


def test_every_field_of_the_evidence_can_be_written_as_json() -> None:
    fields = set()
    for page in CASES.glob("*/page.*"):
        record = extract(page.read_bytes(), url="https://blog.example/a").to_dict(evidence=True)
        assert json.loads(json.dumps(record)) == record
        fields |= record["evidence"].keys()
    assert {"title", "authors", "published", "author_bio", "related", "tags"} <= fields


def test_the_order_of_sets_decides_nothing() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST, str(CASES)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=CASES.parents[1],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1
