"""ExportReport: what an export wrote and what it left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What one export did."""

    out: str
    """The file or folder as it was asked for; ``-`` for standard output."""
    format: str
    """The name of the format, as in FORMATS."""
    articles: int
    """Articles written; in a WARC file, pages."""
    bytes: int
    """Bytes written, all files together."""
    ended: int = 0
    """Tombstones written: articles of an earlier export of the same name that are no more."""
    files: int = 1
    """Files written: more than one for a folder."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Reason → articles that were left out on account of it, such as ``noarchive``."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, same keys."""
        return {**asdict(self), "left_out": dict(self.left_out)}

    def to_json(self) -> str:
        """Return it as indented JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
