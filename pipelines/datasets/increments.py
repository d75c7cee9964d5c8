"""What changed since an export of the same name: the new and changed articles, and tombstones for those that ended.

The archive remembers, in its table ``exported``, what each name was handed out: which articles, and with which record
hash. So an article counts as changed when anything of its record did, and an end is told exactly once, whether the
article vanished from its site, was merged into another, or its page now asks not to be archived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.archive import Archive

_NOW = "SELECT id, url, record_hash, gone_at, gone_reason, page_id FROM articles"
_LAST = "SELECT article_id, url, record_hash, gone_at FROM exported WHERE name = ?"
_REMEMBER = (
    "INSERT INTO exported (name, article_id, url, record_hash, gone_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (name, article_id) DO UPDATE SET url = excluded.url, record_hash = excluded.record_hash,"
    " gone_at = excluded.gone_at"
)
_ENDED = "ended"
"""What stands for the moment of an end that has none: the article is not in the archive any more."""


@dataclass(slots=True)
class Increment:
    """What is to be handed out under one name, and what was."""

    name: str
    changed: frozenset[int]
    """Articles that are new under this name, or whose record differs from the one handed out."""
    tombstones: tuple[dict[str, Any], ...]
    """{id, url, gone_at, reason} of each article that was handed out and has ended, by id."""
    hashes: dict[int, tuple[str | None, str]]
    """Article → (address, record hash), of those in *changed*."""
    written: list[int] = field(default_factory=list)
    """Articles of *changed* that were really written: filters may leave some for later."""


def since_last(archive: Archive, name: str, closed: Mapping[int, str]) -> Increment:
    """Return what changed since the last export of *name*; everything, when there was none.

    *closed*: pages whose articles are not to be handed out, each with why.
    """
    last = {row[0]: tuple(row)[1:] for row in archive.connection.execute(_LAST, (name,))}
    hashes: dict[int, tuple[str | None, str]] = {}
    tombstones = []
    present = set()
    for number, url, record_hash, gone_at, reason, page_id in map(tuple, archive.connection.execute(_NOW)):
        present.add(number)
        before = last.get(number)
        if gone_at is None and page_id not in closed:
            if before is None or before[1] != record_hash or before[2] is not None:
                hashes[number] = (url, record_hash)
        elif before is not None and before[2] is None:
            why = reason or "gone" if gone_at else closed[page_id]
            tombstones.append({"id": number, "url": url, "gone_at": gone_at, "reason": why})
    tombstones += [
        {"id": number, "url": url, "gone_at": None, "reason": "no longer in the archive"}
        for number, (url, _, gone_at) in last.items()
        if number not in present and gone_at is None
    ]
    tombstones.sort(key=lambda tombstone: tombstone["id"])
    return Increment(name, frozenset(hashes), tuple(tombstones), hashes)


def remember(archive: Archive, increment: Increment) -> None:
    """Note in the archive what was handed out. To be called once the file is in its place."""
    rows: list[tuple[object, ...]] = [
        (increment.name, number, *increment.hashes[number], None) for number in increment.written
    ]
    rows += [
        (increment.name, tombstone["id"], tombstone["url"], "", tombstone["gone_at"] or _ENDED)
        for tombstone in increment.tombstones
    ]
    with archive.transaction():
        archive.connection.executemany(_REMEMBER, rows)
