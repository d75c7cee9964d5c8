"""Where a query's words stand in a text, and the piece of it worth showing. Pure.

FTS5 has ``snippet()``, but it reads a document from its beginning again with its tokenizer and cannot see into unspaced
scripts. Here a lower-cased copy is searched with ``str.find``, which is many times faster than anything that looks at
words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.archive.queries import Atom
from pipelines.archive.words import folded

SNIPPET_CHARACTERS = 240
"""Length of a snippet: two to three lines of a terminal."""
LEAD_CHARACTERS = 60
"""How much is shown before the first match, so that it can be understood."""
_MAX_PLACES = 40
"""Places looked for per word; the best window is nearly always among the first."""
_PHRASE_GAP = 3
"""At most so many characters that are no letters stand between two words of a phrase, such as ``", "`` or ``" – "``."""
_ELLIPSIS = "…"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text, on one line."""

    text: str
    highlights: tuple[Span, ...]
    """(start, end) of the matches in ``text``, in order, not overlapping."""


class _Folding(dict[int, str]):
    """One character → one character without case and accent, worked out when first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = (folded(character) or character)[0]
        return self[code]


_FOLDING = _Folding()


def snippet(text: str, atoms: Sequence[Atom], length: int = SNIPPET_CHARACTERS) -> Snippet:
    """Return the piece of *text* with the most of *atoms* in it, or its beginning when none occurs.

    >>> found = snippet("The tide table hangs in the harbour.", [Atom(("harbour",))])
    >>> [found.text[a:b] for a, b in found.highlights]
    ['harbour']
    """
    places = sorted(find(text, atoms))
    start = _start_of(text, _best(places, length)) if places else 0
    end = _end_of(text, start, length)
    before = _ELLIPSIS if start else ""
    after = _ELLIPSIS if end < len(text) else ""
    shown = before + text[start:end].replace("\n", " ").rstrip() + after
    shift = len(before) - start
    inside = ((a + shift, b + shift) for a, b, _ in places if a >= start and b <= end)
    return Snippet(shown, _merged(inside))


def spans(text: str, atoms: Sequence[Atom]) -> tuple[Span, ...]:
    """Return (start, end) of every match of *atoms* in *text*, in order, not overlapping."""
    return _merged((a, b) for a, b, _ in sorted(find(text, atoms)))


def find(text: str, atoms: Sequence[Atom]) -> list[tuple[int, int, int]]:
    """Return (start, end, index of the atom) of the first matches of each atom, in no order."""
    low = text.lower()
    if len(low) != len(text):  # a few capitals become two small letters
        low = text.translate(_FOLDING)
    found: list[tuple[int, int, int]] = []
    missing: list[int] = []
    for index, atom in enumerate(atoms):
        places = [(a, b, index) for a, b in _places(low, atom)]
        found += places
        if not places:
            missing.append(index)
    if missing and not text.isascii():
        plain = text.translate(_FOLDING)
        found += [(a, b, index) for index in missing for a, b in _places(plain, atoms[index])]
    return found


def _places(low: str, atom: Atom) -> Iterator[Span]:
    for run in atom.runs:
        yield from _occurrences(low, run.lower())
    if atom.words:
        words = [folded(word) for word in atom.words]
        whole = 0
        for start, end in _occurrences(low, words[0], limit=_MAX_PLACES * 4):
            stop = _phrase_end(low, start, end, words, prefix=atom.prefix)
            if stop is not None:
                yield start, stop
                whole += 1
                if whole >= _MAX_PLACES:
                    return


def _occurrences(low: str, word: str, limit: int = _MAX_PLACES) -> Iterator[Span]:
    at = low.find(word)
    while at >= 0 and limit:
        yield at, at + len(word)
        limit -= 1
        at = low.find(word, at + len(word))


def _phrase_end(low: str, start: int, end: int, words: Sequence[str], *, prefix: bool) -> int | None:
    """Return where the phrase that begins with the first word at *start* ends, None when it is something else."""
    if start and low[start - 1].isalnum():
        return None
    for word in words[1:]:
        gap = end
        while gap < len(low) and gap - end < _PHRASE_GAP and not low[gap].isalnum():
            gap += 1
        if gap == end or not low.startswith(word, gap):
            return None
        end = gap + len(word)
    if end < len(low) and low[end].isalnum():
        if not prefix:
            return None
        while end < len(low) and low[end].isalnum():
            end += 1
    return end


def _best(places: Sequence[tuple[int, int, int]], length: int) -> int:
    """Return the first match of the window with the most different atoms, then the most matches."""
    best, best_score = places[0][0], (0, 0)
    room = length - LEAD_CHARACTERS
    for i, (start, _, _) in enumerate(places):
        inside = [place for place in places[i:] if place[1] <= start + room]
        score = (len({index for _, _, index in inside}), len(inside))
        if score > best_score:
            best_score, best = score, start
    return best


def _start_of(text: str, first: int) -> int:
    """Return where the snippet begins: at the sentence or else a word, at most LEAD_CHARACTERS before *first*."""
    if first <= LEAD_CHARACTERS:
        return 0
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


def _merged(found: Iterator[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
