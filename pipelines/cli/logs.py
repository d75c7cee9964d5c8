"""The log: one line per event on standard error, for people (``-v``) or for programs (``--log-json``)."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pipelines.cli import console

_NAME = "backfile"


class _Lines(logging.Formatter):
    """``2026-11-12T04:00:00.000Z fetched run=3 site=blog.example url=https://blog.example/ status=200``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event on one line, its facts as name=value."""
        facts = " ".join(f"{name}={_plain(value)}" for name, value in _facts(record).items())
        return f"{_at(record)} {console.line_of(record.getMessage())} {facts}".rstrip()


class _Json(logging.Formatter):
    """One JSON object a line: ``at``, ``event``, and the facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of JSON."""
        return json.dumps({"at": _at(record), "event": record.getMessage(), **_facts(record)}, ensure_ascii=False)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts: dict[str, Any] = getattr(record, "facts", {})
    return facts


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: Any) -> str:
    text = console.line_of(str(value))
    return json.dumps(text, ensure_ascii=False) if " " in text or '"' in text else text


@contextmanager
def listening(*, verbose: bool, as_json: bool) -> Iterator[None]:
    """Write the events of the block to standard error, when one of the two is asked for."""
    if not (verbose or as_json):
        yield
        return
    log = logging.getLogger(_NAME)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Lines())
    level, propagate = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        log.propagate = propagate


def is_listening() -> bool:
    """Say whether events go to standard error now, where a progress display would be in their way."""
    return logging.getLogger(_NAME).isEnabledFor(logging.INFO)
