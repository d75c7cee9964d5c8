"""Make records of whole corpora, without an archive (``extract-corpus``)."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli import console, exits, progress
from pipelines.cli.engines import engine_options, opened
from pipelines.cli.options import command, json_option


@command(
    "extract-corpus",
    examples=(
        "backfile extract-corpus pages/ --out records/",
        "backfile extract-corpus crawl.warc.gz site.wacz --out records/ --format parquet",
        "backfile extract-corpus data/archive.db --out records/ --engine dask --scheduler tcp://127.0.0.1:8786",
    ),
)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The folder for the shards.")
@click.option("--format", "form", type=click.Choice(("jsonl", "parquet")), default="jsonl", help="How to write them.")
@engine_options("local")
@click.option("--all-kinds", is_flag=True, help="Make records of listings, About pages and the like, too.")
@click.option(
    "--pages-per-shard", type=click.IntRange(min=1), default=200, metavar="N", help="Pages in one piece of the work."
)
@json_option
def extract_corpus(
    inputs: tuple[Path, ...],
    out: Path,
    form: str,
    engine: str,
    scheduler: str | None,
    workers: int | None,
    all_kinds: bool,
    pages_per_shard: int,
    as_json: bool,
) -> int:
    """Make records of whole corpora of pages.

    INPUT is a folder of HTML, text and WARC files, such a file, a WACZ file, or an archive whose raw pages were kept.
    It is cut into shards; a finished one is passed over when the same command runs again. manifest.json in DIR counts
    and has the digests. Pages that could not be read make the exit code 3.
    """
    from pipelines import corpus

    with opened(engine, workers, scheduler) as workforce, progress.Tally("page") as tally:
        report = corpus.extract_corpus(
            inputs, out, workforce, form=form, all_kinds=all_kinds, pages_per_shard=pages_per_shard, progress=tally.show
        )
    if as_json:
        console.write_json(report.to_dict())
    else:
        console.note(
            f"{console.counted(report.articles, 'article')} of {console.counted(report.pages, 'page')} in "
            f"{console.counted(len(report.shards), 'shard')} in {console.line_of(str(out))}"
            + (f", {report.passed_over:,} of them made before" if report.passed_over else "")
        )
    for what, reason in report.troubles():
        console.note(console.line_of(f"{what}: {reason}"))
    if not report.articles:
        return exits.NOTHING
    return exits.PARTIAL if report.troubles() else exits.DONE
