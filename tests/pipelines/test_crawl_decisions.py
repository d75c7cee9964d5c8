"""The crawl's pure parts: identity, schedule, verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from pipelines.crawl import schedule
from pipelines.crawl.identity import Copy, groups, is_plausible, keeper, near_duplicates
from pipelines.crawl.schedule import Ledger, must_look, revisit_after, why_not

BASE = "https://blog.example"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def copy(path: str, **known: object) -> Copy:
    facts: dict[str, object] = {
        "title": "On tides", "text_hash": "aa", "paragraph_hash": 7, "canonical": None, "claimed": False,
        "published": None, "words": 300,
    }  # fmt: skip
    number = sum(path.encode())
    return Copy(number, number, BASE + path, **{**facts, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("copies", "kept"),
    [
        ((copy("/a/"), copy("/static/a/")), "/a/"),
        ((copy("/?p=3", canonical=BASE + "/2020/a/"), copy("/2020/a/")), "/2020/a/"),
        ((copy("/x/a/", claimed=True), copy("/a/")), "/x/a/"),
        ((copy("/a"), copy("/a.html"), copy("/a/")), "/a"),
        ((copy("/old/a/", text_hash="bb", paragraph_hash=1), copy("/a/")), "/a/"),
    ],
)
def test_copies_are_one_article_whatever_their_order(copies: tuple[Copy, ...], kept: str) -> None:
    for order in permutations(copies):
        found = groups(order)
        assert len(found) == 1
        assert len(found[0]) == len(copies)
        assert keeper(found[0]).url == BASE + kept


@pytest.mark.parametrize(
    "copies",
    [
        (copy("/a/"), copy("/b/", title="On moons")),  # the same words under another title: a series' notice
        (copy("/a/", claimed=True), copy("/b/", claimed=True)),  # the site's own list means two posts
        (copy("/a/"), copy("/b/", text_hash="bb", canonical=BASE + "/a/", title="Else", paragraph_hash=9)),
        (copy("/2021/05/links/"), copy("/2021/06/links/", text_hash="bb", paragraph_hash=0)),
    ],
)
def test_different_posts_stay_apart(copies: tuple[Copy, ...]) -> None:
    assert groups(copies) == []


def test_near_duplicates_are_pairs_that_share_their_longest_paragraph() -> None:
    one, other = copy("/a/", text_hash="1"), copy("/b/", text_hash="2")
    assert near_duplicates((other, one)) == [(other, one)]
    assert near_duplicates((one, copy("/c/", paragraph_hash=0), copy("/d/", paragraph_hash=0))) == []


def test_a_canonical_link_to_a_listing_is_not_plausible() -> None:
    post = BASE + "/2020/a/"
    assert is_plausible(BASE + "/a/", post)
    for listing in ("/", "/page/2/", "/tag/tides/", "/2020/"):
        assert not is_plausible(BASE + listing, post)


def test_listings_end_sooner_when_all_posts_are_known() -> None:
    ledger = Ledger()
    for number in range(3):
        ledger.note("tag", is_post=False, fruitful=False, entries=[str(number)], is_listing=True)
    assert why_not(ledger, "tag", "tag", max_barren=8, max_idle=12) is None
    ledger.posts = ledger.claimed_posts = 40
    assert why_not(ledger, "tag", "tag", max_barren=8, max_idle=12)


def test_a_numbered_listing_is_walked_as_long_as_it_lists_something_else() -> None:
    ledger = Ledger(posts=40)
    for number in range(12):
        ledger.note("pagination /", is_post=False, fruitful=False, entries=[f"/{number}/"], is_listing=True)
    assert why_not(ledger, "pagination /", "pagination", max_barren=8, max_idle=12) is None
    for _ in range(schedule.STALE_PAGES):
        ledger.note("pagination /", is_post=False, fruitful=False, entries=["/3/"], is_listing=True)
    assert why_not(ledger, "pagination /", "pagination", max_barren=8, max_idle=12)


def test_a_shape_that_holds_no_posts_is_left() -> None:
    ledger = Ledger(posts=30)
    for _ in range(schedule.SURE_OF_SHAPE):
        ledger.note("/{slug}/{slug}/", is_post=False, fruitful=False)
    assert why_not(ledger, "/{slug}/{slug}/", "post", max_barren=8, max_idle=12)
    ledger.note("/{slug}/", is_post=True, fruitful=False)
    assert why_not(ledger, "/{slug}/", "post", max_barren=8, max_idle=12) is None


def look(**known: object) -> bool:
    facts: dict[str, object] = {
        "state": "archived", "listed": False, "was_listed": False, "lastmod": None, "seen_lastmod": None,
        "due_only": False, "revisit_at": NOW + timedelta(days=1), "checked_at": NOW - timedelta(days=1), "now": NOW,
    }  # fmt: skip
    return must_look(**{**facts, **known})  # type: ignore[arg-type]


def test_a_page_its_sitemap_vouches_for_is_not_asked_for_a_while() -> None:
    vouched = {"listed": True, "was_listed": True, "lastmod": "2024-01-01", "seen_lastmod": "2024-01-01"}
    assert not look(**vouched)
    assert look(**vouched, checked_at=NOW - schedule.TRUST_LASTMOD)
    assert look(**{**vouched, "lastmod": "2024-02-02"})
    assert look(**{**vouched, "listed": False, "lastmod": None})
    assert look()
    assert not look(due_only=True)
    assert look(due_only=True, revisit_at=NOW)
    assert not look(state="failed")
    assert look(state="failed", revisit_at=NOW)


def test_revisits_grow_apart_and_come_together() -> None:
    day = timedelta(days=1)
    assert revisit_after(visits=5, changes=0, last=8 * day, changed=False) == 16 * day
    assert revisit_after(visits=5, changes=2, last=8 * day, changed=True) == 4 * day
    assert revisit_after(visits=9, changes=0, last=50 * day, changed=False) == schedule.LONGEST_REVISIT
    assert revisit_after(visits=9, changes=8, last=timedelta(hours=7), changed=True) == schedule.SHORTEST_REVISIT
