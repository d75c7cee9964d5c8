"""Who does the work: the options for it, the same everywhere, and the crawl by many workers (``crawl --engine``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipelines.cli import console, exits, progress

if TYPE_CHECKING:
    from pipelines.archive import Archive
    from pipelines.crawl import CrawlSettings
    from pipelines.engine import Engine

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def engine_options(default: str | None, *, where_default: str | bool = True) -> Callable[[Decorated], Decorated]:
    """Return a decorator that adds ``--engine``, ``--scheduler`` and ``--workers``."""

    def decorate(function: Decorated) -> Decorated:
        for option in (
            click.option(
                "--workers",
                type=click.IntRange(min=1),
                metavar="N",
                show_default="one per core",
                help="Processes that are started here.",
            ),
            click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, such as tcp://127.0.0.1:8786."),
            click.option(
                "--engine",
                type=click.Choice(("local", "dask")),
                default=default,
                show_default=where_default,
                help="Who does the work: processes of this machine, or Dask's workers.",
            ),
        ):
            function = option(function)
        return function

    return decorate


def opened(engine: str, workers: int | None, scheduler: str | None) -> Engine:
    """Return the engine asked for. Raises click.UsageError when the options do not go together, EngineLost."""
    from pipelines.engine import open_engine

    if scheduler and engine != "dask":
        raise click.UsageError("--scheduler goes with --engine dask", click.get_current_context())
    return open_engine(engine, workers=workers, scheduler=scheduler)


def crawl_spread(
    archive: Archive,
    urls: tuple[str, ...],
    settings: CrawlSettings,
    engine: Engine,
    frontier: str | None,
    as_json: bool,
) -> int:
    """Crawl *urls*, or every site of the archive, on the workers of *engine*; tell what came of it; return the code."""
    from pipelines.partitions import crawl_partitioned

    with progress.Tally("host") as tally:
        report = crawl_partitioned(
            archive, urls, settings, engine, leases=frontier, report=lambda done, _: tally.show(done)
        )
    if as_json:
        console.write_json(report.to_dict())
    new, changed = (sum(host[name] for host in report.hosts) for name in ("new", "changed"))
    console.note(
        f"{console.counted(len(report.hosts), 'host')}: {new:,} new and {changed:,} changed; "
        f"{console.counted(report.articles, 'article')} in {console.line_of(str(archive.path))}"
    )
    for problem in (
        *report.failed,
        *(f"{host['host']}: {host['status']}" for host in report.hosts if host["status"] != "done"),
    ):
        console.note(console.line_of(problem))
    if report.left:
        console.note("some hosts are left: run the same command again to go on")
    return exits.DONE if report.status == "done" else exits.PARTIAL if report.articles else exits.NOTHING


def frontier_option(function: Decorated) -> Decorated:
    """Add ``--frontier``."""
    return click.option(
        "--frontier",
        metavar="ADDRESS",
        show_default="a file beside the archive",
        help="Where the workers of --engine lease hosts: a file, or postgresql://user@host/database.",
    )(function)
