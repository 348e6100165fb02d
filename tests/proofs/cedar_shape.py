"""What a policy file speaks about, read from the schema: the variables of a request, by their paths and types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from noren.governance.policy import FOLDER, SCHEMA_FILE
from noren.governance.staff import HOLDINGS

Path = tuple[str, ...]
"""``("resource", "notice", "from")``."""

PARENTS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("Holding", name): ("Side", side) for name, side in HOLDINGS.items()
}
"""Entities that stand in a hierarchy, whoever asks."""


class NotCovered(Exception):
    """The translation does not know this part of Cedar, or of the schema: it proves nothing about it."""


@dataclass(frozen=True)
class Shape:
    """The requests of one policy file. ``types``: of each path ``Long``, ``Boolean``, ``String`` or ``Set``."""

    name: str
    principal: str
    resource: str
    actions: tuple[str, ...]
    types: Mapping[Path, str]


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.cedar").read_text("utf-8")


def shape_of(name: str, actions: tuple[str, ...]) -> Shape:
    """Return the shape of the requests with these actions. All of them must be about the same."""
    schema: Any = json.loads(SCHEMA_FILE.read_text("utf-8"))[""]
    [about] = {json.dumps(schema["actions"][each]["appliesTo"]) for each in actions}
    applies = json.loads(about)
    [principal], [resource] = applies["principalTypes"], applies["resourceTypes"]
    entity_types = schema["entityTypes"]
    roots = {
        "context": applies["context"],
        "principal": entity_types[principal].get("shape"),
        "resource": entity_types[resource].get("shape"),
    }
    types = {path: kind for root, record in roots.items() if record for path, kind in _paths((root,), record)}
    return Shape(name, principal, resource, actions, types)


def _paths(at: Path, kind: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    match kind:
        case {"type": "Record", "attributes": attributes}:
            for name, each in attributes.items():
                if not each.get("required", True):
                    raise NotCovered(f"{name} is optional")
                yield from _paths((*at, name), each)
        case {"type": "Set", "element": {"type": "String"}}:
            yield at, "Set"
        case {"type": "Long" | "Boolean" | "String" as plain}:
            yield at, plain
        case _:
            raise NotCovered(f"the type of {'.'.join(at)}")


ALL_STAFF: Final = ("draft", "count", "run", "approve", "publish", "audit", "look", "operate", "break-glass")
SHAPES: Final[Mapping[str, Shape]] = {
    "flows": shape_of("flows", ("flow",)),
    "members": shape_of("members", ("include",)),
    "staff": shape_of("staff", ALL_STAFF),
}
