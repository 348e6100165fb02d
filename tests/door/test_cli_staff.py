"""``noren staff`` as people type it, with the desk kept running: from the first account to two others' approval."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from noren.doors.cli.health.staff import look_at_staff
from noren.house.children import zone_client
from noren.house.log_reading import shown
from noren.house.staff_mark import has_staff
from noren.testing.desk_home import JOINT_NOTICE, desk_home
from noren.testing.staff_terminals import PASSWORD, StaffTerminals

FLOW = """
[[party]]
id = "C05"
kind = "group"
name = { ja = "グループ五", en = "Group Five" }
address = "大阪市北区1"
representative = "代表取締役"
vetted = { on = "2026-04-01", by = "officer", record = "R-1" }
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffTerminals]:
    folder = tmp_path_factory.mktemp("staff")
    made = StaffTerminals(desk_home(folder / "home", "live"), folder)
    with zone_client(made.home, "desk"):
        opened = made.call("", "incident", "open", "--who", "whoever", "--found", "2026-11-25")
        assert opened.exit_code == 0, opened.output
        assert [each.level for each in look_at_staff(made.home)] == ["warning"]
        # Before anybody's account is active, who holds the home adds them all.
        people = {
            "aoki": "privacy-officer",
            "sato": "privacy-officer",
            "kato": "host",
            "mori": "analyst",
            "ueda": "voice",
        }
        codes = {
            name: made.told("", "staff", "add", name, "--name", name.title(), "--role", role)["code"]
            for name, role in people.items()
        }
        assert not has_staff(made.home)
        for name, code in codes.items():
            made.accept(name, code)
            made.sign_in(name)
        yield made


def refused(house: StaffTerminals, who: str, *arguments: str, typed: str = "") -> str:
    found = house.call(who, *arguments, typed=typed)
    assert found.exit_code == 1, (found.exit_code, found.output)
    return found.output


def test_acts_are_done_by_who_is_signed_in(house: StaffTerminals) -> None:
    assert has_staff(house.home)
    assert "[not-signed-in]" in refused(house, "", "incident", "open", "--who", "aoki", "--found", "2026-11-25"), (
        "a claimed name is taken no more"
    )
    assert "Nobody is signed in" in refused(house, "", "incident", "open", "--found", "2026-11-25")
    assert "[not-you]" in refused(house, "aoki", "incident", "open", "--who", "sato", "--found", "2026-11-25")
    assert "[no-role-may]" in refused(house, "mori", "incident", "open", "--found", "2026-11-25")
    done = house.told("aoki", "incident", "open", "--found", "2026-11-25")
    with zone_client(house.home, "desk") as desk:
        steps = desk.call("/incidents/show", {"id": done["case"]["id"]})["steps"]
    assert [each["who"] for each in steps] == ["aoki"]
    opened = shown(house.home, "house", 1_000, "incident-opened")
    assert [(row.body["who"], row.body["signed_in"]) for row in opened] == [("whoever", False), ("aoki", "aoki")]


def test_what_loosens_waits_for_two_others(house: StaffTerminals, tmp_path: Path) -> None:
    papers = tmp_path / "papers.toml"
    papers.write_text(FLOW + JOINT_NOTICE, "utf-8")
    assert "[no-role-may]" in refused(house, "mori", "notice", "announce", str(papers))
    said = house.told("aoki", "notice", "announce", str(papers))
    assert not said["announced"]
    number = str(said["waiting"])
    waits = house.call("sato", "staff", "approvals").output
    assert "announce: C05, joint" in waits
    assert "Name: Group Five" in waits, "who approves reads what it says"
    assert "Scope: C05" in waits
    assert "[own-approval]" in refused(house, "aoki", "staff", "approve", number)
    assert "[no-role-may]" in refused(house, "mori", "staff", "approve", number)
    assert "[not-signed-in]" in refused(house, "", "staff", "approve", number)
    first = house.told("sato", "staff", "approve", number)
    assert (first["waiting"]["outcome"], first["waiting"]["approvals"]) == ("waits", ["sato"])
    assert "[another-approves]" in refused(house, "sato", "staff", "approve", number)
    last = house.told("kato", "staff", "approve", number)
    assert last["announced"], last
    (notice,) = shown(house.home, "house", 1_000, "notice-announced")
    assert (notice.body["signed_in"], notice.body["approval"]) == ("aoki", int(number)), "hers, and approved"
    assert "[already-decided]" in refused(house, "kato", "staff", "approve", number)
    listed = house.told("", "notice", "list")
    assert [each["id"] for each in listed["documents"]] == ["joint"]


def test_a_later_account_is_approved_by_another(house: StaffTerminals) -> None:
    assert "[not-signed-in]" in refused(house, "", "staff", "add", "endo", "--name", "E", "--role", "host")
    assert "[no-role-may]" in refused(house, "mori", "staff", "add", "endo", "--name", "E", "--role", "host")
    asked = house.told("aoki", "staff", "add", "endo", "--name", "Endo", "--role", "auditor")
    assert (asked["code"], asked["waiting"]["needs"]) == ("", 1)
    number = str(asked["waiting"]["number"])
    assert "[own-approval]" in refused(house, "aoki", "staff", "approve", number)
    house.accept("endo", house.told("kato", "staff", "approve", number)["code"])
    house.sign_in("endo")
    # A role that is taken away, an account that is closed: in sessions that stand, from the next act on.
    assert house.told("endo", "staff", "whoami")["account"]["roles"] == ["auditor"]
    number = str(house.told("aoki", "staff", "roles", "endo", "--role", "marketer")["waiting"]["number"])
    house.told("sato", "staff", "approve", number)
    assert house.told("endo", "staff", "whoami")["account"]["roles"] == ["marketer"]
    number = str(house.told("aoki", "staff", "close", "endo", "--yes")["waiting"]["number"])
    house.told("sato", "staff", "approve", number)
    assert "[not-signed-in]" in refused(house, "endo", "staff", "whoami")
    typed = f"{PASSWORD}\n000000\n"
    assert "[sign-in-wrong]" in refused(house, "", "staff", "sign-in", "endo", typed=typed)
    asked = house.told("aoki", "staff", "invite", "mori")
    assert house.told("aoki", "staff", "refuse", str(asked["waiting"]["number"]))["waiting"]["outcome"] == "refused"


def test_a_token_is_kept_for_its_owner_and_ends_with_the_session(house: StaffTerminals) -> None:
    file = house.folder / "token-ueda"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = file.read_text()
    file.chmod(0o644)
    assert "can be read by others" in refused(house, "ueda", "staff", "whoami")
    file.chmod(0o600)
    assert house.told("ueda", "staff", "whoami")["account"]["id"] == "ueda"
    assert house.told("ueda", "staff", "sign-out")["ended"]
    assert not file.exists()
    file.write_text(token)
    file.chmod(0o600)
    assert "[not-signed-in]" in refused(house, "ueda", "staff", "whoami")
    file.unlink()


def test_what_is_wrong_is_told(house: StaffTerminals) -> None:
    assert house.call("", "staff", "add", "x1", "--role", "host").exit_code == 2
    assert "[id-taken]" in refused(house, "aoki", "staff", "add", "a0ki", "--name", "A", "--role", "host")
    assert "[no-such-account]" in refused(house, "aoki", "staff", "close", "nobody", "--yes")
    assert "[nothing-waits]" in refused(house, "aoki", "staff", "approve", "999")
    assert "[invite-wrong]" in refused(house, "", "staff", "accept", typed="wrong\n")
    assert house.call("", "staff", "accept").exit_code == 2
    listed = house.told("", "staff", "list")["accounts"]
    assert {each["id"]: each["state"] for each in listed}["aoki"] == "active"
    assert PASSWORD not in house.call("", "staff", "list", "--json").output
    assert "Staff: " in next(iter(look_at_staff(house.home))).what.en
