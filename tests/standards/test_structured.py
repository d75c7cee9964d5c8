"""JSON-LD as pages really write it: graphs, references, mends, and what no reader should choke on."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.standards.structured import MAX_NODES, graph, read, types_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@id", "@type", "@graph", "name", "author", "mainEntity"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def test_a_graph_is_flattened_and_its_references_followed_one_level() -> None:
    script = json.dumps(
        {
            "@context": "https://schema.org",
            "@graph": [
                {
                    "@type": "BlogPosting",
                    "headline": "On tides",
                    "author": {"@id": "#ida"},
                    "isPartOf": [{"@id": "#blog"}],
                },
                {"@type": "Person", "@id": "#ida", "name": "Ida", "worksFor": {"@id": "#blog"}},
                {"@type": "Blog", "@id": "#blog", "name": "Shore", "author": {"@id": "#ida"}},
            ],
        }
    )
    post, person, blog = graph([script])
    assert post["author"]["name"] == "Ida"
    assert post["isPartOf"][0]["name"] == "Shore"
    assert post["author"]["worksFor"] == {"@id": "#blog"}, "one level only, so nothing holds itself"
    assert (person["name"], blog["author"]["name"]) == ("Ida", "Ida")


def test_the_page_s_main_entity_is_a_node_of_its_own() -> None:
    nodes = graph(['{"@type": "WebPage", "mainEntity": {"@type": "Recipe", "name": "Rye"}}'])
    assert [sorted(types_of(node)) for node in nodes] == [["webpage"], ["recipe"]]


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"name": "Rye"} -->',
        '//<![CDATA[\n{"name": "Rye"}\n//]]>',
        '{"name": "Rye",}',
        '{"tags": ["a", "b", ], "name": "Rye"}',
        '{"text": "two\nlines", "name": "Rye"}',
        '{"name": "Rye"};',
        '{"other": 1}{"name": "Rye"}',
        "{&quot;name&quot;: &quot;Rye&quot;}",
        '&#13;{"name": "Rye"}&#13;',
        '[[{"name": "Rye"}]]',
    ],
)
def test_mends_that_cannot_change_the_meaning(script: str) -> None:
    assert "Rye" in [node.get("name") for node in graph([script])]


def test_a_mend_does_not_reach_into_strings() -> None:
    assert read('{"a": "x,}", "b": "y, ]",}') == [{"a": "x,}", "b": "y, ]"}]


@pytest.mark.parametrize("script", ["", "null", "42", '"text"', "{", '{"name": Rye}', "<html>", "{'name': 'Rye'}"])
def test_what_cannot_be_mended_is_left_out(script: str) -> None:
    assert graph([script]) == ()


def test_strings_can_be_stored() -> None:
    (node,) = graph(['{"name": "a\\u0000b\\ud800c\\u0007", "deep": [{"x": "\\udfff!"}]}'])
    assert node == {"name": "abc", "deep": [{"x": "!"}]}


@pytest.mark.parametrize(
    "script",
    [
        '{"n": ' + "9" * 100_000 + "}",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a": "' + '\\"' * 200_000,
        "[1," + " " * 400_000,
        "[" + "," * 400_000,
        '{"@type": "x"}' * 40_000,
    ],
)
def test_hostile_scripts_are_cheap(script: str) -> None:
    started = time.process_time()
    nodes = graph([script])
    assert time.process_time() - started < 0.5
    assert len(nodes) <= MAX_NODES


@given(st.lists(JSON, max_size=3))
def test_any_json_gives_nodes_that_are_finite(values: list[Any]) -> None:
    nodes = graph([json.dumps(value) for value in values])
    json.dumps(nodes)  # raises on anything that contains itself
    assert all(types_of(node) is not None for node in nodes)


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    graph([text])
