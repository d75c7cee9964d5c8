"""Fill the archive from the web: once, when something is due, or again and again (``crawl``)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli import console, exits, logs, progress
from pipelines.cli.engines import crawl_spread, engine_options, frontier_option, opened
from pipelines.cli.options import (
    Interval,
    WebAddress,
    command,
    db_option,
    json_option,
    metrics_option,
    open_archive,
    ping_option,
    proxy_option,
    span_of,
)
from pipelines.cli.reports import exit_code_of, run_summary, site_problems, why_nothing
from scraper.errors import ArchiveLocked

if TYPE_CHECKING:
    from types import FrameType

    from pipelines.archive import Archive
    from pipelines.crawl import CrawlSettings, RunReport

DEFAULT_CONCURRENCY = 2
"""Requests in flight per host: what one visitor's browser would ask at once."""
WAIT_S = 7 * 86_400.0
"""How long --wait waits for another run: no crawl takes a week."""


@dataclass(frozen=True, slots=True)
class _Wishes:
    """How a run is started and who is told of it."""

    urls: tuple[str, ...]
    db: Path
    due: bool
    every: str | None
    wait: bool
    skip: bool
    quiet: bool
    as_json: bool
    ping_url: str | None
    metrics: Path | None
    report_html: Path | None


@command(
    "crawl",
    examples=(
        "backfile crawl https://blog.example/",
        "backfile crawl https://blog.example/ https://other.example/ --db blogs.db --max-pages 200 --delay 2",
        "backfile crawl --due --quiet --skip-if-running",
        "backfile crawl https://a.example/ https://b.example/ --engine dask --scheduler tcp://127.0.0.1:8786",
        "backfile crawl --every 6h --log-json --metrics /metrics/backfile.prom",
    ),
)
@click.argument("urls", metavar="[URL]...", nargs=-1, type=WebAddress())
@click.option("--due", is_flag=True, help="Crawl the sites of the list ('backfile sites list') that are due, and exit.")
@click.option(
    "--every", type=Interval(), metavar="INTERVAL", help="Stay, and crawl each time this has passed, such as 6h."
)
@click.option("--wait", is_flag=True, help="Wait while another run is at work on the archive.")
@click.option(
    "--skip-if-running", "skip", is_flag=True, help="Do nothing, and exit with 0, while another run is at work."
)
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
@engine_options(None, where_default="this process")
@frontier_option
@ping_option
@metrics_option
@click.option(
    "--report-html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page with charts of this run and those before it.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log every request on standard error, a line each.")
@click.option("--log-json", is_flag=True, help="Log every request on standard error as a line of JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary; errors only.")
@json_option
@db_option
def crawl(limits: tuple[str, ...], verbose: bool, log_json: bool, **options: Any) -> int:
    """Crawl blogs and file every post in the archive.

    robots.txt is obeyed. Run the same command again to continue an interrupted crawl or to fetch what is new. Without a
    URL every site of the archive is crawled again; with --due those of the list that are due.
    """
    from pipelines.crawl.bounds import with_bounds

    wishes = _Wishes(**{name: options[name] for name in _Wishes.__slots__})
    if wishes.due and wishes.urls:
        raise click.UsageError("--due takes its sites from the list, not from URLs", click.get_current_context())
    try:
        settings = with_bounds(_settings(options), limits)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--limit") from error
    if options["engine"] is not None:
        return _spread(wishes, settings, options)
    for name in ("scheduler", "workers", "frontier"):
        if options[name] is not None:
            raise click.UsageError(f"--{name} goes with --engine", click.get_current_context())
    with logs.listening(verbose=verbose, as_json=log_json):
        if wishes.every is not None:
            return _stay(wishes, settings)
        return _told_elsewhere(wishes, lambda: _once(wishes, settings))


def _spread(wishes: _Wishes, settings: CrawlSettings, options: dict[str, Any]) -> int:
    """Crawl on the workers of an engine, host by host."""
    if wishes.due or wishes.every is not None:
        raise click.UsageError("--engine goes with URLs, not with --due or --every", click.get_current_context())
    with (
        _opened(wishes.db, make=bool(wishes.urls)) as archive,
        opened(options["engine"], options["workers"], options["scheduler"]) as engine,
    ):
        return crawl_spread(archive, wishes.urls, settings, engine, options["frontier"], wishes.as_json)


def _settings(options: dict[str, Any]) -> CrawlSettings:
    from pipelines.crawl import CrawlSettings

    return CrawlSettings(
        max_pages=options["max_pages"],
        delay_s=options["delay"],
        concurrency_per_host=options["concurrency"],
        proxy=options["proxy"],
        contact=options["contact"],
        due_only=options["due_only"],
        daily_cap=options["daily_cap"],
        obey_robots=not options["ignore_robots"],
    )


@dataclass(slots=True)
class _Outcome:
    """What one run came to."""

    code: int
    report: RunReport | None = None
    """None when there was nothing to do."""


def _once(wishes: _Wishes, settings: CrawlSettings) -> _Outcome:
    """Crawl once and tell what came of it. Raises Incomplete when nothing did."""
    try:
        report = _crawled(wishes, settings)
    except ArchiveLocked as error:
        if not wishes.skip:
            raise
        if not wishes.quiet:
            console.note(f"skipped: {error}")
        return _Outcome(exits.DONE)
    if report is None:
        return _Outcome(exits.DONE)
    if wishes.as_json:
        console.write_json(report.to_dict())
    if wishes.report_html is not None:
        _write_page(wishes.report_html, wishes.db, report)
    if report.status == "failed":
        raise exits.Incomplete(why_nothing(report), exits.NOTHING, hint=report.resume)
    for line in site_problems(report) if wishes.quiet else [run_summary(report, wishes.db)]:
        console.note(line)
    return _Outcome(exit_code_of(report), report)


def _crawled(wishes: _Wishes, settings: CrawlSettings) -> RunReport | None:
    """Crawl into the archive, made if need be, with progress shown; None when nothing is due."""
    from pipelines.scheduled import running, scheduled_sites  # brings httpx along

    is_shown = not (wishes.quiet or logs.is_listening())
    with _opened(wishes.db, make=bool(wishes.urls)) as archive:
        archive.lock_wait_s = WAIT_S if wishes.wait else 0.0
        listed = wishes.due or (wishes.every is not None and not wishes.urls and bool(scheduled_sites(archive)))
        with progress.display(quiet=not is_shown) as shown:
            if listed:
                return running.run_due(archive, settings, report=shown.report)
            return running.run(archive, wishes.urls, settings, report=shown.report)


def _opened(db: Path, *, make: bool) -> Archive:
    """Return the archive at *db* for writing; with *make* it is made when there is none."""
    if not make:
        return open_archive(db, readonly=False)
    from pipelines.archive import Archive

    db.parent.mkdir(parents=True, exist_ok=True)
    return Archive(db)


def _write_page(file: Path, db: Path, report: RunReport) -> None:
    from pipelines.scheduled import chart_page, running

    with open_archive(db) as archive:
        file.write_text(chart_page.page(archive, report.run_id, now=running.utc_now()), encoding="utf-8")


# -- who else is told -------------------------------------------------------------------------------------------------


def _told_elsewhere(wishes: _Wishes, run: Callable[[], _Outcome]) -> int:
    """Do *run*, then ping and write the metrics, whatever came of it."""
    try:
        outcome = run()
    except Exception as error:
        _tell(wishes, None, ok=False, message=str(error))
        raise
    ok = outcome.code == exits.DONE
    message = run_summary(outcome.report, wishes.db) if outcome.report is not None else "nothing was due"
    _tell(wishes, outcome.report, ok=ok, message=message)
    return outcome.code


def _tell(wishes: _Wishes, report: RunReport | None, *, ok: bool, message: str) -> None:
    from pipelines.scheduled import notices

    if wishes.metrics is not None and wishes.db.exists():
        from pipelines.scheduled import running, status

        now = running.utc_now()
        with open_archive(wishes.db) as archive:
            notices.write_metrics(wishes.metrics, notices.metrics(status(archive, now=now), now=now, report=report))
    if wishes.ping_url is not None:
        problem = notices.ping(wishes.ping_url, ok=ok, message=message)
        if problem:
            console.note(f"the ping did not get through: {console.line_of(problem)}")


# -- again and again --------------------------------------------------------------------------------------------------


def _stay(wishes: _Wishes, settings: CrawlSettings) -> int:
    """Crawl each time the interval has passed, until SIGTERM or Ctrl-C, which end it in good order."""
    from pipelines.scheduled import running

    assert wishes.every is not None
    with _stopping() as stop:

        def turn() -> bool:
            code, interrupted = _turn(wishes, settings)
            if interrupted or stop.is_set():
                return False
            if code in (exits.DAMAGED, exits.USAGE):
                raise exits.Incomplete("the archive needs a person's hand", code)
            return True

        running.again_and_again(turn, every=span_of(wishes.every), now=running.utc_now, wait=stop.wait)
    return exits.DONE


def _turn(wishes: _Wishes, settings: CrawlSettings) -> tuple[int, bool]:
    """Crawl once; return the exit code, and whether the run was interrupted. What goes wrong is told and passes."""
    seen: list[_Outcome] = []

    def run() -> _Outcome:
        seen.append(_once(wishes, settings))
        return seen[-1]

    try:
        code = _told_elsewhere(wishes, run)
    except (Exception, KeyboardInterrupt) as error:
        code = exits.tell(error)
        return code, isinstance(error, KeyboardInterrupt)
    report = seen[-1].report
    return code, report is not None and report.status == "interrupted"


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM and Ctrl-C set; a crawl within the block has them for its time."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
