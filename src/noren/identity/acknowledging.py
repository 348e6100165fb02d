"""What an acknowledgement says: the choice as it was received, what stands after it, and from when it holds where."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from noren.governance import stop_texts
from noren.governance.stop_texts import Names
from noren.governance.stopping import Rule, read_rule, spell
from noren.identity.choices import Choices, Consent, Received, Stop
from noren.kernel.say import Say

NOT_YET: Final = Say(
    "受け付けました。取引台帳の側がいま応答しないため、レジと対象者づくりではまだ効いていません。応答しだい1秒以内に効きます。"
    "会員情報庫からのご連絡には、すでに効いています。",
    "It was taken. The ledger side does not answer just now, so it does not hold at tills and for audiences yet: "
    "it will within a second of its return. For whatever the vault itself sends it holds already.",
)
IN_FORCE: Final = Say("{at} から、すべての経路で効いています。", "In force on every path since {at}.")


def acknowledgement(choices: Choices, *, programme: Say, names: Names, subject: bytes | None) -> dict[str, Any] | None:
    """Return what is signed of a member's newest choice; None: she has made none here.

    ``subject``: the tag under which the log names her, so that she can find the entry.
    """
    received = choices.received
    if received is None:
        return None
    return {
        "kind": "noren-choice",
        "version": 1,
        "programme": _both(programme),
        "subject": None if subject is None else base64.urlsafe_b64encode(subject).decode(),
        "received_at": received.received_at,
        "in_force_at": received.in_force_at or None,
        "holds": _both(in_force_says(received)),
        "texts_version": received.text_version,
        "chosen": [_said(what, value, names) for what, value in received.said],
        "stands": standing(choices, names),
    }


def in_force_says(received: Received) -> Say:
    """Return since when a choice holds, or that it does not hold everywhere yet."""
    at = received.in_force_at[:16].replace("T", " ")
    return Say(IN_FORCE.ja.format(at=at), IN_FORCE.en.format(at=at)) if at else NOT_YET


def standing(choices: Choices, names: Names) -> dict[str, Any]:
    """Return all that a member has chosen, each with what it covers and what goes on."""
    return {
        "stops": [_stop(each, names) for each in choices.in_force],
        "points_only": choices.points_only,
        "keep_months": choices.keep_months or None,
        "consents": [_consent(each) for each in choices.consents if not each.withdrawn_at],
    }


def _stop(stop: Stop, names: Names) -> dict[str, Any]:
    return {**_rule(stop.rule, names), "since": stop.since}


def _rule(rule: Rule, names: Names) -> dict[str, Any]:
    return {
        "rule": spell(rule),
        "purpose": rule.purpose or None,
        "recipient": rule.recipient or None,
        "channel": rule.channel or None,
        "covers": _both(stop_texts.covers(rule, names)),
        "goes_on": _both(stop_texts.goes_on(rule)),
    }


def _said(what: str, value: str, names: Names) -> dict[str, Any]:
    rule = read_rule(value) if what in ("stop", "resume") else None
    return {"choice": what, "value": value, **({} if rule is None else _rule(rule, names))}


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "kind": consent.kind,
        "recipient": consent.recipient or None,
        "given_at": consent.given_at,
        "text_version": consent.text_version,
        "by_guardian": consent.guardian is not None,
    }


def _both(say: Say) -> Mapping[str, str]:
    return {"ja": say.ja, "en": say.en}
