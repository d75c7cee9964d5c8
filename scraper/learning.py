"""Learn a site's Template from some of its pages: judge them, see what repeats, judge them again without it, and
vote."""

from __future__ import annotations

from collections.abc import Iterable

from scraper.extract import judge, page_of
from scraper.page import Page
from scraper.template import MAX_PAGES, Seen, Template, distinct, repeated_texts, template_of


def learn(pages: Iterable[tuple[bytes | str, str | None] | Page]) -> Template:
    """Return what some pages of one site repeat.

    *pages* are (HTML or plain text, address or None) pairs, or parsed Pages; at most MAX_PAGES distinct ones are
    read, copies of one post count once. Posts teach best: give no lists or search results. Fewer than two pages give
    an empty Template. Deterministic; the order of the pages does not matter below MAX_PAGES. Never raises on account
    of the pages' content.

    >>> post = "<h1>Post {0}</h1><p>Text {0} of this post, in one sentence.</p><footer>Bread and butter daily</footer>"
    >>> template = learn([(post.format(name), None) for name in ("one", "two", "three")])
    >>> template.repeats("Bread and butter daily"), template.repeats("Text one of this post, in one sentence.")
    (True, False)
    """
    read = distinct(_parsed(pages))
    if len(read) < 2:
        return Template(len(read))
    headlines = [-1 if page.is_dump else judge(page).headline for page in read]
    texts = repeated_texts(read, headlines)
    if read[0].is_dump:
        return Template(len(read), texts)
    first = Template(len(read), texts)
    seen = []
    for page, headline in zip(read, headlines, strict=True):
        marks = judge(page, first)
        bio = marks.best("author_bio")
        seen.append(Seen(page, marks.container, headline, bio if isinstance(bio, str) else None))
    return template_of(seen, texts)


def _parsed(pages: Iterable[tuple[bytes | str, str | None] | Page]) -> Iterable[Page]:
    for number, page in enumerate(pages):
        if number >= 2 * MAX_PAGES:
            return
        yield page if isinstance(page, Page) else page_of(page[0], page[1])
