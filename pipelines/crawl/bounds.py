"""Limits by name: ``head_s=5`` turned into settings, so that every bound of a crawl can be set without a program.

The names are those of the tables in docs/reference/limits.md: deadlines (``head_s``), bounds of one answer
(``redirects``), sizes of documents (``page_bytes`` decoded, ``page_bytes_on_wire``), and bounds of one crawl
(``max_depth``).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from pipelines.crawl.values import CrawlLimits, CrawlSettings
from scraper.limits import Limits, SizeLimit, Timeouts

_ON_WIRE = "_bytes_on_wire"
_DECODED = "_bytes"


def names() -> tuple[str, ...]:
    """Return every name that ``with_bounds`` knows, in the order of the tables."""
    sizes = [kind + suffix for kind in Limits().sizes for suffix in (_ON_WIRE, _DECODED)]
    plain = [field.name for kind in (Timeouts, Limits) for field in fields(kind) if field.name != "sizes"]
    return (*plain, *sizes, *(field.name for field in fields(CrawlLimits)))


def with_bounds(settings: CrawlSettings, pairs: Iterable[str]) -> CrawlSettings:
    """Return *settings* with the bounds of *pairs* changed, each written ``NAME=VALUE``.

    Raises ValueError, with a sentence for the user, on an unknown name or a value that is no positive number.

    >>> with_bounds(CrawlSettings(), ["head_s=5", "max_depth=3"]).fetch_settings().timeouts.head_s
    5.0
    """
    bounds = dict(_pair(pair) for pair in pairs)
    if not bounds:
        return settings
    asked = settings.fetch_settings()
    limits = replace(asked.limits, sizes=_sizes(asked.limits.sizes, bounds), **_of(Limits, bounds))
    fetch = replace(asked, timeouts=replace(asked.timeouts, **_of(Timeouts, bounds)), limits=limits)
    return replace(settings, fetch=fetch, limits=replace(settings.limits, **_of(CrawlLimits, bounds)))


def _pair(pair: str) -> tuple[str, float]:
    name, equals, value = (part.strip() for part in pair.partition("="))
    known = names()
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1)
        raise ValueError(f"there is no limit {name!r}" + (f"; did you mean {nearest[0]}?" if nearest else ""))
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not equals or not 0 < number < float("inf"):
        raise ValueError(f"{name} must be a number above 0, not {value!r}")
    return name, number


def _of(kind: type, bounds: Mapping[str, float]) -> dict[str, Any]:
    """Return those of *bounds* that *kind* holds, whole numbers where it counts things."""
    seconds = {field.name for field in fields(kind) if field.type in ("float", float)}
    own = {field.name for field in fields(kind)} & set(bounds)
    return {name: bounds[name] if name in seconds else max(1, int(bounds[name])) for name in own}


def _sizes(sizes: Mapping[str, SizeLimit], bounds: Mapping[str, float]) -> dict[str, SizeLimit]:
    changed = {}
    for kind, size in sizes.items():
        on_wire, decoded = bounds.get(kind + _ON_WIRE), bounds.get(kind + _DECODED)
        changed[kind] = replace(
            size,
            compressed_bytes=int(on_wire) if on_wire else size.compressed_bytes,
            decoded_bytes=int(decoded) if decoded else size.decoded_bytes,
        )
    return changed
