"""The authors, in byline order, each with the address of the author's page where the byline links it.

Candidates are single names (``scraper.bylines``); the weights are learnt (``data/models/authors.json``). When the
surest name came from a list ("By A, B and C"), the rest of that list follows it. The site's owner is no byline.
"""

from __future__ import annotations

from scraper.article import Author, Found
from scraper.bylines import MAX_AUTHORS, Bylines
from scraper.marks import Marks
from scraper.names import key_of
from scraper.ranking import Candidate, logistic, model

MAX_GIVEN = 6
"""Answers kept as evidence."""
MATES_THRESHOLD = 0.15
"""Confidence from which another name of the surest name's own list is answered."""
RIVALS_THRESHOLD = 0.65
"""Confidence from which a name that stands somewhere else than the surest one is answered beside it."""


def find(marks: Marks) -> tuple[Found[tuple[Author, ...]], ...]:
    """Return the authors: the answer first, then the rival names alone; empty when nobody is named surely enough."""
    if marks.page.is_dump:
        return ()
    read = Bylines(marks)
    read.read_head()
    agreed = read.agreed()
    if agreed:
        return agreed
    pool = read.complete()
    if not pool:
        return ()
    learnt = model("authors")
    sure = {id(one): logistic(learnt.score(one.features)) for one in pool}
    chosen = choose(pool, [sure[id(one)] for one in pool], learnt.threshold)
    out: list[Found[tuple[Author, ...]]] = []
    if chosen:
        best = max(chosen, key=lambda one: sure[id(one)])
        confidence = min(sure[id(best)], max(sure[id(one)] for one in chosen))
        out.append(Found(tuple(one.value for one in chosen), best.source, confidence, best.raw))
        rivals = [one for one in pool if one not in chosen]
        rivals.sort(key=lambda one: -sure[id(one)])
        out += [Found((one.value,), one.source, sure[id(one)], one.raw) for one in rivals[: MAX_GIVEN - 1]]
    return tuple(out)


def choose(pool: list[Candidate[Author]], shares: list[float], threshold: float) -> list[Candidate[Author]]:
    """Return the names to answer, in the order of the byline they stand in."""
    if not pool:
        return []
    best = max(range(len(pool)), key=lambda index: shares[index])
    if shares[best] < threshold:
        # A person the article's structured data names is answered whatever the weights say: there may be nothing else.
        return [one for one in pool if _DECLARED_PERSON & one.features and not _DOUBTFUL & one.features][:MAX_AUTHORS]
    top = pool[best]
    mates = {feature for feature in top.features if feature.startswith("list:")}
    is_person = not _NO_PERSON & top.features
    chosen = []
    for one, share in zip(pool, shares, strict=True):
        if one is top:
            chosen.append(one)
            continue
        # Beside a person's full name a login, a firm or the site is that person's, not another author.
        if is_person and _NO_PERSON & one.features and share < shares[best]:
            continue
        if share >= RIVALS_THRESHOLD or (mates & one.features and share >= MATES_THRESHOLD):
            chosen.append(one)
    return _without_repeats(chosen)[:MAX_AUTHORS]


_DECLARED_PERSON = frozenset(("ld:person", "ld:string", "itemprop|near", "rel|near"))
_NO_PERSON = frozenset(("login", "one word", "group", "is site"))
_DOUBTFUL = frozenset(("is site", "login", "part of another", "byline names another"))


def _without_repeats(chosen: list[Candidate[Author]]) -> list[Candidate[Author]]:
    """Return the names without those that are a part of another one ("Ann" beside "Ann Lee")."""
    keys = [set(key_of(one.value.name).split()) for one in chosen]
    return [
        one
        for index, one in enumerate(chosen)
        if not any(keys[index] < keys[other] for other in range(len(chosen)) if other != index)
    ]


def candidates(marks: Marks) -> list[Candidate[Author]]:
    """Return every distinct name that may be an author's, what the head names first."""
    pool = Bylines(marks)
    pool.read_head()
    return pool.complete()
