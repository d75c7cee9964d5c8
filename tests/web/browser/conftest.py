"""A real browser on the reading room. ``make test-web`` installs what it takes and runs these; elsewhere they skip."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.web import Settings
from pipelines.web.server import bind, server
from tests.web.rooms import Room

WANTED = "BACKFILE_BROWSER"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
FOLDER = Path(__file__).parent
TIMEOUT_MS = 10_000


def _why_not() -> str | None:
    """Return why these tests cannot run here, None when they can."""
    if os.environ.get(WANTED) != "1":
        return "a browser is started by make test-web only"
    missing = [
        name for name in ("playwright", "axe_playwright_python", "schemathesis") if not importlib.util.find_spec(name)
    ]
    if missing:
        return f"{', '.join(missing)} cannot be imported: make test-web installs it"
    return (
        None if shutil.which("chromium") else "there is no chromium on this machine (Debian: apt-get install chromium)"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = _why_not()
    for item in items:
        if reason and FOLDER in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def base(room: Room) -> Iterator[str]:
    """The address of a running reading room, no slash at the end."""
    serving = server(Settings(room.db, now=lambda: datetime(2030, 1, 2, tzinfo=UTC)))
    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def chromium(base: str) -> Iterator[Any]:
    """A browser. After *base*: while Playwright runs, nothing else can have an event loop in this thread."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, base: str) -> Iterator[Any]:
    """A function that opens a page of the reading room in a fresh profile; no complaint of the browser is let pass."""
    complaints: list[str] = []
    contexts = []

    def go(path: str, **settings: Any) -> Any:
        context = chromium.new_context(base_url=base, **settings)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}") if said.type != "log" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: complaints.append(f"asked {request.url}") if not request.url.startswith(base) else None,
        )
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []
