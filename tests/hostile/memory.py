"""How much memory a process and its children take, from outside (Linux: /proc)."""

from __future__ import annotations

import threading
from pathlib import Path

_KIB = 1024


def tree(pid: int) -> list[int]:
    """Return *pid* and the processes below it that live now."""
    found = [pid]
    for parent in found:
        for task in _numbers(Path(f"/proc/{parent}/task")):
            found += [int(child) for child in _words(Path(f"/proc/{parent}/task/{task}/children"))]
    return found


def peaks_mib(pid: int) -> dict[int, float]:
    """Return the highest resident memory so far of each process of the tree, in MiB."""
    found = {}
    for one in tree(pid):
        for line in _text(Path(f"/proc/{one}/status")).splitlines():
            if line.startswith("VmHWM:"):
                found[one] = int(line.split()[1]) / _KIB
    return found


class Watch:
    """Looks at a process tree a few times a second until it is left.

    ``peak_mib`` is the highest sum of the peaks of the processes that lived at the same time: at least what was in use
    at once, so nothing is missed between two looks.
    """

    EVERY_S = 0.05

    def __init__(self, pid: int) -> None:
        self.peak_mib = 0.0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(self.EVERY_S):
            self.peak_mib = max(self.peak_mib, sum(peaks_mib(self._pid).values()))


def _numbers(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended meanwhile
        return ""


def _words(path: Path) -> list[str]:
    return _text(path).split()
