"""The ledger side's document as a paper: sections of a few words and long tables, in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from noren.activity.entered import OwnEntry
from noren.activity.model import FORGOTTEN_LINE, CardState, Coupon, Kind, MemberState, Posting, Traits
from noren.activity.own_draws import OwnDraw
from noren.activity.tier_days import first_of
from noren.activity.tiers import TierRow
from noren.governance.disclosing.model import Section
from noren.governance.purposes import ITEMS, PURPOSES
from noren.governance.routes import ROUTE_SAYS, Route
from noren.governance.stop_texts import Names as StopNames
from noren.governance.stop_texts import covers
from noren.house.ledger_content import Names
from noren.house.ledger_owned import AUDIENCE_DAYS, Hers, Kept, OwnedPurchase
from noren.house.ledger_told import not_told
from noren.kernel.clock import instant_of, local_date
from noren.kernel.say import Say
from noren.provision.model import ProvisionRecord

_NONE: Final = "-"
STOPPED: Final = StopNames()
"""What purposes and channels are called; a company by its code: its name is the register's."""

_NOT_KEPT: Final = Say("(残していません)", "(not kept)")
KEPT_SAYS: Final[Mapping[Kept, Say]] = {
    "lines": Say("あり", "yes"),
    "no-lines": Say("なし(ポイントだけ、または期間が過ぎました)", "none (points only, or past their time)"),
    "not-kept": Say("残さないとお申し出", "you asked not to keep it"),
    "day-sum": Say("36か月を過ぎ、日と会社の合計", "past 36 months: a sum of the day and company"),
}
MOVED: Final[Mapping[Kind, Say]] = {
    Kind.EARN: Say("ついた", "earned"),
    Kind.USE: Say("使った", "used"),
    Kind.TAKE_BACK: Say("返品で取り消し", "taken back at a return"),
    Kind.GIVE_BACK: Say("返品で戻った", "given back at a return"),
    Kind.EXPIRE: Say("失効", "lapsed"),
    Kind.LOT: Say("期間限定", "fixed-term points"),
    Kind.MERGE: Say("会員の統合", "members merged"),
    Kind.OPENING: Say("以前のシステムから", "carried over from another system"),
    Kind.CLOSE: Say("締め", "closed"),
}
_NOT_TOLD: Final = Say("当たりませんでした", "no slip")
_DRAWN: Final[Mapping[str, Say]] = {
    "issued": Say("当たり", "a slip"),
    "lost": Say("外れ", "not drawn"),
    "holdout": Say("効果を比べるため、抽選の対象外", "left out, to compare by"),
}
CARDS: Final[Mapping[CardState, Say]] = {
    CardState.ACTIVE: Say("有効", "active"),
    CardState.LOST: Say("紛失", "lost"),
    CardState.BLOCKED: Say("停止", "blocked"),
}


def sections_of(hers: Hers, names: Names) -> tuple[Section, ...]:
    """Return the paper."""
    return (
        _points(hers), *sections_of_purchases(hers.purchases, hers.names, names), _returns(hers, names),
        _sums(hers), _movements(hers.owned.postings), _coupons(hers.owned.coupons),
        _entries(hers.owned.entries, names), _draws(hers.owned.draws), _undrawn(hers, names), _traits(hers),
        _tier(hers.owned.tier), _chosen(hers),
        _provided(hers.provided, names), _audiences(hers.uses), _untold(),
    )  # fmt: skip


def sections_of_purchases(
    purchases: Sequence[OwnedPurchase], products: Mapping[str, str], names: Names
) -> tuple[Section, Section]:
    """Return the paper's two long tables: purchases, and their lines. ``products``: what each is called."""
    return _bought(purchases, names), _lines(purchases, products, names)


def _points(hers: Hers) -> Section:
    rows = [[each.partner or Say("どこでも", "anywhere"), f"{each.points:,}", _day(each.expires)] for each in hers.lots]
    note = Say(f"残高 {hers.balance.points:,} ポイント。", f"Balance: {hers.balance.points:,} points.")
    if hers.member.state is MemberState.CLOSED:
        note = Say(f"退会されました。{note.ja}", f"You have left. {note.en}")
    heads = (Say("使える会社", "company"), Say("期間限定ポイント", "fixed-term points"), Say("期限", "last day"))
    return Section(Say("ポイント", "Points"), note, heads, rows)


def _bought(purchases: Sequence[OwnedPurchase], names: Names) -> Section:
    rows = [
        [_when(each, names), _where(each, names), f"{each.purchase.amount:,}", f"{_back(each):,}",
         f"{each.purchase.earned_left:,}", f"{each.purchase.used_left:,}", KEPT_SAYS[each.kept]]
        for each in purchases
    ]  # fmt: skip
    heads = (
        Say("日付", "date"), Say("店舗", "shop"), Say("金額", "amount"), Say("返品", "returned"),
        Say("ついたポイント", "points earned"), Say("使ったポイント", "points used"), Say("明細", "lines"),
    )  # fmt: skip
    note = Say(
        f"{len(purchases):,}件。時刻、レジ、レシート番号は、データの方にあります。",
        f"{len(purchases):,} of them. Time, terminal and receipt number stand in the data file.",
    )
    return Section(Say("お買い物", "Purchases"), note, heads, rows)


def _lines(purchases: Sequence[OwnedPurchase], products: Mapping[str, str], names: Names) -> Section:
    rows = list(_each_line(purchases, products, names))
    heads = (Say("日付", "date"), Say("商品", "product"), Say("数量", "quantity"), Say("金額", "amount"))
    note = Say(f"{len(rows):,}行。", f"{len(rows):,} lines.")
    return Section(Say("お買い物の明細", "Lines of purchases"), note, heads, rows)


def _each_line(
    purchases: Sequence[OwnedPurchase], products: Mapping[str, str], names: Names
) -> Iterator[list[str | Say]]:
    for each in purchases:
        for line in each.lines or ():
            called = _NOT_KEPT if line == FORGOTTEN_LINE else products.get(line.product, line.product)
            yield [_when(each, names), called, str(line.quantity), f"{line.amount:,}"]


def _returns(hers: Hers, names: Names) -> Section:
    rows = [
        [_when(each, names), _local(back.at, names), f"{back.amount:,}"]
        for each in hers.purchases
        for back in each.returns
    ]
    heads = (Say("お買い物の日", "bought on"), Say("返品の日", "brought back on"), Say("金額", "amount"))
    return Section(Say("返品", "Returns"), Say(f"{len(rows):,}件。", f"{len(rows):,} of them."), heads, rows)


def _sums(hers: Hers) -> Section:
    rows = [
        [each.day.isoformat(), each.category or Say("(分類なし)", "(no category)"), str(each.quantity),
         f"{each.amount:,}"]
        for each in hers.sums
    ]  # fmt: skip
    heads = (Say("日付", "date"), Say("分類", "category"), Say("数量", "quantity"), Say("金額", "amount"))
    note = Say(
        "36か月を過ぎたお買い物は、日と分類ごとの合計(返品を引いたもの)だけが残ります。",
        "Of purchases past 36 months only sums a day and category are left, net of returns.",
    )
    return Section(Say("36か月より前の合計", "Sums of more than 36 months ago"), note, heads, rows)


def _movements(postings: Sequence[Posting]) -> Section:
    rows = [[_day(each.day), MOVED[each.kind], each.partner or _NONE, f"{each.points:+,}"] for each in postings]
    heads = (Say("日付", "date"), Say("動き", "what"), Say("会社", "company"), Say("ポイント", "points"))
    return Section(
        Say("ポイントの動き", "Movements of points"), Say(f"{len(rows):,}件。", f"{len(rows):,} of them."), heads, rows
    )


def _coupons(coupons: Sequence[Coupon]) -> Section:
    rows = [
        [Say(one.title_ja, one.title_en or one.title_ja), f"{one.discount:,}", _day(one.valid_until),
         _state(one)]
        for one in coupons
    ]  # fmt: skip
    heads = (Say("クーポン", "coupon"), Say("割引", "discount"), Say("期限", "until"), Say("状態", "state"))
    note = Say("お手元のクーポンと、使ったクーポンです。", "The coupons that you hold, and those that you used.")
    return Section(Say("クーポン", "Coupons"), note, heads, rows)


def _state(one: Coupon) -> Say:
    if one.used < 0:
        return Say("返品のため無効", "void after a return")
    return Say("使用済み", "used") if one.used else Say("未使用", "not used")


def _entries(entries: Sequence[OwnEntry], names: Names) -> Section:
    rows = [[one.campaign, names.instant(one.entered.at)[:16].replace("T", " ")] for one in entries]
    heads = (Say("キャンペーン", "campaign"), Say("エントリーした時", "when you entered"))
    note = Say("あなたがエントリーしたキャンペーンです。", "The campaigns that you entered.")
    return Section(Say("エントリー", "Entries"), note, heads, rows)


def _draws(draws: Sequence[OwnDraw]) -> Section:
    rows = [
        [one.campaign, str(one.row.seq), _DRAWN.get(one.row.outcome if one.revealed else "", _NOT_TOLD)
         if one.row.outcome != "issued" else _DRAWN["issued"]]
        for one in draws
    ]  # fmt: skip
    heads = (Say("キャンペーン", "campaign"), Say("抽選の番号", "draw"), Say("結果", "outcome"))
    note = Say(
        "お買い物のときに行われた抽選です。当たらなかった理由は、抽選の種が公開された後にお見せします。",
        "Draws made when you bought something. Why there was no slip is told once the draw's seed is public.",
    )
    return Section(Say("抽選", "Draws"), note, heads, rows)


def _undrawn(hers: Hers, names: Names) -> Section:
    """Return purchases at which no till could tell what fitted; why is a word of the data file's."""
    untold = {each.entry for each in hers.owned.undrawn}
    rows = [[_when(each, names), _where(each, names)] for each in hers.purchases if each.purchase.entry in untold]
    note = Say(
        "レジがその場で条件を確かめられず、抽選のなかったお買い物です。理由は、データの方にあります。",
        "Purchases at which a register could not tell which draws were for you, so that there was none. Why stands in"
        " the data file.",
    )
    heads = (Say("日付", "date"), Say("店舗", "shop"))
    return Section(Say("抽選のなかったお買い物", "Not drawn for"), note, heads, rows)


def _tier(row: TierRow | None) -> Section:
    """Return her tier of a month; the lowest one, and that there are no rules, are one empty table."""
    rows: list[Sequence[str | Say]] = []
    if row is not None:
        month, since = (first_of(each).isoformat()[:7] for each in (row.month, row.since))
        rows.append([month, row.level, since, row.was or _NONE])
    heads = (Say("月", "month"), Say("ランク", "tier"), Say("いつから", "since"), Say("前の月", "the month before"))
    note = Say(
        "お買い物から計算した、この月の会員ランクです。いちばん下のランクは、残していません。",
        "Your tier of this month, worked out from your purchases. The lowest one is not kept.",
    )
    return Section(Say("会員ランク", "Member tier"), note, heads, rows)


def _traits(hers: Hers) -> Section:
    own = hers.owned.handles[0]
    traits = next((each.traits for each in hers.owned.profiles if each.handle == own), Traits())
    values: dict[str, object] = msgspec.to_builtins(traits)
    rows = [[name, _NONE if value is None else str(value)] for name, value in values.items()]
    note = Say(
        "条件に使われることのある、粗くした属性です。氏名や住所は、こちらの側にはありません。",
        "Coarse traits that a condition may ask for. No name or address is on this side.",
    )
    return Section(Say("登録属性", "Traits"), note, (Say("項目", "item"), Say("内容", "content")), rows)


def _chosen(hers: Hers) -> Section:
    rows: list[Sequence[str | Say]] = [
        [Say("止めたこと", "stopped"), covers(each.rule, STOPPED)] for each in hers.owned.stops
    ]
    if hers.balance.points_only:
        rows.append([Say("ポイントだけモード", "points-only mode"), Say("はい", "on")])
    if months := hers.owned.keep_months:
        rows.append([Say("自動で消す", "deleted by itself"), Say(f"{months}か月の後", f"after {months} months")])
    rows += [[Say("カード", "card"), CARDS[state]] for state in hers.owned.cards]
    if merged := len(hers.owned.handles) - 1:
        rows.append([Say("統合された会員", "members merged into you"), str(merged)])
    note = Say("こちらの側にある、選んだこととカードの状態です。", "What this side knows of your choices and cards.")
    return Section(Say("選んだこと", "What you chose"), note, (Say("項目", "item"), Say("内容", "content")), rows)


def _provided(records: Sequence[ProvisionRecord], names: Names) -> Section:
    rows = [
        [each.begun_on.isoformat(), each.recipient_name, _purpose(each.purpose), _items(each.items),
         ROUTE_SAYS[Route(each.route)], local_date(each.expires_at, names.zone).isoformat()]
        for each in records
    ]  # fmt: skip
    heads = (
        Say("日付", "date"), Say("提供先", "recipient"), Say("利用目的", "purpose"), Say("項目", "items"),
        Say("根拠", "route"), Say("廃棄の期限", "destroyed by"),
    )  # fmt: skip
    note = Say(
        "個人情報保護法33条5項による、提供の記録です。", "The records of provision under article 33(5) of the APPI."
    )
    return Section(Say("提供の記録", "Records of provision"), note, heads, rows)


def _audiences(uses: Sequence[tuple[str, str, date]]) -> Section:
    rows = [[_purpose(purpose), recipient or _NONE, day.isoformat()] for purpose, recipient, day in uses]
    heads = (Say("目的", "purpose"), Say("相手", "recipient"), Say("最後の日", "last day"))
    note = Say(
        f"この{AUDIENCE_DAYS}日に確定した対象者に、あなたが含まれていたもの。目的でお示しします。",
        f"Audiences committed within {AUDIENCE_DAYS} days in which you were, told by their purposes.",
    )
    return Section(Say("対象者に含まれた目的", "Purposes for which you were in an audience"), note, heads, rows)


def _untold() -> Section:
    rows: list[list[str | Say]] = [[", ".join(each["columns"]), _say(each["why"])] for each in not_told()]
    note = Say(
        "会員の行に結びついていて、この開示書に書いていない列と、その理由です。",
        "Columns of your rows that this document does not tell, and why.",
    )
    return Section(Say("書いていないもの", "What is not told"), note, (Say("列", "columns"), Say("理由", "why")), rows)


def _say(both: Mapping[str, Any]) -> Say:
    return Say(both["ja"], both["en"])


def _back(one: OwnedPurchase) -> int:
    return one.purchase.amount - one.purchase.amount_left


def _where(one: OwnedPurchase, names: Names) -> str:
    return names.shop(one.purchase.shop) if one.purchase.shop else one.purchase.partner


def _when(one: OwnedPurchase, names: Names) -> str:
    return _local(one.purchase.at, names)


def _local(at_us: int, names: Names) -> str:
    return local_date(instant_of(at_us), names.zone).isoformat()


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat() if ordinal > 0 else _NONE


def _purpose(name: str) -> Say:
    return PURPOSES[name].name if name in PURPOSES else Say(name, name)


def _items(names: Sequence[str]) -> Say:
    found = [ITEMS[name].name if name in ITEMS else Say(name, name) for name in names]
    return Say("、".join(each.ja for each in found), ", ".join(each.en for each in found))
