"""Values of the census of copies. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from noren.kernel.say import Say


class CopyKind(StrEnum):
    """What a copy is."""

    EXTRACT = "extract"
    DELIVERY_FILE = "delivery-file"
    ROOM_DEPOSIT = "room-deposit"
    BACKUP = "backup"
    COUNTER_VIEW = "counter-view"
    DISCLOSURE = "disclosure"


KIND_SAYS: Final[dict[CopyKind, Say]] = {
    CopyKind.EXTRACT: Say("提供用の抽出", "extract for a company"),
    CopyKind.DELIVERY_FILE: Say("配信ファイル", "delivery file"),
    CopyKind.ROOM_DEPOSIT: Say("お預かりデータ", "deposit in a room"),
    CopyKind.BACKUP: Say("バックアップ", "backup"),
    CopyKind.COUNTER_VIEW: Say("窓口の表示", "view at a counter"),
    CopyKind.DISCLOSURE: Say("本人にお渡しする開示書", "document for the member herself"),
}

LONGEST: Final[dict[CopyKind, timedelta]] = {
    CopyKind.EXTRACT: timedelta(days=31),
    CopyKind.DELIVERY_FILE: timedelta(days=31),
    CopyKind.ROOM_DEPOSIT: timedelta(days=366),
    CopyKind.BACKUP: timedelta(days=35),  # promises.md P5: what was erased is gone from every backup by then
    CopyKind.COUNTER_VIEW: timedelta(minutes=15),
    CopyKind.DISCLOSURE: timedelta(days=31),
}
"""The longest lease of each kind: no copy without an end."""


class CopyState(StrEnum):
    """Where a copy stands; it only ever goes down this list."""

    MAKING = "making"
    HERE = "here"
    GIVEN = "given"
    KEYLESS = "keyless"
    GONE = "gone"


STATE_SAYS: Final[dict[CopyState, Say]] = {
    CopyState.MAKING: Say("作成中", "being made"),
    CopyState.HERE: Say("保管中", "kept here"),
    CopyState.GIVEN: Say("提供先にあり", "with its recipient"),
    CopyState.KEYLESS: Say("鍵を廃棄済み(もう開けません)", "its key is destroyed: it opens no more"),
    CopyState.GONE: Say("廃棄済み", "destroyed"),
}


class Proof(StrEnum):
    """How it is known that a copy is gone."""

    NONE = ""
    DESTROYED = "destroyed"
    ATTESTED = "attested"


PROOF_SAYS: Final[dict[Proof, Say]] = {
    Proof.NONE: Say("まだ", "not yet"),
    Proof.DESTROYED: Say("鍵、つづいて本体を消しました", "its key, then its bytes were destroyed here"),
    Proof.ATTESTED: Say("提供先が廃棄を証明しました", "its recipient attested the deletion"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A copy that is asked for. ``owner``: who answers for it; ``recipient``: to whom it goes, empty: it stays here."""

    kind: CopyKind
    owner: str
    purpose: str
    items: tuple[str, ...]
    expires_at: datetime
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class CopyLease:
    """A copy in the census. ``rows`` and ``size`` (bytes): None until it is made. ``place``: its file's name.

    ``digest``: SHA-256 of the sealed file, by which an attestation names it.
    """

    copy: str
    wanted: Wanted
    place: str
    made_at: datetime
    state: CopyState = CopyState.MAKING
    rows: int | None = None
    size: int | None = None
    digest: str = ""
    proof: Proof = Proof.NONE
    ended_at: datetime | None = None
    attested_by: str = ""

    def is_overdue(self, at: datetime) -> bool:
        """Whether it should be gone and nothing proves that it is."""
        return self.state is not CopyState.GONE and at >= self.wanted.expires_at


@dataclass(frozen=True, slots=True)
class Exempt:
    """Something that holds data a second time and is no lease, with the reason: 原則 has exceptions that are listed."""

    name: str
    what: Say
    why: Say


EXEMPT: Final = (
    Exempt(
        "member-keys",
        Say("会員鍵の第二の保管先と1時間ごとの控え", "the member keys' second custodian and hourly snapshots"),
        Say(
            "鍵を失うと会員情報庫が開かなくなるため。24時間以内に消え、消去された会員の鍵はどこからも消えます。",
            "Without the keys the vault does not open. They go within 24 hours; an erased member's key goes from all.",
        ),
    ),
    Exempt(
        "kept-history",
        Say("対象者を数えるための履歴の並べかえ", "the history laid out anew for counting audiences"),
        Say(
            "取引台帳の側の中だけにあり、毎晩作り直されます。消去のときは同じ手順で消えます。",
            "It stays within the ledger side and is renewed each night; an erasure reaches it in the same step.",
        ),
    ),
    Exempt(
        "standings",
        Say("レジで条件を判定するための会員ごとのまとめ", "each member's standing, for conditions at the till"),
        Say(
            "取引台帳とともに保たれ、台帳の行から作り直せます。消去のときは同じ手順で消えます。",
            "Kept with the ledger and made anew from its rows; an erasure reaches it in the same step.",
        ),
    ),
    Exempt(
        "before-upgrade",
        Say(
            "更新を戻すための控え(運営者が選んだときだけ)",
            "the copy before an upgrade, where one was asked for",
        ),
        Say(
            "更新を戻せるようにするため。どこにあるかは、点検(noren doctor)がいつも知らせます。",
            "So that an upgrade can be taken back. The check of the home (noren doctor) keeps telling where it lies.",
        ),
    ),
)
"""What is no lease, and why: shown with the census."""
