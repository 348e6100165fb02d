"""A programme's ledger side in this process, with invented members who bought things: for tests of audiences.

The real worker's room on real stores in a folder; no process, no socket. Its inner door is called through the
application itself, with the operator's pass.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from litestar.testing import TestClient

from noren.activity.enrolment import Arrival, enrol, set_stops
from noren.activity.model import Stop, Traits
from noren.doors.inner_door import inner_app
from noren.doors.worker.audiences import audience_handlers
from noren.doors.worker.turn import Turn
from noren.governance.model import Shop
from noren.governance.stopping import EVERYTHING, Rule
from noren.house.home import CONFIG, Audiences, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, make_side, open_keys
from noren.house.ledger_worker import WorkerRoom, worker_room
from noren.house.passes import Porter
from noren.register.history import Past, import_purchases
from noren.register.requests import LineRequest, PurchaseRequest
from noren.register.till_keys import card_indexes
from noren.testing.databases import EngineName, provide, settings_on

SHOPS: Final = (("S1", "P1", "grocery"), ("S2", "P2", "pharmacy"))
PRODUCTS: Final = (
    ("4900000000001", "深煎り", "COFFEE", "DRINK", "KISSA", "M1", None),
    ("4900000000002", "牛乳", "MILK", "DRINK", "MAKIBA", "M2", None),
    ("4900000000003", "胃薬", "STOMACH", "DRUG", "KUSURI", "M3", "medicine"),
)
COFFEE, MILK, MEDICINE = (str(row[0]) for row in PRODUCTS)


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase some days ago (0: today), at one shop, of products in some number."""

    days_ago: int
    products: Sequence[str]
    shop: str = "S1"


class AudienceHouse:
    """Use as a context manager."""

    def __init__(self, path: Path, settings: Audiences | None = None, engine: EngineName = "sqlite") -> None:
        path.mkdir(parents=True, exist_ok=True)
        wanted = settings_on(engine, Settings(programme=Programme(kind="sandbox"), audiences=settings or Audiences()))
        (path / CONFIG).write_text(write_settings(wanted), "utf-8")
        self.home = open_home(path)
        for side in SIDES:
            make_side(self.home, side)
        provide(self.home)
        self._receipt = 0
        self.handles: dict[str, bytes] = {}

    def __enter__(self) -> AudienceHouse:
        self.open()
        self._masters()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Open the stores, as the worker's process does when it starts."""
        self.room: WorkerRoom = worker_room(self.home)
        self._operator = Porter(self.home, open_keys(self.home, "operator"))
        app = inner_app(self.room.porter, audience_handlers(Turn(self.room)))
        self._client: TestClient[Any] = TestClient(app).__enter__()

    def close(self) -> None:
        """Close the stores."""
        self._client.__exit__(None, None, None)
        self.room.close()

    def again(self) -> None:
        """Close and open: a restart."""
        self.close()
        self.open()

    @property
    def today(self) -> date:
        """The programme's day."""
        return self.room.today()

    def enrol(self, cards: Mapping[str, Traits]) -> None:
        """Enrol members, each by one card."""
        for card, traits in cards.items():
            found = enrol(self.room.ledger, arrivals=[Arrival((self._indexes(card),), traits)])[0]
            assert found is not None, "an invented card belongs to one member"
            self.handles[card] = found

    def buy(self, bought: Mapping[str, Sequence[Bought]]) -> None:
        """Let members have bought things; the lake has them afterwards."""
        pasts = [self._past(card, each) for card, many in bought.items() for each in many]
        results = import_purchases(self.room.ledger, keys=self.room.receipts, purchases=pasts, received=self.room.now())
        assert all(isinstance(result, str) for result in results), "an invented purchase was refused"
        self.catch_up()

    def stop(self, card: str, rule: Rule = EVERYTHING) -> None:
        """Let a member stop something."""
        since = self.today.isoformat()
        done = set_stops(self.room.ledger, stops=[(self.handles[card], [Stop(rule, since)])])
        assert done, "an invented member is known"

    def catch_up(self) -> None:
        """Bring the lake up to the ledger."""
        self.room.loop.reference_changed()
        self.room.loop.catch_up()

    def ask(self, path: str, body: object) -> tuple[int, Any, bytes]:
        """Call the inner door as the operator; return status, what it said, and its bytes."""
        answer = self._client.post(path, json=body, headers=self.operators_pass(path.strip("/").split("/")[0]))
        return answer.status_code, answer.json(), answer.content

    def operators_pass(self, operation: str) -> dict[str, str]:
        """Return the header by which the operator may call an operation."""
        return {"Authorization": f"Bearer {self._operator.make('ledger-worker', operation)}"}

    def save(self, name: str, text: str, **more: object) -> Any:
        """Save an audience by the inner door."""
        body: dict[str, object] = {
            "name": name, "text": text, "purpose": "register-coupon", "recipient": "P1", "channel": "till",
            "expires": (self.today + timedelta(days=30)).isoformat(), "author": "aoki",
        }  # fmt: skip
        return self.ask("/audiences/save", body | more)[1]

    def count(self, name: str, asker: str = "aoki", **more: object) -> Any:
        """Count an audience by the inner door."""
        return self.ask("/audiences/count", {"name": name, "asker": asker, **more})[1]

    def _masters(self) -> None:
        with self.room.ledger.batch() as batch:
            batch.put_products(PRODUCTS)
        shops = [Shop(shop, partner, shop, industry, None, None, False) for shop, partner, industry in SHOPS]
        self.room.directory.put_shops(shops, today=self.today)
        self.catch_up()

    def _indexes(self, card: str) -> list[bytes]:
        return card_indexes(self.room.receipts.card_index, card)

    def _past(self, card: str, bought: Bought) -> Past:
        self._receipt += 1
        day = self.today - timedelta(days=bought.days_ago)
        at = datetime.combine(day, time(9, self._receipt % 60), self.home.zone)
        lines = [LineRequest(product, 1, 100) for product in bought.products]
        partner = next(partner for shop, partner, _ in SHOPS if shop == bought.shop)
        request = PurchaseRequest(f"{self._receipt:06d}", day, at, card, lines, 100 * len(lines))
        return Past(bought.shop, "T1", partner, request)


def cards(count: int, seed: int) -> list[str]:
    """Return invented cards."""
    drawn = random.Random(seed)
    return [f"2980{drawn.randrange(10**12):012d}" for _ in range(count)]


def grown_up(number: int, **more: Any) -> Traits:
    """Return the traits of an invented adult."""
    sex = ("female", "male")[number % 2]
    fixed: dict[str, Any] = {
        "sex": sex, "age_band": 30, "age_band_year": 2026, "birth_month": 5, "prefecture": "13", "postal3": "100",
        "since": "2020-04", "email_ok": number % 3 > 0, "post_ok": number % 4 > 0,
    }  # fmt: skip
    return Traits(**fixed | more)
