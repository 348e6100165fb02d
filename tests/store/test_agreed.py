"""Who agreed to a provision crosses sealed: the operator can neither read, make, keep nor turn it to something else."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noren.house.consents import GOOD_FOR, open_consents, seal_consents
from noren.house.home import Home, Settings
from noren.house.keys import SIDES, ZoneKeys, make_side, open_keys
from noren.kernel.ids import LINK_TOKEN_BYTES, LinkToken

AT = datetime(2026, 11, 26, 3, tzinfo=UTC)
TOKENS = [LinkToken(bytes([number]) * LINK_TOKEN_BYTES) for number in range(3)]
TEXTS = ["consent-1", "consent-2"]


@dataclass
class Ends:
    home: Home
    vault: ZoneKeys
    worker: ZoneKeys

    def sealed(self) -> str:
        return seal_consents(self.home, self.vault, TOKENS, recipient="P1", texts=TEXTS, at=AT)

    def opened(self, sealed: str, recipient: str = "P1", texts: list[str] = TEXTS, at: datetime = AT) -> object:
        return open_consents(self.home, self.worker, sealed, recipient=recipient, texts=texts, at=at)


@pytest.fixture
def ends(tmp_path: Path) -> Ends:
    home = Home(tmp_path, Settings())
    for side in SIDES:
        make_side(home, side)
    return Ends(home, open_keys(home, "vault"), open_keys(home, "ledger-worker"))


def test_it_opens_at_the_ledger_worker_alone_and_shows_nothing_on_the_way(ends: Ends) -> None:
    sealed = ends.sealed()
    assert ends.opened(sealed) == TOKENS
    assert ends.opened(sealed, texts=TEXTS[::-1], at=AT + GOOD_FOR) == TOKENS
    carried = base64.b64decode(sealed)
    assert not any(token.reveal() in carried for token in TOKENS)
    assert not any(word in carried for word in (*map(str.encode, TEXTS), b"recipient"))
    other = open_keys(ends.home, "till")
    assert open_consents(ends.home, other, sealed, recipient="P1", texts=TEXTS, at=AT) is None


def test_it_can_not_be_kept_turned_or_made(ends: Ends) -> None:
    sealed = ends.sealed()
    changed = bytearray(base64.b64decode(sealed))
    changed[-1] ^= 1
    own = seal_consents(ends.home, ends.worker, TOKENS, recipient="P1", texts=TEXTS, at=AT)
    assert [
        ends.opened(sealed, at=AT + GOOD_FOR + timedelta(seconds=1)),
        ends.opened(sealed, at=AT - timedelta(seconds=1)),
        ends.opened(sealed, recipient="P2"),
        ends.opened(sealed, texts=TEXTS[:1]),
        ends.opened(base64.b64encode(changed).decode()),
        ends.opened(own),
        ends.opened(""),
        ends.opened("no word"),
    ] == [None] * 8
