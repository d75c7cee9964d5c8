"""What a person sees while a crawl runs, and what a log gets instead."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from pipelines.cli import console, progress, reports
from pipelines.crawl import LimitHit, Progress, RunReport


def state(**values: object) -> Progress:
    defaults: dict[str, object] = {
        "elapsed_s": 10.0,
        "done": 20,
        "queued": 80,
        "failed": 1,
        "articles": 15,
        "rate_per_s": 2.0,
        "host": "blog.example",
        "expected_total": 100,
    }
    return Progress(**{**defaults, **values})  # type: ignore[arg-type]


def test_the_state_names_counts_rate_host_and_time_left() -> None:
    assert progress.state_of(state()) == (
        "20 done · 80 queued · 1 failed · 15 articles · 2.0/s · 40.0 s left · blog.example"
    )


def test_without_a_total_or_a_rate_no_time_is_promised() -> None:
    for unknown in (state(expected_total=None), state(rate_per_s=0.0)):
        assert "left" not in progress.state_of(unknown)


def test_a_host_name_cannot_drive_the_terminal() -> None:
    shown = progress.state_of(state(host="evil\x1b[2J\n" + "a" * 90))
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert len(shown) < 130


def test_a_log_gets_a_plain_line_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.PlainLines() as shown:
        for second in range(21):
            shown.report(state(elapsed_s=float(second)))
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(":")[0] for line in err.splitlines()] == ["5.0 s", "10.0 s", "15.0 s", "20.0 s"]
    assert "\x1b" not in err
    assert "\r" not in err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_live_line_that_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    display = progress.display(quiet=False)
    assert isinstance(display, progress.LiveLine)
    with display as shown:
        shown.report(state())
    assert "20 done" in terminal.getvalue()
    assert terminal.getvalue().endswith(("\x1b[2K", "\x1b[?25h\r\x1b[1A\x1b[2K"))


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.display(quiet=True) as shown:
        shown.report(state())
    assert capsys.readouterr() == ("", "")


def test_a_tally_counts_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, says in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.Tally("article") as tally:
            for count in range(1, 1001):
                tally.show(count)
        assert ("1,000 articles" in stream.getvalue()) is says
        assert stream.getvalue().endswith("\x1b[K") is says


@pytest.mark.parametrize(
    ("environment", "wanted"), [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1"}, False)]
)
def test_style_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], wanted: bool
) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert ("\x1b" in console.bold("tide")) is wanted
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert console.bold("tide") == "tide"


def test_a_table_fits_the_terminal_by_its_one_elastic_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "40")
    rows = [(1, "a very long title that will not fit into the window"), (22, "河馬跑多快呢 " * 9)]
    lines = console.table(("id", "title"), rows, stretch=1).splitlines()
    assert all(console.width_of(line) <= 40 for line in lines)
    assert lines[1].endswith("…")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert "fit into the window" in console.table(("id", "title"), rows, stretch=1)


def test_wrapping_keeps_every_word_and_blank_line() -> None:
    text = "one two three four\n\n- a bullet that is long enough to be broken\n" + "x" * 50
    wrapped = console.wrap(text, 20, "  ")
    assert wrapped.split() == text.split()
    assert "\n\n" in wrapped
    assert "\n    long" in wrapped


def test_a_limit_of_the_users_own_has_no_site(tmp_path: Path) -> None:
    report = RunReport(
        run_id=1,
        status="partial",
        started_at="",
        finished_at="",
        elapsed_s=1.0,
        starts=("https://a.example/",),
        limits=(
            LimitHit("max_pages", 5, "", 53, ""),
            LimitHit("max_dates", 600, "a.example", 1, "https://a.example/1/"),
        ),
    )
    summary = reports.run_summary(report, tmp_path / "a.db")
    assert "limit max_pages (5): 53 addresses left out\n" in summary
    assert "limit max_dates (600) at a.example: 1 address left out, for example https://a.example/1/" in summary
