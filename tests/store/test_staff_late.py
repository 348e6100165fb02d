"""What a crash kept from the log is written when the desk starts, and a store that lags behind the log follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.store.staff_cases import HOST, OFFICER, House

from noren.governance.staff import Role
from noren.governance.staffing import approving, own, tending
from noren.governance.staffing.late import follow, missing
from noren.governance.staffing.model import Credential, Means, Outcome, State
from noren.governance.staffing.telling import Said, asked_in, known_in
from noren.kernel.say import Say

PASSKEY, OTHER = (Credential(Means.PASSKEY, mark * 16, b"public") for mark in ("ab", "cd"))
SUBJECT = Credential(Means.OIDC, "https://id.example 7")
SAYS = Say("公表", "announce")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("late"))
    for name, roles in {"aoki": OFFICER, "sato": HOST, "kato": OFFICER}.items():
        made.join(name, roles)
    aoki = made.room.account("aoki")
    assert aoki is not None
    assert made.room.add_credential(aoki, PASSKEY) is None
    approving.wait(made.room, "aoki", "announce", "{}", SAYS, approving.TWO)
    yield made
    made.room.store.close()


def told(house: House) -> list[Said]:
    return [Said(place, each.kind, each.at, each.body) for place, each in enumerate(house.journal.entries)]


def late(house: House) -> list[Any]:
    return missing(house.room.store, told(house), house.clock.now())


def told_of_all(house: House) -> tuple[Any, Any]:
    """Return what the log tells, wherever it stands."""
    known = {
        name: (each.state, each.roles, {key: said.at for key, said in each.means.items()})
        for name, each in known_in(told(house)).items()
    }
    asked = {n: (w.act, w.author, w.needs, set(w.approvals), w.outcome) for n, w in asked_in(told(house)).items()}
    return known, asked


def _accepted(house: House) -> None:
    """Let her take her account, with the log's entry of it last."""
    added = tending.add(house.room, "mori", "Mori", OFFICER, "")
    assert isinstance(added, tending.Invited)
    house.accept("mori", added.code)


def _again(house: House) -> None:
    again = tending.invite(house.room, "kato", "aoki")
    assert isinstance(again, tending.Invited)
    house.accept("kato", again.code)


ACTS: dict[str, Callable[[House], Any]] = {
    "added": lambda house: tending.add(house.room, "endo", "Endo", frozenset({Role.ANALYST}), "aoki"),
    "accepted": _accepted,
    "accepted again": _again,
    "roles": lambda house: tending.set_roles(house.room, "sato", HOST | OFFICER, "aoki"),
    "a passkey": lambda house: house.room.add_credential(house.signed_in("aoki").account, OTHER),
    "a subject": lambda house: house.room.add_credential(house.signed_in("sato").account, SUBJECT),
    "no passkey": lambda house: own.remove_means(house.room, house.signed_in("aoki"), Means.PASSKEY, PASSKEY.name),
    "asked": lambda house: approving.wait(house.room, "aoki", "announce", "{}", SAYS, approving.TWO),
    "approved": lambda house: approving.approve(house.room, 1, house.signed_in("sato")),
    "refused": lambda house: approving.refuse(house.room, 1, house.signed_in("sato")),
    "closed": lambda house: tending.close(house.room, "kato", "aoki"),
}


def test_each_act_whose_entry_was_lost_is_told_late_and_once(house: House) -> None:
    assert late(house) == [], "whatever was done is told"
    for name, act in ACTS.items():
        act(house)
        assert late(house) == [], name
        whole = told_of_all(house)
        house.journal.entries.pop()
        assert told_of_all(house) != whole, f"{name}: the negative control, its entry is lost"
        entries = late(house)
        assert [each.body["late"] for each in entries] == [True], (name, entries)
        house.journal.append(entries)
        assert told_of_all(house) == whole, name
        assert late(house) == [], name


def test_a_store_that_lags_behind_the_log_follows_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    for name in ("aoki", "sato", "kato"):
        house.join(name, OFFICER)
    before = {name: house.room.store.account(name) for name in ("sato", "kato")}
    session = house.sign_in("sato")
    tending.close(house.room, "sato", "aoki")
    for account in before.values():
        assert account is not None
        house.room.store.keep(account)
    again = house.sign_in("kato")
    assert house.room.session(again.token) is not None, "she is active, the log and the store agree"
    follow(house.room.store, told(house), house.clock.now())
    sato, kato = house.room.store.account("sato"), house.room.store.account("kato")
    assert sato is not None
    assert kato is not None
    assert (sato.state, kato.state) == (State.CLOSED, State.ACTIVE)
    assert house.room.session(session.token) is None
    assert late(house) == []
    assert all(each.outcome is Outcome.WAITS for each in house.room.store.all_waiting(house.clock.now()))
    house.room.store.close()
