"""Archives for measuring: any number of articles put together from real paragraphs, the same every time.

The paragraphs of the development corpora are dealt out by a seeded generator: an article takes a run of paragraphs from
two or three pages, so that words that belong together stand together and word frequencies are those of real text.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from pipelines import Archive
from scraper.article import Article, Author
from tests.shared import SHARED

CORPORA = ("wcxb-dev-articles", "zyte-dev")
WORDS_PER_ARTICLE = 400
"""Words a typical post has; the middle of the corpora."""
SITES = 200
AUTHORS = 2_000
BATCH = 2_000
RARE_PAGES = 6
COMMON_WORDS = 3_000
FETCHED_AT = "2024-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Pages:
    titles: tuple[str, ...]
    paragraphs: tuple[tuple[str, ...], ...]


@cache
def pages() -> Pages:
    """Return the titles and paragraphs of the corpora's pages."""
    titles, paragraphs = [], []
    for corpus in CORPORA:
        for line in (SHARED / "corpora" / corpus / "manifest.jsonl").read_text(encoding="utf-8").split("\n"):
            if not line:
                continue
            gold = json.loads(line)["gold"]
            blocks = tuple(block for block in (gold.get("text") or "").split("\n\n") if block.strip())
            if blocks:
                paragraphs.append(blocks)
                titles.append(gold.get("title") or blocks[0][:60])
    return Pages(tuple(titles), tuple(paragraphs))


def articles(count: int, seed: int = 7) -> Iterator[Article]:
    """Yield *count* articles; the first n of a larger count are the same."""
    source = pages()
    chance = random.Random(seed)
    words = [title.split() for title in source.titles]
    for number in range(count):
        site = f"blog{chance.randrange(SITES)}.example"
        one, two = chance.choice(words), chance.choice(words)
        title = " ".join(one[: chance.randint(2, 7)] + two[-chance.randint(1, 4) :])
        day = f"{chance.randint(2005, 2024)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        yield Article(
            url=f"https://{site}/{number}/",
            site=site,
            title=title,
            authors=(Author(f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"),),
            published=day,
            language="en",
            word_count=WORDS_PER_ARTICLE,
            tags=tuple(chance.sample(_TAGS, 3)),
            text=_text(source, chance),
        )


def _text(source: Pages, chance: random.Random) -> str:
    wanted = int(chance.lognormvariate(0, 0.6) * WORDS_PER_ARTICLE)
    taken: list[str] = []
    while wanted > 0:
        page = chance.choice(source.paragraphs)
        start = chance.randrange(len(page))
        for paragraph in page[start : start + chance.randint(2, 8)]:
            taken.append(paragraph)
            wanted -= paragraph.count(" ") + 1
            if wanted <= 0:
                break
    return "\n\n".join(taken)


_FIRST = "Ada Bo Cleo Dan Eva Finn Gia Hal Ida Jon Kim Leo Mia Ned Oda Pia Rex Sue Tom Una".split()
_LAST = "Abel Berg Cole Dorn Eide Falk Gray Holm Ives Jung Kaya Lund Moor Nash Ott Penn Roth Shaw Thor Wood".split()
_TAGS = "running food travel code music garden money health books film art history science home school".split()


def build(path: Path, count: int) -> None:
    """Make an archive of *count* articles at *path*, unless it is there."""
    if path.exists():
        return
    unfinished = path.with_name(f"unfinished-{path.name}")
    for old in path.parent.glob(f"unfinished-{path.name}*"):
        old.unlink()
    with Archive(unfinished) as archive:
        waiting = articles(count)
        while batch := list(islice(waiting, BATCH)):
            with archive.transaction():
                for article in batch:
                    archive.file(article, fetched_at=FETCHED_AT)
        archive.optimize()
    unfinished.rename(path)


def queries(count: int, seed: int = 11) -> tuple[str, ...]:
    """Return *count* searches as people type them: words that stand together somewhere, titles, common words."""
    source = pages()
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        words = [word for word in chance.choice(chance.choice(source.paragraphs)).split() if word.isalpha()]
        if len(words) < 8:
            continue
        at = chance.randrange(len(words) - 5)
        kind = len(found) % 5
        if kind == 0:
            found.append(max(words[at : at + 6], key=len))
        elif kind == 1:
            found.append(" ".join(sorted(words[at : at + 6], key=len)[-2:]))
        elif kind == 2:
            found.append(" ".join(words[at : at + 3]))
        elif kind == 3:
            found.append(f'"{words[at]} {words[at + 1]}"')
        else:
            found.append(" ".join(chance.choice(source.titles).split()[:4]))
    return tuple(found)


def rare_queries(count: int, seed: int = 13) -> tuple[str, ...]:
    """Return *count* searches for something in particular: a word of a handful of pages, half of them with a common
    one."""
    source = pages()
    chance = random.Random(seed)
    spread = Counter(
        word
        for blocks in source.paragraphs
        for word in set(" ".join(blocks).lower().split())
        if word.isalpha() and len(word) > 4
    )
    rare = sorted(word for word, found in spread.items() if found <= RARE_PAGES)
    common = [word for word, _ in spread.most_common(COMMON_WORDS)]
    return tuple(chance.choice(rare) + (f" {chance.choice(common)}" if number % 2 else "") for number in range(count))
