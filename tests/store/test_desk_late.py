"""The desk's log after a kill between a store and the log: at the next start whatever lacks an entry gets one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from noren.governance.announced import entries
from noren.governance.cases import operations
from noren.governance.cases.operations import Known
from noren.governance.parties import Party, PartyKind, Vetting
from noren.governance.ports import Entry, EntryKind
from noren.governance.register import Document, DocumentKind
from noren.governance.staff import Role
from noren.governance.staffing import tending
from noren.house.desk import DeskRoom, desk_room
from noren.house.home import Home, open_home
from noren.kernel.say import Say
from noren.testing.desk_home import desk_home

DAY = date(2026, 11, 1)
KILL = 137


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return desk_home(tmp_path / "home", "sandbox")


def logged(room: DeskRoom) -> list[Entry]:
    found = (room.journal.at(place).entry for place in range(room.journal.size))
    return [entry for entry in found if entry is not None]


def lacking(room: DeskRoom) -> list[Entry]:
    told = logged(room)
    return [*entries.missing(room.documents.documents(), told), *operations.missing(room.cases, told)]


def killed_at(home: Home, what: str) -> None:
    """Let a desk do something in a process of its own that is killed between the store and the log."""
    done = subprocess.run([sys.executable, __file__, str(home.path), what], capture_output=True, check=False)
    assert done.returncode == KILL, done.stderr.decode()


@pytest.mark.parametrize("what", ["document", "case", "account"])
def test_a_kill_between_store_and_log_leaves_no_act_unlogged(home: Home, what: str) -> None:
    desk_room(home).close()
    killed_at(home, what)
    room = desk_room(home)
    try:
        assert lacking(room) == []
        late = [entry for entry in logged(room) if entry.body.get("late")]
        told = {
            "document": EntryKind.DOCUMENT_ANNOUNCED,
            "case": EntryKind.INCIDENT_OPENED,
            "account": EntryKind.STAFF_CHANGED,
        }[what]
        assert told in {entry.kind for entry in late}
        assert len(late) == 1
        size = room.journal.size
    finally:
        room.close()
    again = desk_room(home)
    assert again.journal.size == size, "nothing is written twice"
    again.close()


def test_without_the_healing_the_act_would_be_found_unlogged(home: Home) -> None:
    room = desk_room(home)
    room.documents.add([_party(1)])
    room.case_room().open_incident(found_on=DAY, known=Known(), who="aoki")
    with_steps = [each for each in logged(room) if each.kind is not EntryKind.INCIDENT_OPENED]
    assert [entry.body["id"] for entry in lacking(room)] == ["C99", "C99"], "the document and its vetting"
    assert [entry.body["case"] for entry in operations.missing(room.cases, with_steps)] == ["in-2026-001"]
    room.close()


def test_a_vetting_is_logged_when_it_changed_alone() -> None:
    versions = [_party(1), _party(2, name="新しい名前"), _party(3, record="R-2")]
    kinds = Counter(entry.kind for each in versions for entry in entries.entries_of(each, versions))
    assert kinds == {EntryKind.DOCUMENT_ANNOUNCED: 3, EntryKind.PARTY_VETTED: 2}


def _party(version: int, name: str = "テスト商店", record: str = "R-1") -> Document:
    at = datetime(2026, 11, version, tzinfo=UTC)
    body = Party("C99", PartyKind.PARTNER, Say(name, name), "東京都", vetted=Vetting(DAY, "aoki", record))
    return Document(DocumentKind.PARTY, "C99", version, at, at, body)


class _Kills:
    """A journal whose process dies before the first byte is written."""

    def append(self, entries: object) -> range:
        os._exit(KILL)

    def subject(self, member: bytes) -> bytes:
        return member[:16]

    def forget_member(self, member: bytes, *, reason: str) -> int:
        return 0


if __name__ == "__main__":
    _room = desk_room(open_home(Path(sys.argv[1])))
    if sys.argv[2] == "case":
        replace(_room.case_room(), journal=_Kills()).open_incident(found_on=DAY, known=Known(), who="aoki")
    elif sys.argv[2] == "account":
        tending.add(replace(_room.staff, journal=_Kills()), "aoki", "Aoki", [Role.PRIVACY_OFFICER], "")
    else:
        _room.documents.add([_party(1)])
        _Kills().append([])
