"""How likely a block is prose about the author: the gate that lets candidates through, their features, and the learnt
scorer.

Each candidate is asked about its wording, the author's name, its position and the names of the elements around it;
the answers are weighed by a logistic regression (``data/models/author_bio.json``, trained by
``tests/training/bio.py``). Class names alone find the marked half of the bios; wording finds the rest, and class
names then buy precision.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from scraper.blocks import Block
from scraper.hints import Hint
from scraper.labels import labels_of
from scraper.marks import Marks
from scraper.resources import data_path
from scraper.wording import Wording, introduced_name, wording_of

MIN_WORDS = 5
"""Shorter blocks are names, roles and labels."""
MAX_WORDS = 320
"""The longest paragraph of a bio; longer ones are articles."""
MAX_LINKED = 0.6
"""Share of its words in links above which a block is a list of links."""
UNNAMED_WORDS = 8
"""Words a block outside the body must have when nothing else speaks for it."""
FRAME_BLOCKS = 60
"""A frame named after the author that holds more blocks is a wrapper of the page."""
HEADING_REACH = 3
"""How many blocks above, at most, a heading or the author's name may stand."""
AFTER_REACH = 2
"""Last blocks of the body where an introduction counts as standing after it."""
FOOT_BLOCKS = 3
"""Last blocks of the body that are asked without any sign that they are a bio."""
NAME_WORDS = 6
"""Longest block that is the author's name alone, with a greeting or a role."""
HEAD_CHARACTERS = 60
"""Where a paragraph about a person names that person."""
TAIL_BLOCKS = 6
"""Blocks at the end of the body in which a bio without any mark may stand."""
SENTENCE_WORDS = 14
"""A neighbour with fewer words joins only when it ends like a sentence."""
BOX_BLOCKS = 14
"""The most blocks a box around the winner may hold for its paragraphs to join easily."""
_CERTAINLY_OTHER = frozenset(("comments", "hidden", "title_repeats"))
_ABOUT = Hint.ABOUT.value
_MAY_HOLD_BIO = frozenset(("footers", "widgets", "author_boxes", "repeated", "body"))
"""Cleaning steps whose blocks may be a bio without any other sign; of 600 blocks of other steps none was."""
_AUTHOR_OR_ABOUT = (Hint.AUTHOR | Hint.BYLINE | Hint.ABOUT).value
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(slots=True)
class Scene:
    """What is asked of every candidate of one page, worked out once."""

    marks: Marks
    names: frozenset[str]
    """The words of the authors' names, folded, of three letters or more."""
    spellings: tuple[str, ...]
    """The same as they are written: capitalised, and in capitals."""
    starts: tuple[str, ...]
    """What a paragraph about the author begins with."""
    first: int
    last: int
    """The body's first kept block and one past its last."""
    author: dict[int, tuple[int, bool]] = field(default_factory=dict)
    """Block → (blocks in the innermost frame named after an author, whether that name says more than a byline's)."""
    headed: dict[int, int] = field(default_factory=dict)
    """Block → how many blocks above it a bio heading stands."""
    named: dict[int, int] = field(default_factory=dict)
    """Block → how many blocks above it the author's name stands alone."""


def scene_of(marks: Marks) -> Scene:
    """Return what is asked of every candidate of a page."""
    kept = marks.kept()
    first, last = (kept[0].index, kept[-1].index + 1) if kept else marks.body
    while last < marks.body[1] and _is_repeated_text(marks, last):
        last += 1
    names: frozenset[str] = frozenset().union(*(words_of(author.name) for author in marks.best("authors") or ()))
    spellings = tuple(name.capitalize() for name in names) + tuple(name.upper() for name in names)
    scene = Scene(marks, names, spellings, spellings + _OPENINGS, first, last)
    _mark_author_frames(scene)
    _mark_labels(scene)
    return scene


def _is_repeated_text(marks: Marks, index: int) -> bool:
    """Tell whether a block would end the body if the site did not repeat it."""
    verdict = marks.verdicts[index]
    return verdict is not None and verdict.step == "repeated" and marks.page.blocks[index].words >= UNNAMED_WORDS


_OPENINGS = (
    "I'm ", "I’m ", "I am ", "Hi", "Hello", "Hey", "My name ", "Hallo", "Ich bin ", "Bonjour", "Je suis ", "Hola",
    "Soy ", "Ciao", "Sono ", "Olá", "Eu sou ", "Cześć", "Jestem ", "Привет", "Меня зовут ", "About ", "Welcome",
)  # fmt: skip


def _mark_author_frames(scene: Scene) -> None:
    for frame in scene.marks.hinted:
        if not frame.hints & _AUTHOR_OR_ABOUT:
            continue
        size = frame.last - frame.first
        if 0 < size < FRAME_BLOCKS:
            tells = bool(frame.hints & _ABOUT)
            for index in range(frame.first, frame.last):
                known = scene.author.get(index)
                scene.author[index] = (size, tells or (known is not None and known[1]))


def _mark_labels(scene: Scene) -> None:
    """Note which blocks stand below a bio heading or below the author's name."""
    for index, kinds in labels_of(scene.marks).items():
        if "bio_heading" in kinds:
            _reach(scene.headed, index)
    spellings = scene.spellings
    if not spellings:
        return
    for block in scene.marks.page.blocks:
        if block.words <= NAME_WORDS:
            text = block.text
            for name in spellings:
                if name in text:
                    _reach(scene.named, block.index)
                    break


def _reach(table: dict[int, int], index: int) -> None:
    for reach in range(1, HEADING_REACH + 1):
        table[index + reach] = min(reach, table.get(index + reach, reach))


def candidates(scene: Scene) -> Iterator[Block]:
    """Yield the blocks that may be a bio, in page order."""
    marks = scene.marks
    verdicts = marks.verdicts
    spellings = scene.spellings
    foot = scene.last - FOOT_BLOCKS
    for block in marks.page.blocks:
        words = block.words
        if words < MIN_WORDS or words > MAX_WORDS:
            continue
        index = block.index
        if block.linked > MAX_LINKED * words and (words < SENTENCE_WORDS or index not in scene.author):
            continue
        verdict = verdicts[index]
        if block.tag in _HEADINGS or (verdict is not None and verdict.step in _CERTAINLY_OTHER):
            continue
        if (
            index in scene.author
            or index in scene.headed
            or index in scene.named
            or (
                words >= UNNAMED_WORDS
                and (index >= foot or index < scene.first or verdict is not None)
                and (verdict is None or verdict.step in _MAY_HOLD_BIO)
            )
            or block.text.startswith(scene.starts)
            or _names_author(block.text[:HEAD_CHARACTERS], spellings)
        ) and not _speaks_of_another(scene, block):
            yield block


def _speaks_of_another(scene: Scene, block: Block) -> bool:
    """Tell whether a paragraph in the midst of the body begins with the name of somebody who is not the author."""
    index = block.index
    if not scene.names or not scene.first <= index < scene.last - 1 or index in scene.author or index in scene.headed:
        return False
    verdict = scene.marks.verdicts[index]
    return verdict is None and OTHER_NAME.match(block.text) is not None and not scene.names & words_of(block.text[:80])


def _names_author(head: str, spellings: tuple[str, ...]) -> bool:
    for name in spellings:  # noqa: SIM110 - asked for every block of the page; a generator costs three times as much
        if name in head:
            return True
    return False


_STEPS = (
    "promotion",
    "notices",
    "forms",
    "footers",
    "widgets",
    "author_boxes",
    "navigation",
    "lines",
    "sections",
    "body",
)


def features(scene: Scene, block: Block) -> dict[str, float]:
    """Return the features of one candidate, those that are zero left out."""
    said = wording_of(block.text)
    out = _of_wording(said)
    _add_names(out, scene, block, said)
    if said.greets and introduced_name(block.text) is not None:
        out["introduces"] = 1.0
    _add_place(out, scene, block)
    _add_shape(out, block)
    _add_crosses(out)
    return out


_COPULAS = frozenset(("is", "was", "has", "ist", "est", "es", "è", "é", "jest"))


def _of_wording(said: Wording) -> dict[str, float]:
    out: dict[str, float] = {"bias": 1.0}
    long = max(said.words, 12)
    for name, count in (("role", said.role), ("verb", said.verb), ("life", said.life)):
        if count:
            out[name] = 1.0
            out[name + "_many"] = min(count - 1, 4) / 2
            out[name + "_share"] = min(count / long * 10, 3.0)
    shares = (
        ("first_person", said.first_person), ("third_person", said.third_person), ("we", said.we), ("you", said.you),
        ("pitch", said.pitch),
    )  # fmt: skip
    for name, count in shares:
        if count:
            out[name] = 1.0
            out[name + "_share"] = min(count / long * 10, 3.0)
    if said.greets:
        out["greets"] = 1.0
    if said.years:
        out["years"] = 1.0
    if not _COPULAS.isdisjoint(said.tokens):
        out["copula"] = 1.0
    return out


def _add_names(out: dict[str, float], scene: Scene, block: Block, said: Wording) -> None:
    names = scene.names
    if not names:
        out["author_unknown"] = 1.0
    else:
        heads = len([word for word in said.head if word.removesuffix("'s") in names])
        if heads:
            out["name_first"] = 1.0
            if heads > 1:
                out["full_name_first"] = 1.0
        else:
            if not names.isdisjoint(said.tokens):
                out["name_inside"] = 1.0
            if OTHER_NAME.match(block.text):
                out["other_name_first"] = 1.0
    if block.index in scene.named:
        out["below_name"] = 1.0
        if scene.named[block.index] == 1:
            out["just_below_name"] = 1.0
    if block.index in scene.headed:
        out["headed"] = 1.0


OTHER_NAME = re.compile(r"[A-ZÀ-Þ][\w'’.-]+ (?:[A-ZÀ-Þ][\w'’.-]*\.? )?[A-ZÀ-Þ][\w'’-]+,? (?:is|was|has|a|an|the|who)\b")
"""A first and a second name, then a verb: of a person other than the author when asked."""


def _add_place(out: dict[str, float], scene: Scene, block: Block) -> None:
    index = block.index
    box = scene.author.get(index)
    if box is not None:
        out["box"] = 1.0
        out["small_box"] = float(box[0] <= BOX_BLOCKS)
        if box[1]:
            out["about_box"] = 1.0
    verdict = scene.marks.verdicts[index]
    if verdict is not None and verdict.step == "repeated":
        verdict = None  # a bio stands on all posts of its author
    if index >= scene.last or ("introduces" in out and scene.last - index <= AFTER_REACH):
        # Who introduces herself at the foot of the body stands after it, however the container was drawn.
        out["after_body"] = 1.0
        out["distance"] = min(math.log1p(max(index - scene.last, 0)), 5.0)
    elif index < scene.first:
        out["before_body"] = 1.0
    elif verdict is None:
        left = scene.last - index
        out["mid_body" if left > TAIL_BLOCKS else "end_of_body"] = 1.0
        if left == 1:
            out["last_of_body"] = 1.0
        if index == scene.first:
            out["first_of_body"] = 1.0
    else:
        out["cut_in_body"] = 1.0
    if verdict is not None and verdict.step in _STEPS:
        out["step_" + verdict.step] = 1.0


def _add_shape(out: dict[str, float], block: Block) -> None:
    text = block.text
    words = block.words
    out["length"] = math.log(words)
    if words < 12:
        out["short"] = 1.0
    if words > 120:
        out["long"] = 1.0
    if text.endswith((".", "!", "?", "。", ")", "…", ".”", ":)")):
        out["ends"] = 1.0
    if block.linked:
        out["linked"] = block.linked / words
    if block.tag == "p":
        out["paragraph"] = 1.0
    elif block.tag in ("li", "td", "label", "button", "blockquote", "figcaption", "dd"):
        out["part"] = 1.0
    if "©" in text or text.endswith("?"):
        out["odd"] = 1.0


_CROSSES = tuple(
    tuple(pair.split("*"))
    for pair in """
    name_first*role name_first*verb name_first*box name_first*end_of_body name_first*mid_body box*role box*verb
    box*first_person box*third_person box*pitch box*you below_name*role below_name*box below_name*third_person
    below_name*first_person greets*first_person greets*before_body greets*after_body greets*cut_in_body
    first_person*end_of_body first_person*mid_body first_person*life first_person*role first_person*step_widgets
    first_person*step_footers headed*role headed*first_person headed*third_person third_person*after_body
    third_person*mid_body we*box role*copula introduces*mid_body introduces*end_of_body introduces*last_of_body
    introduces*after_body introduces*cut_in_body introduces*life introduces*headed
    other_name_first*box
    """.split()
)
"""Pairs of features that mean more together."""


@cache
def _crosses() -> dict[str, tuple[str, ...]]:
    """Return feature → the features it is crossed with."""
    table: dict[str, tuple[str, ...]] = {}
    for one, other in _CROSSES:
        table[one] = (*table.get(one, ()), other)
    return table


def _add_crosses(out: dict[str, float]) -> None:
    table = _crosses()
    for one in table.keys() & out.keys():
        for other in table[one]:
            if other in out:
                out[f"{one}*{other}"] = 1.0


@cache
def _weights() -> dict[str, float]:
    with data_path("models", "author_bio.json").open(encoding="utf-8") as file:
        weights: dict[str, float] = json.load(file)["weights"]
    return weights


def probability(features: dict[str, float]) -> float:
    """Return the probability, 0–1, that a block with these features is a bio."""
    weights = _weights()
    total = 0.0
    for name, value in features.items():
        total += weights.get(name, 0.0) * value
    return 1.0 / (1.0 + math.exp(-max(min(total, 40.0), -40.0)))


def words_of(text: str) -> frozenset[str]:
    """Return the words of a name, or of a text's beginning, of three letters or more."""
    folded = text.casefold().replace("\u2019", "'")
    return frozenset(bare for word in folded.split() if len(bare := word.strip(".,:;!?()").removesuffix("'s")) > 2)
