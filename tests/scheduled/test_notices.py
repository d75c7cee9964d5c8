"""Who is told: a watchdog by a request, Prometheus by a file, a person by a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings
from pipelines.scheduled import chart_page, notices, running, sites, status
from scraper.errors import NotFound
from tests.blog import Blog
from tests.scheduled.conftest import Clock
from tests.server import Reply, serve

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? -?\d+(\.\d+)?(e[+-]\d+)?')


def test_a_ping_says_how_it_went() -> None:
    with serve({"/ping/1": Reply("OK"), "/ping/1/fail": Reply("OK")}) as server:
        assert notices.ping(server.url + "/ping/1", ok=True, message="12 new") is None
        assert notices.ping(server.url + "/ping/1", ok=False, message="nothing") is None
        assert notices.ping(server.url + "/unknown", ok=True, message="") == "HTTP Error 404: Not Found"
        assert [(one.method, one.path) for one in server.requests][:2] == [
            ("POST", "/ping/1"),
            ("POST", "/ping/1/fail"),
        ]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "nonsense", "http://127.0.0.1:80x/", "http://127.0.0.1:1/x"])
def test_a_ping_never_raises(url: str) -> None:
    assert notices.ping(url, ok=True, message="")


def test_metrics_are_what_prometheus_reads(archive: Archive, clock: Clock, tmp_path: Path) -> None:
    with serve(Blog(posts=5).routes()) as server:
        sites.add(archive, server.url, now=clock())
        report = running.run_due(archive, CrawlSettings(workers=0), now=clock)
    text = notices.metrics(status(archive, now=clock()), now=clock(), report=report)
    lines = text.splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples), samples
    names = [line.split("{")[0].split(" ")[0] for line in samples]
    assert {line.split()[2] for line in lines if line.startswith("# TYPE")} == set(names)
    assert f'backfile_run_new{{site="{server.url[7:].rstrip("/")}"}} 5' in lines
    file = tmp_path / "backfile.prom"
    notices.write_metrics(file, text)
    notices.write_metrics(file, text)
    assert file.read_text() == text
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.outside += [f"{tag} {name}" for name, _ in attributes if name in ("src", "href", "action", "onload")]
        if tag not in ("meta", "rect", "line", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag


def test_the_page_stands_alone_and_shows_what_happened(archive: Archive, clock: Clock) -> None:
    blog = Blog(posts=6, links=("/private/x/", "/broken/"))
    with serve(blog.routes()) as server:
        first = running.run(archive, [server.url], CrawlSettings(workers=0), now=clock)
        clock.move(days=1)
        blog.edits[2] = "The harbour was dredged again in the autumn, said the harbour master."
        second = running.run(archive, [server.url], CrawlSettings(workers=0), now=clock)
    with archive.transaction() as db:
        db.execute("UPDATE run_sites SET problem = '<script>alert(1)</script>' WHERE run_id = ?", (second.run_id,))
    html = chart_page.page(archive, second.run_id, now=clock())
    page = _Page()
    page.feed(html)
    assert page.open == []
    assert page.outside == []
    assert "script" not in page.seen
    assert page.seen.count("svg") >= 2
    assert "1 changed at" in html
    assert f"run {first.run_id}, 2026-11-12" in html
    with pytest.raises(NotFound):
        chart_page.page(archive, 99, now=clock())
