"""Fill the archive from files that are here already (``import``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import console, exits, progress
from pipelines.cli.options import WebAddress, command, db_option, json_option
from pipelines.cli.reports import import_summary

if TYPE_CHECKING:
    from pipelines.archive import Archive


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
    with _opened(db) as archive, archive.run_lock(), progress.Tally("page") as tally:
        report = import_files(archive, paths, url=url, all_kinds=all_kinds, progress=tally.show)
    if as_json:
        console.write_json(report.to_dict())
    else:
        console.note(import_summary(report, db))
    if not report.articles:
        return exits.NOTHING
    return exits.PARTIAL if report.problems else exits.DONE


def _opened(db: Path) -> Archive:
    """Return the archive at *db* for writing, made when there is none."""
    from pipelines.archive import Archive

    db.parent.mkdir(parents=True, exist_ok=True)
    return Archive(db)
