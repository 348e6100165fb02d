"""``noren notice page|poster|sticker|receipt-line``: what is told to members, made of the live register."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, day_given, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noren.governance.handling.model import Change, Page

OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help=both("PDFの置き場所", "Where the PDF goes"))]
FONTS: Final = Path("/usr/share/fonts/opentype/noto")


def page(
    context: typer.Context,
    at_day: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help=both("その日の内容", "As it is on that day"))
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help=both("いつ何が変わるか", "What changes, and when"))] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the page "how we handle your data", or what changes in it and when."""
    from noren.doors.cli.governance.desk import documents
    from noren.governance.handling.page import changes, page_at
    from noren.house.handling import facts_of
    from noren.kernel.clock import SystemClock

    at = here(context, home, lang, as_json)
    opened, now = at.home(), SystemClock().now()
    asked = now if at_day is None else datetime.combine(day_given(at_day, "--at"), time.max, opened.zone)
    known, facts = documents(at), facts_of(opened)
    if diff:
        found = changes(known, facts, now)
        at.answer({"changes": msgspec.to_builtins(found)}, *(line for each in found for line in _change(each)))
        return
    made = page_at(known, facts, asked)
    at.answer(msgspec.to_builtins(made), *_lines(made))


def poster(
    context: typer.Context,
    out: OutOption,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the poster for a shop (A3): in short, how data is handled, and where to read all of it."""
    _paper(here(context, home, lang, as_json), out, "poster")


def sticker(
    context: typer.Context,
    out: OutOption,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the sticker for a till (9 by 5.5 cm)."""
    _paper(here(context, home, lang, as_json), out, "sticker")


def receipt_line(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Print the lines for the foot of a receipt: 24 full-width signs each at most."""
    from noren.governance.handling.papers import receipt_lines
    from noren.house.handling import facts_of
    from noren.house.origins import origins

    at = here(context, home, lang, as_json)
    lines = receipt_lines(facts_of(at.home()), f"{origins(at.home()).front}/handling")
    at.answer({"ja": [line.ja for line in lines], "en": [line.en for line in lines]}, *lines)


def _paper(at: Here, out: Path, kind: str) -> None:
    from noren.doors.cli.governance.desk import documents
    from noren.governance.handling.page import page_at
    from noren.governance.handling.papers import paper
    from noren.house.handling import facts_of
    from noren.house.origins import origins
    from noren.kernel.clock import SystemClock

    opened = at.home()
    facts = facts_of(opened)
    made = page_at(documents(at), facts, SystemClock().now())
    source = paper(made, facts, f"{origins(opened).front}/handling", kind, at.lang)
    try:
        out.write_bytes(_printed(source))
    except OSError as wrong:
        refuse(f"{out} に書けません({wrong.strerror})。", f"{out} can not be written ({wrong.strerror}).")
    at.answer({"file": str(out)}, Say(f"作りました: {out}", f"Made: {out}"))


def _printed(source: str) -> bytes:
    try:
        import typst
    except ImportError:
        refuse("PDF には extra [pdf] が要ります。", "A PDF needs the extra [pdf].")
    if not FONTS.is_dir():
        refuse("日本語の書体がありません: apt install fonts-noto-cjk", "No Japanese font: apt install fonts-noto-cjk")
    fonts: Any = [str(FONTS)]
    made: Any = typst.compile(source.encode(), font_paths=fonts, ignore_system_fonts=True)
    return bytes(made)


def _lines(made: Page) -> Iterator[Say]:
    yield made.programme
    for each in made.answers:
        yield Say("", "")
        yield Say(f"■ {each.question.ja}", f"■ {each.question.en}")
        yield from each.answer
        if each.rests_on:
            yield Say(f"  (もとにした文書: {', '.join(each.rests_on)})", f"  (rests on: {', '.join(each.rests_on)})")
    yield Say("", "")
    for note in made.footnotes:
        yield Say(f"{note.mark} {note.says.ja}", f"{note.mark} {note.says.en}")


def _change(change: Change) -> Iterator[Say]:
    day = change.at.date().isoformat()
    yield Say(f"{day}: {len(change.questions)}問が変わります", f"{day}: {len(change.questions)} questions change")
    for before, after in change.questions.values():
        shown = after or before
        assert shown is not None, "a change is of something"
        yield Say(f"  ■ {shown.question.ja}", f"  ■ {shown.question.en}")
        old, new = (before.answer if before else ()), (after.answer if after else ())
        yield from (Say(f"    - {each.ja}", f"    - {each.en}") for each in old if each not in new)
        yield from (Say(f"    + {each.ja}", f"    + {each.en}") for each in new if each not in old)


def add_to(notices: typer.Typer) -> None:
    """Put the commands on the group of notices."""
    notices.command("page", help=both("「情報の取り扱い」のページ", 'The page "how we handle your data"'))(page)
    notices.command("poster", help=both("店頭のポスター(PDF)", "The poster for a shop (PDF)"))(poster)
    notices.command("sticker", help=both("レジのステッカー(PDF)", "The sticker for a till (PDF)"))(sticker)
    notices.command("receipt-line", help=both("レシートの文言", "The lines on a receipt"))(receipt_line)
