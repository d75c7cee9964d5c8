"""Tell what needs a person's eye (``status``)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import console, exits
from pipelines.cli.options import (
    Interval,
    command,
    db_option,
    json_option,
    metrics_option,
    open_archive,
    ping_option,
    span_of,
)

if TYPE_CHECKING:
    from pipelines.scheduled import SiteStatus

_MINUTE = len("2021-07-26T09:30")


@command(
    "status",
    examples=(
        "backfile status",
        "backfile status --max-age 26h --quiet && echo all is well",
        "backfile status --json",
    ),
)
@click.option(
    "--max-age",
    type=Interval(),
    metavar="INTERVAL",
    show_default="twice the site's own interval",
    help="A site that was not crawled for longer is late.",
)
@ping_option
@metrics_option
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary; errors only.")
@json_option
@db_option
def status(
    max_age: str | None, ping_url: str | None, metrics: Path | None, quiet: bool, as_json: bool, db: Path
) -> int:
    """Tell what needs a person's eye, by exit code, too.

    A site is late, fails, has no new posts for far longer than its rhythm, refuses us all at once, or its pages lost
    their dates, titles, authors or words against its own history. The exit code is 3 when there is any such alarm.
    With --json each site is one line.
    """
    from pipelines.scheduled import notices
    from pipelines.scheduled import status as status_of

    now = datetime.now(UTC)
    with open_archive(db) as archive:
        found = status_of(archive, now=now, max_age=span_of(max_age) if max_age else None)
    alarms = [f"{one.site}: {alarm.kind}: {alarm.sentence}" for one in found for alarm in one.alarms]
    if as_json:
        for one in found:
            console.write_json_line(one.to_dict())
    elif not quiet and found:
        head = ("site", "every", "last run", "due", "newest post", "posts every", "alarms")
        console.write(console.table(head, [_row(one) for one in found]))
    elif not quiet:
        console.note(f"no sites in {db} yet")
    for line in alarms:
        console.note(console.line_of(line))
    if metrics is not None:
        notices.write_metrics(metrics, notices.metrics(found, now=now))
    if ping_url is not None:
        problem = notices.ping(ping_url, ok=not alarms, message="\n".join(alarms) or "all is well")
        if problem:
            console.note(f"the ping did not get through: {console.line_of(problem)}")
    return exits.PARTIAL if alarms else exits.DONE


def _row(one: SiteStatus) -> tuple[object, ...]:
    rhythm = one.rhythm
    return (
        one.site,
        "paused" if one.paused else one.every or "",
        (one.last_run or "never")[:_MINUTE].replace("T", " "),
        (one.due_at or "")[:_MINUTE].replace("T", " "),
        rhythm.newest or "",
        f"{rhythm.typical_days:g} days" if rhythm.typical_days is not None else "",
        ", ".join(dict.fromkeys(alarm.kind for alarm in one.alarms)) or "none",
    )
