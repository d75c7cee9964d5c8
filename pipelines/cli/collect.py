"""Collect: fill the archive from the web (``crawl``) or from files (``import``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import console, progress
from pipelines.cli.options import WebAddress, command, db_option, json_option, proxy_option
from pipelines.cli.reports import exit_code_of, run_summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.crawl import CrawlSettings, RunReport

DEFAULT_CONCURRENCY = 2
"""Requests in flight per host: what one visitor's browser would ask at once."""


@command(
    "crawl",
    examples=(
        "backfile crawl https://blog.example/",
        "backfile crawl https://blog.example/ https://other.example/ --db blogs.db --max-pages 200 --delay 2",
        "backfile crawl https://blog.example/ --quiet --json > report.json",
    ),
)
@click.argument("urls", metavar="URL...", nargs=-1, required=True, type=WebAddress())
@click.option(
    "--max-pages", type=click.IntRange(min=1), metavar="N", help="Stop after this many pages.  [default: no limit]"
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Wait at least this long between two requests to one host; a longer Crawl-delay in robots.txt wins.  "
    "[default: 0.5, and 0 for a loopback address]",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=DEFAULT_CONCURRENCY,
    metavar="N",
    help="Requests in flight per host.",
)
@click.option("--fresh", is_flag=True, help="Look at every known page again now, not only at those that are due.")
@click.option(
    "--contact", metavar="TEXT", help="An address or URL that goes into the User-Agent, for the site's owner."
)
@proxy_option
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary; errors only.")
@json_option
@db_option
def crawl(
    urls: tuple[str, ...],
    max_pages: int | None,
    delay: float | None,
    concurrency: int,
    fresh: bool,
    contact: str | None,
    proxy: str | None,
    quiet: bool,
    as_json: bool,
    db: Path,
) -> int:
    """Crawl blogs and file every post in the archive.

    robots.txt is obeyed. Run the same command again to continue an interrupted crawl or to fetch what is new.
    """
    from pipelines.crawl import CrawlSettings

    settings = CrawlSettings(
        max_pages=max_pages,
        delay_s=delay,
        concurrency_per_host=concurrency,
        proxy=proxy,
        contact=contact,
        fresh=fresh,
    )
    report = crawled(db, urls, settings, quiet=quiet)
    if as_json:
        console.write_json(report.to_dict())
    if not quiet:
        console.note(run_summary(report, db))
    return exit_code_of(report)


def crawled(db: Path, starts: Sequence[str], settings: CrawlSettings, *, quiet: bool) -> RunReport:
    """Crawl *starts* into the archive at *db*, made if need be, with progress shown; return the run's report."""
    from pipelines.archive import Archive
    from pipelines.crawl import crawl as run_crawl  # brings httpx along

    db.parent.mkdir(parents=True, exist_ok=True)
    with Archive(db) as archive, progress.display(quiet=quiet) as shown:
        return run_crawl(archive, starts, settings, report=shown.report)
