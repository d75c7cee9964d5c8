"""CPU time of extraction beside trafilatura and the bare parser, page by page in turn, so that noise hits all alike.

A peer that is not installed (``uv sync --group bench``) is left out. Times are CPU milliseconds a page, from raw bytes
to a whole record.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module, metadata
from statistics import fmean, median

from scraper import extract
from tests.quality.pages import has, rows

PAGES = 150
"""Pages taken by default, evenly spread over the corpus."""
CORPUS = "wcxb"

Run = Callable[[bytes, str | None], object]


@dataclass
class Timed:
    """One system and its times in milliseconds."""

    name: str
    run: Run
    times: list[float] = field(default_factory=list)

    def once(self, raw: bytes, url: str | None) -> None:
        start = time.process_time()
        self.run(raw, url)
        self.times.append(1_000 * (time.process_time() - start))


def _backfile(raw: bytes, url: str | None) -> object:
    return extract(raw, url=url)


def _trafilatura() -> Run:
    bare_extraction = import_module("trafilatura").bare_extraction

    def run(raw: bytes, url: str | None) -> object:
        return bare_extraction(raw, url=url, include_comments=False, with_metadata=True)

    return run


def _parser() -> Run:
    parser = import_module("selectolax.lexbor").LexborHTMLParser
    return lambda raw, _: parser(raw).root


PEERS: dict[str, Callable[[], Run]] = {"trafilatura": _trafilatura, "selectolax": _parser}
"""Name of the distribution → its adapter. ``selectolax`` is the floor: parsing alone."""


def systems() -> list[Timed]:
    """Return ourselves and the peers that are installed."""
    found = [Timed("backfile", _backfile)]
    for name, adapter in PEERS.items():
        try:
            found.append(Timed(f"{name} {metadata.version(name)}", adapter()))
        except ModuleNotFoundError:  # metadata.PackageNotFoundError is one
            continue
    return found


def measure(limit: int = PAGES) -> list[Timed]:
    """Return the systems with their times; each page's first run warms up and does not count for the first page."""
    pages = list(rows(CORPUS))
    pages = pages[:: max(1, len(pages) // limit)][:limit]
    timed = systems()
    for number, (_, raw, url, _) in enumerate(pages):
        for system in timed[number % len(timed) :] + timed[: number % len(timed)]:
            if number == 0:
                system.run(raw, url)
            system.once(raw, url)
    return timed


def report(timed: list[Timed]) -> str:
    """Return the table of times and of their ratios to the slowest peer's."""
    base = next((system for system in timed if system.name.startswith("trafilatura")), None)
    lines = [f"{'system':<24}{'mean ms':>9}{'median':>9}{'slowest':>9}{'beside trafilatura':>20}"]
    for system in sorted(timed, key=lambda system: fmean(system.times)):
        ratio = f"1/{sum(base.times) / sum(system.times):.1f}" if base else "-"
        mean, middle, worst = fmean(system.times), median(system.times), max(system.times)
        lines.append(f"{system.name:<24}{mean:>9.2f}{middle:>9.2f}{worst:>9.1f}{ratio:>20}")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or say that there is nothing to measure on."""
    if not has(CORPUS):
        print("extraction: the shared corpora are not beside this checkout")
        return
    print(report(measure()))
