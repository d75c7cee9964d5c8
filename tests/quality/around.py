"""Measures of the fields around the body, on pages labelled by hand: bio, related posts, tags, leaks into the body.

What counts is defined by the corpus's README: a bio is right from a word F1 of .5 on; optional links count neither way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from tests.quality.pages import Scored

_WORD = re.compile(r"\w+")
_TRACKING = re.compile(r"(?:utm_.*|fbclid|gclid|msclkid|mc_[ce]id|srsltid|ref|_hs.*|igshid)$", re.I)
RIGHT = 0.5
"""Word F1 from which on a bio is right."""
RUN_WORDS = 8
"""A bio leaks when half of its runs of so many words stand in the body."""


def _words(text: str | None) -> list[str]:
    return _WORD.findall((text or "").casefold())


def _f1(answer: Sequence[str], gold: Sequence[str]) -> float:
    if not answer or not gold:
        return float(not answer and not gold)
    hits = (Counter(answer) & Counter(gold)).total()
    return 2 * hits / (len(answer) + len(gold))


def _bio_score(page: Scored) -> float:
    """Return the best word F1 over the accepted texts; nothing expected and nothing given is 1, one of the two 0."""
    accepted = [page.gold["author_bio"], *page.gold.get("author_bio_alt", [])]
    accepted += [None] * bool(page.gold.get("author_bio_optional"))
    return max(_f1(_words(page.record["author_bio"]), _words(text)) for text in accepted)


def author_bio(pages: Sequence[Scored]) -> float:
    """Mean word F1 of the author's bio."""
    return fmean(_bio_score(page) for page in pages)


def author_bio_precision(pages: Sequence[Scored]) -> float:
    """Share of the bios given that are right."""
    return fmean(_bio_score(page) >= RIGHT for page in pages if page.record["author_bio"])


def unmarked_bios(pages: Sequence[Scored]) -> float:
    """Share of the bios without any telling name around them that are found."""
    there = [page for page in pages if page.gold["author_bio"] and not page.gold.get("author_bio_optional")]
    return fmean(
        bool(page.record["author_bio"]) and _bio_score(page) >= RIGHT for page in there if not page.gold["bio_marked"]
    )


def _address(item: Any, base: str) -> tuple[str, str, str]:
    """Return what makes two links the same page."""
    found = urlsplit(urljoin(base, item["url"] if isinstance(item, dict) else item))
    query = [
        (name, value) for name, value in parse_qsl(found.query, keep_blank_values=True) if not _TRACKING.match(name)
    ]
    return (found.hostname or "").removeprefix("www."), found.path.rstrip("/"), urlencode(sorted(query))


def related(pages: Sequence[Scored]) -> float:
    """Mean F1 of the set of related addresses."""
    scores = []
    for page in pages:
        base = page.gold["url"]
        ignored = {_address(item, base) for item in page.gold.get("related_optional", [])} | {_address(base, base)}
        wanted = {_address(item, base) for item in page.gold["related"]}
        given = {_address(item, base) for item in page.record["related"]} - ignored
        hits = len(wanted & given)
        scores.append(2 * hits / (len(wanted) + len(given)) if wanted or given else 1.0)
    return fmean(scores)


def tags(pages: Sequence[Scored]) -> float:
    """Mean F1 of the set of tags."""
    scores = []
    for page in pages:
        wanted, given = ({" ".join(_words(tag)) for tag in side["tags"]} for side in (page.gold, page.record))
        scores.append(2 * len(wanted & given) / (len(wanted) + len(given)) if wanted or given else 1.0)
    return fmean(scores)


def no_leak(pages: Sequence[Scored]) -> float:
    """Share of the pages with a bio or related titles whose body holds neither."""
    clean = []
    for page in pages:
        text = f" {' '.join(_words(page.record['text']))} "
        titles = [_words(item["title"]) for item in page.gold["related"] if not item.get("in_body")]
        probes = [title for title in titles if len(title) >= 4]
        bio = _words(page.gold["author_bio"]) if not page.gold.get("bio_in_body") else []
        if not probes and not bio:
            continue
        runs = [bio[at : at + RUN_WORDS] for at in range(max(1, len(bio) - RUN_WORDS + 1))] if bio else []
        leaked = bio and sum(f" {' '.join(run)} " in text for run in runs) * 2 >= len(runs)
        clean.append(not leaked and not any(f" {' '.join(title)} " in text for title in probes))
    return fmean(clean)


def modified(pages: Sequence[Scored]) -> float:
    """Share of the stated days of change that are met."""
    dated = [page for page in pages if page.gold.get("modified")]
    return fmean(
        (page.record["modified"] or "")[:10] in (page.gold["modified"], *page.gold.get("modified_alt", []))
        for page in dated
    )
