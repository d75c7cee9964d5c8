"""A driver as a process of its own, so that a test can kill it.

python -m tests.partitions.driver ARCHIVE LEASE-S URL…
"""

from __future__ import annotations

import sys

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings
from pipelines.engine import open_engine
from pipelines.partitions import crawl_partitioned

if __name__ == "__main__":
    path, lease_s, *urls = sys.argv[1:]
    with open_engine("local", workers=2) as engine, Archive(path) as archive:
        crawl_partitioned(archive, urls, CrawlSettings(delay_s=0.0, workers=1), engine, lease_s=float(lease_s))
