"""The prose about the author, wherever the page shows it: box, sidebar, footer, or the last paragraph of the body.

``scraper.biography`` says of every block that may be one how likely it is; the best above a threshold wins, and
neighbours of the same box join it. With several authors, each may have one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scraper.article import Found
from scraper.biography import (
    HEAD_CHARACTERS,
    HEADING_REACH,
    NAME_WORDS,
    OTHER_NAME,
    SENTENCE_WORDS,
    Scene,
    candidates,
    features,
    probability,
    scene_of,
    words_of,
)
from scraper.blocks import Block, Frame
from scraper.labels import HEADINGS, labels_of
from scraper.marks import Cut, Marks
from scraper.template import Template, text_key
from scraper.wording import introduced_name

CERTAIN = 0.9
"""Probability from which a bio in the midst of the body is left out of it."""
OPENING_BLOCKS = 3
"""Blocks at the head of the body among which a bio below the byline stands."""
CLOSING_CREDIT = 0.35
"""Least probability of a body's last paragraph that says what a person is: the writer, if an editor has the byline."""
KNOWN_BIO = 0.6
"""Least probability of a text that the site's template knows as a bio."""
THRESHOLD = 0.15
"""Least probability of the winning block."""
JOIN_IN_BOX, JOIN_BESIDE = 0.04, 0.3
"""Least probability of a neighbour that joins: within the box the winner stands in, and outside of it."""
_SMALL = frozenset(("hello", "hey", "i'm", "meet", "and", "welcome"))
"""Words beside the author's name in a line that is no more than a name."""


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return bio candidates, best first, and mark the winner's blocks so that the body leaves them out.

    Paragraphs are separated by a newline; the bios of several authors by a blank line, in byline order.
    """
    scene = scene_of(marks)
    scored = [(_likely(scene, block), block) for block in candidates(scene)]
    scored.sort(key=lambda item: -item[0])
    if not scored or scored[0][0] < THRESHOLD:
        return ()
    chosen = _bios(scene, scored)
    marks.add("author_bio", _cuts(chosen, scene, scored[0][0]))
    text = "\n\n".join("\n".join(block.text for block in bio) for bio in chosen)
    taken = {block.index for bio in chosen for block in bio}
    winner = Found(text, _source(scene, scored[0][1]), scored[0][0], text)
    rivals = (Found(b.text, _source(scene, b), p, b.text) for p, b in scored[1:4] if b.index not in taken)
    return (winner, *rivals)


def _likely(scene: Scene, block: Block) -> float:
    """Return how likely a block is a bio; what is the bio on the site's other pages is very likely one here."""
    found = features(scene, block)
    likely = probability(found)
    if block.index == scene.last - 1 and found.get("role") and OTHER_NAME.match(block.text.lstrip("(*[ ")):
        likely = max(likely, CLOSING_CREDIT)
    template = scene.marks.template
    if isinstance(template, Template) and template.bios and text_key(block.text) in template.bios:
        return max(likely, KNOWN_BIO)
    return likely


def _cuts(bios: list[list[Block]], scene: Scene, chance: float) -> Iterator[Cut]:
    """Yield the bio's blocks; of those inside the body only what stands at its ends, in an author's box, or is
    certain."""
    kept = scene.marks.kept()
    opening = kept[min(OPENING_BLOCKS, len(kept)) - 1].index if kept else -1
    tail = scene.marks.tail()
    for bio in bios:
        yield from _label_cuts(scene, bio[0])
        for block in bio:
            inside = scene.first <= block.index < tail
            if inside and block.index <= opening and introduced_name(block.text) is None:
                inside = False  # below the byline; an introduction in the first person there opens the article
            if inside and block.index not in scene.author and chance < CERTAIN:
                continue
            yield Cut(block.index, block.index + 1, "about the author", _source(scene, block))


def _label_cuts(scene: Scene, first: Block) -> Iterator[Cut]:
    """Yield the lines directly above a bio that announce it: a heading such as "About the author", the author's
    name."""
    labels = labels_of(scene.marks)
    for index in range(first.index - 1, max(first.index - 1 - HEADING_REACH, -1), -1):
        block = scene.marks.page.blocks[index]
        is_name = block.words <= NAME_WORDS and scene.names and words_of(block.text) <= scene.names | _SMALL
        if index == scene.marks.headline or not ("bio_heading" in labels.get(index, ()) or is_name):
            return
        yield Cut(index, index + 1, "about the author", "above the bio")


def _source(scene: Scene, block: Block) -> str:
    """Return where a bio stood, in the words of the evidence."""
    if block.index in scene.author:
        return "box"
    if block.index in scene.headed:
        return "heading"
    if scene.first <= block.index < scene.last:
        return "paragraph of the body"
    return "after the body" if block.index >= scene.last else "before the body"


def _bios(scene: Scene, scored: list[tuple[float, Block]]) -> list[list[Block]]:
    """Return the winner with the neighbours that belong to it; with several authors, the bio of each, in byline
    order."""
    chance = {block.index: p for p, block in scored}
    authors = [words_of(author.name) for author in scene.marks.best("authors") or ()]
    if len(authors) < 2:
        return [_extended(scene, scored[0][1], chance)]
    seeds: dict[int, Block] = {}
    for place, names in enumerate(authors):
        for p, block in scored:
            if p >= THRESHOLD and names & words_of(block.text[:HEAD_CHARACTERS]) and block not in seeds.values():
                seeds[place] = block
                break
    if not seeds:
        return [_extended(scene, scored[0][1], chance)]
    bios: list[list[Block]] = []
    taken: set[str] = set()
    others = {block.index for block in seeds.values()}
    for seed in seeds.values():
        own = {index: p for index, p in chance.items() if index == seed.index or index not in others}
        bio = [block for block in _extended(scene, seed, own) if block.text not in taken]
        if bio:
            bios.append(bio)
            taken.update(block.text for block in bio)
    return bios


def _extended(scene: Scene, seed: Block, chance: dict[int, float]) -> list[Block]:
    """Return the seed and its neighbours: up and down to the next heading or the next block that is none."""
    blocks = scene.marks.page.blocks
    box = _box(scene, seed)
    in_body = scene.marks.verdicts[seed.index] is None and scene.first <= seed.index < scene.last
    chosen = {seed.index: seed}
    for step in (-1, 1):
        skipped = 0
        index = seed.index + step
        while 0 <= index < len(blocks) and skipped <= 1:
            block = blocks[index]
            inside = box.first <= index < box.last and not in_body
            needed = JOIN_IN_BOX if inside else JOIN_BESIDE
            if block.tag in HEADINGS:
                break
            again = _PRESENTS.match(seed.text) and _PRESENTS.match(block.text)
            if chance.get(index, 0.0) >= needed and _is_sentence(block) and not again:
                chosen[index] = block
                skipped = 0
            else:
                skipped += 1
            index += step
    return [chosen[index] for index in sorted(chosen)]


_PRESENTS = re.compile(r"[A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){0,3} is (?:a|an|the)\b")
"""A paragraph that says who somebody is; the second one in a box is another bio of the same person, or of another."""


def _is_sentence(block: Block) -> bool:
    """Tell a paragraph of a bio from a role, a date or a name beside it ("Senior engineer, Acme")."""
    return block.words >= SENTENCE_WORDS or block.text.endswith((".", "!", "?", "。", "…", ":)", ")"))


def _box(scene: Scene, seed: Block) -> Frame:
    """Return the frame around the seed's own that holds its sibling paragraphs."""
    frames = scene.marks.page.frames
    frame = frames[seed.frame]
    while frame.parent >= 0 and frame.last - frame.first < 2:
        frame = frames[frame.parent]
    return frame
