"""The description for programs: OpenAPI 3.1, made from the pages, so that it cannot say anything else than they do."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import version
from typing import Any

from pipelines.web.feeds import JSON_TYPE
from pipelines.web.files import FORMS
from pipelines.web.page import Page
from pipelines.web.pages import PAGES
from pipelines.web.pages.article import ID
from pipelines.web.pages.search import QUERY_PARAMS
from pipelines.web.params import Param
from scraper.resources import data_path

_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "hint": {"type": ["string", "null"]}},
    "required": ["error", "hint"],
    "additionalProperties": False,
}


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document."""
    paths: dict[str, Any] = {f"{page.path}.json": {"get": _operation(page)} for page in PAGES}
    paths["/articles/{id}/export.{form}"] = {"get": _export()}
    paths["/feed.json"] = {"get": _feed("A search as JSON Feed 1.1.", "json_feed", JSON_TYPE)}
    paths["/feed.atom"] = {"get": _feed("A search as an Atom feed.", "atom_feed", "application/atom+xml")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "backfile: the reading room",
            "version": version("backfile"),
            "description": "One archive of blog posts, read only. Every page of the reading room is here as JSON.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Record": _record(), "Error": _ERROR},
            "responses": {
                "Refused": _answer("The request cannot be understood.", {"$ref": "#/components/schemas/Error"}),
                "Missing": _answer("The archive has no such thing.", {"$ref": "#/components/schemas/Error"}),
                "Unchanged": {"description": "What you have (If-None-Match) is what there is."},
            },
        },
    }


def _operation(page: Page) -> dict[str, Any]:
    return _get(page.summary, page.name, page.params, _answer(page.summary, page.schema))


def _get(summary: str, name: str, params: tuple[Param, ...], answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": summary,
        "operationId": name,
        "parameters": [param.describe() for param in params],
        "responses": {
            "200": answer,
            "304": {"$ref": "#/components/responses/Unchanged"},
            "400": {"$ref": "#/components/responses/Refused"},
            "404": {"$ref": "#/components/responses/Missing"},
        },
    }


def _answer(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _export() -> dict[str, Any]:
    form = Param("form", "The form of the file.", choices=tuple(FORMS), in_path=True)
    media_types = [media_type.split(";")[0] for media_type, _ in FORMS.values()]
    answer = {
        "description": "The newest version of the article, as a file.",
        "content": {media_type: {} for media_type in media_types},
    }
    return _get("Take one article away as a file.", "export", (ID, form), answer)


def _feed(summary: str, name: str, media_type: str) -> dict[str, Any]:
    return _get(summary, name, QUERY_PARAMS, {"description": summary, "content": {media_type: {}}})


def _record() -> dict[str, Any]:
    """Return the schema of a record, its definitions written out: those of a component could not be pointed at."""
    schema = json.loads(data_path("schemas", "record.schema.json").read_text(encoding="utf-8"))
    definitions = schema.pop("$defs", {})
    for name in ("$schema", "$id"):
        schema.pop(name, None)
    # an archive may hold versions that nobody noted the extractor of
    schema["properties"]["extractor"]["type"] = ["string", "null"]
    written_out: dict[str, Any] = _written_out(schema, definitions)
    return written_out


def _written_out(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_written_out(each, definitions) for each in value]
    if not isinstance(value, dict):
        return value
    target = value.get("$ref")
    if isinstance(target, str) and target.startswith("#/$defs/"):
        rest = {name: each for name, each in value.items() if name != "$ref"}
        return {**_written_out(definitions[target.removeprefix("#/$defs/")], definitions), **rest}
    return {name: _written_out(each, definitions) for name, each in value.items()}
