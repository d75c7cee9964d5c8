"""Datelines: every date a page states, with its place and what it is called there. Both date fields choose among them.

A date is stated by the head (metas, JSON-LD), by an attribute (``<time datetime>``, ``itemprop``), by the address, or
by the text. What a visible date means is told by the words before it, or by the line above it, and by how near it
stands to the headline: a line "Updated July 3" below the headline is about the post, the same line beside a link is
not. Only runs near the headline are read in full; elsewhere a run must be short, because a date in running text is
hardly ever the post's own (one in ten on the corpora).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scraper.blocks import BREAK, Block, Mark
from scraper.date_labels import MODIFIED, OTHER, PUBLISHED, label_of, meaning_of, trailing_label, whole_label
from scraper.hints import Hint
from scraper.marks import Marks
from scraper.page import Page
from scraper.places import NEAR_AFTER, NEAR_BEFORE, NEAR_ZONES, places_of
from scraper.standards import date
from scraper.standards.structured import ARTICLE_TYPES, PAGE_TYPES, types_of
from scraper.text import fold

NEAR_CHARS, FAR_CHARS = 600, 120
"""Longest run read near the headline, and elsewhere."""
TELLING_CHARS = 400
"""Longest run read elsewhere when it says that something was published ("This entry was posted on … and is filed")."""
MIDNIGHT_HOUR = "T20"
"""From this hour on, a moment in UTC may be the midnight of the next day where the post was written."""
PROSE_CHARS = 90
"""Other characters of a run from which it is running text that tells of a day, and not a line that states one."""
DATELINE_CHARS = 30
"""Characters before the day of a dateline at the start of running text: a town."""
DAY_CHARS = 10
"""Characters of a date that names a day."""
MAX_RUNS = 40
"""Runs with a year read outside of the headline's neighbourhood."""
MAX_MARKED = 40
"""Marked elements read."""
MARKED_CHARS = 120
"""Characters of a marked element's text looked at."""

SETTLING = frozenset(("ld", "meta:article", "url"))
"""Kinds of source beside which the text away from the headline is not read: it could add only other posts' days."""

_METAS: dict[str, tuple[str, str]] = {
    "article:published_time": ("article", PUBLISHED),
    "og:published_time": ("article", PUBLISHED),
    "og:article:published_time": ("article", PUBLISHED),
    "article:published": ("article", PUBLISHED),
    "datepublished": ("itemprop", PUBLISHED),
    "publish_date": ("named", PUBLISHED),
    "publish-date": ("named", PUBLISHED),
    "publishdate": ("named", PUBLISHED),
    "publication_date": ("named", PUBLISHED),
    "published": ("named", PUBLISHED),
    "published-date": ("named", PUBLISHED),
    "date_published": ("named", PUBLISHED),
    "pubdate": ("named", PUBLISHED),
    "parsely-pub-date": ("named", PUBLISHED),
    "sailthru.date": ("named", PUBLISHED),
    "cxenseparse:recs:publishtime": ("named", PUBLISHED),
    "cxenseparse:recs:articlepublishtime": ("named", PUBLISHED),
    "article_date_original": ("named", PUBLISHED),
    "article.published": ("named", PUBLISHED),
    "article.created": ("named", PUBLISHED),
    "citation_publication_date": ("named", PUBLISHED),
    "citation_date": ("named", PUBLISHED),
    "citation_online_date": ("named", PUBLISHED),
    "prism.publicationdate": ("named", PUBLISHED),
    "dc.date.issued": ("dc", PUBLISHED),
    "dcterms.issued": ("dc", PUBLISHED),
    "dc.date.created": ("dc", PUBLISHED),
    "dcterms.created": ("dc", PUBLISHED),
    "dcterms.available": ("dc", PUBLISHED),
    "dc.date": ("dc", PUBLISHED),
    "dcterms.date": ("dc", PUBLISHED),
    "date": ("date", PUBLISHED),
    "created": ("date", PUBLISHED),
    "datecreated": ("date", PUBLISHED),
    "article:modified_time": ("article", MODIFIED),
    "article:modified": ("article", MODIFIED),
    "og:modified_time": ("og", MODIFIED),
    "og:updated_time": ("og", MODIFIED),
    "datemodified": ("itemprop", MODIFIED),
    "dc.date.modified": ("named", MODIFIED),
    "dcterms.modified": ("named", MODIFIED),
    "article.updated": ("named", MODIFIED),
    "revised": ("named", MODIFIED),
    "last-modified": ("http", MODIFIED),
    "modified": ("named", MODIFIED),
    "lastmod": ("named", MODIFIED),
}
_OWN_NAMES = frozenset(("published_time", "publishedtime", "published_at", "publishedat", "uploaded", "publish_time"))
_ITEMPROPS = {
    "datepublished": PUBLISHED,
    "datecreated": PUBLISHED,
    "schema:datepublished": PUBLISHED,
    "dc:date": PUBLISHED,
    "datemodified": MODIFIED,
    "schema:datemodified": MODIFIED,
    "dateupdated": MODIFIED,
}
_CLASS_MODIFIED = re.compile(
    r"(?:^|[\s_-])(?:dt-)?(?:updated?|modified|last-?modified|date-?modified)(?:[\s_-]|$)", re.I
)
_CLASS_PUBLISHED = re.compile(r"publish|posted|pubdate|created|entry-date|post-date|article-date", re.I)
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(\d\d)[/-]?(\d\d)(?=[/_-]|\.html?|$)")
_URL_SPREAD = re.compile(r"[/_-]((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/_.-]|$)")
_URL_DMY = re.compile(r"[/_~-](\d{1,2}-\d{1,2}-(?:19|20)\d\d)(?=[/_.-]|$)")
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/(\d{1,2})(?=/|$)")
_DATELINE_END = re.compile(r"\s?[)\]]?\s?(?:[–—:|]|--?\s|\()|\s?[)\]]\.?\s")
# "This entry was posted on …", "Erschienen am: …": of the page itself, and not of a book its text tells of.
_TELLING = re.compile(
    r"\b(?:posted|published|publiée?|publicad[oa]|pubblicat[oa]|veröffentlicht|erschienen|geplaatst|gepubliceerd|опубликовано?)"
    r"(?: \w{1,3})?:|^(?:this|dieser|cette?|est[ae]|quest[oa]|deze|dit|эт[ао])\b.{1,90}\b"
    r"(?:posted|published|publiée?|publicad[oa]|pubblicat[oa]|veröffentlicht|erschienen|geplaatst|gepubliceerd|опубликован)",
    re.I,
)
_YEAR = re.compile(r"[12][09]\d\d", re.ASCII)
# A year in other digits or calendars; looked for only in texts beyond ASCII.
_OTHER_YEAR = re.compile(
    r"1[34]\d\d|2[56]\d\d|[年년]|[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59]{4}"
)
_SHORT_YEAR = re.compile(r"\d\s?[./-]\s?\d{1,2}\s?[./-]\s?\d\d(?!\d)|['’]\d\d\b|[a-zA-Z]\.? \d\d$")


@dataclass(slots=True)
class Stated:
    """One date as one place of the page states it."""

    value: str
    """ISO 8601, as precise as stated."""
    source: str
    """Such as ``meta:article:published_time``, ``json-ld:datePublished``, ``time``, ``text``, ``url``."""
    meaning: str
    """PUBLISHED, MODIFIED, OTHER, or ``""`` when nothing says."""
    kind: str
    """The source's kind, as the weights know it: ``ld``, ``ld-page``, ``meta:article``, ``itemprop``, ``time``, …"""
    zone: str
    """``head``, ``url``, ``near``, ``before``, ``close widget``, ``far``, ``widget`` or ``comments``."""
    raw: str
    block: int = -1
    """The block it stands in or before; -1 for the head and the address."""
    alone: bool = False
    """It is all its run says, but for a label."""
    by_class: bool = False
    """Only the element's class says what it means."""
    other: str | None = None
    """The other reading when day and month could change places."""

    @property
    def day(self) -> str:
        """The calendar day (or month, or year), as written."""
        return self.value[:10]


def stated(marks: Marks) -> list[Stated]:
    """Return every date the page states: the head's first, then the address's, then the text's in page order.

    Asks for the headline, so the title must be known. The list is made once a page and shared: do not change it.
    """
    known: list[Stated] | None = marks.memo.get("dates")
    if known is None:
        page = marks.page
        known = [*_of_json_ld(page, marks.best("title")), *_of_metas(page), *_of_url(page.url, page.lang)]
        settled = any(found.kind in SETTLING and found.meaning == PUBLISHED for found in known)
        known += _Shown(marks, settled).collect()
        _settle_order(known, page)
        marks.memo["dates"] = known
    return known


# ------------------------------------------------------------------------------------------------ the head
def _of_json_ld(page: Page, title: str | None) -> Iterator[Stated]:
    articles = []
    for node in page.json_ld:
        types = types_of(node)
        if types & ARTICLE_TYPES:
            articles.append(node)
        elif types & PAGE_TYPES:
            yield from _of_node(node, "ld-page")
    if len(articles) > 1:
        own = [node for node in articles if _is_about(node, page.url, title)]
        for node in articles:
            yield from _of_node(node, "ld" if node in own[:1] else "ld-other")
    else:
        for node in articles:
            yield from _of_node(node, "ld")


def _of_node(node: dict[str, Any], kind: str) -> Iterator[Stated]:
    for name, meaning in (("datePublished", PUBLISHED), ("dateCreated", PUBLISHED), ("dateModified", MODIFIED)):
        said = node.get(name)
        said = said[0] if isinstance(said, list) and said else said
        if isinstance(said, dict):
            said = said.get("@value")
        if isinstance(said, str):
            value = date.machine(said)
            if value:
                of = kind if name != "dateCreated" else f"{kind}-created"
                yield Stated(value, f"json-ld:{name}", meaning, of, "head", said[:100])


def _is_about(node: dict[str, Any], address: str | None, title: str | None) -> bool:
    """Tell whether an article of the graph is this page: its headline is the title, or its address the page's."""
    headline = node.get("headline") or node.get("name")
    if title and isinstance(headline, str) and fold(headline)[:60] == fold(title)[:60]:
        return True
    own = (address or "").split("#")[0].rstrip("/")
    return bool(own) and any(
        isinstance(said, str) and said.split("#")[0].rstrip("/") == own for said in (node.get("url"), node.get("@id"))
    )


def _of_metas(page: Page) -> Iterator[Stated]:
    for name, content in page.walked.metas:
        known = _METAS.get(name if name[:2] != "dc" else name.replace(":", "."))
        if known is None and name.rpartition(":")[2] in _OWN_NAMES:  # of a vocabulary of the site's own
            known = ("named", PUBLISHED)
        if known and content:
            value = date.machine(content, page.lang)
            if value:
                yield Stated(value, f"meta:{name}", known[1], f"meta:{known[0]}", "head", content[:100])


def _of_url(address: str | None, lang: str | None) -> Iterator[Stated]:
    if not address:
        return
    path = address.split("//", 1)[-1].partition("/")[2].split("?")[0]
    path = "/" + path.split("//")[-1] if "//" in path else "/" + path  # an archived copy names the original last
    found = _URL_DAY.search(path) or _URL_SPREAD.search(path)
    if found:
        value = date.machine(f"{found.group(1)}-{int(found.group(2)):02}-{int(found.group(3)):02}")
        if value:
            yield Stated(value, "url", PUBLISHED, "url", "url", found.group().strip("/"))
            return
    backwards = _URL_DMY.search(path)
    if backwards:
        found_day = date.find(backwards.group(1), lang=lang)
        if found_day:
            yield Stated(
                found_day[0].value, "url", PUBLISHED, "url", "url", backwards.group(1), other=found_day[0].other
            )
            return
    month = _URL_MONTH.search(path)
    if month:
        value = date.machine(f"{month.group(1)}-{int(month.group(2)):02}")
        if value:
            yield Stated(value, "url", PUBLISHED, "url-month", "url", month.group().strip("/"))


# ------------------------------------------------------------------------------------------------ the page
class _Shown:
    """The dates of marked elements and of the text."""

    def __init__(self, marks: Marks, settled: bool) -> None:
        self.settled = settled
        self.marks = marks
        self.page = marks.page
        self.lang = marks.page.lang
        self.headline = marks.headline
        self.zone = places_of(marks).zone

    def collect(self) -> list[Stated]:
        found = list(self._of_marks())
        found += self._of_text()
        _doubt_lone_updates(found)
        return found

    def _of_marks(self) -> Iterator[Stated]:
        walked = self.page.walked
        read = 0
        for mark in walked.marks:
            prop = _ITEMPROPS.get(mark.itemprop.lower()) if mark.itemprop else None
            if not prop and mark.tag != "time" and not mark.hints & Hint.DATE.value and not _looks_dated(mark):
                continue
            if mark.last - mark.first > 24:
                continue
            read += 1
            if read > MAX_MARKED:
                break
            text = walked.text_of(mark.first, mark.last, " ")[:MARKED_CHARS]
            yield from self._of_mark(mark, prop, text)

    def _of_mark(self, mark: Mark, prop: str | None, text: str) -> Iterator[Stated]:
        """Yield the date of a marked element: its attribute's, else its text's; both when they differ."""
        said = date.machine(mark.datetime, self.lang) if mark.datetime else None
        dates = date.find(text, lang=self.lang) if has_year(text) else []
        if said and len(said) >= 10:
            if not mark.datetime[:4].isdigit():  # an attribute written for people: day and month may change places
                dates = date.find(mark.datetime, lang=self.lang)
                if dates and dates[0].other:
                    yield self._of_element(mark, prop, dates[0].value, dates[0].other, text)
                    return
            differs = bool(dates) and dates[0].value[:10] != said[:10] and dates[0].precision != date.MONTH
            yield self._of_element(mark, prop, said, None, text, "unlike its text " if differs else "")
        elif dates and (mark.tag == "time" or prop or len(dates) == 1):
            # Several dates in one element: the text's own labels say which is which.
            yield self._of_element(mark, prop, dates[0].value, dates[0].other, text)

    def _of_element(
        self, mark: Mark, prop: str | None, value: str, ambiguous: str | None, text: str, unlike: str = ""
    ) -> Stated:
        meaning = prop or ""
        by_class = False
        if not meaning and mark.names:
            # hAtom has themes write "entry-date updated" on the day of publication: the two together say nothing.
            is_update, is_first = _CLASS_MODIFIED.search(mark.names), _CLASS_PUBLISHED.search(mark.names)
            if bool(is_update) != bool(is_first):
                meaning, by_class = (MODIFIED if is_update else PUBLISHED), True
        kind = f"itemprop:{prop}" if prop else "time" if mark.tag == "time" else "class"
        label = self._label_of(mark.block, mark.first, text)
        if label:
            meaning = label if not prop or label == MODIFIED else meaning
            by_class = False
        zone = self.zone(mark.block, mark.frame)
        raw = (mark.datetime or text)[:100]
        return Stated(value, kind, meaning, unlike + kind, zone, raw, mark.block, other=ambiguous, by_class=by_class)

    def _label_of(self, index: int, first_piece: int, text: str) -> str:
        """Return what the words in an element, before it in its block, or in the block above call its date."""
        blocks = self.page.blocks
        if index >= len(blocks):
            return ""
        own = label_of(text.split(" ", 3)[0] if text[:1].isalpha() else "") or meaning_of(text)
        if own:
            return own
        block = blocks[index]
        if block.first < first_piece <= block.last:
            return label_of(self.page.walked.text_of(block.first, first_piece, " ")[-60:])
        return self._label_above(index)

    def _label_above(self, index: int) -> str:
        if index <= 0 or self.page.blocks[index - 1].words > 4:
            return ""
        return whole_label(self.page.blocks[index - 1].text)

    def _of_text(self) -> Iterator[Stated]:
        blocks = self.page.blocks
        anchor = max(self.headline, 0)
        near = range(max(0, anchor - NEAR_BEFORE), min(len(blocks), anchor + NEAR_AFTER + 1))
        here: list[Stated] = []
        for index in near:
            block = blocks[index]
            if index != self.headline and len(block.text) <= NEAR_CHARS and has_year(block.text):
                here += self._of_block(block)
        if 0 <= self.headline < len(blocks) and has_year(blocks[self.headline].text):
            # A headline may name the day of an event; it is the post's only where nothing beside it states one, or
            # where it stands on a line of its own.
            if not here:
                here += self._of_block(blocks[self.headline])
            elif all(found.kind == "prose" for found in here):
                here += self._of_last_line(blocks[self.headline])
        yield from here
        if self.settled or any(
            found.zone in NEAR_ZONES and found.kind != "prose" and found.meaning != OTHER for found in here
        ):
            return
        read = 0
        for block in blocks:
            text = block.text
            if len(text) > TELLING_CHARS or not has_year(text, short=False) or block.index in near:
                continue
            is_short = len(text) <= FAR_CHARS
            if not is_short and _TELLING.search(text) is None:
                continue
            read += 1
            if read > MAX_RUNS:
                break
            for found in self._of_block(block):
                if is_short or (found.meaning == PUBLISHED and len(found.day) == DAY_CHARS):
                    yield found

    def _of_last_line(self, block: Block) -> Iterator[Stated]:
        """Yield the day that stands on the last of a headline's lines ("The dough<br><small>2 May 2019</small>")."""
        pieces = self.page.walked.pieces
        breaks = [index for index in range(block.first, block.last) if pieces[index].style & BREAK]
        if breaks:
            text = self.page.walked.text_of(breaks[-1] + 1, block.last, " ")
            for found in date.find(text, lang=self.lang)[:1]:
                zone = self.zone(block.index, block.frame)
                alone = found.first < 4
                yield Stated(found.value, "text", "", "text", zone, text[:100], block.index, alone, other=found.other)

    def _of_block(self, block: Block) -> Iterator[Stated]:
        text = self.page.walked.spaced(block) if block.last - block.first > 1 else block.text
        dates = date.find(text, lang=self.lang)
        if not dates:
            return
        zone = self.zone(block.index, block.frame)
        end = 0
        covered = sum(found.last - found.first for found in dates)
        for found in dates:
            before = text[end : found.first]
            meaning = label_of(before[-60:]) or (self._label_above(block.index) if not before.strip() else "")
            if not meaning and end == 0 and found is dates[-1]:
                meaning = trailing_label(text[found.last : found.last + 40])
            alone = len(text) - covered - len(before) < 4 and (bool(meaning) or not before.strip(" |·•,–—-()"))
            kind = "prose" if len(text) - covered > PROSE_CHARS else "text"
            if kind == "prose" and meaning == PUBLISHED and not _tells_of_itself(text, found.first):
                meaning = ""
            if kind == "prose" and found.first <= DATELINE_CHARS and _DATELINE_END.match(text, found.last):
                kind = "dateline"  # "Berlin, 3 May 2019 – The dough …"
            raw = text[max(0, found.first - 30) : found.last].strip()
            yield Stated(found.value, "text", meaning, kind, zone, raw, block.index, alone, other=found.other)
            end = found.last


def _tells_of_itself(text: str, first: int) -> bool:
    """Tell whether running text with a label before a date speaks of the page: it begins so, or says "this post"."""
    return bool(meaning_of(text)) or _TELLING.search(text[: first + 60]) is not None


def _doubt_lone_updates(dates: list[Stated]) -> None:
    """Take the meaning from dates that only a class calls an update, where no other date stands by the headline."""
    near = [found for found in dates if found.zone in NEAR_ZONES]
    doubtful = [found for found in near if found.by_class and found.meaning == MODIFIED]
    days = {found.day for found in doubtful}
    if doubtful and not any(found.day not in days and found.meaning != OTHER for found in near):
        for found in doubtful:
            found.meaning = ""


def has_year(text: str, *, short: bool = True) -> bool:
    """Tell quickly whether a text may hold a date: a year of four digits, or with *short* one of two."""
    if _YEAR.search(text) is not None:
        return True
    if not text.isascii() and _OTHER_YEAR.search(text) is not None:
        return True
    return short and len(text) <= date.SHORT_CHARS and _SHORT_YEAR.search(text) is not None


def _looks_dated(mark: Mark) -> bool:
    """Tell whether an element without a name for it holds a machine-readable day (``<abbr title>``, ``content``)."""
    return len(mark.datetime) >= 8 and mark.tag == "abbr" and mark.datetime[:2] in ("19", "20")


def _settle_order(dates: list[Stated], page: Page) -> None:
    """Take the other reading of ambiguous dates where a machine-readable day of the page says so."""
    unsure = [found for found in dates if found.other]
    if not unsure:
        return
    sure = {
        found.day
        for found in dates
        if found.zone in ("head", "url") or (found.kind.startswith(("time", "itemprop")) and not found.other)
    }
    swapped = 0
    for found in unsure:
        other = (found.other or "")[:10]
        if found.day not in sure and other in sure:
            swapped += 1
    if swapped and not any(found.day in sure for found in unsure):
        for found in unsure:
            found.value, found.other = found.other or found.value, found.value
    del page
