"""Every command tells what it does, in one sentence, with an example and a word on each option."""

from __future__ import annotations

import inspect
import shlex

import click
import pytest

from pipelines.cli import COMMANDS, SECTIONS, cli
from pipelines.cli.options import ExampleCommand
from tests.cli.calls import Caller

commands = pytest.mark.parametrize("name", COMMANDS)


@commands
def test_the_sentence_in_the_list_is_the_first_of_the_help(name: str) -> None:
    entry = COMMANDS[name]
    first = inspect.cleandoc(entry.load().help or "").split("\n\n")[0].replace("\n", " ")
    assert first == entry.sentence
    assert first.endswith(".")
    assert len(first) <= 80


@commands
def test_there_are_examples_and_each_is_a_command_line_that_parses(name: str) -> None:
    command = COMMANDS[name].load()
    assert isinstance(command, ExampleCommand)
    assert command.examples
    for example in command.examples:
        ours = next(part for part in example.split("|") if "backfile" in part).split("&&")[0].split(">")[0]
        words = shlex.split(ours)
        assert words[:2] == ["backfile", name]
        arguments = [word for word in words[2:] if not word.startswith("$")]
        if name != "import":  # its paths have to exist
            command.make_context(name, arguments, resilient_parsing=False)


@commands
def test_every_option_says_what_it_is_for(name: str) -> None:
    for param in COMMANDS[name].load().params:
        if isinstance(param, click.Option):
            assert param.help, param.name
            assert param.help.endswith("."), param.name
        else:
            assert param.metavar, param.name


@commands
def test_options_of_one_name_are_the_same_everywhere(name: str) -> None:
    mine = {param.opts[0]: param.help for param in COMMANDS[name].load().params if isinstance(param, click.Option)}
    for other in COMMANDS:
        for param in COMMANDS[other].load().params:
            shared = isinstance(param, click.Option) and param.opts[0] in mine and param.opts[0] in ALIKE
            if shared and other != "demo" and name != "demo":
                assert param.help == mine[param.opts[0]], (name, other)


ALIKE = ("--db", "--proxy", "--site", "--author", "--tag", "--since", "--until", "--quiet")


@commands
def test_help_goes_to_standard_output(name: str, call: Caller) -> None:
    done = call(name, "--help")
    assert done.code == 0
    assert done.err == ""
    assert COMMANDS[name].sentence.split(".")[0].split(",")[0] in done.out
    assert "Examples:" in done.out
    assert max(map(len, done.out.splitlines())) <= 110


def test_the_overview_lists_every_command_in_its_section(call: Caller) -> None:
    done = call("--help")
    assert done.code == 0
    position = 0
    for title, entries in SECTIONS:
        position = done.out.index(f"\n{title}:", position)
        for entry in entries:
            position = done.out.index(f"\n  {entry.name}", position)


def test_without_a_command_the_overview_is_a_usage_error(call: Caller) -> None:
    done = call()
    assert (done.code, done.out) == (2, "")
    assert "Collect:" in done.err


def test_version(call: Caller) -> None:
    done = call("--version")
    assert done.code == 0
    assert done.out.startswith("backfile 0.")


def test_every_command_is_found_by_its_name() -> None:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
