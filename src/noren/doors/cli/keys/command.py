"""``noren keys list|rotate|destroy|custody``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from noren.doors.cli.here import (
    Here,
    HomeOption,
    JsonOption,
    LangOption,
    YesOption,
    confirm_by_name,
    group,
    here,
    refuse,
)
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.house.keys.listing import KeyStanding

NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help=both("鍵の名前(noren keys list にあるもの)", "Keys by the names of noren keys list"),
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help=both("すべての鍵", "All keys"))]
_STATES: Final = {
    "coming": Say("配布中", "coming"),
    "current": Say("現在", "current"),
    "retiring": Say("猶予中", "retiring"),
    "destroyed": Say("廃棄済み", "destroyed"),
}

app = group(both("鍵を見る・更新する", "Look at keys and rotate them"))
_HEAD: Final = Say(
    "ゾーン        鍵              版 状態・日数 守るもの",
    "Zone          Key            Ver. State, age: what it protects",
)


@app.command("list", help=both("鍵の版・状態・日数の一覧", "All versions, their states and ages"))
def list_command(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """List every version of every key."""
    from noren.house.keeping import list_keys

    at = here(context, home, lang, as_json)
    opened = at.home()
    rows = list_keys(opened)
    limit = opened.settings.keys.max_age_days
    at.answer({"keys": [_as_json(row, limit) for row in rows]}, _HEAD, *(_line(row, limit) for row in rows))


@app.command(
    "rotate",
    help=both(
        "鍵を新しい版に更新する(止めずに)\n\n途中で切れたら、もう一度行うと続きから進みます。",
        "Rotate keys, without stopping anything\n\nIf it is cut off, run it again: it goes on where it stands.",
    ),
)
def rotate(
    context: typer.Context,
    names: NamesArgument = None,
    all_keys: AllOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=both("何をするかだけ表示する", "Only say what would be done"))
    ] = False,
    no_wait: Annotated[
        bool,
        typer.Option(
            "--no-wait",
            help=both(
                "短い猶予(2分まで)の終わりを待たずに戻る。古い版は、後でゾーンが自分で廃棄する",
                "Return before short overlaps (2 minutes at most) have ended; the zones destroy the old versions later",
            ),
        ),
    ] = False,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rotate keys; run again, it goes on where it was cut off."""
    from noren.doors.cli.keys.rotation import Rotation

    at = here(context, home, lang, as_json)
    chosen, opened = _chosen(names, all_keys), at.home()
    plan = [_plan(at, name) for name in chosen]
    if dry_run:
        at.answer({"would_rotate": list(chosen)}, *plan)
        return
    for line in plan:
        at.aside(line.ja, line.en)
    confirm_by_name(at, Say("鍵を更新します。", "Keys will be rotated."), "rotate", yes)
    rotation = Rotation(opened, chosen, lambda say: at.aside(say.ja, say.en), waits=not no_wait)
    rows = [row for row in rotation.run() if row.name in chosen]
    limit = opened.settings.keys.max_age_days
    result = {
        "moved": [{"name": m.name, "rows": m.rows, "passes": m.passes, "seconds": m.seconds} for m in rotation.moved],
        "keys": [_as_json(row, limit) for row in rows],
    }
    living = [row for row in rows if row.state != "destroyed"]
    at.answer(result, *(_line(row, limit) for row in living), Say("更新しました。", "Rotated."))


@app.command(
    "destroy",
    help=both(
        "猶予を待たずに古い版を廃棄する(鍵を他人に知られたときに)",
        "Destroy old versions before their overlap ends: for a key that somebody else has",
    ),
)
def destroy(
    context: typer.Context,
    names: NamesArgument = None,
    all_keys: AllOption = False,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Destroy the retiring versions whose work is done, at once: for a key that somebody else has."""
    from noren.doors.cli.keys.rotation import sides_of
    from noren.house.keeping import await_reading, keep, list_keys

    at = here(context, home, lang, as_json)
    chosen, opened = _chosen(names, all_keys), at.home()
    what = Say(
        "猶予中の版を今すぐ廃棄します。その版に頼る取引名・コード・画面は使えなくなります。",
        "Retiring versions are destroyed now: names, codes and pages that rest on them stop working.",
    )
    confirm_by_name(at, what, "destroy", yes)
    for side, mine in sides_of(chosen).items():
        await_reading(opened, keep(opened, side, "destroy-at-once", mine))
    rows = [row for row in list_keys(opened) if row.name in chosen]
    limit = opened.settings.keys.max_age_days
    at.answer({"keys": [_as_json(row, limit) for row in rows]}, *(_line(row, limit) for row in rows))


@app.command(
    "custody", help=both("鍵の預け先を noren.toml のとおりに変える", "Move keys to the custody noren.toml names")
)
def custody(
    context: typer.Context,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Wrap every zone's keys anew in the custody of the settings."""
    from noren.doors.cli.keys.rotation import Rotation

    at = here(context, home, lang, as_json)
    opened = at.home()
    chosen = opened.settings.keys.custody
    what = Say(f"すべての鍵を {chosen} に預け直します。", f"All keys move into the custody {chosen}.")
    confirm_by_name(at, what, chosen, yes)
    Rotation(opened, ("kek",), lambda say: at.aside(say.ja, say.en)).run()
    at.answer({"custody": chosen}, Say(f"預け先: {chosen}", f"Custody: {chosen}"))


def _chosen(names: list[str] | None, all_keys: bool) -> tuple[str, ...]:
    from noren.house.keys.holds import KINDS

    if all_keys == bool(names):
        refuse(
            "鍵の名前(noren keys list にあるもの)か --all のどちらかを書いてください。",
            "Name keys, as noren keys list shows them, or say --all.",
            code=2,
        )
    unknown = [name for name in names or () if name not in KINDS]
    if unknown:
        known = ", ".join(KINDS)
        refuse(
            f"{unknown[0]} という鍵はありません。あるのは: {known}",
            f"There is no key {unknown[0]}. There are: {known}",
            code=2,
        )
    return tuple(KINDS) if all_keys else tuple(dict.fromkeys(names or ()))


def _plan(at: Here, name: str) -> Say:
    from noren.house.keys.holds import KINDS
    from noren.house.keys.keeper import overlap

    kind, seconds = KINDS[name], overlap(at.home(), name).total_seconds()
    kept = _kept(seconds)
    ja = f"移し替え: {', '.join(kind.work)}" if kind.work else "移し替えなし"
    en = f"moved by {', '.join(kind.work)}" if kind.work else "nothing stored to move"
    return Say(
        f"{name}({kind.protects.ja}): {ja}、{kept.ja}",
        f"{name} ({kind.protects.en}): {en}; {kept.en}",
    )


def _kept(seconds: float) -> Say:
    """Say what becomes of the old version."""
    if seconds < 1:
        return Say("古い版はすぐに廃棄", "the old version is destroyed right after")
    ja, en = next(
        (
            (f"{seconds / unit:.0f}{ja}", f"{seconds / unit:.0f} {en}")
            for unit, ja, en in ((86_400, "日", "days"), (60, "分", "min"))
            if seconds >= 2 * unit
        ),
        (f"{seconds:.0f}秒", f"{seconds:.0f} s"),
    )
    return Say(f"古い版の猶予 {ja}", f"the old version stays valid for {en}")


def _age_days(row: KeyStanding) -> int:
    return (datetime.now(UTC) - row.created).days


def _as_json(row: KeyStanding, limit: int) -> dict[str, object]:
    from noren.house.keys.holds import KINDS

    protects = KINDS[row.name].protects
    return {
        **msgspec.to_builtins(row),
        "age_days": _age_days(row),
        "due": row.state == "current" and _age_days(row) > limit,
        "protects_ja": protects.ja,
        "protects_en": protects.en,
    }


def _line(row: KeyStanding, limit: int) -> Say:
    from noren.house.keys.holds import KINDS

    state, age, protects = _STATES[row.state], _age_days(row), KINDS[row.name].protects
    due = row.state == "current" and age > limit
    ja = f"(期限 {row.until:%Y-%m-%d %H:%M} UTC)" if row.until else "(更新の時期です)" if due else ""
    en = f" (until {row.until:%Y-%m-%d %H:%M} UTC)" if row.until else " (due)" if due else ""
    kept = f" [{row.custody}]" if row.custody else ""
    head = f"{row.zone:<14}{row.name:<15}{row.version:>3}  "
    return Say(
        f"{head}{state.ja}{ja} {age}日{kept} {protects.ja}",
        f"{head}{state.en}{en}, {age} days{kept}: {protects.en}",
    )


def add_to(root: typer.Typer) -> None:
    """Put ``keys`` on the command line."""
    root.add_typer(app, name="keys")
