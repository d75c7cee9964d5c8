"""Dask ``distributed``: the same work on the workers of a cluster, or of this machine. Needs ``backfile[dask]``.

A worker that dies is Dask's to replace; work that costs more than ATTEMPTS workers comes back as failed. Everything
that this module starts listens on the loopback address only; a cluster of many machines is started by whoever owns it,
and given as the address of its scheduler.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from typing import Any

from pipelines.engine import ATTEMPTS, SILENCE_S, Done, EngineLost

_CONNECT_S = 10
_LOOK_S = 2.0  # between two looks at whether the scheduler is still there
_LOGGERS = ("distributed", "tornado")
_SETTINGS = {
    "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
    # a frozen worker is taken for dead, and its work given to another
    "distributed.scheduler.worker-ttl": f"{SILENCE_S:g} s",
    "distributed.comm.timeouts.connect": f"{_CONNECT_S} s",
    "distributed.worker.daemon": False,  # a piece of work may start processes of its own
    "distributed.worker.use-file-locking": False,
    "distributed.admin.tick.limit": "60 s",
}


class DaskEngine:
    """The workers of the Dask *scheduler*, or *workers* processes of this machine when it is None."""

    def __init__(self, workers: int | None = None, scheduler: str | None = None) -> None:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ModuleNotFoundError as error:
            raise EngineLost("the dask engine needs distributed", hint="pip install 'backfile[dask]'") from error
        # What goes wrong there comes back as a Done or an EngineLost; the logs would only repeat it, with tracebacks.
        for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] in _LOGGERS]:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._tickets = 0
        self._futures: dict[int, Any] = {}
        self._ended: Queue[int] = Queue()
        self._cluster: Any = None
        with dask.config.set(_SETTINGS):
            try:
                if scheduler is None:
                    self._cluster = LocalCluster(
                        n_workers=workers or len(os.sched_getaffinity(0)),
                        threads_per_worker=1,
                        processes=True,
                        host="127.0.0.1",
                        dashboard_address="127.0.0.1:0",
                        worker_dashboard_address="127.0.0.1:0",
                    )
                self._client = Client(self._cluster or scheduler, timeout=_CONNECT_S, set_as_default=False)
            except (OSError, TimeoutError, ValueError, RuntimeError) as error:
                self._close_cluster()
                raise EngineLost(
                    f"no Dask scheduler answers at {scheduler or '127.0.0.1'}: {error}",
                    hint="start one with: dask scheduler --host 127.0.0.1",
                ) from error

    def __enter__(self) -> DaskEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> int:
        """Hand in a piece of work and return its ticket. Raises EngineLost."""
        self._tickets += 1
        ticket = self._tickets
        try:
            future = self._client.submit(function, *arguments, pure=False)
        except (OSError, RuntimeError, ValueError) as error:
            raise self._lost(error) from error
        self._futures[ticket] = future
        future.add_done_callback(lambda _: self._ended.put(ticket))
        return ticket

    def as_completed(self) -> Iterator[Done]:
        """Yield each piece of work as it ends, until none is left. Raises EngineLost."""
        while self._futures:
            try:
                ticket = self._ended.get(timeout=_LOOK_S)
            except Empty:
                if self._client.status != "running":
                    raise self._lost(None) from None
                continue
            future = self._futures.pop(ticket, None)
            if future is not None:
                yield self._done(ticket, future)

    def _done(self, ticket: int, future: Any) -> Done:
        from distributed import KilledWorker

        if future.status in ("cancelled", "lost"):
            raise self._lost(None)
        error = future.exception(timeout=_CONNECT_S)
        if isinstance(error, KilledWorker):
            return Done(ticket, error=f"its worker died, {ATTEMPTS} times")
        if error is not None:
            return Done(ticket, error=f"{type(error).__name__}: {error}")
        return Done(ticket, future.result(timeout=_CONNECT_S))

    def cancel(self, ticket: int) -> None:
        """Give up a piece of work. One that runs already goes on to its end, unheard: Dask cannot stop it."""
        future = self._futures.pop(ticket, None)
        if future is not None:
            future.cancel(force=True)

    def close(self) -> None:
        """Let go of the scheduler, and end what this engine started."""
        self._client.close(timeout=_CONNECT_S)
        self._close_cluster()

    def running(self) -> list[int]:
        """Return the process numbers of the workers that answer now."""
        return list(self._client.run(os.getpid).values())

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.close(timeout=_CONNECT_S)

    def _lost(self, error: BaseException | None) -> EngineLost:
        reason = f": {error}" if error is not None and str(error) else ""
        return EngineLost(
            f"the Dask scheduler is gone{reason}", hint="what was finished is kept; run the same command again"
        )
