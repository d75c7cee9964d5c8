"""Calling the command line as a process would, without the cost of one: arguments in, exit code and streams out."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipelines.cli import main


@dataclass(frozen=True)
class Call:
    """What one command line came to."""

    code: int
    out: str
    err: str


class Caller:
    """Calls ``main`` and reads what pytest captured."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: object) -> Call:
        self._capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = self._capfd.readouterr()
        return Call(code, out, err)
