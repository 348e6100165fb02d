"""How the demo's campaigns end: the seed is published, an auditor draws again, slips and terms lie ready to be checked.

Done once in a home's life, by the demo's people, each signed in. One more campaign begins then and runs on: the
purchase that the demo prints gets a slip by it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from noren.campaign.spec import Campaign
from noren.campaign.terms import campaign_in
from noren.doors.cli.demo.campaigns import FOLDER, TODAYS, of_the_year, of_today, start_all, told, wait_for
from noren.doors.cli.demo.errors import CampaignStuck
from noren.doors.cli.demo.staff import AUDITOR, MARKETER, Cast
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.wallet import Wallet
from noren.doors.cli.speech import called
from noren.house.inner import CallRefused, InnerClient
from noren.house.keys import open_keys
from noren.house.passes import Porter
from noren.house.showing import CampaignShown
from noren.kernel.say import Say

_AUDIT_SECONDS: Final = 900.0
_COUNTED: Final = ("leaves", "issued", "lost", "holdout", "capped")

_PICK: Final = (
    "import json, sys; "
    'print(json.dumps(next(x for x in json.load(sys.stdin)["effects"] if x["type"] == "issue_coupon")))'
)

Told = Callable[[Say], None]


def begin_today(stage: Stage, cast: Cast, shift_days: int) -> None:
    """Let the campaign begin that the printed purchase gets a slip of."""
    start_all(stage, list(of_today(shift_days)), cast.as_)
    _write(stage, TODAYS, "terms", told(stage)[TODAYS]["terms"].encode())


def end_all(stage: Stage, cast: Cast, shift_days: int, wallet: Wallet, say: Told) -> tuple[CampaignShown, ...]:
    """Reveal and audit the campaigns of the year; return what is shown of them.

    Raises:
        CampaignStuck: a step is refused.
    """
    names = [paper.id for paper in of_the_year(shift_days)]
    try:
        for name in names:
            _reveal(stage, cast, name)
        return tuple(_ended(stage, cast, name, wallet, say) for name in names)
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


def _ended(stage: Stage, cast: Cast, name: str, wallet: Wallet, say: Told) -> CampaignShown:
    found, audited = told(stage)[name], _audit(stage, cast, name)
    _write(stage, name, "terms", found["terms"].encode())
    if name in wallet.examples:
        _write(stage, name, "slip", msgspec.json.format(msgspec.json.encode(wallet.examples[name][1]), indent=1))
    shown = _shown(found, audited, wallet, stage.home.path)
    say(in_words(shown))
    return shown


def _audit(stage: Stage, cast: Cast, name: str) -> Any:
    """Ask the condition of every purchase again and draw every draw again; that takes its time."""
    porter = Porter(stage.home, open_keys(stage.home, "operator"))
    with closing(InnerClient(stage.home, porter, "ledger-worker", timeout_seconds=_AUDIT_SECONDS)) as patient:
        patient.bear(cast.token(AUDITOR))
        return patient.call("/campaigns/audit", {"campaign": name})


def _shown(found: Mapping[str, Any], audited: Mapping[str, Any], wallet: Wallet, home: Path) -> CampaignShown:
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


def in_words(shown: CampaignShown) -> Say:
    """Return what a campaign came to, in a line."""
    fits, wrong = ("監査: すべて合いました", "audit: all fits"), ("監査: 不一致あり", "audit: SOMETHING WRONG")
    good = fits if shown.good else wrong
    return Say(
        f"  {shown.title_ja}: 抽選{shown.leaves:,}回、発券{shown.issued:,}枚、はずれ{shown.lost:,}、"
        f"対照群{shown.holdout:,}、上限で見送り{shown.capped:,}。利用{shown.used:,}枚。{good[0]}",
        f"  {shown.title_en}: {shown.leaves:,} draws, {shown.issued:,} slips, {shown.lost:,} lost, {shown.holdout:,}"
        f" held out, {shown.capped:,} held back by a cap; {shown.used:,} used; {good[1]}",
    )


def not_good(campaigns: tuple[CampaignShown, ...]) -> Iterator[Say]:
    """Yield each campaign of which something did not fit."""
    for each in campaigns:
        if not each.good:
            yield Say(
                f"企画 {each.name} の監査に不一致があります。", f"The audit of campaign {each.name} found faults."
            )


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
