"""What members' choices say: of each what it covers and what goes on, in both languages, with the texts' version.

A member decides by these sentences, so each acknowledgement names the version of the texts that she saw. The
version is made from the texts: no sentence can change and keep it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from noren.governance.parties import PROGRAMME
from noren.governance.purposes import PURPOSES
from noren.governance.retention import KEEP_LINES_MONTHS
from noren.governance.stopping import ANY, Rule
from noren.kernel.say import Say

CHANNELS: Final[Mapping[str, Say]] = {
    "email": Say("メール", "e-mail"),
    "post": Say("郵送DM", "postal mail"),
    "till": Say("レジでのご案内・クーポン", "offers and coupons at the till"),
}
"""The ways in which a member is reached."""

GOES_ON: Final = Say(
    "ポイントの付与とご利用、法令で定められたこと、会員契約に必要なこと(返却のご連絡など)は続きます。",
    "Points are still earned and used; what the law requires goes on, and what your contract needs, such as a call "
    "about an overdue return.",
)
THE_REST_GOES_ON: Final = Say("これに当たらない利用も続きます。", "Whatever this does not cover goes on too.")

POINTS_ONLY: Final = Say(
    "これからのお買いもので、何を買ったか(商品の明細)をどこにも残しません。",
    "From now on, what you buy (the lines of a receipt) is kept nowhere.",
)
POINTS_ONLY_GOES_ON: Final = Say(
    "ポイントの付与とご利用は続き、日時・店・金額・ポイント数は残ります。すでにある明細はそのままです。",
    "Points are still earned and used; time, shop, amount and points are kept. Lines that are already there stay.",
)
KEEP_MONTHS: Final = (3, 18, 36)
"""After how many months a member may let her purchases be deleted."""

AUTO_DELETE: Final = Say(
    "お買いものの明細を、{months}か月を過ぎたものから自動で消すようにします。",
    "The lines of your purchases are to be deleted by themselves after {months} months.",
)
AUTO_DELETE_GOES_ON: Final = Say(
    "毎月の初めに、過ぎた月の分が取引台帳と履歴から消えます。ポイントは減りません。"
    "法令で保存が求められる記録は、その期間だけ残ります。"
    f"選ばない場合も、{KEEP_LINES_MONTHS}か月を過ぎた分は日と分類ごとの合計だけになります。",
    "As each month begins, what is past its term goes from the ledger and the history. No points are lost. Records "
    f"that the law wants kept stay for its term. If you choose nothing, what is past {KEEP_LINES_MONTHS} months becomes"
    " sums by day and category.",
)


@dataclass(frozen=True, slots=True)
class Names:
    """What purposes, recipients and channels are called; a code without a name is shown as it is."""

    purposes: Mapping[str, Say] = field(default_factory=lambda: {p.id: p.name for p in PURPOSES.values()})
    recipients: Mapping[str, Say] = field(default_factory=dict[str, Say])
    channels: Mapping[str, Say] = field(default_factory=lambda: CHANNELS)

    def of(self, rule: Rule) -> tuple[Say, Say, Say]:
        """Return the names of a rule's purpose, recipient and channel."""
        return (
            _named(self.purposes, rule.purpose),
            _named({PROGRAMME: Say("運営者", "the operator"), **self.recipients}, rule.recipient),
            _named(self.channels, rule.channel),
        )


def covers(rule: Rule, names: Names) -> Say:
    """Return in one sentence what a stop covers."""
    purpose, recipient, channel = names.of(rule)
    text = _COVERS[bool(rule.purpose), bool(rule.recipient), bool(rule.channel)]
    return Say(
        text.ja.format(p=purpose.ja, r=recipient.ja, c=channel.ja),
        text.en.format(p=purpose.en, r=recipient.en, c=channel.en),
    )


def goes_on(rule: Rule) -> Say:
    """Return what goes on in spite of a stop."""
    if rule == Rule():
        return GOES_ON
    return Say(GOES_ON.ja + THE_REST_GOES_ON.ja, f"{GOES_ON.en} {THE_REST_GOES_ON.en}")


def auto_delete(months: int) -> Say:
    """Return what letting purchases be deleted by themselves covers."""
    return Say(AUTO_DELETE.ja.format(months=months), AUTO_DELETE.en.format(months=months))


def _named(names: Mapping[str, Say], code: str) -> Say:
    return names.get(code, Say(code, code)) if code != ANY else Say("", "")


_COVERS: Final[Mapping[tuple[bool, bool, bool], Say]] = {
    (False, False, False): Say(
        "すべての利用・提供・ご案内を止めます。今後追加される提携先・利用目的・連絡手段も含みます。",
        "Everything stops: all use, provision and contact, for companies, purposes and channels added later too.",
    ),
    (True, False, False): Say(
        "「{p}」のための利用・提供・ご案内を、今後追加される提携先も含め、すべて止めます。",
        "All use, provision and contact for “{p}” stops, for companies added later too.",
    ),
    (False, True, False): Say(
        "{r}への提供と、{r}のための利用・ご案内を、目的を問わずすべて止めます。",
        "Nothing is provided to {r} or done for it any more, whatever the purpose.",
    ),
    (False, False, True): Say(
        "「{c}」を、今後追加される提携先のものも含め、すべて止めます。",
        "All {c} stops, from companies added later too.",
    ),
    (True, True, False): Say(
        "「{p}」のための、{r}への提供と{r}のための利用・ご案内を止めます。",
        "Nothing is provided to {r} or done for it any more for “{p}”.",
    ),
    (True, False, True): Say(
        "「{p}」のための「{c}」を、今後追加される提携先のものも含め、止めます。",
        "For “{p}”, {c} stops, from companies added later too.",
    ),
    (False, True, True): Say(
        "{r}からの「{c}」を、目的を問わずすべて止めます。",
        "From {r}, {c} stops, whatever the purpose.",
    ),
    (True, True, True): Say(
        "「{p}」のための、{r}からの「{c}」を止めます。",
        "For “{p}”, {c} from {r} stops.",
    ),
}


def _version() -> str:
    texts = [*_COVERS.values(), GOES_ON, THE_REST_GOES_ON, POINTS_ONLY, POINTS_ONLY_GOES_ON]
    texts += [AUTO_DELETE, AUTO_DELETE_GOES_ON, *CHANNELS.values()]
    said = "\n".join(f"{text.ja}\n{text.en}" for text in texts)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


TEXTS_VERSION: Final = f"choices-{_version()}"
"""The version of these texts: what an acknowledgement says she saw."""
