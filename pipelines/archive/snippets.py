"""Where a query's words stand in a text, and the piece of it worth showing. Pure.

FTS5 has ``snippet()``, but it takes a document through its tokenizer once more and cannot see into unspaced scripts.
Here a lower-cased copy is searched with ``str.find``, which is many times faster than anything that looks at every
word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipelines.archive.queries import Atom
from pipelines.archive.words import folded

SNIPPET_CHARACTERS = 240
"""Length of a snippet: two to three lines of a terminal."""
LEAD_CHARACTERS = 60
"""How much is shown before the first match, so that it can be understood."""
_PLACES = 8
"""Places looked at per word when the best window is chosen; it is nearly always among the first."""
_QUICK_PLACES = 4
"""The same of words that are easy to find, for a text that is one of twenty."""
_TRIES = 200
"""Occurrences looked at per word for one that is a whole word: ``is`` occurs in ``this``."""
_PHRASE_GAP = 3
"""At most so many characters that are no letters stand between two words of a phrase, such as ``", "`` or ``" – "``."""
_ELLIPSIS = "…"

Span = tuple[int, int]


class _Folding(dict[int, str]):
    """One character → one character without case and accent, worked out when first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = (folded(character) or character)[0]
        return self[code]


_FOLDING = _Folding()
_ACCENTED = re.compile(r"[\u00c0-\u024f\u0370-\u04ff\u1e00-\u1fff]")
"""Letters that may lose an accent when they are folded."""
_TO_FOLD = re.compile(r"[^\x00-\xbf\u2000-\u206f]")
"""What may fold to something else; typographic quotes and dashes do not."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def _folded_in_place(text: str) -> str:
    """Return *text* without case and accents, every character at its place."""
    # Only what is not ASCII is looked up one by one: typographic quotes, an accent here and there.
    return _NOT_ASCII.sub(lambda found: _FOLDING[ord(found[0])], text).lower()


@dataclass(frozen=True, slots=True)
class Needle:
    """One word, phrase or stretch of characters as it is looked for in a lower-cased text."""

    first: str
    rest: tuple[str, ...]
    whole: bool
    """False for unspaced scripts, where a match may stand anywhere."""
    prefix: bool
    spellings: tuple[str, ...] = field(default=(), compare=False)
    """The words behind a space as they are nearly always written, small and with a capital."""

    def next_after_space(self, text: str, spelt: str, start: int, stop: int) -> int:
        """Return where a match of one of ``spellings`` begins behind a space from *start* on, -1 without one."""
        size = len(spelt)
        at = text.find(spelt, start, stop)
        while at >= 0 and not self.prefix and text[at + size : at + size + 1].isalnum():
            at = text.find(spelt, at + size, stop)
        return at + 1 if at >= 0 else -1

    def places(self, low: str, limit: int, start: int = 0, stop: int | None = None) -> Iterator[Span]:
        """Yield the first *limit* (start, end) that begin in *low* between *start* and *stop*, in order."""
        first = self.first
        size = len(first)
        stop = len(low) if stop is None else stop
        tries = _TRIES
        at = low.find(first, start, stop)
        while at >= 0:
            end = at + size
            if not self.whole:
                yield at, end
                limit -= 1
            elif not (at and low[at - 1].isalnum()):
                behind = self._end(low, end)
                if behind:
                    yield at, behind
                    limit -= 1
            tries -= 1
            if not (limit and tries):
                return
            at = low.find(first, end, stop)

    def _end(self, low: str, end: int) -> int:
        """Return where the phrase whose first word ends at *end* does; 0 when it is something else."""
        for word in self.rest:
            gap = end
            while gap < len(low) and gap - end < _PHRASE_GAP and not low[gap].isalnum():
                gap += 1
            if gap == end or not low.startswith(word, gap):
                return 0
            end = gap + len(word)
        if end < len(low) and low[end].isalnum():
            if not self.prefix:
                return 0
            while end < len(low) and low[end].isalnum():
                end += 1
        return end


def needles(atoms: Iterable[Atom], *fields: str) -> tuple[Needle, ...]:
    """Return what to look for so that *atoms* of *fields* (``""``: anywhere) are found, the longest first."""
    found: dict[Needle, None] = {}
    for atom in atoms:
        if atom.field not in fields:
            continue
        if atom.literal is not None:
            found[Needle(atom.literal, (), whole=False, prefix=False)] = None
            continue
        for run in atom.runs:
            found[Needle(run.lower(), (), whole=False, prefix=False)] = None
        if atom.words:
            first, *rest = (folded(word) for word in atom.words)
            spelt = f" {' '.join((first, *rest))}"
            spellings = (spelt, f" {' '.join(word.capitalize() for word in (first, *rest))}")
            found[Needle(first, tuple(rest), whole=True, prefix=atom.prefix, spellings=spellings)] = None
    return tuple(sorted(found, key=_length, reverse=True))


def snippet(text: str, wanted: Sequence[Needle], length: int = SNIPPET_CHARACTERS) -> tuple[str, tuple[Span, ...]]:
    """Return (the piece of *text* with the most of *wanted* in it, (start, end) of the matches in it).

    Without any match it is the text's beginning. It is one line, and has an ellipsis where something is left out.

    >>> atom = Atom(("harbour",))
    >>> piece, highlights = snippet("The tide table hangs in the harbour.", needles([atom], ""))
    >>> [piece[a:b] for a, b in highlights]
    ['harbour']
    """
    first = _first_match(text, wanted, length - LEAD_CHARACTERS)
    start = _start_of(text, first) if first > LEAD_CHARACTERS else 0
    end = _end_of(text, start, length)
    piece = text[start:end].replace("\n", " ").rstrip()
    if start:
        piece = _ELLIPSIS + piece
    if end < len(text):
        piece += _ELLIPSIS
    return piece, spans(piece, wanted) if first >= 0 else ()


def spans(text: str, wanted: Sequence[Needle]) -> tuple[Span, ...]:
    """Return (start, end) of every match in a short *text*, in order, not overlapping; accents do not count."""
    low = text.lower()
    if len(low) != len(text) or (not low.isascii() and _TO_FOLD.search(low)):
        low = _folded_in_place(text)
    found: list[Span] = []
    for needle in wanted:
        if needle.first in low:
            found += needle.places(low, _TRIES)
    if len(found) < 2:
        return tuple(found)
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def lowered(text: str) -> str:
    """Return *text* in lower case, every character at its place."""
    low = text.lower()
    # A few capitals become two small letters, which would move everything behind them.
    return low if len(low) == len(text) else _folded_in_place(text)


def _first_match(text: str, wanted: Sequence[Needle], room: int) -> int:
    """Return where the first match of the best stretch of *room* characters stands, -1 without any match.

    Best is what holds the most different needles, and the earliest of those. The text is searched as it is first; a
    lower-cased and a folded copy are only made when that finds nothing.
    """
    found = _quick_window(text, wanted, room)
    if found[1]:
        return found[0]
    low = lowered(text)
    found = max(found, _window(low, wanted, room), key=_matches)
    if found[1] < len(wanted) and _ACCENTED.search(low) and not _all_occur(low, wanted):
        found = max(found, _window(_folded_in_place(text), wanted, room), key=_matches)
    return found[0]


def _quick_window(text: str, wanted: Sequence[Needle], room: int) -> tuple[int, int]:
    """Return what ``_window`` does, of words behind a space only: they are found without looking at every letter.

    ``is`` occurs in ``this`` five times as often as alone, and ``find`` is as fast with the space as without.
    """
    for index, anchor in enumerate(wanted):
        best, most = -1, 0
        at, spelt = -1, ""
        for spelt in anchor.spellings:
            at = anchor.next_after_space(text, spelt, 0, len(text))
            if at >= 0:
                break
        others = wanted[index + 1 :]
        tries = _QUICK_PLACES
        while at >= 0 and tries:
            first, found = at, 1
            for other in others:
                for spelling in other.spellings:
                    place = other.next_after_space(text, spelling, max(0, at - room // 2), at + room // 2)
                    if place >= 0:
                        found += 1
                        first = min(first, place)
                        break
            if found > most:
                best, most = first, found
            if not others or most > len(others):
                break
            tries -= 1
            at = anchor.next_after_space(text, spelt, at + 1, len(text))
        if most:
            return best, most
    return -1, 0


def _matches(found: tuple[int, int]) -> int:
    return found[1]


def _all_occur(text: str, wanted: Sequence[Needle]) -> bool:
    """Say whether every needle's first word seems to be in *text*, small or with a capital."""
    return all(needle.first in text or needle.first.capitalize() in text for needle in wanted)


def _window(low: str, wanted: Sequence[Needle], room: int) -> tuple[int, int]:
    """Return (where the first match of the best stretch stands or -1, how many needles are in the stretch).

    The longest words are the rarest: the others are looked for around the places of one of those only.
    """
    for index, anchor in enumerate(wanted):
        best, most = -1, 0
        for at, _ in anchor.places(low, _PLACES):
            first, found = _around(low, at, wanted[index + 1 :], room)
            if found > most:
                best, most = first, found
            if most == len(wanted) - index:
                break
        if most:
            return best, most
    return -1, 0


def _length(needle: Needle) -> int:
    return len(needle.first) + sum(map(len, needle.rest))


def _around(low: str, at: int, others: Sequence[Needle], room: int) -> tuple[int, int]:
    """Return (the first match, how many needles match) within half of *room* before and the rest behind *at*."""
    first, found = at, 1
    for other in others:
        place = next(other.places(low, 1, max(0, at - room // 2), at + room // 2), None)
        if place is not None:
            found += 1
            first = min(first, place[0])
    return first, found


def _start_of(text: str, first: int) -> int:
    """Return where the snippet begins: at a sentence or else a word, at most LEAD_CHARACTERS before *first*."""
    earliest = first - LEAD_CHARACTERS
    for mark in ("\n", ". ", "! ", "? ", "。"):
        at = text.rfind(mark, earliest, first)
        if at >= 0:
            return at + len(mark)
    at = text.find(" ", earliest, first)
    return at + 1 if at >= 0 else earliest


def _end_of(text: str, start: int, length: int) -> int:
    end = start + length
    if end >= len(text):
        return len(text)
    at = text.rfind(" ", start + length // 2, end)
    return at if at >= 0 else end
