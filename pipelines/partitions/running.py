"""The driver: partitions handed to an engine, finished shards merged into the archive as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.archive import Archive
from pipelines.archive.merging import merge_archive
from pipelines.crawl import CrawlSettings
from pipelines.engine import Engine
from pipelines.partitions.leases import LeaseStore, open_leases
from pipelines.partitions.work import LEASE_S, Assignment, crawl_next
from scraper.errors import InvalidURL
from scraper.standards.url import site_of


@dataclass(frozen=True, slots=True)
class PartitionedReport:
    """What came of a crawl by many workers."""

    hosts: tuple[dict[str, Any], ...]
    """The run's report (``RunReport.to_dict``) of every host whose crawl ended in this call, with host and fence."""
    failed: tuple[str, ...]
    """Why work was given up, one sentence each."""
    articles: int
    """Articles in the archive now."""
    left: int
    """Partitions that are not done: the same command goes on with them."""

    @property
    def status(self) -> str:
        """``done``, or ``partial``: a host failed, or is left."""
        whole = not self.failed and not self.left and all(host["status"] == "done" for host in self.hosts)
        return "done" if whole else "partial"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        return {
            "status": self.status,
            "articles": self.articles,
            "left": self.left,
            "failed": list(self.failed),
            "hosts": list(self.hosts),
        }


def crawl_partitioned(
    archive: Archive,
    starts: Sequence[str],
    settings: CrawlSettings,
    engine: Engine,
    *,
    leases: str | None = None,
    shards: Path | None = None,
    lease_s: float = LEASE_S,
    report: Callable[[int, int], None] | None = None,
) -> PartitionedReport:
    """Crawl the sites of *starts*, host by host, on the workers of *engine*, and merge all into *archive*.

    Without any start every site the archive knows is crawled again. *leases* is the address of the store
    (``open_leases``), *shards* the folder that all workers see; both are beside the archive when None. The same call
    after an interruption goes on where it stopped. *report* is told the hosts done and the hosts in all. Raises
    InvalidURL, StoreFailed, EngineLost, ArchiveLocked when another run writes.
    """
    folder = shards or archive.path.with_name(f"{archive.path.stem}.shards")
    address = leases or str(folder / "leases.db")
    partitions = _by_host(starts or _known(archive))
    store = open_leases(address)
    hosts: list[dict[str, Any]] = []
    failed: list[str] = []
    try:
        with archive.run_lock():
            store.begin(partitions.items())
            _merge_finished(archive, store)
            own = replace(settings, workers=settings.workers or 1)
            assignment = Assignment(address, str(folder.absolute()), own, lease_s)
            if store.next_expiry_s() is not None:
                for _ in partitions:
                    engine.submit(crawl_next, assignment)
            for end in engine.as_completed():
                if end.error is not None:
                    failed.append(end.error)
                elif end.value is not None:
                    hosts.append(end.value)
                _merge_finished(archive, store)
                if report is not None:
                    report(len(hosts), len(partitions))
            left = store.next_expiry_s() is not None
        return PartitionedReport(tuple(hosts), tuple(failed), archive.count(), int(left))
    finally:
        store.close()


def _known(archive: Archive) -> list[str]:
    rows = archive.connection.execute("SELECT base_url FROM sites WHERE base_url IS NOT NULL ORDER BY host")
    return [f"{row[0]}/" for row in rows]


def _by_host(starts: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for start in starts:
        host = site_of(start)
        if host is None:
            raise InvalidURL(start)
        found.setdefault(host, []).append(start)
    return found


def _merge_finished(archive: Archive, store: LeaseStore) -> None:
    for shard in store.finished():
        with Archive(shard.path, readonly=True) as other:
            merge_archive(archive, other)
        store.merged(shard)
