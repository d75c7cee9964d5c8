"""The command line: ``backfile COMMAND``, one file per group of commands.

A command's module is imported only when that command runs, so ``backfile search`` does not pay for the crawler's
network code, nor ``backfile --help`` for anything. For that the one-sentence helps stand here, in the order a person
meets them.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from pipelines.cli import exits
from pipelines.cli.console import prepare_streams

__all__ = ["COMMANDS", "SECTIONS", "Entry", "cli", "main"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is: this package's module that holds it, and the sentence that its help starts with."""

    name: str
    module: str
    sentence: str

    def load(self) -> click.Command:
        """Import the command."""
        attribute = "import_" if self.name == "import" else self.name.replace("-", "_")
        loaded = getattr(importlib.import_module(f"pipelines.cli.{self.module}"), attribute)
        assert isinstance(loaded, click.Command)
        return loaded


SECTIONS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Start here",
        (Entry("demo", "demo", "Crawl the bundled blog, without the internet, and show what comes of it."),),
    ),
    (
        "Collect",
        (
            Entry("crawl", "crawl", "Crawl blogs and file every post in the archive."),
            Entry("schedule", "schedule", "Print, or install, what starts due crawls by itself."),
            Entry("import", "collect", "File pages that are already on this machine."),
        ),
    ),
    (
        "Read",
        (
            Entry("search", "search", "Search the archive."),
            Entry("show", "show", "Show one archived article, its versions, or what changed."),
            Entry("article", "article", "Turn one page into a record, without an archive."),
            Entry("serve", "web", "Read the archive in a browser."),
            Entry("datasette", "web", "Print how to open the archive in Datasette, and write the metadata for it."),
        ),
    ),
    (
        "Take out",
        (
            Entry("export", "export", "Write the archive's articles as a dataset."),
            Entry("extract-corpus", "corpus", "Make records of whole corpora of pages."),
        ),
    ),
    (
        "Account for",
        (
            Entry("runs", "account", "List the runs, or tell what one of them did."),
            Entry("sites", "sites", "List the archived sites, or change which are crawled by themselves."),
            Entry("status", "status", "Tell what needs a person's eye, by exit code, too."),
            Entry("coverage", "account", "Tell how much of each site is archived, and what is not."),
            Entry("why", "account", "Tell what became of one address."),
        ),
    ),
    (
        "Look after",
        (
            Entry("quarantine", "upkeep", "List the pages that could not be read, or try them again."),
            Entry("verify", "upkeep", "Check that the archive is whole."),
            Entry("backup", "upkeep", "Copy the archive, safely, even while a crawl writes to it."),
            Entry("merge", "upkeep", "Bring everything of other archives into this one."),
            Entry("pack", "upkeep", "Store the raw pages in less room."),
            Entry("reextract", "upkeep", "Make the records anew from the stored pages, without the network."),
        ),
    ),
)
"""The help's sections, by what the user is doing, each with its commands."""

COMMANDS: dict[str, Entry] = {entry.name: entry for _, entries in SECTIONS for entry in entries}
"""Every command by name, in the help's order."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for, listed in sections by what the user is doing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names in the help's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        """Return the command, or None when there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        return entry.load() if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command for the first of *args*; an unknown one is a usage error with the nearest name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            nearest = difflib.get_close_matches(name, COMMANDS)
            raise exits.NoSuchCommand(name, nearest, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's)
        """Write the sections without importing one command."""
        width = max(map(len, COMMANDS))
        for title, entries in SECTIONS:
            with formatter.section(title):
                formatter.write_dl([(entry.name.ljust(width), entry.sentence) for entry in entries])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["--help"], "max_content_width": 100},
    epilog="Results go to standard output, everything else to standard error. 'backfile COMMAND --help' shows a "
    "command's options and examples.",
)
@click.version_option(package_name="backfile", message="backfile %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> int:
    """Keep the complete run of a blog: crawl it politely, file every post as a clean record, search it, export it."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return exits.USAGE
    return exits.DONE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own) and return its exit code; prints errors, raises nothing."""
    prepare_streams()
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has what it wanted. Without this the interpreter would complain while it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:
        return exits.tell(error)
    return code


def _run(arguments: list[str]) -> int:
    instruction = os.environ.get("_BACKFILE_COMPLETE")
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "backfile", "_BACKFILE_COMPLETE", instruction)
    try:
        with cli.make_context("backfile", arguments) as ctx:
            code = cli.invoke(ctx)
    except click.exceptions.Exit as finished:
        return finished.exit_code
    return code if isinstance(code, int) else exits.DONE
