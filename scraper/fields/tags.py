"""Tags and categories shown for this post, as written: not breadcrumbs, not the site's list of topics, not keywords
in metadata.

Every short link near the post gathers points for what speaks for it (``rel=tag``, an address below ``/tag/``, a name,
a label such as "Filed under") and loses some for where it stands; labels without a link count near the headline. No
single sign is enough: menus lead to ``/category/`` too, and themes write ``rel=tag`` into tag clouds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scraper.article import Found
from scraper.blocks import Anchor, Block
from scraper.hints import Hint
from scraper.labels import labels_of
from scraper.links import Links, links_of, words_of
from scraper.marks import Cut, Marks
from scraper.phrases import beginnings_of, first_words, kinds_of

MAX_WORDS, MAX_CHARACTERS = 6, 60
"""Longest tag."""
ENOUGH = 1.5
"""Points from which on a link is a tag of the post."""
ABOVE, BELOW = 8, 14
"""Blocks above the headline and below the body's end where tags stand."""
NEAR_ABOVE, NEAR_BELOW = 6, 8
"""Blocks above and below the headline where a category's label stands."""
LABEL_REACH = 2
"""Blocks between a label such as "Filed under" and a tag, beyond those that are tags themselves."""
SENTENCE_WORDS, SENTENCE_SHARE = 12, 0.45
"""A link in a block of more words that holds less than this share of them stands in a sentence."""
LABELLED_WORDS = 60
"""Longest line that a label such as "Filed under" begins."""
BEGINNING_CHARACTERS = 24
"""Longest label in front of tags: "Posted in", "Filed under:"."""
EDGE_BLOCKS = 4
"""Blocks at either end of the body among which a line of tags belongs to the post, not to its text."""
LABEL_WORDS = 2
"""Words of a line beside its tags: "Filed under"."""
MAX_TAGS = 40

_PATH = re.compile(
    r"[/?](?:blog-)?(?:tags?|categor(?:y|ies)|topics?|labels?|tagged|subjects?|rubriques?|categorias?|etiquetas?|kategorien?|"
    r"schlagwort|schlagwoerter|thema|themen|categorie|kategori[ae]?|mot-cle|etiqueta|tema|temas|seccion|section|cat|channels?|"
    r"hashtag|genre|archives/category|t)[/=]",
    re.I,
)
_ELSEWHERE = (Hint.RELATED | Hint.SIDEBAR | Hint.NAV | Hint.COMMENTS | Hint.RECENT | Hint.CARDS).value
_FOOTER = Hint.SITE_FOOTER.value
_NO_KICKER = (Hint.NAV | Hint.PREVNEXT | Hint.BYLINE | Hint.AUTHOR | Hint.SITE_HEADER | Hint.SHARE).value
_TERMS = frozenset(
    "category categories tags tag taxonomy taxonomies terms term topic topics kicker eyebrow cat cats labels".split()
)
_TERM_PART = re.compile("cat|tag|tax|term|topic|kicker|eyebrow|label")
"""What every one of the terms holds; asked before a name is taken apart."""
_OF_THE_POST = ("tag", "tags", "category", "cat", "term")
"""Parts that, in front of another, name the post's own category ("category-recipes"), which themes write anywhere."""
KICKER_WORDS = 3
"""Longest label directly above the headline taken for its category when nothing else is."""
_NAMES = (Hint.TAGS).value
_ENDS = frozenset(("recent_heading", "related_heading", "comments_heading"))
_NO_TAGS = frozenset(
    ("comments", "comment", "leave a comment", "read more", "permalink", "edit", "share", "all", "home", "blog")
)
_ABOUT_THE_POST = re.compile(r"(?:19|20)\d\d|\bmin\b|^\d+$|^by\b|^(?:posted|published|updated)\b", re.I)
"""Dates, reading times and bylines share the line with categories."""
_PLAIN_STEPS = frozenset(("above_headline", "meta_lines", "body"))
"""Cleaning steps that say no more of a line than that it stands beside the headline."""
_COUNT = re.compile(r"[\d.,]+\s?[KkMm]?")
_NO_TAG_KINDS = frozenset(("share", "newsletter", "contact", "read_more", "view_all"))
_SPLIT = re.compile(r"\s*[,;|·•、，]\s*")


def find(marks: Marks) -> tuple[Found[tuple[str, ...]], ...]:
    """Return the tags as one value, in page order, each once."""
    if marks.page.is_dump:
        return ()
    found: dict[int, tuple[str, str]] = {}
    window = _window(marks)
    for place, text, source in (*_linked(marks, *window), *_unlinked(marks, *window)):
        found.setdefault(place, (text, source))
    if not found:
        found.update((place, (text, source)) for place, text, source in _kicker(marks))
    tags: dict[str, str] = {}
    sources: dict[str, None] = {}
    for place in sorted(found):
        text, source = found[place]
        tags.setdefault(text.casefold(), text)
        sources[source] = None
    if not tags or len(tags) > MAX_TAGS:
        return ()
    marks.add("tags", _lines(marks, {place: text for place, (text, _) in found.items()}))
    return (Found(tuple(tags.values()), "; ".join(sources), 0.85, ", ".join(tags.values())),)


def _lines(marks: Marks, found: dict[int, str]) -> Iterator[Cut]:
    """Yield the lines at either end of the body that are tags and hardly anything else; *found* is piece → tag."""
    kept = marks.kept()
    edges = kept if len(kept) <= 2 * EDGE_BLOCKS else [*kept[:EDGE_BLOCKS], *kept[-EDGE_BLOCKS:]]
    for block in edges:
        if block.words <= LABELLED_WORDS:
            words = sum(len(text.split()) for place, text in found.items() if block.first <= place < block.last)
            if words and block.words - words <= LABEL_WORDS:
                yield Cut(block.index, block.index + 1, "about the post", f"tags: {block.text[:60]!r}")


def _window(marks: Marks) -> tuple[int, int]:
    """Return the range of blocks where the post's tags stand."""
    headline = marks.headline if marks.headline >= 0 else marks.body[0]
    first = max(min(headline, marks.body[0]) - ABOVE, 0)
    last = min(marks.body[1] + BELOW, len(marks.page.blocks))
    for index, kinds in labels_of(marks).items():
        if marks.body[1] <= index < last and kinds & _ENDS and "tags_label" not in kinds:
            return (first, index)
    return (first, last)


def _linked(marks: Marks, first: int, last: int) -> Iterator[tuple[int, str, str]]:
    """Yield (piece, tag, source) of the links that are tags."""
    links = links_of(marks)
    blocks = marks.page.blocks
    labelled = _labelled(marks, first, last)
    for anchor in links.between(first, last):
        if anchor.block < 0 or anchor.last <= anchor.first:
            continue
        block = blocks[anchor.block]
        verdict = marks.verdicts[anchor.block]
        if verdict is not None and verdict.step in ("comments", "related", "notices"):
            continue
        in_sentence = block.words > SENTENCE_WORDS and block.linked < SENTENCE_SHARE * block.words
        if in_sentence and not anchor.rel and anchor.block not in labelled:
            continue
        points, source = _points(marks, links, anchor, block, labelled)
        if points < ENOUGH:
            continue
        text = marks.page.walked.text_of(anchor.first, anchor.last).strip(" #,•·|/»>")
        if len(text) > MAX_CHARACTERS or text.count(" ") >= MAX_WORDS or text.casefold() in _NO_TAGS:
            continue
        if _says_something(text) and (source == "rel:tag" or kinds_of(text).isdisjoint(_NO_TAG_KINDS)):
            yield anchor.first, text, source


def _points(marks: Marks, links: Links, anchor: Anchor, block: Block, labelled: set[int]) -> tuple[float, str]:
    """Return the points of a link and the strongest sign for it."""
    points, source = 0.0, ""
    said = anchor.rel.split() if anchor.rel else ()
    if "tag" in said or "category" in said:
        points, source = 2.0, "rel:tag"
    if anchor.block in labelled:
        points, source = points + 1.2, source or "text:label"
    named = _named_frame(marks, anchor.frame)
    if named >= 0 or anchor.hints & _NAMES:
        points, source = points + 1.0, source or "name:tags"
    near = -NEAR_ABOVE <= anchor.block - marks.headline <= NEAR_BELOW
    if points == 0.0 and not near:
        return 0.0, ""
    if _PATH.search(anchor.href):
        points, source = points + 1.0, source or "address"
    if points and near:
        points += 0.6
    if points < ENOUGH:
        return 0.0, ""
    target = links.target(anchor.href)
    if target is None or not links.is_family(target):
        return 0.0, ""
    if named >= 0 and "cloud" in marks.page.frames[named].names:
        return 0.0, ""
    around = links.chain(marks.page.frames[named].parent if named >= 0 else anchor.frame)
    if around & _ELSEWHERE or (around & _FOOTER and not said):
        points -= 2.2
    if block.words > SENTENCE_WORDS and block.linked < SENTENCE_SHARE * block.words and anchor.block not in labelled:
        points -= 2.0
    if anchor.image >= 0:
        points -= 1.0
    return points, source


def _named_frame(marks: Marks, frame: int) -> int:
    """Return the nearest of the three innermost frames that is named after tags, -1 when none is."""
    known: dict[int, int] = marks.memo.setdefault("frames named after tags", {})
    found = known.get(frame)
    if found is not None:
        return found
    frames = marks.page.frames
    found, at = -1, frame
    for _ in range(3):
        if at < 0:
            break
        this = frames[at]
        if this.hints & _NAMES or (this.names and _says_terms(this.names)):
            found = at
            break
        at = this.parent
    known[frame] = found
    return found


@lru_cache(maxsize=20_000)
def _says_terms(names: str) -> bool:
    """Tell whether a class attribute names a list of terms: "entry-taxonomies", "post-detail__category"; not
    "tag-recipes".

    >>> _says_terms("post-detail__category"), _says_terms("post-7 category-recipes")
    (True, False)
    """
    names = names.lower()
    if not _TERM_PART.search(names):
        return False
    for token in names.replace("_", "-").split():
        parts = [part for part in token.split("-") if part]
        if not parts or (parts[0] in _OF_THE_POST and len(parts) > 1 and parts[1] not in _TERMS):
            continue
        if not _TERMS.isdisjoint(parts[-2:]):
            return True
    return False


def _labelled(marks: Marks, first: int, last: int) -> set[int]:
    """Return the blocks that begin with a label such as "Tags:", and those just below one that is a block of its
    own."""
    out: set[int] = set()
    blocks = marks.page.blocks
    reach = -1
    labels = labels_of(marks)
    words = first_words()
    for block in blocks[first:last]:
        index = block.index
        if not block.linked:
            if "tags_label" in labels.get(index, ()):
                out.add(index)
                reach = index + LABEL_REACH
            continue
        begins = (
            block.words <= LABELLED_WORDS
            and block.text.partition(" ")[0].rstrip(":").lower() in words
            and "tags_label" in beginnings_of(block.text[:BEGINNING_CHARACTERS])
        )
        if begins or (index <= reach and block.words <= MAX_WORDS):
            out.add(index)
            reach = index + LABEL_REACH
    return out


def _unlinked(marks: Marks, first: int, last: int) -> Iterator[tuple[int, str, str]]:
    """Yield (piece, tag, source) of labels without a link near the headline, and of lists such as "Tags: a, b, c"."""
    blocks = marks.page.blocks
    headline = marks.headline
    authors = {author.name.casefold() for author in marks.best("authors") or ()}
    if headline >= 0:
        for block in blocks[max(headline - NEAR_ABOVE, 0) : headline + NEAR_BELOW]:
            if block.linked or block.words > 8 or block.index == headline or _named_frame(marks, block.frame) < 0:
                continue
            for place in range(block.first, block.last):
                text = marks.page.walked.text_of(place, place + 1).strip("#,•·| ")
                if _is_label(text) and text.casefold() not in authors:
                    yield place, text, "name:tags"
    words = first_words()
    for block in blocks[first:last]:
        if block.linked or block.words > LABELLED_WORDS:
            continue
        said = block.text
        if ":" not in said and "：" not in said:
            continue
        head, _, listed = said.replace("：", ":").partition(":")
        if len(head) > BEGINNING_CHARACTERS or head.lower().split(" ")[0] not in words:
            continue
        if "tags_label" in kinds_of(head):
            for offset, text in enumerate(_SPLIT.split(listed.strip())):
                if text and text.count(" ") < 4:
                    yield block.first + offset, text.strip("# ."), "text:label"


def _says_something(text: str) -> bool:
    """Tell whether a text is more than a count ("0", "1.1K") or a label in front of something else."""
    return any(map(str.isalpha, text)) and not text.endswith(":") and _COUNT.fullmatch(text) is None


def _is_label(text: str) -> bool:
    return _says_something(text) and text.count(" ") < 4 and not _ABOUT_THE_POST.search(text) and not kinds_of(text)


def _kicker(marks: Marks) -> Iterator[tuple[int, str, str]]:
    """Yield the short label directly above the headline, when it is one."""
    index = marks.headline - 1
    if index < 0:
        return
    block, before = marks.page.blocks[index], marks.page.blocks[index - 1] if index else None
    verdict = marks.verdicts[index]
    if (
        block.words > KICKER_WORDS
        or block.tag in ("li", "button", "p", "form", "h1", "td")
        or any(map(str.isdigit, block.text))
    ):
        return
    if (verdict is not None and verdict.step not in _PLAIN_STEPS) or (
        before is not None and before.frame == block.frame
    ):
        return
    if not block.text.strip() or block.text.split()[0].lower() in words_of("calls"):
        return
    links = links_of(marks)
    if links.chain(block.frame) & _NO_KICKER or kinds_of(block.text) or beginnings_of(block.text):
        return
    for anchor in links.between(index, index + 1):
        target = links.target(anchor.href)
        if target is None or not links.is_family(target) or not target.path:
            return
    for place in range(block.first, block.last):
        text = marks.page.walked.text_of(place, place + 1).strip("#,•·| ")
        if _says_something(text):
            yield place, text, "place:above the headline"
