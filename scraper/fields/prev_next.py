"""The neighbours in time: the older and the newer post of the site.

Said by ``rel=prev`` and ``rel=next`` (in the head only when the address is a post's, since they also number pages of
one list), by names of elements, and by labels such as "Previous post". Themes differ in whether "next" means newer;
it does here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from scraper.article import Found, Neighbour
from scraper.blocks import Anchor
from scraper.hints import Hint
from scraper.labels import kinds_at
from scraper.links import Links, links_of, words_of
from scraper.marks import Cut, Marks
from scraper.phrases import key

MAX_BLOCKS = 40
"""A part named after neighbours that holds more blocks is a wrapper."""
MAX_WORDS = 40
"""Longest text of a link to a neighbour."""
_NAMED = Hint.PREVNEXT.value
_PREV_NAMES = frozenset("prev previous older nav-previous prev-post previous-post".split())
_NEXT_NAMES = frozenset("next newer nav-next next-post".split())
_ARROWS = {"←": "prev", "«": "prev", "‹": "prev", "→": "next", "»": "next", "›": "next", "<": "prev", ">": "next"}


@cache
def _label_words() -> frozenset[str]:
    """Return the words that are no part of a neighbour's title."""
    return words_of("older") | words_of("newer") | words_of("neighbour_kinds")


def find(marks: Marks) -> tuple[Found[tuple[Neighbour, ...]], ...]:
    """Return the older and the newer post as one value, the older first, and mark their links."""
    page = marks.page
    if page.is_dump:
        return ()
    links = links_of(marks)
    chosen: dict[str, tuple[Neighbour, str]] = {}
    cuts: list[Cut] = []
    for rel, anchor, source in _said(marks, links):
        target = links.post(anchor.href)
        if target is None:
            continue
        title = _title(marks, anchor)
        known = chosen.get(rel)
        if known is None or (known[0].url == target.url and not known[0].title and title):
            chosen[rel] = (Neighbour(target.url, title, rel), source)
            if anchor.block >= 0:
                cuts.append(Cut(anchor.block, anchor.block + 1, "the neighbours in time", source))
    for link in page.walked.head_links:
        rel = {"prev": "prev", "previous": "prev", "next": "next"}.get(link.rel, "")
        target = links.post(link.href) if rel and rel not in chosen else None
        if target is not None:
            chosen[rel] = (Neighbour(target.url, link.title or None, rel), "link:rel")
    if not chosen:
        return ()
    marks.add("prev_next", iter(cuts))
    value = tuple(chosen[rel][0] for rel in ("prev", "next") if rel in chosen)
    sources = "; ".join(dict.fromkeys(source for _, source in chosen.values()))
    return (Found(value, sources, 0.85, ""),)


def _said(marks: Marks, links: Links) -> Iterator[tuple[str, Anchor, str]]:
    """Yield (rel, link, source) of the links that say they lead to a neighbour."""
    for anchor in links.anchors:
        if anchor.rel:
            rels = anchor.rel.split()
            if ("prev" in rels or "previous" in rels) and _is_outside(marks, anchor):
                yield "prev", anchor, "rel:prev"
            elif "next" in rels and _is_outside(marks, anchor):
                yield "next", anchor, "rel:next"
    anchors = [anchor for anchor in links.anchors if anchor.hints & _NAMED]
    for frame in marks.hinted:
        if frame.hints & _NAMED and frame.last - frame.first <= MAX_BLOCKS:
            anchors.extend(links.between(frame.first, frame.last))
            anchors.extend(links.images_in(frame))
    for anchor in anchors:
        if _is_outside(marks, anchor):
            rel = _side(marks, anchor)
            if rel:
                yield rel, anchor, "name:neighbours"


def _is_outside(marks: Marks, anchor: Anchor) -> bool:
    """Tell whether a link stands neither in the comments nor in a list of related posts."""
    verdict = marks.verdicts[anchor.block] if anchor.block >= 0 else None
    return verdict is None or verdict.step not in ("comments", "related")


def _side(marks: Marks, anchor: Anchor) -> str:
    """Return ``prev`` or ``next`` as words, names or arrows around a link say, ``""`` when they do not."""
    text = marks.page.walked.text_of(anchor.first, anchor.last) if anchor.last > anchor.first else anchor.title
    words = key(text[:60]).split()[:3]
    older, newer = words_of("older"), words_of("newer")
    if not older.isdisjoint(words):
        return "prev"
    if not newer.isdisjoint(words):
        return "next"
    frames = marks.page.frames
    frame = anchor.frame
    for _ in range(3):
        if frame < 0:
            break
        parts = set(frames[frame].names.lower().replace("_", "-").replace("-", " ").split())
        if parts & _PREV_NAMES and not parts & _NEXT_NAMES:
            return "prev"
        if parts & _NEXT_NAMES and not parts & _PREV_NAMES:
            return "next"
        frame = frames[frame].parent
    for character in (text[:1], text[-1:]):
        if character in _ARROWS:
            return _ARROWS[character]
    if anchor.block > 0 and "navigation" in kinds_at(marks, anchor.block - 1):
        before = set(key(marks.page.blocks[anchor.block - 1].text).split())
        return "prev" if before & older else "next" if before & newer else ""
    return ""


def _title(marks: Marks, anchor: Anchor) -> str | None:
    """Return the post's title as the link shows it, without the words that say "previous post"."""
    if anchor.last <= anchor.first:
        return anchor.title or None
    text = marks.page.walked.text_of(anchor.first, anchor.last, " ").strip(" ←→«»‹›<>:|-–—")
    words = text.split()
    while words and key(words[0]) in _label_words() and len(words) > 1:
        words.pop(0)
        while words and not key(words[0]):
            words.pop(0)
    title = " ".join(words)
    if not title or key(title) in _label_words() or len(words) > MAX_WORDS:
        return anchor.title or None
    return title
