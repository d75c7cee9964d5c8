"""Print, or install, what starts due crawls by itself (``schedule``)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from pipelines.cli import console, exits
from pipelines.cli.options import Interval, command, db_option, span_of
from scraper.errors import BackfileError

SYSTEMD, CRON, LAUNCHD = "systemd", "cron", "launchd"


@command(
    "schedule",
    examples=(
        "backfile schedule",
        "backfile schedule --systemd --install",
        "backfile schedule --cron --every 6h --db ~/blogs.db",
        "backfile schedule --launchd --install",
    ),
)
@click.option("--systemd", "kind", flag_value=SYSTEMD, help="A systemd user timer and its service.")
@click.option("--cron", "kind", flag_value=CRON, help="A line for the crontab.")
@click.option("--launchd", "kind", flag_value=LAUNCHD, help="A launchd agent, for macOS.")
@click.option("--install", is_flag=True, help="Write it where it belongs instead of printing it.")
@click.option(
    "--every",
    type=Interval(),
    default="1h",
    metavar="INTERVAL",
    help="Look this often whether a site is due; how often each is crawled is its own affair.",
)
@click.option("--ping-url", metavar="URL", help="Let each run tell this watchdog how it went.")
@db_option
def schedule(kind: str | None, install: bool, every: str, ping_url: str | None, db: Path) -> int:
    """Print, or install, what starts due crawls by itself.

    It runs 'backfile crawl --due' on the archive. Without --systemd, --cron or --launchd it is what this machine uses.
    """
    from pipelines.scheduled import timers

    words = [*_program(), "crawl", "--due", "--quiet", "--skip-if-running", "--db", str(db.expanduser().absolute())]
    if ping_url:
        words += ["--ping-url", ping_url]
    span, kind = span_of(every), kind or _kind_here()
    if kind == CRON:
        return _cron(timers.crontab_line(words, span), install=install)
    if kind == LAUNCHD:
        log = str(db.expanduser().absolute().with_suffix(".log"))
        folder = Path.home() / "Library" / "LaunchAgents"
        files = {f"{timers.LABEL}.plist": timers.launchd_plist(words, span, log).decode()}
        return _files(files, folder, f"launchctl load -w {folder / f'{timers.LABEL}.plist'}", install=install)
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    then = f"systemctl --user daemon-reload && systemctl --user enable --now {timers.NAME}.timer"
    return _files(timers.systemd_units(words, span), folder, then, install=install)


def _program() -> list[str]:
    """Return the words that start this program from anywhere: timers know no PATH of ours."""
    beside = Path(sys.executable).with_name("backfile")
    found = str(beside) if beside.exists() else shutil.which("backfile")
    return [found] if found else [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]


def _kind_here() -> str:
    if sys.platform == "darwin":
        return LAUNCHD
    return SYSTEMD if shutil.which("systemctl") or not shutil.which("crontab") else CRON


def _files(files: dict[str, str], folder: Path, then: str, *, install: bool) -> int:
    for name, text in files.items():
        if install:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            console.note(f"wrote {folder / name}")
        else:
            console.write(f"# {folder / name}\n{text}" if len(files) > 1 else text.rstrip("\n"))
    console.note(f"start it with: {then}" if install else "write it, ready to start, with: --install")
    return exits.DONE


def _cron(line: str, *, install: bool) -> int:
    from pipelines.scheduled import timers

    if not install:
        console.write(f"{timers.MARK}\n{line}")
        return exits.DONE
    program = shutil.which("crontab")
    if program is None:
        raise BackfileError("expected the program crontab, found none", hint="use --systemd, or install cron")
    now = subprocess.run([program, "-l"], capture_output=True, text=True, check=False)  # noqa: S603  (found by name)
    known = now.stdout if now.returncode == 0 else ""  # it fails when there is no crontab yet
    done = subprocess.run(  # noqa: S603
        [program, "-"], input=timers.with_line(known, line), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackfileError(f"crontab did not take it: {done.stderr.strip()}")
    console.note(f"in your crontab: {line}")
    return exits.DONE
