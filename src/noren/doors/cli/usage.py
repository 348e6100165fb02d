"""What is said when a command is called wrongly (exit 2). No given value is repeated: one may be a card."""

from __future__ import annotations

import re
from typing import Final

from noren.kernel.say import Say

_PATTERNS: Final[tuple[tuple[re.Pattern[str], Say], ...]] = (
    (re.compile(r"Missing argument '?(?P<x>[^'.]+)'?"), Say("引数「{x}」がありません。", "Missing argument {x}.")),
    (re.compile(r"Missing command"), Say("コマンドが書かれていません。", "A command is missing.")),
    (re.compile(r"Missing option '?(?P<x>[^'.]+)'?"), Say("オプション {x} がありません。", "Missing option {x}.")),
    (
        re.compile(r"No such option:? '?(?P<x>--?[A-Za-z][\w-]*)"),
        Say("{x} というオプションはありません。", "No such option {x}."),
    ),
    (
        re.compile(r"No such command '(?P<x>[A-Za-z][\w-]*)'"),
        Say("{x} というコマンドはありません。", "No such command {x}."),
    ),
    (re.compile(r"unexpected extra argument"), Say("引数が多すぎます。", "Too many arguments.")),
    (re.compile(r"Option '?(?P<x>--?[\w-]+)'? requires"), Say("{x} には値が必要です。", "Option {x} wants a value.")),
    (
        re.compile(r"Invalid value for '?(?P<x>[^':]+)'?: (?i:file|path|directory) .* does not exist"),
        Say("「{x}」に書かれたファイルはありません。", "The file given as {x} does not exist."),
    ),
    (
        re.compile(r"Invalid value for '?(?P<x>[^':]+)'?:.* is not one of (?P<these>[a-z', -]+)"),
        Say("「{x}」の値が正しくありません。次のどれかです: {these}。", "Invalid value for {x}: it is one of {these}."),
    ),
    (
        re.compile(r"Invalid value for '?(?P<x>[^':]+)'?"),
        Say("「{x}」の値が正しくありません。", "Invalid value for {x}."),
    ),
)
_NEAR: Final = re.compile(r"Did you mean '?(?P<x>--?[\w-]+|[a-z][\w-]*)")
_OTHER: Final = Say("呼び出し方が正しくありません。", "The command was called wrongly.")


def usage_problem(message: str, command: str) -> Say:
    """Return the framework's message about a call in both languages, with what to do."""
    what = next((_filled(say, found) for pattern, say in _PATTERNS if (found := pattern.search(message))), _OTHER)
    near = _NEAR.search(message)
    hint = _filled(Say(" {x} のことですか?", " Did you mean {x}?"), near) if near else Say("", "")
    return Say(f"{what.ja}{hint.ja} 使い方: {command} --help", f"{what.en}{hint.en} How it is used: {command} --help")


def _filled(say: Say, found: re.Match[str]) -> Say:
    words = {name: word.replace("'", "") for name, word in found.groupdict(default="").items()}
    return Say(_with(say.ja, words), _with(say.en, words))


def _with(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text
