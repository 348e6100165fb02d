"""``noren incident``, ``noren request``, ``noren transparency``: leakages and inquiries, with their clocks and keys."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

import typer

from noren.doors.cli.calling import call
from noren.doors.cli.carding import ask_vault
from noren.doors.cli.here import (
    HomeOption,
    JsonOption,
    LangOption,
    YesOption,
    confirm_by_name,
    day_given,
    group,
    here,
    refuse,
)
from noren.doors.cli.signed_in import acting
from noren.doors.cli.speech import both
from noren.house.home import Home
from noren.kernel.say import Say

incidents = group(both("漏えい等の事案", "Incidents: leakage, loss, damage"))
requests = group(both("警察などからの照会", "Legal requests of authorities"))

# The desk's own words, spelt again: a command line that only prints its help loads none of governance's rooms.
Step = Literal["opened", "facts", "preliminary-reported", "persons-told", "published", "final-reported", "closed"]
Instrument = Literal["inquiry", "bar-inquiry", "administrative", "court-order", "warrant"]


class Trigger(StrEnum):
    """What makes an incident one to report: an enumeration, since an option given again takes no literals."""

    SPECIAL_CARE = "special-care"
    PROPERTY_DAMAGE = "property-damage"
    IMPROPER_PURPOSE = "improper-purpose"
    MANY_PERSONS = "many-persons"


IdArgument = Annotated[str, typer.Argument(metavar="ID", help=both("番号", "The case"))]
WhoOption = Annotated[
    str | None,
    typer.Option("--who", help=both("行った人(既定: サインインしている人)", "Who does it (default: who is signed in)")),
]
TriggerOption = Annotated[
    list[Trigger] | None,
    typer.Option("--trigger", help=both("報告の事由(何度でも)", "Why it must be reported (again)")),
]
FactOption = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="NAME=TEXT", help=both("報告書の事項(何度でも)", "An item of the report (again)")),
]
PersonsOption = Annotated[int | None, typer.Option("--persons", min=0, help=both("本人の数", "How many persons"))]
ProtectedOption = Annotated[
    str | None,
    typer.Option("--protected-by", help=both("高度な暗号化と鍵の分離の証拠", "Evidence: encrypted, keys kept apart")),
]
ItemOption = Annotated[list[str], typer.Option("--item", help=both("項目(何度でも)", "An item (again)"))]


@incidents.command("open", help=both("事案を届け出る(この日から期限を数える)", "Open an incident: its clocks begin"))
def open_incident(
    context: typer.Context,
    found: Annotated[str, typer.Option("--found", metavar="DATE", help=both("認知した日", "The day it was found"))],
    trigger: TriggerOption = None,
    persons: PersonsOption = None,
    fact: FactOption = None,
    protected_by: ProtectedOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an incident."""
    at = here(context, home, lang, as_json)
    body = {
        "who": acting(at, who, "--who"),
        "found_on": day_given(found, "--found").isoformat(),
        **_known(trigger, persons, fact, protected_by),
    }
    done = _call(at.home(), "/incidents/open", body)
    at.answer(done, *_incident(done))


@incidents.command("facts", help=both("分かったことを書き加える", "Add what is known now"))
def facts(
    context: typer.Context,
    name: IdArgument,
    trigger: TriggerOption = None,
    persons: PersonsOption = None,
    fact: FactOption = None,
    protected_by: ProtectedOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring an incident's facts up to date."""
    at = here(context, home, lang, as_json)
    done = _call(
        at.home(),
        "/incidents/facts",
        {"id": name, "who": acting(at, who, "--who"), **_known(trigger, persons, fact, protected_by)},
    )
    at.answer(done, *_incident(done))


@incidents.command("step", help=both("行ったことを書く(速報・通知・公表・確報・終了)", "Write down what was done"))
def step(
    context: typer.Context,
    name: IdArgument,
    what: Annotated[Step, typer.Argument(metavar="STEP", help=both("行ったこと", "What was done"))],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=both("行った日", "The day"))],
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down a step."""
    at = here(context, home, lang, as_json)
    day = day_given(on, "--on").isoformat()
    done = _call(at.home(), "/incidents/step", {"id": name, "step": what, "on": day, "who": acting(at, who, "--who")})
    at.answer(done, *_incident(done))


@incidents.command("list", help=both("事案と期限を見る", "Show incidents and what is due"))
def list_incidents(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Show all incidents. Exit 1 when something is late."""
    at = here(context, home, lang, as_json)
    found: list[dict[str, Any]] = _call(at.home(), "/incidents/list", {})
    lines = [line for each in found for line in _incident(each)]
    at.answer({"incidents": found}, *(lines or [Say("事案はありません。", "There are no incidents.")]))
    raise typer.Exit(1 if any(each["late"] for case in found for each in case["due"]) else 0)


@incidents.command("report", help=both("報告書の案を出す(日本語)", "Draft the report, in Japanese"))
def report(
    context: typer.Context,
    name: IdArgument,
    final: Annotated[bool, typer.Option("--final", help=both("確報(なければ速報)", "The final one"))] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a draft for the Personal Information Protection Commission."""
    at = here(context, home, lang, as_json)
    text = str(_call(at.home(), "/incidents/show", {"id": name})["drafts"]["final" if final else "preliminary"])
    at.answer({"draft": text}, Say(text, text))


@requests.command("open", help=both("照会を受け付ける", "Open a legal request"))
def open_request(
    context: typer.Context,
    authority: Annotated[str, typer.Option("--authority", help=both("求めた官公署など", "Who asks"))],
    instrument: Annotated[Instrument, typer.Option("--instrument", help=both("手段", "On what"))],
    number: Annotated[str, typer.Option("--number", help=both("文書番号", "The instrument's number"))],
    received: Annotated[str, typer.Option("--received", metavar="DATE", help=both("受け取った日", "When it came"))],
    item: ItemOption,
    persons: Annotated[int, typer.Option("--persons", min=0, help=both("人数", "About how many persons"))] = 1,
    sealed_until: Annotated[
        str | None,
        typer.Option("--sealed-until", metavar="DATE", help=both("本人に知らせられる日", "Not told before this day")),
    ] = None,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open a request with the scope asked."""
    at = here(context, home, lang, as_json)
    body: dict[str, Any] = {
        "authority": authority, "instrument": instrument, "number": number, "persons": persons,
        "who": acting(at, who, "--who"),
        "received_on": day_given(received, "--received").isoformat(), "items": item,
    }  # fmt: skip
    if sealed_until is not None:
        body["sealed_until"] = day_given(sealed_until, "--sealed-until").isoformat()
    done = _call(at.home(), "/requests/open", body)
    at.answer(done, *_request(done))


@requests.command("approve", help=both("承認する(受付と別の2人)", "Turn a key: two others than the opener"))
def approve(
    context: typer.Context,
    name: IdArgument,
    yes: YesOption = False,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn one of the two keys."""
    at = here(context, home, lang, as_json)
    what = Say("照会に応じることを承認します。", "You approve that this request is answered.")
    confirm_by_name(at, what, name, yes)
    done = _call(at.home(), "/requests/approve", {"id": name, "who": acting(at, who, "--who")})
    at.answer(done, *_request(done))


@requests.command("give", help=both("渡した項目を書く", "Write down what was given"))
def give(
    context: typer.Context,
    name: IdArgument,
    item: ItemOption,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down the scope given: never more than was asked, nor than the instrument allows."""
    at = here(context, home, lang, as_json)
    done = _call(at.home(), "/requests/give", {"id": name, "who": acting(at, who, "--who"), "items": item})
    at.answer(done, *_request(done))


@requests.command("refuse", help=both("断る(理由を書く)", "Turn it down, with the reason"))
def refuse_request(
    context: typer.Context,
    name: IdArgument,
    reason: Annotated[str, typer.Option("--reason", help=both("理由", "Why"))],
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn a request down."""
    at = here(context, home, lang, as_json)
    done = _call(at.home(), "/requests/refuse", {"id": name, "who": acting(at, who, "--who"), "reason": reason})
    at.answer(done, *_request(done))


@requests.command("list", help=both("照会を見る", "Show the requests"))
def list_requests(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Show all requests."""
    at = here(context, home, lang, as_json)
    found: list[dict[str, Any]] = _call(at.home(), "/requests/list", {})
    lines = [line for each in found for line in _request(each)]
    at.answer({"requests": found}, *(lines or [Say("照会はありません。", "There are no requests.")]))


def transparency(
    context: typer.Context,
    year: Annotated[int, typer.Argument(metavar="YEAR", min=2000, max=2999, help=both("年", "The year"))],
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the yearly transparency report: counts, and nobody's name."""
    from noren.governance.cases.report import in_words

    at = here(context, home, lang, as_json)
    found: dict[str, Any] = _call(at.home(), "/transparency", {"year": year})
    found["rights"] = ask_vault(at, "/rights/counts", {"year": year})
    at.answer(found, *in_words(found), *_rights(found["rights"]))


def _rights(counted: dict[str, dict[str, int]]) -> Iterator[Say]:
    from noren.identity.requests import KIND_SAYS, RequestKind

    yield Say("", "")
    yield Say("本人からのご請求(種類ごと)", "Requests of members, by kind")
    for name, each in counted.items():
        says = KIND_SAYS[RequestKind(name)]
        yield Say(
            f"  {says.ja}: 受付 {each['received']}件、対応 {each['answered']}件、お断り {each['refused']}件、"
            f"期限後 {each['late']}件",
            f"  {says.en}: received {each['received']}, answered {each['answered']}, refused {each['refused']}, "
            f"late {each['late']}",
        )


def _call(home: Home, path: str, body: dict[str, Any]) -> Any:
    from noren.house.children import zone_client

    with zone_client(home, "desk") as desk:
        return call(desk, path, body)


def _known(
    trigger: list[Trigger] | None, persons: int | None, fact: list[str] | None, protected_by: str | None
) -> dict[str, Any]:
    said: dict[str, Any] = {"triggers": trigger or None, "persons": persons, "protected_by": protected_by}
    facts = dict(_fact(text) for text in fact or ())
    return {name: value for name, value in (said | {"facts": facts or None}).items() if value is not None}


def _fact(text: str) -> tuple[str, str]:
    from noren.governance.cases.incidents import FACTS

    name, equals, value = text.partition("=")
    if not equals or name not in FACTS:
        names = ", ".join(FACTS)
        refuse(
            f"--fact {text}: 事項=文章 と書きます。事項: {names}", f"--fact {text}: write ITEM=TEXT; items: {names}", 2
        )
    return name, value


def _incident(answer: dict[str, Any]) -> Iterator[Say]:
    from noren.governance.cases import incidents as words

    case = answer["case"]
    kinds = [words.TRIGGER_SAYS[words.Trigger(each)] for each in sorted(case["triggers"])]
    ja, en = "、".join(each.ja for each in kinds), "; ".join(each.en for each in kinds)
    yield Say(
        f"{case['id']}  認知 {case['found_on']}  {case['persons']:,}人  {ja}",
        f"{case['id']}  found {case['found_on']}  {case['persons']:,} persons  {en}",
    )
    for each in answer["due"]:
        says, late = words.STEP_SAYS[words.Step(each["step"])], each["late"]
        yield Say(
            f"    {says.ja}: {each['by']} まで{'  期限を過ぎています!' if late else ''}",
            f"    {says.en}: by {each['by']}{'  LATE!' if late else ''}",
        )
    if not answer["due"]:
        yield Say("    期限のあることは残っていません。", "    Nothing is due.")


def _request(answer: dict[str, Any]) -> Iterator[Say]:
    from noren.governance.cases import requests as words

    case = answer["case"]
    says = words.INSTRUMENT_SAYS[words.Instrument(case["instrument"])]
    outcome = words.OUTCOME_SAYS[words.Outcome(case["outcome"])]
    loud = ("  ※購買履歴を渡しうる手段です", "  ! may reach purchases") if answer["loud"] else ("", "")
    yield Say(
        f"{case['id']}  {case['received_on']}  {case['authority']}  {says.ja}  {outcome.ja}{loud[0]}",
        f"{case['id']}  {case['received_on']}  {case['authority']}  {says.en}  {outcome.en}{loud[1]}",
    )
    asked, given = " ".join(sorted(case["asked"])), " ".join(sorted(case["given"])) or "-"
    keys = " ".join(case["approvals"]) or "-"
    yield Say(f"    求め {asked}  渡した {given}  承認 {keys}", f"    asked {asked}  given {given}  approved {keys}")


def add_to(root: typer.Typer) -> None:
    """Put the three on the command line."""
    root.add_typer(incidents, name="incident")
    root.add_typer(requests, name="request")
    root.command("transparency", help=both("年次の透明性報告書", "The yearly transparency report"))(transparency)
