"""The versions of an article: how an old one is kept, and what changed between two of them.

The newest version is the row in ``articles``; its row in ``revisions`` has no ``record``. When a post changes, the
version that was there is written into its own row as compressed JSON. A post is compressed by itself rather than as a
difference to its successor: a version must be readable when every other one is gone, and zstd makes 2 kB of a long
post.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from scraper.article import Article
from scraper.text import squeeze

_LEVEL = 9
"""zstd's level for old versions: written once and rarely, so a few milliseconds buy a tenth of the size."""

MAX_COMPARISONS = 1_000_000
"""Texts with more pairs of sentences between their shared ends, 1,000 against 1,000, are shown as replaced as a
whole: the time of a comparison grows with the pairs."""

SAME, ADDED, REMOVED = "same", "added", "removed"

DIFF_FIELDS = ("title", "published", "modified", "authors", "tags", "excerpt", "language", "canonical_url", "page_type")
"""The fields a difference names besides the text, in this order."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article, without its text."""

    article_id: int
    revision: int
    """1 for the first version archived, then 2, 3, …"""
    seen_at: str
    """The moment the page was fetched that showed this version first."""
    run_id: int | None
    title: str | None
    published: str | None
    modified: str | None
    word_count: int
    silent: bool
    """True when the content differs from the version before while the page still named the same modified date."""
    extractor: str | None
    content_hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of sentences of a difference. ``kind`` is ``"same"``, ``"added"`` or ``"removed"``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from one version to another."""

    old: Revision
    new: Revision
    fields: tuple[tuple[str, Any, Any], ...]
    """(name, old value, new value) of every field of DIFF_FIELDS that differs, values as in ``to_dict``."""
    runs: tuple[Run, ...]
    """The whole text of both versions, in order: joining the same and added runs gives the new one."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {
            "old": self.old.to_dict(),
            "new": self.new.to_dict(),
            "fields": [{"name": name, "old": old, "new": new} for name, old, new in self.fields],
            "runs": [{"kind": run.kind, "text": run.text} for run in self.runs],
        }


def packed(article: Article) -> bytes:
    """Return *article* as it is kept in ``revisions.record``: its record as JSON, compressed by zstd."""
    import zstandard

    record = json.dumps(article.to_dict(), ensure_ascii=False, separators=(",", ":"))
    return zstandard.ZstdCompressor(level=_LEVEL).compress(record.encode("utf-8"))


def unpacked(record: bytes) -> Article:
    """Return the Article that ``packed`` made *record* of. Raises zstandard.ZstdError or ValueError when it is damaged.

    >>> unpacked(packed(Article(title="On Tides"))).title
    'On Tides'
    """
    import zstandard

    return Article.from_dict(json.loads(zstandard.ZstdDecompressor().decompress(record)))


def is_silent(old: Article, new: Article) -> bool:
    """Say whether *new* changed the post without saying so: its title, text or authors differ, its modified date does
    not.

    A page that never names a modified date makes no promise and is not flagged.
    """
    if new.modified is None or new.modified != old.modified:
        return False
    return (squeeze(old.text), old.title, old.authors) != (squeeze(new.text), new.title, new.authors)


def changed_fields(old: Article, new: Article) -> tuple[tuple[str, Any, Any], ...]:
    """Return (name, old, new) of the fields in DIFF_FIELDS that differ, values JSON-ready.

    >>> changed_fields(Article(title="On Tide"), Article(title="On Tides"))
    (('title', 'On Tide', 'On Tides'),)
    """
    before, after = old.to_dict(), new.to_dict()
    return tuple((name, before[name], after[name]) for name in DIFF_FIELDS if before[name] != after[name])


def diff_text(old: str, new: str) -> tuple[Run, ...]:
    """Return the runs of sentences that lead from *old* to *new*; joining "same" and "added" gives *new* back exactly.

    White space between sentences does not make them differ.

    >>> [(run.kind, run.text) for run in diff_text("One. Two. Three.", "One. Too. Three.")]
    [('same', 'One. '), ('removed', 'Two. '), ('added', 'Too. '), ('same', 'Three.')]
    """
    before, after = sentences(old), sentences(new)
    bare = [[sentence.strip() for sentence in side] for side in (before, after)]
    head = _shared(bare[0], bare[1])
    tail = _shared(bare[0][head:][::-1], bare[1][head:][::-1])
    runs = [Run(SAME, "".join(after[:head]))]
    middle = [side[head : len(side) - tail] for side in (before, after)]
    runs += _middle_runs(middle[0], middle[1])
    runs.append(Run(SAME, "".join(after[len(after) - tail :])))
    return tuple(run for run in runs if run.text)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many sentences both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _middle_runs(before: Sequence[str], after: Sequence[str]) -> Iterator[Run]:
    """Yield the runs of what lies between the shared beginning and the shared end."""
    if not (before and after) or len(before) * len(after) > MAX_COMPARISONS:
        yield from _runs_of(before, after)
        return
    from difflib import SequenceMatcher  # a search does not need it

    bare = [[sentence.strip() for sentence in side] for side in (before, after)]
    for operation, a, b, c, d in SequenceMatcher(None, bare[0], bare[1], autojunk=False).get_opcodes():
        if operation == "equal":
            yield Run(SAME, "".join(after[c:d]))
        else:
            yield from _runs_of(before[a:b], after[c:d])


def _runs_of(before: Sequence[str], after: Sequence[str]) -> Iterator[Run]:
    if before:
        yield Run(REMOVED, "".join(before))
    if after:
        yield Run(ADDED, "".join(after))


# A sentence ends behind its closing marks and the space after them, or at a line's end; unspaced scripts need no space.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])[」』）]*|\n+")


def sentences(text: str) -> list[str]:
    r"""Return *text* cut into sentences, each with the white space behind it, so that joining them gives *text* back.

    Abbreviations may cut one sentence in two, which costs a difference nothing.

    >>> sentences("One. Two!\n\n三。四。")
    ['One. ', 'Two!\n\n', '三。', '四。']
    """
    cuts = [match.end() for match in _SENTENCE_END.finditer(text)]
    starts = [0, *cuts]
    return [piece for a, b in zip(starts, [*cuts, len(text)], strict=True) if (piece := text[a:b])]
