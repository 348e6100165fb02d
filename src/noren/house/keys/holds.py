"""Who holds which key, and what becomes of each at a rotation: tables, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from noren.house.home import Zone
from noren.kernel.say import Say

# Which zone holds which named key. This table *is* the wall in terms of keys: the wall test
# reads it and every key file, and fails when one name or one secret stands on both sides.
HOLDS: Final[dict[Zone, tuple[str, ...]]] = {
    "till": ("card-index", "receipt-index", "body-hash", "terminal-key", "purchase-id", "one-time-code", "slip"),
    "ledger-worker": (
        *("card-index", "receipt-index", "body-hash", "purchase-id", "terminal-key", "link"),
        *("ledger-copies", "ledger-erasures", "ledger-backup", "recipient-pseudonym", "ledger-statutory"),
        *("ledger-log", "ledger-log-subject"),
    ),
    "statement": ("link", "purchase-id", "one-time-code"),
    "vault": (
        *("member-wrap", "vault-index", "sign-in"),
        *("vault-copies", "vault-erasures", "vault-backup", "statutory"),
        *("identity-log", "identity-log-subject"),
    ),
    "desk": ("house-log", "desk-backup", "staff-secrets"),
    "front": (),
    "operator": (),
}
Side = str
"""``ledger``, ``identity`` or ``neither``."""

SIDES: Final[dict[Side, tuple[Zone, ...]]] = {
    "ledger": ("till", "ledger-worker", "statement"),
    "identity": ("vault",),
    "neither": ("desk", "front", "operator"),
}
KEK: Final = "kek"
SIGNING: Final = "signing"
OPENING: Final = "opening"
OWN: Final = (SIGNING, OPENING)
"""Private keys that each zone has for itself; they bear one name in every zone and share no secret."""

Worker = Literal["ledger-worker", "vault"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a rotation does with a key.

    ``work``: the zones that move what rests on the old version, in their order; none where nothing is stored under it.
    ``overlap``: how long the old version stays valid after that, for what is still on its way outside.
    """

    protects: Say
    work: tuple[Worker, ...] = ()
    overlap: timedelta = timedelta(0)
    keeps_receipts: bool = False
    """The overlap is ``receipts.keep_days``: what is outside lives as long as receipts are kept."""


_AT_ONCE: Final = timedelta(0)
_YEARS: Final = timedelta(days=4 * 366)  # a record in the statutory vault is kept for three years at most
_TICKETS: Final = timedelta(seconds=75)  # passes live 30 s, tickets 60 s, each with 5 s of skew
_FORMS: Final = timedelta(minutes=65)  # a sign-in form lies open for an hour at most
_BACKUPS: Final = timedelta(days=40)  # as long as a backup may be restored, and the erasure list is replayed over it
_CODES: Final = timedelta(days=7)  # a code is judged at the purchase's instant: batches of an offline till come late
_LOGS: Final = timedelta(days=35)  # whoever looks in once a month meets a checkpoint signed by a key that it knows
_SECRETS: Final = timedelta(days=400)  # a device's secret is sealed for as long; after that a new invitation is due
_CAMPAIGNS: Final = timedelta(days=500)  # a campaign runs 400 days at most, and its seed is told after that
_TAGS: Final = timedelta(days=3_650)  # a member's older entries stand under the tag that she had then

KINDS: Final[dict[str, Kind]] = {
    KEK: Kind(Say("このゾーンの鍵ファイルの中の鍵", "the keys in the zone's own file")),
    # The vault streams the cards to the ledger worker, which then looks for any that are left.
    "card-index": Kind(
        Say("カードから会員の内部識別子を引く索引", "the index from a card to a handle"), ("vault", "ledger-worker")
    ),
    "receipt-index": Kind(Say("レシートの一意性", "what makes a receipt one"), ("ledger-worker",)),
    "body-hash": Kind(Say("再送と食い違いの見分け", "telling a resend from a conflict"), ("ledger-worker",)),
    "terminal-key": Kind(Say("レジ端末の鍵の照合値", "the hashes of terminals' keys"), ("ledger-worker",)),
    "purchase-id": Kind(Say("取引の外部名 pu_…", "the outer names of purchases, pu_…"), keeps_receipts=True),
    "one-time-code": Kind(Say("ワンタイム会員コード", "one-time codes"), overlap=_CODES),
    "slip": Kind(Say("キャンペーンの券の署名と抽選の種", "slips of campaigns, and their seeds"), overlap=_CAMPAIGNS),
    "link": Kind(Say("連携トークン", "link tokens"), ("vault",), _TICKETS),
    "member-wrap": Kind(Say("会員ごとの鍵とカードの持ち主", "each member's key; whose a card is"), ("vault",)),
    "vault-index": Kind(Say("会員番号・カード・連携トークンの索引", "the vault's indexes"), ("vault",)),
    "sign-in": Kind(Say("サインインの画面の印", "the tokens of sign-in forms"), overlap=_FORMS),
    "ledger-copies": Kind(Say("台帳の側の複製の鍵", "the keys of the ledger side's copies"), ("ledger-worker",)),
    "recipient-pseudonym": Kind(Say("提供先ごとの識別子", "each recipient's own pseudonyms")),
    "vault-copies": Kind(Say("会員情報庫の側の複製の鍵", "the keys of the vault side's copies"), ("vault",)),
    "ledger-erasures": Kind(Say("台帳側の消去リスト", "the ledger side's erasure list"), overlap=_BACKUPS),
    "vault-erasures": Kind(Say("会員情報庫の消去リスト", "the vault's erasure list"), overlap=_BACKUPS),
    "ledger-backup": Kind(Say("台帳側のバックアップ", "backups of the ledger side"), overlap=_BACKUPS),
    "vault-backup": Kind(Say("会員情報庫のバックアップ", "backups of the vault"), overlap=_BACKUPS),
    "desk-backup": Kind(Say("運営のバックアップ", "backups of the desk"), overlap=_BACKUPS),
    "statutory": Kind(Say("法定保管庫の月ごとの鍵", "the statutory vault's keys of months"), overlap=_YEARS),
    "ledger-statutory": Kind(
        Say("消去後も残る提供記録とのつながり", "what leads to records of provision beyond an erasure"), overlap=_YEARS
    ),
    "identity-log": Kind(Say("会員情報庫の監査ログの署名", "signatures of the vault's audit log"), overlap=_LOGS),
    "ledger-log": Kind(Say("取引台帳の監査ログの署名", "signatures of the ledger side's audit log"), overlap=_LOGS),
    "house-log": Kind(Say("運営の監査ログの署名", "signatures of the house's audit log"), overlap=_LOGS),
    "identity-log-subject": Kind(
        Say("会員情報庫の監査ログでの会員の印", "members' tags in the vault's log"), overlap=_TAGS
    ),
    "ledger-log-subject": Kind(
        Say("取引台帳の監査ログでの会員の印", "members' tags in the ledger's log"), overlap=_TAGS
    ),
    "staff-secrets": Kind(Say("担当者の確認コードの秘密", "the secrets of staff's one-time codes"), overlap=_SECRETS),
    SIGNING: Kind(Say("通行証と入場券の署名", "signatures of passes and tickets"), overlap=_TICKETS),
    OPENING: Kind(Say("このゾーン宛ての封印", "what others seal to the zone"), overlap=_TICKETS),
}


def side_of(zone: Zone) -> Side:
    """Return the side on which a zone stands."""
    return next(side for side, zones in SIDES.items() if zone in zones)


def holders(side: Side, name: str) -> tuple[Zone, ...]:
    """Return the zones of a side that hold a key."""
    return tuple(zone for zone in SIDES[side] if name in HOLDS[zone] or name in OWN or name == KEK)


def rotating(side: Side) -> tuple[str, ...]:
    """Return the names of all keys of a side, in a settled order."""
    return tuple(name for name in KINDS if holders(side, name))
