"""Records of provision of somebody who was erased: what leads to them, for who shows the member number.

There is no member any more, so no request lies under her key: what stays of it is its count, and an entry of the log
that says who asked and how it was made sure that it is she. Neither says which number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from noren.governance.ports import Entry, EntryKind
from noren.identity.model import Refused
from noren.identity.ports import Provided
from noren.identity.requests import Checked, RequestKind, State
from noren.identity.vault import Vault
from noren.kernel.ids import MemberNumber
from noren.kernel.say import Say

ABOUT: Final = "provision-records"
NOTHING_KEPT: Final = Refused(
    Say(
        "この会員番号で、消去の後も残っている提供記録はありません。会員でいる方の分は noren member export です。",
        "No record of provision is kept beyond an erasure under this member number. Of who is a member: "
        "noren member export.",
    )
)


def provided_of(vault: Vault, *, number: MemberNumber, by: str, checked: Checked) -> Sequence[Provided] | Refused:
    """Return the ledger side's tags for a member number; the asking is counted and logged, found or not."""
    today = vault.today()
    found = [] if vault.statutory is None else vault.statutory.provided(number.reveal(), today)
    with vault.writing, vault.store.batch() as batch:
        batch.count_request(today.year, RequestKind.PROVISION_RECORDS, "received")
        batch.count_request(today.year, RequestKind.PROVISION_RECORDS, State.ANSWERED)
    if vault.journal is not None:
        facts = {"by": by, "about": ABOUT, "checked": checked.value}
        vault.journal.append([Entry(EntryKind.LOOK, vault.clock.now(), facts)])
    return found or NOTHING_KEPT
