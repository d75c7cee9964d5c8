"""Every field of every corpus apart, against its floor; and the floors against quiet lowering."""

from __future__ import annotations

import pytest

from tests.quality import floors
from tests.quality.measures import MEASURES
from tests.quality.pages import has, scored
from tests.shared import needs_shared

TABLE, REASONS, SEAL = floors.read()


@needs_shared
@pytest.mark.xdist_group("quality")
@pytest.mark.parametrize("corpus", sorted(TABLE))
def test_no_measure_is_below_its_floor(corpus: str) -> None:
    if not has(corpus):
        pytest.skip(f"{corpus} is not among the shared data")
    figures = {measure: MEASURES[measure](scored(corpus)) for measure in TABLE[corpus]}
    print("\n".join(f"{corpus} {name} {figure:.4f} (floor {TABLE[corpus][name]})" for name, figure in figures.items()))
    assert not {name: figure for name, figure in figures.items() if figure < TABLE[corpus][name]}


def test_floors_are_as_they_were_pinned() -> None:
    assert floors.seal(TABLE, REASONS) == SEAL, "floors.toml was edited by hand; use python -m tests.quality --pin"


def test_a_floor_rises_freely() -> None:
    table, reasons = floors.pinned({"a": {"title": 0.8}}, [], {"a": {"title": 0.9}}, None)
    assert table == {"a": {"title": 0.898}}
    assert reasons == []


def test_a_floor_sinks_only_for_a_reason() -> None:
    with pytest.raises(floors.Lowered, match=r"a title 0\.800"):
        floors.pinned({"a": {"title": 0.8}}, [], {"a": {"title": 0.7}}, None)
    table, reasons = floors.pinned({"a": {"title": 0.8}}, [], {"a": {"title": 0.7}}, "the gold was wrong")
    assert table == {"a": {"title": 0.698}}
    assert reasons == ["a title 0.800 -> 0.698: the gold was wrong"]


def test_a_floor_just_below_its_figure_stays() -> None:
    assert floors.pinned({"a": {"title": 0.8}}, [], {"a": {"title": 0.801}}, None)[0] == {"a": {"title": 0.8}}
