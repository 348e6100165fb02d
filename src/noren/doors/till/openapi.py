"""The till's OpenAPI 3.1 document, made from the very types that decode and answer."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from noren import __version__
from noren.doors.till.batch import BatchLine
from noren.doors.till.problems import MEDIA_TYPE, URN, ProblemBody
from noren.register.answers import BalanceAnswer, ClockAnswer, FindAnswer, PreviewAnswer, PurchaseAnswer, ReturnAnswer
from noren.register.refusals import PROBLEMS
from noren.register.requests import (
    CARD_PATTERN,
    CODE_PATTERN,
    BalanceRequest,
    ClockRequest,
    FindRequest,
    LineRequest,
    PurchaseRequest,
    ReturnLineRequest,
    ReturnRequest,
)

_REF: Final = "#/components/schemas/{name}"
_TYPES: Final = (
    PurchaseRequest, PurchaseAnswer, PreviewAnswer, ReturnRequest, ReturnAnswer, FindRequest, FindAnswer,
    BalanceRequest, BalanceAnswer, ClockRequest, ClockAnswer, BatchLine, ProblemBody, LineRequest, ReturnLineRequest,
)  # fmt: skip
_CODES: Final = {
    "LineRequest": ("product",),
    "PurchaseRequest": ("receipt",),
    "ReturnRequest": ("return",),
    "FindRequest": ("shop", "terminal", "receipt"),
}
_WRONG_BODY: Final = ("bad-json", "too-slow", "too-large", "unknown-field", "bad-field", "duplicate-key")
_SALE: Final = (
    *_WRONG_BODY, "sum-mismatch", "too-old", "in-the-future", "unknown-card", "blocked-card", "points-short",
    "receipt-conflict", "code-used", "coupon-used", "coupon-expired", "coupon-not-hers", "coupon-not-here", "erased",
)  # fmt: skip
_HEADERS: Final = {
    401: {"WWW-Authenticate": "How to show a key"},
    429: {"Retry-After": "Seconds after which the same request is taken"},
}
_ALWAYS: Final = ("bad-key", "revoked-key", "not-allowed", "slow-down", "broken", "not-durable")


def openapi_document(*, sandbox: bool) -> dict[str, Any]:
    """Return the document; a sandbox programme also has the movable clock."""
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template=_REF)
    _add_patterns(schemas)
    paths: dict[str, Any] = {
        "/v1/purchases": _sale(),
        "/v1/purchases/preview": _post("What a purchase would earn", PurchaseRequest, PreviewAnswer, 200, _SALE),
        "/v1/purchases/find": _post(
            "Find a purchase of this company by its receipt", FindRequest, FindAnswer, 200,
            (*_WRONG_BODY, "unknown-purchase", "too-old", "erased"),
        ),
        "/v1/purchases/{purchase}/returns": _returns(),
        "/v1/purchases/batch": _batch(),
        "/v1/balance": _post(
            "Points usable here", BalanceRequest, BalanceAnswer, 200,
            (*_WRONG_BODY, "unknown-card", "blocked-card", "code-used"),
        ),
        "/healthz": _open("Whether the process lives", _says("ok")),
        "/readyz": _open("Whether a durable write is possible", _says("ready"), ("not-durable",)),
        "/metrics": _open("Figures for Prometheus", {"type": "string"}, media="text/plain"),
        "/openapi.json": _open("This document", {"type": "object", "required": ["openapi", "info", "paths"]}),
    }  # fmt: skip
    if sandbox:
        clock = _post("Move the sandbox programme's clock", ClockRequest, ClockAnswer, 200, _WRONG_BODY)
        clock["get"] = {"summary": "Tell the sandbox programme's clock", "operationId": "tellClock",
                        "responses": {"200": _json(ClockAnswer, "The clock"), **_problems(_ALWAYS)}}  # fmt: skip
        paths["/v1/sandbox/clock"] = clock
    return {
        "openapi": "3.1.0",
        "info": {"title": "noren till API", "version": __version__, "license": {"name": "Apache-2.0",
                 "identifier": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"terminal": {"type": "http", "scheme": "bearer",
                                             "description": "The key printed by `noren terminal add`."}},
        },
        "security": [{"terminal": []}],
    }  # fmt: skip


def _add_patterns(schemas: dict[str, Any]) -> None:
    """Say the patterns, which are checked by one expression over all lines instead of by the decoder."""
    for schema, names in _CODES.items():
        for name in names:
            schemas[schema]["properties"][name]["pattern"] = f"^{CODE_PATTERN}$"
    for schema in ("PurchaseRequest", "BalanceRequest"):
        schemas[schema]["properties"]["card"]["pattern"] = f"^{CARD_PATTERN}$"
    for schema in ("PurchaseRequest", "ReturnRequest", "FindRequest", "BalanceRequest", "LineRequest",
                   "ReturnLineRequest", "ClockRequest"):  # fmt: skip
        schemas[schema]["additionalProperties"] = False


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def _json(kind: type, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(kind)}}}


def _problems(words: tuple[str, ...]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for word in words:
        by_status.setdefault(PROBLEMS[word].status, []).append(word)
    return {str(status): _problem(status, found) for status, found in sorted(by_status.items())}


def _problem(status: int, words: list[str]) -> dict[str, Any]:
    """Say which problems come with a status: their types, and no others."""
    narrowed = {"properties": {"type": {"enum": [URN + word for word in words]}, "status": {"const": status}}}
    schema = {"allOf": [_ref(ProblemBody), narrowed]}
    out: dict[str, Any] = {"description": " · ".join(words), "content": {MEDIA_TYPE: {"schema": schema}}}
    if status in _HEADERS:
        out["headers"] = {name: _header(text) for name, text in _HEADERS[status].items()}
    return out


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": {"type": "string"}}


def _post(
    summary: str, body: type, answer: type, status: int, problems: tuple[str, ...], *, replays: bool = False
) -> dict[str, Any]:
    good = _json(answer, "Durable" if status == 201 else "Answer")
    if replays:
        good["headers"] = {"Idempotent-Replayed": {"description": "true on a resend; the body is byte-identical",
                                                   "schema": {"type": "string", "const": "true"}}}  # fmt: skip
    return {
        "post": {
            "summary": summary,
            "operationId": summary[0].lower() + summary.title().replace(" ", "")[1:],
            "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(body)}}},
            "responses": {str(status): good, **_problems((*problems, *_ALWAYS))},
        }
    }


def _sale() -> dict[str, Any]:
    out = _post("Send a purchase", PurchaseRequest, PurchaseAnswer, 201, _SALE, replays=True)
    out["post"]["responses"]["201"]["links"] = {
        "return": {"operationId": "bringGoodsBack", "parameters": {"purchase": "$response.body#/purchase"}}
    }
    return out


def _returns() -> dict[str, Any]:
    problems = (*_WRONG_BODY, "unknown-purchase", "receipt-conflict", "over-return", "too-old", "erased")
    out = _post("Bring goods back", ReturnRequest, ReturnAnswer, 201, problems, replays=True)
    out["parameters"] = [
        {
            "name": "purchase",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^pu_[0-9a-f]{32}$"},
        }
    ]
    return out


def _batch() -> dict[str, Any]:
    lines = {"application/x-ndjson": {"schema": _ref(BatchLine)}}
    return {
        "post": {
            "summary": "Send purchases of a till that was offline, one per line",
            "operationId": "sendBatch",
            "description": "Each line of the body, and of the answer, is one object of its schema.",
            "requestBody": {"required": False, "content": {"application/x-ndjson": {"schema": _ref(PurchaseRequest)}}},
            "responses": {
                "200": {"description": "One line per purchase, in order", "content": lines},
                **_problems(("too-slow", "too-large", *_ALWAYS)),
            },
        }
    }


def _says(word: str) -> dict[str, Any]:
    return {"type": "object", "properties": {word: {"const": True}}, "required": [word], "additionalProperties": False}


def _open(
    summary: str, schema: dict[str, Any], problems: tuple[str, ...] = (), media: str = "application/json"
) -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "operationId": summary[0].lower() + summary.title().replace(" ", "")[1:],
            "security": [],
            "responses": {"200": {"description": "OK", "content": {media: {"schema": schema}}}, **_problems(problems)},
        }
    }
