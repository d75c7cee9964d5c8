"""A crawl of many hosts by many workers: partitioned by host, each host leased to one worker at a time.

    leases (who may ask which host) → work (one host crawled into a shard of its own) → running (shards merged)

No host is ever asked by two workers: whoever holds its lease asks, and stops asking the moment the lease has run out. A
lease has a fence number that grows with every holder. A worker that was frozen and comes back finds a higher number:
its requests are refused before they are made, its shard is another folder than its successor's, and what it reports as
finished is not taken.
"""

from __future__ import annotations

from pipelines.partitions.leases import Lease, LeaseStore, open_leases
from pipelines.partitions.running import PartitionedReport, crawl_partitioned

__all__ = ["Lease", "LeaseStore", "PartitionedReport", "crawl_partitioned", "open_leases"]
