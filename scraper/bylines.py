"""Bylines: every name a page gives that may be its author's, with what speaks for and against it.

From the structured data, the metas, and the page: elements that say so, links to author pages, "By …", a name alone on
its line. By far the strongest fact is standing near the headline, so the rest of the text is read only where nothing
there names anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from scraper.article import Author, Found
from scraper.blocks import Anchor, Block, Mark
from scraper.hints import Hint
from scraper.marks import Marks
from scraper.names import (
    DECLARED,
    NAMED,
    STRICT,
    clean,
    far_starts,
    introduced,
    is_name,
    key_of,
    names_of,
    people_of,
    shape_of,
)
from scraper.phrases import kinds_of
from scraper.places import CLOSE_WIDGET, COMMENTS, NEAR, NEAR_AFTER, NEAR_BEFORE, NEAR_ZONES, places_of
from scraper.ranking import Candidate
from scraper.standards import date
from scraper.standards.structured import ARTICLE_TYPES, PAGE_TYPES, types_of
from scraper.text import fold, plain

AGREED = 0.985
"""How often a single name of the head that a byline by the headline repeats is the author (213 of 793 pages)."""
MAX_AUTHORS = 8
"""Authors of one post."""
BYLINE_CHARS = 200
"""Longest run read as a byline."""
MAX_MARKED = 40
"""Marked elements read."""
FAR_WORDS = 30
"""Longest run read away from the headline."""
LINE_WORDS = 16
"""Longest run near the headline that may be a name with role and date, though no word says so."""
MAX_NODES = 60
"""JSON-LD nodes looked at."""

_PATH = re.compile(
    r"/(?:authors?|autor(?:es|en)?|auteurs?|autore|people|person|profiles?|contributors?|writers?|staff|team|users?|"
    r"members?|by|@)/?[^/?#]",
    re.I,
)
_METAS = (
    ("author", "meta:author"),
    ("article:author", "meta:article:author"),
    ("article:author_name", "meta:article:author"),
    ("og:article:author", "meta:article:author"),
    ("og:author", "meta:article:author"),
    ("dc.creator", "meta:named"),
    ("dc.creator.personalname", "meta:named"),
    ("dcterms.creator", "meta:named"),
    ("parsely-author", "meta:named"),
    ("sailthru.author", "meta:named"),
    ("byl", "meta:named"),
    ("article_author", "meta:named"),
    ("cxenseparse:author", "meta:named"),
    ("citation_author", "meta:citation"),
)
_BY_WITHIN = re.compile(
    r"(?:(?:^|[|•·,\d)–—-]\s?)[Bb][Yy]|\b[Ww]ritten by|\b[Pp]osted by|\b[Pp]ublished by|\bauthored by):?\s(.{2,90})"
)
_ENDS = re.compile(r"\s(?:on|in|for)\s|\s?[|•·–—]\s?|\s(?=[A-Z][a-z]{2,8}\.? \d)|\n")
_WANTED = (Hint.AUTHOR | Hint.BYLINE).value


class Bylines:
    """The candidates by their compared form."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.page = marks.page
        self.by_key: dict[str, Candidate[Author]] = {}
        self.zone = places_of(marks).zone
        self.title_key = fold(marks.best("title") or "")
        site = self.page.meta("og:site_name", "application-name") or ""
        host = (self.page.url or "").split("//", 1)[-1].split("/", 1)[0].lower().removeprefix("www.")
        self.site_keys = {fold(site), fold(site).replace(" ", ""), host.split(".")[0], fold(host.replace(".", " "))} - {
            ""
        }
        self.lists = 0
        place = max(marks.headline, 0)
        self.first, self.last = place - NEAR_BEFORE, place + NEAR_AFTER + 1
        """The range of blocks around the headline."""
        dates = marks.memo.get("dates") or ()
        self.dated = {stated.block for stated in dates if stated.block >= 0}

    def read_head(self) -> None:
        """Read structured data and metas."""
        self.read_json_ld()
        self.read_metas()

    def complete(self) -> list[Candidate[Author]]:
        """Read the page as well and return all candidates.

        Where a byline by the headline names somebody, the rest of the text is not read: it could name only others.
        """
        self.read_marks()
        self.read_anchors(near=True)
        self.read_bylines()
        if not any(one.features & _SHOWN for one in self.by_key.values()):
            self.read_lines()
            self.read_far()
            self.read_anchors(near=False)
        self.compare()
        return list(self.by_key.values())

    def agreed(self) -> tuple[Found[tuple[Author, ...]], ...]:
        """Return the one person the head names, where a byline by the headline names the same one and nobody else.

        A quarter of all pages are so; weighing would say the same.
        """
        if len(self.by_key) != 1:
            return ()
        (one,) = self.by_key.values()
        name = one.value.name
        if "ld:organization" in one.features or " " not in name or not is_name(name):
            return ()
        for block in self._near:
            if name in block.text and block.words <= LINE_WORDS:
                kind, rest = introduced(block.text)
                if kind != "other" and names_of(self._pieces(block, rest), NAMED if kind else STRICT) == [name]:
                    url = self._url_in(block.first, block.last, name) or one.value.url
                    return (Found((Author(name, url),), one.source, AGREED, block.text[:80]),)
        return ()

    def add(self, names: list[str], source: str, raw: str, *features: str, url: str | None = None) -> None:
        """Add names of one place; several at once form a list."""
        several = ""
        if len(names) > 1:
            self.lists += 1
            several = f"list:{self.lists}"
        for position, name in enumerate(names):
            key = key_of(name)
            if not key or key == self.title_key:
                continue
            one = self.by_key.get(key)
            if one is None:
                one = self.by_key[key] = Candidate(Author(name, url), source, raw[:80])
            elif url and not one.value.url:
                one.value = Author(one.value.name, url)
            one.features.update(features)
            one.features.add("in list" if several else "alone")
            if several:
                one.features.update((several, "first of list" if position == 0 else "later in list"))

    # -------------------------------------------------------------------------------------------- the text
    @cached_property
    def _near(self) -> list[Block]:
        """The runs around the headline that are short enough for a byline."""
        blocks = self.page.blocks
        around = blocks[max(0, self.first) : self.last]
        return [block for block in around if block.index != self.marks.headline and len(block.text) <= BYLINE_CHARS]

    def read_bylines(self) -> None:
        """Read the runs by the headline whose words introduce a name: "By …", "3 May · by …", "Author:" above it."""
        for block in self._near:
            kind, rest = introduced(block.text)
            if kind:
                by = kind == "by"
                names = names_of(self._pieces(block, rest), NAMED if by else STRICT)
                self._add_run(block, names, "by" if by else "other's")
                continue
            inner = _BY_WITHIN.search(block.text) if block.words <= 40 and "by" in block.text.lower() else None
            if inner:
                self._add_run(block, names_of(_ENDS.split(inner.group(1)), NAMED), "by within")
            elif block.words <= LINE_WORDS and block.index:
                above = self.page.blocks[block.index - 1]
                label = kinds_of(above.text) if above.words <= 4 and not above.linked else frozenset()
                if "by_label" in label or "bio_heading" in label:
                    self._add_run(block, names_of(self._pieces(block, block.text), NAMED)[:3], "label above")

    def read_lines(self) -> None:
        """Read the runs by the headline that are, or begin with, what looks like a person's name."""
        for block in self._near:
            if block.words > LINE_WORDS or introduced(block.text)[0]:
                continue
            for pieces in self._around_dates(block):
                names = names_of(pieces)
                if names:
                    is_all = block.words <= len(" ".join(names).split()) + 1
                    self._add_run(block, names[:3], "line" if is_all else "line start")
                    break

    def read_far(self) -> None:
        """Read the runs away from the headline: those that introduce a name, and names the next run speaks of.

        One loop with the cheapest questions first: nearly all runs of a page answer no to all of them.
        """
        blocks = self.page.blocks
        starts = far_starts()
        end = len(blocks) - 1
        first, last = self.first, self.last
        for block in blocks:
            words = block.words
            if words > FAR_WORDS or first <= block.index < last:
                continue
            text = block.text
            if text[:3] in starts:
                kind, rest = introduced(text)
                if kind == "by":
                    self._add_run(block, names_of(self._pieces(block, rest), NAMED), "by")
            elif 2 <= words <= 5:
                following = blocks[block.index + 1] if block.index < end else block
                if following.words > 10 and following.text.startswith(text.split(" ", 1)[0]):
                    self._add_run(block, names_of([text]), "bio heading")
            elif "ritten by" in text:
                self._add_run(block, names_of([text.partition("ritten by")[2]], NAMED), "by within")

    def _around_dates(self, block: Block) -> Iterator[list[str]]:
        """Yield the pieces of a run; of one that holds a date, the text before it and the text after it."""
        pieces = self._pieces(block, block.text)
        if block.index not in self.dated:
            yield pieces
            return
        text = "\n".join(pieces)
        found = date.find(text, lang=self.page.lang)
        if found:
            yield text[: found[0].first].split("\n")
            yield _ENDS.split(text[found[-1].last :].lstrip(" ,|·•–—-/\n"))[:1]

    def _pieces(self, block: Block, rest: str) -> list[str]:
        """Return the block's pieces of text, from where *rest* begins."""
        if block.last - block.first <= 1:
            return [rest]
        skipped = len(block.text) - len(rest)
        out = []
        for text, *_ in self.page.walked.pieces[block.first : block.last]:
            squeezed = " ".join(text.split())
            if not squeezed:
                continue
            if skipped > 0:
                if skipped >= len(squeezed):
                    skipped -= len(squeezed) + 1
                    continue
                squeezed, skipped = squeezed[skipped:].lstrip(" :"), 0
            out.append(squeezed)
        return out or [rest]

    def _add_run(self, block: Block, names: list[str], kind: str) -> None:
        if not names:
            return
        zone = self.zone(block.index, block.frame)
        if zone == COMMENTS:
            return
        features = [f"{kind}|{zone}", f"zone:{zone}"]
        if kind.startswith("line"):
            near_date = any(at in self.dated for at in range(block.index - 2, block.index + 3))
            features.append(f"{kind}|{zone}|{'date beside' if near_date else 'no date'}")
        features += self._distance(block.index, zone)
        self.add(names, f"text:{kind}", block.text, *features, url=self._url_in(block.first, block.last, names[0]))

    def _distance(self, index: int, zone: str) -> list[str]:
        if zone not in NEAR_ZONES or self.marks.headline < 0:
            return []
        distance = index - self.marks.headline
        return [
            f"distance:{'before' if distance < 0 else distance if distance < 3 else '3-5' if distance < 6 else '6+'}"
        ]

    def _url_in(self, first: int, last: int, name: str) -> str | None:
        """Return the absolute address of the link whose text is the name, among the pieces first … last - 1."""
        seen = -1
        for text, _, anchor in self.page.walked.pieces[first:last]:
            if anchor >= 0 and anchor != seen:
                seen = anchor
                if key_of(text) == key_of(name) or name in text:
                    return self.page.absolute(self.page.walked.anchors[anchor].href)
        return None

    # -------------------------------------------------------------------------------------------- marked elements
    def read_marks(self) -> None:
        """Read the elements that say what they are: ``itemprop=author``, ``rel=author``, class author or byline."""
        read = 0
        for mark in self.page.walked.marks:
            prop = mark.itemprop.lower()
            rel = mark.rel == "author" or "author" in mark.rel.split()
            if not (rel or "author" in prop or "creator" in prop or mark.hints & _WANTED):
                continue
            if mark.last - mark.first > 30 or (mark.last <= mark.first and not mark.datetime):
                continue
            read += 1
            if read > MAX_MARKED:
                return
            self._read_mark(mark, prop, rel)

    def _read_mark(self, mark: Mark, prop: str, rel: bool) -> None:
        zone = self.zone(mark.block, mark.frame)
        if zone == COMMENTS:
            return
        texts = [
            squeezed
            for text, *_ in self.page.walked.pieces[mark.first : mark.last]
            if (squeezed := " ".join(text.split()))
        ]
        if not texts and prop and mark.datetime:
            texts = [mark.datetime]
        while len(texts) > 1 and (introduced(texts[0])[0] == "by" and not introduced(texts[0])[1]):
            texts = texts[1:]
            texts[0] = "by " + texts[0]
        if not texts or sum(map(len, texts)) > BYLINE_CHARS * 2:
            return
        kind, rest = introduced(texts[0])
        names = names_of([rest, *texts[1:]] if rest else texts[1:], DECLARED)
        if not names:
            return
        which = (
            "itemprop"
            if "author" in prop or "creator" in prop
            else "rel"
            if rel
            else "byline"
            if mark.hints & Hint.BYLINE.value
            else "class author"
        )
        if kind == "other":
            which = "other's"
        features = [f"{which}|{zone}", f"zone:{zone}", f"{which}|by|{zone}" if kind == "by" else f"{which}|bare|{zone}"]
        features += self._distance(mark.block, zone)
        self.add(names, f"{which}", " ".join(texts), *features, url=self._url_in(mark.first, mark.last, names[0]))

    def read_anchors(self, *, near: bool) -> None:
        """Read the links to author pages, by the headline or everywhere else."""
        first, last = self.first, self.last
        seen = 0
        for anchor in self.page.walked.anchors:
            block = anchor.block
            if near and block >= last:
                return
            if block < 0 or (first <= block < last) != near or anchor.last - anchor.first > 4:
                continue
            if not (near or "author" in anchor.href) or not _PATH.search(anchor.href):
                continue
            seen += 1
            if seen > MAX_MARKED:
                return
            self._read_anchor(anchor)

    def _read_anchor(self, anchor: Anchor) -> None:
        zone = self.zone(anchor.block, anchor.frame)
        if zone == COMMENTS:
            return
        text = self.page.walked.text_of(anchor.first, anchor.last, " ")
        kind, rest = introduced(text)
        name = clean(rest)
        if name and is_name(name, NAMED) and kind != "other":
            features = [f"author page|{zone}", f"zone:{zone}", *self._distance(anchor.block, zone)]
            self.add([name], "link:author", text, *features, url=self.page.absolute(anchor.href))

    # -------------------------------------------------------------------------------------------- the head
    def read_json_ld(self) -> None:
        """Read author and creator of the articles in the structured data, and of the page."""
        articles = 0
        for node in self.page.json_ld[:MAX_NODES]:
            types = types_of(node)
            if types & ARTICLE_TYPES:
                articles += 1
                if articles <= 3:
                    self._read_node(node, "ld" if articles == 1 else "ld+")
            elif types & PAGE_TYPES:
                self._read_node(node, "ld-page")

    def _read_node(self, node: dict[str, Any], kind: str) -> None:
        for prop in ("author", "creator"):
            people = list(people_of(node.get(prop)))
            is_group = [type_ == "organization" for _, type_, _ in people]
            named = [(name, type_, url) for name, type_, url in people if type_ != "organization" or all(is_group)]
            names = [clean(name) for name, _, _ in named]
            kept = [name for name in names if is_name(name, DECLARED)]
            for name, (_, type_, url) in zip(names, named, strict=True):
                if name in kept:
                    self.add(
                        [name], f"json-ld:{prop}", name, f"{kind}:{type_}", url=self.page.absolute(url) if url else None
                    )
            if len(kept) > 1:
                self.add(kept, f"json-ld:{prop}", ", ".join(kept), f"{kind}:list")

    def read_metas(self) -> None:
        """Read the metas that name an author."""
        page = self.page
        for name, feature in _METAS:
            for said in page.meta_all(name)[:MAX_AUTHORS]:
                text = plain(said)
                if feature == "meta:citation" and text.count(",") == 1:
                    text = " ".join(reversed(text.split(", ")))  # "Surname, First": only this meta is written so
                kind, rest = introduced(text)
                names = names_of([rest], DECLARED) if kind != "other" else []
                if names:
                    self.add(names, f"meta:{name}", text, feature)
        for number in ("1", "2"):
            label, data = page.meta(f"twitter:label{number}"), page.meta(f"twitter:data{number}")
            if label and data and "by_label" in kinds_of(label):
                names = names_of([plain(data)], DECLARED)
                if names:
                    self.add(names, f"meta:twitter:data{number}", data, "meta:twitter")

    # -------------------------------------------------------------------------------------------- comparison
    def compare(self) -> None:
        """Add to every name what it looks like and how the others stand to it."""
        keys = {key: set(key.split()) for key in self.by_key}
        head = {key for key, one in self.by_key.items() if any(f.startswith(("ld", "meta")) for f in one.features)}
        near = {key for key, one in self.by_key.items() if any(f"zone:{zone}" in one.features for zone in NEAR_ZONES)}
        strong = {key for key, one in self.by_key.items() if not _STRONG.isdisjoint(one.features)}
        shown = {key for key, one in self.by_key.items() if not _SHOWN.isdisjoint(one.features)}
        for key, one in self.by_key.items():
            features = one.features
            features.update(shape_of(one.value.name))
            if key in self.site_keys or key.replace(" ", "") in self.site_keys:
                features.add("is site")
            if key in self.title_key and self.title_key:
                features.add("in title")
            features.add(f"head:{key in head}|near:{key in near}")
            features.add(f"sources:{min(5, sum(f.startswith(_SOURCES) for f in features))}")
            if head and key not in head:
                features.add("head names another")
            if near and key not in near:
                features.add("near names another")
            if strong:
                features.add("strong" if key in strong else "another is strong")
            if shown:
                features.add("byline" if key in shown else "byline names another")
                if key in head and key not in near:
                    features.add("head only, byline names another")
            elif key in head:
                features.add("no byline, head")
            if len(keys) == 1:
                features.add(f"only name|head:{key in head}")
            if any(keys[key] < keys[other] for other in keys):
                features.add("part of another")
            features.add(f"names:{min(4, len(keys))}")


_STRONG = frozenset(
    (
        f"by|{NEAR}",
        f"byline|by|{NEAR}",
        f"itemprop|{NEAR}",
        f"rel|{NEAR}",
        f"class author|{NEAR}",
        f"class author|by|{NEAR}",
        f"author page|{NEAR}",
        "ld:person",
    )
)
_SHOWN = frozenset(
    f"{kind}|{zone}"
    for kind in (
        "by",
        "byline|by",
        "byline|bare",
        "itemprop",
        "rel",
        "class author|by",
        "class author|bare",
        "author page",
        "label above",
    )
    for zone in (NEAR, CLOSE_WIDGET)
)
_SOURCES = (
    "by|", "line|", "label above|", "itemprop|", "rel|", "byline|", "class author|", "author page|", "ld:", "ld-page:",
    "meta:",
)  # fmt: skip
