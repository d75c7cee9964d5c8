"""Keep the archive whole and small: ``quarantine``, ``verify``, ``backup``, ``merge``, ``pack`` and ``reextract``."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli import console, exits, progress
from pipelines.cli.options import command, db_option, json_option, open_archive
from pipelines.cli.reports import exit_code_of, run_summary


@command("verify", examples=("backfile verify", "backfile verify --quick --json"))
@click.option("--quick", is_flag=True, help="Check the structure only, not every stored page.")
@json_option
@db_option
def verify(quick: bool, as_json: bool, db: Path) -> int:
    """Check that the archive is whole.

    Structure, references, the search index against the text, and the checksums of the stored pages. The exit code is 5
    when something is wrong; with --json each problem is one line.
    """
    with open_archive(db) as archive:
        problems = archive.verify(quick=quick)
    for problem in problems:
        if as_json:
            console.write_json_line({"what": problem.what, "where": problem.where, "detail": problem.detail})
        else:
            console.write(console.line_of(f"{problem.what}: {problem.where}: {problem.detail}"))
    if problems:
        console.note(f"{db} is damaged: {console.counted(len(problems), 'problem')}")
        return exits.DAMAGED
    console.note(f"{db} is sound")
    return exits.DONE


@command("quarantine", examples=("backfile quarantine", "backfile quarantine --retry blog.example"))
@click.argument("site", metavar="[SITE]", required=False)
@click.option("--retry", is_flag=True, help="Let the next crawl read these pages again, from their stored copies.")
@json_option
@db_option
def quarantine(site: str | None, retry: bool, as_json: bool, db: Path) -> int:
    """List the pages that could not be read, or try them again.

    A page that twice crashed the process that read it, or held it too long, or took too much memory, is kept as it came
    and left alone, while the crawl goes on. With --json each page is one line.
    """
    from pipelines.crawl import quarantined, release

    with open_archive(db, readonly=not retry) as archive:
        pages = quarantined(archive, site)
        released = release(archive, site) if retry else 0
    for page in pages:
        if as_json:
            console.write_json_line({"url": page.url, "reason": page.reason})
        else:
            console.write(console.line_of(f"{page.url}: {page.reason}"))
    if retry:
        console.note(f"the next crawl reads {console.counted(released, 'page')} again")
    elif not pages:
        console.note("no page is in quarantine")
    return exits.DONE


@command("backup", examples=("backfile backup /media/disk/archive.db",))
@click.argument("to", metavar="TO", type=click.Path(path_type=Path))
@db_option
def backup(to: Path, db: Path) -> int:
    """Copy the archive, safely, even while a crawl writes to it.

    The stored raw pages are copied too, into a second file beside TO.
    """
    with open_archive(db) as archive:
        archive.backup(to)
    console.note(f"copied {db} to {to}")
    return exits.DONE


@command("merge", examples=("backfile merge laptop.db server.db",))
@click.argument("shards", metavar="ARCHIVE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@db_option
def merge(shards: tuple[Path, ...], as_json: bool, db: Path) -> int:
    """Bring everything of other archives into this one.

    Sites, pages, articles with their versions, raw pages and what the crawls know. Where two archives know a page, the
    one that looked at it last is right. Merging an archive twice changes nothing.
    """
    from pipelines.archive import Archive
    from pipelines.archive.merging import MergeReport, merge_archive

    if db.resolve() in {shard.resolve() for shard in shards}:
        raise click.UsageError(f"{db} cannot be merged into itself", click.get_current_context())
    total = MergeReport()
    with Archive(db) as archive, archive.run_lock():
        for shard in shards:
            with open_archive(shard) as other:
                came = merge_archive(archive, other)
            total.pages += came.pages
            total.verdicts.update(came.verdicts)
    if as_json:
        console.write_json(total.to_dict())
    else:
        verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(total.verdicts.items()))
        console.note(f"{console.counted(total.pages, 'page')} came over; articles: {verdicts or 'none'}")
    return exits.DONE


@command("pack", examples=("backfile pack", "backfile pack --site blog.example"))
@click.option("--site", metavar="HOST", help="Only this site, such as blog.example.")
@json_option
@db_option
def pack(site: str | None, as_json: bool, db: Path) -> int:
    """Store the raw pages in less room.

    Pages of one site resemble each other; packed together they take a fraction of what they take one by one.
    """
    with open_archive(db, readonly=False) as archive, archive.run_lock():
        report = archive.pack(site=site)
    if as_json:
        console.write_json(
            {"pages": report.pages, "bytes_before": report.bytes_before, "bytes_after": report.bytes_after}
        )
    else:
        console.note(
            f"packed {console.counted(report.pages, 'page')}: {console.size(report.bytes_before)} before, "
            f"{console.size(report.bytes_after)} after"
        )
    return exits.DONE


@command("reextract", examples=("backfile reextract", "backfile reextract blog.example"))
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    show_default="one per core, up to 4",
    help="Processes that extract.",
)
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary; errors only.")
@json_option
@db_option
def reextract(sites: tuple[str, ...], workers: int | None, quiet: bool, as_json: bool, db: Path) -> int:
    """Make the records anew from the stored pages, without the network.

    For after an update of this program: a better extractor then improves the whole archive.
    """
    from pipelines.crawl import reextract as run_again

    with open_archive(db, readonly=False) as archive, progress.display(quiet=quiet) as shown:
        report = run_again(archive, sites=sites, report=shown.report, workers=workers)
    if as_json:
        console.write_json(report.to_dict())
    if not quiet:
        console.note(run_summary(report, db))
    return exit_code_of(report)
