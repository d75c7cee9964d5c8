"""The archive in a browser: our own reading room (``serve``), and Datasette beside it (``datasette``)."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import console, exits
from pipelines.cli.options import command, db_option, open_archive
from pipelines.cli.rooms import DEFAULT_PORT, open_room
from scraper.errors import BackfileError

if TYPE_CHECKING:
    from pipelines.web import Account


@command(
    "serve",
    examples=(
        "backfile serve",
        "backfile serve --port 0 --open",
        "backfile serve --host 0.0.0.0 --auth ida:password.txt --name archive.home.example",
    ),
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Listen at this address; 0.0.0.0 is all of them.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    metavar="N",
    help="Listen at this port; 0 is one that is free.",
)
@click.option("--auth", metavar="USER:FILE", help="Let in only USER, with the password that is the first line of FILE.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Answer to this host name, too; may be given more than once.",
)
@click.option("--open", "opened", is_flag=True, help="Open it in the browser.")
@db_option
def serve(host: str, port: int, auth: str | None, names: tuple[str, ...], opened: bool, db: Path) -> int:
    """Read the archive in a browser.

    Nothing is changed and nothing is loaded from elsewhere. Only this machine can reach it unless --host says
    otherwise. Stop it with Ctrl-C.
    """
    account = _account(auth) if auth else None
    with open_archive(db):
        pass  # what is wrong with it is told now rather than on every page
    open_room(db, host, port, names=names, account=account, opened=opened)
    return exits.DONE


def _account(auth: str) -> Account:
    """Return the reader that ``--auth`` names. Raises UsageError, BackfileError for a file without a password."""
    from pipelines.web import Account

    user, colon, name = auth.partition(":")
    if not (user and colon and name):
        raise click.UsageError("--auth needs a user and a file: --auth ida:password.txt", click.get_current_context())
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BackfileError(f"the password cannot be read from {name}: {error.strerror}") from error
    if not lines or not lines[0]:
        raise BackfileError(f"there is no password in {name}", hint="its first line is the password")
    return Account(user, lines[0])


METADATA_ENDING = ".metadata.json"


@command("datasette", examples=("backfile datasette", "backfile datasette --db data/archive.db --out metadata.json"))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    show_default="beside the archive",
    help="Write the metadata to this file.",
)
@db_option
def datasette(out: Path | None, db: Path) -> int:
    """Print how to open the archive in Datasette, and write the metadata for it.

    The metadata has titles, descriptions and units of every table and column, facets, and searches ready to run, best
    match first.
    """
    from pipelines.archive.canned import CANNED_QUERIES
    from pipelines.archive.catalogue import datasette_metadata

    with open_archive(db):
        pass
    target = out or db.with_name(db.stem + METADATA_ENDING)
    metadata = datasette_metadata(db.stem)
    metadata["databases"][db.stem]["queries"] = CANNED_QUERIES
    text = json.dumps(metadata, indent=2, ensure_ascii=False)
    target.write_text(text + "\n", encoding="utf-8")
    console.note(f"the metadata is in {target}; Datasette itself comes with: pip install datasette")
    console.write(shlex.join(("datasette", "serve", str(db), "--metadata", str(target))))
    return exits.DONE
