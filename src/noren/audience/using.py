"""Using an approved audience: it is committed to, and the commitment can be opened again on this side alone."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from noren.audience.batch.errors import CannotEvaluate
from noren.audience.catalogue import Catalogue
from noren.audience.committing import SALT_BYTES, leaves_of, root_of
from noren.audience.counting import behind, day_before, moment_of
from noren.audience.history.held import HistoryBehind
from noren.audience.judging import has_basket
from noren.audience.kept import condition_of
from noren.audience.model import Asked, Commitment, Version
from noren.audience.operations import Rules, forbidden, newest, usable
from noren.audience.ports import ClearedFlows, Commitments, Definitions, History, Stops
from noren.audience.qualifying import qualifying
from noren.audience.refusals import Refusal, Word
from noren.kernel.say import Say

Salt = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Committer:
    """All that committing needs."""

    definitions: Definitions
    kept: Commitments
    history: History
    stops: Stops
    flows: ClearedFlows
    names: Callable[[], Catalogue]
    rules: Rules
    zone: ZoneInfo
    salt: Salt = secrets.token_bytes

    def commit(self, name: str, today: date) -> Commitment | Refusal:
        """Commit to who qualifies as of the end of the day before: once a day, then the same again."""
        version = newest(self.definitions, name)
        if isinstance(version, Refusal):
            return version
        hindrance = usable(version, today) or self._forbidden(version, today)
        if hindrance is not None:
            return hindrance
        day = day_before(today)
        made = self.kept.commitment(name, version.number, day)
        return made if made is not None else self._commit(version, day)

    def reopen(self, name: str, number: int, day: date) -> bool | Refusal:
        """Return whether what was committed can be opened: its leaves and salt still make its root."""
        made, opening = self.kept.commitment(name, number, day), self.kept.opening(name, number, day)
        if made is None or opening is None:
            return Refusal(
                Word.UNKNOWN,
                Say(
                    f"『{name}』の版{number}には、{day}の事前公開値がありません。",
                    f"There is no commitment to version {number} of “{name}” for {day}.",
                ),
            )
        salt, leaves = opening
        return hmac.compare_digest(root_of(leaves, salt, _header(made.name, made.number, made.day)), made.root)

    def _forbidden(self, version: Version, today: date) -> Refusal | None:
        assert version.approver is not None, "only approved versions are used"
        return forbidden(version, version.approver, self.names(), self.rules, self.flows, day_before(today))

    def _commit(self, version: Version, day: date) -> Commitment | Refusal:
        if has_basket(condition_of(version.condition)):
            return Refusal(
                Word.NO_FIGURE,
                Say(
                    "basket を含む条件はレジで初めて決まるので、前もって約束できません。",
                    "A condition with basket is decided at the till, so it can not be committed to beforehand.",
                ),
            )
        salt, asked, moment = self.salt(SALT_BYTES), Asked.of(version), moment_of(day, self.zone)
        try:
            with self.history.at(moment) as held:
                who = qualifying(asked, held, self.stops, moment)
                leaves = leaves_of((handle for handle, number in held.numbers.items() if number in who), salt)
        except HistoryBehind:
            return behind()
        except CannotEvaluate as cannot:
            return Refusal(Word.NO_FIGURE, cannot.say)
        root = root_of(leaves, salt, _header(version.name, version.number, day))
        made = Commitment(version.name, version.number, day, root)
        self.kept.put_commitment(made, salt, leaves)
        return made


def _header(name: str, number: int, day: date) -> tuple[str, str, str]:
    return name, str(number), day.isoformat()
