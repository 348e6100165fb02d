"""The demo from the first page to the summary: each step says what it does, and can be taken up where it was left."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import msgspec

from noren.doors.cli.demo.announced import announce_all
from noren.doors.cli.demo.asked import bring_requests
from noren.doors.cli.demo.audiences import bring_audiences
from noren.doors.cli.demo.campaigns import FOLDER, as_founder, eves, of_the_year, papers, start_all
from noren.doors.cli.demo.claimed import claim_command
from noren.doors.cli.demo.counter import live_coupon, set_clock
from noren.doors.cli.demo.cutover import bring_over, sheet_of
from noren.doors.cli.demo.drawn import check_of_curl
from noren.doors.cli.demo.drive import Driven
from noren.doors.cli.demo.ended import Evening
from noren.doors.cli.demo.entered import ENTRY, enter
from noren.doors.cli.demo.errors import LakeStill
from noren.doors.cli.demo.forgotten import ask_not_to_keep
from noren.doors.cli.demo.nights import Nights
from noren.doors.cli.demo.old_system import write_files
from noren.doors.cli.demo.passage import send_year
from noren.doors.cli.demo.people import Person, people
from noren.doors.cli.demo.provided import bring_provisions, in_words
from noren.doors.cli.demo.record import Record, keep_record
from noren.doors.cli.demo.reference import handling_shops
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.shown import show_all
from noren.doors.cli.demo.staff import HOST, OFFICER, Cast, bring_staff
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.stock import bring_members, bring_reference, bring_terminals, one_key
from noren.doors.cli.demo.summary import Ledger, Summary, findings, read_ledger, unreconciled
from noren.doors.cli.demo.tiered import publish_tiers
from noren.doors.cli.demo.trial import coupon_curl, trial_curl
from noren.doors.cli.demo.tried import try_on_eve
from noren.doors.cli.demo.turning import Turning
from noren.doors.cli.demo.waiting import bring_waiting
from noren.doors.cli.demo.waiting import in_words as waiting_in_words
from noren.doors.cli.demo.wallet import Wallet
from noren.doors.cli.demo.year import ZONE, Totals, Year
from noren.house.front import Year as ShownYear
from noren.house.front import year_file
from noren.house.home import Home
from noren.house.showing import AudienceShown, Shown, WaitingShown, read_shown
from noren.house.staff_mark import has_staff
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
    wallet: Wallet
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
        again, persona = self.record.complete, self._persona(persons)
        with TemporaryDirectory(prefix="noren-earlier-") as folder:
            days = {"first": totals.first.date(), "last": totals.last.date()}
            files = write_files(Path(folder), persons, persona=persona, **days)
            if not again and not has_staff(self.stage.home):  # accounts are made when the year has passed
                self._pass(totals, persons, files)
            ledger = self._wait_for_lake()
            self.screen.say(Say("帳簿を確かめています…", "Checking the books…"))
            sheet = sheet_of(self.stage, files)
        cast = bring_staff(self.stage)
        with cast.as_(OFFICER):
            self._provide(totals.last.date())
            self._ask(persona)
        audiences, waiting = self._audiences(cast), self._wait(cast)
        ended = Evening(self.stage, cast, self.screen, self.year, self.wallet, persons).all()
        shown = show_all(self.stage.home, sheet, self.record.turned, audiences, waiting, ended)
        off = self.wallet.off.total()
        wrong = [*findings(totals, ledger, off=off, more_came=again), *self._audit(), *unreconciled(sheet)]
        if not wrong and not again:
            self._remember(complete=True)
        return self._summary(cast, totals, ledger, persona, shown, agree=not wrong), wrong

    def _provide(self, last: date) -> None:
        """Provide to a group company, unless it was done."""
        self.screen.say(
            Say("グループ会社へ最小限の抽出を提供しています…", "Providing a group company with its minimum extract…")
        )
        bring_provisions(self.stage, last)
        for line in in_words(self.stage):
            self.screen.say(line)

    def _ask(self, persona: Person) -> None:
        """Let the persona ask for her documents, unless it was done."""
        self.screen.say(Say("会員のご請求を受け付けています…", "Taking in a member's requests…"))
        for line in bring_requests(self.stage, persona.cards[-1]):
            self.screen.say(line)

    def _wait(self, cast: Cast) -> WaitingShown | None:
        """Let an announcement wait for approval, unless somebody decided on it."""
        waiting = bring_waiting(cast, self.stage.desk)
        if waiting is not None:
            self.screen.say(waiting_in_words(waiting))
        return waiting

    def _audiences(self, cast: Cast) -> tuple[AudienceShown, ...]:
        """Return the audiences as they were shown; the first time they are saved, approved and counted."""
        before = read_shown(self.stage.home)
        if before is not None and before.audiences:
            return before.audiences
        self.screen.say(
            Say(
                "対象者の条件を保存し、二人めが承認し、人数を雑音つきで数えています…",
                "Saving audiences, a second person approves them, counting them with noise…",
            )
        )
        return bring_audiences(cast, self.stage.worker, datetime.now(ZONE).date())

    def _begin(self, first: date, persona: Person) -> None:
        """Let the year's campaigns begin: on the morning of its first day, before any till sells. One is entered."""
        self.screen.say(
            Say(
                "企画を下書きし、別の二人が承認し、始めています。会員ランクの決まりも公開します…",
                "Campaigns are drafted, approved by two others, started; rules of member tiers are published…",
            )
        )
        start_all(self.stage, list(of_the_year(self.record.shift_days)), as_founder)
        publish_tiers(self.stage)
        self._eve(first)
        who = {"member_number": persona.member_number, "password": f"noren-{secrets.token_hex(6)}"}
        self.stage.vault.call("/choices/password", who)
        entered = enter(self.stage.home, **who)
        if entered is not None:
            self.screen.say(entered)

    def _eve(self, day: date) -> None:
        """Try the campaigns that begin on a day over the days before."""
        try_on_eve(self.stage, day, self.record.shift_days)

    def _persons(self) -> list[Person]:
        start = replace(self.year, days=None).totals().first.date()
        return people(self.year.households(), start)

    def _persona(self, persons: Sequence[Person]) -> Person:
        household = self.year.busiest_household()
        return next(person for person in persons if person.household == household)

    def _pass(self, totals: Totals, persons: Sequence[Person], files: Mapping[str, Path]) -> None:
        """Bring in what the year needs and send it through the till."""
        shown = ShownYear(totals.first.date(), totals.last.date(), totals.purchases)
        year_file(self.stage.home).write_bytes(msgspec.json.encode(shown))
        self.screen.say(Say("店舗と商品を登録しています…", "Bringing in shops and products…"))
        bring_reference(self.stage.worker, self.year, totals.first.date())
        announce_all(self.stage.desk, totals.first, handling_shops(self.year.shops()))
        with self.screen.work(Say("会員", "Members"), len(persons)) as watch:
            bring_members(self.stage.vault, persons, watch)
        keys = bring_terminals(self.stage.worker, self.year.shops())
        any_key = next(iter(keys.values()))
        if not self.record.brought:
            self._bring_over(totals, files, any_key)
        self._begin(totals.first.date(), self._persona(persons))
        known = self._ledger().purchases
        driven = self._sell(lambda known, look: self._send(totals, persons, keys, known, look), known)
        if known and self._ledger().purchases < totals.purchases:
            # What an interruption left open lies further back than supposed: all of it again, which changes nothing.
            self._send(totals, persons, keys, 0, self._look)
        self._remember(purchases_per_second=round(driven.per_second, 1), seconds=round(driven.seconds, 1))
        # From here on the sandbox's clock is the machine's.
        set_clock(self.stage.till, any_key, datetime.now(ZONE))

    def _bring_over(self, totals: Totals, files: Mapping[str, Path], key: str) -> None:
        """Take over from the earlier system on the morning of the year's first day, before any till sells."""
        self.screen.say(
            Say(
                "以前のシステムの残高・クーポン・同意・停止を引き継いでいます…",
                "Bringing over balances, coupons, consents and stops from the earlier system…",
            )
        )
        set_clock(self.stage.till, key, totals.first.replace(hour=0, minute=0, second=0, microsecond=0))
        bring_over(self.stage, files)
        self._remember(brought=True)

    def _sell(self, send: Callable[[int, Callable[[Driven], None]], Driven], known: int) -> Driven:
        """Send the year; while the till sells, the key turns that every purchase needs."""
        if self.record.turned is not None:
            return send(known, self._look)
        self.screen.say(
            Say("レジが売っているあいだに、鍵をひとつ更新します…", "While the till sells, one of its keys turns…")
        )
        with Turning(self.stage.home.path) as turning:

            def look(driven: Driven) -> None:
                self._look(driven)
                turning.look(driven)

            driven = send(known, look)
            self._remember(turned=turning.wait(driven))
        return driven

    def _look(self, _driven: Driven) -> None:
        self.stage.keeper.look()

    def _send(
        self,
        totals: Totals,
        persons: Sequence[Person],
        keys: Mapping[tuple[str, str], str],
        known: int,
        look: Callable[[Driven], None],
    ) -> Driven:
        port = self.stage.home.settings.doors.till
        driven = send_year(
            port, self.year, totals, persons, keys, known=known, screen=self.screen, look=look, wallet=self.wallet,
            nights=Nights(self.stage, next(iter(keys.values())), eves(self.record.shift_days), self._eve),
        )  # fmt: skip
        for refusal in driven.refusals:
            self.screen.show(refusal)
        return driven

    def _remember(self, **changes: object) -> None:
        self.record = msgspec.structs.replace(self.record, **changes)
        keep_record(self.stage.home, self.record)

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
        answers: list[Any] = [
            self.stage.worker.call("/check", {}),
            self.stage.vault.call("/check", {}),
            self.stage.desk.call("/check", {}),
        ]
        return [Say(found["what_ja"], found["what_en"]) for answer in answers for found in answer["findings"]]

    def _summary(
        self, cast: Cast, totals: Totals, ledger: Ledger, persona: Person, shown: Shown, *, agree: bool
    ) -> Summary:
        till, card = self.stage.till, persona.cards[0]
        with cast.as_(HOST):
            key = one_key(self.stage.worker, self.year.shops()[0])
        off, home = self.wallet.off.total(), self.stage.home.path
        products, now = self.year.two_products(), datetime.now(ZONE)
        coupon = live_coupon(till, key, card, {paper.title for paper in papers(self.record.shift_days)})
        curl = trial_curl(till, key, card, products, now)
        return msgspec.convert(
            {
                **msgspec.structs.asdict(ledger),
                "amount": ledger.amount + off,
                "lake_amount": ledger.lake_amount + off,
                "discounts": off,
                "lines_set_aside": totals.lines_set_aside,
                "baskets_set_aside": totals.baskets_set_aside,
                "purchases_per_second": self.record.purchases_per_second,
                "seconds": self.record.seconds,
                "first_page_s": self.first_page_s,
                "agree": agree,
                "curl": curl,
                "curl_check": check_of_curl(home, curl),
                "coupon": coupon,
                "coupon_curl": coupon_curl(till, key, card, products, now, coupon.barcode) if coupon else None,
                "reconciliation": {"differences": shown.differences, "lines": shown.lines},
                "keys": shown.keys,
                "rotation": shown.turned,
                "audiences": shown.audiences,
                "waiting": shown.waiting,
                "campaigns": shown.campaigns,
                "claim": shown.claim,
                "claim_again": claim_command(self.stage.home),
                "tiers": shown.tiers,
                "settlement": shown.settlement,
                "addresses": asdict(self.stage.origins),
                "login": self._login(cast, persona),
                "staff": cast.personas,
            },
            Summary,
        )

    def _login(self, cast: Cast, persona: Person) -> dict[str, str]:
        """Give one member a fresh password, which stands nowhere but on the screen; once she uses it by herself."""
        password = f"noren-{secrets.token_hex(6)}"
        with cast.as_(OFFICER):
            self.stage.vault.call("/choices/password", {"member_number": persona.member_number, "password": password})
        asked = ask_not_to_keep(self.stage.home, persona.member_number, password)
        if asked is not None:
            self.screen.say(asked)
        address = f"{self.stage.origins.front}/member"
        return {"address": address, "member_number": persona.member_number, "password": password}


def wallet_of(home: Home, year: Year, shift_days: int) -> Wallet:
    """Open the members' slips of a demo's home."""
    folder = home.path / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    products = year.products()
    goods = {
        paper.id: frozenset(p.product for p in products if p.category == paper.category) if paper.category else None
        for paper in papers(shift_days)
    }
    return Wallet(folder / "slips.ndjson", goods, ENTRY)
