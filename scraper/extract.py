"""Page → Article: the order of the steps, and the choosing.

    parse → fields the body asks for → cleaning of the whole page → the body's container → cleaning within it
          → fields around the body → outline → text, Markdown, HTML

Each step adds marks or candidates to one ``Marks`` value; the two ordered lists are in ``scraper.fields`` and
``scraper.clean``.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scraper import clean, fields
from scraper.article import ARTICLE, Article, Dropped, Found, Image
from scraper.blocks import quick_words
from scraper.body import choose_container
from scraper.dump import steps as dump_steps
from scraper.dump.outline import outline_of_dump
from scraper.marks import Cut, Marks, Verdict
from scraper.outline import Line, outline
from scraper.page import Page, parse, parse_text
from scraper.render import to_html, to_markdown, to_text
from scraper.response import Response
from scraper.standards import charset
from scraper.standards import url as urls
from scraper.text import storable

Source = bytes | str | Response | Page


def extract(source: Source, *, url: str | None = None, template: Any = None) -> Article:
    """Return the Article a page says. Never raises on account of the page's content.

    *source* is HTML as bytes (decoded by byte order mark, meta or detection) or text, a Response, or a parsed Page;
    input without a single tag is taken for a plain-text dump. *url* is the page's address: without it relative links
    stay out and the address is no evidence. *template* is what ``learn`` found repeated on the site, or None.

    >>> extract("<title>On tides</title><h1>On tides</h1><p>The sea comes in twice a day, and nobody asked.</p>").title
    'On tides'
    """
    with _collector_paused():
        # no name for the page: its objects are gone before the collector looks for something to do
        return article_of(judge(source if isinstance(source, Page) else page_of(source, url), template))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Let no garbage collection happen meanwhile: a page makes some thousand small objects that all live until the
    record is made, and looking for circles among them costs an eighth of the time. There are none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def page_of(source: bytes | str | Response, url: str | None = None) -> Page:
    """Return the Page of raw bytes, text or a response; *url* overrides nothing a Response says."""
    if isinstance(source, Response):
        return parse(source)
    if isinstance(source, bytes):
        decoded = charset.decode(source)
        return parse_text(
            decoded.text,
            address=url,
            encoding=decoded.encoding,
            encoding_source=decoded.source,
            utf_8=decoded.utf_8,
        )
    return parse_text(source, address=url)


def judge(page: Page, template: Any = None) -> Marks:
    """Return everything known about the page's blocks: a verdict for each, and the candidates of every field."""
    marks = Marks.of(page)
    marks.template = template
    if page.is_dump:
        return dump_steps.judge(marks)
    for name, find in fields.BEFORE_THE_BODY:
        marks.known[name] = find(marks)
    for step, cut in clean.BEFORE_THE_BODY:
        marks.add(step, cut(marks))
    marks.container = choose_container(marks)
    if template is not None:
        marks.container = template.chosen(marks, marks.container)
    marks.body = _range(marks)
    for step, cut in clean.WITHIN_THE_BODY:
        marks.add(step, cut(marks))
    for name, find in fields.AFTER_THE_BODY:
        before = marks.verdicts.copy()
        marks.known[name] = find(marks)
        if marks.verdicts != before:
            _give_back(marks, before)
    _mark_outside(marks)
    return marks


MAX_CLAIM = 0.3
"""Share of the body's words that one field may take out of it: a bio or a list of links that is more is the text."""


def _give_back(marks: Marks, before: list[Verdict | None]) -> None:
    """Undo what a field took out of the body when it is too much of it. The field's value stays as it was found."""
    first, last = marks.body
    kept = [block for block in marks.page.blocks[first:last] if before[block.index] is None]
    taken = [block for block in kept if marks.verdicts[block.index] is not None]
    if taken and sum(block.words for block in taken) > MAX_CLAIM * sum(block.words for block in kept):
        for block in taken:
            marks.verdicts[block.index] = None


def _range(marks: Marks) -> tuple[int, int]:
    if not marks.page.frames:
        return (0, len(marks.page.blocks))
    frame = marks.page.frames[marks.container]
    return (frame.first, frame.last)


def _mark_outside(marks: Marks) -> None:
    """Give every block outside the container that has no reason yet the plainest one, so that each block has an
    answer."""
    first, last = marks.body
    end = len(marks.page.blocks)
    outside = (
        Cut(start, stop, "not in the body", "outside the container") for start, stop in ((0, first), (last, end))
    )
    marks.add("body", outside)


def article_of(marks: Marks) -> Article:
    """Return the Article of a judged page: the winner of every field, and the body rendered."""
    page = marks.page
    lines = outline_of_dump(marks) if page.is_dump else outline(marks)
    text = to_text(lines)
    return Article(
        url=page.url,
        canonical_url=marks.best("canonical_url"),
        site=_site(page.url or marks.best("canonical_url")),
        site_name=_clean(marks.best("site_name")),
        page_type=marks.best("page_type") or ARTICLE,
        title=_clean(marks.best("title")),
        authors=marks.best("authors") or (),
        author_bio=_clean(marks.best("author_bio")),
        published=marks.best("published"),
        modified=marks.best("modified"),
        language=marks.best("language"),
        reading_minutes=marks.best("reading_minutes"),
        word_count=quick_words(text),
        excerpt=_clean(marks.best("excerpt")),
        tags=marks.best("tags") or (),
        comments_count=marks.best("comments_count"),
        text=text,
        markdown=to_markdown(lines),
        html=to_html(lines),
        related=marks.best("related") or (),
        prev_next=marks.best("prev_next") or (),
        images=_images(lines),
        evidence={name: found for name, found in marks.known.items() if found},
        dropped=_dropped(marks),
    )


def _clean(value: str | None) -> str | None:
    return storable(value) if value is not None else None


def _site(address: str | None) -> str | None:
    return urls.site_of(address) if address else None


def _images(lines: list[Line]) -> tuple[Image, ...]:
    return tuple(Image(line.src, line.alt, line.caption) for line in lines if line.kind == "image" and line.src)


def _dropped(marks: Marks) -> tuple[Dropped, ...]:
    return tuple(
        Dropped(block.text if block.text.isprintable() else storable(block.text), *verdict)
        for block, verdict in zip(marks.page.blocks, marks.verdicts, strict=True)
        if verdict is not None
    )


__all__ = ["Found", "article_of", "extract", "judge", "page_of"]
