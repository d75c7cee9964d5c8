"""A caller of commands, and the bundled blog crawled once for the tests that only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import Caller


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Commands, in a terminal 100 characters wide and without an archive of the environment's."""
    monkeypatch.delenv("BACKFILE_DB", raising=False)
    monkeypatch.delenv("BACKFILE_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return Caller(capfd)


@pytest.fixture(scope="session")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the bundled blog: 24 articles. For reading only."""
    from pipelines.archive import Archive
    from pipelines.crawl import CrawlSettings, crawl
    from pipelines.demo import serve

    path = tmp_path_factory.mktemp("demo") / "archive.db"
    with serve() as site, Archive(path) as archive:
        report = crawl(archive, [site.url], CrawlSettings(workers=1))
    assert report.status == "done", report
    return path
