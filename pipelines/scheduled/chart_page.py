"""A run as a page a person would rather look at: one HTML file, charts drawn, no scripts, nothing from elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any, NamedTuple

from pipelines.archive import Archive
from pipelines.scheduled.alarms import SiteStatus, status
from scraper.errors import NotFound
from scraper.text import squeeze, storable

RUNS_SHOWN = 30
"""Runs before this one that the history shows."""
REASONS_SHOWN = 8
PROBLEMS_SHOWN = 20
_WIDTH, _BAR, _GAP = 720, 18, 10
_NAME = 190
"""Pixels for a site's name beside its bar."""


class _Kind(NamedTuple):
    """One kind of outcome: its column, its word, the class that colours it."""

    column: str
    word: str
    css: str


# Colours that keep apart for the colour-blind (Okabe and Ito 2008); the words beside them say the same.
_KINDS = (
    _Kind("new", "new", "new"),
    _Kind("changed", "changed", "changed"),
    _Kind("unchanged", "unchanged", "unchanged"),
    _Kind("gone", "gone", "gone"),
    _Kind("failed", "failed", "failed"),
)


def page(archive: Archive, run_id: int, *, now: datetime) -> str:
    """Return the page of one run. Raises NotFound."""
    db = archive.connection
    run = db.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
    if run is None:
        raise NotFound(f"there is no run {run_id}", hint="backfile runs lists them")
    sites = db.execute("SELECT * FROM run_sites WHERE run_id = ? ORDER BY site", (run_id,)).fetchall()
    parts = [
        _head(run),
        _tiles(run, sites),
        _alarms(status(archive, now=now), {row["site"] for row in sites}),
        _section("What each site brought", _outcomes(sites)),
        _section("The runs before", _history(db, run_id, [row["site"] for row in sites])),
        _section("Why pages were left out", _reasons(db, run_id, "skipped")),
        _section("Why pages failed", _reasons(db, run_id, "failed")),
        _section("Site by site", _table(sites)),
        _section("Addresses nothing came of", _problems(db, run_id)),
        f"<footer>Written {_minute(now.isoformat())} UTC</footer>",
    ]
    title = f"Run {run_id} · backfile"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def _text(value: object) -> str:
    """Return *value* safe in HTML: what a site says of itself is not to be trusted."""
    return escape(squeeze(storable(str(value))))


def _minute(at: str | None) -> str:
    return (at or "")[:16].replace("T", " ")


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{title}</h2>{inside}</section>" if inside else ""


_WORDS = {
    "done": "Everything was done",
    "partial": "Done in part",
    "failed": "Nothing could be had",
    "interrupted": "Stopped early",
    "running": "Still running, or killed",
}


def _head(run: sqlite3.Row) -> str:
    word = _WORDS.get(run["status"], run["status"])
    when = f"{_minute(run['started_at'])} to {_minute(run['finished_at'])[11:] or '…'} UTC"
    return (
        f'<header><h1>Run {run["id"]}</h1><p class="state {run["status"]}">{word}</p>'
        f"<p>{_text(run['command'])}, {when}</p></header>"
    )


def _tiles(run: sqlite3.Row, sites: Sequence[sqlite3.Row]) -> str:
    facts = [
        ("sites", f"{len(sites):,}"),
        *((word, f"{run[word]:,}") for word in ("new", "changed", "unchanged", "gone", "skipped", "failed")),
        ("requests", f"{run['requests']:,}"),
        ("received", _size(run["bytes"])),
        ("took", _span(run)),
    ]
    tiles = "".join(f'<div class="tile {word}"><b>{value}</b><span>{word}</span></div>' for word, value in facts)
    return f'<div class="tiles">{tiles}</div>'


def _size(count: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def _span(run: sqlite3.Row) -> str:
    if not run["finished_at"]:
        return "–"
    seconds = (datetime.fromisoformat(run["finished_at"]) - datetime.fromisoformat(run["started_at"])).total_seconds()
    return (
        f"{seconds:.0f} s"
        if seconds < 90
        else f"{seconds / 60:.0f} min"
        if seconds < 5_400
        else f"{seconds / 3600:.1f} h"
    )


def _alarms(found: Sequence[SiteStatus], hosts: set[str]) -> str:
    lines = [
        f"<li><b>{_text(one.site)}</b> {_text(alarm.sentence)}</li>"
        for one in found
        if one.site in hosts
        for alarm in one.alarms
    ]
    return f'<section class="alarms"><h2>Needs your eye</h2><ul>{"".join(lines)}</ul></section>' if lines else ""


def _outcomes(sites: Sequence[sqlite3.Row]) -> str:
    """Draw one bar a site, its outcomes side by side, all on one scale."""
    totals = [sum(row[kind.column] for kind in _KINDS) for row in sites]
    most = max(totals, default=0)
    if not most:
        return ""
    drawn = []
    scale = (_WIDTH - _NAME - 60) / most
    for index, (row, total) in enumerate(zip(sites, totals, strict=True)):
        top, left = index * (_BAR + _GAP), float(_NAME)
        drawn.append(f'<text x="{_NAME - 8}" y="{top + 14}" class="name">{_text(_cut(row["site"]))}</text>')
        for kind in _KINDS:
            if width := row[kind.column] * scale:
                told = f"{row[kind.column]:,} {kind.word} at {_text(row['site'])}"
                drawn.append(
                    f'<rect x="{left:.1f}" y="{top}" width="{max(width, 1):.1f}" height="{_BAR}" class="{kind.css}">'
                    f"<title>{told}</title></rect>"
                )
                left += width
        drawn.append(f'<text x="{left + 6:.1f}" y="{top + 14}">{total:,}</text>')
    height = len(sites) * (_BAR + _GAP)
    return _legend(kind for kind in _KINDS if any(row[kind.column] for row in sites)) + _svg(
        drawn, height, "Pages of each site by outcome"
    )


def _cut(name: str, most: int = 26) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _legend(kinds: Iterable[_Kind]) -> str:
    return '<p class="legend">' + "".join(f'<span class="{kind.css}">{kind.word}</span>' for kind in kinds) + "</p>"


def _svg(drawn: Sequence[str], height: int, label: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">{"".join(drawn)}</svg>'


def _history(db: sqlite3.Connection, run_id: int, hosts: Sequence[str]) -> str:
    """Draw the new, changed and failed of each run so far of these sites, oldest left."""
    if not hosts:
        return ""
    marks = ", ".join("?" * len(hosts))
    rows = db.execute(
        "SELECT run_id, min(started_at) AS at, sum(new) AS new, sum(changed) AS changed, sum(failed) AS failed"  # noqa: S608
        f" FROM run_sites WHERE run_id <= ? AND site IN ({marks}) GROUP BY run_id ORDER BY run_id DESC LIMIT ?",
        (run_id, *hosts, RUNS_SHOWN),
    ).fetchall()[::-1]
    kinds = [kind for kind in _KINDS if kind.column in ("new", "changed", "failed")]
    most = max((sum(row[kind.column] for kind in kinds) for row in rows), default=0)
    if len(rows) < 2 or not most:
        return ""
    height, room = 120, _WIDTH / len(rows)
    width = min(room * 0.7, 40.0)
    drawn = [f'<line x1="0" x2="{_WIDTH}" y1="{height}" y2="{height}" class="axis"/>']
    for index, row in enumerate(rows):
        left, base = index * room + (room - width) / 2, float(height)
        for kind in kinds:
            if tall := row[kind.column] / most * (height - 16):
                base -= tall
                told = f"run {row['run_id']}, {_minute(row['at'])}: {row[kind.column]:,} {kind.word}"
                drawn.append(
                    f'<rect x="{left:.1f}" y="{base:.1f}" width="{width:.1f}" height="{tall:.1f}" class="{kind.css}">'
                    f"<title>{told}</title></rect>"
                )
        if index in (0, len(rows) - 1):
            x, anchor = (0, "start") if index == 0 else (_WIDTH, "end")
            drawn.append(
                f'<text x="{x}" y="{height + 16}" text-anchor="{anchor}">run {row["run_id"]}, {row["at"][:10]}</text>'
            )
    drawn.append(f'<text x="0" y="10">{most:,}</text>')
    return _legend(kinds) + _svg(drawn, height + 22, "New, changed and failed pages of the last runs")


def _reasons(db: sqlite3.Connection, run_id: int, outcome: str) -> str:
    rows = db.execute(
        "SELECT reason, sum(pages) AS pages, count(DISTINCT site) AS sites FROM run_reasons"
        " WHERE run_id = ? AND outcome = ? GROUP BY reason ORDER BY pages DESC, reason",
        (run_id, outcome),
    ).fetchall()
    if not rows:
        return ""
    most = rows[0]["pages"]
    lines = [
        f'<tr><td class="number">{row["pages"]:,}</td><td class="share"><svg viewBox="0 0 100 10" aria-hidden="true"'
        f' preserveAspectRatio="none"><rect width="{100 * row["pages"] / most:.1f}" height="10" class="{outcome}"/>'
        f"</svg></td><td>{_text(row['reason'])}</td></tr>"
        for row in rows[:REASONS_SHOWN]
    ]
    left = sum(row["pages"] for row in rows[REASONS_SHOWN:])
    if left:
        lines.append(f'<tr><td class="number">{left:,}</td><td></td><td>for other reasons</td></tr>')
    return f'<table class="reasons">{"".join(lines)}</table>'


_COLUMNS = ("articles", "new", "changed", "unchanged", "gone", "skipped", "failed", "requests")


def _table(sites: Sequence[sqlite3.Row]) -> str:
    if not sites:
        return ""
    # A column of problems only where there are any: on most days it would be empty and push the rest aside.
    told = ("problem",) if any(row["problem"] for row in sites) else ()
    head = "".join(f"<th>{name}</th>" for name in ("site", *_COLUMNS, "received", "took", *told))
    body = "".join(
        f"<tr><th>{_text(row['site'])}</th>"
        + "".join(f'<td class="number">{row[name]:,}</td>' for name in _COLUMNS)
        + f'<td class="number">{_size(row["bytes"])}</td><td class="number">{row["elapsed_ms"] / 1000:.1f} s</td>'
        + "".join(f"<td>{_text(row[name] or '')}</td>" for name in told)
        + "</tr>"
        for row in sites
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _problems(db: sqlite3.Connection, run_id: int) -> str:
    rows: list[Any] = db.execute(
        "SELECT url, reason FROM pages WHERE visited_run = ? AND state = 'failed' ORDER BY id LIMIT ?",
        (run_id, PROBLEMS_SHOWN),
    ).fetchall()
    lines = [f"<li><code>{_text(row['url'])}</code> {_text(row['reason'] or '')}</li>" for row in rows]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


_STYLE = """
:root{--ink:#1d2733;--soft:#5c6b7a;--line:#d9dfe5;--paper:#fbfaf7;--card:#fff;
--new:#009e73;--changed:#0072b2;--unchanged:#b9c4ce;--gone:#cc79a7;--failed:#d55e00;--skipped:#8896a3}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9eabb7;--line:#3a4550;--paper:#161b20;--card:#1f262d;
--unchanged:#52606d;--changed:#56b4e9}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:2rem 1.25rem}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem 1rem}
h1{font-size:1.9rem;margin:0}h2{font-size:1.05rem;margin:0 0 .75rem}header p{margin:0;color:var(--soft)}
.state{font-weight:600;color:var(--new)!important}
.state.partial,.state.interrupted,.state.failed,.state.running{color:var(--failed)!important}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.2rem,1fr));gap:.6rem;margin:1.25rem 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.55rem .8rem;
border-top:3px solid var(--line)}
.tile b{display:block;font-size:1.35rem;line-height:1.3;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:.82rem}
.tile.new{border-top-color:var(--new)}.tile.changed{border-top-color:var(--changed)}
.tile.gone{border-top-color:var(--gone)}.tile.failed{border-top-color:var(--failed)}
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.1rem;margin:0 0 1rem}
.alarms{border-left:4px solid var(--failed)}
ul{margin:0;padding-left:1.1rem}li{overflow-wrap:anywhere}
svg{width:100%;height:auto;display:block;overflow:visible}svg text{font-size:12px;fill:var(--soft)}
svg .name{text-anchor:end;fill:var(--ink)}.axis{stroke:var(--line)}
rect.new{fill:var(--new)}rect.changed{fill:var(--changed)}rect.unchanged{fill:var(--unchanged)}
rect.gone{fill:var(--gone)}rect.failed{fill:var(--failed)}rect.skipped{fill:var(--skipped)}
.legend{margin:0 0 .6rem;font-size:.85rem;color:var(--soft)}.legend span{margin-right:1rem}
.legend span::before{content:"";display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.4em}
.legend .new::before{background:var(--new)}.legend .changed::before{background:var(--changed)}
.legend .unchanged::before{background:var(--unchanged)}.legend .gone::before{background:var(--gone)}
.legend .failed::before{background:var(--failed)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.88rem}
th{text-align:left;font-weight:500;color:var(--soft)}tbody th{color:var(--ink)}
th,td{padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>*{border-bottom:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.reasons .number{width:4rem}.share{width:9rem}.share svg{height:.7rem;margin-top:.35rem;width:8rem}
thead th:not(:first-child){text-align:right}
code{font-size:.88em}footer{color:var(--soft);font-size:.85rem}
"""
