"""Incidents: leakage, loss or damage of personal data (art. 26), with what must be reported, to whom, by when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from noren.governance.cases.refusing import Refused
from noren.kernel.say import Say

MANY_PERSONS: Final = 1_000
"""More persons than this make an incident one that is reported (Rule 7(iv))."""


class Trigger(StrEnum):
    """What makes an incident one that must be reported (Enforcement Rule 7)."""

    SPECIAL_CARE = "special-care"
    PROPERTY_DAMAGE = "property-damage"
    IMPROPER_PURPOSE = "improper-purpose"
    MANY_PERSONS = "many-persons"


TRIGGER_SAYS: Final[dict[Trigger, Say]] = {
    Trigger.SPECIAL_CARE: Say("要配慮個人情報が含まれる", "special care-required information is concerned"),
    Trigger.PROPERTY_DAMAGE: Say("財産的被害のおそれがある", "damage to property is to be feared"),
    Trigger.IMPROPER_PURPOSE: Say("不正の目的によるおそれがある", "an improper purpose is to be feared"),
    Trigger.MANY_PERSONS: Say("本人の数が1,000人を超える", "more than 1,000 persons are concerned"),
}


class Step(StrEnum):
    """What was done about an incident."""

    OPENED = "opened"
    FACTS = "facts"
    PRELIMINARY = "preliminary-reported"
    PERSONS_TOLD = "persons-told"
    PUBLISHED = "published"
    FINAL = "final-reported"
    CLOSED = "closed"


STEP_SAYS: Final[dict[Step, Say]] = {
    Step.OPENED: Say("認知", "found"),
    Step.FACTS: Say("事実の更新", "facts brought up to date"),
    Step.PRELIMINARY: Say("速報", "preliminary report"),
    Step.PERSONS_TOLD: Say("本人への通知", "persons notified"),
    Step.PUBLISHED: Say("公表", "published"),
    Step.FINAL: Say("確報", "final report"),
    Step.CLOSED: Say("終了", "closed"),
}

FACTS: Final[dict[str, Say]] = {
    "summary": Say("概要", "Summary"),
    "items": Say("漏えい等が発生し、又は発生したおそれがある個人データの項目", "Items of personal data concerned"),
    "persons": Say("漏えい等が発生し、又は発生したおそれがある個人データに係る本人の数", "Number of persons"),
    "cause": Say("原因", "Cause"),
    "secondary": Say("二次被害又はそのおそれの有無及びその内容", "Secondary damage, or the fear of it"),
    "persons_told": Say("本人への対応の実施状況", "What was done towards the persons"),
    "published": Say("公表の実施状況", "What was published"),
    "prevention": Say("再発防止のための措置", "Measures against its happening again"),
    "other": Say("その他参考となる事項", "Other matters"),
}
"""The nine items of a report (Enforcement Rule 8(1)), in their order."""

Clocks = Mapping[str, int]
"""Days by the regime's words: ``breach-preliminary`` and so on."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as its steps left it. ``found_on``: the day from which the clocks run.

    ``protected_by``: the record that shows advanced encryption with separate keys, in which case no report is due.
    """

    id: str
    found_on: date
    triggers: frozenset[Trigger]
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    persons: int = 0
    protected_by: str = ""
    done: Mapping[Step, date] = field(default_factory=dict[Step, date])

    @property
    def all_triggers(self) -> frozenset[Trigger]:
        """The triggers that were named, and that which the number of persons is."""
        many = {Trigger.MANY_PERSONS} if self.persons > MANY_PERSONS else set[Trigger]()
        return self.triggers | many

    @property
    def is_reported(self) -> bool:
        """Whether the law wants reports and notices of it."""
        return bool(self.all_triggers) and not self.protected_by


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is to be done by a day (included)."""

    step: Step
    by: date


def due(incident: Incident, clocks: Clocks) -> tuple[Due, ...]:
    """Return what is still to be done, the nearest first. Nothing where no report is wanted, or all is done."""
    if not incident.is_reported:
        return ()
    improper = Trigger.IMPROPER_PURPOSE in incident.all_triggers
    final = clocks["breach-final-improper-purpose" if improper else "breach-final"]
    wanted = {
        Step.PRELIMINARY: incident.found_on + timedelta(days=clocks["breach-preliminary"]),
        Step.PERSONS_TOLD: incident.found_on + timedelta(days=final),
        Step.FINAL: incident.found_on + timedelta(days=final),
    }
    return tuple(Due(step, by) for step, by in wanted.items() if step not in incident.done)


def stepped(incident: Incident, step: Step, on: date, clocks: Clocks) -> Incident | Refused:
    """Return the incident after a step, or why it can not be taken."""
    if Step.CLOSED in incident.done:
        return _closed(incident.id)
    if on < incident.found_on:
        return _before(incident.found_on)
    if step is Step.FINAL:
        missing = [name for name in FACTS if not incident.facts.get(name)]
        if missing:
            return _incomplete(missing)
    if step is Step.CLOSED and due(incident, clocks):
        return _open_duties([each.step for each in due(incident, clocks)])
    return replace(incident, done={**incident.done, step: on})


def draft(incident: Incident, *, final: bool) -> str:
    """Return a report's draft in Japanese, with the nine items; what is not known yet is said so."""
    title = "確報" if final else "速報"
    lines = [f"個人データの漏えい等に関する報告書({title}・案)", ""]
    lines += [f"管理番号: {incident.id}", f"認知した日: {incident.found_on:%Y年%m月%d日}"]
    kinds = "、".join(TRIGGER_SAYS[each].ja for each in sorted(incident.all_triggers)) or "なし"
    lines += [f"報告の事由: {kinds}", ""]
    for number, (name, says) in enumerate(FACTS.items(), 1):
        known = f"{incident.persons:,}人" if name == "persons" and incident.persons else incident.facts.get(name, "")
        lines += [f"{number}. {says.ja}", f"   {known or '確認中'}", ""]
    return "\n".join(lines)


def counts(incidents: Iterable[Incident], year: int) -> dict[str, int]:
    """Return how many incidents a year had, those that were reported, and how many persons they concerned."""
    of_year = [each for each in incidents if each.found_on.year == year]
    reported = [each for each in of_year if each.is_reported]
    return {
        "incidents": len(of_year),
        "reported": len(reported),
        "persons": sum(each.persons for each in of_year),
    }


def _closed(name: str) -> Refused:
    return Refused(
        "case-closed",
        Say(f"{name} は終了しています。", f"{name} is closed."),
        Say("新しい事案として届け出てください。", "Open a new case."),
    )


def _before(found: date) -> Refused:
    return Refused(
        "step-before-case",
        Say(f"認知した日({found})より前にはできません。", f"Nothing was done before it was found ({found})."),
        Say("日付を確かめてください。", "Check the date."),
    )


def _incomplete(missing: list[str]) -> Refused:
    names = "、".join(FACTS[name].ja for name in missing), ", ".join(FACTS[name].en for name in missing)
    return Refused(
        "report-incomplete",
        Say(f"確報には九つの事項がすべて要ります。まだ: {names[0]}", f"A final report has all nine items: {names[1]}"),
        Say("noren incident facts で書き加えてください。", "Add them with noren incident facts."),
    )


def _open_duties(steps: list[Step]) -> Refused:
    names = "、".join(STEP_SAYS[step].ja for step in steps), ", ".join(STEP_SAYS[step].en for step in steps)
    return Refused(
        "duties-open",
        Say(f"まだ行っていないことがあります: {names[0]}", f"Something is still to be done: {names[1]}"),
        Say("行ってから終了してください。", "Do it, then close."),
    )
