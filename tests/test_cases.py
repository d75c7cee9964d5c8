"""The web's habits, one folder each under ``tests/cases``: a page, what must come of it, and why it is there.

``page.html`` (or ``page.txt``), ``expected.json``, ``why.md``. Only the keys stated in ``expected.json`` are
compared: the record's own (``title``, ``related`` …), ``url`` being the page's address, and four of the runner's:
``holds`` and ``lacks`` list phrases the text must and must not hold, ``dropped`` maps a line to a word of the reason
it was left out for, ``siblings`` says that the other pages in the folder (``sibling-*.html``) teach a template first.
Adding a case needs no Python.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scraper import Article, extract, learn

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/expected.json"))
RUNNERS_KEYS = {"url", "holds", "lacks", "dropped", "siblings"}


def article_of(folder: Path, expected: dict[str, Any]) -> Article:
    page = next(path for path in (folder / "page.html", folder / "page.txt") if path.exists())
    source: bytes | str = page.read_bytes() if page.suffix == ".html" else page.read_text(encoding="utf-8")
    template = None
    if expected.get("siblings"):
        siblings = sorted(folder.glob("sibling-*"))
        assert siblings, "siblings are promised and none is there"
        template = learn([(path.read_bytes(), f"https://case.example/{path.stem}") for path in siblings])
    return extract(source, url=expected.get("url"), template=template)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    record = article_of(folder, expected).to_dict(evidence=True)
    differing = {key: record[key] for key in expected.keys() - RUNNERS_KEYS if record[key] != expected[key]}
    assert differing == {}, f"expected { ({key: expected[key] for key in differing}) }"
    text = " ".join(record["text"].split())
    assert [phrase for phrase in expected.get("holds", ()) if phrase not in text] == []
    assert [phrase for phrase in expected.get("lacks", ()) if phrase in text] == []
    reasons = {line["text"]: line["reason"] for line in record["dropped"]}
    for line, word in expected.get("dropped", {}).items():
        assert word in reasons.get(line, "kept, or no such line"), line


@pytest.mark.parametrize(
    "folder", sorted(path for path in CASES.iterdir() if path.is_dir()), ids=lambda folder: folder.name
)
def test_every_case_is_whole_and_says_why(folder: Path) -> None:
    assert (folder / "page.html").exists() or (folder / "page.txt").exists()
    assert (folder / "why.md").read_text(encoding="utf-8").strip()
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert expected.keys() - {"url"}, "a case that states nothing cannot fail"
