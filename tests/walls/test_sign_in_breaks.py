"""The tests of signing in bite: each lock is broken in a copy of the source, and the test that guards it turns red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "noren"
ROOM, COMPANY = "tests/store/test_staff_room.py", "tests/unit/governance/test_company_sign_in.py"
GUARD = "tests/walls/test_staff_guard.py"


@dataclass(frozen=True)
class Break:
    """A lock: where it stands, its words, the words of a house without it, and the test that must turn red."""

    file: str
    lock: str
    broken: str
    test: str


BREAKS: Final = {
    "throttling": Break(
        "governance/staffing/room.py",
        "if own < FAILURES_OF_ONE and every < FAILURES_OF_ALL:",
        "if own >= 0:",
        f"{ROOM}::test_failures_are_counted_for_known_and_unknown_ids_alike",
    ),
    "a used code": Break(
        "governance/staffing/secrets.py",
        "step if fits and step > last else found",
        "step if fits else found",
        f"{ROOM}::test_a_used_code_is_refused_by_each_of_two_locks",
    ),
    "a code used twice at once": Break(
        "governance/staffing/store.py",
        "CREDENTIAL.c.counter < counter",
        "CREDENTIAL.c.counter <= counter",
        f"{ROOM}::test_a_used_code_is_refused_by_each_of_two_locks",
    ),
    "a session that ended": Break(
        "governance/staffing/store.py",
        "stands = SESSION.c.ended_us.is_(None), SESSION.c.begun_us > now - _us(ABSOLUTE), idle",
        "stands = SESSION.c.begun_us > now - _us(ABSOLUTE), idle",
        f"{ROOM}::test_a_session_ends_when_idle_when_old_and_when_told",
    ),
    "roles": Break(
        "doors/staff_guard.py",
        "rules = refusing(who.roles, act.action, act.holding, replace(act.about))",
        "rules = None",
        f"{GUARD}::test_with_an_account_each_act_asks_who_is_signed_in",
    ),
    "a claimed name": Break(
        "doors/staff_guard.py",
        "if claimed not in (None, who.account):",
        "if claimed is act:",
        f"{GUARD}::test_with_an_account_each_act_asks_who_is_signed_in",
    ),
    "who did it": Break(
        "doors/inner_door.py",
        "let_act(judged)",
        "let_act(NOBODY)",
        f"{GUARD}::test_entries_tell_who_is_signed_in_and_that_nobody_was",
    ),
    "nonce": Break(
        "governance/signing_in/id_tokens.py",
        '"nonce": nonce,',
        '"nonce": claims.get("nonce"),',
        f"{COMPANY}::test_a_token_with_a_wrong_claim_is_refused",
    ),
    "state of another browser": Break(
        "governance/signing_in/pending.py",
        " or not secrets.compare_digest(found.browser, _hash(browser))",
        "",
        f"{COMPANY}::test_a_state_counts_once_and_in_its_own_browser",
    ),
    "state taken twice": Break(
        "governance/signing_in/pending.py",
        "            del self._begun[name]\n",
        "",
        f"{COMPANY}::test_a_state_counts_once_and_in_its_own_browser",
    ),
}


def ran(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests on the package in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)


def copied(folder: Path) -> Path:
    """Lay the package out anew, as links to its files and to what was compiled of them."""
    shutil.copytree(SOURCE, folder / "noren", copy_function=os.symlink)
    return folder


def test_on_a_copy_with_all_locks_each_test_is_green(tmp_path: Path) -> None:
    done = ran(copied(tmp_path / "src"), *sorted({each.test for each in BREAKS.values()}))
    assert done.returncode == 0, done.stdout[-3_000:]


@pytest.mark.parametrize("lock", BREAKS)
def test_a_broken_lock_turns_its_test_red(lock: str, tmp_path: Path) -> None:
    wanted, where = BREAKS[lock], copied(tmp_path / "src")
    file = where / "noren" / wanted.file
    text = file.read_text("utf-8")
    assert text.count(wanted.lock) == 1, "the lock has other words now: break it by those"
    file.unlink()
    file.write_text(text.replace(wanted.lock, wanted.broken), "utf-8")
    done = ran(where, wanted.test)
    assert done.returncode == 1, done.stdout[-3_000:]
    assert f"FAILED {wanted.test}" in done.stdout, done.stdout[-3_000:]
