"""What the commands on the register do: put forward, remove, list, show, compare."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import typer

from noren.doors.cli.governance.desk import as_body, asked, documents, put_forward, read_documents, removal
from noren.doors.cli.governance.files import instant_of, read_file
from noren.doors.cli.governance.showing import announced, differences, listed, state_of, whole
from noren.doors.cli.here import Here, confirm_by_name, refuse
from noren.governance.data_map import Held, MappedStore, read_data_map
from noren.governance.register import Dated, Document, DocumentKind, register_at
from noren.kernel.say import Say


def announce(at: Here, file: Path, *, dry: bool, now: str | None) -> None:
    """Put a file's papers forward, all or nothing."""
    zone = at.home().zone
    papers = read_file(file, zone)
    if not papers:
        refuse(f"{file.name} には文書がありません。", f"{file.name} holds no document.")
    instant = None if now is None else instant_of(now, zone, "--now")
    answer: dict[str, Any] = put_forward(at, [as_body(paper) for paper in papers], dry=dry, now=instant)
    at.answer(answer, *announced(answer, zone), _ending(answer, dry))
    if answer["refused"]:
        raise typer.Exit(1)


def _ending(answer: Mapping[str, Any], dry: bool) -> Say:
    if answer["refused"]:
        return Say("何も公表していません。", "Nothing was announced.")
    if answer.get("waiting"):
        number = answer["waiting"]
        return Say(
            f"ほかの二人の承認を待っています: noren staff approve {number}",
            f"It waits for two others to approve: noren staff approve {number}",
        )
    if dry:
        return Say("見せただけで、公表していません。", "This was only shown; nothing was announced.")
    return Say("公表しました。", "Announced.")


def remove(at: Here, kind: str, name: str, *, effective: str | None, yes: bool) -> None:
    """Put a removal forward, after asking."""
    zone = at.home().zone
    instant = None if effective is None else instant_of(effective, zone, "--effective")
    what = Say(
        f"{name} を終わらせます。これを使う流れは、その時から動きません。",
        f"{name} ends: flows that need it do not run from then on.",
    )
    confirm_by_name(at, what, name, yes)
    answer = put_forward(at, [removal(DocumentKind(kind), name, instant)], dry=False, now=None)
    at.answer(answer, *announced(answer, zone), _ending(answer, dry=False))
    if answer["refused"]:
        raise typer.Exit(1)


def show_list(at: Here, kind: str) -> None:
    """List what is in force, comes or has ended."""
    answer = asked(at)
    now, zone = datetime.fromisoformat(answer["now"]), at.home().zone
    found = dated_of(read_documents(answer["documents"]), DocumentKind(kind), now)
    rows = [
        {
            "id": name,
            "version": each.version,
            "state": state_of(each, now),
            "announced_at": each.announced_at,
            "effective_at": each.effective_at,
            "until": each.until,
            "body": each.value,
        }
        for name, each in found.items()
    ]
    at.answer({"documents": rows}, *(listed(name, each, now, zone) for name, each in found.items()))
    if not found and not at.as_json:
        at.say("まだありません。", "There is none yet.")


def dated_of(documents: list[Document], kind: DocumentKind, at: datetime) -> dict[str, Dated[Any]]:
    """Return the documents of a kind at an instant, by their ids."""
    register = register_at(documents, at)
    single = {DocumentKind.TERMS: register.terms, DocumentKind.REGIME: register.regime}
    if kind in single:
        dated = single[kind]
        return {} if dated is None else {dated.value.id: dated}
    many: dict[DocumentKind, Mapping[str, Dated[Any]]] = {
        DocumentKind.PARTY: register.parties,
        DocumentKind.PURPOSE: register.purposes,
        DocumentKind.NOTICE: register.notices,
        DocumentKind.FLOW: register.flows,
    }
    return dict(many[kind])


def show_one(at: Here, kind: str, name: str | None, instant: str | None) -> None:
    """Show one document whole, as it is or was in force at an instant."""
    answer, zone = asked(at), at.home().zone
    now = datetime.fromisoformat(answer["now"]) if instant is None else instant_of(instant, zone, "--at")
    known = read_documents(answer["documents"])
    found = dated_of(known, DocumentKind(kind), now)
    dated = found.get(name) if name is not None else next(iter(found.values()), None)
    if dated is None:
        _refuse_unknown(kind, name, found)
    if instant is not None and not dated.holds(now):
        refuse(f"その時点では施行されていません: {dated.value.id}", f"Not in force at that time: {dated.value.id}")
    document = next(
        each for each in known if (each.kind.value, each.id, each.version) == (kind, dated.value.id, dated.version)
    )
    text = answer["texts"].get(getattr(document.body, "text_sha256", ""))
    result: dict[str, Any] = msgspec.to_builtins(document)
    lines = [*whole(document, zone), *([] if text is None else [Say(text["ja"], text["en"])])]
    at.answer(result if text is None else {**result, "text": text}, *lines)


def show_difference(at: Here, kind: str, name: str, old: int | None, new: int | None) -> None:
    """Show what two versions of a document do not have in common; by default the last two."""
    versions = {each.version: each for each in documents(at) if (each.kind.value, each.id) == (kind, name)}
    if not versions:
        _refuse_unknown(kind, name, ())
    after = max(versions) if new is None else new
    before = after - 1 if old is None else old
    missing = [each for each in (before, after) if each not in versions and each != 0]
    if missing:
        last = max(versions)
        refuse(
            f"{name} に版 {missing[0]} はありません(1から{last})。",
            f"{name} has no version {missing[0]} (1 to {last}).",
        )
    lines = list(differences(versions[before].body if before in versions else None, versions[after].body))
    result = {"id": name, "from": before, "to": after, "lines": [{"ja": each.ja, "en": each.en} for each in lines]}
    head = Say(f"{name}: 版{before} → 版{after}", f"{name}: v{before} → v{after}")
    at.answer(result, head, *lines)


def _refuse_unknown(kind: str, name: str | None, known: Iterable[str]) -> NoReturn:
    near = difflib.get_close_matches(name or "", list(known), n=1)
    ja, en = (f"{near[0]} ではありませんか。", f" Did you mean {near[0]}?") if near else ("", "")
    refuse(f"{name or kind} は登録されていません。{ja}", f"{name or kind} is not registered.{en}")


def show_data(at: Here, item: str | None) -> None:
    """Show what is stored: of one item, or of all."""
    found = read_data_map()
    known = {each.id: each.name for each in found.items}
    if item is not None and item not in known:
        _refuse_unknown("item", item, known)
    rows = [(store, held) for store in found.stores for held in store.held if item in (None, held.item)]
    result = found if item is None else {"item": item, "held": [{"store": s.store, **_built(h)} for s, h in rows]}
    at.answer(result, *(_held(store, held, known) for store, held in rows))


def _built(held: Held) -> dict[str, Any]:
    return msgspec.to_builtins(held)


def _held(store: MappedStore, held: Held, names: Mapping[str, Say]) -> Say:
    where, said = f"{store.store}.{held.table}: {' '.join(held.columns)}", names[held.item]
    purposes = ", ".join(held.purposes)
    link_ja, link_en = (
        (f"\n    つながりの消し方: {held.link.ja}", f"\n    link: {held.link.en}") if held.link else ("", "")
    )
    return Say(
        f"{where}\n    {said.ja} [{purposes}]\n    {held.retention.ja}{link_ja}",
        f"{where}\n    {said.en} [{purposes}]\n    {held.retention.en}{link_en}",
    )
