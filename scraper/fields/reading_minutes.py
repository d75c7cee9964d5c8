"""Minutes of reading time, only where the page shows them: "5 min read", or a bare "5 minutes" by the title.

Never worked out from the length, never from metas (``twitter:data2``), and never from cards, whose minutes are another
post's.
"""

from __future__ import annotations

import re

from scraper.article import Found
from scraper.hints import Hint
from scraper.marks import Marks

BEFORE, AFTER = 8, 16
"""Blocks around the headline in which a labelled reading time is the post's own."""
BARE_BEFORE, BARE_AFTER = 4, 8
"""Blocks around the headline in which a run that is nothing but minutes is a reading time."""
LONGEST_RUN = 240
"""Characters of a run that may hold a labelled time among other things (a byline)."""
LONGEST_TIME = 180
"""Minutes; longer is no reading time."""

_MINUTES = (
    r"(?:minutes?|mins?|minuten|minutos?|minut[iyeao]?|minuutt?i?a?|мин(?:ут[аы]?|уты)?|хв(?:илин[аи]?)?|dakika|perc|menit|phút|dk|"
    r"λεπτά|דקות|دقیقه|دقائق|دقيقة|नि?मिनट|分钟|分鐘|分|분|นาที)"
)
_READING = (
    r"(?:read(?:ing)?|to read|reading time|read time|lesezeit|lesedauer|lesen|lecture|lectura|leer|leitura|ler|lettura|"
    r"leestijd|lezen|czytania|czytanie|чтени[яе]|читать|читання|okuma|lästid|läsning|læsetid|lesetid|lukuaika|"
    r"olvas[aá]s\w{0,6}|čten[ií]|čítani[ae]|baca|đọc|ανάγνωσης|קריאה|مطالعه|خواندن|قراءة|阅读|閱讀|閱讀時間|読了|読|읽)"
)
_NUMBER = r"(?<![\d.,:])(?:(\d{1,2})\s?(?:-|–|—|to|bis|à)\s?)?(\d{1,3})"
_HOURS = r"(?:(\d{1,2})\s?(?:h|hrs?|hours?|std\.?)\s?)?"
_AFTER = re.compile(
    rf"{_HOURS}{_NUMBER}[\s+-]{{0,3}}{_MINUTES}[.'’]?[\s-]{{0,3}}(?:\w{{1,4}}\s){{0,2}}{_READING}", re.I
)
_LABELLED = re.compile(
    rf"{_READING}(?:\s?(?:time|zeit|dauer|de|in|tid|süresi|时间|時間|시간|estimate|estimated|\w{{1,12}})){{0,3}}\W{{0,6}}(?:\w{{1,7}}\s)?"
    rf"{_HOURS}{_NUMBER}[\s-]{{0,3}}(?:{_MINUTES}|m\b|['’′])",
    re.I,
)
_BARE = re.compile(rf"\W{{0,3}}(?:~|ca\.?|about|approx\.?)?\s?{_NUMBER}[\s-]{{0,2}}{_MINUTES}\W{{0,2}}", re.I)
_UNDER_ONE = re.compile(rf"(?:<|less than|under)\s?(?:a|1|one)[\s-]?{_MINUTES}", re.I)
_LABEL = re.compile(rf"\W{{0,3}}(?:\w{{1,10}}\s)?{_READING}(?:\s\w{{1,10}}){{0,2}}\W{{0,3}}", re.I)
_ASCII_SIGNS = ("min", "dakika", "perc", "menit", " dk", "read", "lesezeit")
_DIGIT = re.compile(r"\d")
_CARDS = (Hint.RELATED | Hint.RECENT | Hint.COMMENTS | Hint.SIDEBAR).value


def find(marks: Marks) -> tuple[Found[int], ...]:
    """Return the stated minutes, of a range the longer end; empty when the page states none near its headline."""
    blocks = marks.page.blocks
    anchor = max(marks.headline, 0)
    first, last = max(0, anchor - BEFORE), min(len(blocks), anchor + AFTER + 1)
    bare: Found[int] | None = None
    for index in range(first, last):
        block = blocks[index]
        text = block.text
        if len(text) > LONGEST_RUN or not _may_hold(text) or _in_card(marks, block.frame):
            continue
        if block.last - block.first > 1:
            text = marks.page.walked.spaced(block)  # "January 14, 2026" and "20 Mins Read" may stand without a space
        labelled = _AFTER.search(text) or _LABELLED.search(text)
        if labelled:
            return (Found(_minutes(labelled), "text", 0.97, labelled.group()[:60]),)
        if _UNDER_ONE.search(text):
            return (Found(1, "text", 0.9, text[:60]),)
        if bare is None and anchor - BARE_BEFORE <= index <= anchor + BARE_AFTER:
            alone = _BARE.fullmatch(text)
            if alone and 0 < _minutes(alone) <= LONGEST_TIME:
                above = blocks[index - 1].text if index else ""
                confidence = 0.97 if len(above) < 40 and _LABEL.fullmatch(above) else 0.9
                bare = Found(_minutes(alone), "text", confidence, text[:60])
    return (bare,) if bare else ()


def _may_hold(text: str) -> bool:
    """Tell whether a text holds what any of the patterns needs; asked first, because most runs do not."""
    if text.isascii():
        if _DIGIT.search(text) is None and "less than a" not in text:
            return False
        low = text.lower()
        for sign in _ASCII_SIGNS:  # noqa: SIM110 - asked for two dozen runs of every page; a generator costs three times
            if sign in low:
                return True
        return False
    return any(map(str.isdigit, text)) or "less than a" in text


def _minutes(found: re.Match[str]) -> int:
    groups = found.groups()
    hours = int(groups[0] or 0) if len(groups) == 3 else 0
    return 60 * hours + int(groups[-1])


def _in_card(marks: Marks, frame: int) -> bool:
    """Tell whether a frame, below what holds the headline, is part of a list of other posts."""
    frames = marks.page.frames
    while frame >= 0:
        around = frames[frame]
        if around.first <= marks.headline < around.last:
            return False
        if around.hints & _CARDS:
            return True
        frame = around.parent
    return False
