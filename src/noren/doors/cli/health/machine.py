"""The machine: Python, packages, disk."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from noren.doors.cli.health.finding import Finding
from noren.kernel.say import Say

OLDEST_PYTHON: Final = (3, 11)
LITTLE_DISK_BYTES: Final = 2 << 30
NO_DISK_BYTES: Final = 256 << 20
PACKAGES: Final = ("apsw", "cryptography", "granian", "litestar", "msgspec", "sqlalchemy")
EXTRAS: Final = ("deltalake", "duckdb", "pyarrow")


def look_at_machine(path: Path) -> Iterator[Finding]:
    """Yield findings about the machine and the disk that holds ``path``."""
    yield _python()
    yield from _packages()
    yield _disk(path)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Finding("ok", Say(f"Python {version}", f"Python {version}"))
    return Finding(
        "wrong",
        Say(f"Python {version} は古すぎます。", f"Python {version} is too old."),
        Say("Python 3.11以上を使ってください。", "Use Python 3.11 or newer."),
    )


def _packages() -> Iterator[Finding]:
    found = {name: _version(name) for name in (*PACKAGES, *EXTRAS)}
    missing = [name for name in PACKAGES if found[name] is None]
    if missing:
        names = ", ".join(missing)
        yield Finding(
            "wrong",
            Say(f"パッケージがありません: {names}", f"Packages are missing: {names}"),
            Say("make env で入れ直してください。", "Install them again with: make env"),
        )
    without = [name for name in EXTRAS if found[name] is None]
    if without:
        names = ", ".join(without)
        yield Finding(
            "warning",
            Say(f"分析用のパッケージがありません: {names}", f"Packages for analytics are missing: {names}"),
            Say(
                "履歴(レイク)とParquetには pip install 'noren[analytics]'",
                "The lake and Parquet need: pip install 'noren[analytics]'",
            ),
        )
    there = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    yield Finding("ok", Say(there, there))


def _version(name: str) -> str | None:
    """Return an installed package's version by its folder in site-packages; nothing is imported for it."""
    for place in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}):
        for folder in Path(place).glob(f"{name}-*.dist-info"):
            return folder.name.removeprefix(f"{name}-").removesuffix(".dist-info")
    return None


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    shown = f"{free / (1 << 30):.1f} GiB"
    what = Say(f"ディスクの空き: {shown}", f"Free disk: {shown}")
    advice = Say(
        "空きを増やしてください。足りなくなると、レジの購買を受けられません。",
        "Make room: when it runs out, the till can take no purchase.",
    )
    if free < NO_DISK_BYTES:
        return Finding("wrong", what, advice)
    return Finding("warning", what, advice) if free < LITTLE_DISK_BYTES else Finding("ok", what)
