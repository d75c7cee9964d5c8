"""What can be seen around each line of a dump: how dense the text is, what stood above, what the page is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from scraper.dump.lines import PROSE_WORDS, Lines

WINDOWS = (2, 5, 12, 30)
"""Lines on either side in which running text is counted."""
NARROW, WIDE = 3, 10
"""Lines on either side in which everything else is counted."""
HEADS = (
    "comments", "reply", "related", "author", "share", "newsletter", "legal", "contact", "read_more", "advertising",
    "label",
)  # fmt: skip
"""Kinds of line whose distance above and below a line sees."""
FAR = 60
"""Lines beyond which a telling line is too far away to matter."""
BREAKS = (3.0, 10.0)
"""What a line that is no running text costs a stretch of text, in words."""
LONG_WORDS = 15
"""A line of so many words is a paragraph."""
LABEL_WORDS = 12
"""The longest line whose date or time is a stamp, not part of a sentence."""
TITLE_WORDS = (3, 30)
"""Words of a line that may be the headline."""
TOPIC_LINES = 3
"""A word that stands in so many lines of running text is a word of the topic."""
TOPIC_TOP = 20
"""So many of the commonest of them are the main topic."""

Columns = dict[str, Sequence[float]]
_CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")


def columns_of(lines: Lines, address: str | None) -> Columns:
    """Return every column the scorer may ask for, own and around, by name; all have one number per line."""
    columns: Columns = dict(lines.columns)
    columns.update({f"is_{kind}": column for kind, column in lines.kinds.items()})
    columns["any_kind"] = [max(values) for values in zip(*lines.kinds.values(), strict=True)]
    prose = [float(words) if words >= PROSE_WORDS else 0.0 for words in lines.words]
    slug = slug_words(address)
    _add_density(columns, prose)
    _add_stretches(columns, prose, lines)
    _add_heads(columns, lines)
    _add_runs(columns, lines)
    _add_topic(columns, lines, prose, slug)
    _add_windows(columns, lines)
    _add_paragraphs(columns, lines)
    _add_likeness(columns, lines)
    _add_title(columns, lines, slug)
    return columns


def around(values: Sequence[float], width: int) -> list[float]:
    """Return for each position the sum of the values up to *width* positions away.

    >>> around([1, 2, 3, 4], 1)
    [3, 6, 9, 7]
    """
    sums = [0] * (width + 1) + list(accumulate(values))
    sums += [sums[-1]] * width
    return [last - first for first, last in zip(sums, sums[2 * width + 1 :], strict=False)]


def distances(there: Sequence[float]) -> list[float]:
    """Return how many lines above the nearest line that is there stands, 0 for that line itself, at most FAR.

    >>> distances([0, 1, 0, 0])
    [60, 0, 1, 2]
    """
    out: list[float] = []
    distance = FAR
    for value in there:
        distance = 0 if value else min(distance + 1, FAR)
        out.append(distance)
    return out


def _add_distances(columns: Columns, name: str, there: Sequence[float]) -> None:
    columns[f"since_{name}"] = distances(there)
    columns[f"until_{name}"] = distances(there[::-1])[::-1]


def _add_density(columns: Columns, prose: list[float]) -> None:
    sums = [0.0, *accumulate(prose)]
    size = len(prose)
    total = sums[-1] or 1.0
    for width in WINDOWS:
        columns[f"prose_{width}"] = around(prose, width)
    columns["prose_above"] = sums[:-1]
    columns["prose_below"] = [total - above for above in sums[1:]]
    columns["share_above"] = [above / total for above in sums[:-1]]
    columns["line"] = range(size)
    columns["lines_below"] = range(size, 0, -1)
    columns["page_lines"] = [size] * size
    columns["page_prose"] = [total] * size


def _add_stretches(columns: Columns, prose: list[float], lines: Lines) -> None:
    """Add where a line stands to the stretch with most running text, for two prices of an interruption."""
    marked = lines.columns["marker"]
    for price in BREAKS:
        values = [words or (-price / 2 if item else -price) for words, item in zip(prose, marked, strict=True)]
        first, last = best_stretch(values)
        columns[f"from_start_{price:.0f}"] = [max(-FAR, min(at - first, FAR)) for at in range(len(prose))]
        columns[f"to_end_{price:.0f}"] = [max(-FAR, min(last - 1 - at, FAR)) for at in range(len(prose))]


def best_stretch(values: Sequence[float]) -> tuple[int, int]:
    """Return (first, one past last) of the stretch with the largest sum; (0, 0) when no value is above nothing.

    >>> best_stretch([-1, 5, -2, 4, -9, 3])
    (1, 4)
    """
    best = total = 0.0
    first = last = start = 0
    for at, value in enumerate(values):
        if total <= 0:
            total, start = 0.0, at
        total += value
        if total > best:
            best, first, last = total, start, at + 1
    return first, last


def _add_heads(columns: Columns, lines: Lines) -> None:
    """Add for each telling kind how far above and below the nearest such line stands, and how many stood above."""
    size = len(lines.blocks)
    nowhere, none = [FAR] * size, [0] * size
    for kind in HEADS:
        there = lines.kinds[kind]
        if any(there):
            _add_distances(columns, kind, there)
            columns[f"above_{kind}"] = [min(count, 9) for count in accumulate(map(bool, there))]
        else:
            columns[f"since_{kind}"] = columns[f"until_{kind}"] = nowhere
            columns[f"above_{kind}"] = none


def _add_runs(columns: Columns, lines: Lines) -> None:
    """Add the run of items, or of short lines, that a line belongs to: its length, and its lines' mean words."""
    words = lines.words
    size = len(words)
    for name, flags in (
        ("items", [marker > 0 for marker in lines.columns["marker"]]),
        ("short", [count < PROSE_WORDS for count in words]),
    ):
        length = [0.0] * size
        mean = [0.0] * size
        start = 0
        for at in range(1, size + 1):
            if at == size or flags[at] != flags[start]:
                if flags[start]:
                    run = at - start
                    length[start:at] = [float(run)] * run
                    mean[start:at] = [sum(words[start:at]) / run] * run
                start = at
        columns[f"run_{name}"] = length
        columns[f"run_{name}_words"] = mean


def _add_topic(columns: Columns, lines: Lines, prose: list[float], slug: frozenset[str]) -> None:
    """Add how much of what a line, and the lines around it, speak of the rest of the text speaks of too."""
    having = Counter(token for tokens, words in zip(lines.tokens, prose, strict=True) if words for token in tokens)
    topic = {token: min(count, 9) for token, count in having.items() if count >= TOPIC_LINES}
    main = frozenset(sorted(topic, key=lambda token: (-topic[token], token))[:TOPIC_TOP])
    sizes = [len(tokens) for tokens in lines.tokens]
    elsewhere = [
        sum(map((1 if words else 0).__lt__, map(having.__getitem__, tokens)))
        for tokens, words in zip(lines.tokens, prose, strict=True)
    ]
    on_main = [len(tokens & main) for tokens in lines.tokens]
    depth = [sum(topic.get(token, 0) for token in tokens) for tokens in lines.tokens]
    columns["in_address"] = [len(tokens & slug) for tokens in lines.tokens]
    for name, counts in (("elsewhere", elsewhere), ("main", on_main), ("depth", depth)):
        columns[name] = _shares(counts, sizes)
        for width in (NARROW, WIDE):
            columns[f"{name}_{width}"] = _shares(around(counts, width), around(sizes, width))


def _shares(counts: Sequence[float], sizes: Sequence[float]) -> list[float]:
    return [count / size if size else -1.0 for count, size in zip(counts, sizes, strict=True)]


def _add_windows(columns: Columns, lines: Lines) -> None:
    """Add what the lines around are like: stamped, telling, short, sentences, capitalised, speaking to somebody."""
    words = lines.words
    own = lines.columns
    stamp = [year > 0 and count < LABEL_WORDS for year, count in zip(own["year"], words, strict=True)]
    clock = [
        count < LABEL_WORDS and ":" in block.text and _CLOCK.search(block.text) is not None
        for block, count in zip(lines.blocks, words, strict=True)
    ]
    ends = [end in (1, 2) for end in own["end"]]
    short = [count < PROSE_WORDS for count in words]
    told = [kind > 0 for kind in columns["any_kind"]]
    for name, flags in (("stamps", stamp), ("clocks", clock), ("ends", ends), ("shorts", short), ("telling", told)):
        for width in (NARROW, WIDE):
            columns[f"{name}_{width}"] = around(flags, width)
    for name, flags in (("stamp", stamp), ("clock", clock)):
        _add_distances(columns, name, flags)
        columns[f"{name}s_above"] = list(accumulate(flags))
    columns["reader_5"] = around(own["reader"], 5)
    columns["person_5"] = around(own["person"], 5)
    columns["capitals_3"] = around(own["capitals"], 3)
    function = [share * count for share, count in zip(own["function"], words, strict=True)]
    columns["function_3"] = _shares(around(function, 3), around(words, 3))


def _add_paragraphs(columns: Columns, lines: Lines) -> None:
    """Add how far the paragraphs above and below are, and how long."""
    long = [count >= LONG_WORDS for count in lines.words]
    _add_distances(columns, "paragraph", long)
    for name, order in (("above", 1), ("below", -1)):
        column: list[float] = []
        last = 0.0
        for count in lines.words[::order]:
            column.append(last)
            if count >= LONG_WORDS:
                last = count
        columns[f"paragraph_{name}"] = column[::order]


def _add_likeness(columns: Columns, lines: Lines) -> None:
    """Add how many lines begin with the same two words, and where short lines stand that occur three times or more."""
    beginnings = [" ".join(block.text[:60].lower().split(None, 2)[:2]) for block in lines.blocks]
    same = Counter(beginnings)
    columns["like"] = [min(same[beginning], FAR) for beginning in beginnings]
    own = lines.columns
    repeated = [
        above + below > 1 and count < PROSE_WORDS
        for above, below, count in zip(own["copies_before"], own["copies_after"], lines.words, strict=True)
    ]
    for width in (NARROW, WIDE):
        columns[f"repeats_{width}"] = around(repeated, width)
    _add_distances(columns, "repeat", repeated)


def _add_title(columns: Columns, lines: Lines, slug: frozenset[str]) -> None:
    """Add how far below the line most like the address a line stands, and below the last of its copies."""
    size = len(lines.blocks)
    shortest, longest = TITLE_WORDS
    likeness = [
        len(tokens & slug) / len(tokens | slug) if shortest <= words <= longest and tokens else 0.0
        for tokens, words in zip(lines.tokens, lines.words, strict=True)
    ]
    best = max(likeness, default=0.0)
    first = last = -1
    if best >= 0.2:
        first = likeness.index(best)
        last = size - 1 - likeness[::-1].index(best)
    else:
        copies = lines.columns["copies_after"]
        first = last = next(
            (at for at, words in enumerate(lines.words) if copies[at] and shortest < words < longest), -1
        )
    for name, title in (("from_title", first), ("from_last_title", last)):
        columns[name] = [max(-FAR, min(at - title, FAR)) if title >= 0 else -FAR - 1 for at in range(size)]


def slug_words(address: str | None) -> frozenset[str]:
    """Return the words of an address's path, three letters or more.

    >>> sorted(slug_words("https://blog.example/2021/07/back-pain-after-running/"))
    ['2021', 'after', 'back', 'pain', 'running']
    """
    if not address:
        return frozenset()
    path = address.split("//", 1)[-1].partition("/")[2].partition("?")[0].lower()
    for separator in "/-_.+%":
        path = path.replace(separator, " ")
    return frozenset(word for word in path.split() if len(word) > 2)
