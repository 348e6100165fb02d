"""Refusals of campaigns: values with a word and what to say, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from noren.activity.campaigns import CampaignState
from noren.audience.spec_file import Problem
from noren.kernel.say import Say
from noren.kernel.values import value


class Word(StrEnum):
    """Why something was refused."""

    FILE = "file"
    UNKNOWN = "unknown-campaign"
    TAKEN = "id-taken"
    BAD_NAME = "bad-name"
    BAD_SHARE = "bad-share"
    NOT_NOW = "not-in-this-state"
    OWN_APPROVAL = "own-approval"
    TWICE = "approved-already-by-you"
    NEEDS_OFFICER = "needs-privacy-officer"
    NO_TILL = "no-till"
    TOO_EARLY = "too-early"
    NO_FIGURE = "no-figure"
    BUDGET = "budget-empty"


@value
class Refusal:
    """``problems``: of the file, each with its place."""

    word: Word
    say: Say
    problems: tuple[Problem, ...] = ()


STATES: Final[Mapping[CampaignState, Say]] = {
    CampaignState.DRAFT: Say("下書き", "draft"),
    CampaignState.APPROVED: Say("承認済み", "approved"),
    CampaignState.STARTING: Say("開始の待ち(レジの処理が種を作る)", "starting: the till is to make the seed"),
    CampaignState.RUNNING: Say("実施中", "running"),
    CampaignState.STOPPED: Say("停止", "stopped"),
    CampaignState.REVEALING: Say("公開の待ち(レジの処理が種を開く)", "revealing: the till is to open the shares"),
    CampaignState.REVEALED: Say("種を公開済み", "revealed"),
    CampaignState.DROPPED: Say("取りやめ", "dropped"),
}


def file_refused(problems: list[Problem]) -> Refusal:
    """Return the refusal of a file with errors."""
    say = Say("ファイルに直すところがあるので、何もしていません。", "The file has to be mended; nothing was done.")
    return Refusal(Word.FILE, say, tuple(problems))


def unknown(campaign: str) -> Refusal:
    """Return the refusal of a campaign that is not there."""
    return Refusal(
        Word.UNKNOWN,
        Say(
            f"企画『{campaign}』はありません。noren campaign list で確かめてください。",
            f"There is no campaign “{campaign}”: see noren campaign list.",
        ),
    )


def taken(campaign: str) -> Refusal:
    """Return the refusal of an id that a campaign has."""
    return Refusal(
        Word.TAKEN,
        Say(
            f"『{campaign}』という企画はもうあります。一度使った id は使えません。別の id にしてください。",
            f"There is a campaign “{campaign}” already, and an id is given once: take another.",
        ),
    )


def not_now(campaign: str, state: CampaignState, wanted: Say) -> Refusal:
    """Return the refusal of a step that the campaign's state does not allow."""
    now = STATES[state]
    return Refusal(
        Word.NOT_NOW,
        Say(
            f"企画『{campaign}』は「{now.ja}」です。{wanted.ja}",
            f"The campaign “{campaign}” is in the state “{now.en}”. {wanted.en}",
        ),
    )


def bad_name(option: str) -> Refusal:
    """Return the refusal of what is nobody's name."""
    return Refusal(
        Word.BAD_NAME,
        Say(
            f"{option} は64文字までの名前です(空白だけ、制御文字は使えません)。",
            f"{option} is a name of 64 characters at most, not blank and without control characters.",
        ),
    )


BAD_SHARE: Final = Refusal(
    Word.BAD_SHARE,
    Say(
        "抽選の種の持ち分が、決まりの形でないか、ほかの人のものと同じです。もう一度行ってください。",
        "The share of the draw's seed is not as it must be, or is another person's. Do it again.",
    ),
)


def own_approval(campaign: str, author: str) -> Refusal:
    """Return the refusal of an author who approves."""
    return Refusal(
        Word.OWN_APPROVAL,
        Say(
            f"『{campaign}』は作成者本人({author})には承認できません。ほかの二人が承認してください。",
            f"“{campaign}” can not be approved by its own author, {author}: two others have to.",
        ),
    )


def twice(campaign: str, approver: str) -> Refusal:
    """Return the refusal of a second approval by one person."""
    return Refusal(
        Word.TWICE,
        Say(
            f"『{campaign}』は {approver} がもう承認しています。二人目は別の人です。",
            f"{approver} has approved “{campaign}” already: the second approval is another person's.",
        ),
    )


def needs_officer(campaign: str) -> Refusal:
    """Return the refusal of approvals without the privacy officer."""
    return Refusal(
        Word.NEEDS_OFFICER,
        Say(
            f"『{campaign}』は慎重に扱う商品を見るので、承認者の一人は個人情報管理責任者です"
            "(noren.toml の audiences.privacy_officers)。",
            f"“{campaign}” touches a sensitive class of goods: one of its approvers is a privacy officer"
            " (audiences.privacy_officers in noren.toml).",
        ),
    )


def no_till(campaign: str) -> Refusal:
    """Return the refusal while no till has made the campaign's key."""
    return Refusal(
        Word.NO_TILL,
        Say(
            f"『{campaign}』の券の鍵を、レジの処理がまだ作っていません。noren till を起動してやり直してください。",
            f"No till has made the key of “{campaign}” yet. Start noren till and do it again.",
        ),
    )


def too_early(campaign: str, first: date) -> Refusal:
    """Return the refusal of a reveal before its time."""
    return Refusal(
        Word.TOO_EARLY,
        Say(
            f"『{campaign}』の種を公開できるのは{first}からです(終わりか停止から7日。遅れて届く購入を待ちます)。",
            f"The seed of “{campaign}” is published from {first} on: 7 days after its end, when late purchases are in.",
        ),
    )
