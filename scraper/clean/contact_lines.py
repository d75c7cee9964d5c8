"""How to reach somebody: telephone, e-mail, postal address, "for media enquiries". Only below the last running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scraper.edges import closing_lines
from scraper.marks import Cut, Marks
from scraper.phrases import beginnings_of

MAX_WORDS = 16
"""Longest contact line."""
MAX_OTHER_WORDS = 6
"""Words a line with a telephone number or an e-mail address may hold beside it."""
_TELEPHONE = re.compile(
    r"(?:\+|\(0|\b0)[\d\s()./–-]{6,20}\d\b|\(\d{3}\)\s?\d{3}[\s.-]\d{4}|\b\d{3}[.-]\d{3}[.-]\d{4}\b"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
# A house number and a postal code in one line without a verb: "Nygårdsgaten 5, 5015 Bergen", "12 Mill Lane, Leeds LS1
# 4AP".
_POSTAL = re.compile(
    r"\b\d{1,4}[a-z]?\b.*(?:\b\d{4,6}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}\b)|\b[A-Z]{2} \d{5}\b|〒\s?\d{3}-\d{4}"
)


def find(marks: Marks) -> Iterator[Cut]:
    """Yield contact lines; a postal line only beside another contact line."""
    lines = closing_lines(marks)
    reasons = [_reason(block.text, block.words) for block in lines]
    for position, (block, reason) in enumerate(zip(lines, reasons, strict=True)):
        if reason is None and block.words <= MAX_WORDS and _POSTAL.search(block.text):
            near = reasons[max(position - 1, 0) : position + 2]
            reason = "a postal address" if any(near) else None
        if reason is not None:
            yield Cut(block.index, block.index + 1, "contact lines", f"{reason}: {block.text[:60]!r}")


def _reason(text: str, words: int) -> str | None:
    if words > MAX_WORDS:
        return None
    for name, pattern in (("an e-mail address", _EMAIL), ("a telephone number", _TELEPHONE)):
        found = pattern.search(text)
        if found and len((text[: found.start()] + text[found.end() :]).split()) <= MAX_OTHER_WORDS:
            return name
    return "a contact label" if "contact" in beginnings_of(text) else None
