"""Blog → Site: the documents of a website as a page builder makes it on WordPress, with all that stands round a post.

Nothing of a post is marked as what it is: dates are loose lines, the title stands twice, the author's bio is one more
paragraph after the body, and every block is a ``pb-something``. The templates are in data/demo/theme/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from pipelines.demo.blog import Blog, Leaf, Part, Post, linked
from scraper.resources import data_path

PLAIN_RELATED, DATED_RELATED = 5, 3
"""How many posts the two widgets below a post show: summaries without titles, then dated ones with both."""
HTML, XML, TEXT, SVG = (
    "text/html; charset=UTF-8",
    "text/xml; charset=UTF-8",
    "text/plain; charset=UTF-8",
    "image/svg+xml",
)


@dataclass(frozen=True, slots=True)
class Document:
    """What one path answers with."""

    body: bytes
    content_type: str

    @property
    def etag(self) -> str:
        """A validator that changes with the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


@dataclass(frozen=True, slots=True)
class Site:
    """A whole website: what each path answers with, or where it sends on to."""

    documents: Mapping[str, Document]
    redirects: Mapping[str, str]
    """Path, with its query where that decides, → path."""


def build(blog: Blog, base: str) -> Site:
    """Return the website of *blog* as it looks at the address *base*, such as ``http://127.0.0.1:8000``."""
    theme = _Theme(blog, base)
    documents = {
        "/robots.txt": _robots(blog, base),
        "/feed/": _feed(blog, base),
        **_sitemaps(blog, base),
        **theme.pages(),
        **_uploads(),
    }
    redirects = {f"/?p={post.number}": f"/{post.slug}/" for post in blog.posts}
    redirects |= {path.rstrip("/"): path for path in documents if path.endswith("/") and path != "/"}
    return Site(documents, redirects)


def related_to(blog: Blog, post: Post) -> tuple[Post, ...]:
    """Return the posts that the widgets below *post* show: those published before it, then from the newest on."""
    at = blog.posts.index(post)
    following = blog.posts[at + 1 :] + blog.posts[:at]
    return following[:PLAIN_RELATED]


def day(when: date) -> str:
    """Return a date as the blog writes it, such as ``July 6, 2024``."""
    return f"{when:%B} {when.day}, {when.year}"


def tag_path(tag: str) -> str:
    """Return the path of a tag's listing.

    >>> tag_path("On the road")
    '/category/on-the-road/'
    """
    return f"/category/{quote(tag.lower().replace(' ', '-'))}/"


class _Theme:
    """The HTML pages of one blog at one address."""

    def __init__(self, blog: Blog, base: str) -> None:
        self.blog = blog
        self.base = base
        folder = data_path("demo", "theme")
        self.templates = {path.stem: Template(path.read_text(encoding="utf-8")) for path in folder.glob("*.html")}

    def pages(self) -> dict[str, Document]:
        """Return every HTML page by its path."""
        blog = self.blog
        pages = self._listing("/", blog.name, blog.tagline, blog.posts, body_class="home blog")
        for tag in blog.tags:
            tagged = [post for post in blog.posts if tag in post.tags]
            pages |= self._listing(tag_path(tag), tag, f"Everything about {tag.lower()}", tagged, body_class="archive")
        pages |= {f"/{post.slug}/": self._post(post) for post in blog.posts}
        pages |= {f"/{leaf.slug}/": self._leaf(leaf) for leaf in blog.leaves}
        return pages

    def _document(self, path: str, head_title: str, body_class: str, content: str, shortlink: str = "") -> Document:
        blog = self.blog
        symbols = "".join(
            f'<symbol id="Icon-{escape(icon.strip())}" viewBox="0 0 20 20"><title>{escape(icon)}</title>'
            f'<path d="M{number} 4h12v12H{number}z"/></symbol>'
            for number, icon in enumerate(blog.icons)
        )
        page = self.templates["layout"].substitute(
            language=blog.language,
            head_title=escape(head_title),
            name=escape(blog.name),
            base=self.base,
            canonical=self.base + path,
            shortlink=shortlink,
            body_class=body_class,
            content=content,
            disclaimer=escape(blog.disclaimer),
            telephone=escape(blog.telephone),
            telephone_digits=blog.telephone.replace(" ", ""),
            enquiries=escape(blog.enquiries),
            copyright=escape(blog.copyright),
            icons=symbols,
        )
        return Document(page.encode(), HTML)

    def _listing(
        self, path: str, title: str, tagline: str, posts: Sequence[Post], *, body_class: str
    ) -> dict[str, Document]:
        size = self.blog.posts_per_page
        chunks = [posts[start : start + size] for start in range(0, len(posts), size)]
        paths = [path if number == 1 else f"{path}page/{number}/" for number in range(1, len(chunks) + 1)]
        documents = {}
        for number, (where, chunk) in enumerate(zip(paths, chunks, strict=True), start=1):
            content = self.templates["list"].substitute(
                title=escape(title),
                tagline=escape(tagline),
                cards="".join(self._dated_card(post) for post in chunk),
                pager=self._pager(paths, number),
            )
            name = title if title == self.blog.name else f"{title} - {self.blog.name}"
            head_title = name if number == 1 else f"{name} - Page {number} of {len(chunks)}"
            documents[where] = self._document(where, head_title, body_class, content)
        return documents

    def _pager(self, paths: Sequence[str], current: int) -> str:
        if len(paths) == 1:
            return ""
        return " ".join(
            f'<span aria-current="page" class="page-numbers current">{number}</span>'
            if number == current
            else f'<a class="page-numbers" href="{self.base}{path}">{number}</a>'
            for number, path in enumerate(paths, start=1)
        )

    def _post(self, post: Post) -> Document:
        blog = self.blog
        related = related_to(blog, post)
        first, *more = [(tag, self.base + tag_path(tag)) for tag in post.tags]
        content = self.templates["post"].substitute(
            title=escape(post.title),
            inner_title=escape(post.inner_title),
            published=day(post.published),
            modified=day(post.modified),
            minutes=post.minutes,
            first_category=escape(first[0]),
            first_category_url=first[1],
            more_categories="".join(f', <a href="{url}" rel="category tag">{escape(tag)}</a>' for tag, url in more),
            body=self._body(post.parts),
            bio=escape(blog.bio),
            base=self.base,
            url=f"{self.base}/{post.slug}/",
            related_plain="".join(self._plain_card(other) for other in related),
            related_dated="".join(self._dated_card(other) for other in related[:DATED_RELATED]),
        )
        shortlink = f'<link rel="shortlink" href="{self.base}/?p={post.number}">\n'
        classes = f"post-template-default single single-post postid-{post.number}"
        return self._document(f"/{post.slug}/", f"{post.title} - {blog.name}", classes, content, shortlink)

    def _leaf(self, leaf: Leaf) -> Document:
        content = self.templates["page"].substitute(title=escape(leaf.title), body=self._body(leaf.parts))
        return self._document(f"/{leaf.slug}/", f"{leaf.title} - {self.blog.name}", "page", content)

    def _plain_card(self, post: Post) -> str:
        return (
            f'<div class="pb-dynamic-list-item"><div class="pb-text-block"><span class="pb-span">{escape(post.excerpt)}'
            f'</span></div><a class="pb-link-text" href="{self.base}/{post.slug}/">Read More</a></div>\n'
        )

    def _dated_card(self, post: Post) -> str:
        url = f"{self.base}/{post.slug}/"
        return (
            f'<div class="pb-dynamic-list-item"><div class="pb-text-block"><span class="pb-span">{day(post.published)}'
            f'</span></div><h3 class="pb-headline"><a href="{url}">{escape(post.title)}</a></h3>'
            f'<div class="pb-text-block"><span class="pb-span">{escape(post.excerpt)}</span></div>'
            f'<a class="pb-link-text" href="{url}">Read More</a></div>\n'
        )

    def _body(self, parts: Sequence[Part]) -> str:
        return "\n".join(self._part(part) for part in parts)

    def _part(self, part: Part) -> str:
        if part.kind == "picture":
            alt, caption = part.lines
            return (
                f'<figure class="wp-block-image"><img decoding="async" src="{self.base}{part.src}" alt="{escape(alt)}">'
                f"<figcaption>{escape(caption)}</figcaption></figure>"
            )
        if part.kind == "heading":
            return f"<h2>{self._inline(part.lines[0])}</h2>"
        if part.kind == "paragraph":
            return f"<p>{self._inline(part.lines[0])}</p>"
        tag = "ul" if part.kind == "bullets" else "ol"
        items = "".join(f"<li>{self._inline(line)}</li>\n" for line in part.lines)
        return f"<{tag}>\n{items}</{tag}>"

    def _inline(self, text: str) -> str:
        return "".join(
            f'<a href="{self.base}/{slug}/">{escape(words)}</a>' if slug else escape(words, quote=False)
            for words, slug in linked(text)
        )


def _robots(blog: Blog, base: str) -> Document:
    rules = "".join(f"Disallow: {path}\n" for path in blog.closed)
    return Document(f"User-agent: *\n{rules}\nSitemap: {base}/wp-sitemap.xml\n".encode(), TEXT)


def _feed(blog: Blog, base: str) -> Document:
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{base}/{post.slug}/</link>"
        f"<dc:creator>{escape(blog.author)}</dc:creator><pubDate>{_moment(post.published)}</pubDate>"
        f'<guid isPermaLink="false">{base}/?p={post.number}</guid>'
        f"<description>{escape(post.excerpt)}</description></item>\n"
        for post in blog.posts[: blog.feed_posts]
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(blog.name)}</title><link>{base}/</link><description>{escape(blog.tagline)}</description>\n"
        f"{items}</channel></rss>\n"
    )
    return Document(text.encode(), "application/rss+xml; charset=UTF-8")


def _moment(when: date) -> str:
    return format_datetime(datetime.combine(when, time(9, 30), UTC))


def _sitemaps(blog: Blog, base: str) -> dict[str, Document]:
    posts = [(f"{base}/{post.slug}/", post.modified.isoformat()) for post in blog.posts]
    leaves = [(f"{base}/{leaf.slug}/", "") for leaf in blog.leaves]
    children = {"/wp-sitemap-posts-post-1.xml": posts, "/wp-sitemap-posts-page-1.xml": leaves}
    namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    index = "".join(f"<sitemap><loc>{base}{path}</loc></sitemap>" for path in children)
    documents = {"/wp-sitemap.xml": f"<sitemapindex {namespace}>{index}</sitemapindex>\n"}
    for path, entries in children.items():
        urls = "".join(
            f"<url><loc>{url}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>\n"
            for url, changed in entries
        )
        documents[path] = f"<urlset {namespace}>\n{urls}</urlset>\n"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return {path: Document((head + text).encode(), XML) for path, text in documents.items()}


def _uploads() -> dict[str, Document]:
    folder: Path = data_path("demo", "uploads")
    return {
        f"/wp-content/uploads/{path.name}": Document(path.read_bytes(), SVG) for path in sorted(folder.glob("*.svg"))
    }
