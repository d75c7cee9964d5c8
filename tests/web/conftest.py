"""The bundled blog, crawled once, with one post changed and one gone; and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from pipelines.archive import Archive
from pipelines.crawl import CrawlSettings, crawl
from pipelines.demo import serve
from pipelines.web import Settings, application
from tests.web.rooms import BASE, CHANGED, GONE, HOSTILE_BODY, Room

NOW = datetime(2030, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """The archive. For reading only."""
    path = tmp_path_factory.mktemp("web") / "archive.db"
    with serve() as site, Archive(path) as archive:
        report = crawl(archive, [site.url], CrawlSettings(workers=1))
        assert report.status == "done", report
        ids = {}
        for slug in (CHANGED, GONE):
            ids[slug] = archive.get(f"{site.url}{slug}/").id
        _change(archive, ids[CHANGED])
        archive.tombstone(ids[GONE], "2029-05-01T00:00:00.000Z", "the page is not there any more")
    return Room(path, ids[CHANGED], ids[GONE], site.url)


def _change(archive: Archive, article_id: int) -> None:
    stored = archive.get(article_id)
    paragraphs = stored.article.text.split("\n\n")
    paragraphs[1] += " One sentence more."
    article = replace(
        stored.article, text="\n\n".join(paragraphs), html=stored.article.html + HOSTILE_BODY, tags=("R&D <b>",)
    )
    archive.file(
        article,
        page_id=stored.page_id,
        fetched_at="2029-04-01T10:00:00.000Z",
        raw_hash=stored.raw_hash,
        extractor=stored.extractor,
    )


@pytest.fixture(scope="session")
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(application(Settings(room.db, now=lambda: NOW)), base_url=BASE) as made:
        yield made
