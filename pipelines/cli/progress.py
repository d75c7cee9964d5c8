"""What a person sees while a crawl runs: one live line on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pipelines.cli import console

if TYPE_CHECKING:
    from pipelines.crawl import Progress

PLAIN_INTERVAL_S = 5.0
"""Seconds between two lines where nobody watches a screen: a log should not drown in them."""
_REFRESH_PER_S = 8
_BAR_CELLS = 24
_HOST_CELLS = 30


class Silence:
    """Shows nothing: ``--quiet``."""

    def __enter__(self) -> Silence:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def report(self, progress: Progress) -> None:
        """Show nothing of *progress*."""


class PlainLines:
    """Writes a line to standard error every PLAIN_INTERVAL_S seconds of the crawl."""

    def __init__(self) -> None:
        self._next_s = PLAIN_INTERVAL_S

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def report(self, progress: Progress) -> None:
        """Write a line when the last one is long enough ago."""
        if progress.elapsed_s >= self._next_s:
            self._next_s = progress.elapsed_s + PLAIN_INTERVAL_S
            console.note(f"{console.duration(progress.elapsed_s)}: {state_of(progress)}")


class LiveLine:
    """Keeps one line of a terminal up to date, with a bar and the time left when the total is known."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Display

        self._display = Display(
            SpinnerColumn(),
            BarColumn(bar_width=_BAR_CELLS),
            TextColumn("{task.description}", markup=False),
            console=Console(file=sys.stderr),
            refresh_per_second=_REFRESH_PER_S,
            transient=True,
        )
        self._task: Any = None

    def __enter__(self) -> LiveLine:
        self._display.start()
        self._task = self._display.add_task("starting", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.stop()

    def report(self, progress: Progress) -> None:
        """Update the line."""
        self._display.update(
            self._task, completed=progress.done, total=progress.expected_total, description=state_of(progress)
        )


class Tally:
    """Counts on one line of a terminal while something is written; silent where nobody watches."""

    INTERVAL = 500
    """Things between two updates of the line."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._shown = False

    def __enter__(self) -> Tally:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, count: int) -> None:
        """Show *count*, the number of things so far."""
        if count % self.INTERVAL == 0 and console.is_terminal(sys.stderr):
            self._shown = True
            sys.stderr.write(f"\r{console.counted(count, self._noun)} …")
            sys.stderr.flush()


def display(*, quiet: bool) -> Silence | PlainLines | LiveLine:
    """Return the display that suits where standard error goes, as a context manager with ``report(progress)``."""
    if quiet:
        return Silence()
    return LiveLine() if console.is_terminal(sys.stderr) else PlainLines()


def state_of(progress: Progress) -> str:
    """Return a crawl's state on one line: counts, pages per second, host, and the time left where it can be known."""
    parts = [
        f"{progress.done:,} done",
        f"{progress.queued:,} queued",
        f"{progress.failed:,} failed",
        console.counted(progress.articles, "article"),
        f"{progress.rate_per_s:.1f}/s",
    ]
    left_s = seconds_left(progress)
    if left_s is not None:
        parts.append(f"{console.duration(left_s)} left")
    if progress.host:  # at the end, which a narrow window cuts off
        parts.append(console.cut(console.line_of(progress.host), _HOST_CELLS))
    return " · ".join(parts)


def seconds_left(progress: Progress) -> float | None:
    """Return the seconds the crawl still needs at its present rate, None when the total or the rate is not known."""
    if not progress.expected_total or progress.rate_per_s <= 0:
        return None
    return max(0, progress.expected_total - progress.done) / progress.rate_per_s
