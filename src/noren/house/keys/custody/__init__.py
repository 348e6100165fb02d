"""Custody: who keeps a zone's key-encryption key. A port with three fillings, chosen by ``[keys] custody``.

- ``file``: the key lies in the key file, which only the zone's user can read.
- ``passphrase``: it lies there sealed under a passphrase (Argon2id).
- ``aws-kms``: it lies there as AWS KMS gave it out; KMS alone opens it, under the zone's name.

Every key file names the custody it was written with, so that files of two custodies can stand
side by side while ``noren keys custody`` moves them.
"""

from __future__ import annotations

import os
import secrets
from typing import Final, Literal, Protocol

import msgspec

from noren.house.home import Home, HomeProblem, Zone
from noren.kernel.keyring import KEY_BYTES
from noren.kernel.say import Say

Custodian = Literal["file", "passphrase", "aws-kms"]


DESCRIPTOR: Final = "NOREN_PASSPHRASE_FD"
"""Environment variable with the *number* of the descriptor by which a process inherits the passphrase."""


class Held(msgspec.Struct, frozen=True):
    """A key-encryption key as its custody left it."""

    custody: Custodian
    what: bytes


class CustodyProblem(HomeProblem):
    """A custody does not give a key out; ``say`` tells what to do."""


class Custody(Protocol):
    """The port."""

    def fresh(self, zone: Zone) -> tuple[bytes, Held]:
        """Return a new key-encryption key, in clear and as it is kept."""
        ...

    def open(self, zone: Zone, held: Held) -> bytes:
        """Return a kept key-encryption key in clear.

        Raises:
            CustodyProblem: it does not open.
        """
        ...


def inherited() -> tuple[int, ...]:
    """Return the descriptors that a child process must inherit to open keys."""
    number = os.environ.get(DESCRIPTOR, "")
    return (int(number),) if number.isdigit() else ()


class InFile:
    """The key itself, in the zone's own file: the embedded default."""

    def fresh(self, zone: Zone) -> tuple[bytes, Held]:
        """See ``Custody``."""
        del zone
        key = secrets.token_bytes(KEY_BYTES)
        return key, Held("file", key)

    def open(self, zone: Zone, held: Held) -> bytes:
        """See ``Custody``."""
        if len(held.what) != KEY_BYTES:
            raise CustodyProblem(
                Say(f"ゾーン {zone} の鍵ファイルが壊れています。", f"The key file of zone {zone} is damaged.")
            )
        return held.what


def custody_of(home: Home, custodian: Custodian) -> Custody:
    """Return a custody as the settings describe it. Its own parts are loaded only where it is used."""
    if custodian == "passphrase":
        from noren.house.keys.custody.passphrase import UnderPassphrase

        return UnderPassphrase(home)
    if custodian == "aws-kms":
        from noren.house.keys.custody.kms import InKms

        return InKms(home.settings.keys)
    return InFile()
