"""A ledger side with campaigns and one till, in this process: steps by the inner door, purchases by the till."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import msgspec
from litestar.testing import TestClient

from noren.activity.campaigns import CampaignRow, CampaignState
from noren.campaign.draw import commitment
from noren.campaign.terms import new_share
from noren.doors.inner_door import inner_app
from noren.doors.worker.audiences import audience_handlers
from noren.doors.worker.campaign_figures import campaign_figure_handlers
from noren.doors.worker.campaigns import campaign_handlers
from noren.doors.worker.claims import claim_handlers
from noren.doors.worker.entries import entry_handlers
from noren.doors.worker.turn import Turn
from noren.house.draw_shares import seal_share
from noren.house.home import Home
from noren.house.inner import CallRefused, ZoneDown
from noren.house.keys import open_keys
from noren.house.ledger_worker import worker_room
from noren.house.passes import Porter
from noren.house.statement import StatementRoom, statement_room
from noren.testing.audience_house import AudienceHouse
from noren.testing.campaign_till import PATIENCE_SECONDS, CampaignTill

CONDITION: Final = 'visits(partner = "P1" and category = "COFFEE") >= 2 in last 30 days'
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
{issue}
[caps]
{caps}
[offer]
{offer}
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

    def open(self) -> None:
        """See ``AudienceHouse``: with the campaigns' handlers beside."""
        self.room = worker_room(self.home)
        self.turn = Turn(self.room)
        self._operator = Porter(self.home, open_keys(self.home, "operator"))
        made = (audience_handlers, campaign_handlers, campaign_figure_handlers, entry_handlers, claim_handlers)
        app = inner_app(self.room.porter, [each for make in made for each in make(self.turn)])
        self._client: TestClient[Any] = TestClient(app).__enter__()
        self.till = CampaignTill(self.home)

    def statement(self) -> StatementRoom:
        """Return the statement's room, whose way to the inner door leads here."""
        return replace(statement_room(self.home), asking=StatementsWay(self.home, self._client))

    def file(self, name: str = "fans", **changed: object) -> str:
        """Return a campaign's file, over four weeks from a week ago on."""
        said: dict[str, object] = {
            "id": name, "purpose": "register-coupon", "condition": CONDITION, "draw": "member", "rate": "0.5",
            "holdout": "0.1", "caps": "total = 1000", "issue": "", "offer": 'kind = "amount"\nvalue = 50',
            "slip": "抽選でお届けしています",
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
        """Bring a campaign from its file to the state in which it runs, with its condition at the till."""
        self._good(self.draft(name, **changed))
        self.till.look()
        self._good(self.approve(name, approver="baba", step=1))
        self._good(self.approve(name, approver="chiba", step=2))
        self._good(self.step("start", name))
        self.settle()
        self.till.until(lambda: self.till_looks(name).state is CampaignState.RUNNING)
        return self.row(name)

    def settle(self) -> None:
        """Let the worker bring standings to where they are wanted, as it does in the background."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not (self.room.standings.round() and self.room.standings.caught_up):
            assert time.monotonic() < until, "standings do not come to an end"
            time.sleep(0.01)

    def seed(self, name: str = "fans") -> bytes:
        """Return what a running campaign's draws go by: the till alone knows it."""
        live = self.till.book.at("S1", "P1", self.today.toordinal()).by_name.values()
        return next(each.running.seed for each in live if each.file.id == name)

    def till_looks(self, name: str = "fans") -> CampaignRow:
        """Let the till look at the campaigns once."""
        self.till.look()
        return self.row(name)

    def set(self, row: CampaignRow) -> None:
        """Change a campaign's row."""
        with self.turn, self.room.ledger.batch() as batch:
            batch.set_campaign(row)

    def close(self) -> None:
        """Close the till and the stores."""
        self.till.close()
        super().close()

    def _good(self, answer: tuple[int, Any]) -> None:
        assert answer[0] == 200, answer[1]


class StatementsWay:
    """Fills ``Asking``: the statement's own pass at the inner door of this process. ``down``: nobody answers."""

    def __init__(self, home: Home, client: TestClient[Any]) -> None:
        self._porter, self._client, self.down = Porter(home, open_keys(home, "statement")), client, False

    def call(self, path: str, body: object = None) -> Any:
        """See ``Asking``."""
        if self.down:
            raise ZoneDown("down")
        token = self._porter.make("ledger-worker", path.strip("/").split("/")[0])
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = self._client.post(path, content=msgspec.json.encode(body), headers=headers)
        if not answer.is_success:
            raise CallRefused(answer.status_code, answer.content)
        return answer.json()
