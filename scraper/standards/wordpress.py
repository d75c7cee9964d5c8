"""WordPress' REST API (https://developer.wordpress.org/rest-api/reference/posts/): the complete list of a blog's posts.

Two roads lead to it: ``/wp-json/``, and ``?rest_route=/`` where permalinks are off; pages and headers name the one in
use by ``rel="https://api.w.org/"``. The list comes in pages of a hundred and says how many posts there are, so that
nothing needs guessing.
"""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scraper.standards import date as dates
from scraper.standards import url as urls
from scraper.text import squeeze, storable

API_REL = "https://api.w.org/"
"""The link relation by which a page or header names the API's root."""
PER_PAGE = 100
"""Posts asked for at once: the most the API gives."""
MAX_POSTS = 1_000
"""Posts read from one answer: ten times what can be asked for. The rest is left out."""
MAX_TOTAL = 10_000_000
"""The largest number of posts believed; larger ones count as unknown."""
MAX_TITLE = 1_000
"""Characters of a title kept."""

_POSTS = "wp/v2/posts"
# Asked for by name: without _fields every post brings links, authors and metadata of a plugin's making.
_FIELDS = "id,link,title,date,date_gmt,modified,modified_gmt,content,status,type"
_LIST_FIELDS = "id,link,title,date,date_gmt,modified,modified_gmt,status,type"
_TAG = re.compile(r"<[^<>]*>")
_UTC_OFFSET_MINUTES = 14 * 60  # no clock on earth is further from UTC


@dataclass(frozen=True, slots=True)
class Post:
    """One post as the API gives it."""

    url: str
    """Absolute."""
    title: str | None
    """As text, without markup; None when empty."""
    published: str | None
    """ISO 8601 in the site's own time, with its offset where the answer lets it be known; None without one."""
    modified: str | None
    """As ``published``."""
    html: str | None
    """The post's rendered content, not sanitised; None when it was not asked for, empty or protected by a password."""


def api_root(links: Iterable[tuple[str, str]], base: str | None = None) -> str | None:
    """Return the absolute address of a site's API, None when no link names one.

    *links* are (rel, href) pairs of a page's ``link`` elements or of a Link header, resolved against *base* when given.

    >>> api_root([("canonical", "/"), ("https://api.w.org/", "/wp-json/")], "https://blog.example/")
    'https://blog.example/wp-json/'
    """
    for rel, href in links:
        if API_REL in rel.split() or rel.rstrip("/") == API_REL.rstrip("/"):
            return urls.join(base or href, href)
    return None


def posts_url(base: str, page: int = 1, *, content: bool = False) -> str:
    """Return the address of the *page*-th hundred posts (from 1), those changed last first.

    In that order a later visit may stop at the first page that is as it was, and what changes between two pages is seen
    twice rather than never. *base* is an API root as ``api_root`` returns it, or any address of the site. Without
    *content* only addresses, titles and dates are asked for. Raises InvalidURL.

    >>> posts_url("https://blog.example/wp-json/", 2).partition("&_fields")[0]
    'https://blog.example/wp-json/wp/v2/posts?per_page=100&page=2&orderby=modified&order=desc'
    """
    fields = _FIELDS if content else _LIST_FIELDS
    query = f"per_page={PER_PAGE}&page={page}&orderby=modified&order=desc&_fields={fields}"
    if "rest_route=" in base:
        root = base.partition("rest_route=")[0]
        return f"{root}rest_route=/{_POSTS}&{query}"
    if base.rstrip("/").endswith("/wp-json"):
        return f"{base.rstrip('/')}/{_POSTS}?{query}"
    return f"{urls.origin_of(base)}/wp-json/{_POSTS}?{query}"


def total(headers: Iterable[tuple[str, str]]) -> int | None:
    """Return how many posts there are in all (``X-WP-Total``), None when the headers, lower-case pairs, do not tell.

    >>> total([("x-wp-total", "1503"), ("x-wp-totalpages", "16")])
    1503
    """
    value = next((value.strip() for name, value in headers if name.lower() == "x-wp-total"), "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= len(str(MAX_TOTAL)) else None
    return number if number is not None and number <= MAX_TOTAL else None


def parse_posts(body: bytes | str, url: str | None = None) -> tuple[Post, ...]:
    """Return the posts of one answer in its order, none when it is something else. Never raises on account of its
    content.

    Only published entries with an address are posts. *url* is the answer's own address, for relative links.

    >>> parse_posts(b'[{"link": "https://blog.example/a/", "title": {"rendered": "Salt &amp; bread"}}]')[0].title
    'Salt & bread'
    """
    text = body.decode("utf-8-sig", "replace") if isinstance(body, bytes) else body
    start = text.find("[")
    if start < 0:
        return ()
    try:
        # Plugins print warnings before and after the list.
        answer, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(answer, list):
        return ()
    posts = (_post(item, url) for item in answer[:MAX_POSTS] if isinstance(item, dict))
    return tuple(post for post in posts if post is not None)


def _post(item: dict[str, Any], url: str | None) -> Post | None:
    link = item.get("link")
    address = urls.join(url or link, link) if isinstance(link, str) and link else None
    if address is None or item.get("status", "publish") != "publish":
        return None
    content = item.get("content")
    protected = isinstance(content, dict) and content.get("protected") is True
    body = None if protected else _rendered(content)
    title = _rendered(item.get("title"))
    return Post(
        url=address,
        title=_plain(title) if title else None,
        published=_moment(item, "date"),
        modified=_moment(item, "modified"),
        html=storable(body) if body else None,
    )


def _rendered(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("rendered")
    return value if isinstance(value, str) and value.strip() else None


def _plain(value: str) -> str | None:
    return storable(squeeze(markup.unescape(_TAG.sub("", value))))[:MAX_TITLE] or None


def _moment(item: dict[str, Any], name: str) -> str | None:
    """Return a date in the site's time; its offset is the difference to the same date in UTC, which comes beside it."""
    local, utc = _machine(item.get(name)), _machine(item.get(f"{name}_gmt"))
    if local is None:
        return f"{utc}Z" if utc else None
    minutes = _minutes_between(utc, local) if utc else None
    if minutes is None:
        return local
    sign = "-" if minutes < 0 else "+"
    return f"{local}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _machine(value: Any) -> str | None:
    """Return a date and time without offset, the form both fields have; None for anything else."""
    stated = dates.machine(value) if isinstance(value, str) else None
    return stated if stated and len(stated) == len("2024-05-06T07:08:09") else None


def _minutes_between(utc: str, local: str) -> int | None:
    seconds = (datetime.fromisoformat(local) - datetime.fromisoformat(utc)).total_seconds()
    minutes, rest = divmod(int(seconds), 60)
    return minutes if not rest and abs(minutes) <= _UTC_OFFSET_MINUTES else None
