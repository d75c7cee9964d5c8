"""Collect: fill the archive from the web (``crawl``) or from files (``import``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import console, exits, progress
from pipelines.cli.options import WebAddress, command, db_option, json_option, open_archive, proxy_option
from pipelines.cli.reports import exit_code_of, import_summary, run_summary, site_problems, why_nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.archive import Archive
    from pipelines.crawl import CrawlSettings, RunReport

DEFAULT_CONCURRENCY = 2
"""Requests in flight per host: what one visitor's browser would ask at once."""


@command(
    "crawl",
    examples=(
        "backfile crawl https://blog.example/",
        "backfile crawl https://blog.example/ https://other.example/ --db blogs.db --max-pages 200 --delay 2",
        "backfile crawl --due-only --quiet --json > report.json",
    ),
)
@click.argument("urls", metavar="[URL]...", nargs=-1, type=WebAddress())
@click.option(
    "--max-pages",
    type=click.IntRange(min=1),
    metavar="N",
    show_default="no limit",
    help="Stop after this many pages.",
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    show_default="0.5, and 0 for a loopback address",
    help="Wait at least this long between two requests to one host; a longer Crawl-delay in robots.txt wins.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=DEFAULT_CONCURRENCY,
    metavar="N",
    help="Requests in flight per host.",
)
@click.option("--due-only", is_flag=True, help="Of the pages known already, look only at those whose time has come.")
@click.option(
    "--contact", metavar="TEXT", help="An address or URL that goes into the User-Agent, for the site's owner."
)
@click.option(
    "--daily-cap",
    type=click.IntRange(min=1),
    metavar="N",
    show_default="no cap",
    help="Requests per site and day, at most.",
)
@click.option("--ignore-robots", is_flag=True, help="Ask without reading robots.txt: only for a site of your own.")
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set one of the limits of docs/reference/limits.md, such as total_s=30 or max_depth=3. May be repeated.",
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
    due_only: bool,
    contact: str | None,
    daily_cap: int | None,
    ignore_robots: bool,
    limits: tuple[str, ...],
    proxy: str | None,
    quiet: bool,
    as_json: bool,
    db: Path,
) -> int:
    """Crawl blogs and file every post in the archive.

    robots.txt is obeyed. Run the same command again to continue an interrupted crawl or to fetch what is new. Without a
    URL every site of the archive is crawled again.
    """
    from pipelines.crawl import CrawlSettings
    from pipelines.crawl.bounds import with_bounds

    settings = CrawlSettings(
        max_pages=max_pages,
        delay_s=delay,
        concurrency_per_host=concurrency,
        proxy=proxy,
        contact=contact,
        due_only=due_only,
        daily_cap=daily_cap,
        obey_robots=not ignore_robots,
    )
    try:
        settings = with_bounds(settings, limits)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--limit") from error
    report = crawled(db, urls, settings, quiet=quiet)
    if as_json:
        console.write_json(report.to_dict())
    if report.status == "failed":
        raise exits.Incomplete(why_nothing(report), exits.NOTHING, hint=report.resume)
    for line in site_problems(report) if quiet else [run_summary(report, db)]:
        console.note(line)
    return exit_code_of(report)


def crawled(db: Path, starts: Sequence[str], settings: CrawlSettings, *, quiet: bool) -> RunReport:
    """Crawl *starts* into the archive at *db*, made if need be, with progress shown; return the run's report."""
    from pipelines.crawl import crawl as run_crawl  # brings httpx along

    with _opened(db, make=bool(starts)) as archive, progress.display(quiet=quiet) as shown:
        return run_crawl(archive, starts, settings, report=shown.report)


def _opened(db: Path, *, make: bool) -> Archive:
    """Return the archive at *db* for writing; with *make* it is made when there is none."""
    if not make:
        return open_archive(db, readonly=False)
    from pipelines.archive import Archive

    db.parent.mkdir(parents=True, exist_ok=True)
    return Archive(db)


@command(
    "import",
    examples=(
        "backfile import saved-pages/",
        "backfile import page.html --url https://blog.example/2021/07/high-tide/",
        "backfile import crawl.warc.gz dumps/*.txt --db old-blogs.db",
    ),
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--url", type=WebAddress(), metavar="URL", help="The address that a single saved page was read from.")
@click.option("--all-kinds", is_flag=True, help="File listings, About pages and the like, too.")
@json_option
@db_option
def import_(paths: tuple[Path, ...], url: str | None, all_kinds: bool, as_json: bool, db: Path) -> int:
    """File pages that are already on this machine.

    PATH is a saved HTML page, a plain-text dump of one, a WARC file (plain or gzip), or a folder of these. Of these the
    articles are filed. Files that cannot be read make the exit code 3.
    """
    from pipelines.datasets.importing import import_files

    if url and (len(paths) > 1 or paths[0].is_dir()):
        raise click.UsageError("--url goes with a single file", click.get_current_context())
    with _opened(db, make=True) as archive, archive.run_lock(), progress.Tally("page") as tally:
        report = import_files(archive, paths, url=url, all_kinds=all_kinds, progress=tally.show)
    if as_json:
        console.write_json(report.to_dict())
    else:
        console.note(import_summary(report, db))
    if not report.articles:
        return exits.NOTHING
    return exits.PARTIAL if report.problems else exits.DONE
