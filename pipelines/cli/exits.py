"""Exit codes, and the one place where an error becomes a line on standard error and an exit code.

A command that fails prints one line that helps, perhaps a second that starts with ``hint:``, and never a traceback. The
codes are a contract: scripts and timers branch on them.
"""

from __future__ import annotations

import os
import sqlite3
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

import click

from scraper.errors import ArchiveDamaged, ArchiveLocked, BackfileError, FetchError, InvalidURL, NotFound
from scraper.text import squeeze, storable

DONE = 0
"""Everything that was asked for was done."""
ERROR = 1
"""Something outside the command line's words went wrong: a file, the archive, the disk, or this program."""
USAGE = 2
"""The command line itself could not be understood."""
PARTIAL = 3
"""Some of it was done; the report says what was not."""
NOTHING = 4
"""Nothing succeeded: no page could be had, no article was found, a search had no hits."""
DAMAGED = 5
"""The archive is damaged."""
LOCKED = 75
"""Another run holds the archive's lock (EX_TEMPFAIL of sysexits.h: try again later)."""
INTERRUPTED = 130
"""Stopped from the keyboard (128 + SIGINT, as shells report it)."""
BROKEN_PIPE = 141
"""The reader of our output went away (128 + SIGPIPE, as shells report it)."""

MEANINGS: dict[int, str] = {
    DONE: "done",
    ERROR: "error",
    USAGE: "the command line could not be understood",
    PARTIAL: "done in part",
    NOTHING: "nothing succeeded (a search without hits, too)",
    DAMAGED: "the archive is damaged",
    LOCKED: "another run holds the archive's lock",
    INTERRUPTED: "stopped from the keyboard",
    BROKEN_PIPE: "the reader of the output went away",
}
"""Exit code → what it means, for the help and the reference."""

DEBUG_VARIABLE = "BACKFILE_DEBUG"
"""The environment variable that adds the traceback to an error."""

# First match wins, so a narrower class stands before a wider one.
_CODES: tuple[tuple[type[BackfileError], int], ...] = (
    (ArchiveDamaged, DAMAGED),
    (ArchiveLocked, LOCKED),
    (NotFound, NOTHING),
    (InvalidURL, USAGE),
    (FetchError, NOTHING),
    (BackfileError, ERROR),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed command tells its user: one line, perhaps a hint, and the exit code."""

    line: str
    code: int
    hint: str | None = None


class Incomplete(Exception):
    """A command came to its end without what was asked for. ``code`` is PARTIAL or NOTHING."""

    def __init__(self, message: str, code: int, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class NoSuchCommand(click.UsageError):
    """The first word is no command. ``possibilities`` are the commands whose names are nearest, best first."""

    def __init__(self, name: str, possibilities: Sequence[str], ctx: click.Context) -> None:
        super().__init__(f"no such command: {name}", ctx)
        self.possibilities = tuple(possibilities)


def failure_of(error: BaseException) -> Failure:
    """Return what to tell the user about *error*, whatever it is.

    >>> failure_of(NotFound("nothing here", hint="look there"))
    Failure(line='nothing here', code=4, hint='look there')
    """
    if isinstance(error, Incomplete):
        return Failure(str(error), error.code, error.hint)
    if isinstance(error, BackfileError):
        code = next(code for kind, code in _CODES if isinstance(error, kind))
        return Failure(_with_address(error), code, error.hint)
    if isinstance(error, click.ClickException):
        return _usage_failure(error)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return Failure("stopped", INTERRUPTED)
    if isinstance(error, sqlite3.Error):
        return _database_failure(error)
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename}" if error.filename else ""
        return Failure(f"{error.strerror[:1].lower()}{error.strerror[1:]}{name}", ERROR)
    return Failure(
        f"unexpected {type(error).__name__}: {error}; this is a fault in backfile, not in what you did",
        ERROR,
        f"run it again with {DEBUG_VARIABLE}=1 to see where, and report it",
    )


def _with_address(error: BackfileError) -> str:
    """Return the error's sentence, led by the address it is about where the sentence does not name it."""
    message = str(error)
    if isinstance(error, FetchError) and error.url and error.url not in message:
        return f"{error.url}: {message}"
    return message


def tell(error: BaseException) -> int:
    """Print *error* on standard error, one line and perhaps a hint, and return the exit code.

    With ``BACKFILE_DEBUG=1`` in the environment the traceback comes first.
    """
    failure = failure_of(error)
    if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
        traceback.print_exception(error)
    click.echo(f"backfile: error: {squeeze(storable(failure.line))}", err=True)
    if failure.hint:
        click.echo(f"hint: {squeeze(storable(failure.hint))}", err=True)
    return failure.code


def _usage_failure(error: click.ClickException) -> Failure:
    """Return click's complaint as one line in our form: lower case first, no full stop, suggestion in the hint."""
    message = error.message if isinstance(error, click.NoSuchOption) else error.format_message()
    message = message[:1].lower() + message[1:].rstrip(".")
    hint = None
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"see {error.ctx.command_path} --help"
    possibilities = getattr(error, "possibilities", None)
    if possibilities:
        hint = f"did you mean {' or '.join(sorted(possibilities))}?"
    return Failure(message, error.exit_code, hint)


def _database_failure(error: sqlite3.Error) -> Failure:
    """Return what SQLite's error means to the user. The archive maps most of them; these come while rows are read."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return Failure("another process is writing to the archive", LOCKED, "try again when it has finished")
    if "malformed" in text or "corrupt" in text:
        return Failure(f"the archive is damaged: {text}", DAMAGED, "backfile verify tells what is wrong")
    return Failure(f"the database says: {text}", ERROR)
