"""A small blog for crawls: posts, front page with numbered pages, tags, months, sitemap, feed; made of numbers alone.

    with serve(Blog(posts=30).routes()) as server:
        ...

Addresses in it are relative, except where a standard asks for absolute ones; those are filled in per request from the
Host header, so the blog does not need to know its port.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.server import Reply, Request, Route

_WORDS = (
    "harbour tide lantern gravel orchard copper winter ladder meadow thunder pebble kettle garden window river market "
    "silver morning paper bridge candle forest island pocket summer bottle distant anchor barley velvet hollow"
).split()
_FIRST_DAY = date(2019, 3, 1)


@dataclass
class Blog:
    """What the blog has. Change ``texts``, ``missing`` and the like between two crawls."""

    posts: int = 30
    per_page: int = 10
    sitemap: bool = True
    lastmod: bool = True
    feed: bool = True
    validators: bool = True
    """Answers carry an ETag and honour If-None-Match."""
    delay_s: float = 0.0
    """What every answer takes."""
    edits: dict[int, str] = field(default_factory=dict)
    """Post → a sentence added to it after publication."""
    missing: dict[int, int] = field(default_factory=dict)
    """Post → the status it answers with; it is listed nowhere."""
    linked: bool = True
    """Posts link to the one before and the one after."""
    extra: dict[str, Route] = field(default_factory=dict)
    """Further routes."""
    links: tuple[str, ...] = ()
    """Further addresses the front page links to."""

    def day(self, number: int) -> date:
        """Return when a post was published."""
        return _FIRST_DAY + timedelta(days=5 * number)

    def path(self, number: int) -> str:
        """Return a post's address on the site."""
        return f"/{self.day(number).year}/{self.day(number).month:02d}/{self.slug(number)}/"

    def slug(self, number: int) -> str:
        """Return the last part of a post's address."""
        return self.title(number).lower().replace(" ", "-")

    def title(self, number: int) -> str:
        """Return a post's title."""
        return f"The {_WORDS[number % 31]} and the {_WORDS[(number * 7 + 3) % 31]} number {number}"

    def text(self, number: int) -> str:
        """Return a post's paragraphs, as HTML."""
        paragraphs = []
        for paragraph in range(4):
            words = [_WORDS[(number * 13 + paragraph * 5 + word * (number % 7 + 2)) % 31] for word in range(45)]
            paragraphs.append(f"<p>Of {number} and {paragraph}: {' '.join(words)}.</p>")
        if number in self.edits:
            paragraphs.append(f"<p>{self.edits[number]}</p>")
        return "".join(paragraphs)

    def listed(self) -> list[int]:
        """Return the posts the blog lists, newest first."""
        return [number for number in reversed(range(self.posts)) if number not in self.missing]

    def post(self, number: int) -> str:
        """Return a post's page."""
        near = ""
        if self.linked:
            for rel, other in (("prev", number - 1), ("next", number + 1)):
                if 0 <= other < self.posts and other not in self.missing:
                    near += f'<a rel="{rel}" href="{self.path(other)}">{self.title(other)}</a> '
        day = self.day(number)
        return self._page(
            self.title(number),
            f'<article class="post"><h1>{self.title(number)}</h1><p class="byline">By Ida Holm, '
            f'<time datetime="{day.isoformat()}">{day:%B %d, %Y}</time></p>'
            f'<div class="entry-content">{self.text(number)}</div>'
            f'<p class="tags"><a rel="tag" href="/tag/{_WORDS[number % 5]}/">{_WORDS[number % 5]}</a></p></article>'
            f'<nav class="post-navigation">{near}</nav>',
            f'<meta property="og:type" content="article"><link rel="canonical" href="{self.path(number)}">',
        )

    def listing(self, number: int, posts: list[int], base: str = "/") -> str:
        """Return one page of a numbered listing."""
        pages = max(1, -(-len(posts) // self.per_page))
        shown = posts[(number - 1) * self.per_page : number * self.per_page]
        entries = "".join(
            f'<article><h2><a href="{self.path(post)}">{self.title(post)}</a></h2>'
            f"<p>{self.text(post)[3:90]} …</p></article>"
            for post in shown
        )
        numbers = " ".join(
            f'<a class="page-numbers" href="{base if page == 1 else f"{base}page/{page}/"}">{page}</a>'
            for page in range(1, pages + 1)
        )
        more = "".join(f'<li><a href="{link}">{link}</a></li>' for link in self.links) if base == "/" else ""
        return self._page(
            "Harbour notes", f'{entries}<nav class="pagination">{numbers}</nav><ul class="more">{more}</ul>'
        )

    def _page(self, title: str, main: str, head: str = "") -> str:
        feed = '<link rel="alternate" type="application/rss+xml" href="/feed/">' if self.feed else ""
        tags = " ".join(f'<a href="/tag/{word}/">{word}</a>' for word in _WORDS[:5])
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{feed}{head}</head>'
            "<body>"
            '<header><p><a href="/">Harbour notes</a></p><nav><a href="/about/">About</a> '
            f'<a href="/contact/">Contact</a></nav></header><main>{main}</main><aside class="sidebar">{tags}</aside>'
            "<footer><p>© Harbour notes</p></footer></body></html>"
        )

    def routes(self) -> dict[str, Route]:
        """Return the whole blog as routes of a test server; they follow later changes of this value."""
        routes: dict[str, Route] = {
            "/robots.txt": Reply("User-agent: *\nDisallow: /private/\n", content_type="text/plain")
        }
        for number in range(self.posts):
            routes[self.path(number)] = self._answer(lambda number=number: self._post_or_status(number))
        tags: dict[str, list[int]] = {}
        for number in self.listed():
            tags.setdefault(_WORDS[number % 5], []).append(number)
        self._add_listing(routes, "/", self.listed)
        for tag in tags:
            self._add_listing(
                routes, f"/tag/{tag}/", lambda tag=tag: [n for n in self.listed() if _WORDS[n % 5] == tag]
            )
        for name in ("about", "contact"):
            routes[f"/{name}/"] = self._answer(
                lambda name=name: self._page(name.title(), f"<h1>{name.title()}</h1><p>We write about harbours.</p>")
            )
        if self.sitemap:
            routes["/sitemap.xml"] = self._answer(self._sitemap, "application/xml")
        if self.feed:
            routes["/feed/"] = self._answer(self._feed, "application/rss+xml")
        return {**routes, **self.extra}

    def _add_listing(self, routes: dict[str, Route], base: str, posts: Callable[[], list[int]]) -> None:
        pages = max(1, -(-len(posts()) // self.per_page))
        for page in range(1, pages + 2):  # one more, for a post that comes later
            path = base if page == 1 else f"{base}page/{page}/"
            routes[path] = self._answer(
                lambda page=page: (
                    self.listing(page, posts(), base) if page == 1 or (page - 1) * self.per_page < len(posts()) else 404
                )
            )

    def _post_or_status(self, number: int) -> str | int:
        return self.missing.get(number) or self.post(number)

    def _sitemap(self) -> str:
        urls = "".join(
            f"<url><loc>HOST{self.path(number)}</loc>"
            + (f"<lastmod>{self.changed(number)}</lastmod>" if self.lastmod else "")
            + "</url>"
            for number in self.listed()
        )
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def changed(self, number: int) -> str:
        """Return the day a post was changed last."""
        return "2024-01-01" if number in self.edits else self.day(number).isoformat()

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{self.title(number)}</title><link>HOST{self.path(number)}</link>"
            f"<pubDate>{self.day(number):%a, %d %b %Y} 00:00:00 +0000</pubDate></item>"
            for number in self.listed()[:10]
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour notes</title>{items}</channel></rss>'

    def _answer(self, make: Callable[[], str | int], content_type: str = "text/html; charset=utf-8") -> Route:
        def route(request: Request) -> Reply:
            made = make()
            if isinstance(made, int):
                return Reply("there is no such page", status=made, delay_s=self.delay_s)
            body = made.replace("HOST", f"http://{request.headers.get('host', '')}").encode()
            if not self.validators:
                return Reply(body, content_type=content_type, delay_s=self.delay_s)
            etag = f'"{hashlib.sha1(body).hexdigest()[:16]}"'
            if request.headers.get("if-none-match") == etag:
                return Reply(status=304, headers={"ETag": etag}, delay_s=self.delay_s)
            return Reply(body, headers={"ETag": etag}, content_type=content_type, delay_s=self.delay_s)

        return route
