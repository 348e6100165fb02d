"""What this side's audit log says of a member, shown to her alone, with proofs that anybody can check.

Only while she is here: when she is erased the records are forgotten, and nothing is left to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get

from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked
from noren.doors.vault.desk import GivenDesk
from noren.governance.log import Log, Told
from noren.governance.ports import SAYS, Fact
from noren.kernel.say import Say

SHOWN: Final = 200
"""How many of her newest entries the page shows; the file holds them all."""


FACTS: Final = {
    "by": Say("行った人", "done by"),
    "choice": Say("選択", "choice"),
    "checked": Say("ご本人の確認", "how it was known to be you"),
    "document": Say("開示書の照合値", "the document's hash"),
    "fields": Say("項目", "fields"),
    "number": Say("番号", "number"),
    "request": Say("ご請求の番号", "request"),
    "signed_in": Say("サインインしていた担当者", "staff signed in"),
    "texts": Say("ご覧になった文の版", "version of the texts"),
    "value": Say("内容", "what"),
    "why": Say("理由", "why"),
}
"""What a fact is called to her; another is shown by the name it has in the log."""

NOBODY: Final = Say("なし", "nobody")


def in_words(body: Mapping[str, Fact]) -> list[tuple[Say, Say]]:
    """Return the facts of an entry, each with what it is called."""
    return [
        (FACTS.get(name, Say(name, name)), NOBODY if fact is False else Say(str(fact), str(fact)))
        for name, fact in body.items()
    ]


@get("/log", sync_to_thread=True)
def own_log(request: Asked, desk: GivenDesk) -> Any:
    """Show a member her entries in words, the newest first."""
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    mine = [told for told in desk.room.log.of_member(row) if told.entry is not None]
    newest = mine[: -SHOWN - 1 : -1]
    return desk.shell.page(request, "log.html", entries=newest, count=len(mine), says=SAYS, facts=in_words)


@get("/log.json", sync_to_thread=True)
def own_log_file(request: Asked, desk: GivenDesk) -> Any:
    """Answer her entries as a file: each with its salt and its proof under one signed checkpoint."""
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    headers = {"Content-Disposition": 'attachment; filename="log.json"'}
    content = msgspec.json.format(msgspec.json.encode(_proved(desk.room.log, row)), indent=1)
    return Response(content, media_type="application/json", headers=headers)


def _proved(log: Log, row: bytes) -> dict[str, object]:
    with log.still():
        mine = [told for told in log.of_member(row) if told.entry is not None]
        entries = [entry(told, log.proof(told.place)) for told in mine]
        return {"checkpoint": str(log.checkpoint()), "keys": [str(key) for key in log.keys.known()], "entries": entries}


def proved_entries(log: Log, row: bytes) -> list[tuple[Told, dict[str, object]]]:
    """Return a member's entries, each with its proof under the checkpoint of now, the newest first."""
    with log.still():
        mine = [told for told in log.of_member(row) if told.entry is not None]
        under = str(log.checkpoint())
        return [(told, {**entry(told, log.proof(told.place)), "checkpoint": under}) for told in reversed(mine)]


def entry(told: Told, path: list[bytes]) -> dict[str, object]:
    """Return an entry as data, with what proves it."""
    assert told.entry is not None, "a forgotten record is not shown"
    says = SAYS[told.entry.kind]
    return {
        "place": told.place,
        "ja": says.ja,
        "en": says.en,
        "record": told.held.record.decode(),
        "salt": told.held.salt.hex(),
        "commitment": told.held.commitment.hex(),
        "path": [step.hex() for step in path],
    }
