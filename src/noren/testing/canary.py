"""A canary member: unique strings in every field, taken through every feature, and all the bytes that are hers.

The needles are gathered from the open stores before she is erased: what a person could write of her, and what the
stores made of her (handle, link token, draw number, indexes of her cards, hashes of her receipts, names of her
purchases, her rows in the vault, the name under which the kept history knows her).
"""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import httpx
import msgspec

from noren.house.home import Home
from noren.house.keys import ZoneKeys, open_keys
from noren.house.providing import pseudonym_of
from noren.identity.sealed import Indexes, Owners
from noren.kernel.ids import CardNumber, Handle, MemberNumber
from noren.kernel.sealing import make_link_token
from noren.register.codes import make_code
from noren.register.names import name_purchase
from noren.register.till_keys import card_indexes
from noren.testing import canary_campaigns as campaigns
from noren.testing.member_visit import MemberVisit

Zone = Literal["vault", "ledger-worker"]
Ask = Callable[[Zone, str, object], Any]
Needle = str | bytes
CONDITION: Final = 'visits(partner = "P1") >= 1'
OFFICER: Final = "hoshino"
_REACHED: Final = "reached.json"
_OK: Final = 200
_SEE_OTHER: Final = 303


@dataclass(slots=True)
class Canary:
    """One invented member and what is hers. ``till``: the till door's address; ``key``: a terminal's.

    ``flow``: a flow of the home by which her purchases are provided, to ``recipient``, into the file ``extract``.
    ``place``: shop and terminal whose key it is.
    """

    home: Home
    ask: Ask
    till: str
    key: str
    flow: str = ""
    recipient: str = ""
    extract: Path | None = None
    place: tuple[str, str] = ("S1", "T1")
    tag: str = field(default_factory=lambda: secrets.token_hex(5))
    cards: list[str] = field(default_factory=list[str])
    products: list[str] = field(default_factory=list[str])
    receipts: list[str] = field(default_factory=list[str])
    words: list[str] = field(default_factory=list[str])
    """What she wrote herself, and what was written of her: requests, answers, values before and after a correction."""

    @property
    def number(self) -> str:
        """Her member number."""
        return f"CANARY-{self.tag}"

    @property
    def card(self) -> str:
        """The card that she uses."""
        return self.cards[-1]

    def live(self) -> None:
        """Go through every feature that there is for a member."""
        self._enrol()
        self._choose()
        self._bring_over()
        reaches = self._reach_tier()
        self._take_part()
        self._buy()
        self._change_cards()
        self._merge()
        self._count()
        self._claim()
        if reaches:
            campaigns.wait_for_tier(self.home, _handles(self.home, open_keys(self.home, "ledger-worker"), self.cards))
        if self.flow:
            self._agree()
            self._provide()

    def needles(self) -> list[Needle]:
        """Return all that must be nowhere once she is erased; to be asked before."""
        return [*self._written(), *self._made()]

    def _written(self) -> Iterator[str]:
        yield from (self.number, f"{self.number}-B", *self.cards, *self.products, *self.receipts, *self.words)
        yield from _fields(self.tag).values()

    def _made(self) -> Iterator[bytes | str]:
        worker, vault = open_keys(self.home, "ledger-worker"), open_keys(self.home, "vault")
        handles = _handles(self.home, worker, self.cards)
        assert handles, "the canary stands in no ledger"
        with sqlite3.connect(f"file:{self.home.ledger_db}?mode=ro", uri=True) as ledger:
            for handle in handles:
                yield handle
                yield make_link_token(worker.ring("link"), Handle(handle)).reveal()
                yield from _of_ledger(ledger, handle, worker)
                if self.flow:
                    yield self.pseudonym(handle)
        yield from self._of_vault(vault)
        yield from _of_history(self.home, handles)

    def _of_vault(self, keys: ZoneKeys) -> Iterator[bytes]:
        indexes, owners = Indexes(keys.ring("vault-index")), Owners(keys.ring("member-wrap"))
        with sqlite3.connect(f"file:{self.home.vault_db}?mode=ro", uri=True) as vault:
            for number in self.cards:
                index = indexes.card(CardNumber(number))
                row, sealed = vault.execute("SELECT row, member FROM card WHERE card_index = ?", (index,)).fetchone()
                yield from (index, row, owners.member_of(row, sealed))
        yield indexes.member_number(MemberNumber(self.number))

    def pseudonym(self, handle: bytes) -> str:
        """Return the name under which the recipient knows her."""
        return pseudonym_of(open_keys(self.home, "ledger-worker").ring("recipient-pseudonym"), self.recipient, handle)

    def pseudonyms(self) -> list[str]:
        """Return the names under which the recipient knows her and whoever was merged into her."""
        handles = _handles(self.home, open_keys(self.home, "ledger-worker"), self.cards)
        return [self.pseudonym(handle) for handle in handles]

    def _agree(self) -> None:
        """Agree to be provided to a company, and take it back: the evidence of both stays until she is erased."""
        consent = {"card": self.card, "kind": "third-party", "recipient": "CJ", "text_version": "partner-consent-1"}
        self.ask("vault", "/choices/consent", consent)
        self.ask("vault", "/choices/withdraw", {**consent, "text_version": ""})

    def _provide(self) -> None:
        """Let her purchases go to a company, as the operator's command does it."""
        assert self.extract is not None, "an extract needs a place"
        today = datetime.now(self.home.zone).date().isoformat()
        command = [sys.executable, "-m", "noren.doors.cli.main", "provide", self.flow, "--home", str(self.home.path)]
        command += ["--from", today, "--until", today, "--out", str(self.extract), "--owner", "canary", "--yes"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def _enrol(self) -> None:
        self.cards.append(_a_card())
        row = {"member_number": self.number, "card": self.card, "sex": "female", "birth_date": "1984-02-03"}
        row |= {
            "prefecture": "東京都",
            "postal_code": "1500001",
            "email_ok": True,
            "post_ok": True,
            **_fields(self.tag),
        }
        results = self.ask("vault", "/enrol", {"members": [row]})["results"]
        assert results == ["added"], results

    def _choose(self) -> None:
        self.ask("vault", "/choices/password", {"member_number": self.number, "password": f"pass-{self.tag}"})
        consent = {"member_number": self.number, "kind": "email", "given_at": "2024-04-01", "text_version": "v1"}
        self.ask("vault", "/choices/consents", {"rows": [consent]})
        wishes = ("stop", "recipient=P9"), ("points-only", "on"), ("points-only", "off"), ("auto-delete", "36")
        for what, value in wishes:
            self.ask("vault", "/choices/decide", {"card": self.card, "wishes": [{"what": what, "value": value}]})

    def _bring_over(self) -> None:
        today = datetime.now(self.home.zone).date()
        soon = (today + timedelta(days=30)).isoformat()
        lots = [
            {"card": self.card, "points": 777, "earned": today.isoformat(), "company": "P1"},
            {"card": self.card, "points": 55, "earned": today.isoformat(), "expires": soon},
        ]
        self.ask("ledger-worker", "/cutover/lots", {"rows": lots})
        coupon = {
            "coupon": f"CANARY{self.tag[:6].upper()}",
            "card": self.card,
            "title_ja": "珈琲10円引き",
            "discount": 10,
        }
        coupon |= {"valid_from": today.isoformat(), "valid_until": soon}
        self.ask("ledger-worker", "/cutover/coupons", {"rows": [coupon]})

    def _reach_tier(self) -> bool:
        """Have spent enough last month for a tier; False: rules stand already, and looked at it before she came."""
        day = campaigns.month_before(datetime.now(self.home.zone).date())
        shop, terminal = self.place
        self.products.append(f"canary{secrets.token_hex(6)}")
        self.receipts.append(f"CANARY-{secrets.token_hex(6)}")
        past: dict[str, Any] = {
            "shop": shop,
            "terminal": terminal,
            "business_date": day.isoformat(),
            "receipt": self.receipts[-1],
        }
        past |= {"card": self.card, "at": f"{day.isoformat()}T12:00:00+09:00"}
        past["lines"] = [{"product": self.products[-1], "quantity": 1, "amount": 9_000}]
        results = self.ask("ledger-worker", "/purchases/import", {"purchases": [past]})["results"]
        assert results == ["imported"], results
        return campaigns.publish_rules(campaigns.Side(self.home, self.ask))

    def _take_part(self) -> None:
        """Be given a slip, and one more for having entered; claim the first, use the other."""
        names = campaigns.begin(campaigns.Side(self.home, self.ask), self.tag)
        visit = MemberVisit(self, self.number, f"pass-{self.tag}")
        visit.enter()
        campaigns.enter(visit, names[1])
        visit.close()
        first, other = campaigns.slips_of(self.buy(640), names)
        shop, terminal = self.place
        receipt = {"shop": shop, "terminal": terminal, "business_date": self._now()[:10], "receipt": self.receipts[-1]}
        claimed = self.ask("ledger-worker", "/claims", {**receipt, "card": self.card})["slips"]
        assert first in [each["effect"] for each in claimed], "the very same slip"
        self.buy(410, coupons=[other["barcode"]["value"]])
        self.words += [each for slip in (first, other) for each in campaigns.needles_of(slip)]

    def _buy(self) -> None:
        name = self.buy(900)["purchase"]
        self.buy(500, points_used=20)
        self.buy(400, coupons=[f"CANARY{self.tag[:6].upper()}"])
        back = {"return": f"R-{self.tag}", "lines": [{"line": 0, "quantity": 1, "amount": 900}]}
        self._post(f"/v1/purchases/{name}/returns", back)
        self.buy(300, card=self._code())

    def buy(self, amount: int, *, card: str = "", **more: object) -> Any:
        """Buy one thing of hers; return the till's answer."""
        self.products.append(f"canary{secrets.token_hex(6)}")
        self.receipts.append(f"CANARY-{secrets.token_hex(6)}")
        line = {"product": self.products[-1], "quantity": 1, "amount": amount}
        body = {"receipt": self.receipts[-1], "business_date": self._now()[:10], "at": self._now()}
        body |= {"card": card or self.card, "lines": [line], "amount": amount, **more}
        return self._post("/v1/purchases", body)

    def _code(self) -> str:
        worker, statement = open_keys(self.home, "ledger-worker"), open_keys(self.home, "statement")
        (handle,) = _handles(self.home, worker, [self.card])
        return make_code(statement.ring("one-time-code"), Handle(handle), datetime.now(self.home.zone))

    def _change_cards(self) -> None:
        fresh, spare = _a_card(), _a_card()
        self.ask("vault", "/cards/add", {"rows": [{"card": spare, "member_number": self.number}]})
        self.ask("vault", "/cards/state", {"card": spare, "state": "lost"})
        self.ask("vault", "/cards/reissue", {"card": self.card, "new_card": fresh})
        self.cards += [spare, fresh]
        self.buy(250)

    def _merge(self) -> None:
        other, number = _a_card(), f"{self.number}-B"
        self.ask(
            "vault",
            "/enrol",
            {"members": [{"member_number": number, "card": other, "given_name": f"二重{_word(int(self.tag, 16))}"}]},
        )
        self.buy(120, card=other)
        self.ask("vault", "/cards/merge", {"member_number": number, "into": self.number})
        self.cards.insert(0, other)

    def _count(self) -> None:
        """Let audiences, standings and the kept history know of her: live conditions at tills, and a count."""
        until = (datetime.now(self.home.zone).date() + timedelta(days=30)).isoformat()
        guards = {"purpose": "register-coupon", "recipient": "P1", "expires": until, "minimum": 50, "author": "aoki"}
        for name, channel in ((f"canary-till-{self.tag}", "till"), (f"canary-mail-{self.tag}", "email")):
            self.ask(
                "ledger-worker", "/audiences/save", {"name": name, "text": CONDITION, "channel": channel, **guards}
            )
            self.ask("ledger-worker", "/audiences/approve", {"name": name, "approver": "ito"})
        self.ask("ledger-worker", "/audiences/count", {"name": f"canary-mail-{self.tag}", "asker": "aoki"})
        self.ask("ledger-worker", "/audiences/commit", {"name": f"canary-mail-{self.tag}"})
        self._wait_for_standing()

    def _wait_for_standing(self) -> None:
        worker, until = open_keys(self.home, "ledger-worker"), time.monotonic() + 180
        handles = _handles(self.home, worker, [self.card])
        while time.monotonic() < until:
            with sqlite3.connect(f"file:{self.home.standings_db}?mode=ro", uri=True) as file:
                if file.execute("SELECT 1 FROM standing WHERE handle = ?", (handles[0],)).fetchall():
                    return
            time.sleep(0.3)
        raise AssertionError("no standing was kept of the canary")

    def _claim(self) -> None:
        """Make use of every right: ask with words, be refused with words, be corrected, be given all by both ways."""
        word, number = _word(int(self.tag, 16) // 11), self.number
        password = f"pass-{self.tag}"
        visit = MemberVisit(self, number, password)
        visit.enter()
        asked = self._worded(f"住所を訂正してください{word}甲")
        assert visit.ask("vault", "/rights/requests", kind="correction", said=asked).status_code == _SEE_OTHER
        fresh = {"street": self._worded(f"架空町改{self.tag}番地"), "family_name": self._worded(f"金糸雀改{word}")}
        self.ask("vault", "/rights/correct", {"card": self.card, "who": OFFICER, "values": fresh})
        mine = {"street": self._worded(f"架空町再改{self.tag}番地"), "phone": f"080{int(self.tag, 16) % 10**8:08}"}
        assert visit.ask("vault", "/rights/corrections", **mine).status_code == _SEE_OTHER
        taken = {"card": self.card, "kind": "cease-use", "checked": "document", "who": OFFICER}
        request = self.ask("vault", "/rights/add", {**taken, "said": self._worded(f"利用を止めてください{word}乙")})[
            "id"
        ]
        reason = self._worded(f"お断りの理由{word}丙")
        self.ask("vault", "/rights/answer", {"request": request, "refused": True, "who": OFFICER, "reason": reason})
        self.ask("vault", "/rights/look", {"card": self.card, "who": OFFICER})
        for door in ("vault", "statement"):
            assert visit.ask(door, "/disclosure").status_code == _OK
        self._export(visit, taken)
        self._forget(visit)
        visit.close()

    def _export(self, visit: MemberVisit, taken: dict[str, str]) -> None:
        """Let staff carry her two documents, and ask for their codes: copies on a lease stay on either side."""
        self.ask("vault", "/rights/add", {**taken, "kind": "disclosure"})
        with tempfile.TemporaryDirectory() as out:
            command = [sys.executable, "-m", "noren.doors.cli.main", "member", "export", "-", "--out", f"{out}/files"]
            command += ["--who", OFFICER, "--json", "--home", str(self.home.path)]
            done = subprocess.run(command, input=self.card, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        number = msgspec.json.decode(done.stdout)["number"]
        for door, path in (("vault", "/rights/code"), ("statement", "/disclosure/code")):
            assert 'class="code"' in visit.ask(door, path, number=number).text
        self.words.append(number)

    def _forget(self, visit: MemberVisit) -> None:
        """Ask for one purchase not to be kept; it waits when she is erased."""
        name = self.buy(180)["purchase"]
        assert visit.ask("statement", "/forget/ask", purchase=name, line="").status_code == _SEE_OTHER

    def _worded(self, words: str) -> str:
        self.words.append(words)
        return words

    def _now(self) -> str:
        return datetime.now(self.home.zone).replace(microsecond=0).isoformat()

    def _post(self, path: str, body: object) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.post(f"{self.till}{path}", json=body, headers=headers, timeout=30, trust_env=False)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


def _fields(tag: str) -> dict[str, str]:
    """Return her own words for every field that takes any."""
    number = int(tag, 16)
    return {
        "family_name": f"金糸雀{_word(number)}",
        "given_name": f"鳥子{_word(number // 3)}",
        "family_kana": f"カナリア{_kana(number)}",
        "given_kana": f"トリコ{_kana(number // 7)}",
        "city": f"架空市{tag}",
        "street": f"架空町{tag}番地",
        "phone": f"090{number % 10**8:08}",
        "email": f"canary.{tag}@example.jp",
    }


def _word(number: int) -> str:
    signs = "春夏秋冬東西南北山川海空花鳥風月雪雨"
    return "".join(signs[number // 18**place % 18] for place in range(8))


def _kana(number: int) -> str:
    signs = "アイウエオカキクケコサシスセソタチツテト"
    return "".join(signs[number // 20**place % 20] for place in range(8))


def _a_card() -> str:
    return f"2981{secrets.randbelow(10**12):012}"


def _handles(home: Home, keys: ZoneKeys, cards: list[str]) -> list[bytes]:
    """Return the handles of cards and of whoever was merged into them."""
    with sqlite3.connect(f"file:{home.ledger_db}?mode=ro", uri=True) as ledger:
        found: list[bytes] = []
        for card in cards:
            for index in card_indexes(keys.ring("card-index"), card):
                found += [row[0] for row in ledger.execute("SELECT handle FROM card WHERE card_index = ?", (index,))]
        for handle in found:
            found += [row[0] for row in ledger.execute("SELECT source FROM merge WHERE target = ?", (handle,))]
    return list(dict.fromkeys(found))


def _of_ledger(ledger: sqlite3.Connection, handle: bytes, keys: ZoneKeys) -> Iterator[bytes | str]:
    """Yield what the ledger made of her: every value of bytes in her rows, and the outer names of her purchases."""
    entries = [row[0] for row in ledger.execute("SELECT entry FROM purchase WHERE handle = ?", (handle,))]
    yield from (name_purchase(keys.ring("purchase-id"), entry) for entry in entries)
    hers = ("profile", "draw_number"), ("card", "card_index"), ("coupon", "coupon")
    for table, column in hers:
        yield from _column(ledger, f"SELECT {column} FROM {table} WHERE handle = ?", handle)  # noqa: S608 - our names
    for entry in entries:
        yield from campaigns.of_draws(ledger, entry)
        yield from _column(ledger, "SELECT hash FROM purchase WHERE entry = ?", entry)
        yield from _column(ledger, "SELECT body_hash FROM purchase WHERE entry = ?", entry)
        yield from _column(ledger, "SELECT body_hash FROM goods_return WHERE purchase = ?", entry)
        yield from _column(ledger, "SELECT hash FROM used_code WHERE entry = ?", entry)
    openings = "SELECT natural_key FROM opening WHERE entry IN (SELECT entry FROM posting WHERE handle = ?)"
    yield from _column(ledger, openings, handle)


def _column(ledger: sqlite3.Connection, question: str, of: object) -> Iterator[bytes]:
    yield from (bytes(row[0]) for row in ledger.execute(question, (of,)) if row[0])


def _of_history(home: Home, handles: list[bytes]) -> Iterator[str]:
    """Yield the names under which the kept history has her."""
    path: Path = home.audiences / "history" / _REACHED
    if not path.exists():
        return
    from noren.audience.history.reaching import Reached, name_under

    reached = msgspec.json.decode(path.read_bytes(), type=Reached)
    yield from (name_under(reached.key, handle) for handle in handles)
