"""A laboratory of a few CSV lines, and one condition asked of it."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.loading.preparing import prepare
from noren.audience.language import Condition, parse

PURCHASES = "member,receipt,at,product,quantity,amount\n"
MEMBERS = "member\na\nb\n"
AS_OF = "2017-12-31T23:59:59"


def load(folder: Path, zone: str = "Asia/Tokyo", **files: str) -> Prepared:
    """Prepare CSV texts: ``members`` and ``purchases`` at least; ``lists`` is one list, named so."""
    texts = {"members": MEMBERS, "purchases": PURCHASES} | files
    paths: dict[str, Path] = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8")
    if "lists" in texts:
        (folder / "lists").mkdir()
        (folder / "lists" / "named.txt").write_text(texts["lists"], encoding="utf-8")
        paths["lists"] = folder / "lists"
    return prepare(Inputs(**paths), Path(tempfile.mkdtemp(dir=folder)), ZoneInfo(zone))


def who(prepared: Prepared, text: str, as_of: str = AS_OF, zone: str = "Asia/Tokyo") -> list[str]:
    """Return for whom a condition is true."""
    condition = parse(text)
    assert isinstance(condition, Condition), condition
    at = datetime.fromisoformat(as_of).replace(tzinfo=ZoneInfo(zone))
    moment = Moment((at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), at.date())
    found = evaluate({"one": condition}, prepared, moment)
    return [prepared.names[number] for number in found["one"]]
