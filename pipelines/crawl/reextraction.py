"""A better extractor, or a template learnt since, applied to the pages that are kept: no request is made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pipelines.archive import Archive, moment
from pipelines.crawl import learning
from pipelines.crawl.journal import Counts
from pipelines.crawl.values import CrawlSettings, Problem, Progress, RunReport
from pipelines.crawl.workers import Pool, Unreadable
from scraper.discover import origin_of


def reextract(
    archive: Archive,
    *,
    sites: Sequence[str] = (),
    report: Callable[[Progress], None] | None = None,
    workers: int | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> RunReport:
    """Read the kept pages of all articles again and file what has become better. No request is made.

    *sites*: host names; none means all. Articles whose raw page was not kept stay as they are. Raises ArchiveLocked
    when another run is writing.
    """
    with archive.run_lock():
        return asyncio.run(_Reextraction(archive, sites, report, now).main(workers))


class _Reextraction:
    def __init__(
        self,
        archive: Archive,
        sites: Sequence[str],
        report: Callable[[Progress], None] | None,
        now: Callable[[], datetime],
    ) -> None:
        self.archive = archive
        self.sites = sites
        self.counts = Counts()
        self.problems: list[Problem] = []
        self._report = report
        self._now = now
        self._began = time.monotonic()

    async def main(self, workers: int | None) -> RunReport:
        started = moment(self._now())
        db = self.archive.connection
        db.execute(
            "INSERT INTO runs (command, started_at, status) VALUES ('reextract', ?, 'running')",
            (started,),
        )
        run_id = int(db.execute("SELECT max(id) FROM runs").fetchone()[0])
        hosts = list(self.sites) or [row[0] for row in db.execute("SELECT host FROM sites ORDER BY host")]
        async with Pool(workers, CrawlSettings().limits) as pool:
            for host in hosts:
                await self._site(pool, host, run_id)
        status = "partial" if self.problems else "done"
        finished = moment(self._now())
        db.execute(
            "UPDATE runs SET status = ?, finished_at = ?, pages = ?, changed = ?, unchanged = ?, failed = ?"
            " WHERE id = ?",
            (
                status,
                finished,
                self.counts.pages,
                self.counts.changed,
                self.counts.unchanged,
                self.counts.failed,
                run_id,
            ),
        )
        return RunReport(
            run_id=run_id,
            status=status,
            started_at=started,
            finished_at=finished,
            elapsed_s=round(time.monotonic() - self._began, 3),
            starts=(),
            pages=self.counts.pages,
            articles=self.archive.count(),
            changed=self.counts.changed,
            unchanged=self.counts.unchanged,
            failed=self.counts.failed,
            problems=tuple(self.problems),
        )

    async def _site(self, pool: Pool, host: str, run_id: int) -> None:
        rows = self.archive.connection.execute(
            "SELECT pages.id FROM pages JOIN articles ON articles.page_id = pages.id"
            " WHERE pages.site = ? AND pages.raw_hash IS NOT NULL ORDER BY pages.id",
            (host,),
        ).fetchall()
        pending = [row[0] for row in rows]

        async def work() -> None:
            while pending:
                await self._one(pool, host, pending.pop(0), run_id)
                self._tell(host, len(pending))

        async with asyncio.TaskGroup() as group:
            for _ in range(pool.count):
                group.create_task(work())

    async def _one(self, pool: Pool, host: str, page_id: int, run_id: int) -> None:
        self.counts.add(pages=1)
        url = self.archive.connection.execute("SELECT url FROM pages WHERE id = ?", (page_id,)).fetchone()[0]
        try:
            verdict = await learning.reread(pool, self.archive, host, page_id, origin_of(url), run_id=run_id)
        except Unreadable as error:
            self.counts.add(failed=1)
            self.problems.append(Problem(url, str(error)))
            return
        self.counts.add(**{"unchanged" if verdict == "unchanged" else "changed": 1})

    def _tell(self, host: str, waiting: int) -> None:
        if self._report is None:
            return
        elapsed = time.monotonic() - self._began
        self._report(
            Progress(
                elapsed_s=elapsed,
                done=self.counts.pages,
                queued=waiting,
                failed=self.counts.failed,
                articles=self.counts.changed,
                rate_per_s=self.counts.pages / elapsed if elapsed else 0.0,
                host=host,
                expected_total=self.counts.pages + waiting,
            )
        )
