"""Writes what noren stores, of every column of every store: the item, the purposes, how long, how joins are deleted.

.venv/bin/python -m tools.data_map      writes docs/reference/data.md and src/noren/governance/data-map.json

`noren notice data` and the public page read the second; a test fails when either is stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from noren.activity import retention as activity
from noren.activity import stored as ledger
from noren.audience import retention as audiences
from noren.audience import stored as audience
from noren.audience.standings import retention as standings
from noren.governance import retention as governance
from noren.governance import stored as own
from noren.governance.columns import Stored, StoreMap
from noren.governance.purposes import ITEMS
from noren.identity import retention as identity
from noren.identity import stored as vault
from noren.kernel.say import Say
from noren.provision import retention as provided
from noren.provision import stored as provision

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reference" / "data.md"
FILE: Final = ROOT / "src" / "noren" / "governance" / "data-map.json"
_LEDGER, _AUDIENCE = "src/noren/activity/stored.py", "src/noren/audience/stored.py"
_OWN = "src/noren/governance/stored.py"
MAPS: Final = (
    StoreMap(
        "vault", Say("会員情報庫", "the vault"), "identity", "src/noren/identity/stored.py", vault.VAULT,
        identity.TERMS, vault.LINKS,
    ),
    StoreMap(
        "ledger", Say("取引台帳", "the ledger"), "ledger", _LEDGER, ledger.LEDGER, activity.LEDGER_TERMS,
        ledger.LEDGER_LINKS,
    ),
    StoreMap("lake", Say("履歴", "the lake"), "ledger", _LEDGER, ledger.LAKE, activity.LAKE_TERMS, ledger.LAKE_LINKS),
    StoreMap(
        "audiences", Say("対象者の定義", "audiences"), "ledger", _AUDIENCE, audience.AUDIENCES, audiences.TERMS,
        audience.AUDIENCE_LINKS,
    ),
    StoreMap(
        "standings", Say("レジでの状態", "standings at the till"), "ledger", _AUDIENCE, audience.STANDINGS,
        standings.TERMS, audience.STANDING_LINKS,
    ),
    StoreMap(
        "directory", Say("会社・店舗・契約・端末", "companies, shops, agreements, terminals"), "ledger", _OWN,
        own.DIRECTORY, governance.DIRECTORY_TERMS,
    ),
    StoreMap(
        "documents", Say("文書の台帳", "the register of documents"), "neither", _OWN, own.DOCUMENTS,
        governance.DOCUMENT_TERMS,
    ),
    StoreMap(
        "copies", Say("複製台帳(側ごと)", "the census of copies, one a side"), "each", _OWN, own.COPIES,
        governance.COPY_TERMS, own.COPY_LINKS,
    ),
    StoreMap(
        "cases", Say("事案と照会", "incidents and legal requests"), "neither", _OWN, own.CASES, governance.CASE_TERMS,
    ),
    StoreMap(
        "staff", Say("担当者", "staff accounts"), "neither", _OWN, own.STAFF, governance.STAFF_TERMS,
    ),
    StoreMap(
        "provision", Say("提供記録", "the records of provision"), "ledger", "src/noren/provision/stored.py",
        provision.PROVISION, provided.TERMS, provision.PROVISION_LINKS,
    ),
)  # fmt: skip
_HEAD = """# What noren stores / 保存するもの

<!-- Made by `python -m tools.data_map`; do not edit. -->

Every column of every store: which item of data it holds, for which purposes, how long, and, where it joins rows or
zones, how that join is deleted. A build fails when a column is not accounted for (`tests/walls/test_every_column.py`).
Purposes: `noren purpose list`. The same as JSON: `noren notice data --json`.

すべてのストアのすべての列について、どのデータ項目を、どの利用目的のために、いつまで持つか、行や区画をつなぐ列ではそのつながりを
どう消すかを示します。これらのない列があると、ビルドが失敗します。
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(line for store in MAPS for line in _of_store(store))]).rstrip() + "\n"


def _of_store(store: StoreMap) -> Iterator[str]:
    yield f"## {store.name.en} / {store.name.ja}\n"
    yield f"Side: {store.side}.\n"
    for table, columns in store.columns.items():
        yield f"### `{store.store}.{table}`\n"
        yield "| column | item | purposes | how long | link |"
        yield "|---|---|---|---|---|"
        yield from _rows(store, table, columns)
        yield ""


def _rows(store: StoreMap, table: str, columns: Mapping[str, Stored]) -> Iterator[str]:
    for (held, term), names in _alike(store, table, columns).items():
        said = ITEMS[held.item].name
        link = "" if held.link is None else f"{held.link.en} / {held.link.ja}"
        cells = (
            " ".join(f"`{name}`" for name in names),
            f"{said.en} / {said.ja}",
            ", ".join(held.purposes),
            f"{term.en} / {term.ja}",
            link,
        )
        yield f"| {' | '.join(cells)} |"


def _alike(store: StoreMap, table: str, columns: Mapping[str, Stored]) -> dict[tuple[Stored, Say], list[str]]:
    """Return the columns that hold the same for as long, together."""
    out: dict[tuple[Stored, Say], list[str]] = {}
    for name, held in columns.items():
        out.setdefault((held, store.terms[table][name]), []).append(name)
    return out


def data_map() -> bytes:
    """Return the map as JSON, in one settled order."""
    stores = [
        {
            "store": store.store,
            "name": store.name,
            "side": store.side,
            "held": [
                {
                    "table": table,
                    "columns": names,
                    "item": held.item,
                    "purposes": held.purposes,
                    "retention": term,
                    "link": held.link,
                }
                for table, columns in store.columns.items()
                for (held, term), names in _alike(store, table, columns).items()
            ],
        }
        for store in MAPS
    ]
    items = [{"id": item.id, "name": item.name, "tells": item.tells.value} for item in ITEMS.values()]
    return msgspec.json.format(msgspec.json.encode({"items": items, "stores": stores}), indent=1) + b"\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    FILE.write_bytes(data_map())
