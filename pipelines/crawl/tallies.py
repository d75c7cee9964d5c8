"""What one run did at one site, counted in the archive when the run ends, so that the report says what is really kept.

Counting while pages come in tells too much: what was filed as new may be found to be another address of an article, or
no post at all, once the whole site has been seen.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from pipelines.crawl.values import SiteReport

REFUSALS = (401, 403, 429, 451)
"""Answers that say: not you, or not now."""
REASON_CHARACTERS = 120
_ADDRESS = re.compile(r"\b(?:https?|ftp)://[^\s,;)]+")
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+Z?")
# A status, an exit or error number says what kind of failure it is; every other number only how much.
_NUMBER = re.compile(r"(?<![\w./:*-])(?<!HTTP )(?<!Errno )\d[\d,.]*(?![\w/])")


@dataclass(frozen=True, slots=True)
class SiteTally:
    """The counts of one run at one site, as the archive has them."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    skipped_by: dict[str, int] = field(default_factory=dict)
    """Reason → pages left out."""
    failed_by: dict[str, int] = field(default_factory=dict)
    """Reason → pages that could not be had, or whose answer was not believed."""
    refused: int = 0
    """Requests answered with one of REFUSALS."""
    spoilt: int = 0
    """Archived articles whose page answered with something that is no article."""
    read: int = 0
    """Articles read from pages fetched in this run; of them the next three."""
    dated: int = 0
    titled: int = 0
    authored: int = 0
    words: int | None = None
    """Median of their words, None when none was read."""


def tally(db: sqlite3.Connection, run_id: int, site: str, started_at: str) -> SiteTally:
    """Return what the run *run_id*, begun at the moment *started_at*, did at *site*."""
    asked = {"run": run_id, "site": site, "since": started_at}
    new, changed = db.execute(_VERSIONS, asked).fetchone()
    gone = db.execute(_GONE, asked).fetchone()[0]
    refused = db.execute(_REFUSED, asked).fetchone()[0]
    spoilt = db.execute(_SPOILT, asked).fetchone()[0]
    rows = db.execute(_READ, asked).fetchall()
    return SiteTally(
        new=new or 0,
        changed=changed or 0,
        gone=gone,
        skipped_by=_by_reason(db.execute(_SKIPPED, asked)),
        failed_by=_by_reason(db.execute(_FAILED, asked)),
        refused=refused,
        spoilt=spoilt,
        read=len(rows),
        dated=sum(row[0] for row in rows),
        titled=sum(row[1] for row in rows),
        authored=sum(row[2] for row in rows),
        words=round(median(row[3] for row in rows)) if rows else None,
    )


def keep(db: sqlite3.Connection, run_id: int, started_at: str, report: SiteReport, counted: SiteTally) -> None:
    """Write down what a run did at one site; to be called inside a transaction. Doing it again replaces it."""
    row: dict[str, Any] = {
        "run_id": run_id,
        "site": report.site,
        "started_at": started_at,
        "problem": report.problem,
        "elapsed_ms": round(report.elapsed_s * 1000),
        **{name: getattr(report, name) for name in _OF_REPORT},
        **{name: getattr(counted, name) for name in _OF_TALLY},
    }
    db.execute("DELETE FROM run_sites WHERE run_id = ? AND site = ?", (run_id, report.site))
    db.execute("DELETE FROM run_reasons WHERE run_id = ? AND site = ?", (run_id, report.site))
    db.execute(
        f"INSERT INTO run_sites ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})",  # noqa: S608
        row,
    )
    db.executemany(
        "INSERT INTO run_reasons (run_id, site, outcome, reason, pages) VALUES (?, ?, ?, ?, ?)",
        [
            (run_id, report.site, outcome, reason, pages)
            for outcome, reasons in (("skipped", counted.skipped_by), ("failed", counted.failed_by))
            for reason, pages in reasons.items()
        ],
    )


def kind_of_reason(reason: str | None) -> str:
    """Return a reason without what is particular to one page: its addresses, moments and numbers.

    >>> kind_of_reason("redirects to another site: https://other.example/a"), kind_of_reason("HTTP 404")
    ('redirects to another site', 'HTTP 404')
    >>> kind_of_reason("it had 812 words and now has 3")
    'it had … words and now has …'
    """
    text = _NUMBER.sub("…", _MOMENT.sub("…", _ADDRESS.sub("…", reason or "no reason given")))
    return text.rstrip(" …:(,")[:REASON_CHARACTERS] if text.endswith((": …", "to …")) else text[:REASON_CHARACTERS]


def _by_reason(rows: sqlite3.Cursor) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for reason, pages in rows:
        counted[kind_of_reason(reason)] += pages
    return dict(counted.most_common())


_OF_REPORT = (
    "requests", "bytes", "articles", "new", "changed", "unchanged", "gone", "duplicates", "skipped", "failed",
)  # fmt: skip
_OF_TALLY = ("refused", "spoilt", "read", "dated", "titled", "authored", "words")

_VERSIONS = (
    "SELECT sum(first = 1), sum(first > 1) FROM (SELECT min(revisions.revision) AS first FROM revisions"
    " JOIN articles ON articles.id = article_id JOIN pages ON pages.id = page_id"
    " WHERE revisions.run_id = :run AND pages.site = :site GROUP BY article_id)"
)
_GONE = (
    "SELECT count(*) FROM articles JOIN pages ON pages.id = page_id"
    " WHERE pages.site = :site AND gone_at >= :since AND visited_run = :run"
)
_SKIPPED = (
    "SELECT reason, count(*) FROM pages WHERE site = :site AND state = 'skipped'"
    " AND (visited_run = :run OR (visited_run IS NULL AND found_at >= :since)) GROUP BY reason"
)
_DETAILS = (
    "SELECT page_id, max(id) AS last FROM fetches WHERE run_id = :run AND page_id IS NOT NULL"
    " AND outcome IN ('failed', 'bad answer', 'quarantined') GROUP BY page_id"
)
_FAILED = (
    "SELECT reason, count(*) FROM pages WHERE site = :site AND state = 'failed' AND visited_run = :run GROUP BY reason"  # noqa: S608
    " UNION ALL SELECT coalesce(detail, outcome), count(*)"
    f" FROM ({_DETAILS}) AS told JOIN fetches ON fetches.id = told.last JOIN pages ON pages.id = told.page_id"
    " WHERE site = :site AND state != 'failed' GROUP BY 1"
)
_REFUSED = (
    "SELECT count(*) FROM fetches LEFT JOIN pages ON pages.id = page_id LEFT JOIN sources ON sources.id = source_id"  # noqa: S608
    " WHERE run_id = :run AND coalesce(pages.site, sources.site) = :site"
    f" AND fetches.status IN ({', '.join(map(str, REFUSALS))})"
)
_SPOILT = (
    "SELECT count(DISTINCT page_id) FROM fetches JOIN pages ON pages.id = page_id"
    " WHERE run_id = :run AND pages.site = :site AND outcome = 'bad answer'"
)
_READ = (
    "SELECT published IS NOT NULL, coalesce(articles.title, '') != '', coalesce(byline, '') != '', word_count"
    " FROM articles JOIN pages ON pages.id = page_id"
    " WHERE pages.site = :site AND visited_run = :run AND pages.state = 'archived' AND pages.fetched_at >= :since"
    " AND coalesce(pages.reason, '') NOT LIKE 'kept: %'"
)
