"""Learn the scorers of plain-text dumps: which lines are body, which one is the headline, which date is
the post's.

    python -m tests.training.dumps ../shared/corpora

Reads textdumps-dev (dumps with gold) and wcxb-dev-articles (the same pages and more as HTML, printed here by the tool
that made the dumps), prints figures cross-validated by host (5 folds; no page is scored by trees that saw its host),
then learns from all pages and writes data/models/dump_lines.json, dump_title.json and dump_date.json. Needs lightgbm,
numpy and resiliparse; takes some minutes. ``--chances FILE`` keeps the folds' probabilities of the lines between runs,
for work on the other two.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lightgbm
import numpy as np
from resiliparse.extract.html2text import extract_plain_text

from scraper.blocks import Block
from scraper.dump import body, dates, title
from scraper.dump.context import columns_of
from scraper.dump.lines import Lines, lines_of
from scraper.dump.trees import VALUE_BITS, base_of, grades_of, shifted
from scraper.dump.walk import walk_text
from scraper.resources import data_path
from scraper.text import fold

FOLDS = 5
MOST_CUTS = 24  # grades per column; finer ones gained nothing
NEIGHBOURS = (1, 2, 3)
SEEN = ("words", "end", "marker", "function", "capitals", "gap", "any_kind", "year")  # columns of a neighbour offered
LINE_TREES = {"rounds": 200, "num_leaves": 31, "learning_rate": 0.06, "feature_fraction": 0.4, "min_data_in_leaf": 20}
DATE_TREES = {"rounds": 80, "num_leaves": 8, "learning_rate": 0.08, "feature_fraction": 0.5, "min_data_in_leaf": 10}
TITLE_TREES = {"rounds": 120, "num_leaves": 10, "learning_rate": 0.08, "feature_fraction": 0.5, "min_data_in_leaf": 8}
COPY_EVERY = 3  # every third page teaches without its layout too
WORD = re.compile(r"\w+")


@dataclass
class Sample:
    """One dump with what is asked of it."""

    id: str
    url: str | None
    lines: Lines
    gold: str
    gold_title: str | None
    gold_day: str | None
    is_dev: bool
    """One of the 200 dumps of textdumps-dev."""
    fold: int
    is_copy: bool = False
    """A copy with layout taken away: it teaches, and is not scored."""
    columns: dict[str, Sequence[float]] = field(default_factory=dict)
    labels: list[int] = field(default_factory=list)


def read(corpora: Path) -> Iterator[Sample]:
    dumps = {}
    for row in _rows(corpora / "textdumps-dev"):
        dumps[row["id"]] = (corpora / "textdumps-dev" / row["file"]).read_text(encoding="utf-8")
    for number, row in enumerate(_rows(corpora / "wcxb-dev-articles")):
        dump = dumps.get(row["id"])
        if dump is None:
            html = gzip.decompress((corpora / "wcxb-dev-articles" / row["html"]).read_bytes())
            dump = extract_plain_text(html.decode("utf-8", "replace"), main_content=False)
        gold = row["gold"]
        if number % COPY_EVERY == 0:
            copy = DAMAGES[number // COPY_EVERY % len(DAMAGES)](dump)
            yield replace(sample(row["id"], row["url"], copy, gold, False), is_copy=True)
        yield sample(row["id"], row["url"], dump, gold, row["id"] in dumps)


def _without_blank_lines(dump: str) -> str:
    return "\n".join(line for line in dump.splitlines() if line.strip())


def _without_bullets(dump: str) -> str:
    return "\n".join(line.lstrip(" •\t") for line in dump.splitlines())


DAMAGES = (_without_blank_lines, _without_bullets, lambda dump: _without_bullets(_without_blank_lines(dump)))


def _rows(corpus: Path) -> Iterator[dict[str, Any]]:
    with (corpus / "manifest.jsonl").open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def sample(name: str, url: str | None, dump: str, gold: dict[str, Any], is_dev: bool) -> Sample:
    lines = lines_of(walk_text(dump).blocks)
    host = (urlsplit(url or "").hostname or name).removeprefix("www.")
    number = int(hashlib.md5(host.encode()).hexdigest(), 16) % FOLDS
    out = Sample(name, url, lines, gold["text"], gold["title"], gold["published"], is_dev, number)
    out.columns = dict(columns_of(lines, url))
    out.labels = labels(lines.blocks, gold["text"])
    return out


# ------------------------------------------------------------------------------------------------------------ labels
LONG = 6  # words from which a line is judged by its runs of four words
SHARE = 0.6  # of its runs of four words that must stand in the gold


def labels(blocks: list[Block], gold: str) -> list[int]:
    """Return 1 for each line that is body by the gold text. Keeping exactly these scores .993."""
    keys = [" ".join(WORD.findall(block.text.lower())) for block in blocks]
    words = WORD.findall(gold.lower())
    runs = {tuple(words[at : at + 4]) for at in range(len(words) - 3)}
    gold_lines = [key for line in gold.splitlines() if (key := " ".join(WORD.findall(line.lower())))]
    whole = f" {' '.join(words)} "
    long = [_is_long_body(key.split(), runs) for key in keys]
    above, below = _last_known(long), _last_known(long[::-1])[::-1]
    aligned = set()
    for match in SequenceMatcher(None, keys, gold_lines, autojunk=False).get_matching_blocks():
        aligned.update(range(match.a, match.a + match.size))
    out = []
    for at, key in enumerate(keys):
        known = long[at]
        if known is None:
            near = above[at] or below[at]
            between = above[at] and below[at] and f" {key} " in whole
            known = bool(key) and bool((at in aligned and near) or between)
        out.append(int(known))
    _keep_one_copy(out, keys, whole)
    return out


def _is_long_body(words: list[str], runs: set[tuple[str, ...]]) -> bool | None:
    if len(words) < LONG:
        return None
    own = [tuple(words[at : at + 4]) for at in range(len(words) - 3)]
    return sum(run in runs for run in own) >= SHARE * len(own)


def _last_known(values: list[bool | None]) -> list[bool | None]:
    out, last = [], None
    for value in values:
        last = last if value is None else value
        out.append(last)
    return out


def _keep_one_copy(out: list[int], keys: list[str], whole: str) -> None:
    """Of copies of one line keep as many as the gold holds, those in the densest surroundings."""
    places: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        if out[at] and key.count(" ") >= 2:
            places.setdefault(key, []).append(at)
    for key, copies in places.items():
        wanted = max(1, whole.count(f" {key} "))
        if len(copies) > wanted:
            copies.sort(key=lambda at: sum(out[max(0, at - 6) : at + 7]))
            for at in copies[:-wanted]:
                out[at] = 0


# ------------------------------------------------------------------------------------------------------------- trees
def cuts_of(values: np.ndarray) -> list[float]:
    """Return rising cuts that part the values into at most MOST_CUTS + 1 grades of like size."""
    known = np.unique(values)
    if len(known) > MOST_CUTS + 1:
        known = np.unique(np.quantile(values, np.linspace(0, 1, MOST_CUTS + 2)))
    return [_short(cut) for cut in (known[:-1] + known[1:]) / 2][:MOST_CUTS]


def _short(cut: float) -> float:
    return float(f"{cut:.4g}")


def offered(columns: dict[str, Any]) -> list[str]:
    """Return the names of the columns that trees over lines may ask for."""
    return [*columns, *(f"{name}{sign}{distance}" for name in SEEN for distance in NEIGHBOURS for sign in "-+")]


def matrix(columns: dict[str, Any], grades: dict[str, list[float]], names: list[str]) -> np.ndarray:
    base = {name: grades_of(columns[name], cuts) for name, cuts in grades.items()}
    rows = []
    for name in names:
        own, distance = base_of(name)
        rows.append(np.frombuffer(shifted(base[own], distance) if distance else base[own], dtype=np.uint8))
    return np.array(rows).T


def learn(x: np.ndarray, y: np.ndarray, settings: dict[str, Any], **more: Any) -> lightgbm.Booster:
    parameters: dict[str, Any] = {
        "objective": "binary", "lambda_l2": 5.0, "bagging_fraction": 0.8, "bagging_freq": 1, "verbose": -1,
        "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True, "max_bin": 63,
        "min_data_in_bin": 1, **settings,
    }  # fmt: skip
    rounds = parameters.pop("rounds")
    if "group" in more:
        parameters |= {"objective": "lambdarank", "label_gain": [0, 1], "lambdarank_truncation_level": 10}
    data = lightgbm.Dataset(x, y, params={"max_bin": 63, "min_data_in_bin": 1, "verbose": -1}, **more)
    return lightgbm.train(parameters, data, rounds)


def written(booster: lightgbm.Booster, names: list[str], grades: dict[str, list[float]], note: str) -> dict[str, Any]:
    """Return the trees as scraper.dump.trees reads them: leaves as whole steps of one unit, none negative."""
    trees = [info["tree_structure"] for info in booster.dump_model()["tree_info"]]
    leaves = [[leaf["leaf_value"] for leaf in _leaves(tree)] for tree in trees]
    lowest = [min(values) for values in leaves]
    unit = max(max(values) - low for values, low in zip(leaves, lowest, strict=True)) / (2**VALUE_BITS - 1)
    used = sorted({names[node["split_feature"]] for tree in trees for node in _splits(tree)})
    place = {name: at for at, name in enumerate(used)}

    def node_of(node: dict[str, Any], low: float) -> Any:
        if "leaf_value" in node:
            return round((node["leaf_value"] - low) / unit)
        left, right = node_of(node["left_child"], low), node_of(node["right_child"], low)
        return [place[names[node["split_feature"]]], int(node["threshold"]), left, right]

    return {
        "note": note,
        "columns": used,
        "unit": float(f"{unit:.6g}"),
        "offset": float(f"{sum(lowest):.6g}"),
        "grades": {name: grades[name] for name in sorted({base_of(column)[0] for column in used})},
        "trees": [node_of(tree, low) for tree, low in zip(trees, lowest, strict=True)],
    }


def _leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "leaf_value" in node:
        yield node
    else:
        yield from _leaves(node["left_child"])
        yield from _leaves(node["right_child"])


def _splits(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "leaf_value" not in node:
        yield node
        yield from _splits(node["left_child"])
        yield from _splits(node["right_child"])


def save(name: str, model: dict[str, Any]) -> None:
    """Write a model with one tree and one column's cuts a line, so that changes can be read."""
    parts = [f'"{key}": {json.dumps(model[key])}' for key in ("note", "columns", "unit", "offset")]
    cuts = [
        f"{json.dumps(column)}: {json.dumps(values, separators=(',', ':'))}"
        for column, values in model["grades"].items()
    ]
    parts.append('"grades": {\n' + ",\n".join(cuts) + "\n}")
    trees = [json.dumps(tree, separators=(",", ":")) for tree in model["trees"]]
    parts.append('"trees": [\n' + ",\n".join(trees) + "\n]")
    path = data_path("models") / f"{name}.json"
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


# -------------------------------------------------------------------------------------------------------------- body
def weights(lines: Lines) -> np.ndarray:
    """Return a line's weight: the square root of its share of the dump's words, else menus would decide."""
    words = np.maximum(np.array(lines.words), 1)
    return np.sqrt(words / words.sum())


def line_chances(
    samples: list[Sample],
) -> tuple[list[list[float]], lightgbm.Booster, list[str], dict[str, list[float]]]:
    """Return each dump's probabilities from trees that saw no page of its host, and trees that saw all."""
    base = list(samples[0].columns)
    grades = {name: cuts_of(np.concatenate([np.array(s.columns[name], float) for s in samples])) for name in base}
    names = offered(samples[0].columns)
    parts = [matrix(s.columns, grades, names) if s.labels else np.zeros((0, len(names)), np.uint8) for s in samples]
    labelled = [np.array(s.labels) for s in samples]
    weighed = [weights(s.lines) if s.labels else np.zeros(0) for s in samples]
    # Copies without layout cost .001 here and gave .002 on such dumps; the other two models do learn from them.
    teaching = [at for at, s in enumerate(samples) if not s.is_copy]
    chances: list[list[float]] = [[] for _ in samples]
    for number in range(FOLDS):
        booster = _fit(parts, labelled, weighed, [at for at in teaching if samples[at].fold != number])
        for at, s in enumerate(samples):
            if s.fold == number and s.labels:
                chances[at] = booster.predict(parts[at], num_threads=1).tolist()
        print(f"  fold {number} learnt", flush=True)
    return chances, _fit(parts, labelled, weighed, teaching), names, grades


def _fit(parts: list[Any], labelled: list[Any], weighed: list[Any], seen: list[int]) -> lightgbm.Booster:
    x, y, w = (np.concatenate([column[at] for at in seen]) for column in (parts, labelled, weighed))
    return learn(x, y, LINE_TREES, weight=w)


def choice_of(s: Sample, chances: list[float]) -> body.Choice:
    cut, expected = body.best_cut(chances, s.lines.words)
    return body.Choice(chances, [chance >= cut for chance in chances], expected)


def word_f1(s: Sample, kept: Sequence[Any]) -> float:
    gold = Counter(WORD.findall(s.gold.lower()))
    found: Counter[str] = Counter()
    for block, keep in zip(s.lines.blocks, kept, strict=True):
        if keep:
            found.update(WORD.findall(f"{block.marker} {block.text}".lower()))
    total = sum(gold.values()) + sum(found.values())
    return 2 * sum((gold & found).values()) / total if total else 1.0


# ------------------------------------------------------------------------------------------------------------- title
def title_ranks(
    samples: list[Sample], choices: list[body.Choice]
) -> tuple[list[bool], list[int], Any, list[str], dict[str, Any]]:
    """Return whether each dump's title is right and its line (trees that saw no page of its host), and trees of all."""
    pools = [title.candidates(s.lines, c, s.url) for s, c in zip(samples, choices, strict=True)]
    right = [
        [int(fold(c.text) == fold(s.gold_title or "")) for c in pool] for s, pool in zip(samples, pools, strict=True)
    ]
    names = list(next(pool for pool in pools if pool)[0].facts)
    columns = [{name: [float(c.facts[name]) for c in pool] for name in names} for pool in pools]
    grades = {name: cuts_of(np.concatenate([np.array(c[name]) for c in columns])) for name in names}
    parts = [
        matrix(c, grades, names) if pool else np.zeros((0, len(names))) for c, pool in zip(columns, pools, strict=True)
    ]
    teaching = [at for at, flags in enumerate(right) if any(flags)]

    def fitted(seen: list[int]) -> lightgbm.Booster:
        x, y = np.concatenate([parts[at] for at in seen]), np.concatenate([right[at] for at in seen])
        return learn(x, y, TITLE_TREES, group=[len(right[at]) for at in seen])

    ok, heads = [False] * len(samples), [-1] * len(samples)
    for number in range(FOLDS):
        booster = fitted([at for at in teaching if samples[at].fold != number])
        for at, s in enumerate(samples):
            if s.fold == number and pools[at]:
                best = int(np.argmax(booster.predict(parts[at])))
                ok[at], heads[at] = bool(right[at][best]), pools[at][best].line
    return ok, heads, fitted(teaching), names, grades


# -------------------------------------------------------------------------------------------------------------- date
def date_chances(
    samples: list[Sample], choices: list[body.Choice], titles: list[int]
) -> tuple[list[bool], list[bool], Any, list[str], dict[str, Any]]:
    """Return whether the gold day is one of the two answers, whether the dump states it, and trees that saw all."""
    pools = [
        dates.statements(s.lines, c, at, title.body_stretch(s.lines, c), s.url)
        for s, c, at in zip(samples, choices, titles, strict=True)
    ]
    right = [[int(d.value.startswith(s.gold_day or "-")) for d in pool] for s, pool in zip(samples, pools, strict=True)]
    names = list(next(pool for pool in pools if pool)[0].facts)
    columns = [{name: [float(d.facts[name]) for d in pool] for name in names} for pool in pools]
    grades = {name: cuts_of(np.concatenate([np.array(c[name]) for c in columns])) for name in names}
    parts = [matrix(c, grades, names) if p else np.zeros((0, len(names))) for c, p in zip(columns, pools, strict=True)]
    teaching = [at for at, pool in enumerate(pools) if pool]

    def fitted(seen: list[int]) -> lightgbm.Booster:
        x, y = np.concatenate([parts[at] for at in seen]), np.concatenate([right[at] for at in seen])
        return learn(
            x, y, DATE_TREES, weight=np.concatenate([np.full(len(right[at]), len(right[at]) ** -0.5) for at in seen])
        )

    ok = [False] * len(samples)
    for number in range(FOLDS):
        booster = fitted([at for at in teaching if samples[at].fold != number])
        for at, s in enumerate(samples):
            if s.fold == number and pools[at]:
                found = dates.best(pools[at], booster.predict(parts[at]).tolist())
                ok[at] = any(day and day[0].value.startswith(s.gold_day or "-") for day in found)
    return ok, [any(flags) for flags in right], fitted(teaching), names, grades


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--chances", type=Path)
    arguments = parser.parse_args()
    samples = list(read(arguments.corpora))
    print(f"{len(samples)} dumps read", flush=True)
    chances = _known_chances(arguments.chances) or _learn_lines(samples)
    if arguments.chances and not arguments.chances.exists():
        arguments.chances.write_text(json.dumps(chances))
    choices = [choice_of(s, c) for s, c in zip(samples, chances, strict=True)]
    titled = [at for at, s in enumerate(samples) if s.gold_title]
    ok, heads, booster, names, grades = title_ranks(samples, choices)
    note = f"cross-validated by host: {_figure('title', [ok[at] for at in titled], [samples[at] for at in titled])}"
    print(note, flush=True)
    save("dump_title", written(booster, names, grades, f"tests/training/dumps.py; {note}"))
    ok, stated, booster, names, grades = date_chances(samples, choices, heads)
    dated = [at for at, s in enumerate(samples) if s.gold_day]
    note = f"cross-validated by host: {_figure('day', [ok[at] for at in dated], [samples[at] for at in dated])}"
    print(note, _figure("stated", [stated[at] for at in dated], [samples[at] for at in dated]), flush=True)
    save("dump_date", written(booster, names, grades, f"tests/training/dumps.py; {note}"))


def _known_chances(path: Path | None) -> Any:
    return json.loads(path.read_text()) if path and path.exists() else None


def _learn_lines(samples: list[Sample]) -> list[list[float]]:
    chances, booster, names, grades = line_chances(samples)
    choices = [choice_of(s, c) for s, c in zip(samples, chances, strict=True)]
    scores = [word_f1(s, c.kept) for s, c in zip(samples, choices, strict=True)]
    note = f"cross-validated by host: {_figure('body word F1', scores, samples)}"
    print(
        note,
        f"dumps below .8: {sum(f < 0.8 for f, s in zip(scores, samples, strict=True) if not s.is_copy)}",
        flush=True,
    )
    save("dump_lines", written(booster, names, grades, f"tests/training/dumps.py; {note}"))
    return chances


def _figure(name: str, scores: Sequence[float], samples: list[Sample]) -> str:
    scores, samples = zip(*((score, s) for score, s in zip(scores, samples, strict=True) if not s.is_copy), strict=True)
    dev = [score for score, s in zip(scores, samples, strict=True) if s.is_dev]
    return f"{name} {np.mean(dev):.4f} on textdumps-dev, {np.mean(scores):.4f} on all {len(scores)} dumps"


if __name__ == "__main__":
    main()
