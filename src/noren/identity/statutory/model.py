"""What outlives an erasure, by law: kinds of records, their fields, and for how long. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.identity.choices import Choices
from noren.kernel.say import Say

EMAIL: Final = "email"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. ``months``: until the end of which month after the erasure's it is kept; ``law``: why."""

    name: str
    says: Say
    law: Say
    months: int
    fields: Mapping[str, Say]


_MARK: Final = Say("メールアドレスの鍵付きハッシュ", "a keyed hash of the e-mail address")
_GIVEN: Final = Say("同意の日", "the day of the consent")
_TEXT: Final = Say("同意した文面の版", "the version of the text agreed to")
_WITHDRAWN: Final = Say("撤回の日", "the day of its withdrawal")

MAIL_CONSENT: Final = Kind(
    "mail-consent",
    Say("メールの同意の記録", "the proof of consent to e-mail"),
    Say("特定電子メール法3条2項・施行規則4条: 最後の送信から1か月", "Act on Specified Electronic Mail 3(2): a month"),
    1,
    {"address": _MARK, "given": _GIVEN, "text": _TEXT, "withdrawn": _WITHDRAWN},
)
CONSENT: Final = Kind(
    "consent",
    Say("第三者提供などの同意の記録", "the evidence of another consent"),
    Say("個人情報保護法29条・30条、施行規則21条: 3年", "APPI 29 and 30, Rule 21: three years"),
    36,
    {
        "kind": Say("何への同意か", "to what"),
        "recipient": Say("提供先", "the recipient"),
        "given": _GIVEN,
        "text": _TEXT,
        "withdrawn": _WITHDRAWN,
    },
)
SUPPRESSION: Final = Kind(
    "suppression",
    Say("配信停止の記録", "the suppression entry"),
    Say("特定電子メール法3条3項: 拒否した人に送らないため", "Act on Specified Electronic Mail 3(3): not to send again"),
    36,
    {"address": _MARK, "since": Say("停止の日", "since when")},
)
PROVIDED: Final = Kind(
    "provided",
    Say("第三者提供の記録とのつながり(提供があった場合)", "what leads to records of provision, where there were any"),
    Say("個人情報保護法29条・30条、施行規則21条: 記録から3年", "APPI 29 and 30, Rule 21: three years from the record"),
    36,
    {
        "number": Say("会員番号の鍵付きハッシュ", "a keyed hash of the member number"),
        "tag": Say("取引台帳の側の記録を指す印", "the tag of the records on the ledger side"),
    },
)
KINDS: Final = {kind.name: kind for kind in (MAIL_CONSENT, CONSENT, SUPPRESSION, PROVIDED)}


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One record: its kind and its fields, days without times."""

    kind: Kind
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """What she is shown of a record: which fields stay, and until the end of which month (``YYYY-MM``)."""

    kind: Kind
    fields: tuple[str, ...]
    until: str


def records_of(choices: Choices, address: str) -> list[Record]:
    """Return what the law makes outlive a member with these choices. ``address``: the mark of hers, empty: none."""
    out: list[Record] = []
    for each in choices.consents:
        said = {"given": each.given_at[:10], "text": each.text_version, "withdrawn": each.withdrawn_at[:10]}
        if each.kind == EMAIL and address:
            out.append(Record(MAIL_CONSENT, {"address": address, **_known(said)}))
        elif each.kind != EMAIL:
            out.append(Record(CONSENT, {"kind": each.kind, **_known({"recipient": each.recipient}), **_known(said)}))
    stopped = [stop.since[:10] for stop in choices.in_force if stop.rule.channel == EMAIL or stop.rule.breadth == _ALL]
    if stopped and address:
        out.append(Record(SUPPRESSION, {"address": address, "since": min(stopped)}))
    return out


def month_after(day: date, months: int) -> str:
    """Return the month, ``YYYY-MM``, that is so many months after a day's."""
    number = day.year * 12 + day.month - 1 + months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def kept(records: Sequence[Record], day: date) -> list[Kept]:
    """Return what is shown of records made on a day."""
    return [Kept(each.kind, tuple(each.fields), month_after(day, each.kind.months)) for each in records]


def kept_provided(month: str) -> Kept:
    """Return what is shown of what leads to records of provision, until the end of a month."""
    return Kept(PROVIDED, tuple(PROVIDED.fields), month)


def _known(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


_ALL: Final = 3
"""How many parts a stop of everything leaves open."""
