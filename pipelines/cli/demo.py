"""A walk through the program without the internet (``demo``): crawl a bundled blog, list, search, show a record."""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli import console, progress
from pipelines.cli.options import command
from pipelines.cli.reports import exit_code_of, run_summary
from pipelines.cli.results import hit_text, readable

if TYPE_CHECKING:
    from pipelines.archive import Archive
    from pipelines.archive.reading import StoredArticle
    from pipelines.crawl import RunReport

QUERY = "chain skips"
"""What the walk searches for."""
HITS_SHOWN = 3
BODY_LINES_SHOWN = 60
"""Lines of the record's body that are printed: the whole of it, headings and lists too, in most windows."""


@command(
    "demo",
    examples=(
        "backfile demo",
        "backfile demo --serve",
        "backfile demo --db demo.db && backfile search tyre --db demo.db",
    ),
)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    show_default="a temporary one, removed at the end",
    help="Keep the archive in this file.",
)
@click.option("--serve", "served", is_flag=True, help="Open the reading room on what was archived, until Ctrl-C.")
def demo(db: Path | None, served: bool) -> int:
    """Crawl the bundled blog, without the internet, and show what comes of it.

    The blog is served on this machine only, at a free port, for as long as the walk lasts.
    """
    from pipelines.archive import Archive
    from pipelines.demo import serve

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="backfile-demo-")))
        kept = db or folder / "archive.db"
        kept.parent.mkdir(parents=True, exist_ok=True)
        site = stack.enter_context(serve())
        archive = stack.enter_context(Archive(kept))
        named = kept if db else Path("archive.db")
        _step(
            f"backfile crawl {site.url}", f"The bundled blog has {site.posts} posts. It is served on this machine only."
        )
        report = _crawled(archive, site.url)
        console.write(run_summary(report, named))
        _list(archive)
        _search(archive)
        _show(archive)
        if served:
            from pipelines.cli.rooms import open_room

            console.write()
            open_room(kept, port=0)
        _close(kept if db else None)
    return exit_code_of(report)


def _crawled(archive: Archive, url: str) -> RunReport:
    from pipelines.crawl import CrawlSettings
    from pipelines.crawl import crawl as run_crawl

    with progress.display(quiet=not console.is_terminal(sys.stderr)) as shown:
        return run_crawl(archive, [url], CrawlSettings(), report=shown.report)


def _list(archive: Archive) -> None:
    _title("What the archive holds now", "Every post became a record, whatever surrounds it on its page.")
    articles = sorted(archive.articles(), key=lambda stored: stored.article.published or "", reverse=True)
    head = ("id", "published", "updated", "min", "words", "title")
    console.write(console.table(head, [_row(stored) for stored in articles], stretch=len(head) - 1))
    _title("What became of every other address", "None is forgotten: backfile why URL tells of each.")
    counted: Counter[tuple[str, str]] = Counter()
    for state, reason, number in archive.connection.execute(_OTHERS):
        counted[state, _in_general(reason)] += number
    rows = [(state, reason, number) for (state, reason), number in counted.items()]
    console.write(console.table(("state", "because", "addresses"), rows, stretch=1))


def _in_general(reason: str) -> str:
    """Return a reason without what differs from address to address.

    >>> _in_general("the same bytes as http://a.example/b/?pg=2"), _in_general("27 pages in a row named no new post")
    ('the same bytes as another', 'N pages in a row named no new post')
    """
    return re.sub(r"\d+", "N", re.sub(r"https?://\S+", "another", reason))


def _row(stored: StoredArticle) -> tuple[object, ...]:
    article = stored.article
    return (
        stored.id,
        article.published,
        article.modified if article.modified != article.published else "",
        article.reading_minutes,
        article.word_count,
        article.title,
    )


_OTHERS = """
    SELECT state, coalesce(reason, page_type, ''), count(*) FROM pages WHERE state <> 'archived'
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""


def _search(archive: Archive) -> None:
    _step(f"backfile search {QUERY}", "Every word has to occur; the best match comes first.")
    hits = archive.search(QUERY, limit=HITS_SHOWN)
    console.write("\n\n".join(hit_text(hit) for hit in hits) or "nothing found")


def _show(archive: Archive) -> None:
    hits = archive.search(QUERY, limit=1)
    if not hits:
        return
    stored = archive.get(hits[0].id)
    _step(
        f"backfile show {stored.id} --json", "The record, here in short: what a careful person would file, and no more."
    )
    record = stored.article.to_dict()
    for name in _SHOWN_KEYS:
        _field(name, record[name])
    lines = console.wrap(readable(record["markdown"]), console.columns(), _INDENT).split("\n")
    console.write("body")
    console.write("\n".join(lines[:BODY_LINES_SHOWN]))
    if len(lines) > BODY_LINES_SHOWN:
        console.write(f"{_INDENT}… and {len(lines) - BODY_LINES_SHOWN} more lines")


_SHOWN_KEYS = (
    *("title", "published", "modified", "reading_minutes", "authors", "author_bio", "language", "tags"),
    *("related", "word_count"),
)
_INDENT = " " * (max(map(len, _SHOWN_KEYS)) + 2)


def _field(name: str, value: Any) -> None:
    """Write one field: its name in the margin, its value beside it, related posts one on a line."""
    told = (
        [console.line_of(each) for each in _each(value)] if isinstance(value, list) else [console.line_of(str(value))]
    )
    if name == "related":
        told = [console.cut(each, console.columns() - len(_INDENT)) for each in told]
    else:
        told = ["–" if value is None or value == [] else "; ".join(told)]
    text = "\n".join(console.wrap(each, console.columns(), _INDENT) for each in told)
    console.write(name + text[len(name) :])


def _each(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, dict):
            yield value.get("name") or value.get("title") or value.get("excerpt") or value.get("url") or ""
        else:
            yield str(value)


def _close(kept: Path | None) -> None:
    console.write()
    if kept:
        console.write(f"The archive stays in {kept}. Try: backfile search tyre --db {kept}")
    else:
        console.write("The archive was temporary. Keep one with: backfile demo --db demo.db")
    console.write("Your own: backfile crawl https://blog.example/")


def _step(line: str, remark: str) -> None:
    _title(f"$ {line}", remark)


def _title(line: str, remark: str) -> None:
    console.write()
    console.write(console.bold(line))
    console.write(console.dim(f"  {remark}"))
    console.write()
