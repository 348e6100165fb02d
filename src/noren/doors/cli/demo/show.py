"""The demo from the first page to the summary: each step says what it does, and can be taken up where it was left."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

import httpx
import msgspec

from noren.doors.cli.demo.drive import Driven
from noren.doors.cli.demo.errors import LakeStill
from noren.doors.cli.demo.passage import send_year
from noren.doors.cli.demo.people import Person, people
from noren.doors.cli.demo.record import Record, keep_record
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.stock import bring_members, bring_reference, bring_terminals, one_key
from noren.doors.cli.demo.summary import Ledger, Summary, findings, read_ledger
from noren.doors.cli.demo.trial import trial_curl
from noren.doors.cli.demo.year import ZONE, Totals, Year
from noren.house.front import Year as ShownYear
from noren.house.front import year_file
from noren.kernel.say import Say

_LAKE_SILENCE_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.5


@dataclass(slots=True)
class Show:
    """One run of the demo on a stage. ``began``: when the command was called (monotonic seconds)."""

    stage: Stage
    screen: Screen
    year: Year
    record: Record
    began: float
    first_page_s: float = 0.0

    def open_first_page(self) -> None:
        """Tell the address of the first page, and how long it took from the call of the command."""
        address = self.stage.origins.front
        httpx.get(f"http://127.0.0.1:{self.stage.home.settings.doors.front}/", trust_env=False).raise_for_status()
        self.first_page_s = round(time.monotonic() - self.began, 2)
        self.screen.say(
            Say(
                f"最初のページ: {address} ({self.first_page_s:.1f}秒)",
                f"First page: {address} ({self.first_page_s:.1f} s)",
            )
        )

    def run(self) -> tuple[Summary, list[Say]]:
        """Let the year pass, unless it has; return the summary and what does not agree."""
        totals, persons = self.year.totals(), self._persons()
        again = self.record.complete
        if not again:
            self._pass(totals, persons)
        ledger = self._wait_for_lake()
        wrong = [*findings(totals, ledger, more_came=again), *self._audit()]
        if not wrong and not again:
            self._remember(complete=True)
        return self._summary(totals, ledger, persons, agree=not wrong), wrong

    def _persons(self) -> list[Person]:
        start = replace(self.year, days=None).totals().first.date()
        return people(self.year.households(), start)

    def _pass(self, totals: Totals, persons: Sequence[Person]) -> None:
        """Bring in what the year needs and send it through the till."""
        shown = ShownYear(totals.first.date(), totals.last.date(), totals.purchases)
        year_file(self.stage.home).write_bytes(msgspec.json.encode(shown))
        self.screen.say(Say("店舗と商品を登録しています…", "Bringing in shops and products…"))
        bring_reference(self.stage.worker, self.year, totals.first.date())
        with self.screen.work(Say("会員", "Members"), len(persons)) as watch:
            bring_members(self.stage.vault, persons, watch)
        keys = bring_terminals(self.stage.worker, self.year.shops())
        known = self._ledger().purchases
        driven = self._send(totals, persons, keys, known)
        if known and self._ledger().purchases < totals.purchases:
            # What an interruption left open lies further back than supposed: all of it again, which changes nothing.
            self._send(totals, persons, keys, 0)
        self._remember(driven=driven)
        self._to_real_time(next(iter(keys.values())))

    def _send(self, totals: Totals, persons: Sequence[Person], keys: dict[tuple[str, str], str], known: int) -> Driven:
        port = self.stage.home.settings.doors.till
        look = self.stage.keeper.look
        driven = send_year(port, self.year, totals, persons, keys, known=known, screen=self.screen, look=look)
        for refusal in driven.refusals:
            self.screen.show(refusal)
        return driven

    def _remember(self, *, driven: Driven | None = None, complete: bool = False) -> None:
        if driven is not None:
            self.record = msgspec.structs.replace(
                self.record, purchases_per_second=round(driven.per_second, 1), seconds=round(driven.seconds, 1)
            )
        self.record = msgspec.structs.replace(self.record, complete=complete)
        keep_record(self.stage.home, self.record)

    def _to_real_time(self, key: str) -> None:
        """From here on the sandbox's clock is the machine's."""
        httpx.post(
            f"{self.stage.till}/v1/sandbox/clock",
            json={"at": datetime.now(ZONE).isoformat()},
            headers={"Authorization": f"Bearer {key}"},
            trust_env=False,
        ).raise_for_status()

    def _ledger(self) -> Ledger:
        return read_ledger(self.stage.worker.call("/summary", method="GET"))

    def _wait_for_lake(self) -> Ledger:
        """Wait until everything in the ledger is in the lake.

        Raises:
            LakeStill: the lake has not moved for two minutes.
        """
        ledger, moved = self._ledger(), time.monotonic()
        with self.screen.work(Say("履歴", "Lake"), ledger.lines) as watch:
            while ledger.lake_entry < ledger.ledger_entry:
                time.sleep(_POLL_SECONDS)
                before, ledger = ledger, self._ledger()
                watch(ledger.lake_rows)
                moved = time.monotonic() if ledger.lake_entry > before.lake_entry else moved
                if time.monotonic() - moved > _LAKE_SILENCE_SECONDS:
                    raise LakeStill
            watch(ledger.lake_rows)
        return ledger

    def _audit(self) -> list[Say]:
        """Let both sides check their own books."""
        self.screen.say(Say("帳簿を確かめています…", "Checking the books…"))
        answers: list[Any] = [self.stage.worker.call("/check", {}), self.stage.vault.call("/check", {})]
        return [Say(found["what_ja"], found["what_en"]) for answer in answers for found in answer["findings"]]

    def _summary(self, totals: Totals, ledger: Ledger, persons: Sequence[Person], *, agree: bool) -> Summary:
        household = self.year.busiest_household()
        persona = next(person for person in persons if person.household == household)
        key = one_key(self.stage.worker, self.year.shops()[0])
        curl = trial_curl(self.stage.till, key, persona.cards[0], self.year.two_products(), datetime.now(ZONE))
        return msgspec.convert(
            {
                **msgspec.structs.asdict(ledger),
                "lines_set_aside": totals.lines_set_aside,
                "baskets_set_aside": totals.baskets_set_aside,
                "purchases_per_second": self.record.purchases_per_second,
                "seconds": self.record.seconds,
                "first_page_s": self.first_page_s,
                "agree": agree,
                "curl": curl,
                "addresses": asdict(self.stage.origins),
                "login": self._login(persona),
            },
            Summary,
        )

    def _login(self, persona: Person) -> dict[str, str]:
        """Give one member a fresh password; it stands nowhere but on the screen."""
        password = f"noren-{secrets.token_hex(6)}"
        self.stage.vault.call("/choices/password", {"member_number": persona.member_number, "password": password})
        address = f"{self.stage.origins.front}/member"
        return {"address": address, "member_number": persona.member_number, "password": password}
