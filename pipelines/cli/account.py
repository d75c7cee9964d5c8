"""Account for what was done and what was not: ``runs``, ``coverage`` and ``why``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli import console, exits
from pipelines.cli.options import WebAddress, command, db_option, json_option, open_archive
from scraper.errors import NotFound

if TYPE_CHECKING:
    from pipelines.archive.reading import RunRow
    from pipelines.crawl import Coverage

_MINUTE_CHARACTERS = len("2021-07-26T09:30")
_MISSING_SHOWN = 5
"""Missing addresses listed per source, those of an earlier one not again; --json has up to twenty."""


@command(
    "runs",
    examples=(
        "backfile runs",
        "backfile runs 3",
        "backfile runs 3 --report-html run.html",
        "backfile runs --limit 1 --json",
    ),
)
@click.argument("number", metavar="[ID]", type=int, required=False)
@click.option("--limit", type=click.IntRange(min=1), default=20, metavar="N", help="List at most this many runs.")
@click.option(
    "--report-html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page with charts of run ID, or of the newest, and those before it.",
)
@json_option
@db_option
def runs(number: int | None, limit: int, report_html: Path | None, as_json: bool, db: Path) -> int:
    """List the runs, or tell what one of them did.

    The newest comes first. With --json each run is one line.
    """
    with open_archive(db) as archive:
        found = archive.runs()
        if report_html is not None and found:
            from pipelines.scheduled import chart_page

            text = chart_page.page(archive, number or found[0].id, now=datetime.now(UTC))
            report_html.write_text(text, encoding="utf-8")
            console.note(f"wrote {report_html}")
            return exits.DONE
    if number is not None:
        one = next((run for run in found if run.id == number), None)
        if one is None:
            raise NotFound(f"there is no run {number} in {db}", hint="backfile runs lists them")
        _write_run(one, as_json=as_json)
    elif as_json:
        for run in found[:limit]:
            console.write_json_line(_run_record(run))
    elif found:
        console.write(console.table(_RUN_HEAD, [_run_row(run) for run in found[:limit]], stretch=len(_RUN_HEAD) - 1))
    else:
        console.note(f"no runs in {db} yet")
    return exits.DONE


_RUN_HEAD = ("id", "started", "command", "status", "took", "requests", "new", "changed", "failed", "of")


def _run_row(run: RunRow) -> tuple[object, ...]:
    return (
        run.id,
        _minute(run.started_at),
        run.command,
        run.status,
        _took(run),
        run.requests,
        run.new,
        run.changed,
        run.failed,
        " ".join(run.starts or ()),
    )


def _took(run: RunRow) -> str:
    report = run.report or {}
    return console.duration(report["elapsed_s"]) if "elapsed_s" in report else ""


def _run_record(run: RunRow) -> dict[str, Any]:
    """Return a run's report, which has everything; of a run without one (it was killed) what the table has."""
    if run.report:
        return {"command": run.command, "version": run.version, **run.report}
    names = ("id", "command", "version", "starts", "started_at", "finished_at", "status", "error", "requests", "pages")
    record = {name: getattr(run, name) for name in names}
    record["run_id"] = record.pop("id")
    return record


def _write_run(run: RunRow, *, as_json: bool) -> None:
    record = _run_record(run)
    if as_json:
        console.write_json(record)
        return
    plain = [(name, _flat(value)) for name, value in record.items() if not isinstance(value, list | dict | None)]
    console.write(console.table(("of this run", ""), plain))
    for value in record.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            head = tuple(value[0])
            console.write()
            console.write(console.table(head, [tuple(_flat(item.get(key)) for key in head) for item in value]))


def _flat(value: Any) -> object:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{number} {reason}" for reason, number in value.items())
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


@command("coverage", examples=("backfile coverage", "backfile coverage blog.example --json"))
@click.argument("site", metavar="[SITE]", required=False)
@json_option
@db_option
def coverage(site: str | None, as_json: bool, db: Path) -> int:
    """Tell how much of each site is archived, and what is not.

    A blog names its own posts in several places: feed, sitemap, WordPress's interface, archive pages, links. Each is
    counted against the archive. With --json each site is one line. The exit code is 3 when something is missing.
    """
    from pipelines.crawl import coverage as coverage_of

    with open_archive(db) as archive:
        found = coverage_of(archive, site)
    if site and not found:
        raise NotFound(f"there is no site {site} in {db}", hint="backfile sites lists them")
    if not found:
        console.note(f"no sites in {db} yet")
    for one in found:
        if as_json:
            console.write_json_line(one.to_dict())
        else:
            _write_coverage(one)
    missing = any(source.missing_total for one in found for source in one.sources)
    return exits.PARTIAL if missing else exits.DONE


def _write_coverage(one: Coverage) -> None:
    console.write(console.bold(console.line_of(one.site)))
    counts = (("queued", one.queued), ("failed", one.failed), ("skipped", one.skipped), ("gone", one.gone))
    told = [console.counted(one.articles, "article"), *(f"{count:,} {word}" for word, count in counts if count)]
    console.write("  " + ", ".join(told))
    rows = [
        ("  " + source.source, source.claimed, source.archived, source.missing_total, _share(source))
        for source in one.sources
    ]
    console.write(_indented(console.table(("named in", "addresses", "articles", "missing", "covered"), rows)))
    shown: set[str] = set()
    for source in one.sources:
        fresh = [url for url in source.missing if url not in shown][:_MISSING_SHOWN]
        shown.update(fresh)
        for url in fresh:
            console.write(f"  missing (named in {source.source}): {console.line_of(url)}")
        if source.missing_total > len(source.missing) or len(source.missing) > len(fresh) == _MISSING_SHOWN:
            console.write("  … and more; --json lists up to twenty of each source")


def _share(source: Any) -> str:
    """Return the share of what a source names that is accounted for: a sitemap names pages that are no posts, too."""
    return f"{1 - source.missing_total / source.claimed:.1%}" if source.claimed else ""


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.splitlines())


@command(
    "why", examples=("backfile why https://blog.example/tag/tides/", "backfile why https://blog.example/a/ --json")
)
@click.argument("url", metavar="URL", type=WebAddress())
@json_option
@db_option
def why(url: str, as_json: bool, db: Path) -> int:
    """Tell what became of one address.

    Every address that was ever seen is archived, a duplicate, skipped, failed or gone, each with its reason.
    """
    from pipelines.crawl import why as story_of

    with open_archive(db) as archive:
        story = story_of(archive, url)
    if as_json:
        console.write_json(story.to_dict())
    else:
        for sentence in story.sentences:
            console.write(console.line_of(sentence))
    return exits.DONE


def _minute(moment: str | None) -> str:
    """Return a moment as people read it in a table, to the minute, UTC."""
    return (moment or "")[:_MINUTE_CHARACTERS].replace("T", " ")
