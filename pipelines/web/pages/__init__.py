"""The pages, one per file, in the order a visitor meets them."""

from __future__ import annotations

from pipelines.web.page import Page
from pipelines.web.pages import (
    address,
    article,
    author,
    changes,
    evidence,
    help,
    history,
    overview,
    raw_page,
    run,
    runs,
    search,
    site,
)

__all__ = ["PAGES"]

PAGES: tuple[Page, ...] = (
    search.PAGE,
    article.PAGE,
    history.PAGE,
    evidence.PAGE,
    raw_page.PAGE,
    author.PAGE,
    overview.PAGE,
    site.PAGE,
    runs.PAGE,
    run.PAGE,
    changes.PAGE,
    address.PAGE,
    help.PAGE,
)
