"""Many pages over time: what is asked next, what became of it, and when it is looked at again.

    from pipelines.crawl import CrawlSettings, crawl
    report = crawl(archive, ["https://blog.example/"], CrawlSettings(max_pages=200))

Names are imported when they are first asked for: reading a report or showing an option needs no network code.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.crawl.account import coverage, quarantined, release, why
    from pipelines.crawl.reextraction import reextract
    from pipelines.crawl.run import crawl
    from pipelines.crawl.values import (
        Coverage,
        CrawlLimits,
        CrawlSettings,
        LimitHit,
        Problem,
        Progress,
        RunReport,
        SiteReport,
        SourceCoverage,
        Story,
    )

_HOME = {
    "coverage": "account",
    "quarantined": "account",
    "release": "account",
    "why": "account",
    "crawl": "run",
    "reextract": "reextraction",
}

__all__ = [
    "Coverage",
    "CrawlLimits",
    "CrawlSettings",
    "LimitHit",
    "Problem",
    "Progress",
    "RunReport",
    "SiteReport",
    "SourceCoverage",
    "Story",
    "coverage",
    "crawl",
    "quarantined",
    "reextract",
    "release",
    "why",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"pipelines.crawl.{_HOME.get(name, 'values')}")
    value = globals()[name] = getattr(module, name)
    return value
