"""A home with its desk alone, for tests of the command line; and the joint use that such tests announce."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from noren.house.home import CONFIG, Home, Programme, Settings, open_home, write_settings
from noren.house.keys import make_side

JOINT_NOTICE: Final = """
[[notice]]
id = "joint"
kind = "joint-use"
items = ["pseudonym", "shop", "amount"]
scope = ["C05"]
purposes = ["group-marketing"]
[notice.responsible]
name = "のれん株式会社"
address = "東京都千代田区1-1"
representative = "代表取締役 暖簾太郎"
[notice.text]
ja = "グループ会社と共同で利用します。氏名・住所は含みません。"
en = "We use it jointly with companies of the group. It contains no name or address."
"""


def desk_home(path: Path, kind: Literal["sandbox", "live"]) -> Home:
    """Make a home of that kind in a new folder, with the keys that the desk needs."""
    path.mkdir()
    (path / CONFIG).write_text(write_settings(Settings(programme=Programme(kind=kind))), "utf-8")
    home = open_home(path)
    make_side(home, "neither")
    return home
