"""Custody under a passphrase: Argon2id makes a key of it, under which the key-encryption key is sealed.

The passphrase comes through an inherited descriptor, a file named in the settings, or the
terminal; never from an argument or the environment, which others can read.
"""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from pathlib import Path
from typing import Final

import msgspec
from argon2.low_level import Type, hash_secret_raw

from noren.house.home import Home, Zone
from noren.house.keys.custody import DESCRIPTOR, CustodyProblem, Held
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.say import Say
from noren.kernel.sealing import DoesNotOpen, Place, seal, unseal

MAX_BYTES: Final = 1_024
_SALT_BYTES: Final = 16
_PASSES: Final = 3
_MEMORY_KIB: Final = 65_536  # RFC 9106, second recommended option
_LANES: Final = 4


class _Sealed(msgspec.Struct, frozen=True):
    salt: bytes
    passes: int
    memory_kib: int
    lanes: int
    sealed: bytes


class UnderPassphrase:
    """Fills ``Custody``."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def fresh(self, zone: Zone) -> tuple[bytes, Held]:
        """See ``Custody``."""
        key, salt = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(_SALT_BYTES)
        ring = _ring(passphrase(self._home), salt, _PASSES, _MEMORY_KIB, _LANES)
        kept = _Sealed(salt, _PASSES, _MEMORY_KIB, _LANES, seal(ring, key, _place(zone)))
        return key, Held("passphrase", msgspec.msgpack.encode(kept))

    def open(self, zone: Zone, held: Held) -> bytes:
        """See ``Custody``."""
        kept = msgspec.msgpack.decode(held.what, type=_Sealed)
        ring = _ring(passphrase(self._home), kept.salt, kept.passes, kept.memory_kib, kept.lanes)
        try:
            return unseal(ring, kept.sealed, _place(zone))
        except DoesNotOpen:
            raise CustodyProblem(
                Say(
                    "パスフレーズが違います。もう一度お試しください。",
                    "The passphrase is wrong. Try again.",
                )
            ) from None


def passphrase(home: Home) -> bytes:
    """Return the passphrase of this process: from its descriptor, the settings' file, or the terminal.

    Raises:
        CustodyProblem: there is none.
    """
    number = os.environ.get(DESCRIPTOR, "")
    if number.isdigit():
        return _sound(os.pread(int(number), MAX_BYTES + 1, 0))
    named = home.settings.keys.passphrase_file
    if named:
        return _sound(_of_file(home.path / named))
    if not sys.stdin.isatty():
        raise CustodyProblem(
            Say(
                "鍵を開くパスフレーズがありません。"
                "noren.toml の keys.passphrase_file にファイルを書くか、端末で実行してください。",
                "There is no passphrase to open the keys: name a file in noren.toml (keys.passphrase_file), "
                "or run this at a terminal.",
            )
        )
    typed = getpass.getpass("鍵のパスフレーズ / Passphrase of the keys: ").encode()
    return hand_down(_sound(typed))


def hand_down(secret: bytes) -> bytes:
    """Keep a passphrase in a nameless file in memory, for this process's next look and for its children."""
    descriptor = os.memfd_create("noren", os.MFD_CLOEXEC)
    os.pwrite(descriptor, secret, 0)
    os.environ[DESCRIPTOR] = str(descriptor)
    return secret


def _of_file(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise CustodyProblem(
                Say(
                    f"{path} を他の利用者が読めます。chmod 600 {path} で閉じてください。",
                    f"{path} can be read by others. Close it with: chmod 600 {path}",
                )
            )
        return path.read_bytes()
    except OSError as wrong:
        raise CustodyProblem(
            Say(
                f"パスフレーズのファイル {path} を読めません({wrong.strerror})。",
                f"The passphrase file {path} can not be read ({wrong.strerror}).",
            )
        ) from None


def _sound(raw: bytes) -> bytes:
    secret = raw.rstrip(b"\r\n")
    if not 0 < len(secret) <= MAX_BYTES:
        raise CustodyProblem(Say("パスフレーズが空か、長すぎます。", "The passphrase is empty or too long."))
    return secret


def _ring(secret: bytes, salt: bytes, passes: int, memory_kib: int, lanes: int) -> KeyRing:
    key = hash_secret_raw(secret, salt, passes, memory_kib, lanes, KEY_BYTES, Type.ID)
    return KeyRing("passphrase", 1, {1: key})


def _place(zone: Zone) -> Place:
    return Place("keys", zone, "kek", b"")
