"""Worker processes of this machine. One that dies or freezes costs its piece of work one attempt and nothing else.

Considered instead: ``concurrent.futures.ProcessPoolExecutor``, which gives up everything it holds when one process
dies. A worker is started afresh (``spawn``), so it shares no lock, socket or database with the process that asks, and
it ends by itself when that process is gone.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from pipelines.engine import ATTEMPTS, SILENCE_S, Done

_BEAT_S = 5.0
_FAREWELL_S = 1.0


@dataclass(slots=True)
class _Work:
    ticket: int
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    attempts: int = 0


class _Worker:
    """One process, doing one piece of work at a time."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.work: _Work | None = None
        self.heard = time.monotonic()

    def begin(self, work: _Work) -> None:
        work.attempts += 1
        self.work = work
        self.heard = time.monotonic()
        with suppress(OSError):  # dead already: its end is noticed by waiting for it
            self.pipe.send((work.function, work.arguments))

    def end(self) -> None:
        self.pipe.close()
        self.process.join(0 if self.work else _FAREWELL_S)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


class LocalEngine:
    """Up to *workers* processes of this machine; None means one per usable core."""

    def __init__(self, workers: int | None = None, *, silence_s: float = SILENCE_S) -> None:
        self.count = workers or len(os.sched_getaffinity(0))
        """Most processes at once."""
        self._silence_s = silence_s
        self._queue: deque[_Work] = deque()
        self._workers: list[_Worker] = []
        self._tickets = 0

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> int:
        """Hand in a piece of work and return its ticket."""
        self._tickets += 1
        self._queue.append(_Work(self._tickets, function, arguments))
        self._fill()
        return self._tickets

    def as_completed(self) -> Iterator[Done]:
        """Yield each piece of work as it ends, until none is left."""
        while True:
            self._fill()
            busy = [worker for worker in self._workers if worker.work is not None]
            if not busy:
                return
            ready = wait([worker.pipe for worker in busy], timeout=min(_BEAT_S, self._silence_s))
            for worker in busy:
                if worker.pipe in ready:
                    yield from self._heard(worker)
                elif time.monotonic() - worker.heard > self._silence_s:
                    yield from self._lost(worker, f"its worker gave no sign of life for {self._silence_s:g} seconds")

    def cancel(self, ticket: int) -> None:
        """Give up a piece of work; a worker that is at it is ended."""
        self._queue = deque(work for work in self._queue if work.ticket != ticket)
        for worker in [each for each in self._workers if each.work is not None and each.work.ticket == ticket]:
            self._workers.remove(worker)
            worker.end()

    def close(self) -> None:
        """End all workers; what has not been done is left."""
        self._queue.clear()
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def running(self) -> list[int]:
        """Return the process numbers of the workers."""
        return [worker.process.pid for worker in self._workers if worker.process.pid is not None]

    def _fill(self) -> None:
        """Give work to idle workers, and start workers while there is more work than of them."""
        for worker in self._workers:
            if self._queue and worker.work is None:
                worker.begin(self._queue.popleft())
        while self._queue and len(self._workers) < self.count:
            worker = _Worker()
            self._workers.append(worker)
            worker.begin(self._queue.popleft())

    def _heard(self, worker: _Worker) -> Iterator[Done]:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._lost(worker, "its worker died")
            return
        worker.heard = time.monotonic()
        if message is not None and worker.work is not None:
            value, error = message
            ticket, worker.work = worker.work.ticket, None
            yield Done(ticket, value, error)

    def _lost(self, worker: _Worker, reason: str) -> Iterator[Done]:
        """Take a worker away; its work goes to another one, or is given up."""
        work = worker.work
        if worker in self._workers:
            self._workers.remove(worker)
        worker.end()
        if work is None:
            return
        if work.attempts < ATTEMPTS:
            self._queue.appendleft(work)
        else:
            yield Done(work.ticket, error=f"{reason}, {ATTEMPTS} times")


def serve(pipe: Connection) -> None:
    """Be a worker: do what comes through *pipe*, one after the other, until it closes.

    ``None`` goes back every few seconds as the sign of life, ``(value, error)`` when work is done.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle; it closes our pipe
    lock = threading.Lock()

    def beat() -> None:
        with suppress(OSError):
            while True:
                time.sleep(_BEAT_S)
                with lock:
                    pipe.send(None)

    threading.Thread(target=beat, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            function, arguments = pipe.recv()
            answer = _answer(function, arguments)
            with lock:
                pipe.send(answer)


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, str | None]:
    try:
        return function(*arguments), None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
