"""The tables of scheduled sites and of what each run did at each site: their SQL, and what they hold in words."""

from __future__ import annotations

FIRST_RUN_TABLES = """
ALTER TABLE pages ADD COLUMN robots_rule TEXT
;
CREATE TABLE schedules (
    site TEXT PRIMARY KEY REFERENCES sites (host),
    start TEXT NOT NULL,
    name TEXT,
    every TEXT NOT NULL DEFAULT 'adaptive',
    added_at TEXT NOT NULL,
    paused_at TEXT,
    due_at TEXT
)
;
CREATE TABLE run_sites (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    site TEXT NOT NULL,
    started_at TEXT NOT NULL,
    problem TEXT,
    requests INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    elapsed_ms INTEGER NOT NULL DEFAULT 0,
    articles INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    spoilt INTEGER NOT NULL DEFAULT 0,
    read INTEGER NOT NULL DEFAULT 0,
    dated INTEGER NOT NULL DEFAULT 0,
    titled INTEGER NOT NULL DEFAULT 0,
    authored INTEGER NOT NULL DEFAULT 0,
    words INTEGER,
    PRIMARY KEY (run_id, site)
) WITHOUT ROWID
;
CREATE INDEX run_sites_site ON run_sites (site, run_id)
;
CREATE TABLE run_reasons (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    site TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('skipped', 'failed')),
    reason TEXT NOT NULL,
    pages INTEGER NOT NULL,
    PRIMARY KEY (run_id, site, outcome, reason)
) WITHOUT ROWID
"""
"""Statements separated by a line that holds only ``;``."""

_MOMENT = "ISO 8601, UTC, milliseconds"

IN_WORDS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "schedules",
        "Scheduled sites",
        "The sites that are crawled by themselves, and how often.",
        {
            "site": "Host, without www.",
            "start": "Address the crawl starts from, as it was typed",
            "name": "What the user calls it",
            "every": "Interval such as 6h, or adaptive: after the rhythm of its posts",
            "added_at": f"When it was added ({_MOMENT})",
            "paused_at": f"Since when it is not crawled; null while it is ({_MOMENT})",
            "due_at": f"When it is to be crawled next; null for at once ({_MOMENT})",
        },
    ),
    (
        "run_sites",
        "Runs by site",
        "What each run did at each site, and what the pages it read were like.",
        {
            "run_id": "The run",
            "site": "Host",
            "started_at": f"When the run began ({_MOMENT})",
            "problem": "Why nothing came of the site; null when something did",
            "requests": "Requests made to it",
            "refused": "Of those that were answered: 401, 403, 429 or 451",
            "bytes": "Bytes of bodies received",
            "elapsed_ms": "Milliseconds from the first request to the last page filed",
            "articles": "Articles of the site after the run, without those gone",
            "new": "Articles filed for the first time and kept",
            "changed": "Articles that had changed",
            "unchanged": "Pages asked that had not",
            "gone": "Articles that have vanished",
            "duplicates": "Other addresses of articles",
            "skipped": "Pages left out",
            "failed": "Pages that could not be had, or whose answer was not believed",
            "spoilt": "Of these: articles whose page answered with something that is no article",
            "read": "Articles read from a page fetched in this run",
            "dated": "Of these: with a date of publication",
            "titled": "Of these: with a title",
            "authored": "Of these: with an author",
            "words": "Median of their words; null when none was read",
        },
    ),
    (
        "run_reasons",
        "Reasons by run",
        "Why pages were left out or failed in each run.",
        {
            "run_id": "The run",
            "site": "Host",
            "outcome": "skipped or failed",
            "reason": "Why, without addresses and numbers",
            "pages": "Pages",
        },
    ),
)
"""(table, title, description, {column: what it holds}) of each, for ``catalogue.py``."""
