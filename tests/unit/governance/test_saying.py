"""What waits is told whole: whatever field of a document is another, whoever approves it reads something else."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from noren.governance.announced.saying import fields_of
from noren.governance.flows import Flow, Joins
from noren.governance.notices import Notice, NoticeKind, Responsible, Terms
from noren.governance.parties import Handling, Party, PartyKind, Vetting
from noren.governance.purposes import Purpose
from noren.governance.regimes import Regime
from noren.governance.routes import Route
from noren.kernel.say import Say
from noren.testing.governed import BEGIN, CONSENT, NOTICES, NOW, PARTIES, governed

OTHER: dict[type, dict[str, Any]] = {
    Flow: {
        "purpose": "group-marketing",
        "recipient": "G1",
        "items": frozenset({"shop", "health"}),
        "route": Route.JOINT_USE,
        "notice": "joint",
        "joins": Joins.PERSON,
        "channel": "mail",
        "evidence": {"contract": "K-1"},
        "room": True,
        "with_minors": True,
    },
    Notice: {
        "kind": NoticeKind.OPT_OUT,
        "items": frozenset({"health"}),
        "scope": frozenset({"P1"}),
        "purposes": frozenset({"law"}),
        "responsible": Responsible("A", "B", "C"),
        "text": Say("別の文", "another text"),
    },
    Party: {
        "kind": PartyKind.ENTRUSTEE,
        "name": Say("別の名", "Another"),
        "address": "大阪府",
        "representative": "代表",
        "country": "US",
        "vetted": Vetting(date(2026, 3, 1), "officer", "V-9"),
        "handles": Handling(frozenset({"phone"}), "counter"),
        "public_key": "key",
        "group_since": BEGIN,
        "group_until": NOW,
    },
    Purpose: {"name": Say("別", "another"), "says": Say("別の文", "words"), "contacts": True, "essential": True},
    Terms: {"scope_rule": Say("別の範囲", "another scope"), "text_sha256": "cd" * 32},
}
FIRST: dict[type, Any] = {
    Flow: CONSENT,
    Notice: NOTICES[0],
    Party: PARTIES[3],
    Purpose: Purpose("p", Say("目的", "purpose"), Say("文", "text")),
    Terms: Terms(Say("範囲", "scope"), "ab" * 32),
}
TEXTS = {"ab" * 32: Say("第1条", "Article 1"), "cd" * 32: Say("第2条", "Article 2")}


def told(body: Any) -> list[tuple[Say, Say]]:
    return list(fields_of(body, governed().at(), TEXTS))


@pytest.mark.parametrize("kind", OTHER)
def test_each_field_that_is_another_is_told_in_both_languages(kind: type) -> None:
    body = FIRST[kind]
    assert {each.name for each in fields(body)} - {"id"} == OTHER[kind].keys(), "a new field is told and tried too"
    before = told(body)
    for name, value in OTHER[kind].items():
        after = told(replace(body, **{name: value}))
        for lang in ("ja", "en"):
            words = [[(label(lang), says(lang)) for label, says in each] for each in (before, after)]
            assert words[0] != words[1], (name, lang)


def test_names_are_told_not_codes() -> None:
    said = {label.en: says for label, says in told(CONSENT)}
    assert said["Recipient"].en == "partner P1 (partner)"
    assert said["Items"].ja == "利用店舗"
    assert said["Route"].en == "third-party provision by consent"
    unknown = {label.en: says.en for label, says in told(replace(CONSENT, recipient="C99", purpose="new"))}
    assert (unknown["Recipient"], unknown["Purpose"]) == ("C99", "new"), "of what is announced with it, the code"


def test_the_regime_is_told_as_it_stands() -> None:
    assert {label.en for label, _ in told(Regime())} >= {each.name for each in fields(Regime)}
