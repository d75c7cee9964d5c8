"""The headline, and the block it stands in, which anchors every other field: dates and names count most near it."""

from __future__ import annotations

import re

from scraper.article import Found
from scraper.marks import Marks
from scraper.standards.structured import types_of
from scraper.text import fold

SUFFIX = re.compile(r"\s+[|\-–—·»«:/•]\s+|\s*\|\s*|\s*_\s+|\s*::\s*")
"""What separates a headline from the site's name in a ``title`` element."""
RELATED_SHARE = 0.3
"""An h1 that shares fewer of its words with title, og:title and address names the site or a section."""
HEADINGS = ("h1", "h2", "h3")
TOP_HEADINGS = 12
"""Headings below the first h1 looked at; further down they head sections and widgets."""
_ARTICLES = frozenset(
    ("article", "blogposting", "newsarticle", "posting", "socialmediaposting", "techarticle", "report")
)


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return title candidates, best first, and set ``marks.headline`` to the block that holds the winner."""
    page = marks.page
    if page.is_dump:
        return _of_dump(marks)
    said = _said(marks)
    words = set(" ".join(fold(found.value) for found in said).split())
    words.update(
        fold((page.url or "").rsplit("//", 1)[-1].partition("/")[2].replace("-", " ").replace("_", " ")).split()
    )
    shown = _shown(marks, words, said)
    ranked = sorted([*shown, *said], key=lambda found: -found.confidence)
    if ranked and marks.headline < 0:
        marks.headline = _block_of(marks, ranked[0].value)
    return tuple(ranked[:6])


def _said(marks: Marks) -> list[Found[str]]:
    """Return what head and structured data say, the site's name cut off."""
    page = marks.page
    out: list[Found[str]] = []
    for node in page.json_ld:
        headline = node.get("headline") or (node.get("name") if types_of(node) & _ARTICLES else None)
        if isinstance(headline, str) and headline.strip() and types_of(node) & _ARTICLES:
            out.append(Found(" ".join(headline.split()), "json-ld:headline", 0.72, headline))
            break
    site = fold(page.meta("og:site_name", "application-name") or "")
    for name, confidence in (("og:title", 0.6), ("twitter:title", 0.55), ("dc.title", 0.5), ("citation_title", 0.6)):
        value = page.meta(name)
        if value:
            out.append(Found(without_site(value, site), f"meta:{name}", confidence, value))
    if page.title:
        out.append(Found(without_site(page.title, site), "title", 0.5, page.title))
    return [found for found in out if found.value]


def without_site(title: str, site: str = "") -> str:
    """Return a ``title`` element's text without the trailing (or leading) name of the site.

    >>> without_site("Bread without kneading | The Slow Oven"), without_site("The Slow Oven - Bread", "the slow oven")
    ('Bread without kneading', 'Bread')
    """
    title = " ".join(title.split())
    parts = [part for part in SUFFIX.split(title) if part]
    if len(parts) < 2:
        return title
    if site and fold(parts[0]) == site:
        return title[title.index(parts[1], len(parts[0])) :].strip()
    last = title.rindex(parts[-1])
    head = title[:last].rstrip(" |-–—·»«:/•_")
    return head or title


def _shown(marks: Marks, words: set[str], said: list[Found[str]]) -> list[Found[str]]:
    """Return the headings of the page as candidates, by how much of them the head repeats."""
    out: list[tuple[float, int, Found[str]]] = []
    full = [fold(found.raw) for found in said]
    seen_h1 = False
    looked = 0
    for block in marks.page.blocks:
        if block.tag not in HEADINGS or not block.text:
            continue
        looked += 1
        if looked > TOP_HEADINGS and seen_h1:
            break
        key = fold(block.text)
        own = key.split()
        if not own:
            continue
        share = sum(word in words for word in own) / len(own)
        within = any(key and key in line for line in full)
        confidence = (
            {"h1": 0.62, "h2": 0.3, "h3": 0.15}[block.tag] + 0.25 * share + (0.1 if within and len(own) > 1 else 0)
        )
        if block.tag == "h1":
            if share < RELATED_SHARE and said:
                confidence = 0.35
            elif not seen_h1:
                confidence += 0.02
            seen_h1 = True
        out.append((confidence, block.index, Found(block.text, block.tag, min(confidence, 0.98), block.text)))
    if out:
        best = max(out, key=lambda item: item[0])
        if best[0] >= max((found.confidence for found in said), default=0):
            marks.headline = best[1]
    return [item[2] for item in out]


def _block_of(marks: Marks, title: str) -> int:
    """Return the first block that is the title, -1 when none is."""
    key = fold(title)
    return next((block.index for block in marks.page.blocks if block.words < 40 and fold(block.text) == key), -1)


def _of_dump(marks: Marks) -> tuple[Found[str], ...]:
    """Return the first line that stands again within the first forty, else the first line."""
    blocks = marks.page.blocks[:40]
    for block in blocks:
        key = fold(block.text)
        if key and any(fold(other.text) == key for other in blocks[block.index + 1 :]):
            marks.headline = block.index
            return (Found(block.text, "text:repeated line", 0.8, block.text),)
    if blocks:
        marks.headline = 0
        return (Found(blocks[0].text, "text:first line", 0.5, blocks[0].text),)
    return ()
