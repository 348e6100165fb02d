"""From audiences' values to answers of the inner door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from litestar import Response
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.audience.counting import Figure
from noren.audience.figure.rounding import About
from noren.audience.language.problems import Problem
from noren.audience.model import Channel, Commitment
from noren.audience.queries import Told
from noren.audience.refusals import Refusal
from noren.doors.worker import audience_bodies as bodies
from noren.kernel.say import Say

T = TypeVar("T")


def both(say: Say) -> bodies.Both:
    """Return a text in both languages."""
    return bodies.Both(say.ja, say.en)


def problems(found: Iterable[Problem]) -> list[bodies.ProblemAnswer]:
    """Return problems with their places."""
    return [
        bodies.ProblemAnswer(
            p.code, p.place.line, p.place.column, p.place.start, p.place.end, both(p.say), p.suggestion
        )
        for p in found
    ]


def refused(refusal: Refusal) -> Response[bodies.RefusalAnswer]:
    """Return a refusal."""
    answer = bodies.RefusalAnswer(
        refusal.word.value, refusal.say.ja, refusal.say.en, problems(refusal.problems), refusal.renews
    )
    return Response(answer, status_code=HTTP_409_CONFLICT)


def version(told: Told) -> bodies.VersionAnswer:
    """Return a version as it was defined."""
    found, guards = told.version, told.version.guards
    return bodies.VersionAnswer(
        name=found.name,
        version=found.number,
        state=told.state.value,
        text=told.text,
        sentence=both(told.sentence),
        canonical=found.condition.decode(),
        purpose=guards.purpose,
        recipient=guards.recipient,
        channel=guards.channel,
        expires=guards.expires,
        minimum=guards.minimum,
        with_young=guards.with_young,
        sensitive=found.sensitive,
        other_companies=found.foreign,
        author=found.author,
        saved_on=found.saved_on,
        approver=found.approver,
        approved_on=found.approved_on,
    )


def figure(found: Figure, channel: Channel) -> bodies.FigureAnswer:
    """Return a figure as it is shown."""
    about = found.shown.people if isinstance(found.shown, About) else None
    return bodies.FigureAnswer(channel, about, both(found.shown.say), [both(say) for say in found.widen])


def commitment(made: Commitment) -> bodies.CommitmentAnswer:
    """Return a commitment."""
    return bodies.CommitmentAnswer(made.name, made.number, made.day, made.root.hex())


def done(answer: T) -> Response[T]:
    """Return an answer."""
    return Response(answer, status_code=HTTP_200_OK)
