"""Values of HTTP header fields, and of the metas that stand in for them, read as leniently as a crawler must.

Nothing here raises: a value that says nothing is None or empty. Parsing is linear in the value's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import webencodings

LONGEST_DELAY_S = 1e12
"""What a longer Retry-After is read as, in seconds: some 30,000 years, so that sums with it stay finite."""
LONGEST_AGE_S = 2**31
"""What a longer max-age is read as, in seconds (RFC 9111 §1.2.2)."""

_DELAY_DIGITS = 12
_MONTHS = {month: number for number, month in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
# RFC 5322 §4.3, obs-zone: hours from UTC. HTTP dates are in GMT, but not all who write them know.
_ZONES = {"gmt": 0, "utc": 0, "ut": 0, "z": 0} | {"est": -5, "edt": -4, "cst": -6, "cdt": -5} | {"mst": -7, "mdt": -6}
_ZONES |= {"pst": -8, "pdt": -7}
_LONGEST_DATE = 64  # characters; the longest well-formed one has 33
# RFC 9110 §5.6.7: a two-digit year that seems far in the future is in the past; no page is older than 1970.
_PIVOT_YEAR = 70
# RFC 9110 §5.6.7: IMF-fixdate and RFC 850 by one pattern, then asctime. The weekday is not looked at.
_DATE = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]([a-z]{3})[a-z]{0,6}[\s-](\d{4}|\d{2})\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([a-z]{1,4}|[+-]\d{4}))?",
    re.I | re.A,
)
_ASCTIME = re.compile(
    r"[a-z]{3,9}\s+([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+(\d{4})(?:\s+(?:gmt|utc))?", re.I | re.A
)
# Only at a word's beginning: from every letter of a long word the search would cost its square.
_MEDIA_TYPE = re.compile(r"(?<![^\s;,])[^\s/;,]++/[^\s/;,]++")
# RFC 9110 §5.6.6: token, "=", token or quoted string; single quotes are met and taken too.
_PARAMETER = re.compile(r"""([^\s=;,"'<>]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|'([^']*+)'?|([^\s;,"]*+)))?""", re.S)
_TARGET = re.compile(r"<([^<>]*+)>")
_DIRECTIVE = re.compile(r"\s*([a-z][a-z_-]*+)\s*+(?::(.*))?", re.I | re.S)
_AGENT = re.compile(r"\s*([\w.*-]++)(?:/[^:\s]*)?\s*:", re.A)
_WITH_VALUE = frozenset(("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"))
_NUMBER = re.compile(r"-?[0-9]+")
# RFC 9111 §5.2: token, then "=" and token or quoted string without space between; a quoted string alone is passed over.
_CACHE_DIRECTIVE = re.compile(r"""([^\s,="]++)(?:=(?:"([^"]*+)"?|([^\s,"]*+)))?|"[^"]*+"?""")
# RFC 9111 §5.2.2: the response directives that say how long an answer holds, and whether it may be kept.
_AGES = frozenset(("max-age", "s-maxage"))
_FLAGS = frozenset(("no-cache", "no-store", "private", "public", "must-revalidate", "immutable", "no-transform"))
_REFRESH_TIME = re.compile(r"\s*([0-9]*)(\.[0-9.]*)?(?=[;,\s]|$)[\s]*[;,]?\s*")
_REFRESH_URL = re.compile(r"url\s*=\s*", re.I)
_SCRIPT_OR_FILE = re.compile(r"[\x00-\x20]*(?!https?:)[a-z][a-z0-9+.\t\n\r-]*:", re.I)


def http_date(value: str) -> datetime | None:
    """Return the time an HTTP date names, aware and in UTC; None when it is none (RFC 9110 §5.6.7, with lenience).

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
    offset = _offset(zone)
    month_number = _MONTHS.get(month.lower())
    if offset is None or month_number is None:
        return None
    # A leap second (RFC 9110 §5.6.7 allows 60) has no datetime.
    clock = (int(hour), int(minute), min(int(second or 0), 59) if second == "60" else int(second or 0))
    try:
        local = datetime(_full_year(year), month_number, int(day), *clock, tzinfo=timezone(offset))
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
    return int(year) + (2000 if int(year) < _PIVOT_YEAR else 1900)


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds from *now* (aware) a Retry-After asks to wait, 0 for a time gone by; None when it says
    nothing.

    RFC 9110 §10.2.3: whole seconds, or an HTTP date. More than LONGEST_DELAY_S counts as that; what is useful is for
    the caller to say.

    >>> retry_after_s("120", datetime(2026, 1, 1, tzinfo=UTC)), retry_after_s("soon", datetime(2026, 1, 1, tzinfo=UTC))
    (120.0, None)
    """
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        digits = value.lstrip("0")
        return float(digits or 0) if len(digits) <= _DELAY_DIGITS else LONGEST_DELAY_S
    when = http_date(value)
    return None if when is None else max((when - now).total_seconds(), 0.0)


def content_type(value: str | None) -> tuple[str | None, str | None]:
    """Return (media type, charset) of a Content-Type, None for what is missing, malformed or unknown.

    The media type is lower-case, the charset a WHATWG encoding name. Of several values joined by commas the last
    well-formed one counts, as browsers take it (https://fetch.spec.whatwg.org/#concept-header-extract-mime-type).

    >>> content_type("Text/HTML; Charset='latin1'"), content_type("html")
    (('text/html', 'windows-1252'), (None, None))
    """
    media_type: str | None = None
    charset: str | None = None
    for essence, parameters in _media_types(value or ""):
        if essence != media_type:
            media_type, charset = essence, None
        label = parameters.get("charset", "")
        encoding = webencodings.lookup(label) if label.isascii() else None
        charset = encoding.name if encoding else charset
    return media_type, charset


def _media_types(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    position = 0
    while found := _MEDIA_TYPE.search(value, position):
        position, parameters = _parameters(value, found.end())
        yield found.group().lower(), parameters


def _parameters(value: str, position: int) -> tuple[int, dict[str, str]]:
    """Return (where the next comma or the end is, the parameters up to there); of a repeated name the first counts."""
    parameters: dict[str, str] = {}
    while position < len(value) and value[position] != ",":
        found = _PARAMETER.match(value, position)
        if found is None:
            position += 1
            continue
        name, double, single, bare = found.groups()
        text = re.sub(r"\\(.)", r"\1", double, flags=re.S) if double is not None else single or bare or ""
        parameters.setdefault(name.lower(), text.strip())
        position = found.end()
    return position, parameters


def links(value: str) -> list[tuple[str, dict[str, str]]]:
    """Return (target as written, parameters) of every link in a Link header, in order (RFC 8288 §3).

    >>> links('</feed/>; rel="alternate", </page/2/>; rel=next')
    [('/feed/', {'rel': 'alternate'}), ('/page/2/', {'rel': 'next'})]
    """
    found: list[tuple[str, dict[str, str]]] = []
    position = 0
    while target := _TARGET.search(value, position):
        position, parameters = _parameters(value, target.end())
        found.append((target.group(1).strip(), parameters))
    return found


def robots_directives(values: Iterable[str], agent: str) -> frozenset[str]:
    """Return the directives in X-Robots-Tag values or robots metas that are meant for everybody or for *agent*,
    lower-case.

    A user agent's name and a colon scope what follows within one value. Directives with a value read ``name:value``.
    ``none`` comes out as the two it stands for
    (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag).

    >>> sorted(robots_directives(["noindex, otherbot: nofollow", "backfile: noarchive"], "backfile"))
    ['noarchive', 'noindex']
    """
    found: set[str] = set()
    for value in values:
        applies = True
        for part in value.split(","):
            scope = _AGENT.match(part)
            directive = part
            if scope and scope.group(1).lower() not in _WITH_VALUE:
                applies = scope.group(1).lower() in ("*", agent.lower())
                directive = part[scope.end() :]
            if applies and (named := _DIRECTIVE.fullmatch(directive)):
                name, argument = named.group(1).lower(), (named.group(2) or "").strip()
                found.add(f"{name}:{argument.lower()}" if argument else name)
    if "none" in found:
        found = found - {"none"} | {"noindex", "nofollow"}
    return frozenset(found)


def cache_control(value: str) -> dict[str, int | bool | None]:
    """Return how long and by whom an answer may be kept (RFC 9111 §5.2.2): known directives, ``-`` written ``_``.

    ``max_age`` and ``s_maxage`` are seconds, 0 for a negative number, None for no number; the rest are True. Unknown
    directives are left out, and of a repeated one the first counts.

    >>> cache_control('private, max-age="3600"')
    {'private': True, 'max_age': 3600}
    """
    found: dict[str, int | bool | None] = {}
    for directive, quoted, bare in _CACHE_DIRECTIVE.findall(value):
        name = directive.lower()
        if name in _AGES:
            found.setdefault(name.replace("-", "_"), _age_s(quoted or bare))
        elif name in _FLAGS:
            found.setdefault(name.replace("-", "_"), True)
    return found


def _age_s(text: str) -> int | None:
    if not _NUMBER.fullmatch(text):
        return None
    digits = text.lstrip("0")
    if len(digits) > _DELAY_DIGITS:
        return 0 if text.startswith("-") else LONGEST_AGE_S
    return min(max(int(text), 0), LONGEST_AGE_S)


def meta_refresh(value: str) -> tuple[float | None, str | None]:
    """Return (seconds, address as written) of a Refresh header or meta: the time None when it is no refresh at all.

    The HTML standard's "shared declarative refresh steps", with fractions of a second kept. The address is None when
    the page only reloads itself, or for a scheme other than http and https, which nobody follows.

    >>> meta_refresh("0; url='/new'"), meta_refresh("5"), meta_refresh("0; url=javascript:alert(1)")
    ((0.0, '/new'), (5.0, None), (0.0, None))
    """
    time = _REFRESH_TIME.match(value)
    if time is None or not (time.group(1) or time.group(2)):
        return None, None
    seconds = min(float((time.group(1)[:_DELAY_DIGITS] or "0") + "." + _fraction(time.group(2))), LONGEST_DELAY_S)
    rest = value[time.end() :]
    if named := _REFRESH_URL.match(rest):
        rest = rest[named.end() :]
    if rest[:1] in ("'", '"'):
        rest = rest[1:].partition(rest[0])[0]
    rest = rest.strip()
    return seconds, rest if rest and not _SCRIPT_OR_FILE.match(rest) else None


def _fraction(text: str | None) -> str:
    return (text or "").split(".")[1][:_DELAY_DIGITS] if text else "0"
