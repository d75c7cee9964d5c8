"""What the sites of one run have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.archive import Archive
from pipelines.crawl.clock import HostClocks
from pipelines.crawl.journal import Journal
from pipelines.crawl.values import CrawlSettings
from pipelines.crawl.workers import Pool
from scraper.fetch import Fetcher
from scraper.guard import HostPort


@dataclass(slots=True)
class Shared:
    """What all sites of a run share."""

    archive: Archive
    journal: Journal
    fetcher: Fetcher
    pool: Pool
    clocks: HostClocks
    settings: CrawlSettings
    now: Callable[[], datetime]
    tick: Callable[[str], None]
    """Called with the host when something has happened."""
    allowed: frozenset[HostPort] = frozenset()
    """Hosts and ports that were typed, so that they may be private ones."""
    lesson: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one site that learns its template: its pages are all in memory meanwhile."""
    stopping: bool = False
    """The user wants the run to end."""
    asked: int = 0
    """Documents asked for by all sites."""

    @property
    def is_full(self) -> bool:
        """Say whether the user's limit of pages is reached."""
        return self.settings.max_pages is not None and self.asked >= self.settings.max_pages
