"""Both engines: all work comes back once, whatever happens to the workers; what cannot be done says why."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.engine import ATTEMPTS, ENGINES, Engine, EngineLost, open_engine
from pipelines.engine.local import LocalEngine
from tests.corpus.work import die, die_once, double, fail, freeze_once

HAS_DASK = importlib.util.find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(not HAS_DASK, reason="Dask distributed is not installed")


@pytest.fixture(params=[pytest.param(name, marks=needs_dask if name == "dask" else ()) for name in ENGINES])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with open_engine(request.param, workers=2) as opened:
        yield opened


def test_all_work_comes_back_once(engine: Engine) -> None:
    tickets = {engine.submit(double, number): number for number in range(20)}
    done = list(engine.as_completed())
    assert sorted(end.ticket for end in done) == sorted(tickets)
    assert all(end.value == 2 * tickets[end.ticket] and end.error is None for end in done)
    assert list(engine.as_completed()) == []


def test_more_may_be_handed_in_meanwhile(engine: Engine) -> None:
    engine.submit(double, 1)
    values = []
    for end in engine.as_completed():
        values.append(end.value)
        if end.value < 16:
            engine.submit(double, end.value)
    assert values == [2, 4, 8, 16]


def test_an_error_is_told_and_costs_no_worker(engine: Engine) -> None:
    engine.submit(fail, 3)
    engine.submit(double, 4)
    ends = {end.ticket: (end.value, end.error) for end in engine.as_completed()}
    assert ends == {1: (None, "ValueError: 3 is no good"), 2: (8, None)}


def test_a_worker_that_dies_is_replaced_and_its_work_done(engine: Engine, tmp_path: Path) -> None:
    engine.submit(die_once, str(tmp_path / "mark"), 21)
    engine.submit(double, 1)
    assert sorted(end.value for end in engine.as_completed()) == [2, 42]


def test_work_that_kills_every_worker_is_given_up(engine: Engine) -> None:
    engine.submit(die, 0)
    bad = next(engine.as_completed())
    assert (bad.value, bad.error) == (None, f"its worker died, {ATTEMPTS} times")
    engine.submit(double, 7)
    assert [end.value for end in engine.as_completed()] == [14]


def test_what_is_cancelled_never_comes(engine: Engine) -> None:
    tickets = [engine.submit(double, number) for number in range(6)]
    engine.cancel(tickets[5])
    assert tickets[5] not in {end.ticket for end in engine.as_completed()}


def test_a_frozen_worker_is_replaced(tmp_path: Path) -> None:
    with LocalEngine(1, silence_s=4.0) as engine:
        engine.submit(freeze_once, str(tmp_path / "mark"), 5)
        assert [end.value for end in engine.as_completed()] == [10]


def test_workers_end_with_their_engine() -> None:
    with LocalEngine(2) as engine:
        for number in range(4):
            engine.submit(double, number)
        list(engine.as_completed())
        workers = engine.running()
        assert len(workers) == 2
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, signal.SIGCONT)


@needs_dask
def test_a_scheduler_that_is_not_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engine.dask._CONNECT_S", 1)
    with pytest.raises(EngineLost, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        open_engine("dask", scheduler="tcp://127.0.0.1:9")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an engine of local, dask"):
        open_engine("steam")
