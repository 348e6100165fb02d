"""The desk and its register: what the process costs, and how long an announcement and a reading take.

    python bench/bench_register.py [DOCUMENTS]

The desk is the real process in a fresh home; announcing is judged over a register of so many documents (5,600
companies by default), in CPU of one thread, the best of five.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from noren.doors.cli.supervisor import answers
from noren.governance.announced.announcing import Planned, Wanted, plan
from noren.governance.announced.founding import founding_documents
from noren.governance.announced.store import DocumentStore
from noren.governance.notices import Notice, NoticeKind, Responsible
from noren.governance.parties import Party, PartyKind
from noren.governance.register import Document, DocumentKind, register_at
from noren.house.home import CONFIG, Programme, Settings, open_home, write_settings
from noren.house.keys import make_side
from noren.kernel.say import Say

COMPANIES = 5_600
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def process() -> None:
    """Start the desk; print its CPU and memory once it answers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "home"
        path.mkdir()
        (path / CONFIG).write_text(write_settings(Settings(programme=Programme(kind="sandbox"))), "utf-8")
        home = open_home(path)
        make_side(home, "neither")
        began = time.monotonic()
        child = subprocess.Popen([sys.executable, "-m", "noren.doors.cli.main", "desk", "--home", str(path)])
        while not answers(home, "desk"):
            time.sleep(0.02)
        waited = time.monotonic() - began
        status = Path(f"/proc/{child.pid}/status").read_text()
        memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        child.terminate()
        child.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"desk: answers after {waited:.1f} s at load {os.getloadavg()[0]:.1f}; "
            f"{used.ru_utime + used.ru_stime:.2f} s of CPU from start to end; {memory / 1024:.0f} MB resident"
        )


def best(what: str, work: Callable[[], object]) -> None:
    """Print the best of five runs, CPU of this thread."""
    times: list[float] = []
    for _ in range(5):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    print(f"{what}: {min(times) * 1000:.1f} ms")


def register(companies: int) -> None:
    """Judge an announcement over many documents, read them, read them from a file."""
    group = Party("C", PartyKind.GROUP, Say("会社", "Company"), "東京都", "代表")
    names = [f"C{number:05d}" for number in range(companies)]
    documents = [
        *founding_documents(NOW),
        *(Document(DocumentKind.PARTY, name, 1, NOW, NOW, replace(group, id=name)) for name in names),
    ]
    who = Responsible("運営", "東京都", "代表")
    notice = Notice(
        "joint",
        NoticeKind.JOINT_USE,
        frozenset({"shop"}),
        frozenset(names),
        frozenset({"statistics"}),
        who,
        Say("共同で利用します。", "Used jointly."),
    )
    wanted = Wanted(DocumentKind.NOTICE, "joint", notice)
    later = NOW + timedelta(days=1)
    assert isinstance(plan(documents, [wanted], now=later)[0], Planned)
    best(f"a notice that names {companies} companies, judged", lambda: plan(documents, [wanted], now=later))
    best(f"the register of {len(documents)} documents at an instant", lambda: register_at(documents, later))
    with tempfile.TemporaryDirectory() as folder:
        store = DocumentStore(Path(folder) / "register.db")
        store.add(documents)
        best("… read from its file", lambda: store.register(later))
        store.close()


if __name__ == "__main__":
    process()
    register(int(sys.argv[1]) if len(sys.argv) > 1 else COMPANIES)
