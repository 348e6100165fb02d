"""How the demo's campaigns end: the seed is published, an auditor draws again, slips and terms lie ready to be checked.

Done once in a home's life, by the demo's people, each signed in. One more campaign begins then and runs on: the
purchase that the demo prints gets a slip by it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from noren.campaign.spec import Campaign
from noren.campaign.terms import campaign_in
from noren.doors.cli.demo.campaigns import FOLDER, TODAYS, of_the_year, of_today, patient, start_all, told, wait_for
from noren.doors.cli.demo.errors import CampaignStuck
from noren.doors.cli.demo.staff import ANALYST, AUDITOR, MARKETER, Cast
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.tried import tried
from noren.doors.cli.demo.wallet import Wallet
from noren.doors.cli.speech import called
from noren.house.inner import CallRefused
from noren.house.showing_campaigns import CampaignShown, FaultShown, ResultShown, TriedShown
from noren.kernel.say import Say

_PLACES: Final = 3
_COUNTED: Final = ("leaves", "issued", "lost", "holdout", "capped")

_PICK: Final = (
    "import json, sys; "
    'print(json.dumps(next(x for x in json.load(sys.stdin)["effects"] if x["type"] == "issue_coupon")))'
)


def begin_today(stage: Stage, cast: Cast, shift_days: int) -> None:
    """Let the campaign begin that the printed purchase gets a slip of."""
    start_all(stage, list(of_today(shift_days)), cast.as_)
    _write(stage, TODAYS, "terms", told(stage)[TODAYS]["terms"].encode())


def end_all(stage: Stage, cast: Cast, shift_days: int, wallet: Wallet) -> tuple[CampaignShown, ...]:
    """Reveal and audit the campaigns of the year; return what is shown of them.

    Raises:
        CampaignStuck: a step is refused.
    """
    names = [paper.id for paper in of_the_year(shift_days)]
    try:
        for name in names:
            _reveal(stage, cast, name)
        return tuple(_ended(stage, cast, name, wallet) for name in names)
    except CallRefused as refused:
        raise CampaignStuck(refused.body.decode("utf-8", "replace")) from refused


def _reveal(stage: Stage, cast: Cast, name: str) -> None:
    """Ask the till for the shares, and once it has told them, let the seed be written into the log."""
    body = {"campaign": name, "by": MARKETER}
    with cast.as_(MARKETER):
        stage.worker.call("/campaigns/reveal", body)
    wait_for(stage, name, lambda found: found["state"] == "revealed")
    with cast.as_(MARKETER):
        stage.worker.call("/campaigns/reveal", body)


def _ended(stage: Stage, cast: Cast, name: str, wallet: Wallet) -> CampaignShown:
    found, audited = told(stage)[name], _audit(stage, cast, name)
    _write(stage, name, "terms", found["terms"].encode())
    if name in wallet.examples:
        _write(stage, name, "slip", msgspec.json.format(msgspec.json.encode(wallet.examples[name][1]), indent=1))
    met = tried(stage.home).get(name), _result(stage, cast, name)
    return _shown(found, audited, wallet, stage.home.path, met)


def _audit(stage: Stage, cast: Cast, name: str) -> Any:
    """Ask the condition of every purchase again and draw every draw again; that takes its time."""
    with patient(stage, cast.token(AUDITOR)) as worker:
        return worker.call("/campaigns/audit", {"campaign": name})


def _result(stage: Stage, cast: Cast, name: str) -> ResultShown:
    with patient(stage, cast.token(ANALYST)) as worker:
        return msgspec.convert(worker.call("/campaigns/result", {"campaign": name}), ResultShown)


def _faults(audited: Mapping[str, Any]) -> Iterator[FaultShown]:
    """Yield what an audit found, by kind: how many, the first places, why."""
    for word, count in audited["found"].items():
        of = [each for each in audited["findings"] if each["wrong"] == word]
        at, says = ", ".join(each["at"] for each in of[:_PLACES]), of[0]["say"]
        yield FaultShown(count, at, says["ja"], says["en"])


def _shown(
    found: Mapping[str, Any],
    audited: Mapping[str, Any],
    wallet: Wallet,
    home: Path,
    met: tuple[TriedShown | None, ResultShown],
) -> CampaignShown:
    name, file = str(found["campaign"]), campaign_in(found["file"].encode())
    counted = {each: int(audited["counted"].get(each, 0)) for each in _COUNTED}
    return CampaignShown(
        name=name,
        title_ja=found["title"]["ja"],
        title_en=found["title"]["en"],
        sentence_ja=found["sentence"]["ja"],
        sentence_en=found["sentence"]["en"],
        first=file.issue.first,
        until=file.issue.until,
        draw=file.issue.draw.value,
        rate=file.issue.rate,
        held=file.issue.holdout,
        **counted,
        used=wallet.used[name],
        off=wallet.off[name],
        points=wallet.points[name],
        slip=_example(wallet, name),
        terms=found["terms"],
        shares="".join(found["shares"]),
        good=bool(audited["good"]),
        judged=int(audited["counted"].get("judged", 0)),
        check=_check(home, file, found) if name in wallet.examples else "",
        tried=met[0],
        result=met[1],
        faults=tuple(_faults(audited)),
    )


def _example(wallet: Wallet, name: str) -> str:
    return msgspec.json.encode(wallet.examples[name][1]).decode() if name in wallet.examples else ""


def _check(home: Path, file: Campaign, found: Mapping[str, Any]) -> str:
    """Return the command that checks the slip of the folder by the published shares."""
    folder = home / FOLDER
    words = [
        str(folder / f"{file.id}.slip.json"), "--terms", str(folder / f"{file.id}.terms.json"),
        "--seed", "".join(found["shares"]),
    ]  # fmt: skip
    return f"{called()} verify-draw {shlex.join(words)}"


def in_words(shown: CampaignShown) -> Iterator[Say]:
    """Yield what a campaign came to: its draws and slips, what was expected, what came of it, what the audit says."""
    more = (f"、ポイント{shown.points:,}増", f", {shown.points:,} points more") if shown.points else ("", "")
    yield Say(
        f"  {shown.title_ja}: 抽選{shown.leaves:,}回、発券{shown.issued:,}枚、はずれ{shown.lost:,}、"
        f"対照群{shown.holdout:,}、上限で見送り{shown.capped:,}。利用{shown.used:,}枚{more[0]}。",
        f"  {shown.title_en}: {shown.leaves:,} draws, {shown.issued:,} slips, {shown.lost:,} lost, {shown.holdout:,}"
        f" held out, {shown.capped:,} held back by a cap; {shown.used:,} used{more[1]}.",
    )
    audit = shown.audit_told()
    told = [shown.tried.told()] if shown.tried else []
    told += [shown.result.told(), shown.result.lift_told()] if shown.result and (shown.leaves or shown.tried) else []
    for said in (*told, Say(f"監査: {audit.ja}。", f"Audit: {audit.en}.")):
        yield Say(f"    {said.ja}", f"    {said.en}")


def check_of_curl(home: Path, curl: str) -> str:
    """Return the command that sends the purchase, keeps the slip of its answer, and checks it."""
    folder = home / FOLDER
    slip, terms = folder / f"{TODAYS}.slip.json", folder / f"{TODAYS}.terms.json"
    return (
        f"{curl} | python3 -c {shlex.quote(_PICK)} > {shlex.quote(str(slip))}\n"
        f"{called()} verify-draw {shlex.quote(str(slip))} --terms {shlex.quote(str(terms))}"
    )


def _write(stage: Stage, name: str, what: str, content: bytes) -> None:
    (stage.home.path / FOLDER / f"{name}.{what}.json").write_bytes(content)
