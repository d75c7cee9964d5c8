"""The list of sites as one TOML file: written from the archive, edited by hand, read back with every mistake's line.

[[site]]
url = "https://blog.example/"
every = "6h"
name = "The blog"
paused = false

[site.profile]                   # all of this may be left out; see scraper.profile
include = ["/posts/*"]

[site.profile.pace]
delay_s = 2.0
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.archive import Archive
from pipelines.scheduled import intervals, sites
from pipelines.scheduled.sites import ScheduledSite, scheduled_sites
from scraper import profile
from scraper.profile import Lines, Profile, ProfileError
from scraper.standards import url as urls

_ENTRY = re.compile(r"\s*\[\[\s*site\s*\]\]")
_KEYS = ("url", "every", "name", "paused", "profile")


@dataclass(frozen=True, slots=True)
class Entry:
    """One site as the file has it."""

    url: str
    every: str
    name: str | None
    paused: bool
    profile: str | None
    """TOML of its own, as ``sites.profile`` holds it."""


def write(found: tuple[ScheduledSite, ...]) -> str:
    """Return the list as TOML; ``read`` brings it back."""
    head = "# The sites that backfile crawls by itself. Read it back with: backfile sites import FILE\n"
    return head + "".join(_entry(one) for one in found)


def _entry(one: ScheduledSite) -> str:
    lines = ["", "[[site]]", f"url = {_text(one.start)}", f"every = {_text(one.every)}"]
    if one.name:
        lines.append(f"name = {_text(one.name)}")
    if one.paused_at:
        lines.append("paused = true")
    if one.profile:
        lines += ["", *profile_lines(profile.parse(one.profile), "site.profile")]
    return "\n".join(lines) + "\n"


def profile_lines(known: Profile, table: str = "") -> list[str]:
    """Return a profile as lines of TOML, below the table of that name; ``""``: as a file of its own."""
    lines = [f"[{table}]"] if table else []
    patterns = (("include", known.include), ("exclude", known.exclude))
    lines += [f"{name} = {_texts(values)}" for name, values in patterns if values]
    pace = [
        f"{name} = {getattr(known, name)}" for name in ("delay_s", "concurrency") if getattr(known, name) is not None
    ]
    fields = [f"{name} = {_text(selector)}" for name, selector in known.selectors]
    if known.remove:
        fields.append(f"remove = {_texts(known.remove)}")
    for name, inside in (("pace", pace), ("fields", fields)):
        if inside:
            lines += ["", f"[{table}.{name}]" if table else f"[{name}]", *inside]
    return lines


def _text(value: str) -> str:
    # A JSON text is a TOML basic string; only DEL must be escaped as well.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _texts(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def read(text: str) -> tuple[Entry, ...]:
    """Return the sites that *text* lists. Raises ProfileError, with the line, for the first mistake."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(*profile.syntax_problem(error, text)) from error
    starts = [number for number, line in enumerate(text.splitlines(), 1) if _ENTRY.match(line)]
    entries = table.get("site", [])
    for name in table:
        if name != "site":
            raise ProfileError(Lines(text).of(name), f"expected [[site]], got {name}; begin each site with [[site]]")
    if not isinstance(entries, list) or len(entries) != len(starts):
        raise ProfileError(Lines(text).of("site"), "expected [[site]] on a line of its own; write it in two brackets")
    ends = [*(start - 1 for start in starts[1:]), len(text.splitlines())]
    parts = [
        Lines("\n".join(text.splitlines()[start:end]), first=start + 1, under="site")
        for start, end in zip(starts, ends, strict=True)
    ]
    found = tuple(_read_entry(entry, lines, start) for entry, lines, start in zip(entries, parts, starts, strict=True))
    _no_twins(found, starts)
    return found


def _read_entry(entry: dict[str, Any], lines: Lines, start: int) -> Entry:
    profile.only(entry, _KEYS, "", lines)
    url, every, name = entry.get("url"), entry.get("every", intervals.ADAPTIVE), entry.get("name")
    if url is None:
        raise ProfileError(start, 'expected a url below [[site]], got none; write url = "https://blog.example/"')
    if not isinstance(url, str) or not urls.is_http(url):
        raise ProfileError(
            lines.of("url"), f'expected an absolute http or https address, got {url!r}; write "https://blog.example/"'
        )
    try:
        intervals.parse_interval(str(every))
    except intervals.BadInterval as error:
        raise ProfileError(lines.of("every"), f'{error}; write every = "6h"') from error
    if name is not None and not isinstance(name, str):
        raise ProfileError(lines.of("name"), f"expected a text, got {name!r}; put it in quotation marks")
    paused = entry.get("paused", False)
    if not isinstance(paused, bool):
        raise ProfileError(lines.of("paused"), f"expected true or false, got {paused!r}; write paused = true")
    known = entry.get("profile")
    if known is not None and not isinstance(known, dict):
        raise ProfileError(lines.of("profile"), f"expected a table, got {known!r}; write [site.profile]")
    parsed = profile.of_table(known, lines, prefix="profile.") if known else None
    text = "\n".join(profile_lines(parsed)).strip() + "\n" if parsed is not None and parsed != Profile() else None
    return Entry(url, str(every), name, paused, text)


def _no_twins(found: tuple[Entry, ...], starts: list[int]) -> None:
    seen: dict[str | None, int] = {}
    for entry, line in zip(found, starts, strict=True):
        host = urls.site_of(entry.url)
        if host in seen:
            raise ProfileError(line, f"expected each site once, got {host} at line {seen[host]} too; take one out")
        seen[host] = line


def bring_in(archive: Archive, entries: tuple[Entry, ...], now: datetime) -> tuple[ScheduledSite, ...]:
    """Make the list of *archive* what *entries* say; sites that are on it and not among them stay as they are.

    Returns the sites that came in. One transaction: all or none.
    """
    with archive.transaction():
        for entry in entries:
            one = sites.add(archive, entry.url, every=entry.every, name=entry.name, now=now)
            sites.edit(archive, one.site, profile=entry.profile or "")
            if entry.paused and one.paused_at is None:
                sites.pause(archive, one.site, now)
            elif not entry.paused:
                sites.resume(archive, one.site)
    hosts = {urls.site_of(entry.url) for entry in entries}
    return tuple(one for one in scheduled_sites(archive) if one.site in hosts)
