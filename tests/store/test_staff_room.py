"""Staff accounts: invited, accepted, signed in, closed. What is wrong in any way reads the same and costs the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.staff_cases import AT, HOST, OFFICER, PASSWORD, House, rule

from noren.governance.ports import EntryKind
from noren.governance.staff import Role
from noren.governance.staffing import approving, tending
from noren.governance.staffing.model import Credential, Door, How, Means, Outcome, Session
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.room import FAILURES_OF_ONE
from noren.governance.staffing.secrets import password_fits
from noren.kernel.say import Say


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.room.store.close()


def test_an_account_from_its_invitation_to_its_end(house: House) -> None:
    assert not house.room.is_governed()
    house.join("aoki", OFFICER)
    assert (house.room.is_governed(), house.marked) == (True, [True])
    session = house.sign_in("aoki")
    for presented in (session.token, session.id):
        found = house.room.session(presented)
        assert found is not None
        assert (found.account.id, found.account.roles, found.how) == ("aoki", OFFICER, How.PASSWORD)
    house.join("sato", HOST)
    assert not isinstance(tending.close(house.room, "aoki", "sato"), Refused)
    assert house.room.session(session.token) is None
    assert rule(house.room.begin_password("aoki", PASSWORD, house.code("aoki"))) == "sign-in-wrong"
    assert house.room.is_governed()
    kinds = [each.kind for each in house.journal.entries]
    assert EntryKind.STAFF_SIGNED_IN in kinds
    assert kinds[-1] is EntryKind.STAFF_SIGN_IN_REFUSED


def test_a_code_is_good_once_and_an_invitation_too(house: House) -> None:
    house.join("aoki", OFFICER)
    code = house.code("aoki")
    assert isinstance(house.room.begin_password("aoki", PASSWORD, code), Session)
    assert rule(house.room.begin_password("aoki", PASSWORD, code)) == "sign-in-wrong"
    again = tending.invite(house.room, "aoki", "")
    assert isinstance(again, tending.Invited)
    house.accept("aoki", again.code)
    assert rule(tending.offer(house.room, again.code, "noren")) == "invite-wrong"
    old = tending.invite(house.room, "aoki", "")
    assert isinstance(old, tending.Invited)
    house.clock.instant += timedelta(days=3, seconds=1)
    assert rule(tending.offer(house.room, old.code, "noren")) == "invite-wrong"


def test_a_used_code_is_refused_by_each_of_two_locks(house: House) -> None:
    house.join("aoki", OFFICER)
    (totp,) = [each for each in house.room.store.credentials("aoki") if each.means is Means.TOTP]
    at, code = house.clock.now(), house.code("aoki")
    step = house.room.codes.step("aoki", totp.secret, code, at, totp.counter)
    assert step is not None
    assert house.room.store.raise_counter("aoki", totp, step)
    assert not house.room.store.raise_counter("aoki", totp, step), "who was there a moment later"
    assert house.room.codes.step("aoki", totp.secret, code, at, step) is None


def test_each_wrong_part_is_refused_alike(house: House) -> None:
    house.join("aoki", OFFICER)
    good = house.code("aoki")
    wrong = "000000" if good != "000000" else "111111"
    tries = [("aoki", "another sentence", good), ("aoki", PASSWORD, wrong), ("nobody", PASSWORD, good), ("", "", "")]
    found = [house.room.begin_password(*each) for each in tries]
    assert {(each.rule, each.says) for each in found if isinstance(each, Refused)} == {
        (rule(found[0]), found[0].says) if isinstance(found[0], Refused) else ("", None)
    }
    assert len([each for each in found if isinstance(each, Refused)]) == len(tries)


def hashing(house: House, name: str) -> list[tuple[str, str]]:
    """Return what is hashed when a sign-in under a name is wrong: by which parameters, which password."""
    done: list[tuple[str, str]] = []

    def verify(hashed: str, password: str) -> bool:
        done.append((hashed.rpartition("$")[0].rpartition("$")[0], password))
        return False

    room = replace(house.room, fits=lambda hashed, password: password_fits(hashed, password, verify))
    assert rule(room.begin_password(name, "a wrong sentence", "000000")) == "sign-in-wrong"
    return done


def test_an_unknown_id_costs_the_same_hashing(house: House) -> None:
    """Measured in work, not in time: one hash, by the same parameters, over the same password."""
    house.join("aoki", OFFICER)
    known = hashing(house, "aoki")
    assert known == [("$argon2id$v=19$m=65536,t=3,p=4", "a wrong sentence")]
    assert hashing(house, "nobody") == known
    assert hashing(house, "") == known


def test_failures_are_counted_for_known_and_unknown_ids_alike(house: House) -> None:
    house.join("aoki", OFFICER)
    wrong = replace(house.room, fits=lambda hashed, password: False)  # as Argon2id would say, without its work
    for name in ("aoki", "nobody"):
        for _ in range(FAILURES_OF_ONE):
            assert rule(wrong.begin_password(name, "x" * 12, "000000")) == "sign-in-wrong"
        assert rule(house.room.begin_password(name, PASSWORD, "000000")) == "too-many-failures"
    assert rule(house.room.begin_password("aoki", PASSWORD, house.code("aoki"))) == "too-many-failures"
    house.clock.instant += timedelta(minutes=15)
    assert isinstance(house.room.begin_password("aoki", PASSWORD, house.code("aoki")), Session)


def test_a_session_ends_when_idle_when_old_and_when_told(house: House) -> None:
    house.join("aoki", OFFICER)
    page, command = house.sign_in("aoki", Door.PAGE), house.sign_in("aoki")
    house.clock.instant += timedelta(minutes=28)
    assert house.room.session(page.id) is not None
    house.clock.instant += timedelta(minutes=28)
    assert house.room.session(page.id) is not None
    house.clock.instant += timedelta(minutes=31)
    assert house.room.session(page.id) is None
    found = house.room.session(command.token)
    assert found is not None
    house.room.end_session(found)
    assert house.room.session(command.token) is None
    late = house.sign_in("aoki")
    house.clock.instant += timedelta(hours=8)
    assert house.room.session(late.token) is None


def test_a_token_is_this_desks_and_unchanged(house: House, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = House(tmp_path / "other")
    for each in (house, other):
        each.join("aoki", OFFICER)
    foreign = other.sign_in("aoki").token
    assert other.room.session(foreign) is not None
    assert house.room.session(foreign) is None
    own = house.sign_in("aoki").token
    head, body, signature = own.split(".")
    flipped = ("A" if body[5] != "A" else "B").join((body[:5], body[6:]))
    assert house.room.session(f"{head}.{flipped}.{signature}") is None
    assert house.room.session(f"{head}.{body}.") is None
    assert house.room.session(own) is not None
    other.room.store.close()


def test_roles_are_those_of_now(house: House) -> None:
    house.join("aoki", OFFICER | {Role.MARKETER})
    token = house.sign_in("aoki").token
    assert not isinstance(tending.set_roles(house.room, "aoki", OFFICER, ""), Refused)
    found = house.room.session(token)
    assert found is not None
    assert found.account.roles == OFFICER


def test_ids_that_look_alike_are_one(house: House) -> None:
    house.join("aoki.s", OFFICER)
    for name in ("a0ki.s", "aok1.s", "aoki-s", "aokis", "a0k1.5"):
        assert rule(tending.add(house.room, name, "X", HOST, "")) == "id-taken", name
    for name in ("Aoki", "a", "-ab", "a b", "аoki", ""):
        assert rule(tending.add(house.room, name, "X", HOST, "")) == "id-malformed", name
    assert rule(tending.add(house.room, "sato", "a\u202eb", HOST, "")) == "name-malformed"
    assert rule(tending.add(house.room, "sato", "Sato", frozenset(), "")) == "role-missing"


def test_the_last_who_tends_accounts_stays(house: House) -> None:
    house.join("aoki", OFFICER)
    assert rule(tending.close(house.room, "aoki", "")) == "last-one"
    assert rule(tending.set_roles(house.room, "aoki", frozenset({Role.MARKETER}), "")) == "last-one"
    house.join("sato", HOST)
    assert not isinstance(tending.close(house.room, "aoki", ""), Refused)


def test_two_others_approve_and_one_person_counts_once(house: House) -> None:
    for name in ("aoki", "sato", "kato", "mori"):
        house.join(name, OFFICER)
    who = {name: house.signed_in(name) for name in ("aoki", "sato", "kato", "mori")}
    waiting = approving.wait(house.room, "aoki", "announce", "{}", Say("公表", "announce"), approving.TWO)
    assert rule(approving.approve(house.room, waiting.number, who["aoki"])) == "another-approves"
    one = approving.approve(house.room, waiting.number, who["sato"])
    assert not isinstance(one, Refused)
    assert not approving.is_approved(house.room, one)
    assert rule(approving.approve(house.room, waiting.number, who["sato"])) == "another-approves"
    subject = Credential(Means.OIDC, "https://id.example 7")
    assert house.room.add_credential(who["sato"].account, subject) is None
    assert rule(house.room.add_credential(who["kato"].account, subject)) == "credential-taken"
    # Two accounts of one subject can not come to be; were there two, they count once all the same.
    house.room.store.put_credential("kato", subject, AT)
    assert rule(approving.approve(house.room, waiting.number, who["kato"])) == "another-approves"
    two = approving.approve(house.room, waiting.number, who["mori"])
    assert not isinstance(two, Refused)
    assert approving.is_approved(house.room, two)
    assert not isinstance(tending.close(house.room, "mori", ""), Refused)
    assert not approving.is_approved(house.room, two)
    assert house.room.store.settle(waiting.number, Outcome.DONE, AT)
    assert not house.room.store.settle(waiting.number, Outcome.DONE, AT)
    assert rule(approving.approve(house.room, waiting.number, replace(who["mori"]))) == "already-decided"
    assert rule(approving.refuse(house.room, 99, who["sato"])) == "nothing-waits"


def test_a_weak_password_is_refused(house: House) -> None:
    added = tending.add(house.room, "aoki", "Aoki Hana", OFFICER, "")
    assert isinstance(added, tending.Invited)
    for password in ("short", "aaaaaaaaaaaaaaaa", "it is aoki, that is", "x" * 201, "abababababababab"):
        assert rule(tending.accept(house.room, added.code, password, "000000")) == "password-weak"
    assert rule(tending.accept(house.room, added.code, PASSWORD, "000000")) == "sign-in-wrong"
    assert rule(tending.accept(house.room, "no code", PASSWORD, "000000")) == "invite-wrong"
