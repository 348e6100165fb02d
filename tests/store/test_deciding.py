"""A member's own word: all or none, told at once, never lost to a crash between the sides, and evidence of consent."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from tests.store.vault_cases import House, card

from noren.governance.consent_texts import texts_in_force
from noren.governance.notices import Notice, NoticeKind, Responsible
from noren.governance.ports import EntryKind
from noren.governance.register import Document, DocumentKind, register_at
from noren.governance.stopping import EVERYTHING, Rule, Use, read_rule, spell
from noren.identity.choices import Choices, Guardian, Stop
from noren.identity.choosing import choices_of, import_stops
from noren.identity.consenting import GUARDIAN_NEEDED, NOT_IN_FORCE, TEXTS_AWAY, Agreed, consent, withdraw
from noren.identity.deciding import Decided, Wish, decide, preview
from noren.identity.errors import LedgerAway
from noren.identity.healing import sweep, tell_all_anew
from noren.identity.merging import merge_members
from noren.identity.model import Refused
from noren.kernel.ids import MemberNumber
from noren.kernel.say import Say
from noren.testing.journal import MemoryJournal
from noren.testing.ledger_side import Fault
from noren.testing.vault import NOW, a_row

ROWS = [a_row(1), a_row(2), a_row(3, card=None), a_row(4, birth_date="2015-01-01")]
CARDS = [str(row["card"]) for row in ROWS]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    assert made.enrol(*ROWS) == ["added"] * 4
    return made


def decided(house: House, *wishes: Wish, number: int = 0) -> Decided:
    found = decide(house.vault, who=card(ROWS[number]), wishes=wishes)
    assert isinstance(found, Decided)
    return found


def hers(house: House, number: int = 0) -> Choices:
    found = choices_of(house.vault, card=card(ROWS[number]))
    assert isinstance(found, Choices)
    return found


def test_a_ledger_that_was_put_back_is_told_of_everybody_anew(house: House) -> None:
    before = [replace(each, cards=dict(each.cards)) for each in house.side.members]
    decided(house, Wish("stop", "all"))
    decided(house, Wish("points-only", "on"), number=1)
    assert house.enrol(a_row(5)) == ["added"]
    house.side.members = before  # the backup is from before all of it
    house.side.by_card = {card: each for each in house.side.members for card in each.cards}
    assert house.side.with_card(CARDS[0]).stops == ()
    assert sweep(house.vault) == 0, "by itself nobody is told again"
    assert tell_all_anew(house.vault) == 4
    assert [stop.rule for stop in house.side.with_card(CARDS[0]).stops] == [EVERYTHING]
    assert house.side.with_card(CARDS[1]).points_only
    assert house.side.with_card(str(a_row(5)["card"])), "who came since is there again"
    assert tell_all_anew(house.vault) == 4, "again: nothing more happens"
    assert house.findings() == []


def test_several_choices_are_taken_together_or_not_at_all(house: House) -> None:
    stop = Wish("stop", "purpose=mail,recipient=P1")
    wrong = decide(house.vault, who=card(ROWS[0]), wishes=[stop, Wish("auto-delete", "7")])
    assert isinstance(wrong, Refused)
    assert hers(house) == Choices()
    told = decided(house, stop, Wish("points-only", "on"), Wish("auto-delete", "18"))
    assert (told.same, told.waiting, told.points_only) == (False, False, True)
    there = house.side.with_card(CARDS[0])
    assert ([s.rule for s in there.stops], there.points_only, there.keep_months) == ([Rule("mail", "P1")], True, 18)
    received = told.choices.received
    assert received is not None
    assert received.said == (
        ("stop", "purpose=mail,recipient=P1"),
        ("points-only", "on"),
        ("auto-delete", "18"),
    )
    assert received.in_force_at >= received.received_at
    assert decided(house, Wish("points-only", "on")).same


def test_a_preview_keeps_and_tells_nothing(house: House) -> None:
    house.side.heard.clear()
    ahead = preview(house.vault, who=card(ROWS[0]), wishes=[Wish("stop", "all")])
    assert isinstance(ahead, Decided)
    assert (ahead.same, [s.rule for s in ahead.choices.in_force]) == (False, [EVERYTHING])
    assert hers(house) == Choices()
    assert "set_choices" not in house.side.heard


def test_what_is_stopped_is_stopped_in_the_vault_even_while_the_ledger_side_is_away(house: House) -> None:
    house.side.faults = ["before"]
    told = decided(house, Wish("stop", "all"))
    assert told.waiting
    assert told.choices.received is not None
    assert told.choices.received.in_force_at == ""
    assert house.vault.untold.is_set()
    assert hers(house).stopped_by(Use("anything", "a-company-of-tomorrow", "email")) == EVERYTHING
    assert house.side.with_card(CARDS[0]).stops == ()
    sweep(house.vault)
    assert [s.rule for s in house.side.with_card(CARDS[0]).stops] == [EVERYTHING]
    received = hers(house).received
    assert received is not None
    assert (bool(received.in_force_at), house.pending()) == (True, 0)


def test_who_has_no_card_holds_her_choice_in_the_vault_alone(house: House) -> None:
    with house.vault.store.reading() as batch:
        row = next(
            iter(batch.members_by_number([house.vault.indexes.member_number(MemberNumber("M0000003"))]).values())
        )
    told = decide(house.vault, who=row.row, wishes=[Wish("stop", "channel=post")])
    assert isinstance(told, Decided)
    assert told.choices.received is not None
    assert (told.waiting, bool(told.choices.received.in_force_at)) == (False, True)
    house.enrol({"member_number": "M0000003", "card": "2980001999999999"})
    assert [s.rule for s in house.side.with_card("2980001999999999").stops] == [Rule(channel="post")]


def test_a_merge_keeps_the_stricter_of_every_choice(house: House) -> None:
    decided(house, Wish("points-only", "off"), Wish("auto-delete", "36"), Wish("stop", "recipient=P1"))
    decided(house, Wish("points-only", "on"), Wish("auto-delete", "3"), Wish("stop", "channel=email"), number=1)
    assert merge_members(house.vault, number=MemberNumber("M0000002"), into=MemberNumber("M0000001")) == "changed"
    after = hers(house)
    assert (after.points_only, after.keep_months) == (True, 3)
    assert {s.rule for s in after.in_force} == {Rule(recipient="P1"), Rule(channel="email")}
    there = house.side.with_card(CARDS[0])
    assert (there.points_only, there.keep_months, len(there.stops)) == (True, 3, 2)


# What a member says in a year: any of these, in any order, while the ledger side fails now and then.
WORDS = [
    *(Wish("stop", rule) for rule in ("all", "recipient=P1", "purpose=mail,channel=email", "channel=post")),
    *(Wish("resume", rule) for rule in ("all", "recipient=P1", "channel=post")),
    *(Wish("points-only", word) for word in ("on", "off")),
    *(Wish("auto-delete", months) for months in ("3", "36", "off")),
]
FAULTS: list[Fault | None] = ["before", "after", None]
Step = Wish | Literal["restart", "sweep", "import"]


def meant(steps: Sequence[Step]) -> tuple[set[str], bool, int]:
    """What her words come to, by a plain reading: the model."""
    stops, on, months = set[str](), False, 0
    imported = False
    for step in steps:
        if step == "import" and not imported:
            stops, imported = stops | {"purpose=statistics"}, True
        if isinstance(step, Wish):
            match step.what:
                case "stop":
                    stops.add(step.value)
                case "resume":
                    stops.discard(step.value)
                case "points-only":
                    on = step.value == "on"
                case "auto-delete":
                    months = 0 if step.value == "off" else int(step.value)
    return {spell(rule) for each in stops if (rule := read_rule(each))}, on, months


def lived(house: House, seed: int, *, heal: bool = True) -> tuple[tuple[set[str], bool, int], list[Step]]:
    """Let a member speak, the ledger side fail and the vault restart; return what it believes in the end."""
    chance = random.Random(seed)
    steps: list[Step] = [chance.choice([*WORDS, *WORDS, "restart", "sweep", "import"]) for _ in range(25)]
    for step in steps:
        house.side.faults = [chance.choice(FAULTS) for _ in range(4)]
        try:
            if step == "restart":
                house.restart()
            elif step == "sweep":
                sweep(house.vault)
            elif step == "import":
                row = {"member_number": "M0000001", "scope": "purpose", "name": "statistics", "since": "2020-01-01"}
                import_stops(house.vault, rows=[row])
            elif isinstance(step, Wish):
                assert isinstance(decide(house.vault, who=card(ROWS[0]), wishes=[step]), Decided)
        except LedgerAway:
            continue
    house.side.faults = []
    if heal:
        sweep(house.vault)
    there = house.side.with_card(CARDS[0])
    return ({spell(s.rule) for s in there.stops}, there.points_only, there.keep_months), steps


@pytest.mark.parametrize("life", range(6))
def test_whatever_breaks_between_the_sides_they_come_to_what_she_said(house: House, life: int) -> None:
    seed = random.randrange(2**32)
    believed, steps = lived(house, seed)
    assert believed == meant(steps), f"seed {seed}"
    assert {spell(s.rule) for s in hers(house).in_force} == believed[0], f"seed {seed}"
    received = hers(house).received
    assert received is None or received.in_force_at, f"seed {seed}"
    assert house.pending() == 0


def test_without_healing_it_would_be_seen_that_the_sides_differ(tmp_path: Path) -> None:
    differing = 0
    for seed in range(6):
        house = House(tmp_path / str(seed))
        house.enrol(ROWS[0])
        believed, steps = lived(house, seed, heal=False)
        differing += believed != meant(steps)
    assert differing, "a stop that was never told again must show"


NOTICE = Notice(
    "to-p1",
    NoticeKind.THIRD_PARTY,
    frozenset({"pseudonym"}),
    frozenset({"P1"}),
    frozenset({"shop-operation"}),
    Responsible("運営者", "東京都", "代表"),
    Say("P1への提供に同意します。", "I agree to provision to P1."),
)


def documents(*effective: datetime) -> list[Document]:
    announced = NOW - timedelta(days=60)
    return [Document(DocumentKind.NOTICE, NOTICE.id, n, announced, at, NOTICE) for n, at in enumerate(effective, 1)]


def agreed(house: House, what: Agreed, at: datetime = NOW, number: int = 0) -> Decided | Refused:
    register = register_at(documents(NOW - timedelta(days=30), NOW + timedelta(days=1)), at)
    return consent(house.vault, who=card(ROWS[number]), agreed=what, register=register)


def test_a_consent_is_to_the_text_in_force_and_to_no_other(house: House) -> None:
    assert agreed(house, Agreed("third-party", "to-p1-2", "P1")) == NOT_IN_FORCE  # of tomorrow
    assert agreed(house, Agreed("third-party", "to-p1-1", "P2")) == NOT_IN_FORCE  # not in its scope
    assert agreed(house, Agreed("third-party", "to-p1-1", "P1"), NOW + timedelta(days=2)) == NOT_IN_FORCE  # of before
    away = consent(house.vault, who=card(ROWS[0]), agreed=Agreed("third-party", "to-p1-1", "P1"), register=None)
    assert away == TEXTS_AWAY
    assert isinstance(agreed(house, Agreed("third-party", "to-p1-1", "P1")), Decided)
    (given,) = hers(house).consents
    assert (given.kind, given.recipient, given.text_version, given.withdrawn_at) == ("third-party", "P1", "to-p1-1", "")
    assert hers(house).consents_to("third-party", "P1") is True
    assert hers(house).consents_to("third-party", "P2") is None


def test_a_withdrawal_counts_at_once_and_its_evidence_stays(house: House) -> None:
    version = next(iter(texts_in_force(None, "email", "") or {}))
    assert isinstance(agreed(house, Agreed("email", version)), Decided)
    assert house.side.with_card(CARDS[0]).traits.email_ok is True
    assert isinstance(withdraw(house.vault, who=card(ROWS[0]), kind="email"), Decided)
    assert house.side.with_card(CARDS[0]).traits.email_ok is False
    assert hers(house).consents[0].withdrawn_at
    assert hers(house).consents_to("email") is False


def test_a_child_agrees_by_a_guardian_only_and_may_withdraw_alone(house: House) -> None:
    version = next(iter(texts_in_force(None, "email", "") or {}))
    assert agreed(house, Agreed("email", version), number=3) == GUARDIAN_NEEDED
    who = Guardian("架空太郎", "父", "書面")
    assert isinstance(agreed(house, Agreed("email", version, guardian=who), number=3), Decided)
    house.restart()
    assert hers(house, 3).consents[0].guardian == who
    assert isinstance(withdraw(house.vault, who=card(ROWS[3]), kind="email"), Decided)


def test_a_stop_weighs_more_than_a_consent(house: House) -> None:
    version = next(iter(texts_in_force(None, "email", "") or {}))
    decided(house, Wish("stop", "channel=email"))
    agreed(house, Agreed("email", version))
    assert house.side.with_card(CARDS[0]).traits.email_ok is False
    assert Stop(Rule(channel="email"), hers(house).stops[0].since) in hers(house).in_force
    assert datetime.fromisoformat(hers(house).stops[0].since).astimezone(UTC) <= NOW


def test_every_choice_is_in_the_log_once_it_holds_and_only_once(house: House) -> None:
    journal = MemoryJournal()
    vault = replace(house.vault, journal=journal)
    house.side.faults = ["before"]
    decide(vault, who=card(ROWS[0]), wishes=[Wish("stop", "all"), Wish("points-only", "on")])
    assert journal.entries == []
    sweep(vault)
    sweep(vault)
    told = [(entry.kind, entry.body["value"]) for entry in journal.entries]
    assert told == [(EntryKind.STOP, "all"), (EntryKind.CHOICE_CHANGED, "on")]
    decide(vault, who=card(ROWS[0]), wishes=[Wish("resume", "all")])
    assert journal.entries[-1].kind is EntryKind.RESUME
    assert {entry.subject for entry in journal.entries} == {journal.entries[0].subject}
    assert CARDS[0] not in repr(journal.entries)
