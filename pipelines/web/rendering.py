"""Templates: where they are, and the words they write dates, counts and matches with."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipelines.web import charts

TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")
_DAY_CHARACTERS = len("2021-07-26")
_MINUTE_CHARACTERS = len("2021-07-26T09:30")


@cache
def environment() -> Environment:
    """Return the templates, everything escaped that is not said to be markup."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        day=day,
        minute=minute,
        number=number,
        counted=counted,
        marked=marked,
        percent=percent,
        web=web,
        told=told,
        without=without,
        pieces=pieces,
        direction=direction,
        legible=legible,
    )
    made.globals.update(
        link=link,
        spark=charts.spark,
        timeline=charts.timeline,
        runs_chart=charts.runs_chart,
        meter=charts.meter,
    )
    return made


def render(template: str, **values: Any) -> str:
    """Return the page that *template* makes of *values*."""
    return environment().get_template(template).render(**values)


def day(moment: str | None) -> str:
    """Return an ISO 8601 date as people write it, as precise as it is known; a time is left out.

    >>> day("2021-07-26T09:30:00Z"), day("2021-07"), day("2021"), day(None), day("soon")
    ('26 July 2021', 'July 2021', '2021', '', 'soon')
    """
    parts = (moment or "")[:_DAY_CHARACTERS].split("-")
    try:
        numbers = [int(part) for part in parts]
        words = [str(numbers[0]), *([calendar.month_name[numbers[1]]] if len(numbers) > 1 else [])]
    except (ValueError, IndexError):
        return moment or ""
    return " ".join(reversed([*words, *([str(numbers[2])] if len(numbers) > 2 else [])]))


def minute(moment: str | None) -> str:
    """Return a moment to the minute, UTC.

    >>> minute("2021-07-26T09:30:12.000Z")
    '2021-07-26 09:30'
    """
    return (moment or "")[:_MINUTE_CHARACTERS].replace("T", " ")


def number(value: int | None) -> str:
    """Return a number with its thousands apart, nothing for None."""
    return "" if value is None else f"{value:,}"


def counted(value: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "article"), counted(1200, "article"), counted(2, "copy", "copies")
    ('1 article', '1,200 articles', '2 copies')
    """
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def percent(share: float | None) -> str:
    """Return a share (0–1) in percent; what is not the whole is never called 100.

    >>> percent(1.0), percent(0.9999), percent(0.5), percent(None)
    ('100 %', '99.9 %', '50 %', '')
    """
    if share is None:
        return ""
    tenths = int(share * 1000)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def marked(text: str | None, spans: Sequence[Sequence[int]]) -> Markup:
    """Return *text* with its (start, end) *spans* marked.

    >>> marked("a <b> c", [(2, 5)])
    Markup('a <mark>&lt;b&gt;</mark> c')
    """
    out, at = Markup(), 0
    for start, end in spans:
        if start < at:
            continue
        out += escape((text or "")[at:start]) + Markup("<mark>{}</mark>").format((text or "")[start:end])
        at = end
    return out + escape((text or "")[at:])


def web(url: str | None) -> str | None:
    """Return *url* when a browser may be sent there, else None: an address is what a page says it is.

    >>> web("https://a.example/"), web("javascript:alert(1)"), web(None)
    ('https://a.example/', None, None)
    """
    try:
        return url if url and urlsplit(url).scheme.lower() in ("http", "https") else None
    except ValueError:
        return None


CONTEXT_CHARACTERS = 160
"""How much of what did not change is shown beside a change, about."""
MIN_HIDDEN_CHARACTERS = 200
"""Less than this is not worth hiding."""


def pieces(runs: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the runs of a difference as they are shown: ``kind`` (same, added, removed, or hidden: far from a change),
    ``text`` without white space at its end, and that white space as ``after``.

    >>> long, new = {"kind": "same", "text": "It is so. " * 90}, {"kind": "added", "text": "Now."}
    >>> [piece["kind"] for piece in pieces([long, new])]
    ['hidden', 'same', 'added']
    """
    out = []
    for position, run in enumerate(runs):
        is_last = position == len(runs) - 1
        if run["kind"] != "same":
            # the old words and the new ones stand side by side, in one paragraph
            replaced = run["kind"] == "removed" and not is_last and runs[position + 1]["kind"] == "added"
            out.append(_piece(run["kind"], run["text"], " " if replaced else None))
            continue
        text = run["text"]
        start = 0 if position == 0 else _word_end(text, CONTEXT_CHARACTERS)
        end = len(text) if is_last else len(text) - _word_end(text[::-1], CONTEXT_CHARACTERS)
        if end - start < MIN_HIDDEN_CHARACTERS:
            out.append(_piece("same", text))
            continue
        shown = (("same", text[:start]), ("hidden", text[start:end]), ("same", text[end:]))
        out += [_piece(kind, part) for kind, part in shown if part]
    return out


def _piece(kind: str, text: str, after: str | None = None) -> dict[str, str]:
    bare = text.rstrip()
    return {"kind": kind, "text": bare, "after": text[len(bare) :] if after is None else after}


def _word_end(text: str, near: int) -> int:
    """Return where the word ends that stands at *near*, or the text."""
    while near < len(text) and not text[near].isspace():
        near += 1
    return min(near, len(text))


_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he iw ji ku ps sd ug ur yi".split())
"""Languages written from right to left, as a rule (Unicode CLDR, character order)."""


def direction(language: str | None) -> str:
    """Return the direction of writing, ``auto`` where the language is not known.

    >>> direction("fa-IR"), direction("en"), direction(None)
    ('rtl', 'ltr', 'auto')
    """
    if not language:
        return "auto"
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return *values* without the one called *name*."""
    return {key: value for key, value in values.items() if key != name}


def legible(url: str) -> str:
    """Return an address as people read it, percent-encoded letters as letters.

    >>> legible("https://a.example/%C3%BCber-uns/?q=a%20b"), legible("https://a.example/%FF")
    ('https://a.example/über-uns/?q=a%20b', 'https://a.example/%FF')
    """
    return _LETTERS.sub(_letters, url)


def _letters(found: re.Match[str]) -> str:
    # what is not printable stays as it is: a sign that turns the direction of writing would turn the address around
    plain = unquote(found[0], errors="replace")
    return plain if plain.isprintable() and "\ufffd" not in plain else found[0]


_LETTERS = re.compile(r"(?:%[c-fC-F][0-9a-fA-F](?:%[89abAB][0-9a-fA-F])+)+")
"""Percent-encoded letters beyond ASCII, in UTF-8."""


def told(value: Any) -> str:
    """Return a value of the record in few words: a list by its items, an item by its name, title or address."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return str(next((value[key] for key in ("name", "title", "excerpt", "url") if value.get(key)), "–"))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(told(item) for item in value) or "–"
    return str(value)


def link(path: str, *given: Mapping[str, Any], **values: Any) -> str:
    """Return *path* with a query of *given* overridden by *values*, those that are None or "" left out.

    >>> link("/search", {"q": "tide", "page": 3}, page=None)
    '/search?q=tide'
    """
    merged: dict[str, Any] = {}
    for some in (*given, values):
        merged.update(some)
    query = urlencode([(name, value) for name, value in merged.items() if value not in (None, "")])
    return f"{path}?{query}" if query else path
