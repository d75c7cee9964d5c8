"""Values of HTTP header fields, read as leniently as crawlers must and never with an error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
# RFC 5322 §4.3 (obs-zone), hours from UTC.
_ZONES = {
    "gmt": 0,
    "utc": 0,
    "ut": 0,
    "z": 0,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}
# RFC 9110 §5.6.7: IMF-fixdate, RFC 850 and asctime, weekday ignored.
_DATE = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]([a-z]{3})[a-z]{0,6}[\s-](\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([a-z]{1,4}|[+-]\d{4}))?",
    re.I | re.ASCII,
)
_ASCTIME = re.compile(
    r"[a-z]{3,9}\s+([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+(\d{4})(?:\s+(?:gmt|utc))?", re.I | re.ASCII
)
_LONGEST_DATE = 64
_DELAY = re.compile(r"[0-9]+", re.ASCII)
LONGEST_DELAY_S = 1e12
"""What a longer Retry-After is read as, in seconds: some 30,000 years, so that sums stay finite."""
_DELAY_DIGITS = 12
_PARAMETER = re.compile(r"""\s*([^\s=;,"<>]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"?|'([^']*)'|([^;,"]*)))?""")
_LINK = re.compile(r"\s*,*\s*<([^<>]*)>")
_AGENT = re.compile(r"\s*([A-Za-z0-9_.\-*]+)\s*:")
_VALUED_DIRECTIVES = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


def http_date(value: str) -> datetime | None:
    """Return the time an HTTP date names, aware and in UTC; None when it is none (RFC 9110 §5.6.7).

    >>> http_date("Sun, 06 Nov 1994 08:49:37 GMT").isoformat()
    '1994-11-06T08:49:37+00:00'
    """
    value = value.strip()
    if len(value) > _LONGEST_DATE:
        return None
    if found := _DATE.fullmatch(value):
        day, month, year, hour, minute, second, zone = found.groups()
    elif found := _ASCTIME.fullmatch(value):
        month, day, hour, minute, second, year = found.groups()
        zone = None
    else:
        return None
    shift = _offset(zone)
    if shift is None or month.lower() not in _MONTHS:
        return None
    try:
        local = datetime(
            _full_year(year),
            _MONTHS[month.lower()],
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            tzinfo=timezone(shift),
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta | None:
    if not zone:
        return timedelta()
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[3:])
        return timedelta(minutes=-minutes if zone[0] == "-" else minutes) if minutes < 24 * 60 else None
    hours = _ZONES.get(zone.lower())
    return None if hours is None else timedelta(hours=hours)


def _full_year(year: str) -> int:
    if len(year) == 4:
        return int(year)
    return int(year) + (2000 if int(year) < 70 else 1900)


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds from *now* a Retry-After asks to wait, 0 for a time in the past; None when it says nothing.

    RFC 9110 §10.2.3: delay-seconds or an HTTP date. More seconds than LONGEST_DELAY_S count as that many: capping to
    something useful is the caller's policy.

    >>> retry_after_s("120", datetime(2026, 1, 1, tzinfo=UTC)), retry_after_s("soon", datetime(2026, 1, 1, tzinfo=UTC))
    (120.0, None)
    """
    value = (value or "").strip()
    if _DELAY.fullmatch(value):
        digits = value.lstrip("0")
        return LONGEST_DELAY_S if len(digits) > _DELAY_DIGITS else float(digits or 0)
    when = http_date(value)
    return None if when is None else max((when - now).total_seconds(), 0.0)


def content_type(value: str | None) -> tuple[str | None, str | None]:
    """Return (media type, charset) of a Content-Type, both lower-case; None for what is missing or malformed."""
    media_type: str | None = None
    charset: str | None = None
    for part in (value or "").split(","):
        name = part.partition(";")[0].strip().lower()
        if re.fullmatch(r"[^\s/;]+/[^\s/;]+", name):
            media_type = name
        for key, label in _parameters(part.partition(";")[2]):
            if key == "charset" and label:
                charset = label.lower()
                break
    return media_type, charset


def _parameters(text: str) -> list[tuple[str, str]]:
    found = []
    position = 0
    while position < len(text):
        if match := _PARAMETER.match(text, position):
            name, quoted, single, bare = match.groups()
            value = quoted if quoted is not None else single if single is not None else (bare or "")
            found.append((name.lower(), re.sub(r"\\(.)", r"\1", value).strip()))
            position = match.end()
        else:
            position += 1
    return found


def links(value: str) -> list[tuple[str, dict[str, str]]]:
    """Return (target as written, parameters) of every link in a Link header, in order (RFC 8288 §3)."""
    out: list[tuple[str, dict[str, str]]] = []
    position = 0
    while match := _LINK.search(value, position):
        position = match.end()
        params: dict[str, str] = {}
        while position < len(value) and value[position] != ",":
            if (found := _PARAMETER.match(value, position)) and found.end() > position:
                name, quoted, single, bare = found.groups()
                text = quoted if quoted is not None else single if single is not None else (bare or "")
                params.setdefault(name.lower(), text.strip())
                position = found.end()
            else:
                position += 1
        out.append((match.group(1).strip(), params))
    return out


def robots_directives(values: Iterable[str], agent: str) -> frozenset[str]:
    """Return the directives meant for *agent* or for everybody in X-Robots-Tag values or robots metas, lower-case.

    >>> sorted(robots_directives(["noindex, otherbot: nofollow", "backfile: noarchive"], "backfile"))
    ['noarchive', 'noindex']
    """
    found: set[str] = set()
    for value in values:
        applies = True
        for part in value.split(","):
            name, colon, rest = part.partition(":")
            directive = part
            if colon and name.strip().lower() not in _VALUED_DIRECTIVES:
                applies = name.strip().lower() in ("*", agent.lower())
                directive = rest
            if applies and directive.strip():
                found.add(directive.strip().lower())
    if "none" in found:
        found |= {"noindex", "nofollow"}
    return frozenset(found)
