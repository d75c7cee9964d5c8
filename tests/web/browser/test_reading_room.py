"""What a reader does: search, narrow, open, compare, turn the light off; by mouse, keys, small screen, no script."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.rooms import Room

SMALL = {"width": 320, "height": 640}


def test_search_as_you_type(visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit("/")
    assert "24 articles" in page.text_content("#count")
    page.fill("#q", "chain")
    expect(page.locator("#count")).to_contain_text("9 articles")
    assert page.url.endswith("/search?q=chain")
    assert page.text_content(".hits mark") in ("Chain", "chain")
    assert page.evaluate("document.activeElement.id") == "q"
    page.reload()
    assert page.input_value("#q") == "chain"


def test_narrow_by_a_facet_and_back(visit: Any) -> None:
    page = visit("/search?q=chain")
    page.click("section[aria-label='By year'] a")
    assert "since=2024&until=2024" in page.url
    page.click(".chips a")
    assert page.url.endswith("/search?q=chain")


def test_search_without_script(visit: Any) -> None:
    page = visit("/", java_script_enabled=False)
    page.fill("#q", "chain")
    page.select_option("select[name=sort]", "newest")
    page.click("button[type=submit]")
    assert "9 articles" in page.text_content("#count")
    assert not page.is_visible("#theme")


def test_a_change_of_order_is_heeded_at_once(visit: Any) -> None:
    page = visit("/search?q=chain")
    page.select_option("select[name=sort]", "oldest")
    page.wait_for_url("**/search?q=chain&sort=oldest")


def test_open_an_article_and_see_what_changed(visit: Any, room: Room) -> None:
    page = visit("/search?q=seatpost")
    page.click(".hits a[data-item]")
    assert page.url.endswith(f"/articles/{room.changed}")
    page.click("text=what changed")
    assert page.text_content(".text ins") == "One sentence more."
    page.fill("input[name=as_of]", "2028")
    page.click("text=Show")
    assert "As it was in the archive on 2028" in page.text_content("article")


def test_the_raw_page_runs_and_loads_nothing(visit: Any, room: Room) -> None:
    page = visit(f"/articles/{room.gone}/raw")
    page.locator("iframe").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe")
    assert "Winter" in frame.locator("body").text_content()
    assert frame.locator("script").count() == 0


def test_light_and_dark(visit: Any) -> None:
    background = "getComputedStyle(document.documentElement).backgroundColor"
    page = visit("/help", color_scheme="light")
    light = page.evaluate(background)
    page.click("#theme")
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark
    assert visit("/help", color_scheme="dark").evaluate(background) == dark


def test_keys(visit: Any, room: Room) -> None:
    page = visit("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.href")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.href")
    page.keyboard.press("k")
    assert first == page.evaluate("document.activeElement.href") != second
    page.keyboard.press("Enter")
    page.wait_for_url(first)
    page.keyboard.press("p")
    page.wait_for_url(second)
    page.keyboard.press("?")
    page.wait_for_url("**/help*")
    page.uncheck("#keys-on")
    page.goto("/search")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_the_first_tab_leads_to_the_content(visit: Any) -> None:
    page = visit("/overview")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_nothing_is_wider_than_a_small_screen(visit: Any, room: Room) -> None:
    page = visit("/", viewport=SMALL)
    for path in room.paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], path


def test_the_facets_of_a_small_screen_wait_behind_a_word(visit: Any) -> None:
    page = visit("/search?q=chain", viewport=SMALL)
    assert not page.is_visible(".facet")
    page.click(".facets summary")
    assert page.is_visible(".facet")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_to_everybody(visit: Any, room: Room, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit("/", color_scheme=scheme)
    found = []
    for path in room.paths:
        page.goto(path)
        # the frame's page is somebody else's
        results = Axe().run(page, options={"iframes": False})
        found += [
            f"{path} {broken['id']}: {node['html'][:200]}"
            for broken in results.response["violations"]
            for node in broken["nodes"]
        ]
    assert found == []


def test_print_leaves_the_furniture_out(visit: Any, room: Room) -> None:
    page = visit(f"/articles/{room.changed}")
    page.emulate_media(media="print")
    assert not page.is_visible(".top")
    assert page.is_visible("article h1")
