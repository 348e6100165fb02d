"""A member sees her own entries of the audit log, with proofs that hold, and nobody else's; erased, nothing is left."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.door.vault_house import Door, sign_in

from noren.governance.log import VerifierKey, parse_note
from noren.governance.log.hashing import includes, leaf_hash
from noren.identity.deciding import Wish, decide
from noren.identity.erasing import erase_member
from noren.kernel.ids import CardNumber
from noren.testing.vault import a_row


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path / "home")
    for number, value in ((1, "all"), (2, "channel=post")):
        decide(made.room.vault, who=CardNumber(str(a_row(number)["card"])), wishes=[Wish("stop", value)])
    yield made
    made.room.close()


def seen(door: Door, path: str) -> Any:
    async def story() -> Any:
        async with door.browser() as browser:
            await sign_in(browser)
            return await browser.get(path)

    return asyncio.run(story())


def test_she_sees_her_entries_in_words_and_nobody_elses(door: Door) -> None:
    page = seen(door, "/log").text
    assert "停止の受付" in page
    assert page.count('<th scope="row">') == 1
    assert "選択: stop" in page
    assert "a stop was taken" in seen(door, "/log?lang=en").text


def test_each_entry_comes_with_a_proof_that_holds(door: Door) -> None:
    answer = seen(door, "/log.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    found = json.loads(answer.content)
    note = parse_note(found["checkpoint"].encode())
    keys = [VerifierKey.parse(line) for line in found["keys"]]
    assert note.signed_by(keys) == keys
    [entry] = found["entries"]
    commitment = hashlib.sha256(bytes.fromhex(entry["salt"]) + entry["record"].encode()).digest()
    assert commitment.hex() == entry["commitment"]
    head, path = note.checkpoint, [bytes.fromhex(step) for step in entry["path"]]
    assert includes(head.root, head.size, entry["place"], leaf_hash(commitment), path)
    other = hashlib.sha256(bytes.fromhex(entry["salt"]) + entry["record"].replace("all", "none").encode()).digest()
    assert not includes(head.root, head.size, entry["place"], leaf_hash(other), path)  # the control


def test_who_is_not_signed_in_sees_nothing(door: Door) -> None:
    async def story() -> list[int]:
        async with door.browser() as browser:
            return [(await browser.get(path)).status_code for path in ("/log", "/log.json")]

    assert set(asyncio.run(story())) == {303}


def test_once_erased_her_records_are_gone_and_the_root_stays(door: Door) -> None:
    log = door.room.log
    before, mine = log.checkpoint().checkpoint, [told.held for told in map(log.at, range(log.size)) if told.entry]
    stop = next(held for held in mine if b'"all"' in held.record)
    erase_member(door.room.vault, card=CardNumber(str(a_row(1)["card"])))
    raw = b"".join(path.read_bytes() for path in log.folder.rglob("*") if path.is_file())
    assert stop.salt.hex().encode() not in raw
    assert stop.commitment in raw
    now = log.checkpoint().checkpoint
    assert now.size == before.size + 2
    assert [told.entry is None for told in map(log.at, range(now.size))].count(True) == 1
