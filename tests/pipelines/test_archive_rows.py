"""Articles as rows and back, and the hashes that say whether anything changed."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.archive import Archive, from_rows, moment, to_rows
from pipelines.archive.revisions import ADDED, REMOVED, SAME, diff_text, packed, sentences, unpacked
from pipelines.archive.rows import content_hash, record_hash
from scraper.article import Article, Author, Image, Related
from tests.pipelines.any_article import articles, texts

AT = "2024-01-01T00:00:00.000Z"
POST = Article(url="https://blog.example/a", site="blog.example", title="On Tides", text="High water.\n\nLow water.")


@given(articles)
def test_rows_bring_the_article_back(article: Article) -> None:
    assert from_rows(to_rows(article)) == article


@given(articles)
def test_a_packed_version_brings_the_article_back(article: Article) -> None:
    assert unpacked(packed(article)) == article


@given(articles)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_brings_the_article_back(tmp_path: Path, article: Article) -> None:
    with Archive(tmp_path / "archive.db") as archive, archive.transaction():
        page = archive.ensure_page(f"https://blog.example/{record_hash(article)}", found_at=AT)
        filed = archive.file(article, page_id=page, fetched_at=AT)
        assert archive.get(filed.article_id).article == article


@given(articles, articles)
def test_equal_articles_and_only_they_have_equal_record_hashes(one: Article, other: Article) -> None:
    assert (record_hash(one) == record_hash(other)) == (one == other)


@pytest.mark.parametrize(
    "other",
    [
        replace(POST, title=""),
        replace(POST, title=None),
        replace(POST, tags=("sea", "moon")),
        replace(POST, tags=("sea",), excerpt="moon"),
        replace(POST, images=(Image("sea", "moon"),)),
        replace(POST, related=(Related("sea", "moon"),)),
        replace(POST, authors=(Author("sea", "moon"),)),
    ],
)
def test_a_value_that_moves_to_another_field_is_another_record(other: Article) -> None:
    assert record_hash(other) != record_hash(POST)


def test_cosmetic_changes_leave_the_content_hash_alone() -> None:
    cosmetic = replace(
        POST,
        text="High  water.\n\n\nLow\u00a0water. ",
        related=(Related("https://blog.example/b", "B"),),
        tags=("sea",),
        html="<p>High water.</p>",
        word_count=9,
        reading_minutes=3,
    )
    assert content_hash(cosmetic) == content_hash(POST)
    for real in (
        replace(POST, title="On the Tides"),
        replace(POST, text=POST.text + " Ebb."),
        replace(POST, authors=(Author("Ida"),)),
        replace(POST, published="2021"),
        replace(POST, modified="2021"),
    ):
        assert content_hash(real) != content_hash(POST)


@given(texts, texts)
def test_a_difference_holds_both_texts(old: str, new: str) -> None:
    runs = diff_text(old, new)
    assert "".join(run.text for run in runs if run.kind != REMOVED) == new
    kept = "".join("".join(run.text.split()) for run in runs if run.kind != ADDED)
    assert kept == "".join(old.split())


@given(texts)
def test_sentences_join_to_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


def test_a_hostile_difference_is_soon_done() -> None:
    started = time.process_time()
    runs = diff_text("a. " * 30_000 + "b. ", "c. " + "a. " * 20_000 + "d. ")
    assert time.process_time() - started < 2
    assert "".join(run.text for run in runs if run.kind != REMOVED) == "c. " + "a. " * 20_000 + "d. "


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {run.kind for run in diff_text(text, text)} <= {SAME}


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14))
def test_moments_sort_as_time_does(naive: datetime, hours: int) -> None:
    aware = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    later = aware + timedelta(milliseconds=2)
    assert moment(aware) < moment(later)
    assert len(moment(aware)) == len(AT)
    assert moment(moment(aware)) == moment(aware)


def test_a_moment_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        moment("yesterday")
