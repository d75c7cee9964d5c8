"""Which addresses are archived: what turns a link to the world into one that stays inside. Reads the archive."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.archive import Archive
from scraper.errors import InvalidURL
from scraper.standards.url import normalise

MAX_ADDRESSES = 500
"""Addresses looked up for one page: a post with more links is a directory."""


def archived(archive: Archive, urls: Iterable[str | None]) -> dict[str, int]:
    """Return address → article for those of *urls* that lead to an article, by another address of it too."""
    spelt: dict[str, set[str]] = {}
    for url in dict.fromkeys(url for url in urls if url):
        if len(spelt) >= MAX_ADDRESSES:
            break
        for spelling in _spellings(url):
            spelt.setdefault(spelling, set()).add(url)
    if not spelt:
        return {}
    marks = ", ".join("?" * len(spelt))
    rows = archive.connection.execute(
        "SELECT pages.url, coalesce(own.id, other.id) FROM pages"
        " LEFT JOIN articles AS own ON own.page_id = pages.id"
        " LEFT JOIN articles AS other ON other.page_id = pages.duplicate_of"
        f" WHERE pages.url IN ({marks})",
        list(spelt),
    )
    return {url: row[1] for row in rows if row[1] is not None for url in spelt[row[0]]}


def names(archive: Archive, hosts: Iterable[str]) -> dict[str, str]:
    """Return host → what the site calls itself, as its latest articles say; a site that does not say is not there."""
    found = {}
    for host in hosts:
        row = archive.connection.execute(
            "SELECT site_name FROM articles WHERE site = ? ORDER BY published DESC LIMIT 1", (host,)
        ).fetchone()
        if row and row[0]:
            found[host] = str(row[0])
    return found


def _spellings(url: str) -> tuple[str, ...]:
    try:
        normal = normalise(url)
    except InvalidURL:
        return (url,)
    return tuple(dict.fromkeys((normal, normal.rstrip("/") if normal.endswith("/") else normal + "/")))
