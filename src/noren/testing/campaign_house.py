"""A ledger side with campaigns, in this process: steps by the inner door, and a stand-in for the till's part.

The stand-in does to a campaign's row what a till does (a key, the seed, the reveal), by the same checks, and draws by
``noren.campaign.deciding`` for purchases that a test tells it of.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar.testing import TestClient

from noren.activity.campaigns import CampaignRow, CampaignState
from noren.campaign.committed import StepProof, check
from noren.campaign.draw import commitment, seed_of
from noren.campaign.terms import new_share
from noren.doors.inner_door import inner_app
from noren.doors.worker.audiences import audience_handlers
from noren.doors.worker.campaigns import campaign_handlers
from noren.doors.worker.turn import Turn
from noren.governance.log.keys import read_vkeys
from noren.house.draw_shares import open_share, seal_share
from noren.house.home import Audiences
from noren.house.keys import open_keys
from noren.house.ledger_worker import worker_room
from noren.house.passes import Porter
from noren.kernel.clock import microseconds
from noren.testing.audience_house import AudienceHouse
from noren.testing.databases import EngineName

CONDITION: Final = 'visits(partner = "P1" and category = "COFFEE") >= 2 in last 30 days'
KEY: Final = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
_FILE: Final = """
id = "{id}"
title = {{ ja = "新商品 50円引き", en = "50 yen off something new" }}
channel = "till"
purpose = "{purpose}"
condition = '{condition}'
[issue]
partners = ["P1"]
from = {first}
until = {until}
draw = "{draw}"
rate = "{rate}"
holdout = "{holdout}"
[caps]
{caps}
[offer]
kind = "amount"
value = 50
products = 'category = "COFFEE"'
min_spend = 0
redeem_at = ["P1"]
valid_days = 14
[text]
slip = {{ ja = ["{slip}"], en = ["50 yen off"] }}
"""


class CampaignHouse(AudienceHouse):
    """Use as a context manager."""

    def __enter__(self) -> CampaignHouse:
        super().__enter__()
        return self

    def __init__(self, path: Path, settings: Audiences | None = None, engine: EngineName = "sqlite") -> None:
        super().__init__(path, settings, engine)
        self.seeds: dict[str, bytes] = {}

    def open(self) -> None:
        """See ``AudienceHouse``: with the campaigns' handlers beside."""
        self.room = worker_room(self.home)
        self.turn = Turn(self.room)
        self._operator = Porter(self.home, open_keys(self.home, "operator"))
        app = inner_app(self.room.porter, [*audience_handlers(self.turn), *campaign_handlers(self.turn)])
        self._client: TestClient[Any] = TestClient(app).__enter__()

    def file(self, name: str = "fans", **changed: object) -> str:
        """Return a campaign's file, over four weeks from a week ago on."""
        said: dict[str, object] = {
            "id": name, "purpose": "register-coupon", "condition": CONDITION, "draw": "member", "rate": "0.5",
            "holdout": "0.1", "caps": "total = 1000", "slip": "抽選でお届けしています",
            "first": self.today - timedelta(days=7), "until": self.today + timedelta(days=21),
        }  # fmt: skip
        return _FILE.format(**said | changed)

    def draft(self, name: str = "fans", *, author: str = "aoki", text: str | None = None, **changed: object) -> Any:
        """Draft a campaign as its author's command line does; return (status, answer)."""
        body = {"text": text or self.file(name, **changed), "author": author, **self.share(name, 0)}
        return self.ask("/campaigns/draft", body)[:2]

    def approve(self, name: str = "fans", *, approver: str, step: int) -> Any:
        """Approve a campaign as an approver's command line does."""
        body = {"campaign": name, "approver": approver, "step": step, **self.share(name, step)}
        return self.ask("/campaigns/approve", body)[:2]

    def step(self, step: str, name: str = "fans", by: str = "aoki") -> Any:
        """Start, stop or reveal a campaign."""
        return self.ask(f"/campaigns/{step}", {"campaign": name, "by": by})[:2]

    def share(self, name: str, step: int) -> dict[str, str]:
        """Return a new share's commitment, and the share sealed to the till."""
        share = new_share()
        made = {"share_hash": commitment(share), "sealed": seal_share(self.home, share, name, step)}
        return {field: base64.b64encode(raw).decode() for field, raw in made.items()}

    def row(self, name: str = "fans") -> CampaignRow:
        """Return a campaign's row."""
        return next(row for row in self.room.feed.campaigns() if row.campaign == name)

    def run(self, name: str = "fans", **changed: Any) -> CampaignRow:
        """Bring a campaign from its file to the state in which it runs."""
        for status, said in (
            self.draft(name, **changed),
            *(
                self._till(name) or self.approve(name, approver=each, step=at)
                for at, each in ((1, "baba"), (2, "chiba"))
            ),
            self.step("start", name),
        ):
            assert status == 200, said
        self._till(name)
        return self.row(name)

    def till_looks(self, name: str = "fans") -> CampaignRow:
        """Let the till look at a campaign once."""
        self._till(name)
        return self.row(name)

    def _till(self, name: str) -> None:
        row = self.row(name)
        if row.state is CampaignState.DRAFT and not row.public_key:
            public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            self.set(replace(row, public_key=public, key_version=1))
        elif row.state is CampaignState.STARTING:
            self.seeds[name] = seed_of(self._shares(row))
            self.set(replace(row, state=CampaignState.RUNNING, seed=b"sealed", started=microseconds(self.room.now())))
        elif row.state is CampaignState.REVEALING:
            shares, at = b"".join(self._shares(row)), microseconds(self.room.now())
            self.set(replace(row, state=CampaignState.REVEALED, shares=shares, revealed=at))

    def _shares(self, row: CampaignRow) -> list[bytes]:
        till, keys = open_keys(self.home, "till"), read_vkeys(self.home.log_keys("ledger"))
        shares: list[bytes] = []
        for step in self.room.feed.share_steps(row.number):
            found = check(
                step.proof, keys, campaign=row.campaign, step=step.step, share_hash=step.share_hash, who=step.who
            )
            assert isinstance(found, StepProof), found
            share = open_share(till, step.sealed, row.campaign, step.step)
            assert share is not None, "a share does not open"
            assert commitment(share) == step.share_hash, "a share is not the one that was committed to"
            shares.append(share)
        return shares

    def set(self, row: CampaignRow) -> None:
        """Change a campaign's row."""
        with self.turn, self.room.ledger.batch() as batch:
            batch.set_campaign(row)
