"""The demo's requests: the persona asks for disclosure, is given two files that only her own pages open, and complains.

Done once in a home's life. The complaint stays open, so that a clock can be seen running.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from noren.doors.cli.demo.staff import OFFICER
from noren.doors.cli.demo.stage import Stage
from noren.house.inner import CallRefused
from noren.kernel.say import Say

CLERK: Final = OFFICER
FOLDER: Final = "demo-disclosure"


def bring_requests(stage: Stage, card: str) -> Iterator[Say]:
    """Take in her requests and write her two documents, unless it was done; yield what to say of it."""
    who = {"card": card, "who": CLERK}
    if stage.vault.call("/rights/show", who)["requests"]:
        return
    asked = stage.vault.call("/rights/add", {**who, "kind": "disclosure", "checked": "document"})
    yield from _hand_over(stage, who)
    stage.vault.call("/rights/answer", {"request": asked["id"], "refused": False, "who": CLERK})
    words = "レシートのお名前の欄はなくしてください"
    open_ = stage.vault.call("/rights/add", {**who, "kind": "complaint", "checked": "card-and-details", "said": words})
    yield Say(f"  苦情を受け付けました。期限 {open_['due']}", f"  A complaint was taken in, due {open_['due']}")


def _hand_over(stage: Stage, who: dict[str, str]) -> Iterator[Say]:
    folder = stage.home.path / FOLDER
    try:
        own = stage.vault.call("/export/member", who)
        other = stage.worker.call("/export/member", {"order": own["order"]})
    except CallRefused:  # without the extra [pdf] nothing seals a file for hands between
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, made in (("registration", own), ("purchases", other)):
        _write(folder / f"{name}-{own['number']}.zip", made)
    yield Say(
        f"  開示書2つ(番号 {own['number']}): {folder}。開くコードは、ご本人の2つの画面にだけ出ます",
        f"  Two documents (number {own['number']}): {folder}. Only her own two pages show the codes",
    )


def _write(path: Path, made: dict[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_bytes(base64.b64decode(made["file"]))
