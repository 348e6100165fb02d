"""Counting audiences: private figures, reach by channel, overlap. The exact numbers end here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from noren.audience.batch.errors import CannotEvaluate
from noren.audience.batch.given import Moment
from noren.audience.errors import HighWaterLost
from noren.audience.figure.asking import Asker, PrivateFigures
from noren.audience.figure.budget import BudgetEmpty
from noren.audience.figure.rounding import Band, Shown, TooFew, band, shown
from noren.audience.figure.widening import suggestions
from noren.audience.history.held import Held, HistoryBehind
from noren.audience.judging import has_basket, has_rank, horizon_of
from noren.audience.kept import condition_of
from noren.audience.model import Asked, Channel, Question
from noren.audience.ports import History, Stops
from noren.audience.qualifying import qualifying
from noren.audience.refusals import Refusal, Word
from noren.kernel.clock import microseconds
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Figure:
    """What is shown: as of the end of a day. ``widen``: what might be widened, when there are too few."""

    shown: Shown
    day: date
    widen: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two audiences have in common, as a band."""

    band: Band | TooFew
    day: date


@dataclass(frozen=True, slots=True)
class Counter:
    """All that counting needs."""

    figures: PrivateFigures
    history: History
    stops: Stops
    zone: ZoneInfo

    def count(
        self, asked: Asked, channels: Sequence[Channel], minimum: int, asker: Asker, today: date
    ) -> list[Figure] | Refusal:
        """Return the figure of a set by each channel, as of the end of the day before ``today``."""
        questions = [Question((_by(asked, channel),)) for channel in channels]
        noisy = self._noisy(questions, asker, today)
        if isinstance(noisy, Refusal):
            return noisy
        widen = tuple(suggestions(condition_of(asked.condition)))
        out: list[Figure] = []
        for value in noisy:
            said = shown(value, minimum)
            out.append(Figure(said, day_before(today), widen if isinstance(said, TooFew) else ()))
        return out

    def overlap(self, one: Asked, other: Asked, minimum: int, asker: Asker, today: date) -> Overlap | Refusal:
        """Return how much two sets have in common, told from noisy values alone: three figures, each with its cost."""
        noisy = self._noisy([Question((one,)), Question((other,)), Question((one, other))], asker, today)
        if isinstance(noisy, Refusal):
            return noisy
        return Overlap(band(noisy[0], noisy[1], noisy[2], minimum), day_before(today))

    def _noisy(self, questions: Sequence[Question], asker: Asker, today: date) -> Sequence[int] | Refusal:
        for asked in (asked for question in questions for asked in question.of):
            unfit = _unfit(asked)
            if unfit is not None:
                return unfit
        moment = moment_of(day_before(today), self.zone)

        def exact(new: Sequence[Question]) -> list[int]:
            with self.history.at(moment) as held:
                return [self._exact(question, held, moment) for question in new]

        try:
            found = self.figures.ask(questions, moment.today, asker, exact)
        except HistoryBehind:
            return behind()
        except CannotEvaluate as cannot:
            return Refusal(Word.NO_FIGURE, cannot.say)
        except HighWaterLost:
            return _lost()
        if isinstance(found, BudgetEmpty):
            return Refusal(Word.BUDGET, found.say, renews=found.renews)
        return found

    def _exact(self, question: Question, held: Held, moment: Moment) -> int:
        sets = [qualifying(asked, held, self.stops, moment) for asked in question.of]
        return len(sets[0] & sets[-1])


def moment_of(day: date, zone: ZoneInfo) -> Moment:
    """Return the last instant of a local day."""
    begin = datetime.combine(day + timedelta(days=1), time(), zone)
    return Moment(microseconds(begin) - 1, day, horizon_of(day))


def day_before(today: date) -> date:
    """Return the day to the end of which is counted."""
    return today - timedelta(days=1)


def _by(asked: Asked, channel: Channel) -> Asked:
    return Asked(asked.condition, asked.purpose, asked.recipient, channel, asked.with_young)


def _unfit(asked: Asked) -> Refusal | None:
    condition = condition_of(asked.condition)
    if has_basket(condition):
        say = Say(
            "basket はその場の買物かごを見る条件なので、人数は出せません。basket を外した条件で人数を見てください。",
            "basket looks at the basket in hand, so there is no number of people. Count the condition without it.",
        )
    elif has_rank(condition):
        say = Say(
            "top は順位の条件で、1人の購入が他の大勢の順位を動かすため、1人を隠す雑音では守れません。"
            "人数は、金額や回数を決めた条件(spend(…) >= … など)で見てください。対象者としては使えます。",
            "top ranks members: one member's purchase can move many others, so noise that hides one does not protect"
            " her. Count with a fixed amount instead (spend(…) >= …). As an audience it can be used.",
        )
    else:
        return None
    return Refusal(Word.NO_FIGURE, say)


def behind() -> Refusal:
    """Return the refusal while the lake is written."""
    return Refusal(
        Word.BEHIND,
        Say(
            "購入履歴の取り込みが追いついていません。開示枠は使っていません。しばらくしてからもう一度試してください。",
            "The history is still being written; nothing was charged. Try again in a while.",
        ),
    )


def _lost() -> Refusal:
    return Refusal(
        Word.BROKEN,
        Say(
            "開示枠の使用記録が読めないため、人数を出せません。noren ledger-worker を起動し直してください。",
            "The record of what was spent can not be read, so no figure is given. Start noren ledger-worker again.",
        ),
    )
