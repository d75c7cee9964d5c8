"""A page that costs its worker twice is kept, reported and left alone; the run goes on, and it can be tried again."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.archive import Archive
from pipelines.crawl import CrawlLimits, CrawlSettings, crawl
from tests.blog import Blog
from tests.cli.calls import Caller
from tests.hostile.pages import post
from tests.hostile.values import PAGE, POSTS
from tests.server import Reply, serve

# Reading it takes some 120 MB of the worker's memory; the limit of the test leaves it half of that.
LARGE = post("<p><b>x</b></p>" * 100_000)
NARROW = CrawlLimits(max_worker_mb=60)


def test_a_page_that_takes_too_much_memory(tmp_path: Path, call: Caller) -> None:
    blog = Blog(posts=POSTS, per_page=20, sitemap=False, feed=False, links=(PAGE,))
    db = tmp_path / "archive.db"
    with serve({**blog.routes(), PAGE: Reply(LARGE)}) as server:
        with Archive(db) as archive:
            report = crawl(archive, [server.url + "/"], CrawlSettings(limits=NARROW, workers=1))
        assert (report.status, report.articles, report.quarantined) == ("partial", POSTS, 1)
        assert [(one.url, one.status) for one in report.problems] == [(server.url + PAGE, 200)]
        listed = call("quarantine", "--json", "--db", db)
        assert (listed.code, json.loads(listed.out)["url"]) == (0, server.url + PAGE)
        assert "worker died" in json.loads(listed.out)["reason"]
        assert "quarantined" in call("why", server.url + PAGE, "--db", db).out
        assert call("verify", "--db", db).code == 0

        assert "1 page again" in call("quarantine", "--retry", "--db", db).err
        asked = len([path for path in server.paths() if path == PAGE])
        with Archive(db) as archive:
            again = crawl(archive, [server.url + "/"], CrawlSettings(workers=1))
        assert (again.status, again.articles) == ("done", POSTS + 1)
        assert len([path for path in server.paths() if path == PAGE]) == asked, "its raw copy was there"
        assert call("quarantine", "--db", db).out == ""
