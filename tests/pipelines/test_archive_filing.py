"""Filing, versions, tombstones, merging, links, and reading it all back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.archive import Archive
from scraper.article import Article, Author, Image, Related
from scraper.errors import NotFound

JAN, FEB, MAR = "2024-01-10T00:00:00.000Z", "2024-02-10T00:00:00.000Z", "2024-03-10T00:00:00.000Z"
POST = Article(
    url="https://blog.example/tides",
    site="blog.example",
    title="On Tides",
    authors=(Author("Ida Falk", "https://blog.example/ida"),),
    published="2021-07-26",
    modified="2021-08-01",
    tags=("Sea", "Moon"),
    text="The tide table hangs in the harbour. Nobody reads it.",
    html="<p>The tide table hangs in the harbour. Nobody reads it.</p>",
    images=(Image("https://blog.example/t.png", "a table"),),
)
EDITED = replace(POST, text="The tide table hangs in the harbour. Everybody reads it.")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def test_the_same_article_again_writes_nothing(archive: Archive) -> None:
    first = archive.file(POST, fetched_at=JAN)
    before = archive.connection.total_changes
    again = archive.file(POST, fetched_at=FEB)
    assert (first.verdict, again.verdict, again.article_id) == ("new", "unchanged", first.article_id)
    assert archive.connection.total_changes == before
    page = archive.get(first.article_id).page_id
    assert archive.file_many([(POST, page)], fetched_at=FEB) == {"unchanged": 1}
    assert archive.connection.total_changes == before


def test_a_detail_is_updated_without_a_version(archive: Archive) -> None:
    filed = archive.file(POST, fetched_at=JAN)
    other = replace(POST, tags=("Moon",), related=(Related("https://blog.example/b"),), images=())
    assert archive.file(other, fetched_at=FEB).verdict == "updated"
    stored = archive.get(filed.article_id)
    assert (stored.article, stored.revision, stored.changed_at) == (other, 1, JAN)


def test_a_change_keeps_the_old_version(archive: Archive) -> None:
    filed = archive.file(POST, fetched_at=JAN, run_id=None)
    assert archive.file(EDITED, fetched_at=FEB).verdict == "changed"
    retitled = replace(EDITED, title="Tides", modified="2024-03-09")
    assert archive.file(retitled, fetched_at=MAR).revision == 3
    history = archive.history(filed.article_id)
    assert [(v.revision, v.seen_at, v.title) for v in history] == [
        (1, JAN, "On Tides"),
        (2, FEB, "On Tides"),
        (3, MAR, "Tides"),
    ]
    assert [v.silent for v in history] == [False, True, False]
    assert [archive.version(filed.article_id, n).article for n in (1, 2, 3)] == [POST, EDITED, retitled]
    assert archive.verify() == ()


def test_as_of_gives_what_there_was_then(archive: Archive) -> None:
    filed = archive.file(POST, fetched_at=JAN)
    archive.file(EDITED, fetched_at=FEB)
    assert archive.get(filed.article_id, as_of="2024-01").article == POST
    assert archive.get(POST.url or "", as_of="2024-02-10").article == EDITED
    assert [stored.article for stored in archive.articles(as_of="2024-01-31")] == [POST]
    assert list(archive.articles(as_of="2023")) == []
    assert archive.count(as_of="2023") == 0
    with pytest.raises(NotFound):
        archive.get(filed.article_id, as_of="2023")


def test_a_difference_names_fields_and_sentences(archive: Archive) -> None:
    filed = archive.file(POST, fetched_at=JAN)
    with pytest.raises(NotFound, match="one version only"):
        archive.diff(filed.article_id)
    archive.file(replace(EDITED, title="Tides"), fetched_at=FEB)
    difference = archive.diff(filed.article_id)
    assert difference.fields == (("title", "On Tides", "Tides"),)
    assert [(run.kind, run.text) for run in difference.runs] == [
        ("same", "The tide table hangs in the harbour. "),
        ("removed", "Nobody reads it."),
        ("added", "Everybody reads it."),
    ]
    with pytest.raises(NotFound, match="no version 7"):
        archive.diff(filed.article_id, 1, 7)


def test_a_better_extractor_makes_no_version(archive: Archive) -> None:
    filed = archive.file(POST, fetched_at=JAN, extractor="1")
    reread = archive.file(EDITED, fetched_at=JAN, extractor="2", template_version=3, reextracted=True)
    assert (reread.verdict, reread.revision) == ("updated", 1)
    stored = archive.get(filed.article_id)
    assert (stored.article, stored.extractor, stored.template_version) == (EDITED, "2", 3)
    assert archive.file(EDITED, fetched_at=JAN, extractor="3", reextracted=True).verdict == "unchanged"
    assert archive.get(filed.article_id).extractor == "3"
    assert archive.file(EDITED, fetched_at=FEB, extractor="3").verdict == "unchanged"
    assert archive.verify() == ()


def test_gone_and_back(archive: Archive) -> None:
    filed = archive.file(POST, fetched_at=JAN)
    archive.tombstone(filed.article_id, FEB, "404 twice")
    assert archive.get(filed.article_id).gone_at == FEB
    assert archive.search("harbour").total == 1
    assert list(archive.articles(gone=False)) == []
    assert archive.file(POST, fetched_at=MAR).verdict == "updated"
    assert archive.get(filed.article_id).gone_at is None
    archive.tombstone(filed.article_id, MAR, "410")
    archive.revive(filed.article_id)
    assert archive.get(filed.article_id).gone_at is None


def test_merging_makes_an_alias(archive: Archive) -> None:
    winner = archive.file(POST, fetched_at=JAN)
    loser = archive.file(replace(POST, url="https://blog.example/tides?amp"), fetched_at=JAN)
    archive.merge(loser.article_id, winner.article_id)
    stored = archive.get("https://blog.example/tides?amp")
    assert (stored.id, stored.aliases) == (winner.article_id, ("https://blog.example/tides?amp",))
    assert archive.count() == archive.search("harbour").total == 1
    assert archive.why("https://blog.example/tides?amp").duplicate_of == POST.url
    assert archive.verify() == ()


def test_an_article_without_history_can_be_taken_back(archive: Archive) -> None:
    filed = archive.file(POST, fetched_at=JAN)
    page_id = archive.get(filed.article_id).page_id
    assert archive.withdraw(page_id, "page", "a standing page")
    assert archive.count() == archive.search("harbour").total == 0
    row = archive.connection.execute("SELECT state, page_type, reason FROM pages WHERE id = ?", (page_id,)).fetchone()
    assert tuple(row) == ("page", "page", "a standing page")
    assert archive.verify() == ()
    archive.file(POST, page_id=page_id, fetched_at=JAN)
    archive.file(EDITED, page_id=page_id, fetched_at=FEB)
    assert not archive.withdraw(page_id, "page", "a standing page")
    assert archive.count() == 1


def test_an_import_without_an_address_is_filed_once(archive: Archive) -> None:
    text = Article(title="Loose leaf", text="A page without an address.")
    first = archive.file(text, fetched_at=JAN)
    assert archive.file(text, fetched_at=FEB).article_id == first.article_id
    assert archive.get(first.article_id).article.url is None


def test_lone_surrogates_do_not_stop_the_filing(archive: Archive) -> None:
    filed = archive.file(replace(POST, title="On \ud800Tides", tags=("\udfff",)), fetched_at=JAN)
    assert archive.get(filed.article_id).article.title == "On Tides"
    assert archive.verify() == ()


def test_filters(archive: Archive) -> None:
    archive.file(POST, fetched_at=JAN)
    archive.file(
        Article(
            url="https://other.example/1", site="other.example", title="Café notes", published="2022-03",
            authors=(Author("Zoë Ito"), Author("Ida")), tags=("Coffee", "sea"), text="Beans.",
        ),
        fetched_at=FEB,
    )  # fmt: skip
    archive.file(Article(url="https://other.example/2", site="other.example", title="Undated"), fetched_at=FEB)

    def titles(**filters: str) -> list[str | None]:
        found = [stored.article.title for stored in archive.articles(**filters)]
        assert archive.count(**filters) == len(found)
        return found

    assert titles() == ["On Tides", "Undated", "Café notes"]
    assert titles(site="www.Other.example") == ["Undated", "Café notes"]
    assert titles(author="Ida") == ["Café notes"]
    assert titles(author="ida falk") == titles(author="falk") == ["On Tides"]
    assert titles(author="zoe") == ["Café notes"]
    assert titles(author="ida f") == titles(author="nobody") == []
    assert titles(tag="SEA") == ["On Tides", "Café notes"]
    assert titles(tag="se") == []
    assert titles(since="2022") == ["Café notes"]
    assert titles(until="2021-07") == ["On Tides"]
    assert titles(since="2021-07-26", until="2021-07-26") == ["On Tides"]


def test_addresses_are_found_however_they_are_written(archive: Archive) -> None:
    filed = archive.file(replace(POST, canonical_url="https://blog.example/canonical"), fetched_at=JAN)
    for spelling in (
        "https://blog.example/tides",
        "HTTPS://BLOG.example:443/tides",
        "https://blog.example/tides/",
        "https://blog.example/tides#end",
        "https://blog.example/canonical",
    ):
        assert archive.get(spelling).id == filed.article_id, spelling
    with pytest.raises(NotFound) as caught:
        archive.get("https://elsewhere.example/2021/tides")
    assert caught.value.hint == "did you mean https://blog.example/tides ?"
    with pytest.raises(NotFound):
        archive.get(99)
    with pytest.raises(NotFound):
        archive.history(99)


def test_links_are_replaced_as_a_set(archive: Archive) -> None:
    with archive.transaction():
        a, b, c = (archive.ensure_page(f"https://blog.example/{n}", found_at=JAN) for n in "abc")
        archive.set_links(a, [(b, "body", "B"), (c, "nav", None), (b, "nav", "again")])
    rows = "SELECT target_id, kind, text FROM links WHERE page_id = ? ORDER BY target_id"
    assert [tuple(row) for row in archive.connection.execute(rows, (a,))] == [(b, "body", "B"), (c, "nav", None)]
    before = archive.connection.total_changes
    archive.set_links(a, [(c, "nav", None), (b, "body", "B")])
    assert archive.connection.total_changes == before
    archive.set_links(a, [(c, "nav", "C")])
    assert [tuple(row) for row in archive.connection.execute(rows, (a,))] == [(c, "nav", "C")]


def test_a_transaction_is_all_or_nothing(archive: Archive) -> None:
    def fail_at_the_end() -> None:
        with archive.transaction():
            page = archive.ensure_page(POST.url or "", found_at=JAN)
            archive.keep_raw(page, b"<p>tide</p>", "text/html", JAN)
            archive.file(POST, page_id=page, fetched_at=JAN)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_at_the_end()
    assert archive.count() == 0
    assert archive.search("tide").total == 0
    assert archive.raw_store.connection.execute("SELECT count(*) FROM bodies").fetchone()[0] == 0
    archive.file(POST, fetched_at=JAN)
    assert archive.count() == 1


def test_overview_views_answer(archive: Archive) -> None:
    archive.file(POST, fetched_at=JAN)
    archive.file(EDITED, fetched_at=FEB)
    (site,) = archive.sites()
    assert (site.site, site.articles, site.pages, site.first_published) == ("blog.example", 1, 1, "2021-07-26")
    rows = archive.connection.execute("SELECT change FROM recent_changes").fetchall()
    assert [row[0] for row in rows] == ["silent edit", "new"]
    assert tuple(archive.connection.execute("SELECT * FROM authors_with_counts").fetchone())[:2] == ("Ida Falk", 1)
    assert len(archive.connection.execute("SELECT * FROM tags_with_counts").fetchall()) == 2
    assert archive.runs() == ()
