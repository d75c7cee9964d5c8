"""The faults, one family member per layer of the web."""

from __future__ import annotations

from dataclasses import replace

from tests.hostile.faults import (
    addresses,
    charsets,
    compression,
    feeds,
    markup,
    metadata,
    robots,
    sitemaps,
    statuses,
    transport,
)
from tests.hostile.values import Fault

_FAMILIES = (transport, compression, addresses, robots, sitemaps, feeds, markup, metadata, charsets, statuses)

FAULTS: tuple[Fault, ...] = tuple(
    replace(fault, group=family.__name__.rsplit(".", 1)[1]) for family in _FAMILIES for fault in family.FAULTS
)
