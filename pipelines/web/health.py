"""How a site is, in a word and a sentence, and what asks for attention. Reads the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipelines.archive import Archive, moment
from pipelines.archive.reading import SiteRow
from pipelines.scheduled import SiteStatus, status
from pipelines.scheduled.alarms import LATE, SILENT
from pipelines.web.page import TEXT, shape
from scraper.site import LISTINGS

STATES = ("well", "attention", "unfinished", "failing", "empty")
FAILING_SHARE = 0.05
"""Of a site in trouble more than a twentieth of the addresses cannot be had; a dead link here and there is usual."""
SILENT_RUN = timedelta(minutes=15)
"""A run that has not given a sign of life for so long has been killed: it gives one every few seconds."""
MAX_ALARMS = 20

HEALTH = shape(state={**TEXT, "enum": list(STATES)}, why=TEXT)


def statuses(archive: Archive, now: datetime, site: str | None = None) -> dict[str, SiteStatus]:
    """Return host → how the site fares, as ``backfile status`` tells it; of one *site*, or of all."""
    return {one.site: one for one in status(archive, now=now, site=site)}


def sentences(one: SiteStatus | None) -> list[str]:
    """Return what is wrong with a site. Of one that nobody promised to crawl it is no alarm that it is not crawled, nor
    that it is silent."""
    if one is None:
        return []
    return [alarm.sentence for alarm in one.alarms if one.start is not None or alarm.kind not in (LATE, SILENT)]


def health_of(site: SiteRow, coverage: float | None, wrong: Sequence[str]) -> dict[str, str]:
    """Return ``state`` (one of STATES) and ``why``, a sentence. *wrong*: what its status finds (``sentences``)."""
    if wrong:
        return {"state": "attention", "why": "; ".join(wrong)}
    if site.articles == 0:
        return {"state": "empty", "why": "no article of it is archived"}
    if site.failed > FAILING_SHARE * max(1, site.pages):
        return {"state": "failing", "why": f"{site.failed:,} of {site.pages:,} addresses could not be had"}
    if site.queued:
        return {"state": "unfinished", "why": f"{site.queued:,} addresses are still to be visited"}
    if coverage is not None and coverage < 1 - FAILING_SHARE:
        return {"state": "failing", "why": "posts that the site names are missing; see its coverage"}
    return {"state": "well", "why": "everything it names is accounted for"}


def coverage_shares(connection: sqlite3.Connection, site: str | None = None) -> dict[str, float]:
    """Return site → share (0–1) of the posts named by its feeds, sitemaps and the like that are accounted for.

    Of one *site*, or of all; one that names none is not there. The same reckoning as ``backfile coverage``, all sources
    together.
    """
    listings = ", ".join(f"'{kind}'" for kind in sorted(LISTINGS))
    rows = connection.execute(
        "SELECT sources.site, count(DISTINCT page_id), count(DISTINCT CASE WHEN"
        " pages.state IN ('queued', 'failed', 'skipped') AND pages.duplicate_of IS NULL"
        f" AND coalesce(pages.kind, '') NOT IN ({listings}) THEN page_id END)"
        " FROM claims JOIN sources ON sources.id = source_id JOIN pages ON pages.id = page_id"
        " WHERE coalesce(?, sources.site) = sources.site GROUP BY sources.site",
        (site,),
    )
    return {row[0]: 1 - row[2] / row[1] for row in rows if row[1]}


def alarms(connection: sqlite3.Connection, now: datetime, fares: Mapping[str, SiteStatus]) -> list[dict[str, Any]]:
    """Return what asks for attention, each with its site and where to look: runs first, then sites, then sources."""
    found: list[dict[str, Any]] = []
    silent = moment(now - SILENT_RUN)
    for run, state, error in connection.execute(
        "SELECT id, status, error FROM runs WHERE id = (SELECT max(id) FROM runs) AND (status IN"
        " ('failed', 'interrupted') OR (status = 'running' AND coalesce(heartbeat_at, started_at) < ?))",
        (silent,),
    ):
        said = "was killed" if state == "running" else f"ended as {state}"
        found.append(_alarm(None, f"the last run, {run}, {said}{': ' + error if error else ''}", f"/runs/{run}"))
    for host, one in fares.items():
        found += [_alarm(host, sentence, f"/sites/{host}") for sentence in sentences(one)]
    for site, kind, problem in connection.execute(
        "SELECT site, kind, problem FROM sources WHERE problem IS NOT NULL AND problem <> ''"
        # an address that was only tried and never was there is no loss
        " AND (fetched_at IS NOT NULL OR status IS NULL OR status NOT IN (404, 410)) ORDER BY site, kind"
        f" LIMIT {MAX_ALARMS}"
    ):
        found.append(_alarm(site, f"its {kind} could not be read: {problem}", f"/sites/{site}"))
    for site, pages in connection.execute(
        "SELECT site, count(*) FROM pages WHERE state = 'failed' AND reason LIKE 'quarantined:%' GROUP BY site"
    ):
        told = "1 page" if pages == 1 else f"{pages:,} pages"
        found.append(_alarm(site, f"{told} could not be read and wait in quarantine", f"/sites/{site}"))
    return found[:MAX_ALARMS]


def _alarm(site: str | None, text: str, where: str | None) -> dict[str, Any]:
    return {"site": site, "text": text, "where": where}
