"""The door described for other programs (OpenAPI 3.1), made of the types that it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from risk_manager import __version__
from risk_manager.ipc.answers import Trouble
from risk_manager.ipc.messages import Message, SnapshotWanted
from risk_manager.ipc.routes import COMMON, JSON, ROUTES, SOCKET, Route

_REFERENCE: Final = "#/components/schemas/{name}"
_ACCOUNT: Final = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def description() -> dict[str, Any]:
    """The whole document."""
    types = [kind for route in ROUTES for kind in route.answers.values() if kind is not None]
    wanted = [*types, Trouble, Message, SnapshotWanted, *(route.asks for route in ROUTES)]
    schemas, components = msgspec.json.schema_components(wanted, ref_template=_REFERENCE)
    asks = schemas[len(types) + 3 :]
    answers = iter(schemas)
    paths = {
        route.path: {"get": _operation(route, answers, _properties(ask, components))}
        for route, ask in zip(ROUTES, asks, strict=True)
    }
    del paths[SOCKET]  # no request of HTTP is answered there
    for route in ROUTES:
        components.pop(route.asks.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "topstepx-risk-manager, the local door",
            "version": __version__,
            "description": "Read-only. Money is text with its exact digits; times are UTC.",
        },
        "x-websocket": {"path": SOCKET, "sends": schemas[len(types) + 1], "takes": schemas[len(types) + 2]},
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(route: Route, answers: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [_ACCOUNT] if "{id}" in route.path else []
    parameters += [
        {"name": name, "in": "query", "required": False, "description": schema.get("description", ""), "schema": schema}
        for name, schema in properties.items()
    ]
    replies: dict[str, Any] = {
        str(code): _reply(next(answers) if kind is not None else None, route, code)
        for code, kind in route.answers.items()
    }
    trouble = {"$ref": _REFERENCE.format(name="Trouble")}
    for code, says in COMMON.items():
        replies[str(code)] = {"description": says, "content": {JSON: {"schema": trouble}}}
    return {"operationId": route.name, "summary": route.says, "parameters": parameters, "responses": replies}


def _reply(schema: Any, route: Route, code: int) -> dict[str, Any]:
    media = route.media.partition(";")[0]
    return {
        "description": route.means.get(code, route.says),
        "content": {media: {"schema": schema if schema is not None else {"type": "string"}}},
    }


def _properties(reference: Mapping[str, str], components: Mapping[str, Any]) -> dict[str, Any]:
    """What may be asked, each as a word behind the question mark: one that is left out is left out, never null."""
    found = components[reference["$ref"].rpartition("/")[2]].get("properties", {})
    return {name: _given(schema) for name, schema in found.items()}


def _given(schema: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**kept, **kinds[0]} if len(kinds) == 1 else dict(schema)
