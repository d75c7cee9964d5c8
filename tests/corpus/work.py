"""Pieces of work for the engines: functions of a module, so that a worker process can find them."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def fail(number: int) -> int:
    raise ValueError(f"{number} is no good")


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def freeze_once(mark: str, number: int) -> int:
    """Stop this process for good, the first time; the next one to try gets through."""
    return _once(mark, number, signal.SIGSTOP)


def die_once(mark: str, number: int) -> int:
    return _once(mark, number, signal.SIGKILL)


def _once(mark: str, number: int, how: signal.Signals) -> int:
    try:
        Path(mark).touch(exist_ok=False)
    except FileExistsError:
        return 2 * number
    os.kill(os.getpid(), how)
    return -1
