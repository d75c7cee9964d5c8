"""Signals: what a page shows of its kind, as named facts the page-type model adds up.

Of the address, the head, the parts of the page, the fields found so far, and above all of what the text is made of:
running text in one place, or headings that are links, one under the other. No signal is a word of one language only,
except the words of addresses.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache, lru_cache
from urllib.parse import parse_qsl, unquote

from scraper.blocks import Block
from scraper.hints import Hint
from scraper.marks import LINKED_SHARE, Marks
from scraper.page import Page
from scraper.phrases import first_words, kinds_of
from scraper.resources import data_path
from scraper.standards.structured import ARTICLE_TYPES, types_of

HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
MOST = 0.6
"""Share of the headings from which they count as most of them."""
PROSE_RUN_WORDS = 20
"""Words of a run that counts as a paragraph."""

_TOLD_CLASSES = (
    "single",
    "single-post",
    "page",
    "home",
    "blog",
    "archive",
    "post-template",
    "page-template",
    "woocommerce",
)
LD_KINDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("product", "productgroup", "offer", "aggregateoffer")), "product"),
    (frozenset(("discussionforumposting", "qapage", "question")), "forum"),
    (frozenset(("collectionpage", "itemlist", "searchresultspage", "blog")), "listing"),
    (frozenset(("profilepage",)), "author"),
    (
        frozenset(("service", "localbusiness", "professionalservice", "softwareapplication", "jobposting", "event")),
        "service",
    ),
)
_PAGE_NUMBER = re.compile(
    r"/(?:page|seite|pagina|página|p)[/-]?\d{1,4}/?$|[?&](?:page|paged|p?g)=\d{1,4}\b|-page-?\d+(?:\.html?)?$", re.I
)
_DATE_LIST = re.compile(r"^(?:/[^/-]{1,14})?/(?:19|20|13|14)\d\d(?:/\d{1,2}){0,2}/?(?:index\.html?)?$")
_DATE_IN = re.compile(r"/(?:19|20)\d\d(?:[/-]\d{1,2}){0,2}/[^/]{4,}")
_PRICE = re.compile(r"[$€£¥₹]\s?\d|\d\s?(?:€|EUR|USD|kr|zł|руб)\b")
_COMMENTS, _PRODUCT = Hint.COMMENTS.value, Hint.PRODUCT.value
_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|cfm)$", re.I)


def body_classes(page: Page) -> frozenset[str]:
    """Return the class and id tokens of the body element, lower case."""
    for frame in page.frames[:4]:
        if frame.tag == "body":
            return frozenset(frame.names.lower().split())
    return frozenset()


def quick_features(marks: Marks) -> set[str]:
    """Return the signals that cost least: address, head, and the fields found so far."""
    return set(url_signals(marks.page.url)) | _head_signals(marks.page) | _field_signals(marks)


def features(marks: Marks, known: set[str] | None = None) -> set[str]:
    """Return the names of all signals that hold; the body must have been chosen. *known* are the quick ones."""
    out = set(known if known is not None else quick_features(marks))
    out |= _text_signals(marks)
    out |= _parts_signals(marks)
    out.update(f"{first} & {second}" for first, second in _TOGETHER if first in out and second in out)
    return out


_TOGETHER = (
    ("published:none", "authors:none"),
    ("published:sure", "authors:sure"),
    ("published:sure", "authors:none"),
    ("published:none", "url:in blog"),
    ("published:none", "url:one segment"),
    ("published:sure", "url:one segment"),
    ("og:article", "published:sure"),
    ("og:article", "published:none"),
    ("og:website", "published:none"),
    ("class:page", "published:none"),
    ("class:page", "published:sure"),
    ("class:page", "authors:none"),
    ("linked headings in body:many", "published:sure"),
    ("prose:very much", "published:none"),
)
"""Signals that mean more side by side than each alone."""
_GENERATORS = (
    (
        "blog",
        re.compile(r"wordpress|ghost|hugo|jekyll|hexo|blogger|pelican|movable type|typepad|substack|medium", re.I),
    ),
    ("forum", re.compile(r"discourse|phpbb|xenforo|vbulletin|flarum|mybb|invision|smf", re.I)),
    (
        "docs",
        re.compile(r"sphinx|mkdocs|docusaurus|gitbook|vuepress|vitepress|docutils|mediawiki|doxygen|mdbook", re.I),
    ),
    ("shop", re.compile(r"shopify|woocommerce|prestashop|magento|opencart|shopware|bigcommerce", re.I)),
)
_LINK_SIGNS = (
    ("phone links", ("\ntel:",)),
    ("cart links", ("add-to-cart", "add_to_cart", "/cart", "/checkout", "/basket")),
    ("people links", ("replytocom", "/reply", "#reply", "/member", "/user", "/u/", "/profile")),
)


def _parts_signals(marks: Marks) -> set[str]:
    """Return what the parts of the page say: its elements, its links, its generator, its host."""
    page = marks.page
    out: set[str] = set()
    host = (page.url or "").split("//", 1)[-1].split("/", 1)[0].lower().split(":")[0]
    hosts = _part_words()[1]
    out.update(f"host:{hosts[label]}" for label in host.split(".")[:-1] if label in hosts)
    generator = page.meta("generator") or ""
    out.update(f"generator:{kind}" for kind, pattern in _GENERATORS if generator and pattern.search(generator))
    tags = Counter([frame.tag for frame in page.frames])
    for tag in ("pre", "form", "table", "article", "button", "section"):
        out.add(f"{tag}:{_amount(tags[tag])}")
    out |= _link_signals(page)
    if any(frame.hints & _COMMENTS for frame in marks.hinted):
        out.add("comments")
    if any(frame.hints & _PRODUCT for frame in marks.hinted):
        out.add("product class")
    title = marks.best("title") or ""
    words = len(title.split())
    size = _grade(words, (2, "1"), (3, "2"), (6, "3-5"), (10, "6-9"), last="10+")
    out.add(f"title words:{size}")
    if "?" in title or "？" in title:
        out.add("title asks")
    if any(character.isdigit() for character in title):
        out.add("title counts")
    return out


def _link_signals(page: Page) -> set[str]:
    """Return what the links lead to, counted in all addresses at once: one search an anchor costs ten times as much."""
    hrefs = "\n" + "\n".join([anchor.href for anchor in page.walked.anchors])
    out = set()
    for name, signs in _LINK_SIGNS:
        count = sum(hrefs.count(sign) for sign in signs)
        if count:
            out.add(f"{name}:{_amount(count)}")
    return out


@cache
def _url_words() -> dict[str, str]:
    """Return path segment → the kind of list or page it announces."""
    with data_path("lists", "url_kinds.toml").open("rb") as file:
        table = tomllib.load(file)["segments"]
    return {word: kind for kind, words in table.items() for word in words}


@cache
def _part_words() -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """Return (kind → path segments, host label → kind)."""
    with data_path("lists", "page_words.toml").open("rb") as file:
        table = tomllib.load(file)
    segments = {kind: frozenset(words.split()) for kind, words in table["segments"].items()}
    return segments, {word: kind for kind, words in table["hosts"].items() for word in words.split()}


@lru_cache(maxsize=512)
def url_signals(url: str | None) -> frozenset[str]:
    """Return the signals of an address.

    >>> sorted(url_signals("https://a.example/tag/tides/page/2/"))
    ['slug:1', 'url:page number', 'url:tag']
    """
    if not url:
        return frozenset(("url:none",))
    path, _, query = url.split("//", 1)[-1].partition("#")[0].partition("?")
    path = unquote("/" + path.partition("/")[2]).lower()
    segments = [part for part in path.split("/") if part and not _SAYS_NOTHING.fullmatch(part)]
    names = {name for name, _ in parse_qsl(query[:300])}
    if not segments:
        searched = {"url:search"} if names & {"s", "q"} else set()
        return frozenset({"url:query" if names & _POST_QUERIES else "url:home"} | searched)
    out: set[str] = set()
    if _PAGE_NUMBER.search(url.lower()):
        out.add("url:page number")
        segments = [part for part in segments if not _NUMBER_SEGMENT.fullmatch(part)] or segments
    if _DATE_LIST.search(path):
        out.add("url:date")
    elif _DATE_IN.search(path):
        out.add("url:date inside")
    last = _ENDING.sub("", segments[-1])
    return frozenset(out | _kind_signals(segments, last) | _slug_signals(segments, last))


_SAYS_NOTHING = re.compile(r"index\.\w{3,5}|default\.aspx?|home|[a-z]{2}(?:-[a-z]{2})?")  # languages too
_NUMBER_SEGMENT = re.compile(r"page|p|\d{1,4}|seite|pagina|page-?\d+")
_POST_QUERIES = frozenset(("p", "id", "page_id", "post"))
_LISTS = frozenset(("tag", "category", "author", "archive", "search", "attachment"))


def _kind_signals(segments: list[str], last: str) -> set[str]:
    """Return what the words of a path announce: its own last one, else the one right above, else any above."""
    out = set()
    words = _url_words()
    own = words.get(segments[-1]) or words.get(last)
    if own and own not in ("feed", "service"):
        out.add(f"url:{own}")
    elif len(segments) > 1:
        above = [words[part] for part in segments[:-1] if words.get(part) in _LISTS]
        if above:
            out.add(f"url:{above[0]}" if words.get(segments[-2]) == above[0] else "url:list above")
    for kind, names in _part_words()[0].items():
        if not names.isdisjoint(segments[:-1]):
            out.add(f"url:in {kind}")
        if last in names:
            out.add(f"url:is {kind}")
    return out


def _slug_signals(segments: list[str], last: str) -> set[str]:
    slug = [word for word in re.split(r"[-_.\s+]+", last) if word]
    out = {f"slug:{'1' if len(slug) == 1 else '2' if len(slug) == 2 else '3-4' if len(slug) <= 4 else '5+'}"}
    if len(slug) == 1 and not last.isascii() and len(last) > 8:
        out.add("slug:unspaced")
    if len(segments) == 1:
        out.add("url:one segment")
    if any(word.isdigit() and len(word) > 4 for word in slug):
        out.add("slug:number")
    return out


def _head_signals(page: Page) -> set[str]:
    out = set()
    kind = (page.meta("og:type") or "none").lower()
    known = kind in ("article", "website", "product", "profile", "none", "blog")
    out.add(f"og:{kind if known else 'product' if 'product' in kind else 'other'}")
    if page.meta("article:published_time", "og:article:published_time"):
        out.add("meta:published")
    types: set[str] = set()
    for node in page.json_ld[:60]:
        types |= types_of(node)
    if types & ARTICLE_TYPES:
        out.add("ld:article")
    for names, said in LD_KINDS:
        if types & names:
            out.add(f"ld:{said}")
    for link in page.walked.head_links:
        if link.rel in ("next", "prev") and re.search(r"page|/\d+/?$", link.href):
            out.add("link:next page")
    classes = body_classes(page)
    out.update(f"class:{name}" for name in _TOLD_CLASSES if name in classes)
    if "single" in classes and "single-post" not in classes:
        out.add("class:single of another kind")
    return out


def _text_signals(marks: Marks) -> set[str]:
    """Return what the text is made of: the whole page's runs, then the body's."""
    out = _run_signals(marks.page.blocks)
    prose = marks.prose
    first, last = marks.body
    kept = [block for block in marks.page.blocks[first:last] if marks.verdicts[block.index] is None]
    paragraphs = [
        block for block in kept if block.words >= PROSE_RUN_WORDS and block.linked <= LINKED_SHARE * block.words
    ]
    body = sum(block.words - block.linked for block in paragraphs)
    out.add(f"prose:{_grade(body, (40, 'none'), (120, 'few'), (300, 'some'), (1_000, 'much'), last='very much')}")
    count = len(paragraphs)
    out.add(f"paragraphs:{_grade(count, (1, '0'), (3, '1-2'), (7, '3-6'), last='7+')}")
    out.add(f"run:{_grade(body / max(count, 1), (30, 'short'), (60, 'middle'), last='long')}")
    share = body / max(prose.prose[-1], 1)
    out.add(f"share:{_grade(share, (0.4, 'low'), (0.75, 'middle'), last='high')}")
    links = prose.linked[-1] / max(prose.words[-1], 1)
    out.add(f"links:{_grade(links, (0.15, 'few'), (0.35, 'some'), (0.6, 'many'), last='most')}")
    inside = [block for block in kept if block.tag in HEADINGS]
    linked = sum(block.linked > LINKED_SHARE * block.words for block in inside)
    out.add(f"linked headings in body:{_amount(linked)}")
    if linked > 2 and linked > MOST * len(inside):
        out.add("body of linked headings")
    if any(block.text.endswith(("?", "？")) for block in inside):
        out.add("headings ask")
    per_heading = body / max(len(inside), 1)
    out.add(f"words a heading:{_grade(per_heading, (40, 'few'), (100, 'some'), (250, 'many'), last='most')}")
    buttons = sum(block.words <= 5 and block.linked == block.words for block in marks.page.blocks[first:last])
    out.add(f"buttons:{_amount(buttons)}")
    items = sum(block.tag == "li" for block in kept) / max(len(kept), 1)
    out.add(f"list items:{_grade(items, (0.2, 'few'), (0.5, 'some'), last='most')}")
    return out


def _may_begin(text: str) -> bool:
    """Tell quickly whether any known phrase begins like *text*."""
    return text.split(" ", 1)[0].lower() in first_words() or not text.isascii()


def prose_in_body(marks: Marks) -> int:
    """Return the unlinked words that stand in the body's paragraphs."""
    first, last = marks.body
    verdicts = marks.verdicts
    return sum(
        block.words - block.linked
        for block in marks.page.blocks[first:last]
        if block.words >= PROSE_RUN_WORDS
        and block.linked <= LINKED_SHARE * block.words
        and verdicts[block.index] is None
    )


def _run_signals(blocks: list[Block]) -> set[str]:
    """Return what the short runs of the whole page are: headings, linked headings, "read more", prices."""
    headings = linked = more = prices = 0
    for block in blocks:
        words = block.words
        if block.tag in HEADINGS:
            headings += 1
            if block.linked > LINKED_SHARE * words:
                linked += 1
        elif words <= 6:
            text = block.text
            if block.linked and _may_begin(text) and "read_more" in kinds_of(text):
                more += 1
            elif text[:1] in "$€£¥₹" or (text[-1:] == "€" and _PRICE.search(text)):
                prices += 1
    out = {f"linked headings:{_amount(linked)}"}
    if linked > 2 and linked > MOST * headings:
        out.add("linked headings:most")
    if more:
        out.add(f"more links:{_amount(more)}")
    if prices:
        out.add(f"prices:{_amount(prices)}")
    return out


def _grade(number: float, *steps: tuple[float, str], last: str) -> str:
    """Return the name of the first step whose limit *number* stays below, else *last*."""
    return next((name for limit, name in steps if number < limit), last)


def _amount(count: int) -> str:
    return "0" if not count else "1" if count == 1 else "2-3" if count <= 3 else "4-9" if count < 10 else "many"


def _field_signals(marks: Marks) -> set[str]:
    out = set()
    for name in ("published", "authors", "modified", "author_bio", "reading_minutes", "tags", "related"):
        ranked = marks.known.get(name)
        if ranked:
            sure = ranked[0].confidence > 0.8
            out.add(f"{name}:{'sure' if sure else 'unsure'}")
            if name in ("published", "authors") and ranked[0].source.startswith(
                ("text", "time", "class", "byline", "itemprop", "rel", "link")
            ):
                out.add(f"{name}:shown")
        else:
            out.add(f"{name}:none")
    title = marks.known.get("title")
    if title:
        out.add(f"title:{'sure' if title[0].confidence > 0.8 else 'unsure'}")
        if title[0].source.startswith("h"):
            out.add("title:shown")
    neighbours = marks.known.get("prev_next")
    if neighbours:
        out.add("prev_next")
    days = {found.day for found in marks.memo.get("dates") or () if len(found.day) == 10 and found.zone != "comments"}
    out.add(f"days:{_amount(len(days))}")
    return out
