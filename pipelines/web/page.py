"""Page: one page of the reading room, as a person and as a program sees it.

A page is a function that reads the archive and returns JSON-ready values. ``PATH.json`` shows them as they are,
``PATH`` through the template of the page's name: whatever a person sees, a program can have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.archive import Archive
from pipelines.web.params import Param

Schema = dict[str, Any]
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is made of."""

    archive: Archive
    """Open for reading."""
    values: Mapping[str, Any]
    """Name → value of each of the page's params."""
    now: datetime
    """The moment of the request, aware, UTC."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page."""

    name: str
    """Its template without ``.html``, and its operation's name for programs."""
    path: str
    """Where it is, params in braces: ``/articles/{id}``."""
    summary: str
    """What is on it, in one sentence."""
    load: Callable[[Asked], Content]
    """Reads what is on it, JSON-ready. Raises NotFound and the archive's other errors."""
    schema: Schema
    """The JSON Schema of what ``load`` returns."""
    params: tuple[Param, ...] = field(default=())


# What the pages describe themselves with.
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer"}
NUMBER_OR_NULL: Schema = {"type": ["integer", "null"]}
SHARE_OR_NULL: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
YES_NO: Schema = {"type": "boolean"}
ANYTHING: Schema = {}
RECORD: Schema = {"$ref": "#/components/schemas/Record"}


def shape(**properties: Schema) -> Schema:
    """Return the schema of an object that has all of *properties* and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def rows(item: Schema) -> Schema:
    """Return the schema of a list of *item*."""
    return {"type": "array", "items": item}


COUNTED: Schema = rows(shape(value=TEXT, articles=NUMBER))
"""Values with how many articles have them."""
MONTHS: Schema = rows(shape(month=TEXT, articles=NUMBER))
"""Months (``2021-07``) with how many articles were published then; no gaps."""
