"""Learn the weights of the field rankers: title, published, authors, page_type.

    python -m tests.training.rankers CORPORA [SITES] --out data/models

Run at development time only, with numpy and scipy installed. CORPORA holds the folders ``wcxb-dev-articles``,
``wcxb-dev-nonarticles``, ``htmldate-dev`` and ``blogfields-dev``; SITES one folder per unpacked blog with its pages,
``gold.jsonl`` and ``non_articles.jsonl`` (asked for by page_type only). Every figure printed and written beside the
weights is out of fold: five folds, and all pages of one host in the same fold. The weights written are fitted on all
pages.

One model for all: the features of a candidate have weights, the score is their sum. ``choice``: at most one candidate
of a page is right (conditional logit with a "none" of score 0). Else every candidate is right or wrong for itself
(logistic).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from scraper import fields, names, page_signals
from scraper.extract import judge, page_of
from scraper.fields import authors, modified, page_type, published, title
from scraper.marks import Marks
from scraper.page import Page

FOLDS = 5
SITE_SAMPLE = 90  # pages of a kind taken from one blog, so that one blog's theme is not the lesson


@dataclass
class Group:
    """The candidates of one page."""

    host: str
    features: list[set[str]]
    right: list[bool]
    weight: float = 1.0
    facts: dict[str, Any] = field(default_factory=dict)


# ------------------------------------------------------------------------------------------------ reading
def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def rows_of(folder: Path) -> Iterator[tuple[dict[str, Any], Page]]:
    """Yield (row of the manifest, parsed page)."""
    manifest = next(path for name in ("manifest.jsonl", "labels.jsonl") if (path := folder / name).exists())
    for row in lines_of(manifest):
        body = (folder / row["html"]).read_bytes()
        yield row, page_of(gzip.decompress(body) if row["html"].endswith(".gz") else body, row.get("url"))


def host_of(url: str | None, fallback: str) -> str:
    """Return the host a page counts for; of an archived copy the original's."""
    original = re.sub(r"^https?://web\.archive\.org/web/[^/]+/(?:https?://)?", "http://", url or "")
    return (urlsplit(original).hostname or fallback).removeprefix("www.")


def key(text: str | None) -> str:
    """Return the words of a text for comparison."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text or "").casefold()))


def people(text: str | None) -> set[str]:
    """Return the compared names of a gold author string."""
    return {names.key_of(name) for name in names.names_of([names.introduced(text or "")[1]], names.DECLARED)}


def marks_with_title(page: Page) -> Marks:
    """Return the marks of a page with its headline and dates found."""
    marks = Marks.of(page)
    for name, find in fields.BEFORE_THE_BODY:
        if name in ("title", "published", "modified"):
            marks.known[name] = find(marks)
    return marks


# ------------------------------------------------------------------------------------------------ the four tasks
def titles(corpora: Path) -> list[Group]:
    """Return the title candidates; right is the one with the gold's words."""
    groups = []
    for row, page in rows_of(corpora / "wcxb-dev-articles"):
        pool = title.candidates(Marks.of(page))
        gold = key(row["gold"]["title"])
        right = [key(one.value) == gold for one in pool]
        groups.append(Group(host_of(row["url"], row["id"]), [one.features for one in pool], right))
    return groups


def days(corpora: Path) -> list[Group]:
    """Return the candidates of published; pages whose gold is the day of the update teach nothing and are left out."""
    groups = []
    seen: set[str] = set()
    for corpus in ("blogfields-dev", "wcxb-dev-articles", "htmldate-dev"):
        for row, page in rows_of(corpora / corpus):
            if corpus == "wcxb-dev-articles" and row["id"] in seen:
                continue  # labelled by hand in blogfields-dev
            seen.add(row["id"])
            marks = marks_with_title(page)
            pool = published.candidates(marks)
            gold = row["gold"]["published"] if "gold" in row else row["published"]
            gold = gold if isinstance(gold, str) else None
            right = [bool(gold) and one.value[: len(gold or "")] == gold for one in pool]
            update = modified.find(marks)
            is_update = bool(gold) and not any(right) and bool(update) and update[0].value.startswith(gold or "-")
            if pool and not is_update:
                facts = {"dated": gold is not None, "corpus": corpus}
                groups.append(Group(host_of(row.get("url"), row["id"]), [c.features for c in pool], right, facts=facts))
    return groups


def bylines(corpora: Path) -> list[Group]:
    """Return the author candidates; right are the gold's names."""
    groups = []
    for row, page in rows_of(corpora / "wcxb-dev-articles"):
        pool = authors.candidates(marks_with_title(page))
        gold = people(row["gold"]["author"])
        right = [names.key_of(one.value.name) in gold for one in pool]
        listless = [{name for name in one.features if not name.startswith("list:")} for one in pool]
        groups.append(Group(host_of(row["url"], row["id"]), listless, right, facts={"pool": pool, "gold": gold}))
    return groups


def kinds(corpora: Path, sites: Path | None) -> list[Group]:
    """Return one "candidate" a page: that it is an article. Pages that say outright what they are, are left out."""
    pages: list[tuple[str, Page, bool, float]] = []
    for corpus, weight in (("wcxb-dev-articles", 1.0), ("wcxb-dev-nonarticles", 2.5)):
        for row, page in rows_of(corpora / corpus):
            pages.append((host_of(row["url"], row["id"]), page, corpus.endswith("-articles"), weight))
    for site in sorted(sites.iterdir()) if sites else []:
        pages += [(site.name, page, is_article, 0.7) for page, is_article in _site_pages(site)]
    groups = []
    for host, page, is_article, weight in pages:
        marks = judge(page)
        quick = page_signals.quick_features(marks)
        if page_type.said_outright(page, quick) is None:
            signals = page_signals.features(marks, quick)
            groups.append(Group(host, [signals], [is_article], weight))
    return groups


def _site_pages(site: Path) -> Iterator[tuple[Page, bool]]:
    choice = random.Random(1)
    for name, is_article in (("gold.jsonl", True), ("non_articles.jsonl", False)):
        rows = list(lines_of(site / name))
        for row in choice.sample(rows, min(SITE_SAMPLE, len(rows))):
            path = unquote(urlsplit(row["url"]).path)
            for tried in (path.rstrip("/") + "/index.html", path, path + ".html"):
                file = site / tried.lstrip("/")
                if file.is_file():
                    yield page_of(file.read_bytes(), row["url"]), is_article
                    break


# ------------------------------------------------------------------------------------------------ fitting
def index_of(groups: list[Group], fewest: int = 3) -> dict[str, int]:
    """Return feature → column, of the features seen on *fewest* pages or more."""
    seen = Counter(name for group in groups for name in set().union(*group.features))
    return {name: column for column, name in enumerate(sorted(name for name, n in seen.items() if n >= fewest))}


def matrix_of(groups: list[Group], index: dict[str, int]) -> sparse.csr_matrix:
    """Return one row per candidate, a column per feature, and the bias last."""
    row_numbers, columns = [], []
    row = 0
    for group in groups:
        for features in group.features:
            known = [index[name] for name in features if name in index]
            columns += [*known, len(index)]
            row_numbers += [row] * (len(known) + 1)
            row += 1
    return sparse.csr_matrix((np.ones(len(columns)), (row_numbers, columns)), shape=(row, len(index) + 1))


def fit(groups: list[Group], index: dict[str, int], penalty: float, *, choice: bool) -> np.ndarray:
    """Return the weights, bias last; *penalty* is the L2 strength (a tenth of it for the bias)."""
    groups = [group for group in groups if group.features]
    x = matrix_of(groups, index)
    y = np.array([one for group in groups for one in group.right], dtype=float)
    page = np.repeat(np.arange(len(groups)), [len(group.features) for group in groups])
    sure = np.array([group.weight for group in groups])[page]
    strength = np.full(x.shape[1], penalty)
    strength[-1] *= 0.1
    if choice:  # at most one right candidate a page
        first = np.unique(page, return_index=True)[1]
        duplicate = np.zeros(len(y), dtype=bool)
        for group_first, group in zip(first, groups, strict=True):
            duplicate[group_first : group_first + len(group.right)] = np.cumsum(group.right) > 1
        y = np.where(duplicate, 0.0, y)
        none = 1 - np.add.reduceat(y, first)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = x @ weights
        if choice:
            top = np.maximum(np.maximum.reduceat(score, first), 0)
            power = np.exp(score - top[page])
            whole = np.add.reduceat(power, first) + np.exp(-top)
            share = power / whole[page]
            gain = y @ (score - (top + np.log(whole))[page]) - none @ (top + np.log(whole))
            slope = x.T @ (y - share)
        else:
            gain = -np.sum(sure * (np.logaddexp(0, score) - y * score))
            slope = x.T @ (sure * (y - 1 / (1 + np.exp(-score))))
        return 0.5 * np.sum(strength * weights**2) - gain, strength * weights - slope

    start = np.zeros(x.shape[1])
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x


def shares_of(group: Group, index: dict[str, int], weights: np.ndarray, *, choice: bool) -> np.ndarray:
    """Return the confidence of every candidate of a page."""
    if not group.features:
        return np.zeros(0)
    score = np.array([weights[-1] + sum(weights[index[n]] for n in f if n in index) for f in group.features])
    if not choice:
        return 1 / (1 + np.exp(-score))
    top = max(0.0, score.max())
    power = np.exp(score - top)
    return power / (power.sum() + np.exp(-top))


def out_of_fold(groups: list[Group], penalty: float, *, choice: bool) -> list[np.ndarray]:
    """Return every page's confidences from weights that never saw its host."""
    fold = [int(hashlib.sha256(group.host.encode()).hexdigest(), 16) % FOLDS for group in groups]
    out: list[np.ndarray] = [np.zeros(0)] * len(groups)
    for number in range(FOLDS):
        others = [group for group, its in zip(groups, fold, strict=True) if its != number]
        index = index_of(others)
        weights = fit(others, index, penalty, choice=choice)
        for at, its in enumerate(fold):
            if its == number:
                out[at] = shares_of(groups[at], index, weights, choice=choice)
    return out


# ------------------------------------------------------------------------------------------------ figures
def choice_figures(groups: list[Group], shares: list[np.ndarray], threshold: float) -> dict[str, float]:
    """Return how often the top candidate is right where the page has a gold, and answers where it has none."""
    right = answered = dated = without = 0
    for group, share in zip(groups, shares, strict=True):
        best = int(np.argmax(share)) if len(share) else -1
        given = best >= 0 and share[best] >= threshold
        if group.facts.get("dated", True):
            dated += 1
            right += bool(given and group.right[best])
        else:
            without += 1
            answered += given
    out = {"right": round(right / dated, 3), "pages": dated}
    return (
        {**out, "answered without": round(float(answered / without), 3), "pages without": without} if without else out
    )


def author_figures(groups: list[Group], shares: list[np.ndarray], threshold: float) -> dict[str, float]:
    """Return the mean F1 of the sets of names, and the answers where the gold names nobody."""
    scores, invented, without = [], 0, 0
    for group, share in zip(groups, shares, strict=True):
        chosen = authors.choose(group.facts["pool"], list(share), threshold)
        given = {names.key_of(one.value.name) for one in chosen}
        gold = group.facts["gold"]
        if gold:
            scores.append(2 * len(given & gold) / (len(given) + len(gold)))
        else:
            without += 1
            invented += bool(given)
    return {"set F1": round(float(np.mean(scores)), 3), "answered without": round(invented / without, 3)}


def kind_figures(groups: list[Group], shares: list[np.ndarray], threshold: float) -> dict[str, float]:
    """Return the share of articles kept and of others rejected, of the pages that do not say outright what they are."""
    kept = [share[0] >= threshold for group, share in zip(groups, shares, strict=True) if group.right[0]]
    lost = [share[0] < threshold for group, share in zip(groups, shares, strict=True) if not group.right[0]]
    return {"articles kept": round(float(np.mean(kept)), 3), "others rejected": round(float(np.mean(lost)), 3)}


@dataclass(frozen=True)
class Task:
    """How one model is learnt."""

    groups: Callable[[Path, Path | None], list[Group]]
    choice: bool
    penalty: float
    threshold: float
    figures: Callable[[list[Group], list[np.ndarray], float], dict[str, float]]


TASKS = {
    "title": Task(lambda corpora, _: titles(corpora), True, 2.0, 0.0, choice_figures),
    "published": Task(lambda corpora, _: days(corpora), True, 2.0, 0.28, choice_figures),
    "authors": Task(lambda corpora, _: bylines(corpora), False, 1.4, 0.3, author_figures),
    "page_type": Task(kinds, False, 3.3, 0.27, kind_figures),
}


def main() -> None:
    """Learn the models named, all by default, and write them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("sites", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=Path("data/models"))
    parser.add_argument("--only", choices=sorted(TASKS), action="append")
    given = parser.parse_args()
    for name in given.only or TASKS:
        task = TASKS[name]
        groups = task.groups(given.corpora, given.sites)
        figures = task.figures(groups, out_of_fold(groups, task.penalty, choice=task.choice), task.threshold)
        index = index_of(groups)
        weights = fit(groups, index, task.penalty, choice=task.choice)
        named = {feature: round(float(weights[column]), 3) for feature, column in index.items()}
        written = {
            "learnt by": "tests/training/rankers.py",
            "five folds by host": figures,
            "threshold": task.threshold,
            "weights": {"bias": round(float(weights[-1]), 3)} | {n: w for n, w in named.items() if abs(w) >= 0.02},
        }
        text = json.dumps(written, ensure_ascii=False, indent=1) + "\n"
        (given.out / f"{name}.json").write_text(text, encoding="utf-8")
        print(name, len(groups), "pages", figures)


if __name__ == "__main__":
    main()
