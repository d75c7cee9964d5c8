"""Searching: the language, what is found, in which order, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.archive import Archive, ranking
from pipelines.archive.queries import fts_expression, parse
from pipelines.archive.search import Hits
from pipelines.archive.snippets import SNIPPET_CHARACTERS, needles, snippet, spans
from pipelines.archive.words import grams
from scraper.article import Article, Author
from scraper.errors import NotFound

AT = "2024-01-01T00:00:00.000Z"


def post(number: int, title: str, text: str, **fields: object) -> Article:
    known = {"url": f"https://blog.example/{number}", "site": "blog.example", "published": f"20{number:02}-06-01"}
    return replace(Article(title=title, text=text), **{**known, **fields})


POSTS = (
    post(1, "Half marathon in spring", "Training for twelve weeks. The long run is on Sunday.", tags=("Running",)),
    post(2, "Knee pain", "Back pain after a marathon? The knee, not the back.", authors=(Author("Zoë Ito"),)),
    post(3, "Learning C++", "I wrote C++ for a year; before that only C and F#."),
    post(4, "Crème brûlée", "A café in Łódź serves it. Naïve cooks burn the sugar.", tags=("Food", "Sugar work")),
    post(5, "半程馬拉松", "今年の春、私は半程馬拉松に参加しました。東京タワーも見た。"),
    post(6, "마라톤", "나는 마라톤을 달렸다."),
    post(7, "Tool flags", "Use rm -rf with care, and a:b pairs. He said \"go\"."),
    post(8, "Undated", "Nothing about running here, but about sugar.", site="other.example", published=None),
)  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("search") / "archive.db") as opened:
        with opened.transaction():
            for article in POSTS:
                opened.file(article, fetched_at=AT)
        yield opened


def found(hits: Hits) -> set[int]:
    return {hit.id for hit in hits}


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("marathon", {1, 2}),
        ("MARATHON pain", {2}),
        ('"back pain"', {2}),
        ('"pain back"', set()),
        ("marathon -knee", {1}),
        ('marathon -"long run"', {2}),
        ("spring OR sugar", {1, 4, 8}),
        ("marathon spring OR knee", {1, 2}),
        ("marath*", {1, 2}),
        ("marath", set()),
        ("title:marathon", {1}),
        ("author:zoe", {2}),
        ('author:"Zoë Ito"', {2}),
        ("tag:running", {1}),
        ("tag:sugar", {4}),
        ("site:other.example sugar", {8}),
        ("site:other", {8}),
        ("site:nowhere.example sugar", set()),
        ("sugar -site:other", {4}),
        ("-site:blog.example", {8}),
        ("after:2003 marathon", set()),
        ("after:2001 before:2002 marathon", {1}),
        ("before:2002-06-01", {1}),
        ("cafe lodz", set()),
        ("cafe łódź", {4}),
        ("CREME brulee", {4}),
        ("半程", {5}),
        ("馬拉松", {5}),
        ("松", {5}),
        ("春", {5}),
        ("馬拉 参加", {5}),
        ("拉馬", set()),
        ("タワー", {5}),
        ("title:半程", {5}),
        ("title:東京", set()),
        ("마라톤", {6}),
        ("마라", {6}),
        ("C++", {3}),
        ("F#", {3}),
        ("c#", set()),
        ("-foo", set()),
        ("-rf", {7}),
        ("a:b", {7}),
        ('"', set()),
        ('"back pain', {2}),
        ("before:dinner", set()),
        ("AND", {3, 7}),
    ],
)
def test_what_is_found(archive: Archive, line: str, ids: set[int]) -> None:
    hits = archive.search(line)
    assert found(hits) == ids
    assert hits.total == len(ids)
    for sort in ("newest", "oldest"):
        assert found(archive.search(line, sort=sort)) == ids


@given(
    st.text(st.sampled_from("ab \"*-:()^+#{}[]~\\/\0'%_,.;OR AND NOT NEAR title:site:before:半é\u0301"), max_size=30)
)
@example("NEAR(a b, 3)")
@example("title:")
@example("\ud800")
@example('""""')
@example("x" * 10_000)
@example("a " * 5_000)
@example("-" * 100)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_is_a_search(archive: Archive, line: str) -> None:
    for sort in ("rank", "newest"):
        assert archive.search(line, sort=sort, facets=True).total >= 0


@given(st.text(max_size=40))
def test_every_text_has_an_expression(line: str) -> None:
    query = parse(line)
    assert (fts_expression(query) is None) == (not query.groups)


def test_a_blank_line_lists_everything(archive: Archive) -> None:
    assert [hit.id for hit in archive.search("")] == [7, 6, 5, 4, 3, 2, 1, 8]
    assert [hit.id for hit in archive.search("", sort="oldest", limit=3)] == [1, 2, 3]
    assert [hit.id for hit in archive.search("", site="other.example")] == [8]
    assert [hit.id for hit in archive.search("", limit=2, offset=2)] == [5, 4]


def test_filters_narrow_a_search(archive: Archive) -> None:
    assert found(archive.search("marathon", author="zoe")) == {2}
    assert found(archive.search("sugar", tag="food")) == {4}
    assert found(archive.search("marathon", until="2001")) == {1}
    assert found(archive.search("marathon", since="2002-06")) == {2}
    assert archive.search("marathon", author="nobody").total == 0


def test_an_unknown_order_is_the_callers_mistake(archive: Archive) -> None:
    with pytest.raises(ValueError, match="expected sort to be one of"):
        archive.search("tides", sort="best")


def test_the_title_outweighs_the_text(archive: Archive) -> None:
    hits = archive.search("marathon")
    assert [hit.id for hit in hits] == [1, 2]
    assert hits[0].score > hits[1].score > 0


def test_a_hit_shows_where(archive: Archive) -> None:
    (hit,) = archive.search("back pain")
    assert [hit.snippet[a:b].lower() for a, b in hit.highlights] == ["back", "pain", "back"]
    assert [(hit.title or "")[a:b] for a, b in hit.title_highlights] == ["pain"]
    assert (hit.authors, hit.site, hit.published) == (("Zoë Ito",), "blog.example", "2002-06-01")
    (accented,) = archive.search("naive")
    assert [accented.snippet[a:b] for a, b in accented.highlights] == ["Naïve"]
    (unspaced,) = archive.search("半程")
    assert [unspaced.snippet[a:b] for a, b in unspaced.highlights] == ["半程"]
    (sign,) = archive.search("C++")
    assert [sign.snippet[a:b] for a, b in sign.highlights] == ["C++"]


def test_facets_count_what_was_found(archive: Archive) -> None:
    facets = archive.search("sugar", facets=True).facets
    assert facets["site"] == (("blog.example", 1), ("other.example", 1))
    assert facets["tag"] == (("Food", 1), ("Sugar work", 1))
    assert facets["year"] == (("2004", 1),)
    assert archive.search("", facets=True).facets["site"] == (("blog.example", 7), ("other.example", 1))
    assert archive.search("sugar").facets == {}


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("marahton", "marathon"),
        ("Mrathon -knee", "marathon -knee"),
        ('"bakc pain"', '"back pain"'),
        ("kne", None),  # too short to tell
        ("amrathon training", "marathon training"),
        ("trainning", "training"),
        ("marathon", None),
        ("zzzzzz", None),
    ],
)
def test_did_you_mean(archive: Archive, line: str, suggestion: str | None) -> None:
    assert archive.search(line).suggestion == suggestion


def test_the_index_follows_changes_and_deletions(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        filed = archive.file(POSTS[0], fetched_at=AT)
        changed = replace(POSTS[0], title="Autumn", text="Rowing, 一二三四。", tags=("Boats",), authors=(Author("Bo"),))
        archive.file(changed, fetched_at="2024-02-01T00:00:00.000Z")
        for gone in ("marathon", "spring", "tag:running", "title:half"):
            assert archive.search(gone).total == 0, gone
        for there in ("rowing", "title:autumn", "tag:boats", "author:bo", "二三"):
            assert archive.search(there).total == 1, there
        assert archive.verify() == ()
        other = archive.file(POSTS[1], fetched_at=AT)
        archive.merge(filed.article_id, other.article_id)
        assert archive.search("rowing").total == 0
        archive.optimize()
        assert archive.verify() == ()


def test_searching_the_past(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.file(POSTS[0], fetched_at="2024-01-10T00:00:00Z")
        archive.file(POSTS[1], fetched_at="2024-01-20T00:00:00Z")
        archive.file(replace(POSTS[0], text="Rowing.", title="Autumn"), fetched_at="2024-03-01T00:00:00Z")
        assert found(archive.search("marathon")) == {2}
        assert found(archive.search("marathon", as_of="2024-01-15")) == {1}
        for sort in ("rank", "newest", "oldest"):
            hits = archive.search("marathon", as_of="2024-02", sort=sort, facets=True)
            assert found(hits) == {1, 2}
            assert hits.facets["site"] == (("blog.example", 2),)
        assert [hit.id for hit in archive.search("marathon", as_of="2024-02", sort="newest")] == [2, 1]
        assert archive.search("rowing", as_of="2024-02").total == 0
        assert archive.search("marathon", as_of="2023").total == 0
        assert archive.search("Weeks", as_of="2024-02", tag="running", author=None).total == 1


def test_saved_searches_tell_what_is_new(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.file(POSTS[0], fetched_at=AT)
        archive.save_search("runs", "marathon", site="blog.example")
        assert found(archive.search_saved("runs", new_only=True)) == {1}
        assert archive.search_saved("runs", new_only=True).total == 0
        archive.file(POSTS[1], fetched_at=AT)
        assert found(archive.search_saved("runs", new_only=True, mark_seen=False)) == {2}
        assert found(archive.search_saved("runs", new_only=True)) == {2}
        assert found(archive.search_saved("runs")) == {1, 2}
        (saved,) = archive.saved_searches()
        assert (saved.name, saved.query, saved.filters) == ("runs", "marathon", {"site": "blog.example"})
        assert saved.seen_at is not None
        with pytest.raises(NotFound, match="no search is saved as 'walks'"):
            archive.search_saved("walks")
        with pytest.raises(ValueError, match="expected filters among"):
            archive.save_search("x", "y", colour="red")
        archive.forget_search("runs")
        with pytest.raises(NotFound):
            archive.forget_search("runs")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Return an archive large enough for frequent words to be capped."""
    with Archive(tmp_path_factory.mktemp("many") / "archive.db") as opened:
        with opened.transaction():
            for number in range(1_300):
                words = "sea " * (1 + number % 7) + ("moon " if number % 2 else "") + f"word{number}"
                title = "Moon and sea" if number % 100 == 5 else f"Day {number}"
                url = f"https://blog.example/{number}"
                opened.file(Article(url=url, site="blog.example", title=title, text=words), fetched_at=AT)
        yield opened


def test_frequent_words_are_capped_and_say_so(many: Archive) -> None:
    hits = many.search("sea")
    assert hits.capped
    assert hits.total > ranking.EXACT_ROWS
    assert len(hits) == 20
    titled = many.search("moon sea", limit=5)
    assert {hit.title for hit in titled} == {"Moon and sea"}


def test_a_large_limit_is_met(many: Archive) -> None:
    for line in ("sea", "sea moon", "sea -moon", '"sea sea"'):
        hits = many.search(line, limit=600)
        assert len(hits) == len(found(hits)) == 600, line
        assert many.search(line, limit=100_000).total == len(many.search(line, limit=100_000)), line


def test_rare_words_are_exact_beside_frequent_ones(many: Archive) -> None:
    hits = many.search("sea word77")
    assert [hit.title for hit in hits] == ["Day 77"]
    assert not hits.capped
    assert many.search("moon word77").total == 1
    assert many.search("moon word76").total == 0
    assert many.search("sea -moon word76").total == 1


def test_capped_results_match_what_was_asked(many: Archive) -> None:
    for line in ("sea", "sea moon", '"sea moon"', "sea -moon", "sea OR moon", "sea*", "moon sea site:blog"):
        query = parse(line)
        expression = fts_expression(query)
        matching = {
            row[0]
            for row in many.connection.execute(
                "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", (expression,)
            )
        }
        hits = many.search(line, limit=50)
        assert len(hits) == 50, line
        assert found(hits) <= matching, line


def test_texts_are_read_where_counting_costs_too_much(many: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "COUNTED_ROWS", 100)
    hits = many.search("sea moon")
    assert hits.capped
    assert hits[0].title == "Moon and sea"
    assert hits[0].score >= hits[-1].score > 0
    assert len(many.search('"sea moon"')) == 20
    assert all("moon" not in hit.snippet for hit in many.search("sea -moon"))


def test_search_uses_the_indexes(many: Archive) -> None:
    def plan(sql: str, *values: object) -> str:
        return " / ".join(row[3] for row in many.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))

    assert "articles_site_published" in plan("SELECT id FROM articles WHERE site = ? AND published >= ?", "a", "b")
    assert "articles_published" in plan("SELECT id FROM articles WHERE published >= ? ORDER BY published", "b")
    frontier = "SELECT id FROM pages WHERE site = ? AND state = 'queued' ORDER BY priority, id LIMIT 1"
    assert plan(frontier, "a") == "SEARCH pages USING INDEX pages_frontier (site=?)"


@given(st.text(max_size=400), st.text(st.sampled_from("ab é半"), max_size=5))
def test_snippets_are_pieces_of_the_text(text: str, line: str) -> None:
    wanted = needles(parse(line).atoms, "")
    piece, highlights = snippet(text, wanted)
    assert piece.strip("…").strip() in text.replace("\n", " ")
    assert len(piece) <= SNIPPET_CHARACTERS + 2
    assert all(0 <= a < b <= len(piece) for a, b in highlights)
    assert list(highlights) == sorted(highlights)


def test_the_snippet_shows_most_of_the_words() -> None:
    text = "tide. " + "filler words and more " * 40 + "the harbour has a tide table. " + "more filler " * 40
    piece, highlights = snippet(text, needles(parse("tide harbour table").atoms, ""))
    assert [piece[a:b] for a, b in highlights] == ["harbour", "tide", "table"]
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert spans("Tide, table", needles(parse('"tide table"').atoms, "")) == ((0, 11),)


def test_grams_are_pairs() -> None:
    assert grams("ﾊﾝ", "plain") == "ハン ン"
    assert grams("plain", None, "") is None
