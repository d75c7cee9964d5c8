"""data/demo/ → Blog: the posts and pages of the bundled blog as values, before any markup is made of them.

A post's file has a head of ``name: value`` lines, a blank line, and a body in a small part of Markdown: paragraphs,
``##`` headings, ``- `` bullets, ``1. `` numbers, a picture on a line of its own, links to other posts by their slug.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scraper.resources import data_path

EXCERPT_WORDS = 20
"""Words of a card's summary: the inner title counts, as it does where the title stands inside the post's content."""
_MINOR_WORDS = frozenset("Under In From With And".split())
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_PICTURE = re.compile(r'!\[([^\]]*)\]\((\S+) "([^"]*)"\)')


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body: ``kind`` is paragraph, heading, bullets, numbered or picture."""

    kind: str
    lines: tuple[str, ...]
    """One text, or one per list item, links as written; for a picture its alternative text and its caption."""
    src: str = ""
    """Path of a picture, else ""."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page that is not a post, such as About."""

    slug: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """One post of the blog."""

    number: int
    """WordPress's own number of the post, as in its short link."""
    slug: str
    title: str
    published: date
    modified: date
    minutes: int
    """Reading time as the page states it."""
    tags: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def inner_title(self) -> str:
        """The title as it stands a second time, inside the content; the author was not consistent with capitals."""
        first, *rest = self.title.split(" ")
        return " ".join([first, *(word.lower() if word in _MINOR_WORDS else word for word in rest)])

    @property
    def excerpt(self) -> str:
        """The card's summary: the content's first words, inner title included, and WordPress's sign of omission."""
        opening = next(part.lines[0] for part in self.parts if part.kind == "paragraph")
        words = f"{self.inner_title} {plain(opening)}".split(" ")
        return " ".join(words[:EXCERPT_WORDS]) + " […]"


@dataclass(frozen=True, slots=True)
class Blog:
    """The whole blog: ``posts`` newest first, ``settings`` as blog.toml has them."""

    posts: tuple[Post, ...]
    leaves: tuple[Leaf, ...]
    name: str
    tagline: str
    language: str
    author: str
    posts_per_page: int
    feed_posts: int
    bio: str
    disclaimer: str
    telephone: str
    enquiries: str
    copyright: str
    icons: tuple[str, ...]
    closed: tuple[str, ...]
    """Path prefixes that robots.txt forbids."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag once, in alphabetical order."""
        return tuple(sorted({tag for post in self.posts for tag in post.tags}))


def read(folder: Path | None = None) -> Blog:
    """Return the blog kept in *folder*, by default the bundled one."""
    folder = folder or data_path("demo")
    settings = tomllib.loads((folder / "blog.toml").read_text(encoding="utf-8"))
    settings["icons"], settings["closed"] = tuple(settings["icons"]), tuple(settings["closed"])
    dated = sorted((_headed(path) for path in (folder / "posts").glob("*.md")), key=lambda entry: entry[1]["published"])
    posts = tuple(_post(number, *entry) for number, entry in enumerate(dated, start=101))
    leaves = tuple(
        Leaf(slug, head["title"], parts)
        for slug, head, parts in (_headed(path) for path in sorted((folder / "pages").glob("*.md")))
    )
    return Blog(posts[::-1], leaves, **settings)


def plain(text: str) -> str:
    """Return *text* without its link markup.

    >>> plain("See [the post](a-post) on it.")
    'See the post on it.'
    """
    return _LINK.sub(r"\1", text)


def linked(text: str) -> list[tuple[str, str | None]]:
    """Return *text* as (words, slug or None) pairs in order.

    >>> linked("See [the post](a-post).")
    [('See ', None), ('the post', 'a-post'), ('.', None)]
    """
    pairs: list[tuple[str, str | None]] = []
    end = 0
    for match in _LINK.finditer(text):
        pairs += [(text[end : match.start()], None), (match.group(1), match.group(2))]
        end = match.end()
    return [*pairs, (text[end:], None)]


def _post(number: int, slug: str, head: dict[str, str], parts: tuple[Part, ...]) -> Post:
    return Post(
        number,
        slug,
        head["title"],
        date.fromisoformat(head["published"]),
        date.fromisoformat(head["modified"]),
        int(head["minutes"]),
        tuple(tag.strip() for tag in head["tags"].split(",")),
        parts,
    )


def _headed(path: Path) -> tuple[str, dict[str, str], tuple[Part, ...]]:
    head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return path.stem, fields, tuple(_part(block) for block in body.strip().split("\n\n"))


def _part(block: str) -> Part:
    picture = _PICTURE.fullmatch(block)
    if picture:
        return Part("picture", (picture.group(1), picture.group(3)), src=picture.group(2))
    if block.startswith("## "):
        return Part("heading", (block[3:],))
    if block.startswith("- "):
        return Part("bullets", tuple(line[2:] for line in block.splitlines()))
    if re.match(r"\d+\. ", block):
        return Part("numbered", tuple(line.split(". ", 1)[1] for line in block.splitlines()))
    return Part("paragraph", (block,))
