"""Names and passwords in addresses are neither sent nor written down; no cookie ever comes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from tests.blog import Blog
from tests.cli.calls import Caller
from tests.server import Reply, serve


def test_credentials_of_links_starts_and_proxies(tmp_path: Path, call: Caller) -> None:
    blog = Blog(posts=3, per_page=9, feed=False, sitemap=False)
    with serve(blog.routes()) as server:
        port = server.port
        blog.links = (f"http://user:sesame@127.0.0.1:{port}/2019/09/linked/",)
        server.routes["/2019/09/linked/"] = Reply(blog.post(1), headers={"Set-Cookie": "session=sesame; Path=/"})
        told = call("crawl", f"http://me:sesame@127.0.0.1:{port}/", "--json", "--db", tmp_path / "archive.db")
        assert told.code == 0
        assert "/2019/09/linked/" in server.paths()
        for request in server.requests:
            assert request.headers.keys().isdisjoint({"authorization", "cookie", "referer"}), request
    with Archive(tmp_path / "archive.db") as archive:
        failed = crawl(
            archive, ["http://blog.example/"], replace(CrawlSettings(), proxy="http://me:sesame@127.0.0.1:1")
        )
    assert failed.status == "failed"
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "sesame" not in told.out + told.err + str(failed)
    assert written.count(b"sesame") == 0
