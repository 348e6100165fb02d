"""A recipient's word that its copy is gone: signed with the key it published, taken once, before or after the end.

The word is one line: canonical JSON, a full stop, and its Ed25519 signature in base64.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, Final, cast

from cryptography.exceptions import InvalidSignature

from noren.governance.leases.copies import Copies, Refused
from noren.governance.leases.errors import CopyEnded
from noren.kernel.say import Say
from noren.provision.envelope import RecipientKey, RecipientSecret
from noren.provision.model import ProvisionRecord

FORM: Final = "noren-deletion-1"
_PARTS: Final = {"form", "run", "recipient", "deleted_on"}
_ANOTHER_ZONE: Final = timedelta(days=1)
"""Where the recipient is it may still be the day before the one on which the programme provided."""


def attest(secret: RecipientSecret, *, run: str, recipient: str, deleted_on: date) -> str:
    """Return the recipient's word that it deleted what came with a run: the recipient's own act."""
    said = {"form": FORM, "run": run, "recipient": recipient, "deleted_on": deleted_on.isoformat()}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{text}.{base64.b64encode(secret.signer().sign(text.encode())).decode()}"


def accept(
    word: str,
    records: Iterable[ProvisionRecord],
    key_of: Callable[[str], RecipientKey | None],
    copies: Copies,
    *,
    today: date,
) -> ProvisionRecord | Refused:
    """Take a recipient's word: checked, its copy is ended in the census. ``key_of``: the key a recipient published."""
    text, _, signature = word.strip().rpartition(".")
    said = _said(text)
    if said is None:
        return _unfit()
    record = next((each for each in records if each.run == said["run"]), None)
    if record is None or record.recipient != said["recipient"]:
        return _unknown()
    key = key_of(record.recipient)
    if key is None or not _signed(key, text, signature):
        return _forged(record.recipient)
    if not record.begun_on - _ANOTHER_ZONE <= date.fromisoformat(said["deleted_on"]) <= today:
        return _unfit()
    try:
        copies.attest(record.copy, by=record.recipient)
    except CopyEnded:
        return _ended()
    return record


def _said(text: str) -> dict[str, str] | None:
    try:
        said: Any = json.loads(text)
        if not isinstance(said, dict) or said.keys() != _PARTS or said["form"] != FORM:
            return None
        found = cast("dict[str, Any]", said)
        date.fromisoformat(found["deleted_on"])
    except (ValueError, TypeError):
        return None
    return {name: str(value) for name, value in found.items()}


def _signed(key: RecipientKey, text: str, signature: str) -> bool:
    try:
        key.verifier().verify(base64.b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _unfit() -> Refused:
    return Refused(
        "attestation-unfit",
        Say("廃棄の証明として読めません。", "This can not be read as an attestation of deletion."),
        Say(
            "提供先が noren provision attest で作った1行を、そのまま渡してください。",
            "Give the one line that the recipient made with noren provision attest, unchanged.",
        ),
    )


def _unknown() -> Refused:
    return Refused(
        "attestation-of-nothing",
        Say("その提供先へのその提供はありません。", "There is no such provision to that recipient."),
        Say("noren provision list で確かめてください。", "See noren provision list."),
    )


def _forged(recipient: str) -> Refused:
    return Refused(
        "attestation-not-signed",
        Say(f"{recipient} の鍵による署名ではありません。", f"It is not signed with the key of {recipient}."),
        Say(
            "届け出た公開鍵と対になる鍵で署名してもらってください。",
            "Let them sign with the key whose public half they published.",
        ),
    )


def _ended() -> Refused:
    return Refused(
        "attestation-not-due",
        Say("その複製は提供先にないか、もう証明されています。", "That copy is not with them, or was attested before."),
        Say("noren copy list --all で確かめてください。", "See noren copy list --all."),
    )
