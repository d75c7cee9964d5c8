"""What is handed to systemd, cron and launchd is what they read: asked of themselves where they are."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.scheduled import timers

ODD = ["/opt/my tools/backfile", "crawl", "--due", "--db", '/home/ida/a "b" 100% $HOME/x.db']
EVERY = [timedelta(minutes=1), timedelta(minutes=7), timedelta(hours=1), timedelta(hours=5), timedelta(days=2)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
@pytest.mark.parametrize("every", EVERY, ids=str)
def test_systemd_finds_nothing_to_complain_about(every: timedelta, tmp_path: Path) -> None:
    program = tmp_path / "back file"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    files = timers.systemd_units([str(program), *ODD[1:]], every)
    assert set(files) == {"backfile.service", "backfile.timer"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--recursive-errors=no", *(str(tmp_path / name) for name in files)],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_gets_the_words_as_they_are() -> None:
    service = timers.systemd_units(ODD, timedelta(hours=1))["backfile.service"]
    line = next(line for line in service.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(line.removeprefix("ExecStart=").replace("$$", "$").replace("%%", "%"))
    assert words == ODD


FIELD = re.compile(r"(\*|\d+)(/\d+)?")


@pytest.mark.parametrize("every", EVERY, ids=str)
def test_a_crontab_line_has_five_fields_and_one_command(every: timedelta) -> None:
    line = timers.crontab_line(ODD, every)
    *fields, command = line.split(" ", 5)
    assert all(FIELD.fullmatch(field) for field in fields), fields
    assert "\n" not in line
    assert not re.search(r"(?<!\\)%", command), "cron takes what follows for the command's input"
    assert shlex.split(command.replace("\\%", "%")) == ODD


def test_installing_twice_leaves_one_line_and_everybody_elses() -> None:
    others = "# mine\n0 1 * * * tidy\n"
    once = timers.with_line(others, "1 * * * * a")
    twice = timers.with_line(once, "2 * * * * b")
    assert twice == f"{others}{timers.MARK}\n2 * * * * b\n"


def test_launchd_gets_a_property_list() -> None:
    agent = plistlib.loads(timers.launchd_plist(ODD, timedelta(hours=6), "/tmp/x.log"))
    assert agent["ProgramArguments"] == ODD
    assert agent["StartInterval"] == 6 * 3600
