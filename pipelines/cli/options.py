"""What the commands share: the shape of a command, its options, and opening the archive.

Every command is made by ``command``, which asks for the example that its help shows. Options that mean the same have
the same name, help, default and unit everywhere because they are made here once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from scraper.errors import ArchiveError, InvalidURL

if TYPE_CHECKING:
    from pipelines.archive import Archive

    _TextType = click.ParamType[str]
else:
    _TextType = click.ParamType  # takes no type arguments at run time before click 8.4

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

DEFAULT_DB = Path("data") / "archive.db"
"""Where the archive is unless ``--db`` or ``BACKFILE_DB`` says otherwise, under the current directory."""
DB_VARIABLE = "BACKFILE_DB"


class ExampleCommand(click.Command):
    """A command whose help ends with examples that can be pasted."""

    examples: tuple[str, ...] = ()
    parsing: ClassVar[dict[str, Any]] = {}
    """Context settings of click that the class asks for."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's)
        """Write the examples, one a line, after the options."""
        with formatter.section("Examples"):
            for example in self.examples:
                # As it is, however long: a broken line could not be pasted.
                formatter.write(f"  {example}\n")


class ExampleGroup(ExampleCommand, click.Group):
    """A command that has commands of its own, and does something without one, too."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **{**settings, "invoke_without_command": True})

    def sub(self, name: str, *, examples: tuple[str, ...]) -> Callable[[Callable[..., int | None]], ExampleCommand]:
        """Return a decorator like ``command``, for a command below this one."""
        make = command(name, examples=examples)

        def decorate(function: Callable[..., int | None]) -> ExampleCommand:
            made = make(function)
            self.add_command(made)
            return made

        return decorate


def command(
    name: str, *, examples: tuple[str, ...], cls: type[ExampleCommand] = ExampleCommand
) -> Callable[[Callable[..., int | None]], ExampleCommand]:
    """Return a decorator that makes a function the command *name*, its docstring's first sentence the help.

    *examples* are whole command lines. The function returns an exit code, or None for 0.
    """

    def decorate(function: Callable[..., int | None]) -> ExampleCommand:
        settings = {"show_default": True, **cls.parsing}
        made = click.command(name, cls=cls, context_settings=settings)(function)
        made.examples = examples
        return made

    return decorate


def group(name: str, *, examples: tuple[str, ...]) -> Callable[[Callable[..., int | None]], ExampleGroup]:
    """Return a decorator like ``command`` that makes a group: ``.sub`` puts commands below it."""
    make = command(name, examples=examples, cls=ExampleGroup)

    def decorate(function: Callable[..., int | None]) -> ExampleGroup:
        made = make(function)
        assert isinstance(made, ExampleGroup)
        return made

    return decorate


class WebAddress(_TextType):
    """An absolute http or https address."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return *value* as it is. Raises InvalidURL, with the address that was probably meant as the hint."""
        url = str(value)
        try:
            parts = urlsplit(url)
            if parts.scheme.lower() in ("http", "https") and parts.hostname and parts.port != 0:
                return url
        except ValueError:
            pass
        raise InvalidURL(url, hint=meant_address(url))


def meant_address(text: str) -> str | None:
    """Return the question whether an address without its scheme was meant, None when *text* does not look like one.

    >>> meant_address("blog.example/a"), meant_address("notes")
    ('did you mean https://blog.example/a ?', None)
    """
    host = text.split("/", 1)[0]
    looks_like_host = "." in host.strip(".") and "://" not in text and " " not in text
    return f"did you mean https://{text} ?" if looks_like_host else None


class PartialDate(_TextType):
    """A day, month or year: ``2021-07-26``, ``2021-07`` or ``2021``, handed on as text."""

    name = "date"
    _FORM = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return *value* when it has one of the three forms; anything else is a usage error."""
        if not self._FORM.fullmatch(str(value)):
            self.fail(f"{value!r} is not a date such as 2021-07-26, 2021-07 or 2021", param, ctx)
        return str(value)


db_option = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_DB,
    envvar=DB_VARIABLE,
    show_envvar=True,
    metavar="PATH",
    help="The archive's file.",
)


def chosen_db(db: Path) -> Path:
    """Return the archive that the running command means: its own --db, else the one given before its name."""
    ctx = click.get_current_context()
    if ctx.parent is not None and ctx.get_parameter_source("db") is not ParameterSource.COMMANDLINE:
        above: Path = ctx.parent.params.get("db", db)
        return above
    return db


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for programs instead of text for people."
)

proxy_option = click.option("--proxy", metavar="URL", help="Send every request through this HTTP proxy.")

_FILTERS = (
    click.option("--site", metavar="HOST", help="Only this site, such as blog.example."),
    click.option("--author", metavar="NAME", help="Only articles by this author."),
    click.option("--tag", metavar="TAG", help="Only articles with this tag or category."),
    click.option("--since", type=PartialDate(), metavar="DATE", help="Published on or after this day, month or year."),
    click.option("--until", type=PartialDate(), metavar="DATE", help="Published on or before this day, month or year."),
)


def filter_options(function: Decorated) -> Decorated:
    """Add ``--site --author --tag --since --until``, the filters of every command that reads many articles."""
    for option in reversed(_FILTERS):
        function = option(function)
    return function


class Interval(_TextType):
    """A time span such as ``6h``, ``30m``, ``daily``, handed on as text; ``adaptive`` where that is allowed."""

    name = "interval"

    def __init__(self, *, adaptive: bool = False) -> None:
        self._adaptive = adaptive

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return *value* when it is an interval; anything else is a usage error."""
        from pipelines.scheduled.intervals import BadInterval, parse_interval

        try:
            if parse_interval(str(value)) is None and not self._adaptive:
                self.fail("expected an interval such as 6h, 30m, 2d or daily, got 'adaptive'", param, ctx)
        except BadInterval as error:
            self.fail(str(error), param, ctx)
        return str(value)


def span_of(interval: str) -> timedelta:
    """Return the time span of what an ``Interval`` that is not adaptive has let through."""
    from pipelines.scheduled.intervals import parse_interval

    span = parse_interval(interval)
    assert span is not None
    return span


ping_option = click.option(
    "--ping-url",
    metavar="URL",
    help="Tell this watchdog how it went: POST to URL when all is well, to URL/fail when not.",
)

metrics_option = click.option(
    "--metrics",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write Prometheus metrics to this text file, in one step.",
)


def open_archive(db: Path, *, readonly: bool = True) -> Archive:
    """Return the existing archive at *db*, for reading unless *readonly* is false.

    Raises ArchiveError, with how to make one, when there is no file; whatever Archive raises when it is no archive.
    """
    from pipelines.archive import Archive  # kept off the way of --help

    if not db.exists():
        raise ArchiveError(
            str(db),
            f"there is no archive at {db}",
            hint=f"make one with: backfile crawl https://blog.example/ --db {db} (or name another with --db)",
        )
    return Archive(db, readonly=readonly, create=False)
