"""Every parser of strangers' documents: never raises, takes bounded time, and gives the same twice, whatever comes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.fuzz import TARGETS, check, mutated, seeds

ROUNDS = 60
_PIECES = (
    *("<p>", "</div>", "<!--", "]]>", "&#xD800;", "\0", "<script type='application/ld+json'>{", "2021-07-26", "<loc>"),
    *("\u202e", "User-agent: *\nDisallow: /*", '{"@type":"Article","author":', "<item><link>", "<![CDATA[", "9" * 400),
)


@pytest.mark.parametrize("target", TARGETS)
def test_mutated_faults(target: str) -> None:
    dice = random.Random(f"{target} 1")
    begun = list(seeds(target))
    assert begun
    for _ in range(ROUNDS):
        check(target, mutated(dice.choice(begun), dice, begun))


@settings(max_examples=25)
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=20)), max_size=40).map("".join))
def test_any_text(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    for target, read in TARGETS.items():
        check(target, data)
        assert repr(read(data)) == repr(read(data)), target


@settings(max_examples=25)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    for target in TARGETS:
        check(target, data)
