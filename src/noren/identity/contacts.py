"""The drawer: address, phone and e-mail of members, sealed in a table of their own.

Who imports this module can open the drawer, so import-linter allows three openers and no
more: the vault (enrolment, the member's own data), the counter, and the press. The
operations of this context reach it only through the port that the wiring fills. The store
hands out sealed rows; the drawer holds no key: a member's key is handed in for each opening.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from noren.identity.model import CONTACT_FIELDS, Contact, ContactRow
from noren.identity.ports import VaultBatch
from noren.identity.sealed import open_fields, seal_fields
from noren.kernel.keyring import KeyRing

TABLE: Final = "contact"


class Drawer:
    """`ports.ContactDrawer`."""

    def open(self, batch: VaultBatch, keys: Mapping[bytes, KeyRing]) -> dict[bytes, Contact]:
        """Return the contacts of the members whose keys are given."""
        return {
            row: Contact(**open_fields(keys[row], found.sealed, table=TABLE, row=row))
            for row, found in batch.contacts(keys).items()
        }

    def put(self, batch: VaultBatch, contacts: Mapping[bytes, Contact], keys: Mapping[bytes, KeyRing]) -> None:
        """Write contacts whole, new or known."""
        batch.put_contacts(
            [
                ContactRow(
                    row,
                    seal_fields(
                        keys[row], {name: getattr(contact, name) for name in CONTACT_FIELDS}, table=TABLE, row=row
                    ),
                )
                for row, contact in contacts.items()
            ]
        )
