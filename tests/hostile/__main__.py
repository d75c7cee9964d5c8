"""Run every fault alone and print what came of it.

python -m tests.hostile [NAME-OR-GROUP …] [--at-once N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.hostile.faults import FAULTS
from tests.hostile.matrix import Outcome, alone, crawl, set_up
from tests.hostile.server import HostileServer

_WIDTHS = (40, 10, 8, 8)


def main() -> int:
    """Print the table; the exit code is 1 when a fault does not pass its gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="faults or groups of faults; all when none is given")
    parser.add_argument("--at-once", type=int, default=2, help="crawls that run at the same time")
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if not options.names or {fault.name, fault.group} & set(options.names)]
    print(
        "fault".ljust(_WIDTHS[0]),
        "state".ljust(_WIDTHS[1]),
        "seconds".rjust(_WIDTHS[2]),
        "MiB".rjust(_WIDTHS[3]),
        " reason",
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        HostileServer(["healthy", *(fault.name for fault in chosen)]) as server,
    ):
        set_up(server.places["healthy"], None)
        idle = crawl(Path(folder) / "healthy.db", [server.places["healthy"].url + "/"])
        print(_row("(no fault)", "done", idle.seconds, 0.0, f"{idle.peak_mib:.0f} MiB in all processes"))

        def run(number: int) -> Outcome:
            fault = chosen[number]
            outcome = alone(fault, server, Path(folder) / f"{number}.db", idle.peak_mib)
            for path in Path(folder).glob(f"{number}.*"):
                path.unlink()
            return outcome

        with ThreadPoolExecutor(options.at_once) as pool:
            outcomes = list(_printed(pool.map(run, range(len(chosen)))))
        most_mib, longest_s = max(one.peak_mib for one in outcomes), max(one.seconds for one in outcomes)
        print(
            f"{len(outcomes)} faults, {sum(bool(one.complaints) for one in outcomes)} not passed; most memory "
            f"{most_mib:.0f} MiB, longest {longest_s:.1f} s; {server.trap.connections} connections to forbidden ones"
        )
    return int(any(one.complaints for one in outcomes))


def _printed(outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
    for one in outcomes:
        print(_row(one.fault.name, one.state, one.seconds, one.peak_mib, one.reason), flush=True)
        for complaint in one.complaints:
            print(f"    NOT PASSED: {complaint}", flush=True)
        yield one


def _row(name: str, state: str, seconds: float, mib: float, reason: str) -> str:
    return (f"{name:<{_WIDTHS[0]}} {state:<{_WIDTHS[1]}} {seconds:>{_WIDTHS[2]}.1f} {mib:>+{_WIDTHS[3]}.0f}  "
            f"{reason.replace(chr(10), ' ')[:110]}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
