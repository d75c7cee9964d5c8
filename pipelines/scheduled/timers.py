"""What makes other programs start due crawls: systemd's user timer and service, a crontab's line, launchd's plist.

Text only; nothing is installed here. Each runs ``backfile crawl --due``, which decides itself what is due, so a timer
may tick as often as it likes.
"""

from __future__ import annotations

import plistlib
import re
import shlex
from collections.abc import Sequence
from datetime import timedelta

NAME = "backfile"
LABEL = "net.backfile.crawl"
MARK = "# backfile: crawl what is due"
"""The line above ours in a crontab, by which it is known again."""
_SPREAD_SHARE = 0.1
"""Share of the interval by which a timer's tick is spread, so that not all machines ask a site at the full hour."""


def systemd_units(command: Sequence[str], every: timedelta) -> dict[str, str]:
    """Return {file name: content} of a service that runs *command* and a timer that starts it each time *every* has
    passed, and once after a time the machine was off."""
    words = " ".join(map(_systemd_word, command))
    seconds = int(every.total_seconds())
    spread = int(seconds * _SPREAD_SHARE)
    service = f"""[Unit]
Description=Crawl the blogs that are due

[Service]
Type=oneshot
ExecStart={words}
# 3: done in part; the report says what was not, and backfile status whether it matters. 75: another run is at work.
SuccessExitStatus=3 75
Nice=10
TimeoutStopSec=60
"""
    timer = f"""[Unit]
Description=Crawl the blogs that are due, regularly

[Timer]
OnCalendar={_calendar(every)}
RandomizedDelaySec={spread}
Persistent=true
Unit={NAME}.service

[Install]
WantedBy=timers.target
"""
    return {f"{NAME}.service": service, f"{NAME}.timer": timer}


def _systemd_word(word: str) -> str:
    # man systemd.service, "COMMAND LINES": % and $ are specifiers and variables, quotes as in C.
    plain = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
    return plain if re.fullmatch(r"[\w@+=:,./%$-]+", plain) else '"' + plain.replace('"', '\\"') + '"'


def _calendar(every: timedelta) -> str:
    """Return systemd's calendar expression that comes nearest to *every*, never more often.

    >>> _calendar(timedelta(minutes=15)), _calendar(timedelta(hours=6)), _calendar(timedelta(days=3))
    ('*-*-* *:00/15:00', '*-*-* 00/6:00:00', '*-*-* 04:00:00')
    """
    minutes = every / timedelta(minutes=1)
    if minutes < 60:
        return f"*-*-* *:00/{_divisor(minutes, 60)}:00"
    if minutes < 24 * 60:
        return f"*-*-* 00/{_divisor(minutes / 60, 24)}:00:00"
    return "*-*-* 04:00:00"


def _divisor(wanted: float, whole: int) -> int:
    """Return the smallest divisor of *whole* that is *wanted* or more, so that ticks are evenly apart."""
    return next(step for step in range(1, whole + 1) if whole % step == 0 and step >= wanted)


def crontab_line(command: Sequence[str], every: timedelta) -> str:
    """Return the line of a crontab that runs *command* each time *every* has passed, nearest above.

    >>> crontab_line(["backfile", "crawl", "--due"], timedelta(hours=6))
    '17 */6 * * * backfile crawl --due'
    """
    minutes = every / timedelta(minutes=1)
    if minutes < 60:
        when = f"*/{_divisor(minutes, 60)} * * * *"
    elif minutes < 24 * 60:
        step = _divisor(minutes / 60, 24)
        when = f"17 {'*' if step == 1 else f'*/{step}'} * * *"
    else:
        when = "17 4 * * *"
    # crontab(5): an unescaped % ends the command and begins its input.
    return f"{when} {shlex.join(command)}".replace("%", "\\%")


def with_line(crontab: str, line: str) -> str:
    """Return *crontab* with *line* in it, once, in place of an earlier one of ours.

    >>> with_line("0 1 * * * tidy\\n", "17 * * * * backfile crawl --due")
    '0 1 * * * tidy\\n# backfile: crawl what is due\\n17 * * * * backfile crawl --due\\n'
    """
    kept, is_ours = [], False
    for known in crontab.splitlines():
        if known == MARK:
            is_ours = True
        elif is_ours:
            is_ours = False
        else:
            kept.append(known)
    return "\n".join([*kept, MARK, line]) + "\n"


def launchd_plist(command: Sequence[str], every: timedelta, log: str) -> bytes:
    """Return the property list of a launchd agent that runs *command*; *log*: the file for what it says."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "StartInterval": int(every.total_seconds()),
            "RunAtLoad": True,
            "LowPriorityIO": True,
            "ProcessType": "Background",
            "StandardErrorPath": log,
        },
        sort_keys=False,
    )
