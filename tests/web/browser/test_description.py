"""Whatever is asked for along the description is answered as it says: schemathesis makes up the requests.

Its own pytest decorator is left aside, because it leans on the insides of one version of pytest.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pipelines.web.openapi import description

EXAMPLES = 20


@pytest.fixture(scope="session")
def described(base: str) -> Any:
    import schemathesis

    return schemathesis.openapi.from_url(f"{base}/api.json")


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("path", description()["paths"])
def test_answers_are_as_described(described: Any, path: str, mode: str) -> None:
    import schemathesis

    operation = described[path]["GET"]
    if mode == "negative" and not list(operation.iter_parameters()):
        pytest.skip("it takes nothing that could be wrong")
    made = operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode))

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=made)
    def check(case: Any) -> None:
        case.call_and_validate()

    check()
