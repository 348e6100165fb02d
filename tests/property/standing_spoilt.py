"""Desks and keepers that leave something out: what must be red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.property.standing_house import House, Make

from noren.activity import about as ledger
from noren.activity.about import AboutMember
from noren.audience.live import FoldAgain, Place, Plan, Purchase, Standing, add, fold
from noren.audience.standings import InForce, Kept, NotReady, Progress, Readying, Row, StandingDesk
from noren.audience.standings.changing import Changing
from noren.audience.standings.desk import Told
from noren.audience.standings.folding import ALL, Folder
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.naming import Names
from noren.audience.standings.purchases import lines_left, purchase_of, since_of
from noren.audience.standings.returns import Returns
from noren.audience.standings.store import StandingFile, StandingReader


class NoCatchUp(Folder):
    def grown(self, plan: Plan, handle: bytes, place: ledger.Place, kept: Kept) -> Kept | None:
        return kept


class InOrderOfArrival(Folder):
    """Adds what is late as if it were not."""

    def grown(self, plan: Plan, handle: bytes, place: ledger.Place, kept: Kept) -> Kept | None:
        standing = kept.standing
        links = self.about.links(handle, place.head, kept.head, self.limit)
        for link in reversed(links):
            added = add(plan, replace(standing, last=None), purchase_of(link, lines_left(link)))
            assert isinstance(added, Standing)
            standing = added
        return Kept(standing, place.head, place.returns, max(kept.since, since_of(links)), plan.only)


class NewIsWhatHasAHigherNumber(Folder):
    """Does not see that a merge puts older purchases in front of hers."""

    def grown(self, plan: Plan, handle: bytes, place: ledger.Place, kept: Kept) -> Kept | None:
        links = [one for one in self.about.links(handle, place.head, kept.head, self.limit) if one.entry > kept.head]
        standing: Standing | FoldAgain = kept.standing
        for link in sorted(links, key=lambda one: one.at):
            standing = add(plan, standing, purchase_of(link, lines_left(link)))
            if isinstance(standing, FoldAgain):
                return None
        return Kept(standing, place.head, place.returns, max(kept.since, since_of(links)), plan.only)


class NothingIsOld(Folder):
    """Takes lines that the ledger has no more for none at all."""

    def folded(self, plan: Plan, handle: bytes, place: ledger.Place, until: int | None = None) -> Kept | NotReady:
        links = self.about.links(handle, place.head, 0, ALL)
        return Kept(fold(plan, [purchase_of(one, lines_left(one)) for one in links]), place.head, place.returns, 0)


class NothingComesBack(Returns):
    def hold(self, handle: bytes, seen: int, newest: int) -> bool:
        return True


class AnyPlanWillDo(StandingReader):
    def load(self, handle: bytes, day: int, plan: bytes) -> Row | None:
        found = self._all("SELECT * FROM standing WHERE handle = ? AND day <= ? ORDER BY rowid", handle, day)
        return Row(*found[0]) if found else None


class WrittenOnce(Readying):
    """Does not look again whether conditions and lists have changed."""

    def current(self, products: int, day: int = 0) -> InForce | None:
        return self._ready if self._of[1] == products else None


class SameGoods(Readying):
    """Does not look again whether products have changed."""

    def current(self, products: int, day: int = 0) -> InForce | None:
        return super().current(products if self._ready is None else self._of[1])


class TakesTheBasketAsItSawIt(StandingDesk):
    """Remembers a basket as of the instant at which it was asked about."""

    def bought(self, handle: bytes, entry: int, previous: int, at: datetime) -> None:
        ahead = self._grown.pop(handle, None)
        if ahead is not None:
            standing = replace(ahead.grown, last=None)
            self._ahead.put(handle, replace(ahead.kept, standing=standing, head=entry))


class TakesFewForAll(StandingDesk):
    """Forgets that what it was asked of alone has grown alone."""

    def bought(self, handle: bytes, entry: int, previous: int, at: datetime) -> None:
        super().bought(handle, entry, previous, at)
        kept = self._ahead.get(handle)
        if kept is not None:
            self._ahead.put(handle, replace(kept, only=None))


class _Whatever(frozenset[int]):
    """Holds whatever is looked for: ``these <= those`` asks the subclass of the two first."""

    def __ge__(self, other: object) -> bool:
        return True


class TakesFewForOtherFew(StandingDesk):
    """Takes what has grown for a few for what has grown for any few."""

    def bought(self, handle: bytes, entry: int, previous: int, at: datetime) -> None:
        super().bought(handle, entry, previous, at)
        kept = self._ahead.get(handle)
        if kept is not None and kept.only is not None:
            self._ahead.put(handle, replace(kept, only=_Whatever(kept.only)))


class CountsTheBasketForAll(StandingDesk):
    """Takes the basket in hand for a purchase, whoever asks."""

    def ask(
        self, handle: bytes, at: datetime, place: Place, basket: Purchase | None = None, names: Names | None = None,
        about: ledger.AboutHer | None = None,
    ) -> Told:  # fmt: skip
        counted = names if names is None or basket is None else dict.fromkeys(names, True)
        return super().ask(handle, at, place, basket, counted, about)


class TraitsOfYesterday:
    """Asks the ledger for each member once."""

    def __init__(self, feed: AboutMember) -> None:
        self._feed = feed
        self._first: dict[bytes, ledger.Place] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._feed, name)

    def place(self, handle: bytes) -> ledger.Place | None:
        found = self._feed.place(handle)
        if found is None:
            return None
        return replace(found, traits=self._first.setdefault(handle, found).traits)


class Hasty(Keeper):
    """Notes how far the ledger has come, and folds nobody for it."""

    def _news(self, progress: Progress) -> tuple[set[bytes], set[bytes], Progress]:
        _, gone, reached = super()._news(progress)
        return set(), gone, reached


class _Careless(Changing):
    def _since(self, entry: int) -> set[bytes]:
        return set()


class Careless(Keeper):
    """Carries standings over whatever was bought."""

    def __init__(self, **means: Any) -> None:
        super().__init__(**means)
        self.changing = _Careless(self.changing.means)


def spoilt(
    folder: type[Folder] = Folder,
    returns: type[Returns] = Returns,
    reader: type[StandingReader] = StandingReader,
    readying: type[Readying] = Readying,
    about: Callable[[AboutMember], Any] = lambda feed: feed,
    keeper: type[Keeper] = Keeper,
    desk: type[StandingDesk] = StandingDesk,
) -> Make:
    class Spoilt(House):
        def start_till(self) -> None:
            life = self.life
            self.till_readying = readying(
                about=life.feed, conditions=life.conditions, shops=life.shops, zone=life.zone, monotonic=lambda: 0.0
            )
            store, feed = reader(self.path), about(life.feed)
            self.till = desk(
                about=feed,
                store=store,
                in_force=self.till_readying.current,
                rules=life.rules,
                folder=folder(feed),
                returns=returns(feed, store.progress().returns or feed.reach().returns),
            )

        def start_worker(self) -> None:
            self.file, life = StandingFile(self.path), self.life
            self.keeper = keeper(
                about=life.feed, store=self.file, readying=self.readying(), rules=life.rules, now=lambda: life.now,
                old=life.old, grace_seconds=0.0,
            )  # fmt: skip

    return Spoilt
