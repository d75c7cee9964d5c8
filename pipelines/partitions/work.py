"""One worker's part: lease a host, crawl it into a shard of its own, say that it is finished.

A shard is a folder, ``HOST/FENCE/`` below the shards' folder, with an archive in it. Who takes a host over begins with
a copy of what the last holder had: its pages, and its clock, so that the pace holds across the takeover.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from pipelines.partitions.leases import Lease, LeaseStore, open_leases

LEASE_S = 30.0
"""Seconds a lease lasts. A worker that has not renewed it for so long is dead, frozen or cut off."""
RENEW_S = 5.0
MARGIN = 0.1
"""Share of a lease, at its end, that is not relied on: a request needs a moment to get out."""
ARCHIVE = "archive.db"
_LOOK_S = 1.0  # between two looks at whether a partition has come free
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps, where there is one


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker needs to know; it can be pickled."""

    leases: str
    """Address of the store."""
    shards: str
    """Folder for the shards, which all workers see."""
    settings: CrawlSettings
    lease_s: float = LEASE_S


def crawl_next(assignment: Assignment) -> dict[str, Any] | None:
    """Crawl the next host that may be had and return the run's report; None when every partition is done.

    Waits for hosts that others hold, because a holder may die. Raises StoreFailed, ArchiveError.
    """
    store = open_leases(assignment.leases)
    owner = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
    try:
        while True:
            lease = store.claim(owner, assignment.lease_s)
            if lease is not None:
                return _crawl_or_give_back(store, lease, assignment)
            left_s = store.next_expiry_s()
            if left_s is None:
                return None
            time.sleep(min(max(left_s, 0.05), _LOOK_S))
    finally:
        store.close()


def _crawl_or_give_back(store: LeaseStore, lease: Lease, assignment: Assignment) -> dict[str, Any]:
    try:
        return _crawl(store, lease, assignment)
    except Exception:
        store.give_back(lease)
        raise


def _crawl(store: LeaseStore, lease: Lease, assignment: Assignment) -> dict[str, Any]:
    with _Held(assignment, lease) as held:
        shard = _shard_of(Path(assignment.shards), lease)
        with Archive(shard / ARCHIVE) as archive:
            report = crawl(archive, lease.starts, assignment.settings, may_ask=held.is_ours)
    told = {**report.to_dict(), "host": lease.host, "fence": lease.fence}
    if not held.is_ours() or not store.finish(lease, str(shard / ARCHIVE)):
        return {**told, "status": "lost"}
    return told


def _shard_of(shards: Path, lease: Lease) -> Path:
    """Return the lease's own folder, made from a copy of the last holder's where there is one."""
    own = shards / _folder_name(lease.host) / f"{lease.fence:06d}"
    unfinished = own.with_name(own.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    earlier = sorted(path for path in own.parent.iterdir() if path.name.isdigit() and path.name < own.name)
    if earlier and (earlier[-1] / ARCHIVE).exists():
        with Archive(earlier[-1] / ARCHIVE, readonly=True) as last:
            last.backup(unfinished / ARCHIVE)
    unfinished.rename(own)
    for path in earlier:  # nobody will read them again; a holder that comes back writes into what has no name
        shutil.rmtree(path, ignore_errors=True)
    return own


def _folder_name(host: str) -> str:
    return host.replace(":", "_")


class _Held:
    """A lease that is renewed as long as the block lasts, by a thread with a connection of its own."""

    def __init__(self, assignment: Assignment, lease: Lease) -> None:
        self._assignment = assignment
        self._lease = lease
        self._valid_until = time.clock_gettime(_CLOCK) + assignment.lease_s * (1 - MARGIN)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> _Held:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def is_ours(self) -> bool:
        """Say whether the host may be asked at this moment. After being frozen the answer is no."""
        return time.clock_gettime(_CLOCK) < self._valid_until

    def _renew(self) -> None:
        store = open_leases(self._assignment.leases)
        seconds = self._assignment.lease_s
        try:
            while not self._ended.wait(min(RENEW_S, seconds / 4)):
                asked = time.clock_gettime(_CLOCK)
                try:
                    if not store.renew(self._lease, seconds):
                        self._valid_until = 0.0
                        return
                except Exception:  # noqa: S112  (cut off from the store: the lease runs out by itself)
                    continue
                self._valid_until = asked + seconds * (1 - MARGIN)
        finally:
            store.close()
