"""The archived sites, and the list of those that are crawled by themselves: ``sites`` and the commands below it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli import console, exits
from pipelines.cli.options import (
    Interval,
    WebAddress,
    chosen_db,
    db_option,
    group,
    json_option,
    open_archive,
)
from scraper.errors import BackfileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.archive import Archive
    from pipelines.cli.options import Decorated
    from pipelines.scheduled import ScheduledSite

_SITE_NAMES = (
    *("site", "title", "articles", "words", "first_published", "last_published"),
    *("pages", "queued", "failed", "gone", "crawled_at"),
)
_DAY, _MINUTE = len("2021-07-26"), len("2021-07-26T09:30")
STANDARD_STREAM = "-"


@group(
    "sites",
    examples=(
        "backfile sites",
        "backfile sites add https://blog.example/ --every 6h",
        "backfile sites list",
        "backfile sites edit blog.example --profile blog.example.toml",
        "backfile sites export sites.toml",
    ),
)
@json_option
@db_option
@click.pass_context
def sites(ctx: click.Context, as_json: bool, db: Path) -> int:
    """List the archived sites, or change which are crawled by themselves.

    Alone it lists what is archived; with --json each site is one line. The commands below it keep the list of the sites
    that 'backfile crawl --due' crawls.
    """
    if ctx.invoked_subcommand is not None:
        return exits.DONE
    with open_archive(db) as archive:
        records = [{name: getattr(site, name) for name in _SITE_NAMES} for site in archive.sites()]
    if as_json:
        for record in records:
            console.write_json_line(record)
        return exits.DONE
    if not records:
        console.note(f"no sites in {db} yet")
        return exits.DONE
    head = ("site", "articles", "first", "last", "queued", "failed", "gone", "crawled", "title")
    console.write(console.table(head, [_site_row(record) for record in records], stretch=len(head) - 1))
    return exits.DONE


def _site_row(record: dict[str, Any]) -> tuple[object, ...]:
    return (
        record["site"],
        record["articles"] or 0,
        (record["first_published"] or "")[:_DAY],
        (record["last_published"] or "")[:_DAY],
        record["queued"] or 0,
        record["failed"] or 0,
        record["gone"] or 0,
        _minute(record["crawled_at"]),
        record["title"] or "",
    )


def _every_option(default: str | None, help: str) -> Callable[[Decorated], Decorated]:
    return click.option("--every", type=Interval(adaptive=True), default=default, metavar="INTERVAL", help=help)


_name_option = click.option("--name", metavar="TEXT", help="What you call it.")
_profile_option = click.option(
    "--profile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What you know about it: patterns, selectors and pace, as in data/profiles.",
)
_which = click.argument("which", metavar="SITE")


@sites.sub("add", examples=("backfile sites add https://blog.example/ --every 6h --name 'The blog'",))
@click.argument("url", metavar="URL", type=WebAddress())
@_every_option("adaptive", "How often to crawl it: 6h, 30m, daily; adaptive follows the rhythm of its posts.")
@_name_option
@_profile_option
@json_option
@db_option
def add(url: str, every: str, name: str | None, profile: Path | None, as_json: bool, db: Path) -> int:
    """Put a site on the list of those that are crawled by themselves.

    The archive is made when there is none. A site that is on the list already gets the new address and interval.
    """
    from pipelines.scheduled import sites as listed

    text = _profile_text(profile)
    with _opened(chosen_db(db)) as archive, archive.transaction():
        one = listed.add(archive, url, every=every, name=name, now=_now())
        if text is not None:
            one = listed.edit(archive, one.site, profile=text)
    return _told(one, "added", as_json=as_json)


@sites.sub("list", examples=("backfile sites list", "backfile sites list --json"))
@json_option
@db_option
def list_(as_json: bool, db: Path) -> int:
    """Show the list: each site, how often it is crawled, and when next. With --json each site is one line."""
    from pipelines.scheduled import scheduled_sites

    with open_archive(chosen_db(db)) as archive:
        found = scheduled_sites(archive)
    if as_json:
        for one in found:
            console.write_json_line(one.to_dict())
    elif found:
        head = ("site", "every", "due", "profile", "name", "start")
        console.write(console.table(head, [_row(one) for one in found], stretch=len(head) - 1))
    else:
        console.note("no site is on the list; add one with: backfile sites add https://blog.example/")
    return exits.DONE


def _row(one: ScheduledSite) -> tuple[object, ...]:
    due = "paused" if one.paused_at else _minute(one.due_at) or "now"
    return (one.site, one.every, due, "yes" if one.profile else "", one.name or "", one.start)


@sites.sub("remove", examples=("backfile sites remove blog.example",))
@_which
@json_option
@db_option
def remove(which: str, as_json: bool, db: Path) -> int:
    """Take a site off the list; what is archived of it stays. SITE is its host, address or name."""
    from pipelines.scheduled import sites as listed

    with open_archive(chosen_db(db), readonly=False) as archive:
        return _told(listed.remove(archive, which), "removed", as_json=as_json)


@sites.sub("pause", examples=("backfile sites pause blog.example",))
@_which
@json_option
@db_option
def pause(which: str, as_json: bool, db: Path) -> int:
    """Let a site rest, without alarms, until it is resumed. SITE is its host, address or name."""
    from pipelines.scheduled import sites as listed

    with open_archive(chosen_db(db), readonly=False) as archive:
        return _told(listed.pause(archive, which, _now()), "paused", as_json=as_json)


@sites.sub("resume", examples=("backfile sites resume blog.example",))
@_which
@json_option
@db_option
def resume(which: str, as_json: bool, db: Path) -> int:
    """Crawl a paused site again. SITE is its host, address or name."""
    from pipelines.scheduled import sites as listed

    with open_archive(chosen_db(db), readonly=False) as archive:
        return _told(listed.resume(archive, which), "resumed", as_json=as_json)


@sites.sub(
    "edit",
    examples=(
        "backfile sites edit blog.example --every daily",
        "backfile sites edit blog.example --profile blog.example.toml",
    ),
)
@_which
@_every_option(None, "Crawl it this often from now on; it is due at once.")
@_name_option
@click.option("--url", "start", type=WebAddress(), metavar="URL", help="Start its crawl from this address of it.")
@_profile_option
@click.option("--no-profile", is_flag=True, help="Take its profile away.")
@json_option
@db_option
def edit(
    which: str,
    every: str | None,
    name: str | None,
    start: str | None,
    profile: Path | None,
    no_profile: bool,
    as_json: bool,
    db: Path,
) -> int:
    """Change how a site of the list is crawled. SITE is its host, address or name."""
    from pipelines.scheduled import sites as listed

    text = "" if no_profile else _profile_text(profile)
    if all(value is None for value in (every, name, start, text)):
        raise click.UsageError("nothing to change was named", click.get_current_context())
    with open_archive(chosen_db(db), readonly=False) as archive:
        one = listed.edit(archive, which, every=every, name=name, start=start, profile=text)
    return _told(one, "changed", as_json=as_json)


@sites.sub("export", examples=("backfile sites export sites.toml", "backfile sites export - | head"))
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@db_option
def export(file: Path, db: Path) -> int:
    """Write the list to a TOML file, profiles and all; FILE - is standard output."""
    from pipelines.scheduled import scheduled_sites, sites_file

    with open_archive(chosen_db(db)) as archive:
        found = scheduled_sites(archive)
    text = sites_file.write(found)
    if str(file) == STANDARD_STREAM:
        console.write(text.rstrip("\n"))
    else:
        file.write_text(text, encoding="utf-8")
        console.note(f"{console.counted(len(found), 'site')} in {file}")
    return exits.DONE


@sites.sub("import", examples=("backfile sites import sites.toml",))
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@db_option
def import_(file: Path, db: Path) -> int:
    """Read the list from a TOML file, all of it or, at a mistake, nothing.

    The archive is made when there is none. Sites that are on the list and not in the file stay as they are.
    """
    from pipelines.scheduled import sites_file
    from scraper.profile import ProfileError

    try:
        entries = sites_file.read(_read(file))
    except ProfileError as error:
        raise BackfileError(f"{file}, {error}") from error
    with _opened(chosen_db(db)) as archive:
        found = sites_file.bring_in(archive, entries, _now())
    console.note(f"{console.counted(len(found), 'site')} from {file}")
    return exits.DONE


def _profile_text(file: Path | None) -> str | None:
    """Return the text of a profile that is sound, None for none. Raises BackfileError, with file and line."""
    if file is None:
        return None
    from scraper import profile

    text = _read(file)
    try:
        profile.parse(text)
    except profile.ProfileError as error:
        raise BackfileError(f"{file}, {error}") from error
    return text


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BackfileError(f"{file}: expected UTF-8, got other bytes; save it as UTF-8") from error


def _opened(db: Path) -> Archive:
    from pipelines.archive import Archive

    return Archive(db)


def _told(one: ScheduledSite, done: str, *, as_json: bool) -> int:
    if as_json:
        console.write_json(one.to_dict())
    else:
        profile = ", with a profile" if one.profile else ""
        console.note(f"{done}: {console.line_of(one.site)}, {one.every}{profile} ({console.line_of(one.start)})")
    return exits.DONE


def _now() -> datetime:
    return datetime.now(UTC)


def _minute(moment: str | None) -> str:
    return (moment or "")[:_MINUTE].replace("T", " ")
