"""The description of the routes, as OpenAPI 3.1, read from the signatures of ``Memory``."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mnemos.serve.rest.uploads import CHOICES
from mnemos.wire.imported import Imported, ImportedFile
from mnemos.wire.operations import (
    BACKUP,
    EXPORT,
    FILE_HEADER,
    FILE_TYPE,
    IDEMPOTENCY_HEADER,
    IMPORT,
    IMPORT_FILE,
    JSON_TYPE,
    LINES_TYPE,
    OPERATIONS,
    PREFIX,
    SCOPE_HEADER,
    Operation,
)
from mnemos.wire.problems import MEANINGS, PROBLEM_TYPE
from mnemos.wire.shapes import REPLIES, REQUESTS

Json = dict[str, Any]
_READS = (401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 507)
_BODIES = (400, 408, 413, 415)
_PROBLEM: Json = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error": {"type": "string", "description": "The class that mnemos raises."},
    },
    "required": ["type", "title", "status", "detail", "error"],
}
_PROGRESS: Json = {
    "type": "object",
    "description": "One line: how far it has come, then its result, or the problem.",
    "properties": {
        "progress": {
            "type": "object",
            "properties": {"done": {"type": "integer"}, "total": {"type": "integer"}},
        },
        "result": {},
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
}
_SCOPE_PARAMETER: Json = {
    "name": SCOPE_HEADER,
    "in": "header",
    "description": "Narrows what the request sees and writes to: a Scope as JSON.",
    "content": {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/Scope"}}},
}
_KEY_PARAMETER: Json = {
    "name": IDEMPOTENCY_HEADER,
    "in": "header",
    "description": "The same request under the same key is done once; it stands for request_id.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 512},
}


def document() -> Json:
    """Return the whole description."""
    paths: Json = {}
    for operation in OPERATIONS.values():
        paths.setdefault(PREFIX + operation.path, {})[operation.verb.lower()] = _call(operation)
    paths[PREFIX + IMPORT] = {"post": _import()}
    paths[PREFIX + IMPORT_FILE] = {"post": _import_file()}
    paths[PREFIX + EXPORT] = {"get": _file("export", "Send the whole memory as lines.", LINES_TYPE)}
    about = "Send a compact copy of the file."
    paths[PREFIX + BACKUP] = {"get": _file("backup", about, "application/vnd.sqlite3")}
    paths["/health"] = {"get": _plain("health", "Say that the server runs.", JSON_TYPE)}
    paths["/metrics"] = {"get": _plain("metrics", "Tell figures for Prometheus.", "text/plain")}
    paths["/metrics"]["get"]["responses"] |= _problems(401, 403, 429)
    paths["/openapi.json"] = {"get": _plain("openapi", "Describe the routes.", JSON_TYPE)}
    for public in ("/health", "/openapi.json"):
        paths[public]["get"]["security"] = []
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mnemos",
            "version": _version(),
            "description": "A memory for agents: nothing said is lost, every answer is cited.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "security": [{"key": []}],
        "components": {
            "schemas": {
                **REPLIES.components,
                **REQUESTS.components,  # Scope and Where, strictly
                "Problem": _PROBLEM,
                "Progress": _PROGRESS,
            },
            "responses": {f"{status}": _problem(status) for status in MEANINGS},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _version() -> str:
    try:
        return version("mnemos")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"


def _call(operation: Operation) -> Json:
    content = {JSON_TYPE: {"schema": operation.result.schema}}
    if operation.tells_progress:
        content[LINES_TYPE] = {"schema": {"$ref": "#/components/schemas/Progress"}}
    statuses = _READS if operation.verb == "GET" else (*_BODIES, *_READS)
    made: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.right],
        "parameters": [_SCOPE_PARAMETER],
        "responses": {"200": {"description": "Done", "content": content}, **_problems(*statuses)},
    }
    if operation.verb == "GET":
        made["parameters"] += _parameters(operation)
    else:
        schema = operation.fields.schema
        body = {"required": bool(schema["required"]), "content": {JSON_TYPE: {"schema": schema}}}
        made["requestBody"] = body
    if operation.takes_request_id:
        made["parameters"].append(_KEY_PARAMETER)
    return made


def _parameters(operation: Operation) -> list[Json]:
    """Return those of an address, where all is text, and null is leaving it out."""
    return [
        {
            "name": name,
            "in": "path" if f"{{{name}}}" in operation.path else "query",
            "required": name not in operation.fields.defaults,
            "schema": {"type": "string", "minLength": 1}
            if shape.takes("")
            else _integer(shape.schema),
        }
        for name, shape in operation.fields.shapes.items()
    ]


def _integer(schema: Json) -> Json:
    found: Json = next(
        (each for each in schema.get("anyOf", [schema]) if each.get("type") == "integer"), schema
    )
    return found


def _import() -> Json:
    message: Json = REQUESTS.shape(dict[str, Any]).schema
    about = "Messages, one JSON object a line; each may name its session."
    result = REPLIES.shape(Imported).schema
    progress = {"$ref": "#/components/schemas/Progress"}
    return {
        "operationId": "import_messages",
        "summary": "Append messages, of any number, in batches as they come.",
        "tags": ["write"],
        "parameters": [
            _SCOPE_PARAMETER,
            _KEY_PARAMETER,
            {
                "name": "on_error",
                "in": "query",
                "description": "A bad line: stop there, or leave it out.",
                "schema": {"type": "string", "enum": ["stop", "skip"], "default": "stop"},
            },
        ],
        "requestBody": {
            "required": True,
            "description": about,
            "content": {LINES_TYPE: {"schema": message}},
        },
        "responses": {
            "200": {
                "description": "Done",
                "content": {JSON_TYPE: {"schema": result}, LINES_TYPE: {"schema": progress}},
            },
            **_problems(*_BODIES, *_READS),
        },
    }


_FILE_PARAMETER: Json = {
    "name": FILE_HEADER,
    "in": "header",
    "description": "What the file is called, and the session of messages that name none.",
    "content": {
        JSON_TYPE: {
            "schema": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "session": {"type": "string"}},
                "additionalProperties": False,
            }
        }
    },
}


def _import_file() -> Json:
    result = REPLIES.shape(ImportedFile).schema
    progress = {"$ref": "#/components/schemas/Progress"}
    choices = [
        {"name": name, "in": "query", "schema": {"type": "string", "enum": [*values]}}
        for name, values in CHOICES.items()
    ]
    kind = {"name": "kind", "in": "query", "schema": {"type": "string", "minLength": 1}}
    return {
        "operationId": "import_file",
        "summary": "Take in a file of another product, or say what would come of it.",
        "tags": ["write"],
        "parameters": [_FILE_PARAMETER, kind, *choices],
        "requestBody": {"required": True, "content": {FILE_TYPE: {"schema": {}}}},
        "responses": {
            "200": {
                "description": "Done",
                "content": {JSON_TYPE: {"schema": result}, LINES_TYPE: {"schema": progress}},
            },
            **_problems(*_BODIES, *_READS),
        },
    }


def _file(name: str, about: str, kind: str) -> Json:
    made = _plain(name, about, kind)
    made["parameters"] = [_SCOPE_PARAMETER]
    made["responses"] |= _problems(*_READS)
    return made


def _plain(name: str, about: str, kind: str) -> Json:
    content = {kind: {"schema": {} if kind == JSON_TYPE else {"type": "string"}}}
    return {
        "operationId": name,
        "summary": about,
        "responses": {"200": {"description": "Done", "content": content}, **_problems(403)},
    }


def _problems(*statuses: int) -> Json:
    return {f"{each}": {"$ref": f"#/components/responses/{each}"} for each in statuses}


def _problem(status: int) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": MEANINGS[status], "content": {PROBLEM_TYPE: {"schema": schema}}}
