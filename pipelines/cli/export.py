"""Take articles out of the archive, as files other programs read (``export``)."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli import console, exits, progress
from pipelines.cli.options import PartialDate, command, db_option, filter_options, json_option, open_archive
from pipelines.datasets.formats import FORMATS


@command(
    "export",
    examples=(
        "backfile export articles.jsonl",
        "backfile export articles.jsonl.zst --site blog.example --since 2021",
        "backfile export posts/ --format markdown",
        "backfile export new.jsonl --since-last nightly",
        "backfile export dataset/ --split train=90,validation=5,test=5",
        "backfile export - --format csv --fields url,title,published | head -3",
    ),
)
@click.argument("out", metavar="OUT")
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(FORMATS)),
    show_default="by the name of OUT; a folder is a dataset",
    help="How to write it.",
)
@filter_options
@click.option("--as-of", type=PartialDate(), metavar="DATE", help="The articles as the archive had them at that time.")
@click.option("--query", metavar="QUERY", help="Only articles that this search finds.")
@click.option("--fields", metavar="A,B,…", help="Only these keys of the record, in this order.")
@click.option(
    "--since-last", metavar="NAME", help="Only what changed since the last export of this name, ends as tombstones."
)
@click.option("--split", metavar="A=N,B=N,…", help="Parts of a dataset and their weights, such as train=90,test=10.")
@click.option(
    "--split-by", type=click.Choice(("url", "site")), default="url", help="Split article by article, or site by site."
)
@json_option
@db_option
def export(
    out: str,
    form: str | None,
    as_of: str | None,
    query: str | None,
    fields: str | None,
    since_last: str | None,
    split: str | None,
    split_by: str,
    as_json: bool,
    db: Path,
    **filters: str | None,
) -> int:
    """Write the archive's articles as a dataset.

    OUT is a file whose name says the format (.jsonl, .json, .csv, .parquet, .warc; .gz and .zst compress), a folder,
    or - for standard output. The same archive always gives the same bytes. A file appears only when it is complete.
    """
    from pipelines.datasets import export as export_articles
    from pipelines.datasets.splits import Split

    names = tuple(name.strip() for name in fields.split(",") if name.strip()) if fields else None
    with open_archive(db, readonly=not since_last) as archive, progress.Tally("article") as tally:
        report = export_articles(
            archive,
            out,
            format=form,
            as_of=as_of,
            query=query,
            fields=names,
            split=Split.parse(split, split_by) if split else None,
            since_last=since_last,
            progress=tally.show,
            **filters,
        )
    if as_json:
        (console.note if out == "-" else console.write)(report.to_json())
    else:
        where = "" if out == "-" else f" in {console.line_of(out)}"
        noun = "page" if report.format == "warc" else "article"
        ended = f", {console.counted(report.ended, 'tombstone')}" if report.ended else ""
        console.note(f"{console.counted(report.articles, noun)}{ended}, {console.size(report.bytes)}{where}")
        for reason, count in report.left_out.items():
            console.note(f"left out: {console.counted(count, 'article')}, {reason}")
    if not report.articles and not report.ended:
        console.note("nothing changed" if since_last else "no article matches")
        return exits.NOTHING
    return exits.DONE
