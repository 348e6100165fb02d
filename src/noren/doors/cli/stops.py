"""How a member's choices are written and shown on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from noren.doors.cli.here import refuse
from noren.governance.stop_texts import (
    AUTO_DELETE_GOES_ON,
    POINTS_ONLY,
    POINTS_ONLY_GOES_ON,
    Names,
    auto_delete,
    covers,
    goes_on,
)
from noren.governance.stopping import read_rule, spell
from noren.kernel.say import Say

_ON: Final = {
    True: Say("オン", "on"),
    False: Say("オフ", "off"),
    None: Say("(いま確かめられません)", "(can not be told now)"),
}

Wish = dict[str, str]


def wishes_of(
    *, points_only: str | None, auto_delete: str | None, stop: Sequence[str] | None, resume: Sequence[str] | None
) -> list[Wish]:
    """Return what the options ask for. Raises Refusal."""
    wishes = [{"what": "stop", "value": _rule(each)} for each in stop or ()]
    wishes += [{"what": "resume", "value": _rule(each)} for each in resume or ()]
    wishes += [{"what": "points-only", "value": points_only}] if points_only else []
    wishes += [{"what": "auto-delete", "value": auto_delete}] if auto_delete else []
    return wishes


def _rule(text: str) -> str:
    rule = read_rule(text)
    if rule is None:
        refuse(
            f"all か、purpose=…・recipient=…・channel=… をコンマでつないで書きます: {text}",
            f"Write all, or purpose=…, recipient=…, channel=… joined by commas: {text}",
            code=2,
        )
    return spell(rule)


def said_of(wish: Wish) -> Iterator[Say]:
    """Yield what one choice covers, and what goes on."""
    what, value = wish["what"], wish["value"]
    rule = read_rule(value) if what in ("stop", "resume") else None
    if rule is not None:
        text, rest = covers(rule, Names()), goes_on(rule)
        if what == "resume":
            yield Say(f"停止を解きます: {text.ja}", f"This stop is lifted: {text.en}")
            yield Say("ほかの停止はそのままです。", "Other stops stay as they are.")
            return
        yield text
        yield rest
    elif what == "points-only":
        yield POINTS_ONLY if value == "on" else Say("明細をふたたび残します。", "Lines are kept again from now on.")
        yield POINTS_ONLY_GOES_ON
    else:
        term = Say("明細は標準の期間(36か月)残ります。", "Lines are kept for the programme's own term of 36 months.")
        yield auto_delete(int(value)) if value != "off" else term
        yield AUTO_DELETE_GOES_ON


def undo_of(wishes: Sequence[Wish]) -> str:
    """Return the options that take choices back; empty: the earlier ones are not known here."""
    back = {"stop": "--resume", "resume": "--stop"}
    out = [f"{back[each['what']]} {each['value']}" for each in wishes if each["what"] in back]
    out += [f"--points-only {'off' if w['value'] == 'on' else 'on'}" for w in wishes if w["what"] == "points-only"]
    out += ["--auto-delete off" for w in wishes if w["what"] == "auto-delete" and w["value"] != "off"]
    return " ".join(out)


def change(wishes: Sequence[Wish], found: Mapping[str, Any], *, dry_run: bool) -> list[Say]:
    """Return a change as lines for a person: what it covers, what goes on, since when it holds, how to undo it."""
    lines = [line for wish in wishes for line in said_of(wish)]
    if not found["changed"]:
        return [Say("すでにそうなっています。何も変わりません。", "It is so already. Nothing changes."), *lines]
    if dry_run:
        return [
            Say("次のように変わります(まだ変えていません)。", "This would change (nothing is changed yet):"),
            *lines,
        ]
    holds, undo = found["holds"], undo_of(wishes)
    lines.append(Say(holds["ja"], holds["en"]))
    if undo:
        lines.append(Say(f"元に戻すには: {undo}", f"To take it back: {undo}"))
    return lines


def shown_choices(found: Mapping[str, Any]) -> Iterator[Say]:
    """Yield a member's choices as lines for a person."""
    on, months = _ON[found["points_only"]], found["keep_months"]
    yield Say(f"ポイントだけモード: {on.ja}", f"Points-only mode: {on.en}")
    yield Say(
        f"明細の自動削除: {f'{months}か月' if months else '標準(36か月)'}", f"Lines go after: {months or 36} months"
    )
    for stop in found["stops"]:
        text = stop["covers"]
        yield Say(f"停止({stop['since']}から): {text['ja']}", f"Stopped since {stop['since']}: {text['en']}")
    for each in found["lifted"]:
        yield Say(
            f"解いた停止: {each['rule']} ({each['since']}から{each['resumed']}まで)",
            f"Stop lifted: {each['rule']} (from {each['since']} to {each['resumed']})",
        )
    if not found["stops"]:
        yield Say("停止はありません。", "Nothing is stopped.")
    for each in found["consents"]:
        to, gone = each["recipient"], each["withdrawn_at"]
        yield Say(
            f"同意: {each['kind']} {to} ({each['given_at']}、文面 {each['text_version']}"
            f"{'、保護者による同意' if each['guardian'] else ''}{f'、{gone}に撤回' if gone else ''})",
            f"Consent: {each['kind']} {to} ({each['given_at']}, text {each['text_version']}"
            f"{', by a guardian' if each['guardian'] else ''}{f', withdrawn {gone}' if gone else ''})",
        )
