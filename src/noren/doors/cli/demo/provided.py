"""The demo's provisions: a group company gets its extract twice; of the first it has attested the deletion.

Plays the company too: its key is made in ``demo-recipient/`` beside the home's stores, as on a machine of its own.
Done once in a home's life.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from noren.doors.cli.demo.errors import StockRefused
from noren.doors.cli.demo.staff import OFFICER
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.providing import fate_of
from noren.kernel.clock import local_date
from noren.kernel.say import Say
from noren.provision.attesting import attest
from noren.provision.envelope import RecipientSecret

RECIPIENT: Final = "NT"
FLOW: Final = "travel-offers"
_KEPT_DAYS: Final = 14
_WINDOW: Final = timedelta(days=30)
_FOLDER: Final = "demo-recipient"


def bring_provisions(stage: Stage, last: date) -> None:
    """Provide twice, unless it was done: the first is opened, deleted and attested, the second stays with the company.

    Raises:
        StockRefused: the desk or the ledger-worker refuses.
    """
    if stage.worker.call("/provide/list", {})["records"]:
        return
    folder = stage.home.path / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    secret = _publish_key(stage, folder / f"{RECIPIENT}.key")
    first = _provide(stage, last, folder / f"{FLOW}-1.sealed")
    (folder / f"{FLOW}-1.sealed").unlink()
    today = local_date(datetime.now(UTC), stage.home.zone)
    word = attest(secret, run=first["run"], recipient=RECIPIENT, deleted_on=today)
    _ask(stage, "/provide/attest", {"word": word})
    _provide(stage, last, folder / f"{FLOW}-2.sealed")


def in_words(stage: Stage) -> Iterator[Say]:
    """Yield each provision in a line."""
    for each in stage.worker.call("/provide/list", {})["records"]:
        members, fate = each["members"] or 0, fate_of(each)
        yield Say(
            f"  {each['flow']} → {each['recipient_name']}: {members:,}人分、{fate.ja}",
            f"  {each['flow']} → {each['recipient']}: {members:,} members, {fate.en}",
        )


def _publish_key(stage: Stage, path: Path) -> RecipientSecret:
    """Make the company's key where there is none, and announce its public half with the company."""
    if path.exists():
        secret = RecipientSecret.from_text(path.read_text("ascii"))
        assert secret is not None, "the demo's own key is one"
    else:
        secret = RecipientSecret.fresh()
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w") as file:
            file.write(secret.text())
    documents: list[dict[str, Any]] = stage.desk.call("/register", method="GET")["documents"]
    party = max((each for each in documents if each["id"] == RECIPIENT), key=lambda each: each["version"])["body"]
    if party.get("public_key") != secret.public().text():
        body = party | {"public_key": secret.public().text()}
        answer: Any = stage.desk.call("/announce", {"papers": [{"kind": "party", "id": RECIPIENT, "body": body}]})
        for each in answer["refused"]:
            raise StockRefused(each["says"]["ja"], each["says"]["en"])
    return secret


def _provide(stage: Stage, last: date, out: Path) -> dict[str, Any]:
    first = last - _WINDOW
    window = {"first": first.isoformat(), "last": last.isoformat(), "days": _KEPT_DAYS}
    record = _ask(stage, "/provide/run", {"flow": FLOW, **window, "owner": OFFICER})
    out.write_bytes(b"".join(stage.worker.stream("/provide/take", {"run": record["run"]})))
    _ask(stage, "/provide/given", {"run": record["run"]})
    return record


def _ask(stage: Stage, path: str, body: dict[str, Any]) -> dict[str, Any]:
    from noren.house.inner import CallRefused

    try:
        return stage.worker.call(path, body)
    except CallRefused as wrong:
        said: dict[str, Any] = msgspec.json.decode(wrong.body)
        says = said.get("says", (str(wrong), str(wrong)))
        raise StockRefused(*says) from None
