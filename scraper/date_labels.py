"""Date labels: what the words before, after or above a date say that it is."""

from __future__ import annotations

import re
from functools import lru_cache

from scraper.phrases import beginnings_of, kinds_of

PUBLISHED, MODIFIED, OTHER = "published", "modified", "other"
"""What a label says a date is. OTHER: expiry, event, copyright, birth, registration."""

_SEGMENT = re.compile(r"[|·•,;–—()\[\]/»]|\s-\s|\.\s")
_LABEL_WORDS = 6
_EDGE = re.compile(r"[^\w]+$")
_OTHER = re.compile(
    r"(?:copyright|©|\(c\)|valid|expires?|accessed|retrieved|joined|registered|member since|born|registriert|inscrit|"
    r"dabei seit|mitglied seit|beigetreten|registrado|iscritto|lid sinds|event|deadline|"
    r"since|until|from|starts?|ends?|gültig|bis|seit|effective|founded|established|est\.|due|sale|through|abgerufen)[\W\d]*$",
    re.I,
)
_PUBLISHED_AFTER = re.compile(
    r".{0,24}\b(?:veröffentlicht|gepostet|geschrieben|erstellt|publicado|publicada|publié|pubblicato|опубликован|verfasst)",
    re.I,
)
_UPDATED_AFTER = re.compile(
    r"\W{0,3}(?:\(?\s?(?:last )?(?:updated?|modified|edited|revised)\b|\(?aktualisiert|\(?mis à jour)", re.I
)


@lru_cache(maxsize=4_096)
def label_of(before: str) -> str:
    """Return what the words right before a date call it: PUBLISHED, MODIFIED, OTHER, or ``""``.

    >>> label_of("By Ann Lee | Last updated on "), label_of("Posted on"), label_of("valid until"), label_of("Hello")
    ('modified', 'published', 'other', '')
    """
    words = _SEGMENT.split(before)
    segment = words[-1].strip(" :\t") or (words[-2].strip(" :\t") if len(words) > 1 else "")
    if not segment:
        return ""
    if _OTHER.search(segment):
        return OTHER
    parts = segment.split()[-_LABEL_WORDS:]
    for start in range(len(parts)):
        found = meaning_of(" ".join(parts[start:]))
        if found:
            return found
    return ""


def meaning_of(text: str) -> str:
    """Return what a text that begins with a label calls the date after it: PUBLISHED, MODIFIED, or ``""``."""
    kinds = beginnings_of(text[:80])
    if "updated_label" in kinds:
        return MODIFIED
    return PUBLISHED if "published_label" in kinds else ""


def whole_label(text: str) -> str:
    """Return the same for a text that is a label and nothing else."""
    kinds = kinds_of(_EDGE.sub("", text))
    if "updated_label" in kinds:
        return MODIFIED
    return PUBLISHED if "published_label" in kinds else ""


def trailing_label(after: str) -> str:
    """Return the same for the words after a date ("am 3. Mai veröffentlicht")."""
    if _UPDATED_AFTER.match(after):
        return MODIFIED
    return PUBLISHED if _PUBLISHED_AFTER.match(after) else ""
