"""A member's rights at the vault: requests with clocks, corrections, looks, and the document that she takes."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.door.vault_house import Door, hidden, sign_in

from noren.governance.disclosing.numbers import new_number
from noren.governance.disclosing.signing import SIGNATURE, signer_of
from noren.governance.ports import EntryKind
from noren.identity.correcting import Corrected, correct
from noren.identity.disclosing import look
from noren.identity.erasing import erase_member
from noren.identity.merging import merge_members
from noren.identity.model import Refused
from noren.identity.requests import (
    Asked,
    Checked,
    Request,
    RequestKind,
    State,
    answer,
    counts,
    late_requests,
    open_requests,
    requests_of,
    take_in,
)
from noren.identity.withdrawing import withdraw_member
from noren.kernel.ids import CardNumber, MemberNumber
from noren.testing.vault import a_row

CARD, OTHER = CardNumber(str(a_row(1)["card"])), CardNumber(str(a_row(2)["card"]))
STAFF = Asked(RequestKind.DISCLOSURE, Checked.DOCUMENT, "hoshino")


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path / "home")
    yield made
    made.room.close()


def asked(door: Door, asked: Asked = STAFF, card: CardNumber = CARD) -> Request:
    made = take_in(door.room.vault, who=card, asked=asked, clocks=door.room.clocks())
    assert isinstance(made, Request)
    return made


def kinds(door: Door) -> list[EntryKind]:
    return [told.entry.kind for told in map(door.room.log.at, range(door.room.log.size)) if told.entry]


def all_bytes(door: Door) -> bytes:
    return b"".join(path.read_bytes() for path in door.home.path.rglob("*") if path.is_file())


def test_a_request_has_its_day_and_is_late_after_it(door: Door) -> None:
    made = asked(door)
    assert (made.due - made.received).days == 14
    door.clock.instant += timedelta(days=14)
    assert late_requests(door.room.vault) == (1, 0)
    door.clock.instant += timedelta(days=1)
    assert late_requests(door.room.vault) == (1, 1)
    [listed] = open_requests(door.room.vault)
    assert (listed.request.id, listed.member_number) == (made.id, "M0000001")
    done = answer(door.room.vault, request=made.id, state=State.ANSWERED, reason="", by="hoshino")
    assert isinstance(done, Request)
    assert late_requests(door.room.vault) == (0, 0)
    assert counts(door.room.vault, 2026)["disclosure"] == {"received": 1, "answered": 1, "refused": 0, "late": 1}
    assert isinstance(answer(door.room.vault, request=made.id, state=State.ANSWERED, reason="", by="x"), Refused)


def test_a_refusal_needs_a_reason_and_she_reads_it(door: Door) -> None:
    made = asked(door, Asked(RequestKind.CORRECTION, Checked.SIGNED_IN, said="生年月日が違います"))
    assert isinstance(answer(door.room.vault, request=made.id, state=State.REFUSED, reason=" ", by="h"), Refused)
    answer(door.room.vault, request=made.id, state=State.REFUSED, reason="書類と一致しません", by="h")
    assert "書類と一致しません" in seen(door, "/rights").text
    assert counts(door.room.vault, 2026)["correction"]["refused"] == 1


def test_requests_are_sealed_and_go_with_her(door: Door) -> None:
    said = "わたしだけの言葉です"
    mine = asked(door, Asked(RequestKind.ERASE, Checked.SIGNED_IN, said=said))
    asked(door, STAFF, OTHER)
    found = requests_of(door.room.vault, who=CARD)
    assert not isinstance(found, Refused)
    assert [each.said for each in found] == [said]
    assert said.encode() not in all_bytes(door)
    assert EntryKind.ERASURE_ASKED in kinds(door)
    erase_member(door.room.vault, card=CARD)
    assert [each.member_number for each in open_requests(door.room.vault)] == ["M0000002"]
    assert counts(door.room.vault, 2026)["erase"] == {"received": 1, "answered": 1, "refused": 0, "late": 0}
    assert isinstance(answer(door.room.vault, request=mine.id, state=State.ANSWERED, reason="", by="x"), Refused)


def test_a_merged_members_requests_go_to_whom_she_became(door: Door) -> None:
    made = asked(door)
    merge_members(door.room.vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000002"))
    [listed] = open_requests(door.room.vault)
    assert (listed.request.id, listed.member_number) == (made.id, "M0000002")


def test_the_officer_looks_only_while_a_request_is_open_and_she_sees_it(door: Door) -> None:
    assert isinstance(look(door.room.vault, card=CARD, by="hoshino"), Refused)
    assert EntryKind.LOOK not in kinds(door)
    made = asked(door)
    found = look(door.room.vault, card=CARD, by="hoshino")
    assert not isinstance(found, Refused)
    assert found["contact"]["email"] == a_row(1)["email"]
    assert isinstance(look(door.room.vault, card=OTHER, by="hoshino"), Refused)
    assert "会員情報の閲覧" in seen(door, "/log").text
    answer(door.room.vault, request=made.id, state=State.ANSWERED, reason="", by="hoshino")
    assert isinstance(look(door.room.vault, card=CARD, by="hoshino"), Refused)


def test_a_corrected_value_is_in_no_file_and_the_change_is_told(door: Door) -> None:
    vault = door.room.vault
    with vault.store.reading() as batch:
        row = next(iter(batch.members_by_number([vault.indexes.member_number(MemberNumber("M0000001"))])))
        [member] = batch.members_by_number([row]).values()
        before = batch.contacts([member.row])[member.row].sealed
    assert before["phone"] in all_bytes(door)  # the control: the search finds what is there
    heard = len(door.side.heard)
    assert correct(vault, who=CARD, values={"phone": "0312345678"}, by="h") == Corrected(("phone",))
    assert before["phone"] not in all_bytes(door)
    assert door.side.heard[heard:] == []  # a telephone number does not cross, not even that it changed
    assert correct(vault, who=CARD, values={"birth_date": "1980-02-03"}, by="h") == Corrected(("birth_date",))
    assert door.side.heard[heard:] != []
    assert kinds(door).count(EntryKind.CORRECTION) == 2
    assert isinstance(correct(vault, who=CARD, values={"phone": "not a number"}, by="h"), Refused)
    assert isinstance(correct(vault, who=CARD, values={"member_number": "M9"}, by="h"), Refused)
    assert correct(vault, who=CARD, values={"phone": "0312345678"}, by="h") == Corrected(())


def test_a_withdrawal_is_in_the_log(door: Door) -> None:
    withdraw_member(door.room.vault, card=CARD, keep_days=30)
    assert kinds(door).count(EntryKind.WITHDRAWAL) == 1


def seen(door: Door, path: str) -> Any:
    async def story() -> Any:
        async with door.browser() as browser:
            await sign_in(browser)
            return await browser.get(path)

    return asyncio.run(story())


def taken(door: Door, path: str, **fields: str) -> Any:
    async def story() -> Any:
        async with door.browser() as browser:
            await sign_in(browser)
            token = hidden(await browser.get("/rights"), "token")
            return await browser.post(path, data={"token": token, **fields})

    return asyncio.run(story())


def unpacked(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {name: files.read(name) for name in files.namelist()}


def test_she_takes_her_document_and_anybody_can_check_it(door: Door, tmp_path: Path) -> None:
    asked(door)
    answered = taken(door, "/disclosure")
    assert answered.headers["content-disposition"].startswith("attachment")
    files = unpacked(answered.content)
    said = json.loads(files["registration.json"])
    assert said["content"]["person"]["member_number"] == "M0000001"
    assert said["content"]["contact"]["street"] == a_row(1)["street"]
    assert "M0000002" not in files["registration.json"].decode()
    signed = {name: files[name] for name in ("registration.json", "registration.pdf", SIGNATURE) if name in files}
    keys = door.room.log.keys.known()
    assert signer_of(signed, keys) is not None
    assert kinds(door).count(EntryKind.DISCLOSURE) == 1
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert alone(tmp_path, str(keys[0])) == 0


def test_a_document_with_one_bit_changed_is_refused(door: Door, tmp_path: Path) -> None:
    files = unpacked(taken(door, "/disclosure").content)
    signed = {name: files[name] for name in ("registration.json", "registration.pdf", SIGNATURE) if name in files}
    keys = door.room.log.keys.known()
    for name in ("registration.json", SIGNATURE):
        length = len(signed[name])
        for at in (0, length // 2, *range(length - 6, length)):
            for bit in range(8):
                spoilt = bytearray(signed[name])
                spoilt[at] ^= 1 << bit
                assert signer_of({**signed, name: bytes(spoilt)}, keys) is None, (name, at, bit)
    assert signer_of({**signed, "more.txt": b""}, keys) is None
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    signature = files[SIGNATURE]
    assert signature.endswith(b"=\n"), "bits are left over"
    other = signature[:-3] + bytes([DIGITS[DIGITS.index(signature[-3]) ^ 1]]) + b"=\n"
    assert signer_of({**signed, SIGNATURE: other}, keys) is None
    (tmp_path / SIGNATURE).write_bytes(other)
    assert alone(tmp_path, str(keys[0])) == 1, "the same bytes in another spelling"
    (tmp_path / SIGNATURE).write_bytes(signature)
    assert alone(tmp_path, str(keys[0])) == 0
    changed = bytearray(files["registration.json"])
    changed[10] ^= 1
    (tmp_path / "registration.json").write_bytes(changed)
    assert alone(tmp_path, str(keys[0])) == 1


DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def alone(folder: Path, key: str) -> int:
    """Check with the standard library alone, by the script that comes along."""
    command = [sys.executable, "-I", "-S", str(folder / "verify_document.py"), str(folder), "--key", key]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_stranger_gets_nothing(door: Door) -> None:
    async def story() -> list[int]:
        async with door.browser() as browser:
            gets = [(await browser.get("/rights")).status_code]
            posts = ["/disclosure", "/rights/code", "/rights/requests", "/rights/corrections"]
            return gets + [(await browser.post(path, data={"token": "x"})).status_code for path in posts]

    assert asyncio.run(story()) == [303, 403, 403, 403, 403]
    assert kinds(door).count(EntryKind.DISCLOSURE) == 0


def test_she_asks_and_corrects_on_her_page(door: Door) -> None:
    assert taken(door, "/rights/requests", kind="cease-use", said="郵便はやめてください").status_code == 303
    assert taken(door, "/rights/corrections", email="neu@example.jp").status_code == 303
    page = seen(door, "/rights").text
    assert "利用停止" in page
    assert "neu@example.jp" in page
    assert taken(door, "/rights/corrections", email="neu").status_code == 409
    assert "Disclosure, correction, requests" in seen(door, "/rights?lang=en").text


def test_a_code_is_shown_for_fourteen_days_and_is_hers_alone(door: Door) -> None:
    number = new_number(door.room.vault.today())
    assert 'class="code"' in taken(door, "/rights/code", number=number.lower()).text
    assert 'class="code"' not in taken(door, "/rights/code", number="AAAA").text
    door.clock.instant += timedelta(days=15)
    assert 'class="code"' not in taken(door, "/rights/code", number=number).text
