"""``noren verify-draw``: whether a slip is as it must be. Needs no home, and asks nobody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from noren.doors.cli.here import JsonOption, LangOption, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.campaign.checking import Known, Verdict
    from noren.campaign.draw import Visit

_FROM_INPUT: Final = "-"
_SIGNED: Final = Say("署名が合う", "signed")
_COMMITTED: Final = Say("三人の持ち分は事前の公開値と同じ", "the shares are those committed to before the start")
_DRAWN: Final = Say("公開された種で当選", "drawn by the published seed")
_HERS: Final = Say("本人の抽選番号の券", "of that draw number")


SlipsArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="SLIP", help=both("券のファイル(slip.json)", "Files of slips (slip.json)")),
]
SlipOption = Annotated[
    list[Path] | None,
    typer.Option("--slip", metavar="FILE", help=both("券のファイル(くり返せる)", "A slip's file; may be repeated")),
]
TermsOption = Annotated[
    Path | None,
    typer.Option("--terms", metavar="FILE", help=both("企画の公開条件", "The campaign's public terms")),
]
SeedOption = Annotated[
    str | None,
    typer.Option(
        "--seed",
        metavar="HEX",
        help=both(
            "公開された種(32バイト)、または三人の持ち分(96バイト。事前の公開値とも照らす)",
            "The published seed (32 bytes), or the three shares (96 bytes: held against their commitments too)",
        ),
    ),
]
NumberOption = Annotated[
    str | None,
    typer.Option(
        "--draw-number",
        metavar="HEX",
        help=both("本人の抽選番号。- なら標準入力から読む", "The member's draw number; - reads it from standard input"),
    ),
]
ShopOption = Annotated[str | None, typer.Option("--shop", help=both("レシートの店舗", "The receipt's shop"))]
TerminalOption = Annotated[
    str | None, typer.Option("--terminal", help=both("レシートの端末", "The receipt's terminal"))
]
DateOption = Annotated[
    str | None,
    typer.Option("--date", metavar="YYYY-MM-DD", help=both("レシートの営業日", "The receipt's business date")),
]
ReceiptOption = Annotated[str | None, typer.Option("--receipt", help=both("レシートの番号", "The receipt's number"))]
ScriptOption = Annotated[
    bool,
    typer.Option(
        "--script",
        help=both(
            "検証スクリプト(Pythonの標準ライブラリだけ)を出力して終わる",
            "Print the script that checks the same with Python's standard library alone",
        ),
    ),
]


def verify_draw(
    context: typer.Context,
    slips: SlipsArgument = None,
    slip: SlipOption = None,
    terms: TermsOption = None,
    seed: SeedOption = None,
    draw_number: NumberOption = None,
    shop: ShopOption = None,
    terminal: TerminalOption = None,
    date: DateOption = None,
    receipt: ReceiptOption = None,
    script: ScriptOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check slips."""
    at = here(context, None, lang, as_json)
    if script:
        _print_script()
        return
    from noren.campaign.checking import judge

    paths = [*(slips or []), *(slip or [])]
    if terms is None or not paths:
        refuse("--terms と、券のファイルを1つ以上書いてください。", "Give --terms and one slip's file or more.", code=2)
    known = _known(seed, draw_number, _visit(shop, terminal, date, receipt))
    under = _read(terms)
    found = [(path, judge(under, _read(path), known)) for path in paths]
    good = all(verdict.good for _, verdict in found)
    at.answer(
        {"good": good, "slips": [_as_json(path, verdict) for path, verdict in found]},
        *(line for path, verdict in found for line in _told(path, verdict)),
    )
    raise typer.Exit(0 if good else 1)


def _print_script() -> None:
    from noren.campaign import verify_draw as alone

    typer.echo(Path(alone.__file__).read_text("utf-8"), nl=False)


def _read(path: Path) -> dict[str, Any] | None:
    from noren.campaign.checking import LARGEST_FILE, read_object

    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError:
        refuse(f"{path} を読めません。", f"{path} can not be read.", code=2)
    return None if len(content) > LARGEST_FILE else read_object(content)


def _known(seed: str | None, number: str | None, visit: Visit | None) -> Known:
    from noren.campaign.checking import SEED_BYTES, SHARES_BYTES, Known
    from noren.campaign.draw import DRAW_NUMBER_BYTES, DrawNumber

    if number == _FROM_INPUT:
        number = sys.stdin.readline().strip()
    hers = None if number is None else _bytes(number, "--draw-number", DRAW_NUMBER_BYTES)
    if visit is not None and hers is None:
        refuse("レシートは --draw-number と一緒に。", "A receipt goes with --draw-number.", code=2)
    return Known(
        None if seed is None else _bytes(seed, "--seed", SEED_BYTES, SHARES_BYTES),
        None if hers is None else DrawNumber(hers),
        visit,
    )


def _bytes(text: str, option: str, *lengths: int) -> bytes:
    """Return what hexadecimal digits say. The text itself is not repeated: it may be a member's own number."""
    digits = [2 * length for length in lengths]
    if len(text) not in digits or not all(sign in "0123456789abcdefABCDEF" for sign in text):
        wanted = " / ".join(map(str, digits))
        refuse(f"{option} は16進数{wanted}桁です。", f"{option} takes {wanted} hexadecimal digits.", code=2)
    return bytes.fromhex(text)


def _visit(*parts: str | None) -> Visit | None:
    from noren.campaign.draw import Visit

    given = [part for part in parts if part is not None]
    if not given:
        return None
    if len(given) < len(parts):
        refuse(
            "レシートは --shop --terminal --date --receipt の4つで1つです。",
            "A receipt is all four: --shop --terminal --date --receipt.",
            code=2,
        )
    return Visit(*given)


def _fits(verdict: Verdict) -> list[Say]:
    said = (
        (verdict.signed, _SIGNED), (verdict.committed, _COMMITTED), (verdict.drawn, _DRAWN), (verdict.hers, _HERS),
    )  # fmt: skip
    return [say for fits, say in said if fits]


def _told(path: Path, verdict: Verdict) -> Iterator[Say]:
    from noren.campaign.slips import SAYS

    if verdict.fault is None:
        fits = _fits(verdict)
        yield Say(f"正常: {path}: {'、'.join(x.ja for x in fits)}", f"good: {path}: {', '.join(x.en for x in fits)}")
    else:
        says = SAYS[verdict.fault]
        yield Say(f"不正: {path}: {says.ja}", f"WRONG: {path}: {says.en}")


def _as_json(path: Path, verdict: Verdict) -> dict[str, Any]:
    from noren.campaign.slips import SAYS

    says = None if verdict.fault is None else SAYS[verdict.fault]
    return {
        "slip": str(path),
        "good": verdict.good,
        "signed": verdict.signed,
        "committed": verdict.committed,
        "drawn": verdict.drawn,
        "hers": verdict.hers,
        "fault": None if verdict.fault is None else verdict.fault.value,
        "reason_ja": None if says is None else says.ja,
        "reason_en": None if says is None else says.en,
        "seq": None if verdict.proof is None else verdict.proof.seq,
        "ticket": None if verdict.proof is None else verdict.proof.ticket.hex(),
    }


def add_to(app: typer.Typer) -> None:
    """Put ``verify-draw`` on the command line."""
    app.command(
        "verify-draw",
        help=both(
            "券が正しいかを確かめる(署名、公開された種での当選、本人の抽選番号)。ホームは要りません",
            "Check a coupon slip: its signature, the draw by the published seed, whose it is; needs no home",
        ),
    )(verify_draw)
