"""``noren partner``: the agreements under which companies send purchases."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from noren.doors.cli.here import (
    HomeOption,
    JsonOption,
    LangOption,
    YesOption,
    confirm_by_name,
    day_given,
    group,
    here,
)
from noren.doors.cli.speech import both
from noren.kernel.say import Say

partners = group(both("提携先(参加企業)", "Partner companies"))


class Route(StrEnum):
    """Legal routes by which a company's purchases come in, as the zones know them (law.md)."""

    OWN_USE = "own-use"
    ENTRUSTMENT = "entrustment"
    JOINT_USE = "joint-use"
    THIRD_PARTY_CONSENT = "third-party-consent"
    THIRD_PARTY_OPT_OUT = "third-party-opt-out"
    PERSONAL_RELATED = "personal-related-information"


@partners.command("agree", help=both("提携先との取り決めを登録する", "Register a company's agreement"))
def agree(
    context: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help=both("提携先", "The company"))],
    route: Annotated[Route, typer.Option("--route", help=both("取扱いの根拠", "The legal route"))],
    since: Annotated[str, typer.Option("--from", metavar="DATE", help=both("適用開始日", "The day it takes effect"))],
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help=both("最終日(なければ期限なし)", "Its last day"))
    ] = None,
    points_per: Annotated[
        int | None,
        typer.Option("--points-per", min=1, help=both("1ポイントになる金額", "Minor units of currency per point")),
    ] = None,
    exclude: Annotated[
        str | None,
        typer.Option(
            "--exclude",
            help=both(
                'ポイントの付かない商品(例: category = "TOBACCO")', 'What earns nothing, like category = "TOBACCO"'
            ),
        ),
    ] = None,
    balance: Annotated[
        bool,
        typer.Option("--balance/--no-balance", help=both("レジで残高を照会できる", "Its tills may ask for balances")),
    ] = True,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register an agreement."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    body: dict[str, Any] = {
        "partner": partner,
        "route": route.value,
        "from": day_given(since, "--from").isoformat(),
        "balance": balance,
    }
    body |= {
        name: value
        for name, value in (
            ("per", points_per),
            ("exclude", exclude),
            ("until", until and day_given(until, "--until").isoformat()),
        )
        if value is not None
    }
    with zone_client(at.home(), "ledger-worker") as ledger:
        done: dict[str, int] = ledger.call("/reference/partner", body)
    same = bool(done.get("same"))
    at.answer(
        {"partner": partner, **done},
        Say(
            f"{partner}: {'変わりありません' if same else '登録しました'}({route.value}、{body['from']}から)。",
            f"{partner}: {'no change' if same else 'registered'} ({route.value}, from {body['from']}).",
        ),
    )


@partners.command("end", help=both("契約の最終日を決める(翌日からレジは断られる)", "Give an agreement its last day"))
def end(
    context: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help=both("提携先", "The company"))],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help=both("最終日", "Its last day"))],
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """End an agreement."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    last = day_given(until, "--until").isoformat()
    what = Say(
        f"{partner} の契約は {last} で終わります。翌日から、この会社のレジは断られます。",
        f"The agreement of {partner} ends with {last}: from the next day on its tills are refused.",
    )
    confirm_by_name(at, what, partner, yes)
    with zone_client(at.home(), "ledger-worker") as ledger:
        done = ledger.call("/reference/partner/end", {"partner": partner, "until": last})
    at.answer(
        {"partner": partner, **done},
        Say(f"{partner}: {last} で終わります。", f"{partner}: it ends with {last}."),
    )


def add_to(app: typer.Typer) -> None:
    """Put ``partner`` on the command line."""
    app.add_typer(partners, name="partner")
