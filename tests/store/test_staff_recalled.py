"""A store of accounts set back to a backup follows the house's log: what is gone since stays gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.staff_cases import HOST, OFFICER, PASSWORD, House, rule

from noren.governance.ports import EntryKind
from noren.governance.staff import Role
from noren.governance.staffing import approving, own, recovering, tending
from noren.governance.staffing.glass import Glass
from noren.governance.staffing.model import Account, Credential, Means, Outcome, Session, State, Waiting
from noren.governance.staffing.recalling import Recalled, recall
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.telling import Said
from noren.kernel.say import Say
from noren.revisions.copies import make_copy

PASSKEY, SUBJECT = Credential(Means.PASSKEY, "ab" * 16, b"public"), Credential(Means.OIDC, "https://id.example 7")
OTHER_PASSKEY = Credential(Means.PASSKEY, "cd" * 16, b"other")
MARKETER = frozenset({Role.MARKETER})


class SetBack:
    """A house that is backed up, lives on, and is set back."""

    def __init__(self, path: Path) -> None:
        self.house = House(path)
        self._copy = path / "copy.db"
        for name, roles in {"aoki": OFFICER, "sato": HOST, "kato": OFFICER, "mori": OFFICER | MARKETER}.items():
            self.house.join(name, roles)

    def back_up(self) -> None:
        make_copy(self.house.path / "staff.db", self._copy)
        self.since: int | None = len(self.house.journal.entries)

    def set_back(self, *, log_lost: bool = False) -> Recalled:
        """Put the backup back; ``log_lost``: the log of then is lost, another was begun."""
        room, path = self.house.room, self.house.path / "staff.db"
        room.store.close()
        for each in self.house.path.glob("staff.db*"):
            each.unlink()
        make_copy(self._copy, path)
        self.house.room = room = self.house.room_on(StaffStore(path))
        if log_lost and self.since:
            self.house.journal.entries.clear()
            self.since = None
        return self.recall()

    def recall(self) -> Recalled:
        entries = self.house.journal.entries
        told = [Said(place, each.kind, each.at, each.body) for place, each in enumerate(entries)]
        done = recall(self.house.room.store, told, self.since, self.house.clock.now())
        self.house.journal.append(done.entries)
        return done

    def states(self) -> dict[str, str]:
        return {each.id: each.state.value for each in self.house.room.accounts()}

    def means(self, name: str) -> set[tuple[Means, str]]:
        return {(each.means, each.name) for each in self.house.room.store.credentials(name)}


@pytest.fixture
def back(tmp_path: Path) -> Iterator[SetBack]:
    made = SetBack(tmp_path)
    yield made
    made.house.room.store.close()


def done(found: Account | Refused | None) -> None:
    assert not isinstance(found, Refused), found


def test_who_was_closed_and_which_roles_were_taken_away_since_stay_so(back: SetBack) -> None:
    back.back_up()
    done(tending.close(back.house.room, "kato", "aoki"))
    done(tending.set_roles(back.house.room, "mori", MARKETER, "aoki"))
    back.set_back()
    assert back.states() == {"aoki": "active", "kato": "closed", "mori": "active", "sato": "active"}
    assert rule(back.house.room.begin_password("kato", PASSWORD, back.house.code("kato"))) == "sign-in-wrong"
    back.house.clock.instant += timedelta(minutes=2)
    assert back.house.signed_in("mori").account.roles == MARKETER


def test_all_sessions_and_invitations_end_and_every_code_of_before_is_used_up(back: SetBack) -> None:
    session, code = back.house.sign_in("aoki"), back.house.code("aoki")
    invited = tending.invite(back.house.room, "sato", "aoki")
    assert isinstance(invited, tending.Invited)
    back.back_up()
    assert isinstance(back.house.room.begin_password("aoki", PASSWORD, code), Session)
    back.set_back()
    assert back.house.room.session(session.token) is None
    assert rule(tending.offer(back.house.room, invited.code, "noren")) == "invite-wrong"
    assert rule(back.house.room.begin_password("aoki", PASSWORD, code)) == "sign-in-wrong", "it was used since"
    back.house.clock.instant += timedelta(minutes=1)
    assert isinstance(back.house.room.begin_password("aoki", PASSWORD, back.house.code("aoki")), Session)


def test_a_means_that_was_removed_or_replaced_since_counts_no_more(back: SetBack) -> None:
    room = back.house.room
    for name, credential in (("aoki", PASSKEY), ("aoki", OTHER_PASSKEY), ("sato", SUBJECT)):
        assert room.add_credential(room.store.account(name) or back.house.signed_in(name).account, credential) is None
    back.back_up()
    assert own.remove_means(room, back.house.signed_in("aoki"), Means.PASSKEY, PASSKEY.name) is None
    assert own.remove_means(room, back.house.signed_in("sato"), Means.OIDC, SUBJECT.name) is None
    again = tending.invite(room, "kato", "aoki")
    assert isinstance(again, tending.Invited)
    back.house.accept("kato", again.code)
    found = back.set_back()
    held = {(Means.PASSWORD, ""), (Means.TOTP, "")}
    assert back.means("aoki") == held | {(Means.PASSKEY, OTHER_PASSKEY.name)}
    assert back.means("sato") == held
    assert (back.means("kato"), back.states()["kato"]) == (set(), "lost"), (
        "what she took since is lost, the old is gone"
    )
    assert found.invite_again == ["kato"]
    assert [(each.body["account"], each.body["change"]) for each in found.entries] == [("kato", "lost")]
    assert back.recall().entries == [], "again, there is nothing to tell"


def test_an_account_that_came_since_keeps_its_name_from_others_and_is_invited_again(back: SetBack) -> None:
    back.back_up()
    for name in ("endo", "ueda", "ono"):
        back.house.join(name, MARKETER)
    done(tending.close(back.house.room, "ueda", "aoki"))
    added = tending.add(back.house.room, "ito", "Ito", MARKETER, "aoki")
    assert isinstance(added, tending.Invited)
    found = back.set_back()
    assert {name: back.states()[name] for name in ("endo", "ueda", "ono", "ito")} == {
        "endo": "lost",
        "ueda": "closed",
        "ono": "lost",
        "ito": "invited",
    }
    assert found.invite_again == ["endo", "ito", "ono"]
    for name in ("endo", "end0", "ueda"):
        assert rule(tending.add(back.house.room, name, "Another", OFFICER, "aoki")) == "id-taken"
    assert rule(back.house.room.begin_password("endo", PASSWORD, back.house.code("endo"))) == "sign-in-wrong"
    again = tending.invite(back.house.room, "endo", "aoki")
    assert isinstance(again, tending.Invited)
    back.house.accept("endo", again.code)
    assert back.house.signed_in("endo").account.roles == MARKETER


def test_what_waited_ends_with_the_approvals_that_the_log_knows_and_no_number_is_given_twice(back: SetBack) -> None:
    room = back.house.room
    who = {name: back.house.signed_in(name) for name in ("aoki", "sato", "kato", "mori")}
    says = Say("公表", "announce")
    open_, done_ = (approving.wait(room, "aoki", "announce", "{}", says, approving.TWO) for _ in range(2))
    back.back_up()
    for name in ("sato", "kato"):
        assert isinstance(approving.approve(room, done_.number, who[name]), Waiting)
    glass = Glass(room, lambda begin: list(back.house.journal.entries[begin:]))
    asked = glass.ask(who["aoki"], "sealed", "an emergency")
    assert isinstance(asked, Waiting)
    for name in ("sato", "kato"):
        approved = approving.approve(room, asked.number, who[name])
        assert isinstance(approved, Waiting)
    assert not isinstance(glass.break_(approved), Refused)
    refused = approving.wait(room, "aoki", "announce", "{}", says, approving.TWO)
    assert isinstance(approving.refuse(room, refused.number, who["sato"]), Waiting)
    back.set_back()
    room = back.house.room
    found = {each.number: each for each in room.store.all_waiting(back.house.clock.now())}
    assert {number: each.outcome for number, each in found.items()} == {
        open_.number: Outcome.LAPSED,
        done_.number: Outcome.DONE,
        asked.number: Outcome.DONE,
        refused.number: Outcome.REFUSED,
    }
    assert found[done_.number].approvals == ("kato", "sato")
    assert rule(approving.approve(room, open_.number, who["sato"])) == "already-decided"
    later = approving.wait(room, "aoki", "announce", "{}", says, approving.TWO)
    assert later.number > refused.number, "the log would tell of two things under one number"
    glass = Glass(room, lambda begin: list(back.house.journal.entries[begin:]))
    assert rule(glass.open_to(who["aoki"], asked.number)) == "glass-over", "whose record it was is in no backup"


def test_where_the_log_is_lost_nobody_signs_in_until_invited_again(back: SetBack) -> None:
    done(tending.close(back.house.room, "kato", "aoki"))
    back.back_up()
    done(tending.close(back.house.room, "sato", "aoki"))
    found = back.set_back(log_lost=True)
    assert back.states() == {"aoki": "lost", "kato": "closed", "mori": "lost", "sato": "lost"}
    assert all(back.means(name) == set() for name in ("aoki", "mori", "sato"))
    assert found.invite_again == ["aoki", "mori", "sato"]
    room = back.house.room
    assert room.is_governed(), "no claimed names"
    # Nobody is there who could end a way back, so nobody is waited for; it is in the log all the same.
    first = recovering.recover(room, "aoki")
    assert isinstance(first, tending.Invited)
    assert back.house.journal.entries[-2].body["change"] == "recovered"
    back.house.accept("aoki", first.code)
    later = recovering.recover(room, "mori")
    assert isinstance(later, Waiting), "somebody is there again: the day of noise holds"
    back.set_back()
    assert back.states() == {"aoki": "lost", "kato": "closed", "mori": "lost", "sato": "lost"}


def test_a_means_that_the_log_does_not_know_counts_no_more(back: SetBack) -> None:
    back.house.room.store.put_credential("aoki", PASSKEY, back.house.clock.now())
    back.house.room.store.keep(Account("eve", "Eve", OFFICER, State.ACTIVE, back.house.clock.now(), "aoki"))
    back.house.room.store.put_credential("eve", SUBJECT, back.house.clock.now())
    back.back_up()
    back.set_back()
    assert (Means.PASSKEY, PASSKEY.name) not in back.means("aoki")
    assert (back.states()["eve"], back.means("eve")) == ("lost", set())
    assert back.states()["aoki"] == "active"


def test_entries_without_a_mark_tell_of_a_kind(back: SetBack) -> None:
    """Entries of before marks were written: what was added counts, and where one of a kind was removed, all of it."""
    for credential in (PASSKEY, OTHER_PASSKEY):
        back.house.room.store.put_credential("aoki", credential, back.house.clock.now())
    facts = {"account": "aoki", "change": "means-added", "means": "passkey"}
    back.house.room.note(EntryKind.STAFF_CHANGED, **facts)
    back.back_up()
    back.set_back()
    assert {(Means.PASSKEY, PASSKEY.name), (Means.PASSKEY, OTHER_PASSKEY.name)} <= back.means("aoki")
    back.house.room.note(EntryKind.STAFF_CHANGED, **{**facts, "change": "means-removed"})
    back.set_back()
    assert {each for each, _ in back.means("aoki")} == {Means.PASSWORD, Means.TOTP}
