"""Many pages over time: the archive, the crawl that fills it, and the datasets that go out of it.

    from pipelines import Archive
    with Archive("data/archive.db", readonly=True) as archive:
        for hit in archive.search("half marathon", limit=20):
            print(hit.title, hit.url)

Names are imported when they are first asked for, so reading an archive never pays for the crawler's network code.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.archive import Archive, to_rows
    from pipelines.crawl import CrawlSettings, RunReport
    from pipelines.datasets import ExportReport, export

_MODULE_OF = {
    "Archive": "pipelines.archive",
    "CrawlSettings": "pipelines.crawl",
    "ExportReport": "pipelines.datasets",
    "RunReport": "pipelines.crawl",
    "export": "pipelines.datasets",
    "to_rows": "pipelines.archive",
}

__all__ = ["Archive", "CrawlSettings", "ExportReport", "RunReport", "export", "to_rows"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562). Raises AttributeError for any other."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'pipelines' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_MODULE_OF[name]), name)
    return value
