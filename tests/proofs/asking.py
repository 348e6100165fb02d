"""Random requests of a policy file's shape, near the words and instants that its policies speak of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.proofs.cedar_shape import PARENTS, Shape
from tests.proofs.cedar_z3 import Uid, World, allowed, parsed
from tests.proofs.proving import Request

from noren.governance.staff import HOLDINGS, Role


def words_of(shape: Shape, text: str) -> list[str]:
    """Return the texts that a file's policies name, and some that none does."""
    world = World(shape)
    allowed(world, parsed(text))
    return [*sorted(world.words), "C05", "a"]


@st.composite
def requests(draw: st.DrawFn, shape: Shape, words: list[str]) -> Request:
    """Draw a request."""
    values = {path: draw(_value(kind, words)) for path, kind in shape.types.items()}
    action = draw(st.sampled_from(shape.actions))
    if shape.principal != "Staff":
        return Request((shape.principal, "C05"), action, (shape.resource, "f1"), values)
    roles = draw(st.sets(st.sampled_from(list(Role)), max_size=3))
    within: list[tuple[str, Uid]] = [("principal", ("Role", role.value)) for role in sorted(roles)]
    holding, side = draw(_holdings())
    within += [("resource", ("Side", each)) for each in side]
    return Request(("Staff", "s1"), action, ("Holding", holding), values, tuple(within))


def _holdings() -> st.SearchStrategy[tuple[str, tuple[str, ...]]]:
    known = st.sampled_from(list(HOLDINGS)).map(lambda name: (name, (PARENTS["Holding", name][1],)))
    later = st.sampled_from(["identity", "ledger", "house"]).map(lambda side: ("later", (side,)))
    return known | later


def _value(kind: str, words: list[str]) -> st.SearchStrategy[Any]:
    match kind:
        case "Long":
            return st.integers(0, 3)
        case "Boolean":
            return st.booleans()
        case "String":
            return st.sampled_from(words)
        case _:
            return st.lists(st.sampled_from(words), max_size=4, unique=True).map(sorted)
