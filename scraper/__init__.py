"""One page, one site, no database: fetch an address, parse the answer, extract the article.

    from scraper import extract
    article = extract(html, url="https://blog.example/a-post/")

Names are imported when they are first asked for, so reading an archive never pays for the network code.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scraper.article import Article, Author, Dropped, Found, Image, Neighbour, Related
    from scraper.errors import BackfileError, FetchError, InvalidURL
    from scraper.extract import extract
    from scraper.fetch import Fetcher, FetchSettings, fetch
    from scraper.learning import learn
    from scraper.page import Page, parse
    from scraper.response import Response
    from scraper.template import Template

_HOME = {
    "scraper.article": ("Article", "Author", "Dropped", "Found", "Image", "Neighbour", "Related"),
    "scraper.errors": ("BackfileError", "FetchError", "InvalidURL"),
    "scraper.extract": ("extract",),
    "scraper.fetch": ("FetchSettings", "Fetcher", "fetch"),
    "scraper.page": ("Page", "parse"),
    "scraper.response": ("Response",),
    "scraper.learning": ("learn",),
    "scraper.template": ("Template",),
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


class _Package(ModuleType):
    """This package as a module whose functions keep their names.

    Whoever imports ``scraper.fetch`` makes the import system set the package's attribute ``fetch`` to the module; here
    the function of that name is set instead, so ``from scraper import fetch`` means the same at any time.
    """

    def __getattr__(self, name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'scraper' has no attribute {name!r}")
        value = getattr(importlib.import_module(_MODULE_OF[name]), name)
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and name in _MODULE_OF:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return list(__all__)


sys.modules[__name__].__class__ = _Package
