"""``noren campaign``: its commands."""

from __future__ import annotations

import typer

from noren.doors.cli.campaign import judging, steps
from noren.doors.cli.here import group
from noren.doors.cli.speech import both


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    campaigns = group(both("企画: 下書き、承認、開始、公開、監査", "Campaigns: from the draft to the audit"))
    for name, command, ja, en in (
        ("draft", steps.draft, "企画を下書きする", "Draft a campaign from its file"),
        (
            "approve",
            steps.approve,
            "企画を承認する(作成者以外の二人)",
            "Approve a campaign: two others than its author",
        ),
        ("start", steps.start, "企画を始める", "Start a campaign"),
        ("stop", steps.stop, "企画を止める、または取りやめる", "Stop a campaign, or drop one that never ran"),
        (
            "reveal",
            steps.reveal,
            "抽選の種を公開する(終わりから7日後)",
            "Publish the draw's seed, 7 days after the end",
        ),
        ("simulate", judging.simulate, "過去の購入に当てはめて見積もる", "Try a campaign over past purchases"),
        ("result", judging.result, "結果: 発券・利用・対照群との差", "Slips, their use, and the lift over the holdout"),
        ("audit", judging.audit, "抽選と条件をすべて確かめ直す", "Recompute every draw, and ask the condition again"),
        ("list", steps.list_campaigns, "企画の一覧", "List campaigns"),
        ("show", steps.show, "企画の内容と進み具合", "Show a campaign and how far it is"),
    ):
        campaigns.command(name, help=both(ja, en))(command)
    app.add_typer(campaigns, name="campaign")
