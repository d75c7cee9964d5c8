"""What a run has to tell: the summary after it, and the exit code that goes with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli import console, exits

if TYPE_CHECKING:
    from pipelines.crawl import LimitHit, RunReport
    from pipelines.datasets.importing import ImportReport

PROBLEMS_SHOWN = 5
"""Problems a summary lists; more of them would hide the summary. ``backfile runs ID`` has all that were kept."""

_EXIT_CODES = {"done": exits.DONE, "partial": exits.PARTIAL, "failed": exits.NOTHING, "interrupted": exits.PARTIAL}


def exit_code_of(report: RunReport) -> int:
    """Return the exit code of a run: done, done in part, or nothing succeeded."""
    return _EXIT_CODES.get(report.status, exits.ERROR)


def run_summary(report: RunReport, db: Path) -> str:
    """Return what a run did, in a few lines: the counts, what went wrong, how to go on."""
    counts = [
        console.counted(report.new, "new article"),
        f"{report.changed:,} changed",
        f"{report.unchanged:,} unchanged",
        *(f"{count:,} {word}" for word, count in _exceptions(report) if count),
    ]
    cost = (
        f"{console.counted(report.requests, 'request')}, {console.size(report.bytes)}, "
        f"{console.duration(report.elapsed_s)}"
    )
    opening = "stopped early: " if report.status == "interrupted" else ""
    lines = [f"{opening}{', '.join(counts)} ({cost})", *_troubles(report)]
    lines.append(f"{db} now holds {console.counted(report.articles, 'article')} of {_sites(report)}")
    if report.resume:
        lines.append(console.line_of(report.resume))
    return "\n".join(lines)


def _exceptions(report: RunReport) -> tuple[tuple[str, int], ...]:
    return (
        ("gone", report.gone),
        ("duplicates", report.duplicates),
        ("failed", report.failed),
        ("put off", report.postponed),
        ("quarantined", report.quarantined),
    )


def _sites(report: RunReport) -> str:
    if len(report.sites) == 1:
        return console.line_of(report.sites[0].site)
    return console.counted(len(report.sites), "site")


def site_problems(report: RunReport) -> list[str]:
    """Return one line for each site of which nothing came."""
    return [_led(site.start, site.problem) for site in report.sites if site.problem]


def why_nothing(report: RunReport) -> str:
    """Return, on one line, why no start gave a page."""
    return "; ".join(site_problems(report)) or "nothing could be had"


def _led(address: str, problem: str) -> str:
    """Return a problem as one line that begins with the address it is about."""
    problem = console.line_of(problem)
    return problem if address in problem else f"{console.line_of(address)}: {problem}"


def _troubles(report: RunReport) -> list[str]:
    lines = site_problems(report)
    told = {site.start for site in report.sites if site.problem}
    lines += [
        "failed: " + _led(problem.url, problem.reason)
        for problem in report.problems[:PROBLEMS_SHOWN]
        if problem.url not in told
    ]
    left = report.failed - min(PROBLEMS_SHOWN, len(report.problems))
    if left > 0:
        lines.append(f"… and {left:,} more: backfile runs {report.run_id}")
    lines += [_limit_line(hit) for hit in report.limits]
    return lines


def _limit_line(hit: LimitHit) -> str:
    where = f" at {console.line_of(hit.site)}" if hit.site else ""
    example = f", for example {console.line_of(hit.example)}" if hit.example else ""
    left_out = console.counted(hit.times, "address", "addresses")
    if not hit.limit:
        return f"{hit.name.replace('_', ' ')}{where}: {hit.times:,}, never connected to{example}"
    return f"limit {hit.name} ({hit.limit:,}){where}: {left_out} left out{example}"


def import_summary(report: ImportReport, db: Path) -> str:
    """Return what an import did, in a few lines."""
    counts = [f"{report.verdicts[name]:,} {name}" for name in ("new", "changed", "updated", "unchanged")]
    lines = [f"{console.counted(report.pages, 'page')} looked at; articles in {db}: {', '.join(counts)}"]
    lines += [f"no article: {console.counted(count, 'page')}, {kind}" for kind, count in report.skipped.most_common()]
    lines += [
        f"not read: {console.line_of(name)}: {console.line_of(reason)}"
        for name, reason in report.problems[:PROBLEMS_SHOWN]
    ]
    if len(report.problems) > PROBLEMS_SHOWN:
        lines.append(f"… and {len(report.problems) - PROBLEMS_SHOWN} more")
    return "\n".join(lines)
