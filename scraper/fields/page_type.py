"""Is the page one post, or what else: a list, a tag's page, a shop's, somebody's "about"? With the reason.

Some pages say what they are (a status, a refresh, the classes WordPress and Ghost write on the body element): that
decides. For all others named signals are added up, learnt on articles and other pages
(``data/models/page_type.json``): the address, what the head declares, and above all what the page is made of: running
text in one place with a day and a name, or headings that are links, one under the other. No signal is a word of one
language only.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scraper.article import ARTICLE, Found
from scraper.marks import Marks
from scraper.page import Page
from scraper.page_signals import LD_KINDS, PROSE_RUN_WORDS, body_classes, features, prose_in_body, quick_features
from scraper.ranking import logistic, model

POST_WORDS = 120
"""Words in the body's paragraphs from which a declared article is one: 410 of 411 such pages of the corpora are."""
LEADS_ON_S = 15.0
"""Seconds before a refresh from which on the page is there to be read."""
FEW_WORDS = 150
"""Words in paragraphs below which a page may be an error's."""

# What a class of the body element says outright. WordPress: developer.wordpress.org/reference/functions/get_body_class;
# Ghost: the {{body_class}} helper.
_BODY_CLASSES: dict[str, str] = {
    "error404": "error",
    "search-results": "search",
    "search-no-results": "search",
    "category": "category",
    "tag": "tag",
    "author": "author",
    "date": "date",
    "blog": "home",
    "home-template": "home",
    "tag-template": "tag",
    "author-template": "author",
    "archive": "listing",
    "paged": "listing",
}
_SINGLE = frozenset(("single", "single-post", "post-template"))
_NOT_FOUND = re.compile(
    r"\b(?:404|page not found|not found|seite nicht gefunden|page introuvable|página no encontrada|找不到)\b", re.I
)
_ERROR_PATH = re.compile(r"/(?:404|not-found)(?:\.html?|\.php)?/?$", re.I)


class Verdict(NamedTuple):
    """A page type, how sure it is, what gave it away, and the plain reason."""

    kind: str
    confidence: float
    source: str
    reason: str


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return the page's type; the source names the signal, the raw text the reason. Always at least one answer."""
    if marks.page.is_dump:
        verdict = Verdict(ARTICLE, 0.6, "text", "a text without markup")
    else:
        verdict = _unlike_the_posts(marks) or _weighed(marks)
    return (Found(verdict.kind, verdict.source, verdict.confidence, verdict.reason),)


_POST_CLASS, _PAGE_CLASS = "single-post", "page-id-"
"""What WordPress writes on the body element of a post, and begins with on that of a standing page."""


def _unlike_the_posts(marks: Marks) -> Verdict | None:
    """Return that a page is a standing page when the site's posts are known to say that they are posts.

    One page alone cannot tell: many sites keep their articles as WordPress pages.
    """
    if marks.template is None or _POST_CLASS not in marks.template.tokens:
        return None
    classes = body_classes(marks.page)
    if _POST_CLASS in classes or not any(name.startswith(_PAGE_CLASS) for name in classes):
        return None
    return Verdict("page", 0.97, "template", "a standing page; this site's posts say that they are posts")


def _declared(page: Page) -> Verdict | None:
    """Return what the page says outright, None when it says nothing of the kind."""
    if page.status >= 400:
        return Verdict("error", 0.99, "status", f"the server answered {page.status}")
    if _ERROR_PATH.search(page.url or "") or (_NOT_FOUND.match(page.title or "") and _prose_words(page) < FEW_WORDS):
        return Verdict("error", 0.97, "title", "the page says that nothing is here")
    if page.refresh is not None and page.refresh[0] <= LEADS_ON_S and len(page.blocks) < 30:
        return Verdict("redirect", 0.99, "meta:refresh", f"leads on to {page.refresh[1][:80]}")
    classes = body_classes(page)
    if "attachment" in classes:
        return Verdict("attachment", 0.98, "class:attachment", "the body element's class says attachment")
    if classes & _SINGLE or not classes & _OUTRIGHT:
        return None
    for name, kind in _BODY_CLASSES.items():
        if name in classes and _is_outright(name, classes):
            return Verdict(kind, 0.98, f"class:{name}", f"the body element's class says {name}")
    return None


# Alone these may be any theme's words; together with one of the companions they are WordPress's or Ghost's.
_OUTRIGHT = frozenset(
    "error404 search-results search-no-results archive blog paged home-template tag-template author-template".split()
)
_COMPANIONS: dict[str, frozenset[str]] = {
    "blog": frozenset(("home", "paged")),
    "archive": frozenset(("category", "tag", "author", "date", "paged", "post-type-archive")),
    "paged": frozenset(("archive", "blog", "home", "home-template", "tag-template", "author-template")),
    "category": frozenset(("archive",)),
    "tag": frozenset(("archive",)),
    "author": frozenset(("archive",)),
    "date": frozenset(("archive",)),
}


def _is_outright(name: str, classes: frozenset[str]) -> bool:
    companions = _COMPANIONS.get(name)
    return companions is None or bool(companions & classes)


def _prose_words(page: Page) -> int:
    """Return the number of words that stand in paragraphs."""
    return sum(block.words for block in page.blocks if block.words >= PROSE_RUN_WORDS)


def said_outright(page: Page, quick: set[str]) -> Verdict | None:
    """Return what the page or its address says outright; None when signals must be weighed. *quick* are its signals."""
    return _declared(page) or _addressed(quick)


def _weighed(marks: Marks) -> Verdict:
    quick = quick_features(marks)
    said = said_outright(marks.page, quick)
    if said:
        return said
    if _claims_a_post(quick) and prose_in_body(marks) >= POST_WORDS:
        return Verdict(ARTICLE, 0.99, "declared", "declared an article, dated, with a text of its own")
    signals = features(marks, quick)
    learnt = model("page_type")
    share = logistic(learnt.score(signals))
    if share >= learnt.threshold:
        reason = max(signals, key=lambda name: learnt.weights.get(name, 0.0))
        return Verdict(ARTICLE, share, "signals", reason)
    reason = min(signals, key=lambda name: learnt.weights.get(name, 0.0))
    return Verdict(_kind(marks.page, signals), 1 - share, "signals", reason)


_LISTS = ("search", "author", "tag", "category", "archive", "date", "page number", "home")
_SINGLE_SIGNS = frozenset(("class:single-post", "class:post-template", "ld:article"))
_ARTICLE_SIGNS = frozenset(
    ("ld:article", "og:article", "meta:published", "class:single", "class:single-post", "class:post-template")
)


def _claims_a_post(signals: set[str]) -> bool:
    """Tell whether the head declares a dated article and nothing speaks of another kind of page."""
    return bool(signals & _DECLARED_ARTICLE) and "published:sure" in signals and not signals & _DOUBTS


_DECLARED_ARTICLE = frozenset(("ld:article", "og:article", "class:single-post"))
_DOUBTS = frozenset(f"url:{name}" for name in (*_LISTS, "page", "in forum", "in docs", "list above")) | {
    "og:product",
    "og:website",
    "ld:product",
    "class:page",
    "class:single of another kind",
    "slug:1",
}


def _addressed(signals: set[str]) -> Verdict | None:
    """Return what the address says, when it is a list's and nothing else of the page claims a post."""
    if "url:page" in signals and not signals & _SINGLE_SIGNS:
        return Verdict("page", 0.95, "url", "the address is of a page about the site: about, contact, terms")
    if signals & _ARTICLE_SIGNS:
        return None
    for name in _LISTS:
        if f"url:{name}" in signals:
            kind = "listing" if name in ("archive", "page number") else name
            return Verdict(kind, 0.95, "url", f"the address is of a list: {name}")
    return None


def _kind(page: Page, signals: set[str]) -> str:
    """Return which kind of page it is, when it is no article: the address first, then what head and text show."""
    if "url:home" in signals:
        return "home"
    if _NOT_FOUND.search(page.title or "") and "prose:none" in signals | {"prose:few"}:
        return "error"
    for kind in ("search", "author", "tag", "category", "date", "attachment"):
        if f"url:{kind}" in signals:
            return kind
    for _, kind in LD_KINDS:
        if f"ld:{kind}" in signals:
            return kind
    if "og:product" in signals or "prices:many" in signals:
        return "product"
    if "url:page" in signals:
        return "page"
    if signals & {"url:archive", "url:page number", "linked headings:many", "linked headings:most", "url:date"}:
        return "listing"
    if "url:forum" in signals:
        return "forum"
    return "page" if "url:one segment" in signals else "other"
