"""Bodies that carry a card, a password, a key or a token print as their type alone."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import msgspec
import pytest
from rich.pretty import pretty_repr

from noren.doors.cli.demo import timetable
from noren.doors.till import batch
from noren.doors.vault import bodies as vault
from noren.doors.worker import bodies as worker
from noren.kernel.discreet import Discreet
from noren.register import answers, requests

MODULES: tuple[ModuleType, ...] = (requests, answers, vault, worker, batch, timetable)
SECRET_NAMES = {"card", "cards", "new_card", "password", "key", "token", "tokens"}
SECRET = "2980000000000001"


def carries_secrets(kind: Any) -> bool:
    # A field of numbers named like a secret is a count (the vault's summary says how many cards there are).
    return any(f.name in SECRET_NAMES and f.type is not int for f in msgspec.structs.fields(kind))


KINDS = sorted(
    {
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and carries_secrets(kind)
    },
    key=str,
)


def test_there_is_something_to_judge() -> None:
    names = {kind.__name__ for kind in KINDS}
    assert {"PurchaseRequest", "BalanceRequest", "PasswordBody", "ArrivalBody", "PastBody", "KeyRow"} <= names


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_it_names_its_kind_only(kind: Any) -> None:
    made = kind(**{field.name: SECRET for field in msgspec.structs.fields(kind)})
    for shown in (repr(made), str(made), f"{made}", f"{made!r}", repr([made]), pretty_repr(made)):
        assert SECRET not in shown
        assert kind.__name__ in shown


def test_rows_of_members_are_not_shown_either() -> None:
    rows = [{"family_name": SECRET}]
    for body in (vault.EnrolBody(rows), vault.CardsBody(rows), worker.TokensAnswer([SECRET.encode()])):
        assert SECRET not in repr(body)
        assert SECRET not in pretty_repr(body)


def test_being_discreet_gives_no_room_for_more() -> None:
    class Body(Discreet, msgspec.Struct, frozen=True):
        card: str

    assert Body(SECRET) == msgspec.json.decode(f'{{"card":"{SECRET}"}}', type=Body)
    assert not hasattr(Body(SECRET), "__dict__")
