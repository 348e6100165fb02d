"""``noren coupon``: a member says that no slip came out. The ledger says whether one did, and shows it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from noren.doors.cli.carding import STDIN, read_card
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, day_given, group, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.kernel.ids import CardNumber

MAX_CARD_FILE: Final = 200

coupons = group(both("クーポン: 出なかったという申し出", "Coupons: a claim that none came out"))


@coupons.command(
    "claim",
    help=both(
        "スリップが出なかったという申し出を、レシートで確かめる(同じ券を出し直せます)",
        "Settle by the receipt that no slip came out; the same slip can be given again",
    ),
)
def claim(
    context: typer.Context,
    shop: Annotated[str, typer.Option("--shop", metavar="SHOP", help=both("レシートの店舗", "The receipt's shop"))],
    terminal: Annotated[
        str, typer.Option("--terminal", metavar="TERM", help=both("レシートの端末", "The receipt's terminal"))
    ],
    business_date: Annotated[
        str, typer.Option("--date", metavar="DATE", help=both("レシートの営業日", "The receipt's business date"))
    ],
    receipt: Annotated[
        str, typer.Option("--receipt", metavar="NUMBER", help=both("レシート番号", "The receipt's number"))
    ],
    card_from: Annotated[
        Path | None,
        typer.Option(
            "--card-from",
            metavar="FILE",
            help=both(
                "示されたカード番号の入ったファイル(- で標準入力)。番号そのものは書きません",
                "A file with the number of the card that is shown (- from stdin); never the number itself",
            ),
        ),
    ] = None,
    slip: Annotated[
        Path | None,
        typer.Option(
            "--slip",
            metavar="FILE",
            help=both(
                "券を書き出すファイル(.svg: 印刷用、.json: レジの応答のまま)",
                "Where to write the slip: .svg to print, .json as the till had it",
            ),
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Settle a claim."""
    at = here(context, home, lang, as_json)
    if slip is not None and slip.suffix not in (".svg", ".json"):
        refuse("--slip は .svg か .json です。", "--slip ends in .svg or .json.", code=2)
    card = None if card_from is None else _card(card_from).reveal()
    day = day_given(business_date, "--date").isoformat()
    body = {"shop": shop, "terminal": terminal, "business_date": day, "receipt": receipt, "card": card}
    found = _ask(at, body)
    if slip is not None:
        _write(at, slip, [each for each in found["slips"] if each["effect"]])
    at.answer(found, *_lines(found))


def _card(given: Path) -> CardNumber:
    if str(given) == STDIN:
        return read_card(STDIN)
    try:
        text = given.read_text("ascii") if given.stat().st_size <= MAX_CARD_FILE else ""
    except (OSError, UnicodeDecodeError):
        refuse(
            "--card-from のファイルを読めません。カード番号は、ファイルか標準入力(-)から読みます。",
            "The file of --card-from can not be read. A card number comes from a file, or from stdin (-).",
        )
    return read_card(text.strip() or " ")


def _ask(at: Here, body: Mapping[str, Any]) -> dict[str, Any]:
    from noren.doors.cli.answers import refusal_text
    from noren.house.children import zone_client
    from noren.house.inner import CallRefused

    try:
        with zone_client(at.home(), "ledger-worker") as ledger:
            found: dict[str, Any] = ledger.call("/claims", body)
    except CallRefused as refused:
        said = refusal_text(refused.status, refused.body)
        refuse(said.ja, said.en)
    return found


def _write(at: Here, path: Path, slips: list[dict[str, Any]]) -> None:
    """Write the slips that can be given again; of several, each beside the first with a number."""
    import msgspec

    from noren.register.paper import slip_svg

    if not slips:
        at.aside("出し直せる券はありません。", "There is no slip to give again; nothing was written.")
    for number, each in enumerate(slips, 1):
        to = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        as_told = path.suffix == ".json"
        text = msgspec.json.encode(each["effect"]).decode() if as_told else slip_svg(each["effect"], each["link"])
        try:
            with to.open("x", encoding="utf-8") as out:
                out.write(text)
        except OSError:
            refuse(f"{to} に書けません(すでにあるなら、別の名前に)。", f"{to} can not be written, or is there already.")
        at.aside(f"書きました: {to}", f"Wrote {to}")


def _lines(found: Mapping[str, Any]) -> Iterator[Say]:
    yield Say(found["says"]["ja"], found["says"]["en"])
    for each in found["slips"]:
        yield Say(f"「{each['title']['ja']}」 {each['says']['ja']}", f"{each['title']['en']}: {each['says']['en']}")
        if each["effect"]:
            yield from _paper(each["effect"])


def _paper(effect: Mapping[str, Any]) -> Iterator[Say]:
    """Tell what the paper says."""
    lines = [*effect["print"], f"{effect['barcode']['symbology']}  {effect['barcode']['value']}"]
    if "proof" in effect:
        lines.append(effect["proof"])
    for line in lines:
        yield Say(f"  | {line}", f"  | {line}")


def add_to(app: typer.Typer) -> None:
    """Put ``coupon`` on the command line."""
    app.add_typer(coupons, name="coupon")
