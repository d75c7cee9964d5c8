"""A split is stable, near its shares, and never parts what is nearly the same."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from pipelines import export
from pipelines.archive import Archive
from pipelines.datasets.splits import BINS, Split, bands
from pipelines.demo.blog import plain, read
from scraper.errors import ExportError

HALVES = Split.parse("train=50,test=50")
TEXTS = [" ".join(plain(line) for part in post.parts for line in part.lines) for post in read().posts]


def records(texts: list[str]) -> list[dict[str, object]]:
    return [{"id": n, "url": f"https://a.example/{n}/", "site": "a.example", "text": t} for n, t in enumerate(texts)]


def test_the_part_of_a_key_never_changes() -> None:
    # written down from the first version: a change here would move articles between parts of published datasets
    assert [HALVES.part_of(f"https://a.example/{n}/") for n in range(8)] == [
        "test",
        "test",
        "train",
        "test",
        "test",
        "train",
        "test",
        "test",
    ]


def test_the_shares_are_kept() -> None:
    split = Split.parse("train=80,validation=10,test=10")
    counts = Counter(split.part_of(f"https://a.example/{n}/") for n in range(10_000))
    assert abs(counts["train"] - 8000) < 200
    assert abs(counts["validation"] - 1000) < 150


def test_more_articles_do_not_move_the_others() -> None:
    few, many = HALVES.assign(records(TEXTS[:12])), HALVES.assign(records(TEXTS))
    assert all(many[number] == part for number, part in few.items())


def test_near_duplicates_stay_together_whatever_their_order() -> None:
    words = TEXTS[0].split(" ")
    edited = " ".join([*words[:50], "slightly", "edited", *words[52:]])
    for number, text in enumerate(TEXTS[1:9], start=1):
        others = [text, TEXTS[0], edited + f" Seen on another site {number}."]
        for order in (others, others[::-1]):
            parts = HALVES.assign(records(order))
            numbers = [order.index(others[1]), order.index(others[2])]
            assert parts[numbers[0]] == parts[numbers[1]]


def test_different_texts_are_not_joined() -> None:
    seen: set[tuple[int, ...]] = set()
    for text in TEXTS:
        mine = set(bands(text))
        assert len(mine) == BINS // 4
        assert not mine & seen
        seen |= mine


def test_by_site_a_site_is_in_one_part() -> None:
    split = Split.parse("train=50,test=50", "site")
    assert len(set(split.assign(records(TEXTS)).values())) == 1


@pytest.mark.parametrize("text", ["", "train", "train=", "train=x", "train=0", "=1", "a=1,,b=2", "a b=1"])
def test_a_split_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ExportError, match="does not describe a split"):
        Split.parse(text)


def test_a_split_dataset(shore: Archive, tmp_path: Path) -> None:
    out = tmp_path / "set"
    assert export(shore, out, split=HALVES).articles == 6
    found = {}
    for shard in sorted((out / "data").glob("*.jsonl.zst")):
        text = zstandard.ZstdDecompressor().decompressobj().decompress(shard.read_bytes()).decode()
        for line in text.split("\n")[:-1]:
            found[json.loads(line)["url"]] = shard.name.split("-")[0]
    assert len(found) == 6
    assert set(found.values()) <= {"train", "test"}
    assert "split: train" in (out / "README.md").read_text(encoding="utf-8")
    with pytest.raises(ExportError, match="cannot be split"):
        export(shore, tmp_path / "a.jsonl", split=HALVES)
