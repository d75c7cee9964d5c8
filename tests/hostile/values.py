"""What a fault is, and what may become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.blog import Blog
from tests.hostile.server import Place

POSTS = 10
"""Healthy posts beside each fault."""
PAGE = "/2019/04/the-fault/"
"""Where a fault's page is, unless it says otherwise: an address like a post's."""

ARCHIVED, FAILED, SKIPPED, DUPLICATE, PAGE_STATE, QUEUED = (
    "archived",
    "failed",
    "skipped",
    "duplicate",
    "page",
    "queued",
)
ANY_GOOD = (ARCHIVED, PAGE_STATE)
"""The page could be read: whether it is taken for a post is not the question."""


@dataclass(frozen=True)
class Fault:
    """One thing a hostile server does."""

    name: str
    routes: Callable[[Place], dict[str, Any]]
    """What the server answers, beside the healthy blog."""
    states: tuple[str, ...] = (FAILED,)
    """What may become of the page at ``at``."""
    reason: str = ""
    """A regular expression its reason must match."""
    at: str | None = PAGE
    """The address whose story is asked; None: the fault is not one address, the site's problem is looked at."""
    links: tuple[str, ...] = (PAGE,)
    """Addresses the index page links to, beside the posts."""
    posts: int = POSTS
    """Healthy posts that must be stored; 0 where the standards say that nothing may be fetched."""
    codes: tuple[int, ...] = (0, 3)
    """Exit codes that tell the truth."""
    text: str = ""
    """What the stored article must hold."""
    never: str = ""
    """What no stored article may hold."""
    not_asked: tuple[str, ...] = ()
    """Paths that must not be asked for."""
    crawls: int = 1
    """How often the command runs."""
    blog: Callable[[], Blog] = field(default=lambda: Blog(posts=POSTS, per_page=20, sitemap=False, feed=False))
    quick: bool = False
    """Part of the default test run."""
    problem: str = ""
    """A regular expression that the site's problem in the report must match."""
    limit: str = ""
    """The limit that the report must name as having bitten."""
    group: str = ""


def linked(*addresses: str) -> Callable[[], Blog]:
    """Return how to make the healthy blog whose front page links to *addresses* as well."""
    return lambda: Blog(posts=POSTS, per_page=20, sitemap=False, feed=False, links=addresses)
