"""Every fault beside ten healthy posts, through the real command line.

The quick ones share one run: eighty blogs at once, each with its own fault. Marked exhaustive: every fault in a run of
its own, with its own memory, time, exit code and verified archive. ``python -m tests.hostile`` prints that as a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.archive import Archive
from tests.hostile.faults import FAULTS
from tests.hostile.matrix import MOST_MIB, MOST_S, Run, alone, crawl, judge, set_up
from tests.hostile.server import HostileServer
from tests.hostile.values import Fault

MOST_MIB_TOGETHER = 3 * MOST_MIB
"""Memory for eighty hostile blogs at the same time, a dozen of them with bombs."""
QUICK = [fault for fault in FAULTS if fault.quick and fault.crawls == 1]


@dataclass
class Together:
    """The run that all quick faults share."""

    server: HostileServer
    idle_mib: float
    run: Run
    archive: Archive


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    folder = tmp_path_factory.mktemp("hostile")
    with HostileServer(["healthy", *(fault.name for fault in QUICK)]) as server:
        healthy = server.places["healthy"]
        set_up(healthy, None)
        idle = crawl(folder / "healthy.db", [healthy.url + "/"])
        assert (idle.code, idle.report["articles"]) == (0, 10), idle.problems
        for fault in QUICK:
            set_up(server.places[fault.name], fault)
        run = crawl(folder / "all.db", [server.places[fault.name].url + "/" for fault in QUICK])
        with Archive(folder / "all.db", readonly=True) as archive:
            yield Together(server, idle.peak_mib, run, archive)


def test_the_catalogue_is_large_and_its_names_are_its_own() -> None:
    assert len(FAULTS) >= 300
    assert [name for name, times in Counter(fault.name for fault in FAULTS).items() if times > 1] == []


def test_ten_posts_beside_each(together: Together) -> None:
    """One test, so that test processes do not each crawl eighty blogs."""
    outcomes = [judge(fault, together.server.places[fault.name], together.archive, together.run) for fault in QUICK]
    assert {one.fault.name: one.complaints for one in outcomes if one.complaints} == {}
    assert together.server.trap.connections == 0, "somebody was led to a forbidden address"
    assert (together.run.code, together.run.report["status"]) == (3, "partial")
    assert together.archive.verify() == ()
    assert together.run.peak_mib - together.idle_mib < MOST_MIB_TOGETHER
    assert together.run.seconds < 3 * MOST_S


def test_what_shows_only_when_the_same_command_runs_again(tmp_path: Path) -> None:
    chosen = [fault for fault in FAULTS if fault.quick and fault.crawls > 1]
    assert len(chosen) >= 2
    with HostileServer(fault.name for fault in chosen) as server:
        for fault in chosen:
            set_up(server.places[fault.name], fault)
        for _ in range(2):
            run = crawl(tmp_path / "all.db", [server.places[fault.name].url + "/" for fault in chosen])
        with Archive(tmp_path / "all.db", readonly=True) as archive:
            outcomes = [judge(fault, server.places[fault.name], archive, run) for fault in chosen]
    assert {one.fault.name: one.complaints for one in outcomes if one.complaints} == {}


@pytest.mark.exhaustive
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_alone(fault: Fault, tmp_path: Path) -> None:
    with HostileServer(["healthy", fault.name]) as server:
        set_up(server.places["healthy"], None)
        idle = crawl(tmp_path / "healthy.db", [server.places["healthy"].url + "/"])
        outcome = alone(fault, server, tmp_path / "fault.db", idle.peak_mib)
    assert outcome.complaints == []
