"""Where work is done: one interface of four methods, two engines behind it.

    submit(function, *arguments) → ticket      as_completed() → Done, one by one
    cancel(ticket)                             close()

The ``local`` engine runs worker processes on this machine; the ``dask`` engine hands the same work to Dask
``distributed``, which may span many. No state lives in an engine: what is finished is on disk before its ``Done``
arrives, so any engine, scheduler or driver may die and the same command goes on. Work is a function of a module and
arguments that can be pickled, and must be safe to do twice: a worker that is only thought dead may finish late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from scraper.errors import BackfileError

ENGINES = ("local", "dask")
"""The engines by name."""
ATTEMPTS = 3
"""Workers that one piece of work may cost before it is given up."""
SILENCE_S = 60.0
"""Seconds without a sign of life after which a worker is taken for frozen, ended, and its work given to another. Signs
come every few seconds, so twelve have been missed by then."""


@dataclass(frozen=True, slots=True)
class Done:
    """One piece of work that has come to its end."""

    ticket: int
    value: Any = None
    """What the function returned; None when it failed."""
    error: str | None = None
    """Why there is no value, one sentence; None when there is one."""


class EngineLost(BackfileError):
    """The engine itself is gone: its scheduler died or cannot be reached. What was finished is on disk."""


class Engine(Protocol):
    """Does pieces of work somewhere else. A context manager, too."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> int:
        """Hand in a piece of work and return its ticket. Raises EngineLost."""
        ...

    def as_completed(self) -> Iterator[Done]:
        """Yield each piece of work as it ends, until none is left; more may be submitted meanwhile.

        Raises EngineLost.
        """
        ...

    def cancel(self, ticket: int) -> None:
        """Give up a piece of work; what runs is ended where it can be. Its ``Done`` never comes."""
        ...

    def close(self) -> None:
        """End the workers that this engine started."""
        ...

    def __enter__(self) -> Engine: ...

    def __exit__(self, *_: object) -> None: ...


def open_engine(name: str = "local", *, workers: int | None = None, scheduler: str | None = None) -> Engine:
    """Return the engine *name* with so many *workers*; None means one per usable core.

    *scheduler* is the address of a running Dask scheduler (``tcp://host:port``); without it the dask engine starts one
    here, on the loopback address. Raises EngineLost when it cannot be reached, ValueError for an unknown name.
    """
    if name == "local":
        from pipelines.engine.local import LocalEngine

        return LocalEngine(workers)
    if name == "dask":
        from pipelines.engine.dask import DaskEngine

        return DaskEngine(workers, scheduler)
    raise ValueError(f"expected an engine of {', '.join(ENGINES)}, not {name!r}")
