"""The archive by words (``search``): once, or under a name that is run again and again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from pipelines.cli import console, exits
from pipelines.cli.options import (
    ExampleCommand,
    command,
    db_option,
    filter_options,
    json_option,
    open_archive,
)
from pipelines.cli.results import hit_text

if TYPE_CHECKING:
    from pipelines.archive import Archive
    from pipelines.archive.search import Hit, Hits


class SearchCommand(ExampleCommand):
    """A command whose words may begin with a hyphen: ``-foo`` is searched for, ``--foo`` is an unknown option."""

    parsing: ClassVar[dict[str, Any]] = {"ignore_unknown_options": True}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take unknown single-hyphen words as part of the query; what stands after ``--`` is never an option."""
        literal = "--" in args
        rest = super().parse_args(ctx, args)
        for word in () if literal else ctx.params.get("words", ()):
            if word.startswith("--") and len(word) > 2:
                import difflib

                name = word.split("=", 1)[0]
                known = [option for param in self.params for option in param.opts if option.startswith("--")]
                raise click.NoSuchOption(name, possibilities=difflib.get_close_matches(name, known), ctx=ctx)
        return rest


@command(
    "search",
    cls=SearchCommand,
    examples=(
        "backfile search spoke tension",
        "backfile search '\"flat tyre\" -tubeless' --site blog.example --since 2021 --limit 5",
        "backfile search author:maren chain --json | head -1",
        "backfile search recall --save recalls && backfile search --saved recalls --new-since-last",
    ),
)
@click.argument("words", metavar="QUERY", nargs=-1)
@filter_options
@click.option("--limit", type=click.IntRange(min=1), default=20, metavar="N", help="Show at most this many articles.")
@click.option(
    "--sort",
    type=click.Choice(("rank", "newest", "oldest")),
    default="rank",
    help="Best match first, or by date of publication.",
)
@click.option("--facets", is_flag=True, help="Count the matches by site, author, tag and year instead of listing them.")
@click.option("--save", metavar="NAME", help="Save the search under this name before it is run.")
@click.option("--saved", metavar="NAME", help="Run the search of this name, instead of a QUERY.")
@click.option("--new-since-last", is_flag=True, help="With --saved: only articles filed since it was last run.")
@click.option("--list-saved", is_flag=True, help="List the saved searches.")
@click.option("--forget", metavar="NAME", help="Forget the search of this name.")
@json_option
@db_option
def search(
    words: tuple[str, ...],
    limit: int,
    sort: str,
    facets: bool,
    save: str | None,
    saved: str | None,
    new_since_last: bool,
    list_saved: bool,
    forget: str | None,
    as_json: bool,
    db: Path,
    **filters: Any,
) -> int:
    """Search the archive.

    Every word has to occur, in any order. "A phrase", -not, OR, prefix* and author:, site:, tag:, title:, before: and
    after: narrow it down; any other text is simply searched for. With --json each hit is one line. Without a hit the
    exit code is 4.
    """
    _check_what_is_asked(words, saved, forget, list_saved=list_saved, save=save, new_since_last=new_since_last)
    query = " ".join(words)
    with open_archive(db, readonly=not (save or saved or forget)) as archive:
        if list_saved:
            return _write_saved(archive, as_json=as_json)
        if forget:
            archive.forget_search(forget)
            return exits.DONE
        if save:
            archive.save_search(save, query, **filters)
        if saved:
            query = f"the saved search {saved}"
            hits = archive.search_saved(saved, new_only=new_since_last, limit=limit)
        else:
            hits = archive.search(query, limit=limit, sort=sort, facets=facets, **filters)
    return _write_hits(hits, query, db, as_json=as_json, facets=facets)


def _check_what_is_asked(
    words: tuple[str, ...],
    saved: str | None,
    forget: str | None,
    *,
    list_saved: bool,
    save: str | None,
    new_since_last: bool,
) -> None:
    """Refuse a command line that asks for nothing, or for two things at once."""
    asked = sum(map(bool, (words, saved, forget, list_saved)))
    context = click.get_current_context()
    if not asked:
        raise click.UsageError("missing argument QUERY", context)
    if asked > 1:
        raise click.UsageError("one thing at a time: a QUERY, --saved, --list-saved or --forget", context)
    if save and not words:
        raise click.UsageError("--save needs a QUERY", context)
    if new_since_last and not saved:
        raise click.UsageError("--new-since-last needs --saved", context)


def _write_hits(hits: Hits, query: str, db: Path, *, as_json: bool, facets: bool) -> int:
    if not hits:
        return _tell_nothing(query, hits, db)
    if facets:
        _write_facets(hits, as_json=as_json)
        return exits.DONE
    for hit in hits:
        if as_json:
            console.write_json_line(_hit_record(hit))
        else:
            console.write(hit_text(hit) + "\n")
    if hits.total > len(hits):
        total = f"more than {hits.total:,}" if hits.capped else f"{hits.total:,}"
        console.note(f"{len(hits):,} of {total} articles; --limit shows more")
    return exits.DONE


def _write_saved(archive: Archive, *, as_json: bool) -> int:
    found = archive.saved_searches()
    if as_json:
        for one in found:
            record = {"name": one.name, "query": one.query, "filters": one.filters, "seen_at": one.seen_at}
            console.write_json_line(record)
        return exits.DONE
    rows = [
        (
            one.name,
            one.query,
            " ".join(f"--{key} {value}" for key, value in one.filters.items()),
            one.seen_at or "never",
        )
        for one in found
    ]
    if rows:
        console.write(console.table(("name", "query", "filters", "last run"), rows))
    else:
        console.note("no search is saved yet; --save NAME saves one")
    return exits.DONE


def _tell_nothing(query: str, hits: Hits, db: Path) -> int:
    console.note(f"nothing in {db} matches: {console.line_of(query)}")
    if hits.suggestion:
        console.note(f"did you mean: {console.line_of(hits.suggestion)}")
    return exits.NOTHING


def _write_facets(hits: Hits, *, as_json: bool) -> None:
    if as_json:
        console.write_json({name: dict(counts) for name, counts in hits.facets.items()})
        return
    rows = [
        (name if position == 0 else "", value, count)
        for name, counts in hits.facets.items()
        for position, (value, count) in enumerate(counts)
    ]
    console.write(console.table(("by", "value", "articles"), rows))


def _hit_record(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "url": hit.url,
        "title": hit.title,
        "site": hit.site,
        "published": hit.published,
        "authors": list(hit.authors),
        "snippet": hit.snippet,
        "score": round(hit.score, 4),
    }
