"""A person's step is proved by the side's log and by nothing else. Each change of a true proof is a control."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.campaign import committed
from noren.campaign.committed import StepProof, Unproved, check, pack
from noren.governance.log import Log, LogKeys
from noren.governance.log.keys import read_vkeys
from noren.governance.log.notes import VerifierKey, sign
from noren.governance.ports import Entry, EntryKind
from noren.house.draw_shares import SEALED_BYTES, open_share, seal_share
from noren.house.keys import make_side, open_keys
from noren.kernel.clock import SystemClock
from noren.kernel.keyring import KeyRing
from noren.testing.desk_home import desk_home

AT: Final = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HASH: Final = b"\x07" * 32


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    ring = KeyRing("ledger-log", 1, {1: b"k" * 32})
    keys = LogKeys("test/log/ledger", ring, None, tmp_path / "vkeys")
    log = Log(tmp_path / "log", keys, SystemClock(), lambda at: at.date().isoformat())
    yield log
    log.close()


def entry(**changed: str | int) -> Entry:
    body: dict[str, str | int] = {"campaign": "fans", "step": 0, "by": "aoki", "share_hash": HASH.hex()}
    return Entry(EntryKind.CAMPAIGN_DRAFTED, AT, body | changed)


def proof_of(log: Log, told: Entry) -> StepProof:
    place = log.append([told])[0]
    log.append([Entry(EntryKind.LOOK, AT)] * 5)
    return committed.proof_at(log, place)


def keys_of(log: Log) -> list[VerifierKey]:
    return read_vkeys(log.folder.parent / "vkeys")


def checked(raw: bytes, keys: list[VerifierKey], step: int = 0) -> object:
    return check(raw, keys, campaign="fans", step=step, share_hash=HASH, who="aoki")


def test_a_step_is_proved(log: Log) -> None:
    proof = proof_of(log, entry())
    assert checked(pack(proof), keys_of(log)) == proof


@pytest.mark.parametrize(
    "changed", [{"campaign": "other"}, {"step": 1}, {"by": "baba"}, {"share_hash": "00" * 32}], ids=str
)
def test_another_entry_proves_nothing(log: Log, changed: dict[str, str | int]) -> None:
    assert checked(pack(proof_of(log, entry(**changed))), keys_of(log)) is Unproved.OTHER_ENTRY


def test_an_approval_is_no_draft(log: Log) -> None:
    raw = pack(proof_of(log, entry()))
    assert check(raw, keys_of(log), campaign="fans", step=1, share_hash=HASH) is Unproved.OTHER_ENTRY


def test_what_was_changed_proves_nothing(log: Log) -> None:
    proof, keys = proof_of(log, entry()), keys_of(log)
    replace = msgspec.structs.replace
    not_there = [
        replace(proof, place=proof.place + 1),
        replace(proof, salt=b"x" * 16),
        replace(proof, record=proof.record.replace(b"aoki", b"ueda")),
        replace(proof, path=proof.path[:-1]),
        replace(proof, path=[b"x" * 32, *proof.path[1:]]),
    ]
    assert {checked(pack(each), keys) for each in not_there} == {Unproved.NOT_INCLUDED}
    unread = [replace(proof, record=b"{}"), replace(proof, checkpoint=proof.checkpoint[:-2])]
    assert {checked(pack(each), keys) for each in unread} == {Unproved.NOT_SIGNED}
    assert {checked(raw, keys) for raw in (b"", b"{}", pack(proof)[:-1])} == {Unproved.NO_PROOF}


def test_a_checkpoint_of_another_key_proves_nothing(log: Log) -> None:
    proof, keys = proof_of(log, entry()), keys_of(log)
    forged = sign(log.checkpoint().checkpoint, [Ed25519PrivateKey.from_private_bytes(b"z" * 32)])
    assert checked(pack(msgspec.structs.replace(proof, checkpoint=str(forged).encode())), keys) is Unproved.NOT_SIGNED
    assert checked(pack(proof), []) is Unproved.NOT_SIGNED


def test_a_share_is_opened_by_the_till_for_its_own_step_alone(tmp_path: Path) -> None:
    home = desk_home(tmp_path / "home", "live")
    make_side(home, "ledger")
    share = b"\x11" * 32
    sealed = seal_share(home, share, "fans", 1)
    till, worker = open_keys(home, "till"), open_keys(home, "ledger-worker")
    assert (len(sealed), share in sealed) == (SEALED_BYTES, False)
    assert open_share(till, sealed, "fans", 1) == share
    refused = [(till, "fans", 0), (till, "other", 1), (worker, "fans", 1)]
    assert [open_share(*(keys, sealed, name, step)) for keys, name, step in refused] == [None, None, None]
    assert open_share(till, sealed[:-1], "fans", 1) is None
