"""The links of a page as the fields around the body ask for them: where they stand, where they lead, what is around
them.

One object a page, because related posts, neighbours in time and tags ask the same questions, and joining an address
costs more than all other questions about a link together.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from functools import cache
from typing import NamedTuple

from scraper.blocks import Anchor, Frame, Walked
from scraper.hints import Hint
from scraper.marks import Marks
from scraper.page import Page
from scraper.resources import data_path

WRAPPER_SHARE = 0.5
"""A frame with more than this share of the page's blocks is a wrapper; what its names say is about the page, not
about a part."""

_HOST = re.compile(r"https?://(?:[^/@]*@)?([^/:?#]+)(?::\d+)?([^?#]*)(\?[^#]*)?")
_MEDIA = tuple(".jpg .jpeg .png .gif .webp .svg .pdf .zip .mp3 .mp4 .avif .xml .ics .epub .rss".split())


@cache
def words_of(table: str) -> frozenset[str]:
    """Return one list of words about links (``data/lists/link_words.toml``)."""
    with data_path("lists", "link_words.toml").open("rb") as file:
        return frozenset(tomllib.load(file)[table]["words"].split())


_QUERY_LISTS = re.compile(
    r"[?&](?:cat|tag|author|s|q|search|replytocom|share|paged|page|add-to-cart|category|orderby|nb|action|redirect_to)=",
    re.I,
)
_DATED = re.compile(r"/(?:19|20)\d\d(?:/\d{1,2}){0,2}/?$")
_SECOND_LEVEL = frozenset("co com org net ac gov edu or ne go".split())

_ELEMENTS = {"nav": Hint.NAV.value, "menu": Hint.NAV.value, "footer": Hint.SITE_FOOTER.value}
_ROLES = {"navigation": Hint.NAV.value, "menu": Hint.NAV.value}


class Target(NamedTuple):
    """Where a link leads."""

    url: str
    """Absolute, without fragment."""
    host: str
    """Lower-case, without ``www.``."""
    path: str
    """Without closing slash."""
    query: str

    @property
    def key(self) -> str:
        """What makes two links the same page: scheme, ``www.`` and closing slash do not count."""
        return f"{self.host}{self.path}{self.query}"


class Links:
    """The anchors of a page by place, their targets worked out when asked for."""

    def __init__(self, page: Page) -> None:
        self._page = page
        walked: Walked = page.walked
        self.anchors = walked.anchors
        frames = page.frames
        self.places: list[int] = []
        """For every anchor the block it stands in, for image links the next block; never falling."""
        place = 0
        for anchor in self.anchors:
            at = anchor.block
            if at < 0 <= anchor.frame:
                at = frames[anchor.frame].first
            if at > place:
                place = at
            self.places.append(place)
        self._targets: dict[str, Target | None] = {}
        self._posts: dict[str, Target | None] = {}
        self._chains: dict[int, int] = {-1: 0}
        self.here = _split(page.url) if page.url else None
        self._family = _family(self.here.host) if self.here else ""

    def between(self, first: int, last: int) -> list[Anchor]:
        """Return the anchors that stand in the blocks first … last - 1, in page order."""
        return self.anchors[bisect_left(self.places, first) : bisect_left(self.places, last)]

    def images_in(self, frame: Frame) -> list[Anchor]:
        """Return the links of a frame that hold no text: pictures and arrows. They stand in no block of the frame."""
        if frame.first < frame.last:
            return []
        at = bisect_left(self.places, frame.first)
        near = self.anchors[at : bisect_right(self.places, frame.first)]
        return [anchor for anchor in near if frame.index <= anchor.frame < frame.end]

    def target(self, href: str) -> Target | None:
        """Return where *href* leads, None for what is no http(s) address or this page itself."""
        if href not in self._targets:
            absolute = None if href[:1] in ("#", "") else self._page.absolute(href)
            self._targets[href] = _split(absolute) if absolute else None
        return self._targets[href]

    def post(self, href: str) -> Target | None:
        """Return where *href* leads if that may be another post of the same family of sites, else None.

        Not: other sites, this page, the home page, lists (category, tag, author, page 2, year), services (privacy,
        contact), media, shops. Judged by the address alone.
        """
        try:
            return self._posts[href]
        except KeyError:
            target = self.target(href)
            found = self._posts[href] = target if target is not None and self._may_be_post(target) else None
            return found

    def _may_be_post(self, target: Target) -> bool:
        here = self.here
        if here is not None:
            if target.host == here.host and target.path == here.path and (here.path or target.query == here.query):
                return False  # this page, or another part of it: "?page=2", "?replytocom=7"
            if not self.is_family(target):
                return False
        path = target.path
        if not path or path.lower().endswith(_MEDIA) or _DATED.search(path):
            return bool(re.match(r"\?(?:.*&)?p=\d+$", target.query)) if not path else False
        segments = path.lower().strip("/").split("/")
        if segments[-1] in words_of("service_slugs") or not words_of("list_segments").isdisjoint(segments):
            return False
        if segments[0].startswith("@"):
            return len(segments) > 1
        if len(segments[-1]) <= 2 and len(segments) == 1:  # a language: /en, /fr
            return False
        slug = segments[-1].replace("_", "-").removesuffix(".html")
        if "privacy-policy" in slug or slug.startswith("terms-") or slug.endswith("-privacy"):
            return False
        return not (target.query and _QUERY_LISTS.search(target.query))

    def is_family(self, target: Target) -> bool:
        """Tell whether a target belongs to the page's family of sites; True when the page's own address is unknown."""
        return self.here is None or target.host == self.here.host or _family(target.host) == self._family

    def chain(self, frame: int) -> int:
        """Return the hints of a frame and of its ancestors together, wrappers left out."""
        known = self._chains.get(frame)
        if known is not None:
            return known
        frames = self._page.frames
        pending = []
        while frame not in self._chains:
            pending.append(frame)
            frame = frames[frame].parent
        known = self._chains[frame]
        largest = WRAPPER_SHARE * len(self._page.blocks)
        for index in reversed(pending):
            this = frames[index]
            if this.last - this.first <= largest:
                known |= this.hints | _ELEMENTS.get(this.tag, 0) | _ROLES.get(this.role, 0)
            self._chains[index] = known
        return known


def links_of(marks: Marks) -> Links:
    """Return the page's Links, made once."""
    known: Links | None = marks.memo.get("links")
    if known is None:
        known = marks.memo["links"] = Links(marks.page)
    return known


def _split(url: str) -> Target | None:
    found = _HOST.match(url)
    if found is None:
        return None
    host, path, query = found.groups()
    return Target(url, host.lower().removeprefix("www."), (path or "").rstrip("/"), query or "")


def _family(host: str) -> str:
    """Return what the hosts of one owner share: the last two labels, three under ``co.uk`` and its like.

    >>> _family("blog.bakery.example"), _family("news.bakery.co.uk")
    ('bakery.example', 'bakery.co.uk')
    """
    labels = host.split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])
