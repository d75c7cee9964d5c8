"""Whatever a page says, what is printed of it is plain: properties of the functions every command prints with."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli import console
from pipelines.datasets.csv_table import FORMULA_STARTS, cell
from pipelines.datasets.markdown import file_name

texts = st.text(st.characters(exclude_categories=()), max_size=200)
widths = st.integers(min_value=2, max_value=60)


def is_plain(text: str) -> bool:
    return not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text)


@given(texts)
def test_a_line_is_one_plain_line(text: str) -> None:
    line = console.line_of(text)
    assert is_plain(line)
    assert "\n" not in line
    assert console.line_of(line) == line


@given(texts)
def test_lines_are_plain_and_as_many_as_before(text: str) -> None:
    lines = console.lines_of(text)
    assert is_plain(lines)
    assert lines.count("\n") == text.count("\n")


@given(texts, widths)
def test_a_cut_text_fits(text: str, width: int) -> None:
    line = console.line_of(text)
    short = console.cut(line, width)
    assert console.width_of(short) <= width
    assert short == line or short.endswith("…")


@given(texts, widths)
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert console.wrap(text, width, "  ").split() == console.lines_of(text).split()


@given(st.lists(st.tuples(texts, st.none() | st.integers() | st.floats(allow_nan=False)), min_size=1, max_size=5))
def test_a_table_has_one_line_for_each_row(rows: list[tuple[str, float | None]]) -> None:
    lines = console.table(("text", "number"), rows).split("\n")
    assert len(lines) == len(rows) + 1
    assert all(is_plain(line) for line in lines)


@given(texts)
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not str(cell(text)).startswith(FORMULA_STARTS)


@given(texts)
def test_a_file_name_is_short_and_names_one_file(text: str) -> None:
    name = file_name(text)
    assert 0 < len(name.encode()) <= 80
    assert "/" not in name
    assert name not in (".", "..")
