"""The description for programs: valid, complete, and kept by the answers."""

from __future__ import annotations

import jsonschema
import pytest
from starlette.testclient import TestClient

from pipelines.web.openapi import description
from pipelines.web.page import Page
from pipelines.web.pages import PAGES
from tests.web.rooms import Room


def _schema(page: Page) -> dict[str, object]:
    return {**page.schema, "components": description()["components"]}


def test_every_page_and_param_is_described() -> None:
    paths = description()["paths"]
    for page in PAGES:
        described = paths[f"{page.path}.json"]["get"]
        assert [one["name"] for one in described["parameters"]] == [param.name for param in page.params]
        assert all(one["description"].endswith(".") for one in described["parameters"])
        assert described["summary"].endswith(".")
    names = [operation["get"]["operationId"] for operation in paths.values()]
    assert len(names) == len(set(names))


def test_answers_are_as_described(client: TestClient, room: Room) -> None:
    seen = set()
    for path in room.paths:
        base, _, query = path.partition("?")
        name = base.strip("/").split("/")
        page = next((page for page in PAGES if _fits(page, name)), PAGES[0] if base == "/" else None)
        if page is None:
            continue
        seen.add(page.name)
        answer = client.get(f"{'/search' if base == '/' else base}.json?{query}").json()
        jsonschema.Draft202012Validator(_schema(page)).validate(answer)
    assert seen == {page.name for page in PAGES}


def _fits(page: Page, parts: list[str]) -> bool:
    wanted = page.path.strip("/").split("/")
    return len(wanted) == len(parts) and all(
        one == other or one.startswith("{") for one, other in zip(wanted, parts, strict=True)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_schemas_are_schemas(page: Page) -> None:
    jsonschema.Draft202012Validator.check_schema(_schema(page))


def test_the_description_is_served(client: TestClient) -> None:
    served = client.get("/api.json").json()
    assert served == description()
    page = client.get("/api").text
    assert all(path in page for path in served["paths"])
