"""Saving and approving audiences. No operation here, or anywhere, lists members."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from noren.audience.catalogue import Catalogue
from noren.audience.judging import Judged, has_basket, judge, judge_kept, sensitive_in_small_area
from noren.audience.kept import condition_of
from noren.audience.language import Refused, to_json
from noren.audience.model import CODE, NAME, PROGRAMME, Channel, Guards, State, Version
from noren.audience.persons import is_name, same_person
from noren.audience.ports import ClearedFlows, Definitions
from noren.audience.refusals import Refusal, Word, expired, unknown, wrong_condition
from noren.kernel.say import Say

YEARS_AT_MOST: Final = 3
COMPANIES_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to save. ``text``: the condition, as it was written."""

    name: str
    text: str
    guards: Guards
    author: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A version that was saved; ``changed`` False: the newest one says the same already."""

    version: Version
    judged: Judged
    changed: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The programme's own: its smallest audience, who its privacy officers are, the purposes that it has published."""

    smallest: int
    officers: Sequence[str]
    purposes: frozenset[str]


def save(store: Definitions, draft: Draft, names: Catalogue, rules: Rules, today: date, day: date) -> Saved | Refusal:
    """Save an audience, as a new version where its condition or a guard changed. ``day``: the day counted to."""
    wrong = _wrong_words(draft, rules, today) or unknown_recipient(draft.guards.recipient, names)
    wrong = wrong or unknown_purpose(draft.guards.purpose, rules)
    if wrong is not None:
        return wrong
    judged = judge(draft.text, draft.guards.recipient, names, day)
    if isinstance(judged, Refused):
        return wrong_condition(judged.problems)
    if judged.errors:
        return wrong_condition(judged.errors)
    unfit = _unfit(judged, draft.guards.channel)
    if unfit is not None:
        return unfit
    before = store.versions(draft.name)
    version = Version(
        draft.name,
        len(before) + 1,
        to_json(judged.condition),
        draft.guards,
        draft.author,
        today,
        sensitive=judged.sensitive,
        foreign=judged.foreign,
    )
    if before and before[-1].same_as(version):
        return Saved(before[-1], judged, changed=False)
    store.put(version)
    return Saved(version, judged, changed=True)


def approve(
    store: Definitions, name: str, approver: str, names: Catalogue, rules: Rules, flows: ClearedFlows, today: date
) -> Version | Refusal:
    """Approve the newest version: by somebody else than its author, with all that its condition calls for today."""
    version = newest(store, name)
    if isinstance(version, Refusal):
        return version
    if today > version.guards.expires:
        return expired(name, version.guards.expires)
    if version.approver is not None:
        return _already(version)
    if not is_name(approver):
        return bad_person("--approver")
    if same_person(approver, version.author):
        return _own(version)
    hindrance = forbidden(version, approver, names, rules, flows, today)
    if hindrance is not None:
        return hindrance
    store.approve(name, version.number, approver, today)
    return replace(version, approver=approver, approved_on=today)


def forbidden(
    version: Version, approver: str, names: Catalogue, rules: Rules, flows: ClearedFlows, day: date
) -> Refusal | None:
    """Return why a version may not be used today, whoever saved it when; None: it may."""
    judged = judge_kept(condition_of(version.condition), version.guards.recipient, names, day)
    if isinstance(judged, Refused):
        return wrong_condition(judged.problems)
    if judged.errors:
        return wrong_condition(judged.errors)
    officer = any(same_person(approver, each) for each in rules.officers)
    if (judged.sensitive or version.guards.with_young) and not officer:
        return _needs_officer(version.name)
    if judged.foreign and not flows.cleared(version.guards.purpose, version.guards.recipient):
        return _foreign(version.guards)
    return None


def usable(version: Version, today: date) -> Refusal | None:
    """Return why a version may not be used: no approval, or its time is over."""
    state = version.state(today, version.number)
    if state is State.EXPIRED:
        return expired(version.name, version.guards.expires)
    if state is not State.APPROVED:
        return Refusal(
            Word.NOT_APPROVED,
            Say(
                f"対象者『{version.name}』の版{version.number}は承認されていません。作成者以外の人が"
                " noren audience approve で承認してください。",
                f"Version {version.number} of “{version.name}” is not approved: somebody else than its author"
                " approves it by noren audience approve.",
            ),
        )
    return None


def newest(store: Definitions, name: str) -> Version | Refusal:
    """Return the newest version of an audience."""
    versions = store.versions(name)
    return versions[-1] if versions else unknown(name)


def countable(versions: Sequence[Version], names: Catalogue, day: date) -> Refusal | None:
    """Return why no figure is given of versions asked together: goods that became sensitive, or a second's area."""
    if not sensitive_in_small_area([condition_of(each.condition) for each in versions], names, day):
        return None
    return Refusal(
        Word.NO_FIGURE,
        Say(
            "慎重に扱う商品とせまい地域(郵便番号)は組み合わせられないので、人数は出せません。都道府県を使ってください。",
            "Sensitive goods are not combined with a small area (postal code), so there is no figure:"
            " take the prefecture.",
        ),
    )


def _wrong_words(draft: Draft, rules: Rules, today: date) -> Refusal | None:
    guards = draft.guards
    if not NAME.match(draft.name):
        return _bad(
            "対象者の名前は、半角の英小文字・数字・ハイフンで64文字までです(初めは英小文字か数字)。",
            "An audience's name is a-z, 0-9 and hyphens, 64 characters at most, and begins with a letter or digit.",
        )
    if not CODE.match(guards.purpose) or not CODE.match(guards.recipient):
        return _bad(
            "利用目的と会社のコードは、半角の英数字と . _ - で32文字までです。",
            "The purpose and the recipient are codes: letters, digits and . _ -, 32 characters at most.",
        )
    if not is_name(draft.author):
        return bad_person("--author")
    if guards.minimum < rules.smallest:
        return _bad(
            f"最低人数は{rules.smallest}人以上にしてください(noren.toml の audiences.minimum_size)。",
            f"The minimum is {rules.smallest} people or more (audiences.minimum_size in noren.toml).",
        )
    if guards.expires < today:
        return _bad(
            f"期限の{guards.expires}はもう過ぎています。{today}以降の日にしてください。",
            f"The expiry {guards.expires} is past: take {today} or later.",
        )
    if (guards.expires - today).days > 366 * YEARS_AT_MOST:
        return _bad(
            f"期限は{YEARS_AT_MOST}年以内の日にしてください。",
            f"The expiry is {YEARS_AT_MOST} years ahead at most: take an earlier day.",
        )
    return None


def unknown_purpose(purpose: str, rules: Rules) -> Refusal | None:
    """Return why a purpose is none that the programme has published: a stop of the real one would not reach it."""
    if purpose in rules.purposes:
        return None
    near = difflib.get_close_matches(purpose, rules.purposes, 1)
    ja, en = (f"もしかして {near[0]}? ", f" Did you mean {near[0]}?") if near else ("", "")
    return _bad(
        f"『{purpose}』という利用目的は公表されていません。{ja}noren purpose list で確かめてください。",
        f"No purpose “{purpose}” is published.{en} See noren purpose list.",
    )


def unknown_recipient(recipient: str, names: Catalogue) -> Refusal | None:
    """Return why a recipient is nobody's code: neither a company of the programme nor its operator; None: it is."""
    if recipient == PROGRAMME or recipient in names.companies:
        return None
    known = ", ".join(sorted(names.companies)[:COMPANIES_TOLD])
    ja, en = (f"({known} など)", f" ({known} …)") if known else ("", "")
    return _bad(
        f"『{recipient}』という会社はありません。加盟店のある会社{ja}か、運営者を表す {PROGRAMME} を指定してください。",
        f"There is no company “{recipient}”. Name one that has shops{en}, or {PROGRAMME}, the operator.",
    )


def _unfit(judged: Judged, channel: Channel) -> Refusal | None:
    if has_basket(judged.condition) and channel is not Channel.TILL:
        return Refusal(
            Word.CONDITION,
            Say(
                "basket はレジの買物かごを見る条件です。--channel till にするか、条件から外してください。",
                "basket looks at the basket at the till: use --channel till, or take it out of the condition.",
            ),
        )
    return None


def _bad(ja: str, en: str) -> Refusal:
    return Refusal(Word.BAD_NAME, Say(ja, en))


def bad_person(option: str) -> Refusal:
    """Return the refusal of what is nobody's name."""
    return Refusal(
        Word.BAD_NAME,
        Say(
            f"{option} は64文字までの名前です(空白だけ、制御文字は使えません)。",
            f"{option} is a name of 64 characters at most, not blank and without control characters.",
        ),
    )


def _already(version: Version) -> Refusal:
    return Refusal(
        Word.ALREADY,
        Say(
            f"対象者『{version.name}』の版{version.number}は承認済みです({version.approved_on})。",
            f"Version {version.number} of “{version.name}” was approved on {version.approved_on} already.",
        ),
    )


def _own(version: Version) -> Refusal:
    return Refusal(
        Word.OWN_APPROVAL,
        Say(
            f"『{version.name}』は作成者本人({version.author})には承認できません。別の人が承認してください。",
            f"“{version.name}” can not be approved by its own author, {version.author}: somebody else has to.",
        ),
    )


def _needs_officer(name: str) -> Refusal:
    return Refusal(
        Word.NEEDS_OFFICER,
        Say(
            f"『{name}』は慎重に扱う商品か16歳未満を含みうるので、個人情報管理責任者の承認が要ります"
            "(noren.toml の audiences.privacy_officers)。",
            f"“{name}” touches a sensitive class of goods, or may hold under-16s: a privacy officer has to approve it"
            " (audiences.privacy_officers in noren.toml).",
        ),
    )


def _foreign(guards: Guards) -> Refusal:
    return Refusal(
        Word.FOREIGN,
        Say(
            f"この条件は『{guards.recipient}』以外の会社での購入も見ますが、目的『{guards.purpose}』にそれを許す"
            f'取扱いの根拠がありません。partner = "{guards.recipient}" で自社の購入に限ってください。',
            f"This condition looks at purchases at other companies than “{guards.recipient}”, and no cleared flow"
            f' allows that for “{guards.purpose}”. Keep to its own purchases: partner = "{guards.recipient}".',
        ),
    )
