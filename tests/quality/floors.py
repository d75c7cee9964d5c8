"""The floors: what each measure must reach on each corpus. They rise freely; lowering one takes a reason that stays.

``floors.toml`` holds a table a corpus, a row a measure, the reasons for what was lowered, and a seal over all of it. A
floor edited by hand breaks the seal; ``python -m tests.quality --pin`` writes the file.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

FILE = Path(__file__).with_name("floors.toml")
MARGIN = 0.002
"""What a floor stays below the figure it was pinned at: an honest change elsewhere moves a mean by so much."""

Table = dict[str, dict[str, float]]


class Lowered(Exception):
    """A floor would sink and no reason was given."""


def read() -> tuple[Table, list[str], str]:
    """Return (corpus → measure → floor, reasons for what was lowered, seal)."""
    stored = tomllib.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return stored.get("floors", {}), stored.get("lowered", []), stored.get("seal", "")


def seal(table: Table, reasons: list[str]) -> str:
    """Return the digest of floors and reasons."""
    return hashlib.sha256(json.dumps([table, reasons], sort_keys=True).encode()).hexdigest()[:16]


def pinned(table: Table, reasons: list[str], figures: Table, because: str | None) -> tuple[Table, list[str]]:
    """Return the floors and reasons after pinning *figures*: raised where they are higher, and lowered where they are
    lower if *because* says why.

    Raises Lowered, with the rows, when it does not.
    """
    new: Table = {corpus: dict(rows) for corpus, rows in table.items()}
    sunk = []
    for corpus, rows in figures.items():
        for measure, figure in rows.items():
            floor = new.setdefault(corpus, {}).get(measure)
            if floor is not None and figure < floor:
                sunk.append(f"{corpus} {measure} {floor:.3f} -> {figure - MARGIN:.3f}")
            elif floor is not None and figure - MARGIN <= floor:
                continue
            new[corpus][measure] = round(figure - MARGIN, 4)
    if sunk and not because:
        raise Lowered(f"these floors would sink, say --because: {'; '.join(sunk)}")
    return new, [*reasons, f"{'; '.join(sunk)}: {because}"] if sunk else reasons


def write(table: Table, reasons: list[str]) -> None:
    """Write the file, rows in order."""
    lines = ["# Written by `python -m tests.quality --pin`. Floors may rise; lowering one takes --because.", ""]
    lines += [f'seal = "{seal(table, reasons)}"', "lowered = ["]
    lines += [f"    {json.dumps(reason, ensure_ascii=False)}," for reason in reasons] + ["]"]
    for corpus in sorted(table):
        lines += ["", f"[floors.{corpus}]"]
        lines += [f"{measure} = {floor}" for measure, floor in sorted(table[corpus].items())]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
