"""Which encoding a text file is in: clear rules, no statistics about languages.

1. A byte order mark decides (UTF-8; UTF-16 is refused with advice).
2. UTF-8, when at least half of the lines with a byte over 0x7F are UTF-8: no other
   encoding's Japanese passes for UTF-8 by chance, and a few broken lines must not hide it.
3. cp932 or EUC-JP: the one that reads more lines.
4. Both read them all: cp932, unless its reading needs half-width katakana; then EUC-JP,
   unless more than a tenth of *that* reading is rare kanji (JIS level 2 and beyond).
``--encoding`` overrules. ``shift_jis`` is never used: it fails on ㈱ ① 髙.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from noren.doors.cli.files.eucjp import decode_euc_jp
from noren.doors.cli.files.rows import FileProblem
from noren.kernel.say import Say

SAMPLE_LINES: Final = 20_000
"""Lines with a byte over 0x7F that are looked at before deciding."""

RARE_SHARE: Final = 0.1

_HALF_WIDTH_KATAKANA: Final = re.compile("[\uff61-\uff9f]")
_JIS_IN: Final = re.compile(rb"\x1b\$[@B]")
_JIS_OUT: Final = re.compile(rb"\x1b\([BJ]")
_UTF8_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A way to read bytes. ``decode`` raises UnicodeDecodeError."""

    name: str
    decode: Callable[[bytes], str]
    mark: bytes = b""


UTF8: Final = Encoding("UTF-8", lambda raw: raw.decode("utf-8"))
UTF8_BOM: Final = Encoding("UTF-8 (BOM)", lambda raw: raw.decode("utf-8"), _UTF8_MARK)
CP932: Final = Encoding("cp932", lambda raw: raw.decode("cp932"))
EUC_JP: Final = Encoding("EUC-JP", decode_euc_jp)

BY_NAME: Final[dict[str, Encoding]] = {"utf-8": UTF8, "cp932": CP932, "euc-jp": EUC_JP}


def detect(head: bytes, lines: Iterable[bytes]) -> Encoding:
    """Return the encoding of a file by its first bytes and its lines.

    Raises:
        FileProblem: UTF-16 or ISO-2022-JP, which no rule here reads.
    """
    if head.startswith(_UTF8_MARK):
        return UTF8_BOM
    _refuse_foreign(head)
    sample = _not_ascii(lines)
    if not sample or 2 * _readable(UTF8, sample) >= len(sample):
        return UTF8
    cp932, euc = _readable(CP932, sample), _readable(EUC_JP, sample)
    if cp932 != euc:
        return CP932 if cp932 > euc else EUC_JP
    return _between(sample)


def _refuse_foreign(head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileProblem(
            Say(
                "UTF-16のファイルは読めません。「CSV UTF-8(コンマ区切り)」で保存し直してください。",
                "The file is UTF-16, which is not read. Save it again as “CSV UTF-8 (comma delimited)”.",
            )
        )
    if head.isascii() and _JIS_IN.search(head) and _JIS_OUT.search(head):
        raise FileProblem(
            Say(
                "ISO-2022-JP(JIS)のファイルは読めません。UTF-8で保存し直してください。",
                "The file is ISO-2022-JP, which is not read. Save it again as UTF-8.",
            )
        )


def _not_ascii(lines: Iterable[bytes]) -> list[bytes]:
    sample: list[bytes] = []
    for line in lines:
        if not line.isascii():
            sample.append(line)
            if len(sample) == SAMPLE_LINES:
                break
    return sample


def _readable(encoding: Encoding, sample: list[bytes]) -> int:
    return sum(_reads(encoding, line) is not None for line in sample)


def _reads(encoding: Encoding, line: bytes) -> str | None:
    try:
        return encoding.decode(line)
    except UnicodeDecodeError:
        return None


def _between(sample: list[bytes]) -> Encoding:
    """Rule 4: every line reads in both (or equally many do)."""
    as_cp932 = "".join(_reads(CP932, line) or "" for line in sample)
    if not _HALF_WIDTH_KATAKANA.search(as_cp932):
        return CP932
    as_euc = [sign for line in sample for sign in _reads(EUC_JP, line) or "" if not sign.isascii()]
    rare = sum(_is_rare(sign) for sign in as_euc)
    return CP932 if rare > RARE_SHARE * len(as_euc) else EUC_JP


def _is_rare(sign: str) -> bool:
    """A sign outside JIS X 0208's symbols, kana and level 1 kanji (rows 1-8 and 16-47)."""
    try:
        row = sign.encode("euc_jp")[0] - 0xA0
    except UnicodeEncodeError:
        return True
    return not (1 <= row <= 8 or 16 <= row <= 47)
