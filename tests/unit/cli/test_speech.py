"""The command line's two languages, and what is said about wrong calls."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
import typer

from noren.doors.cli.answers import refusal_text
from noren.doors.cli.here import Refusal
from noren.doors.cli.main import app
from noren.doors.cli.mapping import parse_map
from noren.doors.cli.speech import choose_language, spoken
from noren.doors.cli.terminal import days
from noren.doors.cli.usage import usage_problem


@pytest.mark.parametrize(
    ("arguments", "environment", "lang"),
    [
        ([], {}, "ja"),
        ([], {"LANG": "C.UTF-8"}, "ja"),
        ([], {"LANG": "ja_JP.UTF-8"}, "ja"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ([], {"NOREN_LANG": "ja", "LC_ALL": "en_US.UTF-8"}, "ja"),
        (["init", "--lang", "en"], {"NOREN_LANG": "ja"}, "en"),
        (["--lang=ja", "init"], {"LANG": "en_US"}, "ja"),
        (["--lang"], {}, "ja"),
    ],
)
def test_the_language_of_a_call(arguments: list[str], environment: dict[str, str], lang: str) -> None:
    assert choose_language(arguments, environment) == lang


def texts(command: Any) -> list[tuple[str, str | None]]:
    """Return (where, text) of every help text of a command and of all below it."""
    found: list[tuple[str, str | None]] = [(command.name, command.help)]
    found += [
        (f"{command.name} {parameter.name}", parameter.help) for parameter in command.params if not parameter.hidden
    ]
    for below in getattr(command, "commands", {}).values():
        found += texts(below)
    return found


def test_every_help_text_is_in_both_languages() -> None:
    for where, text in texts(typer.main.get_command(app)):
        assert text, f"{where} has no help"
        ja, en = spoken(text, "ja"), spoken(text, "en")
        assert ja != en, f"{where}: {text}"
        assert en.isascii(), where


@pytest.mark.parametrize(
    ("message", "ja", "en"),
    [
        ("Missing argument 'FILE'.", "引数「FILE」がありません", "Missing argument FILE"),
        ("Missing command.", "コマンドが書かれていません", "A command is missing"),
        ("Missing option '--shop'.", "オプション --shop がありません", "Missing option --shop"),
        ("No such option: --hom Did you mean --home?", "--home のことですか", "Did you mean --home"),
        ("No such command 'imprt'. Did you mean 'import'?", "imprt というコマンド", "Did you mean import"),
        ("Got unexpected extra argument (2980000000000001)", "引数が多すぎます", "Too many arguments"),
        (
            "Invalid value for '--port': '2980000000000001' is not a valid int",
            "「--port」の値",
            "Invalid value for --port",
        ),
        ("Something 2980000000000001 else", "呼び出し方", "called wrongly"),
    ],
)
def test_a_wrong_call_is_told_in_both_languages_and_repeats_no_value(message: str, ja: str, en: str) -> None:
    said = usage_problem(message, "noren x")
    assert ja in said.ja
    assert en in said.en
    assert "2980000000000001" not in said.ja + said.en


def test_map_options() -> None:
    assert parse_map(["会員ID=member_number", "a=b=card"]) == {"会員ID": "member_number", "a=b": "card"}
    for wrong in (["x"], ["=card"], ["x="], ["x=a", "x=b"]):
        with pytest.raises(Refusal) as refused:
            parse_map(wrong)
        assert refused.value.code == 2


def test_lives_of_keys() -> None:
    assert [days(text) for text in ("90d", "12w", "1y", "30")] == [90, 84, 365, 30]
    for wrong in ("", "0d", "x", "1m", "-1d"):
        with pytest.raises(Refusal):
            days(wrong)


def test_a_zone_s_own_words_are_told() -> None:
    assert refusal_text(409, b'{"reason_ja": "a", "reason_en": "b"}').en == "b"
    assert refusal_text(409, b'{"detail": "b"}').ja == "b"
    assert "500" in refusal_text(500, b"\xff").en


def test_japanese_help_is_folded_not_cut_off_and_a_group_takes_a_language_too() -> None:
    narrow_terminal = {**os.environ, "COLUMNS": "80", "TERMINAL_WIDTH": "80"}

    def told(*words: str) -> str:
        command = [sys.executable, "-m", "noren.doors.cli.main", *words]
        done = subprocess.run(command, capture_output=True, text=True, env=narrow_terminal, check=True)
        return done.stdout

    japanese = told("init", "--help", "--lang", "ja")
    assert "…" not in japanese
    assert "この説明を表示して終わる" in japanese
    assert "Look at keys and rotate them" in told("keys", "--lang", "en", "--help")
