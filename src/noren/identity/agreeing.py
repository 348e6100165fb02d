"""Who agreed to be provided to a company: told to the ledger side as link tokens, shuffled, and to nobody else."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from noren.identity.choices import Choices
from noren.identity.members import open_members
from noren.identity.model import Standing
from noren.identity.vault import Vault
from noren.kernel.ids import LinkToken

PAGE_ROWS: Final = 1_000


def agreed_tokens(vault: Vault, *, recipient: str, texts: Collection[str]) -> list[LinkToken]:
    """Return the link tokens of members whose consent to one of these texts, for this recipient, stands now."""
    tokens: list[LinkToken] = []
    after = b""
    while True:
        with vault.store.reading() as batch:
            rows = batch.all_rows(after, PAGE_ROWS)
            members = open_members(vault, batch, rows)
        for member in members.values():
            here = member.at_rest.standing is Standing.HERE
            if here and member.link_token is not None and _agreed(member.choices, recipient, texts):
                tokens.append(member.link_token)
        if len(rows) < PAGE_ROWS:
            vault.chance.shuffle(tokens)
            return tokens
        after = rows[-1]


def _agreed(choices: Choices, recipient: str, texts: Collection[str]) -> bool:
    return any(
        (each.kind, each.recipient, each.withdrawn_at) == ("third-party", recipient, "") and each.text_version in texts
        for each in choices.consents
    )
