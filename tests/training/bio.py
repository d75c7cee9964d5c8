"""Train the scorer of author bios: data/models/author_bio.json.

python -m tests.training.bio ../shared/corpora [--folds 5]

Needs scikit-learn. Reads two development corpora: ``blogfields-dev`` (108 pages, bios labelled by hand) and
``wcxb-dev-articles`` (``bio_labels.jsonl`` beside this file says of 240 blocks there, by a digest of their text,
whether they are a bio; true, false, or null for "leave out"; judged by reading them). A block of the first corpus is
a bio when 60 % of its runs of four words stand in the labelled text. Pages of hosts that are in both corpora are read
once. Prints, out of fold by page of the first corpus, precision and recall of the best block, and writes weights of a
logistic regression on standardised features, scaled back.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from sklearn.linear_model import LogisticRegression

from scraper import biography
from scraper.extract import judge, page_of
from scraper.resources import data_path

STRENGTH = 0.03
"""Inverse strength of the L2 penalty; of .005 … .15 near the one with the best out-of-fold F1."""
SHARE = 0.6
_WORD = re.compile(r"\w+")
Rows = list[tuple[dict[str, float], bool]]


def runs(text: str) -> list[str]:
    words = _WORD.findall(text.casefold())
    return [" ".join(words[at : at + 4]) for at in range(max(1, len(words) - 3))]


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def scene_of(html: bytes, url: str) -> Any:
    return biography.scene_of(judge(page_of(html, url)))


def labelled(folder: Path) -> Iterator[tuple[str, Rows]]:
    """Yield (host, rows) of every page of the corpus with bio labels."""
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n"):
        label = json.loads(line)
        scene = scene_of(gzip.decompress((folder / label["html"]).read_bytes()), label["url"])
        texts = [text for text in (label["author_bio"], *label.get("author_bio_alt", [])) if text]
        gold = {run for text in texts for run in runs(text)}
        rows: Rows = []
        for block in biography.candidates(scene):
            own = runs(block.text)
            rows.append((biography.features(scene, block), sum(run in gold for run in own) >= SHARE * len(own)))
        yield host_of(label["url"]), rows


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def judged(folder: Path, labels: Path, known: set[str]) -> Iterator[Rows]:
    """Yield the rows of the second corpus's pages, hosts in *known* left out."""
    table: dict[str, dict[str, bool | None]] = {}
    for line in labels.read_text(encoding="utf-8").rstrip("\n").split("\n"):
        row = json.loads(line)
        table.setdefault(row["page"], {})[row["text"]] = row["bio"]
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n"):
        page = json.loads(line)
        if host_of(page["url"]) in known:
            continue
        scene = scene_of(gzip.decompress((folder / page["html"]).read_bytes()), page["url"])
        said = table.get(str(page["id"]), {})
        rows: Rows = []
        for block in biography.candidates(scene):
            is_bio = said.get(digest(block.text), False)
            if is_bio is not None:
                rows.append((biography.features(scene, block), is_bio))
        yield rows


def fit(rows: Rows) -> dict[str, float]:
    names = sorted({name for found, _ in rows for name in found})
    place = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)))
    for at, (found, _) in enumerate(rows):
        for name, value in found.items():
            table[at, place[name]] = value
    scale = table.std(axis=0)
    scale[scale == 0] = 1
    answers = np.array([is_bio for _, is_bio in rows])
    model = LogisticRegression(C=STRENGTH, max_iter=2_000).fit(table / scale, answers)
    weights = {name: float(weight) / float(by) for name, weight, by in zip(names, model.coef_[0], scale, strict=True)}
    weights["bias"] = weights.get("bias", 0.0) + float(model.intercept_[0])
    return weights


def chance(weights: dict[str, float], found: dict[str, float]) -> float:
    return 1 / (1 + float(np.exp(-sum(weights.get(name, 0.0) * value for name, value in found.items()))))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder that holds blogfields-dev and wcxb-dev-articles")
    parser.add_argument("--folds", type=int, default=5, help="folds of the check (default 5; 0: none)")
    args = parser.parse_args()
    pages = list(labelled(args.corpora / "blogfields-dev"))
    more = list(
        judged(
            args.corpora / "wcxb-dev-articles",
            Path(__file__).with_name("bio_labels.jsonl"),
            {host for host, _ in pages},
        )
    )
    extra = [row for rows in more for row in rows]
    print(len(pages), "pages,", sum(len(rows) for _, rows in pages), "rows;", len(more), "pages,", len(extra), "rows")
    best: list[tuple[float, bool, bool]] = []
    for fold in range(args.folds):
        train = [row for at, (_, rows) in enumerate(pages) if at % args.folds != fold for row in rows]
        weights = fit(train + extra)
        for _, rows in (page for at, page in enumerate(pages) if at % args.folds == fold):
            top = max(((chance(weights, found), is_bio) for found, is_bio in rows), default=(0.0, False))
            best.append((*top, any(is_bio for _, is_bio in rows)))
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
        given = [right for p, right, _ in best if p >= threshold]
        there = sum(there for *_, there in best)
        if given:
            print(f"from {threshold}: precision {sum(given) / len(given):.3f} recall {sum(given) / there:.3f}")
    weights = {name: round(weight, 3) for name, weight in fit([r for _, rows in pages for r in rows] + extra).items()}
    target = data_path("models") / "author_bio.json"
    kept = {name: weight for name, weight in sorted(weights.items()) if weight}
    target.write_text(json.dumps({"weights": kept}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
