"""``noren member withdraw`` and ``noren member erase``: leaving, and being erased."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from noren.doors.cli.carding import CardArgument, read_card
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, YesOption, confirm_by_name, here
from noren.doors.cli.speech import both
from noren.kernel.say import Say

_UNTOLD = Say(
    "取引台帳がいま応答しないので、そちらの消去・退会は応答しだい自動で行われます。",
    "The ledger side does not answer just now; its part is done as soon as it does.",
)
NowOption = Annotated[
    bool,
    typer.Option(
        "--now",
        help=both(
            "履歴(レイク)のファイルの書き直しまで、いますぐ終える(既定: まとめて24時間以内)",
            "Finish at once, the lake's files included (by default they are rewritten together, within 24 hours)",
        ),
    ),
]


ReceiptOption = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        metavar="FILE",
        help=both("署名つきの受付証をファイルに保存", "Write the signed acknowledgement to a file"),
    ),
]


def withdraw(
    context: typer.Context,
    card: CardArgument,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a membership."""
    at = here(context, home, lang, as_json)
    number = read_card(card).reveal()
    what = Say(
        "この会員は退会します。カードは使えなくなり、ポイントとクーポンは失効します。元に戻せません。",
        "The membership ends: cards stop, points and coupons lapse. It can not be undone.",
    )
    confirm_by_name(at, what, number[-4:], yes)
    done = _call(at, "vault", "/erase/withdraw", {"card": number})
    words = [
        Say(
            f"退会しました。情報は {done['erased_on']} に消去されます。",
            f"The membership has ended. Her data is erased on {done['erased_on']}.",
        )
    ]
    at.answer(done, *words, *([] if done["told"] else [_UNTOLD]))


def erase(
    context: typer.Context,
    card: CardArgument,
    now: NowOption = False,
    receipt: ReceiptOption = None,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a member."""
    at = here(context, home, lang, as_json)
    number = read_card(card).reveal()
    what = Say(
        "この会員の情報をすべて消去します: 氏名・連絡先・カード・選択、購買・ポイント・クーポン。元に戻せません。",
        "All of this member is erased: name, contact, cards, choices, purchases, points, coupons. For good.",
    )
    stays = _staying(_call(at, "vault", "/erase/preview", {"card": number})["kept"])
    shown = Say("\n".join([what.ja, *(x.ja for x in stays)]), "\n".join([what.en, *(x.en for x in stays)]))
    confirm_by_name(at, shown, number[-4:], yes)
    done = _call(at, "vault", "/erase/member", {"card": number})
    if receipt is not None:
        receipt.write_text(done["acknowledgement"], "utf-8")
        at.aside(f"受付証を {receipt} に保存しました。", f"The acknowledgement was written to {receipt}.")
    if now and done["told"]:
        done = {**done, **_call(at, "ledger-worker", "/erasures/finish", {})}
        _call(at, "vault", "/erase/finish", {})
    at.answer(done, *_words(done), *_staying(done["kept"]))


def _staying(kept: list[Any]) -> list[Say]:
    """Say which fields stay, until when, by which law."""
    if not kept:
        return [Say("法律により残る項目はありません。", "Nothing of her stays by law.")]
    lines = [
        Say(
            f"・{each['record']['ja']}（{'、'.join(field['ja'] for field in each['fields'])}）: {each['until']} まで。"
            f"{each['law']['ja']}",
            f"- {each['record']['en']} ({', '.join(field['en'] for field in each['fields'])}): until {each['until']}. "
            f"{each['law']['en']}",
        )
        for each in kept
    ]
    return [Say("法律により、次の項目だけが残ります。", "By law these fields alone stay:"), *lines]


def _words(done: dict[str, Any]) -> list[Say]:
    gone = Say(
        "消去しました。だれの情報だったかは、もう分かりません。",
        "Erased. Whose data it was can not be told any more.",
    )
    if not done["told"]:
        return [gone, _UNTOLD]
    if "waiting" not in done:
        later = Say(
            "履歴のファイルは24時間以内に書き直されます（--now でいますぐ）。",
            "The lake's files are rewritten within 24 hours (--now: at once).",
        )
        return [gone, later]
    if done["waiting"]:
        return [gone, Say("履歴への取り込みが続いています。少し待ってもう一度。", "The lake is still being written.")]
    return [gone, Say("履歴のファイルからもなくなりました。", "She is gone from the lake's files too.")]


def _call(at: Here, zone: Any, path: str, body: object) -> Any:
    from noren.house.children import zone_client

    with zone_client(at.home(), zone) as client:
        return client.call(path, body)


def add_to(members: typer.Typer) -> None:
    """Put the commands under ``member``."""
    text = both("退会する(情報は定めた日に消去)", "End a membership; the data goes on a later day")
    members.command("withdraw", help=text)(withdraw)
    text = both("会員の情報をすべて消去する(戻せない)", "Erase all of a member, for good")
    members.command("erase", help=text)(erase)
