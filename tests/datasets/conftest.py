"""A small archive written by hand, with what makes exports go wrong: odd titles, missing dates, links, noarchive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.archive import Archive
from scraper.article import Article, Author, Image, Neighbour, Related

FETCHED = datetime(2024, 5, 4, 9, 30, tzinfo=UTC)


def post(slug: str, **fields: object) -> Article:
    url = f"https://shore.example/{slug}/"
    defaults: dict[str, object] = {
        "url": url,
        "canonical_url": url,
        "site": "shore.example",
        "site_name": "The Shore",
        "title": slug.replace("-", " ").title(),
        "authors": (Author("Ida Strand", "https://shore.example/ida/"), Author("Per")),
        "author_bio": "Ida walks the shore.",
        "published": "2021-07-26",
        "modified": "2021-08-01T10:00:00+02:00",
        "language": "en",
        "reading_minutes": 5,
        "word_count": 4,
        "excerpt": "The tide …",
        "tags": ("sea", "moon"),
        "comments_count": 2,
        "text": "The tide came in.",
        "markdown": "The tide came in.",
        "html": "<p>The tide came in.</p>",
        "related": (Related("https://shore.example/b/", "B", "2020-01-01", "About b"),),
        "prev_next": (Neighbour("https://shore.example/a/", "A", "prev"),),
        "images": (Image("https://shore.example/a.jpg", "a shore", "The shore"),),
    }
    return Article(**{**defaults, **fields})  # type: ignore[arg-type]


POSTS = (
    post("spring-tide", markdown="See [neap](https://shore.example/neap-tide/#how) and [far](https://far.example/)."),
    post("neap-tide", published="2020", modified=None, reading_minutes=None),
    post("formula", title='=HYPERLINK("http://evil.example","click")', text="@sum\tof\nthings", tags=("+1", "x")),
    post("wide", title="潮の満ち引き", language="ja", published=None, author_bio=None, authors=()),
    post("line-breaks", title='A "quoted"\u2028 title', excerpt="back\\slash", published="2021-07"),
    post("elsewhere", url="https://other.example/elsewhere/", canonical_url=None, site="other.example"),
    post("secret", text="Please do not keep this."),
)


@pytest.fixture(scope="session")
def shore_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive's file: seven articles, one of whose pages says noarchive."""
    path = tmp_path_factory.mktemp("shore") / "archive.db"
    with Archive(path) as archive:
        for article in POSTS:
            archive.file(article, fetched_at=FETCHED, extractor="test 1")
        with archive.transaction():
            archive.connection.execute(
                "UPDATE pages SET directives = 'noarchive, nofollow' WHERE url LIKE '%/secret/%' OR url LIKE '%/secret'"
            )
    return path


@pytest.fixture
def shore(shore_db: Path) -> Iterator[Archive]:
    """The archive, for reading."""
    with Archive(shore_db, readonly=True) as archive:
        yield archive
