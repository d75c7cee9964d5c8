"""The address the page names as its own, when it is plausible: a wrong one would file two posts as one.

Generators write ``http://localhost:4000/…``, themes write the home page on every post, and copies of a site keep the
address of the staging host. A canonical address on another host is believed only when it ends like the page's own (the
post is syndicated).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scraper.article import Found
from scraper.marks import Marks

MAX_CHARS = 2_048
"""Longer addresses are broken, or carry data."""
_LOCAL = re.compile(r"(?:^|\.)(?:localhost|local|test|invalid|internal)$|^[\d.]+$|^\[")


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return the plausible addresses the page gives itself, absolute, best first: link rel=canonical, then og:url."""
    page = marks.page
    out: dict[str, Found[str]] = {}
    for source, said, confidence in _said(marks):
        address = page.absolute(said) if len(said) <= MAX_CHARS else None
        if address and is_plausible(address, page.url):
            out.setdefault(address, Found(address, source, confidence, said))
    return tuple(out.values())


def _said(marks: Marks) -> list[tuple[str, str, float]]:
    page = marks.page
    said = [("link:canonical", link.href, 0.95) for link in page.walked.head_links if "canonical" in link.rel.split()][
        :1
    ]
    address = page.meta("og:url")
    if address:
        said.append(("meta:og:url", address, 0.9))
    return said


def is_plausible(address: str, url: str | None) -> bool:
    """Tell whether a page read from *url* may have *address* as its own.

    >>> is_plausible("http://localhost:4000/tides/", "https://a.example/tides/")
    False
    >>> is_plausible("https://a.example/", "https://a.example/tides")
    False
    >>> is_plausible("https://b.example/tides", "https://a.example/tides/")
    True
    """
    try:
        own, here = urlsplit(address), urlsplit(url or "")
        host, here_host = own.hostname or "", here.hostname or ""
    except ValueError:
        return False
    if not host or "." not in host or _LOCAL.search(host):
        return bool(host) and host == here_host
    if not url:
        return True
    path, here_path = own.path.rstrip("/"), here.path.rstrip("/")
    if not path and not own.query and (here_path.strip("/") not in _HOMES or here.query):
        return False
    if host.removeprefix("www.") == here_host.removeprefix("www."):
        return True
    return bool(path) and here_path.endswith(path.rsplit("/", 1)[-1])


_HOMES = ("", "index.html", "index.htm", "index.php", "home", "default.aspx")
