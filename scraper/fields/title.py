"""The headline, and the block it stands in, which anchors every other field: dates and names count most near it.

Every heading near the top, and everything the head and the structured data call the page's title, with and without the
site's name, is a candidate; what counts is how many of them say the same words. The weights are learnt
(``data/models/title.json``), because no order of sources is right: the first h1 is the headline on four pages of five,
and the site's name or a slogan on most others.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from scraper.article import Found
from scraper.blocks import Frame
from scraper.hints import Hint
from scraper.marks import Marks
from scraper.ranking import Candidate, model, softmax
from scraper.standards.structured import ARTICLE_TYPES, types_of
from scraper.text import fold, plain

MAX_CHARS = 400
"""Longer texts are no headlines; also the most that is kept of one."""
TOP_HEADINGS = 14
"""Headings looked at, in page order; further down they head sections and widgets."""
AGREED = 0.965
"""How often the only h1 is the headline where the title element begins with it or og:title is it (412 of 793 pages)."""
UNREPEATED = 3.0
"""Log odds taken from a heading without one word of the head's, where the structured data declares a headline."""
MAX_GIVEN = 6
"""Candidates kept as evidence."""
_HEADINGS = ("h1", "h2", "h3")
# What separates a headline from the site's name: spaces required except around a bar and two colons, so that no
# compound is cut.
_SUFFIX = re.compile(r"\s+[|\-–—·»«:/•>~⋆★←→]\s+|\s*[|｜]\s*|\s+_\s+|\s*::\s*|\s*_(?=[^\W\d_a-z])|:\s+")
_STRONG_SUFFIX = re.compile(r"\s+[|\-–—·»«/•>~⋆★←→]\s+|\s*[|｜]\s*|\s+_\s+|\s*::\s*")
_WIDGETS = (
    Hint.COMMENTS
    | Hint.RELATED
    | Hint.RECENT
    | Hint.SIDEBAR
    | Hint.NAV
    | Hint.SITE_FOOTER
    | Hint.MODAL
    | Hint.NEWSLETTER
    | Hint.CARDS
).value
_SITE_HEADS = (Hint.SITE_HEADER | Hint.NAV).value
_METAS = (
    ("og:title", "og"),
    ("twitter:title", "twitter"),
    ("dc.title", "meta"),
    ("dcterms.title", "meta"),
    ("citation_title", "meta"),
    ("parsely-title", "meta"),
    ("sailthru.title", "meta"),
    ("title", "meta"),
    ("headline", "meta"),
)


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return title candidates, best first, and set ``marks.headline`` to the block that holds the winner."""
    agreed = _agreed(marks)
    if agreed:
        return agreed
    pool = candidates(marks)
    learnt = model("title")
    scores = [learnt.score(candidate.features) for candidate in pool]
    if any("ld" in candidate.features for candidate in pool):
        # Seldom seen on the corpora, so not learnt: a heading nothing in the head repeats, beside a declared headline.
        unrepeated = [candidate.features >= _UNREPEATED for candidate in pool]
        if any(unrepeated):
            for index, candidate in enumerate(pool):
                scores[index] += UNREPEATED * (("ld" in candidate.features) - unrepeated[index])
    shares = softmax(scores)
    ranked = sorted(zip(shares, pool, strict=True), key=lambda pair: -pair[0])
    if ranked and marks.headline < 0:
        marks.headline = _block_of(marks, ranked[0][1].value)
        if marks.headline < 0:
            marks.headline = _nearest_heading(marks, ranked[0][1].value)
    return tuple(
        Found(candidate.value, candidate.source, share, candidate.raw[:MAX_CHARS])
        for share, candidate in ranked[:MAX_GIVEN]
    )


_UNREPEATED = frozenset(("h1", "said:0", "h1|title:none"))


def _agreed(marks: Marks) -> tuple[Found[str], ...]:
    """Return the page's one h1 where the head plainly repeats it, with what the head says; else nothing.

    Half of all pages are so, and the weights would choose the same heading; this saves them the weighing.
    """
    page = marks.page
    frames = [frame for frame in page.frames if frame.tag == "h1" and frame.last > frame.first]
    if len(frames) != 1 or frames[0].last - frames[0].first != 1 or not page.title:
        return ()
    block = page.blocks[frames[0].first]
    key = fold(block.text)
    og = page.meta("og:title")
    is_repeated = fold(page.title).startswith(key) or fold(og or "") == key
    if not is_repeated or block.linked or len(key.split()) < 3 or len(key) > MAX_CHARS:
        return ()
    sites = site_keys(page.meta("og:site_name", "application-name"), page.url)
    if key in sites or "h1|in widget" in _place(marks, frames[0]):
        return ()
    if marks.headline < 0:
        marks.headline = block.index
    said = (("meta:og:title", og), ("title", page.title))
    rivals = [Found(plain(text), source, 0.02, text[:MAX_CHARS]) for source, text in said if text]
    return (Found(block.text, "h1", AGREED, block.text), *rivals)


def candidates(marks: Marks) -> list[Candidate[str]]:
    """Return every distinct title the page offers, with its features."""
    pool = _Pool(marks)
    _add_headings(pool, marks)
    _add_structured(pool, marks)
    _add_head(pool, marks)
    pool.add_agreement()
    return list(pool.by_key.values())


class _Pool:
    """The candidates by their words, and what they are compared with."""

    def __init__(self, marks: Marks) -> None:
        page = marks.page
        self.by_key: dict[str, Candidate[str]] = {}
        self.site_keys = site_keys(
            page.meta("og:site_name", "application-name", "apple-mobile-web-app-title"), page.url
        )
        self.title_key = fold(page.title or "")
        self.og_key = fold(page.meta("og:title", "twitter:title") or "")
        self.slug = slug_words(page.url)
        self.h1_count = 0

    def add(self, value: str, source: str, raw: str, *features: str) -> None:
        """Add a value, or its features to the candidate with the same words."""
        value = value.strip()
        if not value or len(value) > MAX_CHARS:
            return
        key = fold(value)
        if not key:
            return
        candidate = self.by_key.get(key)
        if candidate is None:
            candidate = self.by_key[key] = Candidate(value, source, raw)
        candidate.features.update(features)

    def add_cuts(self, value: str, source: str, name: str) -> None:
        """Add a text of the head, whole and without the segments that may be the site's name."""
        self.add(value, source, value, name)
        for how, cut in cuts(value, self.site_keys):
            self.add(cut, source, value, f"{name}{how}")

    def add_agreement(self) -> None:
        """Add to every candidate how far title element, og:title and address repeat its words."""
        title, og = set(self.title_key.split()), set(self.og_key.split())
        slug = self.slug
        several = "h1s:1" if self.h1_count == 1 else "h1s:0" if not self.h1_count else "h1s:many"
        for key, candidate in self.by_key.items():
            words = key.split()
            features = candidate.features
            in_title = _share(words, title)
            in_slug = _share(words, slug) if slug else "none"
            shown = "h1" if "h1" in features else "h1+" if "h1+" in features else "h" if "h" in features else "said"
            features.update(
                (
                    f"{shown}|title:{in_title}",
                    f"{shown}|og:{_share(words, og) if og else 'none'}",
                    f"slug:{in_slug}",
                    f"{shown}|slug:{in_slug}",
                    f"covers slug:{_share(list(slug), set(words)) if slug else 'none'}",
                    f"words:{_size(len(words), len(key))}",
                    f"{shown}|{several}",
                    f"said:{min(4, len(_SAID & features))}",
                )
            )
            if key in self.site_keys:
                features.add("is site")
            if key in self.title_key:
                features.add("title starts" if self.title_key.startswith(key) else "title holds")
            elif self.title_key and self.title_key in key:
                features.add("holds title")
            if key == self.og_key:
                features.add(f"{shown}|is og")
            if shown == "said":
                features.update(self._against_h1(key, words))

    def _against_h1(self, key: str, words: list[str]) -> list[str]:
        """Return how a candidate that no heading shows stands to the first h1."""
        first = next((other for other, candidate in self.by_key.items() if "h1" in candidate.features), None)
        if first is None:
            return ["no h1"]
        if key in first:
            return ["within h1"]
        if first in key:
            return ["holds h1"]
        return [f"h1 in it:{_share(first.split(), set(words))}"]


_SAID = frozenset("ld og og< og<< og> twitter twitter< title title< title<< title> meta meta< ld-name itemprop".split())


def _share(words: list[str], others: set[str] | frozenset[str]) -> str:
    """Return which part of *words* stands among *others*: ``none``, ``few``, ``some``, ``most`` or ``all``."""
    if not words:
        return "none"
    share = len([word for word in words if word in others]) / len(words)
    return "all" if share == 1 else "most" if share >= 0.7 else "some" if share >= 0.35 else "few" if share else "none"


def _size(words: int, chars: int) -> str:
    if words <= 2 and chars > 16:
        return "3-5"  # a script without spaces
    return "1" if words == 1 else "2" if words == 2 else "3-5" if words <= 5 else "6-14" if words <= 14 else "15+"


# ------------------------------------------------------------------------------------------------ headings
def _add_headings(pool: _Pool, marks: Marks) -> None:
    page = marks.page
    looked = 0
    seen: set[str] = set()
    for frame in page.frames:
        if frame.tag not in _HEADINGS or frame.last <= frame.first:
            continue
        looked += 1
        if looked > TOP_HEADINGS and (pool.h1_count or frame.tag != "h1"):
            if looked > 5 * TOP_HEADINGS:
                break
            continue
        _add_heading(pool, marks, frame, seen)


def _add_heading(pool: _Pool, marks: Marks, frame: Frame, seen: set[str]) -> None:
    blocks = marks.page.blocks[frame.first : frame.last]
    text = blocks[0].text if len(blocks) == 1 else " ".join([block.text for block in blocks[:4]])
    name = frame.tag
    if name == "h1":
        pool.h1_count += 1
        name = "h1" if pool.h1_count == 1 else "h1+"
    else:
        name = "h"
    features = [name, frame.tag]
    if frame.tag not in seen:
        features.append(f"first {frame.tag}")
        seen.add(frame.tag)
    features += _place(marks, frame)
    if sum([block.linked - block.words for block in blocks]) >= 0:
        features.append(f"{name}|linked")
    pool.add(text, frame.tag, text, *features)
    if len(blocks) > 1:
        pool.add(blocks[0].text, frame.tag, text, "part", f"{name} part")
    if name == "h1":
        for how, cut in cuts(text, pool.site_keys, _STRONG_SUFFIX):
            pool.add(cut, frame.tag, text, f"h1{how}")


def _place(marks: Marks, frame: Frame) -> list[str]:
    """Return what the place of a heading says: the hints around it, and whether prose stands above it."""
    around, tags = _around(marks, frame.parent)
    around |= frame.hints
    kind = "h1" if frame.tag == "h1" else "h"
    features = []
    if around & _WIDGETS or not tags.isdisjoint(_BESIDE):
        features.append(f"{kind}|in widget")
    if around & _SITE_HEADS:
        features.append(f"{kind}|in site header")
    if "article" in tags or "main" in tags:
        features.append(f"{kind}|in article")
    if frame.hints & Hint.TITLE.value:
        features.append(f"{kind}|title class")
    if frame.itemprop in ("headline", "name"):
        features.append("itemprop")
    above = marks.prose.prose_in(0, frame.first)
    if above > 0.5 * marks.prose.prose[-1]:
        features.append(f"{kind}|below prose")
    elif above > 0.1 * marks.prose.prose[-1]:
        features.append(f"{kind}|some prose above")
    if marks.prose.prose_in(frame.last, min(frame.last + 12, len(marks.page.blocks))) > 40:
        features.append(f"{kind}|prose follows")
    return features


_NOWHERE: tuple[int, frozenset[str]] = (0, frozenset())
_TOLD_TAGS = frozenset(("aside", "footer", "nav", "article", "main"))
_BESIDE = frozenset(("aside", "footer", "nav"))


def _around(marks: Marks, frame: int) -> tuple[int, frozenset[str]]:
    """Return (hints, telling tags) of a frame and its ancestors together, body and html left out; each is looked at
    once a page, because headings share most of them."""
    known: dict[int, tuple[int, frozenset[str]]] = marks.memo.setdefault("around headings", {-1: _NOWHERE})
    frames = marks.page.frames
    pending = []
    while frame not in known:
        pending.append(frame)
        frame = frames[frame].parent
    hints, tags = known[frame]
    for index in reversed(pending):
        this = frames[index]
        if this.tag not in ("body", "html"):
            hints |= this.hints
            if this.tag in _TOLD_TAGS:
                tags |= {this.tag}
        known[index] = (hints, tags)
    return hints, tags


# ------------------------------------------------------------------------------------------------ what the head says
def _add_structured(pool: _Pool, marks: Marks) -> None:
    count = 0
    for node in marks.page.json_ld:
        types = types_of(node)
        if types & ARTICLE_TYPES:
            count += 1
            name = "ld" if count == 1 else "ld+"
            headline = plain(node.get("headline"))
            if headline:
                pool.add_cuts(headline, "json-ld:headline", name)
            title = plain(node.get("name"))
            if title and title != headline:
                pool.add_cuts(title, "json-ld:name", "ld-name")
        elif "webpage" in types or "itempage" in types:
            title = plain(node.get("headline")) or plain(node.get("name"))
            if title:
                pool.add_cuts(title, "json-ld:name", "ld-page")
        if count > 2:
            break


def _add_head(pool: _Pool, marks: Marks) -> None:
    page = marks.page
    for name, feature in _METAS:
        value = page.meta(name)
        if value:
            pool.add_cuts(plain(value), f"meta:{name}", feature)
    if page.title:
        pool.add_cuts(plain(page.title), "title", "title")
    shown = 0
    for mark in page.walked.marks:
        named = mark.itemprop in ("headline", "name")
        if not named and (not mark.hints & Hint.TITLE.value or mark.tag in _HEADINGS):
            continue
        if mark.last - mark.first > 12 or mark.last <= mark.first or (mark.itemprop == "name" and mark.tag != "h1"):
            continue
        shown += 1
        if shown > 10:
            break
        text = page.walked.text_of(mark.first, mark.last)
        pool.add(
            text, "class:title", text, "itemprop" if named else "title class", f"shown {shown}" if shown < 3 else ""
        )


def cuts(title: str, sites: frozenset[str], separators: re.Pattern[str] = _SUFFIX) -> list[tuple[str, str]]:
    """Return (how, cut title) pairs: ``<`` less the last segment, ``<<`` less two, ``>`` less the first.

    ``<site`` and ``>site`` say that the segment cut away is the site's name.

    >>> cuts("Bread | Recipes | The Slow Oven", frozenset({"the slow oven"}))
    [('<site', 'Bread | Recipes'), ('<<', 'Bread')]
    """
    found = [*separators.finditer(title[: 2 * MAX_CHARS])]
    if not found:
        return []
    out = []
    if fold(title[found[-1].end() :]) in sites:
        out.append(("<site", title[: found[-1].start()]))
    elif fold(title[: found[0].start()]) in sites:
        out.append((">site", title[found[0].end() :]))
    else:
        out += [("<", title[: found[-1].start()]), (">", title[found[0].end() :])]
    if len(found) > 1:
        out.append(("<<", title[: found[-2].start()]))
        if found[0].start() != found[-2].start():
            out.append(("<1", title[: found[0].start()]))
    return out


@lru_cache(maxsize=256)
def site_keys(site_name: str | None, url: str | None) -> frozenset[str]:
    """Return what the site may be called, folded: its declared name, its host with and without the ending.

    >>> sorted(site_keys("The Slow Oven", "https://www.slow-oven.example.org/a"))
    ['example', 'slow oven', 'slow oven example', 'slow oven example org', 'slowoven', 'the slow oven', 'theslowoven']
    """
    keys = set()
    if site_name:
        name = fold(site_name)
        keys |= {name, name.replace(" ", "")}
    host = (url or "").split("//", 1)[-1].split("/", 1)[0].split(":")[0].lower().removeprefix("www.")
    labels = host.split(".")
    for stop in range(1, len(labels) + 1):
        keys.add(fold(" ".join(labels[:stop]).replace("-", " ")))
    if len(labels) > 1:
        keys |= {fold(labels[-2].replace("-", " ")), labels[0].replace("-", "")}
    return frozenset(key for key in keys if key)


_WORD_BREAKS = re.compile(r"[-_+.\s]+")
_STOP = frozenset(("html", "htm", "php", "aspx", "asp", "index"))


def slug_words(url: str | None) -> frozenset[str]:
    """Return the words of the last part of an address's path that has any, folded; empty when it holds none.

    >>> sorted(slug_words("https://a.example/2021/07/back-pain-after-running.html"))
    ['after', 'back', 'pain', 'running']
    """
    if not url:
        return frozenset()
    path = url.split("//", 1)[-1].partition("/")[2].split("?")[0].split("#")[0]
    for segment in reversed(path.split("/")[-3:]):
        words = [w for w in fold(_WORD_BREAKS.sub(" ", unquote(segment))).split() if w not in _STOP and not w.isdigit()]
        if words:
            return frozenset(words)
    return frozenset()


def _block_of(marks: Marks, title: str) -> int:
    """Return the block that is the title: a heading first, then any short block; -1 when none is."""
    key = fold(title)
    first = key.split(" ", 1)[0]
    found = holding = -1
    for block in marks.page.blocks:
        if block.words > 60 or len(block.text) < len(title) - 12 or first not in block.text.lower():
            continue
        own = fold(block.text)
        if own == key:
            if block.tag in _HEADINGS:
                return block.index
            found = block.index if found < 0 else found
        elif holding < 0 and block.tag in _HEADINGS and (key in own or own in key):
            holding = block.index
    return found if found >= 0 else holding


def _nearest_heading(marks: Marks, title: str) -> int:
    """Return the first block of the heading that shares most words with a title no block repeats; -1 for no heading."""
    words = frozenset(fold(title).split())
    best, most = -1, -1.0
    for looked, frame in enumerate(frame for frame in marks.page.frames if frame.tag in _HEADINGS):
        if looked >= TOP_HEADINGS:
            break
        if frame.last > frame.first:
            own = fold(marks.page.blocks[frame.first].text).split()
            share = sum(word in words for word in own) / max(len(own), 1) + (0.3 if frame.tag == "h1" else 0)
            if share > most:
                best, most = frame.first, share
    return best
