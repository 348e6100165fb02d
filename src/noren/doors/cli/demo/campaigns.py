"""The demo's campaigns: their files, moved with the year, and three persons who bring each to its start.

The inner operations are those of ``noren campaign draft``, ``approve`` and ``start``; each person's share is made
anew, sealed to the till and forgotten. Repeatable: what was done stays done.
"""

from __future__ import annotations

import base64
import re
import time
import tomllib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from noren.campaign.draw import commitment
from noren.campaign.terms import new_share
from noren.doors.cli.demo.errors import CampaignStuck
from noren.doors.cli.demo.staff import DEPUTY, MARKETER, OFFICER
from noren.doors.cli.demo.stage import Stage
from noren.house.draw_shares import seal_share
from noren.house.inner import CallRefused, InnerClient
from noren.house.keys import open_keys
from noren.house.passes import Porter

FILES: Final = Path(__file__).parent / "papers" / "campaigns"
TODAYS: Final = "welcome"
"""The one that runs after the year; the others run in it and end with it."""

FOLDER: Final = "demo-campaigns"
PERSONS: Final = (MARKETER, OFFICER, DEPUTY)
_DAY: Final = re.compile(r"^(from|until) = (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
_GOODS: Final = re.compile(r'\Acategory = "([^"]+)"\Z')
_PATIENCE_SECONDS: Final = 90.0
_LONG_SECONDS: Final = 900.0
_LOOK_SECONDS: Final = 0.2

As = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A campaign's file. ``title``: in Japanese; ``category``: of the goods that its slips are for, empty: all."""

    id: str
    title: str
    text: str
    category: str
    first: date
    until: date


def papers(shift_days: int) -> list[Paper]:
    """Return the files in their order, with the source's dates moved as the year is."""
    return [_paper(file.read_text("utf-8"), timedelta(days=shift_days)) for file in sorted(FILES.glob("*.toml"))]


def _paper(text: str, shift: timedelta) -> Paper:
    moved = _DAY.sub(lambda found: f"{found[1]} = {date.fromisoformat(found[2]) + shift}", text)
    said = tomllib.loads(moved)
    goods = _GOODS.match(said["offer"].get("products", ""))
    issue = said["issue"]
    return Paper(said["id"], said["title"]["ja"], moved, goods[1] if goods else "", issue["from"], issue["until"])


def as_founder(_name: str) -> AbstractContextManager[None]:
    """Nobody has an account before the year has passed: who founds the programme says whose step it is."""
    return nullcontext()


def start_all(stage: Stage, wanted: Sequence[Paper], as_: As) -> None:
    """Bring campaigns to their start, and wait until the till draws by them.

    Raises:
        CampaignStuck: one is refused, or no till takes it up.
    """
    folder = stage.home.path / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for paper in wanted:
        (folder / f"{paper.id}.toml").write_text(paper.text, "utf-8")
    try:
        for step in (_draft, _first, _second, _start):
            for paper in wanted:
                step(stage, paper, as_)
        for paper in wanted:
            wait_for(stage, paper.id, lambda told: told["state"] not in ("approved", "starting"))
    except CallRefused as refused:
        raise CampaignStuck(refused.body.decode("utf-8", "replace")) from refused


def told(stage: Stage) -> dict[str, Any]:
    """Return what the ledger-worker tells of its campaigns, by id."""
    answer: Any = stage.worker.call("/campaigns/list", {})
    return {each["campaign"]: each for each in answer["campaigns"]}


def wait_for(stage: Stage, campaign: str, fits: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
    """Wait until a till has done its part for a campaign, and return what is told of it.

    Raises:
        CampaignStuck: no till did.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    while not fits(found := told(stage)[campaign]):
        if time.monotonic() > until:
            raise CampaignStuck(f"{campaign}: {found['state']}")
        stage.keeper.look()
        time.sleep(_LOOK_SECONDS)
    return found


@contextmanager
def patient(stage: Stage, token: str | None = None) -> Generator[InnerClient]:
    """Give a way to the ledger-worker that waits for what takes its time. ``token``: of who is signed in."""
    porter = Porter(stage.home, open_keys(stage.home, "operator"))
    with closing(InnerClient(stage.home, porter, "ledger-worker", timeout_seconds=_LONG_SECONDS)) as worker:
        worker.bear(token)
        yield worker


def _draft(stage: Stage, paper: Paper, as_: As) -> None:
    if paper.id in told(stage):
        return
    with as_(PERSONS[0]):
        stage.worker.call("/campaigns/draft", {"text": paper.text, "author": PERSONS[0], **_share(stage, paper.id, 0)})


def _first(stage: Stage, paper: Paper, as_: As) -> None:
    _approve(stage, paper, as_, 1)


def _second(stage: Stage, paper: Paper, as_: As) -> None:
    wait_for(stage, paper.id, lambda found: found["ready"])  # the terms hold the till's key
    _approve(stage, paper, as_, 2)


def _approve(stage: Stage, paper: Paper, as_: As, step: int) -> None:
    if len(told(stage)[paper.id]["steps"]) > step:
        return
    body = {"campaign": paper.id, "approver": PERSONS[step], "step": step, **_share(stage, paper.id, step)}
    with as_(PERSONS[step]):
        stage.worker.call("/campaigns/approve", body)


def _start(stage: Stage, paper: Paper, as_: As) -> None:
    if told(stage)[paper.id]["state"] == "approved":
        with as_(PERSONS[0]):
            stage.worker.call("/campaigns/start", {"campaign": paper.id, "by": PERSONS[0]})


def _share(stage: Stage, campaign: str, step: int) -> dict[str, str]:
    share = new_share()
    made = {"share_hash": commitment(share), "sealed": seal_share(stage.home, share, campaign, step)}
    return {name: base64.b64encode(raw).decode() for name, raw in made.items()}


def of_the_year(shift_days: int) -> Iterator[Paper]:
    """Yield the campaigns that run in the year."""
    return (paper for paper in papers(shift_days) if paper.id != TODAYS)


def of_today(shift_days: int) -> Iterator[Paper]:
    """Yield the campaign that runs after it."""
    return (paper for paper in papers(shift_days) if paper.id == TODAYS)


def eves(shift_days: int) -> list[date]:
    """Return the days on which a campaign of the year begins, or a month in which one runs."""
    found = list(of_the_year(shift_days))
    first, last = min(paper.first for paper in found), max(paper.until for paper in found)
    months = [day for number in range((last - first).days) if (day := first + timedelta(days=number)).day == 1]
    return [*(paper.first for paper in found), *months]
