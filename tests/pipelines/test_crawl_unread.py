"""A page that was fetched and not read, whatever ended the process, is read by the next run, asked once at most."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from pipelines.crawl.values import UNREAD
from tests.blog import Blog
from tests.server import serve


@pytest.mark.parametrize("raw_is_kept", [True, False])
def test_unread_pages_without_a_lease(tmp_path: Path, raw_is_kept: bool) -> None:
    """A run that ends with an error gives its leases back; the server says "not modified" to whom asks again."""
    with serve(Blog(posts=6).routes()) as server, Archive(tmp_path / "archive.db") as archive:
        crawl(archive, [server.url + "/"], CrawlSettings(workers=1))
        with archive.transaction():
            archive.connection.execute("DELETE FROM articles")
            archive.connection.execute(
                "UPDATE pages SET state = 'queued', reason = ?, lease = NULL, visited_run = NULL,"
                " raw_hash = iif(?, raw_hash, NULL) WHERE state = 'archived'",
                (UNREAD, raw_is_kept),
            )
        server.requests.clear()
        report = crawl(archive, [server.url + "/"], CrawlSettings(workers=1))
        asked = Counter(path for path in server.paths() if path.startswith("/20"))
    assert (report.status, report.articles) == ("done", 6)
    assert max(asked.values(), default=0) <= 1
    assert bool(asked) is not raw_is_kept
