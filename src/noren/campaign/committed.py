"""Proof that a person's step stood in the side's log before the till opened a share. Pure but for the signature.

One step's entry with its audit path, and the checkpoint that the log signed over it. Whoever holds the log's public
keys checks it without the log: the till does, before it opens anything, and the audit does again.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from noren.audience.persons import plain
from noren.governance.log import Log
from noren.governance.log.errors import LogBroken
from noren.governance.log.hashing import includes, leaf_hash
from noren.governance.log.notes import VerifierKey, parse_note
from noren.governance.log.records import commitment, parse_record
from noren.governance.ports import EntryKind
from noren.kernel.say import Say

STEPS: Final = (EntryKind.CAMPAIGN_DRAFTED, EntryKind.CAMPAIGN_APPROVED, EntryKind.CAMPAIGN_APPROVED)
"""What the log says of each step, in their order: the author's, the first approver's, the second's."""


class StepProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step's entry in the log. ``checkpoint``: the signed note over the tree that ``path`` is in."""

    place: int
    salt: bytes
    record: bytes
    path: list[bytes]
    checkpoint: bytes


class Unproved(StrEnum):
    """Why a step's proof shows nothing."""

    NO_PROOF = "no-proof"
    NOT_SIGNED = "not-signed"
    NOT_INCLUDED = "not-included"
    OTHER_ENTRY = "other-entry"


SAYS: Final = {
    Unproved.NO_PROOF: Say("証明として読めません。", "It is no proof of a step."),
    Unproved.NOT_SIGNED: Say(
        "検証点に、このログの鍵の署名がありません。", "The checkpoint is not signed by a key of this log."
    ),
    Unproved.NOT_INCLUDED: Say("検証点の木に、その記録がありません。", "The record is not in the checkpoint's tree."),
    Unproved.OTHER_ENTRY: Say(
        "記録が、この企画のこの人の持ち分のものではありません。", "The record is not of this share in this campaign."
    ),
}


def pack(proof: StepProof) -> bytes:
    """Return a proof as it is kept beside the step."""
    return msgspec.json.encode(proof)


def unpack(raw: bytes) -> StepProof | None:
    """Return a kept proof; None: these bytes are none."""
    try:
        return msgspec.json.decode(raw, type=StepProof)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def check(
    raw: bytes, keys: Sequence[VerifierKey], *, campaign: str, step: int, share_hash: bytes, who: str = ""
) -> StepProof | Unproved:
    """Return a step's proof where it shows the share's commitment under a checkpoint that the log signed.

    ``keys``: the log's own public keys; ``who`` empty: whoever it was.
    """
    proof = unpack(raw)
    if proof is None:
        return Unproved.NO_PROOF
    try:
        note = parse_note(proof.checkpoint)
        signed = note.signed_by(keys)
        entry, _ = parse_record(proof.record)
    except LogBroken:
        return Unproved.NOT_SIGNED
    head = note.checkpoint
    if not signed or head.origin not in {key.name for key in signed}:
        return Unproved.NOT_SIGNED
    if not includes(head.root, head.size, proof.place, leaf_hash(commitment(proof.salt, proof.record)), proof.path):
        return Unproved.NOT_INCLUDED
    said = entry.body
    fits = (entry.kind, said.get("campaign"), said.get("step"), said.get("share_hash"))
    if fits != (STEPS[step], campaign, step, share_hash.hex()) or (who and said.get("by") != plain(who)):
        return Unproved.OTHER_ENTRY
    return proof


def proof_at(log: Log, place: int) -> StepProof:
    """Return the proof of an entry under the log's newest checkpoint."""
    with log.still():
        held, path, note = log.at(place).held, log.proof(place), log.checkpoint()
    return StepProof(place, held.salt, held.record, path, str(note).encode())
