"""Faults run through the real command line, and the gate each has to pass.

The gate: every healthy post is stored; the fault's own address ends in one of the states that are acceptable for it,
with a reason; nobody was asked who may not be asked; the archive is sound; exit code and report tell the truth; memory
and time stay within bounds.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.archive import Archive
from pipelines.crawl import why
from scraper.errors import BackfileError
from tests.hostile.memory import Watch
from tests.hostile.server import HostileServer, Place
from tests.hostile.values import POSTS, Fault

ROOT = Path(__file__).resolve().parents[2]
BACKFILE = (sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())")
"""The command line, whatever the scripts' folder is called."""
MOST_MIB = 300.0
"""Memory a fault may cost beyond a crawl of the same blog without it, all processes together."""
MOST_S = 60.0
"""Seconds a crawl of one blog may take under the limits below."""
LIMITS = {"connect_s": 2, "head_s": 1.5, "read_s": 1.5, "total_s": 3, "cut_s": 2, "attempts": 2, "retry_after_s": 2,
          "max_seconds_per_page": 10, "max_sitemaps": 50, "max_feed_pages": 20}  # fmt: skip
"""Limits that are only short deadlines and small counts; sizes and memory stay as they are for everybody."""


@dataclass
class Outcome:
    """What came of one fault."""

    fault: Fault
    state: str = ""
    reason: str = ""
    seconds: float = 0.0
    peak_mib: float = 0.0
    complaints: list[str] = field(default_factory=list)
    """Why the gate stays shut; empty when it is passed."""


@dataclass(frozen=True)
class Run:
    """One run of the command line."""

    code: int
    report: dict[str, Any]
    problems: str
    seconds: float
    peak_mib: float


def set_up(place: Place, fault: Fault | None) -> None:
    """Give *place* a healthy blog and the fault."""
    if fault is None:
        from tests.hostile.values import linked

        place.routes = dict(linked()().routes())
        return
    blog = fault.blog()
    blog.links = (*blog.links, *fault.links)
    place.routes = {**blog.routes(), **fault.routes(place)}


def crawl(db: Path, urls: Sequence[str], *options: str, timeout_s: float = 600) -> Run:
    """Run ``backfile crawl`` and watch its memory."""
    bounds = [word for name, value in LIMITS.items() for word in ("--limit", f"{name}={value}")]
    command = [*BACKFILE, "crawl", *urls, "--db", str(db), "--json", "--quiet", *bounds]
    started = time.monotonic()
    with (
        subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
        Watch(process.pid) as watch,
    ):
        try:
            out, problems = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            out, problems = process.communicate()
            problems += f"\nit was still running after {timeout_s:g} seconds"
    report = json.loads(out) if out.strip() else {}
    return Run(process.returncode, report, problems, time.monotonic() - started, watch.peak_mib)


def judge(fault: Fault, place: Place, archive: Archive, run: Run) -> Outcome:
    """Return what came of *fault* in a finished run."""
    outcome = Outcome(fault)
    site = f"127.0.0.1:{place.port}"
    complain = outcome.complaints.append
    stored = {stored.article.url: stored.article for stored in archive.articles(site=site)}
    blog = fault.blog()
    healthy = sum(place.url + blog.path(number) in stored for number in range(POSTS))
    if healthy < fault.posts:
        complain(f"{healthy} of {fault.posts} healthy posts stored")
    told: dict[str, Any] = next((one for one in run.report.get("sites", ()) if one["site"] == site), {})
    if fault.at is not None:
        _judge_story(fault, place, archive, outcome)
    else:
        outcome.state, outcome.reason = "site", told.get("problem") or ""
    if fault.problem and not re.search(fault.problem, told.get("problem") or ""):
        complain(f"the site's problem is told as {told.get('problem')!r}")
    if fault.limit and (fault.limit, site) not in {(hit["name"], hit["site"]) for hit in run.report.get("limits", ())}:
        complain(f"the report does not name {fault.limit}")
    article = stored.get(f"{place.url}{fault.at}")
    if fault.text and (article is None or fault.text not in article.text):
        complain("the page's own text is not stored")
    texts = json.dumps([one.to_dict() for one in stored.values()], ensure_ascii=False) + json.dumps(run.report)
    if fault.never and fault.never in texts:
        complain(f"{fault.never!r} was stored")
    texts.encode()  # raises where something is stored that is no text
    for path in fault.not_asked:
        if path in place.paths():
            complain(f"{path} was asked for")
    if outcome.state == "failed" and run.report.get("status") == "done" and not outcome.reason.startswith("HTTP 4"):
        complain("a page failed and the report says done")
    return outcome


def _judge_story(fault: Fault, place: Place, archive: Archive, outcome: Outcome) -> None:
    try:
        story = why(archive, f"{place.url}{fault.at}")
    except BackfileError as error:
        outcome.complaints.append(f"no story: {error}")
        return
    told = " ".join((story.reason or "", *(str(fetch["detail"]) for fetch in story.fetches if fetch["detail"])))
    outcome.state, outcome.reason = (
        story.state,
        story.reason or (story.fetches[-1]["detail"] if story.fetches else "") or "",
    )
    if story.state not in fault.states:
        outcome.complaints.append(f"state {story.state}: {story.reason}")
    elif not re.search(fault.reason, told):
        outcome.complaints.append(f"the reason is told as {told!r}")
    if not told.strip():
        outcome.complaints.append("no reason is told")


def alone(fault: Fault, server: HostileServer, db: Path, idle_mib: float) -> Outcome:
    """Run one fault in a crawl of its own and hold it to the whole gate."""
    place = server.places[fault.name]
    set_up(place, fault)
    for _ in range(fault.crawls):
        run = crawl(db, [place.url + "/"], timeout_s=3 * MOST_S)
    with Archive(db, readonly=True) as archive:
        outcome = judge(fault, place, archive, run)
        outcome.complaints += [f"verify: {problem}" for problem in archive.verify()]
    outcome.seconds, outcome.peak_mib = run.seconds, run.peak_mib - idle_mib
    if run.code not in fault.codes:
        outcome.complaints.append(f"exit code {run.code}: {run.problems.strip()[-300:]}")
    if (run.code == 0) != (run.report.get("status") == "done"):
        outcome.complaints.append(f"exit code {run.code} and status {run.report.get('status')}")
    if outcome.seconds > MOST_S:
        outcome.complaints.append(f"{outcome.seconds:.0f} seconds")
    if outcome.peak_mib > MOST_MIB:
        outcome.complaints.append(f"{outcome.peak_mib:.0f} MiB more than without the fault")
    if server.trap.connections:
        outcome.complaints.append(f"a forbidden address was connected to: {server.trap.paths()[-1:]}")
    return outcome
