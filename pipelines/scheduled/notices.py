"""Who is told how a run went: a watchdog by one request, a Prometheus by a text file.

A watchdog (healthchecks.io and the like) raises the alarm when it is *not* called: so the machine that sleeps, or the
timer that was never installed, is noticed as well.
"""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from pipelines.crawl.values import RunReport
from pipelines.scheduled.alarms import SiteStatus

PING_TIMEOUT_S = 10.0
PING_BYTES = 10_000
"""Bytes of the summary that a ping carries: what healthchecks.io keeps of one."""
FAIL = "/fail"
"""What is added to a ping's address when something is wrong."""


def ping(url: str, *, ok: bool, message: str) -> str | None:
    """Tell the watchdog at *url* how it went, *message* being the request's body; return what went wrong, else None.

    On failure ``/fail`` is added to the path. Never raises: a watchdog that is down must not end a crawl.
    """
    body = message.encode("utf-8", "replace")[:PING_BYTES]
    try:
        request = urllib.request.Request(ping_address(url, ok=ok), data=body, method="POST")  # noqa: S310  (checked)
        with urllib.request.urlopen(request, timeout=PING_TIMEOUT_S) as answer:  # noqa: S310
            return None if answer.status < 400 else f"HTTP {answer.status}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return str(error)


def ping_address(url: str, *, ok: bool) -> str:
    """Return the address to ask.

    >>> ping_address("https://hc.example/ping/1?rid=2", ok=False)
    'https://hc.example/ping/1/fail?rid=2'
    """
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError(f"expected an http or https address to ping, got {url!r}")
    path, mark, query = url.partition("?")
    return path.rstrip("/") + FAIL + mark + query if not ok else url


def write_metrics(path: Path, text: str) -> None:
    """Put *text* at *path* in one step: a reader sees the old file or the new one. Raises OSError."""
    # The collector reads *.prom only, so the temporary name is safe beside it.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.chmod(0o644)  # node_exporter runs as a user of its own
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def metrics(sites: Sequence[SiteStatus], *, now: datetime, report: RunReport | None = None) -> str:
    """Return the metrics in Prometheus's text format: of each site, and of the run *report*, when there was one.

    https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    return "".join(f"{line}\n" for line in (*_of_sites(sites, now), *(_of_run(report) if report else ())))


def _of_sites(sites: Sequence[SiteStatus], now: datetime) -> Iterator[str]:
    yield from _metric("backfile_status_time_seconds", "When this was written", [("", now.timestamp())])
    for name, what, value in _SITE_METRICS:
        samples = [(f'{{site="{_label(one.site)}"}}', known) for one in sites if (known := value(one)) is not None]
        yield from _metric(name, what, samples)
    yield from _metric(
        "backfile_site_alarm",
        "1 for each alarm that is on",
        [
            (f'{{site="{_label(one.site)}",kind="{kind}"}}', 1)
            for one in sites
            for kind in dict.fromkeys(alarm.kind for alarm in one.alarms)
        ],
    )


def _seconds(at: str | None) -> float | None:
    return datetime.fromisoformat(at).timestamp() if at else None


_SITE_METRICS: tuple[tuple[str, str, Callable[[SiteStatus], float | None]], ...] = (
    (
        "backfile_site_last_success_time_seconds",
        "When the last run began of which something came",
        lambda one: _seconds(one.last_run),
    ),
    ("backfile_site_due_time_seconds", "When the site is due next", lambda one: _seconds(one.due_at)),
    ("backfile_site_silent_days", "Days since the newest post", lambda one: one.rhythm.silent_days),
    ("backfile_site_alarms", "Alarms that are on", lambda one: float(len(one.alarms))),
    ("backfile_site_paused", "1 while the site is paused", lambda one: float(one.paused)),
)


def _of_run(report: RunReport) -> Iterator[str]:
    yield from _metric("backfile_run_ok", "1 when the last run did all it should", [("", report.status == "done")])
    yield from _metric("backfile_run_duration_seconds", "How long the last run took", [("", report.elapsed_s)])
    for name in ("new", "changed", "unchanged", "gone", "skipped", "failed", "requests", "bytes", "articles"):
        samples = [(f'{{site="{_label(site.site)}"}}', getattr(site, name)) for site in report.sites]
        yield from _metric(f"backfile_run_{name}", f"{name.capitalize()} in the last run, by site", samples)


def _metric(name: str, what: str, samples: Sequence[tuple[str, float]]) -> Iterator[str]:
    if samples:
        yield f"# HELP {name} {what}"
        yield f"# TYPE {name} gauge"
        for labels, value in samples:
            yield f"{name}{labels} {float(value):.10g}" if value % 1 else f"{name}{labels} {int(value)}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
