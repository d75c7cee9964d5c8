"""One archived article: as text, as a record, its versions, or what changed (``show``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import console, exits
from pipelines.cli.options import PartialDate, command, db_option, open_archive
from pipelines.cli.results import DAY_CHARACTERS, readable

if TYPE_CHECKING:
    from pipelines.archive.reading import StoredArticle
    from pipelines.archive.revisions import Diff, Revision

_SHOW_FORMATS = ("page", "text", "markdown", "html", "json")
_CONTEXT_CELLS = 60
"""Terminal cells of an unchanged stretch shown on each side of a change."""


@command(
    "show",
    examples=(
        "backfile show https://blog.example/2021/07/high-tide/",
        "backfile show 12 --format markdown > post.md",
        "backfile show 12 --history",
        "backfile show 12 --diff --between 1 3",
    ),
)
@click.argument("which", metavar="URL|ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(_SHOW_FORMATS),
    default="page",
    help="As a page to read, only its body, or the record.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--as-of", type=PartialDate(), metavar="DATE", help="The article as the archive had it at that time.")
@click.option("--history", is_flag=True, help="List the versions that were archived, instead of the article.")
@click.option("--diff", is_flag=True, help="Show what the last change of the article changed, instead of the article.")
@click.option(
    "--between", type=int, nargs=2, metavar="A B", help="With --diff: compare these two versions, by their numbers."
)
@db_option
def show(
    which: str,
    form: str,
    as_json: bool,
    as_of: str | None,
    history: bool,
    diff: bool,
    between: tuple[int, int] | None,
    db: Path,
) -> int:
    """Show one archived article, its versions, or what changed.

    It is named by its web address or by the number that search and export give as id.
    """
    if history and diff:
        raise click.UsageError("--history and --diff cannot be had together", click.get_current_context())
    if between and not diff:
        raise click.UsageError("--between needs --diff", click.get_current_context())
    form = "json" if as_json else form
    with open_archive(db) as archive:
        stored = archive.get(int(which) if which.isdecimal() else which, as_of=as_of)
        if history:
            _write_history(archive.history(stored.id), as_json=form == "json")
        elif diff:
            if stored.revision == 1:
                raise exits.Incomplete(f"article {stored.id} has not changed since it was archived", exits.NOTHING)
            _write_diff(archive.diff(stored.id, *(between or ())), as_json=form == "json")
        else:
            _write_article(stored, form)
    return exits.DONE


def _write_article(stored: StoredArticle, form: str) -> None:
    if form == "json":
        from pipelines.datasets.records import record_of  # kept off the way of search

        console.write_json(record_of(stored))
    elif form == "page":
        console.write(_page(stored))
    else:
        console.write(console.lines_of(getattr(stored.article, form)))


def _page(stored: StoredArticle) -> str:
    """Return an article as people read it: title, facts, address, body, and the author's bio."""
    article = stored.article
    width = console.columns()
    facts = [
        (article.published or "")[:DAY_CHARACTERS],
        ", ".join(author.name for author in article.authors),
        f"updated {article.modified[:DAY_CHARACTERS]}" if article.modified else "",
        f"{article.reading_minutes} minutes" if article.reading_minutes else "",
        console.counted(article.word_count, "word"),
        ", ".join(article.tags),
    ]
    head = [
        console.bold(console.line_of(article.title, "(no title)")),
        " · ".join(console.line_of(fact) for fact in facts if fact),
        console.line_of(article.url),
    ]
    if stored.gone_at:
        head.append(f"gone from the site since {stored.gone_at[:DAY_CHARACTERS]}; this is the last good copy")
    parts = ["\n".join(head), console.wrap(readable(article.markdown), width)]
    if article.author_bio:
        parts.append(console.dim(console.wrap(f"About the author: {article.author_bio}", width)))
    return "\n\n".join(parts)


def _write_history(revisions: tuple[Revision, ...], *, as_json: bool) -> None:
    records = [
        {
            "revision": revision.revision,
            "seen_at": revision.seen_at,
            "title": revision.title,
            "published": revision.published,
            "modified": revision.modified,
            "word_count": revision.word_count,
            "silent": revision.silent,
            "extractor": revision.extractor,
        }
        for revision in revisions
    ]
    if as_json:
        for record in records:
            console.write_json_line(record)
        return
    rows = [
        (
            record["revision"],
            record["seen_at"],
            record["modified"] or "",
            record["word_count"],
            "edited without a new date" if record["silent"] else "",
            record["title"],
        )
        for record in records
    ]
    console.write(console.table(("version", "seen", "modified", "words", "note", "title"), rows, stretch=5))


def _write_diff(diff: Diff, *, as_json: bool) -> None:
    if as_json:
        console.write_json(
            {
                "from": diff.old.revision,
                "to": diff.new.revision,
                "fields": {name: {"old": old, "new": new} for name, old, new in diff.fields},
                "runs": [{"kind": run.kind, "text": run.text} for run in diff.runs],
            }
        )
        return
    console.write(f"--- version {diff.old.revision}, seen {diff.old.seen_at}")
    console.write(f"+++ version {diff.new.revision}, seen {diff.new.seen_at}")
    for name, old, new in diff.fields:
        console.write(f"{name}: {console.line_of(str(old))} → {console.line_of(str(new))}")
    for run in diff.runs:
        text = console.line_of(run.text)
        if run.kind == "same":
            console.write(console.dim("  " + _shortened(text)))
        elif run.kind == "removed":
            console.write(console.red("- " + text))
        else:
            console.write(console.green("+ " + text))


def _shortened(text: str) -> str:
    """Return a stretch that did not change by its ends only, when it is long."""
    if console.width_of(text) <= 2 * _CONTEXT_CELLS:
        return text
    return f"{text[:_CONTEXT_CELLS].rstrip()} … {text[-_CONTEXT_CELLS:].lstrip()}"
