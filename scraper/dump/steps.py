"""A dump judged: the order of the steps, as ``scraper.extract`` has it for pages.

    lines → body lines → headline → days → what is below the body → vetoes → the fields that pages have too

Each step adds candidates or marks to the same ``Marks`` value as on a page; nothing after it knows which it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scraper import fields
from scraper.article import Author, Found
from scraper.dump import body, dates, people, related, title
from scraper.dump.lines import WHOLE, Lines, lines_of
from scraper.marks import Cut, Marks
from scraper.text import fold

TAIL_SHARE = 0.12
"""Share of the kept words that may follow a line that ends the article; more say that it does not end there."""
TITLE_REACH = 12
"""Lines below the start of the body within which a repeat of the headline is no section's."""
ENDING = ("comments", "related")
"""Kinds of line that end an article."""


@dataclass(slots=True)
class Scene:
    """What is known of one dump while it is judged."""

    marks: Marks
    lines: Lines
    choice: body.Choice
    stretch: tuple[int, int]
    """Where most of the kept lines stand."""


def judge(marks: Marks) -> Marks:
    """Return the marks of a dump with a verdict for every line and the candidates of every field."""
    lines = lines_of(marks.page.blocks)
    choice = body.choose(lines, marks.page.url)
    scene = Scene(marks, lines, choice, title.body_stretch(lines, choice))
    marks.body = (0, len(lines.blocks))
    for step in STEPS:
        step(scene)
    return marks


def _title(scene: Scene) -> None:
    marks = scene.marks
    marks.known["title"], marks.headline = title.find(scene.lines, scene.choice, marks.page.url)


def _dates(scene: Scene) -> None:
    marks = scene.marks
    marks.known["published"], marks.known["modified"] = dates.find(
        scene.lines, scene.choice, marks.headline, scene.stretch, marks.page.url
    )


def _people(scene: Scene) -> None:
    """The bylines' names, the bio, and where no byline names anybody, the name the bio gives."""
    marks = scene.marks
    bylines = people.authors(scene.lines, marks.headline, scene.stretch)
    names = [author.name for author in bylines[0].value] if bylines else []
    bio = people.bio(scene.lines, scene.choice, scene.stretch, names)
    marks.known["authors"] = bylines
    marks.known["author_bio"] = ()
    if bio is None:
        return
    marks.known["author_bio"] = (Found(bio.text, f"text:{bio.why}", bio.confidence, bio.text),)
    marks.add("author_bio", iter((Cut(bio.first, bio.last, "about the author", bio.why),)))
    if bio.name and not bylines:
        marks.known["authors"] = (Found((Author(bio.name),), "text:bio", bio.confidence - 0.1, bio.text[:120]),)


def _fields_before(scene: Scene) -> None:
    _ask(scene.marks, fields.BEFORE_THE_BODY)


def _title_lines(scene: Scene) -> None:
    """The headline, and its repeats at the top, are no part of the body."""
    marks = scene.marks
    headline = fold(marks.best("title") or "")
    top = scene.stretch[0] + TITLE_REACH

    def cuts() -> Iterator[Cut]:
        for block in scene.lines.blocks:
            if block.index == marks.headline:
                yield Cut(block.index, block.index + 1, "the title", "the headline")
            elif headline and block.index < top and block.words < 40 and fold(block.text) == headline:
                yield Cut(block.index, block.index + 1, "the title", "the headline again")

    marks.add("title_repeats", cuts())


def _related(scene: Scene) -> None:
    marks = scene.marks
    found, cuts = related.find(scene.lines, scene.choice.kept, scene.stretch, fold(marks.best("title") or ""))
    marks.known["related"] = found
    marks.add("related", iter(cuts))


def _end(scene: Scene) -> None:
    """Drop what is kept below a line that ends the article, when hardly anything is."""
    lines = scene.lines
    kept = [
        words if keep and verdict is None else 0.0
        for words, keep, verdict in zip(lines.words, scene.choice.kept, scene.marks.verdicts, strict=True)
    ]
    total = sum(kept)
    after = total
    for at in range(len(kept)):
        after -= kept[at]
        if after <= TAIL_SHARE * total and any(lines.kinds[kind][at] == WHOLE for kind in ENDING):
            reason = f"below the line {lines.blocks[at].text[:60]!r}"
            scene.marks.add("end", iter((Cut(at, len(kept), "after the article", reason),)))
            return


def _repeats(scene: Scene) -> None:
    """Drop lines that the site repeats on other pages."""
    template = scene.marks.template
    if template is None:
        return
    scene.marks.add(
        "template",
        (
            Cut(block.index, block.index + 1, "on every page of the site", "other pages hold the same line")
            for block in scene.lines.blocks
            if template.repeats(block.text)
        ),
    )


def _unlikely(scene: Scene) -> None:
    """Drop every line that is less probable than the page's cut."""
    scene.marks.add(
        "body",
        (
            Cut(at, at + 1, "not in the body", f"probability {scene.choice.chances[at]:.2f}")
            for at, keep in enumerate(scene.choice.kept)
            if not keep
        ),
    )


def _fields_after(scene: Scene) -> None:
    _ask(scene.marks, fields.AFTER_THE_BODY)


def _ask(marks: Marks, asked: tuple[fields.Field, ...]) -> None:
    """Ask the fields that pages have too, as far as the dump has no answer of its own."""
    for name, find in asked:
        if name not in marks.known:
            marks.known[name] = find(marks)


STEPS: tuple[Callable[[Scene], None], ...] = (
    _title,
    _dates,
    _people,
    _fields_before,
    _title_lines,
    _related,
    _end,
    _repeats,
    _unlikely,
    _fields_after,
)
"""In the order they run; the first to mark a line gives the reason."""
