"""Param: one value a page may be asked with. The same list reads a request and describes it in ``/api.json``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MAX_CHARACTERS = 2_000
"""Longest value taken: as much of a query as the search reads."""
MAX_NUMBER = 2**53 - 1
"""Greatest number taken: what JSON and SQLite hold alike."""
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})")
_PLAIN = r"[^\x00-\x1f\x7f]*"
"""Text without control characters."""
PARTIAL_DATE = r"(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?"
"""A day, a month, a year or nothing: what an empty field of a form sends."""


class BadRequest(Exception):
    """A request that cannot be understood. The message says what was expected and what came."""


class _Values(Protocol):
    def getlist(self, key: Any, /) -> list[str]: ...
    def keys(self) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Param:
    """One value: a text, or a number where ``least`` is given."""

    name: str
    about: str
    """What it asks for, in one sentence."""
    default: str | int | None = None
    """What it is when the request does not have it."""
    choices: tuple[str, ...] = ()
    """The only values there are; empty: any."""
    pattern: str | None = None
    """What a text has to look like, from end to end."""
    least: int | None = None
    """The least number."""
    most: int = MAX_NUMBER
    """The greatest number."""
    in_path: bool = False

    def read(self, given: str) -> str | int:
        """Return the value of the text *given*. Raises BadRequest."""
        if self.least is not None:
            number = int(given) if _NUMBER.fullmatch(given) else None
            if number is None or not self.least <= number <= self.most:
                raise BadRequest(f"{self.name} is a number from {self.least} to {self.most:,}, not {given[:80]!r}")
            return number
        if len(given) > MAX_CHARACTERS:
            raise BadRequest(f"{self.name} has at most {MAX_CHARACTERS:,} characters, not {len(given):,}")
        if self.choices and given not in self.choices:
            raise BadRequest(f"{self.name} is one of {', '.join(self.choices)}, not {given[:80]!r}")
        if self.pattern and not re.fullmatch(self.pattern, given):
            raise BadRequest(f"{self.name} is written otherwise, not {given[:80]!r} ({self.about})")
        if not re.fullmatch(_PLAIN, given):
            raise BadRequest(f"{self.name} has a control character")
        return given

    def schema(self) -> dict[str, Any]:
        """Return the value's JSON Schema."""
        if self.least is not None:
            made: dict[str, Any] = {"type": "integer", "minimum": self.least, "maximum": self.most}
        else:
            made = {"type": "string", "maxLength": MAX_CHARACTERS}
            if self.choices:
                made = {"type": "string", "enum": list(self.choices)}
            elif self.pattern:
                made["pattern"] = f"^{self.pattern}$"
            else:
                made["pattern"] = f"^{_PLAIN}$"
        if self.default is not None:
            made["default"] = self.default
        return made

    def describe(self) -> dict[str, Any]:
        """Return it as OpenAPI 3.1 has it (Parameter Object)."""
        return {
            "name": self.name,
            "in": "path" if self.in_path else "query",
            "required": self.in_path,
            "description": self.about,
            "schema": self.schema(),
        }


def read_all(params: Sequence[Param], query: _Values, path: Mapping[str, str]) -> dict[str, Any]:
    """Return name → value of all *params*. Raises BadRequest for what is no value, said twice, or not known."""
    unknown = sorted(set(query.keys()) - {param.name for param in params if not param.in_path})
    if unknown:
        known = ", ".join(param.name for param in params if not param.in_path)
        raise BadRequest(f"this page knows no {unknown[0][:80]!r}" + (f"; it knows {known}" if known else ""))
    values: dict[str, Any] = {}
    for param in params:
        given = [path[param.name]] if param.in_path else query.getlist(param.name)
        if len(given) > 1:
            raise BadRequest(f"{param.name} was given {len(given)} times")
        values[param.name] = param.read(given[0]) if given else param.default
    return values
