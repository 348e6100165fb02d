"""The audit log: what it acknowledged is there, proved and written by one; a member's records can be forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from noren.governance.log import Log, LogBroken, LogBusy, NotForgettable, parse_note
from noren.governance.log.disk import flush
from noren.governance.log.hashing import consistent, includes, leaf_hash
from noren.governance.log.log import MAX_GROUP
from noren.governance.ports import Entry, EntryKind
from noren.testing.audit_log import AT, log_keys, open_log, secret, stop_entry, verified

WORDS = ["zanzibar-9917", "all"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


def fill(log: Log, count: int = 600, members: int = 7) -> None:
    log.append([stop_entry(log, number % members, text="zanzibar-9917") for number in range(count)])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_acknowledged_is_there_when_it_is_opened_again(folder: Path) -> None:
    log = open_log(folder)
    for group in (1, 254, 3, 0, 700, 1):
        before = log.size
        assert log.append([stop_entry(log, number) for number in range(group)]) == range(before, before + group)
    head = log.checkpoint()
    log.close()
    again = open_log(folder)
    assert again.checkpoint() == head
    assert again.size == 1 + 1 + 254 + 3 + 700 + 1
    assert again.at(0).entry == Entry(
        EntryKind.LOG_BEGUN, AT.replace(hour=0, minute=0), {"origin": head.checkpoint.origin}
    )
    assert verified(folder).wrong == []
    again.append([stop_entry(again, 5)])
    assert verified(folder).wrong == []


def test_a_members_side_keeps_the_day_alone(folder: Path) -> None:
    log = open_log(folder)
    told = log.at(log.append([stop_entry(log, 1)])[0])
    assert told.when == "2026-11-26"
    assert b"09:30" not in b"".join(files(folder).values())


def test_every_entry_is_proved_under_the_signed_root_and_its_beginning_too(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 300)
    old = log.checkpoint().checkpoint
    fill(log, 400)
    head = parse_note((folder / "checkpoint").read_bytes()).checkpoint
    for place in (0, 1, 255, 256, 300, 511, 512, 700):
        leaf = leaf_hash(log.at(place).held.commitment)
        assert includes(head.root, head.size, place, leaf, log.proof(place))
        assert not includes(head.root, head.size, place, leaf_hash(b"another"), log.proof(place))
    assert consistent(old.size, old.root, head.size, head.root, log.consistency(old.size, head.size))


def test_a_members_entries_are_found_by_her_tag_and_nobody_elses(folder: Path) -> None:
    log = open_log(folder)
    fill(log)
    log.close()
    log = open_log(folder)
    found = log.of_member((3).to_bytes(8, "big"))
    assert len(found) == 86
    assert {told.entry.subject for told in found if told.entry} == {log.subject((3).to_bytes(8, "big"))}
    assert log.of_member(b"nobody") == []


def test_a_record_is_forgotten_and_the_root_stays(folder: Path) -> None:
    log = open_log(folder)
    fill(log)
    log.append([stop_entry(log, 99, text="quetzal-4711")])
    tag, head = log.subject((99).to_bytes(8, "big")), log.checkpoint().checkpoint
    [told] = log.of_subject(tag)
    before = b"".join(files(folder).values())
    for trace in (b"quetzal-4711", told.held.salt.hex().encode(), tag.hex().encode()):
        assert trace in before  # the control: were it not forgotten, its bytes would be found
    assert log.forget([told.place], reason="erasure") == 1
    after = b"".join(files(folder).values())
    for trace in (b"quetzal-4711", told.held.salt.hex().encode(), tag.hex().encode(), tag, told.held.salt):
        assert trace not in after
    assert told.held.commitment in after
    now = log.checkpoint().checkpoint
    assert consistent(head.size, head.root, now.size, now.root, log.consistency(head.size, now.size))
    assert includes(now.root, now.size, told.place, leaf_hash(told.held.commitment), log.proof(told.place))
    report = verified(folder)
    assert (report.wrong, report.forgotten) == ([], 1)
    assert log.at(told.place).entry is None
    assert log.of_subject(tag) == []
    last = log.at(now.size - 1).entry
    assert last is not None
    assert (last.kind, dict(last.body)) == (EntryKind.RECORDS_FORGOTTEN, {"count": 1, "reason": "erasure"})
    assert log.forget([told.place], reason="erasure") == 0


def test_forgetting_lasts_over_whole_spans_and_when_opened_again(folder: Path) -> None:
    log = open_log(folder)
    entries = [stop_entry(log, number % 1_000) for number in range(66_000)]
    log.append(entries)
    tag = log.subject((600).to_bytes(8, "big"))
    places = [told.place for told in log.of_subject(tag)]
    assert len(places) == 66
    assert any(place >= 65_536 for place in places)
    assert log.forget(places, reason="erasure") == 66
    log.close()
    log = open_log(folder)
    assert log.of_subject(tag) == []
    assert len(log.of_member((18).to_bytes(8, "big"))) == 66
    (folder / "private/subjects/000000").unlink()
    log.close()
    log = open_log(folder)  # the list is made anew from the records
    assert len(log.of_member((18).to_bytes(8, "big"))) == 66
    assert verified(folder).wrong == []


def test_an_act_that_concerns_no_member_is_never_forgotten(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 3)
    place = log.append([Entry(EntryKind.APPROVAL, AT, {"who": "a"})])[0]
    before = files(folder)
    with pytest.raises(NotForgettable):
        log.forget([1, place], reason="erasure")
    assert files(folder) == before


def test_a_record_taken_away_without_the_log_saying_so_is_found(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 10)
    log.close()
    path = folder / "private/records/000"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:4], lines[4].split(b" ")[0] + b"\n", *lines[5:]]))
    assert [wrong.where for wrong in verified(folder).wrong] == ["private/records"]


def test_an_interrupted_forgetting_is_finished_when_the_log_is_opened(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 600)
    intent = b'{"size": 601, "places": [3, 10, 300], "reason": "erasure"}'
    (folder / "private" / "forgetting").write_bytes(intent)
    log.close()
    log = open_log(folder)
    assert (log.size, verified(folder).forgotten, verified(folder).wrong) == (602, 3, [])
    (folder / "private" / "forgetting").write_bytes(intent)  # cut off after the entry: it is not written twice
    log.close()
    assert open_log(folder).size == 602
    assert verified(folder).wrong == []


def test_two_writers_are_refused(folder: Path) -> None:
    log = open_log(folder)
    with pytest.raises(LogBusy):
        open_log(folder)
    ask = (
        "import sys; from pathlib import Path; from noren.testing.audit_log import open_log\n"
        "from noren.governance.log import LogBusy\n"
        "try: open_log(Path(sys.argv[1]))\nexcept LogBusy: sys.exit(7)\n"
    )
    command = [sys.executable, "-c", ask, str(folder)]
    assert subprocess.run(command, check=False).returncode == 7
    log.close()
    assert subprocess.run(command, check=False).returncode == 0  # the control: alone, it is let in


def test_callers_at_once_each_get_their_own_places(folder: Path) -> None:
    log, got = open_log(folder), dict[int, range]()

    def call(number: int) -> None:
        got[number] = log.append([stop_entry(log, number, caller=number), stop_entry(log, number, caller=number)])

    threads = [threading.Thread(target=call, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(place for places in got.values() for place in places) == list(range(1, 49))
    for number, places in got.items():
        assert [told.entry.body["caller"] for place in places if (told := log.at(place)).entry] == [number] * 2
    assert verified(folder).wrong == []


def test_a_group_that_the_disk_does_not_take_is_not_acknowledged_and_the_next_one_is(
    folder: Path, tmp_path: Path
) -> None:
    log = open_log(folder)
    fill(log, 10)
    (folder / "tile" / "0" / "000").mkdir()  # the tile that is full after this group can not be written
    with pytest.raises(OSError, match=r"."):
        fill(log, 300)
    (folder / "tile" / "0" / "000").rmdir()
    assert log.size == 11
    fill(log, 300)
    assert (log.size, verified(folder).wrong) == (311, [])


def test_a_lost_or_foreign_checkpoint_is_never_mended(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 10)
    log.close()
    raw = (folder / "checkpoint").read_bytes()
    (folder / "checkpoint").unlink()
    with pytest.raises(LogBroken):
        open_log(folder)
    (folder / "checkpoint").write_bytes(raw)
    with pytest.raises(LogBroken):
        open_log(folder, log_keys(folder.with_name("other"), signing={1: secret("another key")}))
    open_log(folder).close()


def test_lost_records_are_never_mended(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 10)
    log.close()
    path = folder / "private/records/000"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(LogBroken):
        open_log(folder)


def test_a_rotated_key_signs_on_and_the_old_one_verifies_what_it_signed(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 3)
    old = log.keys.living
    log.close()
    both = {1: secret("log"), 2: secret("log 2")}
    log = open_log(folder, log_keys(folder, signing=both, current=2))
    note = parse_note((folder / "checkpoint").read_bytes())
    assert note.signed_by(old) == old
    assert len(note.signed_by(log.keys.living)) == 2
    log.close()
    log = open_log(folder, log_keys(folder, signing={2: secret("log 2")}, current=2))
    fill(log, 3)
    note = parse_note((folder / "checkpoint").read_bytes())
    assert note.signed_by(old) == []
    assert len(log.keys.known()) == 2
    assert verified(folder).wrong == []


def test_a_log_that_was_signed_by_a_key_destroyed_meanwhile_is_opened(folder: Path) -> None:
    log = open_log(folder)
    fill(log, 3)
    log.close()
    log = open_log(folder, log_keys(folder, signing={2: secret("log 2")}, current=2))
    assert log.checkpoint().signed_by(log.keys.living) == log.keys.living


def test_a_group_has_a_limit(folder: Path) -> None:
    log = open_log(folder)
    with pytest.raises(AssertionError):
        log.append([stop_entry(log, 1)] * (MAX_GROUP + 1))
    flush(folder)
    assert log.size == 1


def test_forgetting_and_appending_at_once_wait_for_each_other_and_end(folder: Path) -> None:
    log = open_log(folder)

    def append() -> None:
        for number in range(30):
            log.append([stop_entry(log, number)])

    threads = [threading.Thread(target=append) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(30):
        log.forget_member(number.to_bytes(8, "big"), reason="erasure")
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "they wait for each other for ever"
    assert verified(folder).wrong == []


@pytest.mark.parametrize("size", [254, 65_534] if os.environ.get("NOREN_NIGHT") else [254])
def test_what_a_crash_left_on_a_level_that_is_not_there_yet_is_removed(folder: Path, size: int) -> None:
    log = open_log(folder)
    log.append([stop_entry(log, number % 100) for number in range(size)])
    log.close()
    before = files(folder)
    log = open_log(folder)
    log.append([stop_entry(log, 1)] * 3)  # a tile is full: the next level begins
    log.close()
    for name, content in files(folder).items():
        if name.startswith("tile/") and name not in before:
            continue  # as if the power had gone before the checkpoint
        (folder / name).write_bytes(before.get(name, content))
    for name, content in before.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    log = open_log(folder)
    assert log.size == size + 1
    assert verified(folder).wrong == []
