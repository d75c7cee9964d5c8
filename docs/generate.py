"""Write docs/reference/ from the code: commands, record, database, limits, exit codes, formats and Python names.

    python docs/generate.py            write the pages
    python docs/generate.py --check    say which pages are out of date, exit code 1 if any is

A test runs the check, so the reference cannot fall behind.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from pipelines.archive import catalogue
from pipelines.cli import SECTIONS, exits
from pipelines.cli.options import ExampleCommand
from pipelines.crawl import values
from pipelines.datasets.formats import FORMATS
from pipelines.datasets.records import EXPORT_KEYS
from scraper import limits
from scraper.resources import data_path

FOLDER = Path(__file__).resolve().parent / "reference"
_MADE = "<!-- Made by docs/generate.py; edit the code, then run make docs. -->\n"


def commands() -> str:
    """Return the page of the commands, from their help."""
    parts = ["# Commands", "`backfile COMMAND --help` prints the same."]
    for title, entries in SECTIONS:
        parts.append(f"## {title}")
        for entry in entries:
            parts.extend(_command(entry.name, entry.load()))
    parts.append("## Environment")
    parts.append(
        "| variable | meaning |\n| --- | --- |\n"
        "| `BACKFILE_DB` | The archive's file, unless `--db` names one. |\n"
        "| `BACKFILE_DEBUG` | `1` prints the traceback before an error's one line. |\n"
        "| `NO_COLOR` | Any value: no bold, dim or coloured text. |\n"
        "| `COLUMNS` | Width of the text in characters; by default the terminal's, at most 100. |"
    )
    return "\n\n".join(parts)


def _command(name: str, command: click.Command) -> Iterator[str]:
    arguments = " ".join(
        p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)
    )
    yield f"### `backfile {name}{' ' + arguments if arguments else ''}`"
    yield inspect.cleandoc(command.help or "")
    rows = []
    for option in command.params:
        if isinstance(option, click.Option):
            record = option.get_help_record(click.Context(command))
            assert record is not None
            rows.append(f"| `{_cell(record[0])}` | {_cell(option.help or '')} | {_default(option)} |")
    yield "| option | | default |\n| --- | --- | --- |\n" + "\n".join(rows)
    assert isinstance(command, ExampleCommand)
    yield "```sh\n" + "\n".join(command.examples) + "\n```"
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from (
                "#" + part if part.startswith("### ") else part for part in _command(f"{name} {below.name}", below)
            )


def _default(option: click.Option) -> str:
    """Return an option's default in words, "" for none."""
    if isinstance(option.show_default, str):
        return option.show_default
    if option.is_flag or option.default is None or not isinstance(option.default, str | int | float | Path):
        return ""
    variable = f", or `{option.envvar}`" if option.envvar else ""
    return f"`{option.default}`{variable}"


def record() -> str:
    """Return the page of the record's keys, from the JSON Schema."""
    schema = json.loads(data_path("schemas", "record.schema.json").read_text(encoding="utf-8"))
    rows = []
    for key in EXPORT_KEYS:
        rule = schema["properties"][key]
        rows.append(f"| `{key}` | {_kind(rule)} | {_cell(rule.get('description', ''))} |")
        for inner, inner_rule in rule.get("items", {}).get("properties", {}).items():
            kind = _kind(inner_rule)
            rows.append(f"| `{key}[].{inner}` | {kind} | {_cell(inner_rule.get('description', ''))} |")
    return "\n\n".join(
        (
            "# The record",
            "The same keys everywhere: `extract(…).to_dict()`, `backfile article`, `backfile show --json` and every "
            "export. `id`, `fetched_at`, `revision` and `extractor` belong to the archive and are missing before that. "
            "`null` means: not found. The JSON Schema (2020-12) is `data/schemas/record.schema.json`.",
            "| key | type | |\n| --- | --- | --- |\n" + "\n".join(rows),
            f"Dates: {schema['$defs']['date']['description']}",
        )
    )


def _kind(rule: dict[str, Any]) -> str:
    if "$ref" in rule:
        name = rule["$ref"].rsplit("/", 1)[-1]
        return {"address": "address or null", "words": "text or null", "date": "date or null"}[name]
    if "enum" in rule:
        return " or ".join(json.dumps(value) for value in rule["enum"])
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    names = {"string": "text", "integer": "number", "array": "list", "null": "null", "object": "object"}
    return " or ".join(names[kind] for kind in kinds)


def formats() -> str:
    """Return the page of the export formats."""
    rows = [
        f"| `{name}` | {', '.join(f'`{suffix}`' for suffix in form.suffixes) or 'a folder'} | {form.sentence} |"
        for name, form in FORMATS.items()
    ]
    return "# Export formats\n\n| format | name of OUT | |\n| --- | --- | --- |\n" + "\n".join(rows)


def database() -> str:
    """Return the page of the database's tables and views, from the catalogue."""
    parts = [
        "# The database",
        "An archive is one SQLite file that any SQLite tool opens; the raw pages are in a second one beside it. "
        "Moments are ISO 8601 text in UTC with milliseconds, so that text order is time order.",
    ]
    for table in catalogue.TABLES:
        parts.append(f"## `{table.name}`")
        parts.append(table.description)
        rows = [f"| `{name}` | {_cell(meaning)} |" for name, meaning in table.columns.items()]
        if rows:
            parts.append("| column | |\n| --- | --- |\n" + "\n".join(rows))
    return "\n\n".join(parts)


def bounds() -> str:
    """Return the page of every limit, from the fields' own docstrings."""
    parts = [
        "# Limits",
        "Pages, feeds and servers are not trusted: each thing that could be endless has a bound. A bound that bites is "
        "named in the run's report. Sizes of single documents, compressed and decoded:",
        _sizes(),
    ]
    for title, module, kind in (
        ("One crawl", values, values.CrawlLimits),
        ("One request: deadlines, in seconds", limits, limits.Timeouts),
        ("One answer", limits, limits.Limits),
    ):
        parts.append(f"## {title}")
        docs = _field_docs(module, kind.__name__)
        rows = [
            f"| `{field.name}` | {_number(getattr(kind(), field.name))} | {_cell(docs.get(field.name, ''))} |"
            for field in dataclasses.fields(kind)
            if isinstance(getattr(kind(), field.name), int | float)
        ]
        parts.append("| limit | default | |\n| --- | ---: | --- |\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _sizes() -> str:
    rows = [
        f"| {kind} | {size.compressed_bytes // 1024:,} KiB | {size.decoded_bytes // 1024:,} KiB "
        f"| {'cut' if size.cut else 'refused'} |"
        for kind, size in limits.Limits().sizes.items()
    ]
    return "| document | on the wire | decoded | longer ones are |\n| --- | ---: | ---: | --- |\n" + "\n".join(rows)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def exit_codes() -> str:
    """Return the page of the exit codes."""
    rows = [f"| {code} | {meaning} |" for code, meaning in exits.MEANINGS.items()]
    return (
        "# Exit codes\n\nA command that fails prints one line on standard error, perhaps with a `hint:` below it, and "
        "never a traceback.\n\n| code | meaning |\n| ---: | --- |\n" + "\n".join(rows)
    )


def python() -> str:
    """Return the page of the public Python names, from their docstrings."""
    parts = ["# Python", "Everything public is listed here; every other name may change."]
    for package in ("scraper", "pipelines"):
        parts.append(f"## `{package}`")
        module = importlib.import_module(package)
        for name in module.__all__:
            parts.extend(_python_name(package, name, getattr(module, name)))
    return "\n\n".join(parts)


def _python_name(package: str, name: str, value: Any) -> Iterator[str]:
    yield f"### `{package}.{name}`"
    if callable(value) and not dataclasses.is_dataclass(value):
        yield f"```python\n{name}{_signature(value)}\n```"
    yield _docstring(value)
    if inspect.isclass(value) and not issubclass(value, BaseException):
        rows = [f"| `{member}` | {_cell(text)} |" for member, text in _members(value)]
        if rows:
            yield "| | |\n| --- | --- |\n" + "\n".join(rows)


def _docstring(value: Any) -> str:
    """Return a docstring as Markdown: what is to be typed and what it prints in a fence, the rest as it stands."""
    paragraphs = []
    for paragraph in inspect.cleandoc(inspect.getdoc(value) or "").replace("``", "`").split("\n\n"):
        is_example = paragraph.startswith((">>>", "    "))
        paragraphs.append(f"```python\n{inspect.cleandoc(paragraph)}\n```" if is_example else paragraph)
    return "\n\n".join(paragraphs)


def _members(kind: type) -> Iterator[tuple[str, str]]:
    """Yield (name or call, meaning) of a class's fields, properties and methods, in order."""
    docs = _field_docs(importlib.import_module(kind.__module__), kind.__name__)
    names = [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []
    yield from ((name, docs.get(name, "")) for name in names)
    for name, member in vars(kind).items():
        function = getattr(member, "__func__", member)
        doc = inspect.getdoc(member)
        is_public = not name.startswith("_") and name not in names
        if doc and is_public and (inspect.isfunction(function) or isinstance(member, property)):
            call = _signature(function) if inspect.isfunction(function) else ""
            yield name + call, doc.split("\n\n")[0]


def _signature(value: Any) -> str:
    """Return a call's signature; a default that is no plain value is written as an ellipsis."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    parts = []
    for parameter in signature.parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        default = parameter.default
        if default is not parameter.empty and not isinstance(default, str | int | float | None):
            parameter = parameter.replace(default=...)
        parts.append(parameter)
    returns = signature.return_annotation
    text = str(inspect.Signature(parts, return_annotation=inspect.Signature.empty)).replace("Ellipsis", "…")
    for annotation in (p.annotation for p in parts):
        if isinstance(annotation, str):
            text = text.replace(repr(annotation), annotation)
    return text if returns in (inspect.Signature.empty, "None", None) else f"{text} -> {returns}"


def _field_docs(module: ModuleType, name: str) -> dict[str, str]:
    """Return the string that stands below each field of a class, by field; a field without one is not there."""
    tree = ast.parse(inspect.getsource(module))
    body = next((node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name), [])
    docs = {}
    for field, after in pairwise(body):
        is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            docs[field.target.id] = " ".join(str(after.value.value).split())
    return docs


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("``", "`")


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "record.md": record,
    "formats.md": formats,
    "database.md": database,
    "limits.md": bounds,
    "exit-codes.md": exit_codes,
    "python.md": python,
}
"""File name → the function that makes the page."""


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    return {name: f"{_MADE}\n{make().rstrip()}\n" for name, make in PAGES.items()}


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    if arguments == ["--check"]:
        old = [name for name, text in made.items() if _standing(FOLDER / name) != text]
        for name in old:
            sys.stderr.write(f"docs/reference/{name} is out of date; run: make docs\n")
        return 1 if old else 0
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def _standing(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
