"""One page, one site, no database: fetch an address, parse the answer, extract the article.

    from scraper import extract
    article = extract(html, url="https://blog.example/a-post/")

Names are imported when they are first asked for, so reading an archive never pays for the network code.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scraper.article import Article, Author, Dropped, Found, Image, Neighbour, Related
    from scraper.errors import BackfileError, FetchError, InvalidURL
    from scraper.extract import extract
    from scraper.fetch import Fetcher, FetchSettings, fetch
    from scraper.page import Page, parse
    from scraper.response import Response
    from scraper.template import Template, learn

_HOME = {
    "scraper.article": ("Article", "Author", "Dropped", "Found", "Image", "Neighbour", "Related"),
    "scraper.errors": ("BackfileError", "FetchError", "InvalidURL"),
    "scraper.extract": ("extract",),
    "scraper.fetch": ("FetchSettings", "Fetcher", "fetch"),
    "scraper.page": ("Page", "parse"),
    "scraper.response": ("Response",),
    "scraper.template": ("Template", "learn"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Article",
    "Author",
    "BackfileError",
    "Dropped",
    "FetchError",
    "FetchSettings",
    "Fetcher",
    "Found",
    "Image",
    "InvalidURL",
    "Neighbour",
    "Page",
    "Related",
    "Response",
    "Template",
    "extract",
    "fetch",
    "learn",
    "parse",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562). Raises AttributeError for any other."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'scraper' has no attribute {name!r}")
    # Kept by hand: importing the submodule fetch would otherwise leave the module under the function's name.
    for public in _HOME[_MODULE_OF[name]]:
        globals()[public] = getattr(importlib.import_module(_MODULE_OF[name]), public)
    return globals()[name]


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
