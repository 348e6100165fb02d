"""One harness in a process of its own, for atheris instruments what it imports and ends its process.

.venv/bin/python -m tests.fuzz.harness till_body -runs=100000 -seed=1 [--broken] [libFuzzer's own options]
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import atheris

INSTRUMENTED = [
    "noren.doors.till", "noren.doors.cli.files", "noren.register", "noren.kernel", "noren.audience.language",
]  # fmt: skip

# pyright can not see what the package takes from its built part.
with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):  # pyright: ignore[reportAttributeAccessIssue]
    from tests.fuzz import cells, conditions, tables, till_batch, till_body

HARNESSES: dict[str, Any] = {
    "till_body": till_body,
    "till_batch": till_batch,
    "tables": tables,
    "cells": cells,
    "conditions": conditions,
}
ODD: tuple[Any, ...] = (None, True, 0, -1, 1, 10**9 + 1, 2**63, 2**70, 0.5, 1e300, "", "0", "２９８０", "a" * 33,
                        "2980001234567890", "\u0000", "\ud800", "2026-02-30", "2026-11-22", [], {}, [[]])  # fmt: skip


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Change bytes as libFuzzer does, or, every second time that a line of JSON is in it, a value inside."""
    luck = random.Random(seed)
    start = data.find(b"{")
    if luck.random() < 0.5 and start >= 0:
        line = data[start:].split(b"\n", 1)[0]
        try:
            parsed = json.loads(line)
        except ValueError:
            return bytes(atheris.Mutate(data, max_size))
        changed = json.dumps(_changed(parsed, luck), ensure_ascii=luck.random() < 0.5).encode("utf-8", "surrogatepass")
        return (data[:start] + changed + data[start + len(line) :])[:max_size]
    return bytes(atheris.Mutate(data, max_size))


def _changed(value: Any, luck: random.Random) -> Any:
    """Return a value in which something, somewhere, is odd, gone, or there twice."""
    if isinstance(value, dict) and value and luck.random() < 0.9:
        name = luck.choice(list(value))
        what = luck.randrange(8)
        if what == 0:
            return {key: inner for key, inner in value.items() if key != name}
        if what == 1:
            return value | {str(luck.choice(ODD)): luck.choice(ODD)}
        return value | {name: _changed(value[name], luck)}
    if isinstance(value, list) and value and luck.random() < 0.8:
        place = luck.randrange(len(value))
        return [*value[:place], _changed(value[place], luck), *value[place + luck.randrange(2) :]]
    return luck.choice(ODD)


def main(arguments: Sequence[str]) -> None:
    """Fuzz until the runs are done (exit 0) or something is found (libFuzzer's exit code)."""
    name, *options = arguments
    broken = "--broken" in options
    harness = HARNESSES[name]
    with tempfile.TemporaryDirectory(prefix="noren-corpus-") as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, seed in enumerate(harness.SEEDS):
            (corpus / str(number)).write_bytes(seed)
        words.write_bytes(b"".join(_entry(word) for word in harness.WORDS))
        kept = [option for option in options if option != "--broken"]
        atheris.Setup(
            [name, *kept, f"-dict={words}", f"-artifact_prefix={folder}/", str(corpus)],
            harness.make(broken=broken),
            custom_mutator=mutate,
        )
        atheris.Fuzz()


def _entry(word: str) -> bytes:
    return b'"' + b"".join(b"\\x%02x" % byte for byte in word.encode()) + b'"\n'


if __name__ == "__main__":
    main(sys.argv[1:])
