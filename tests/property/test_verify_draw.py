"""``noren verify-draw`` and the script beside each other: what the one refuses the other refuses, to the bit."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from noren.campaign import checking, slips, verify_draw
from noren.campaign.checking import Known, judge, read_object
from noren.campaign.slips import Fault
from noren.doors.cli import slips as command
from noren.testing.slips import SEED, SHARES, VISIT, SlipCase, a_case, effect_of, public_terms, signed

app = typer.Typer()
command.add_to(app)
app.callback()(lambda: None)  # the command keeps its name; the whole command line takes 0.1 s to build

SHARES_HEX = b"".join(SHARES).hex()


def files(folder: Path, case: SlipCase) -> tuple[Path, Path]:
    terms, slip = folder / "terms.json", folder / "slip.json"
    terms.write_text(json.dumps(case.terms, ensure_ascii=False, indent=1), "utf-8")
    slip.write_text(json.dumps(case.slip, ensure_ascii=False, indent=1), "utf-8")
    return terms, slip


def noren(*words: str, given: str = "") -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["verify-draw", "--lang", "en", *words], input=given)
    return done.exit_code, done.stdout, done.stderr + (repr(done.exception) if done.exception else "")


def alone(*words: str) -> tuple[int, str]:
    """Run the printed script as anybody would: no noren, no site-packages."""
    call = [sys.executable, "-I", "-S", verify_draw.__file__, *words]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def script_takes(terms: Path, slip: Path, seed: str | None, number: str | None) -> bool:
    """Ask the script's own function, in this process: a process each takes a tenth of a second."""
    asked = argparse.Namespace(
        terms=str(terms), slip=str(slip), seed=seed, draw_number=number, shop=None, terminal=None, date=None,
        receipt=None,
    )  # fmt: skip
    try:
        verify_draw._check(asked)  # pyright: ignore[reportPrivateUsage]
    except (verify_draw.Wrong, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return True


@pytest.mark.parametrize("draw", ["member", "visit"])
def test_a_good_slip_is_accepted_by_both(tmp_path: Path, draw: str) -> None:
    case = a_case(draw=draw)
    terms, slip = files(tmp_path, case)
    words = ["--terms", str(terms), "--seed", SHARES_HEX, "--draw-number", case.number.reveal().hex()]
    if draw == "visit":
        words += ["--shop", VISIT.shop, "--terminal", VISIT.terminal, "--date", VISIT.business_date]
        words += ["--receipt", VISIT.receipt]
    code, said, wrong = noren(str(slip), "--slip", str(slip), *words, "--json")
    assert code == 0, said + wrong
    told = json.loads(said)
    assert told["good"] is True
    assert len(told["slips"]) == 2
    for each in told["slips"]:
        assert (each["signed"], each["committed"], each["drawn"], each["hers"]) == (True, True, True, True)
        assert (each["seq"], each["fault"]) == (41, None)
    code, said = alone("--slip", str(slip), *words)
    assert (code, "shares committed" in said, "hers" in said) == (0, True, True), said


def test_it_speaks_both_languages_and_reads_the_number_from_its_input(tmp_path: Path) -> None:
    case = a_case()
    terms, slip = files(tmp_path, case)
    code, said, _ = noren(str(slip), "--terms", str(terms), "--draw-number", "-", given=case.number.reveal().hex())
    assert (code, said) == (0, f"good: {slip}: signed, of that draw number\n")
    done = CliRunner().invoke(app, ["verify-draw", "--lang", "ja", str(slip), "--terms", str(terms)])
    assert (done.exit_code, done.stdout) == (0, f"正常: {slip}: 署名が合う\n")


def test_one_wrong_slip_among_good_ones_is_named(tmp_path: Path) -> None:
    terms, slip = files(tmp_path, a_case())
    other = tmp_path / "other.json"
    other.write_text(slip.read_text("utf-8").replace("50円", "90円"), "utf-8")
    code, said, _ = noren(str(slip), str(other), "--terms", str(terms))
    assert code == 1
    assert said.splitlines() == [
        f"good: {slip}: signed",
        f"WRONG: {other}: The signature does not fit: slip or proof was changed.",
    ]


def test_a_winner_put_in_by_hand_is_found_when_the_seed_is_there(tmp_path: Path) -> None:
    case = a_case(wins=False)
    terms, slip = files(tmp_path, case)
    assert noren(str(slip), "--terms", str(terms))[0] == 0  # the register signed it: nothing can be told yet
    code, said, _ = noren(str(slip), "--terms", str(terms), "--seed", SEED.hex(), "--json")
    assert (code, json.loads(said)["slips"][0]["fault"]) == (1, "not-drawn")
    late = b"".join([*SHARES[:2], b"\x09" * 32]).hex()
    code, said, _ = noren(str(slip), "--terms", str(terms), "--seed", late, "--json")
    assert (code, json.loads(said)["slips"][0]["fault"]) == (1, "other-shares")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["SLIP"],
        ["--terms", "TERMS"],
        ["SLIP", "--terms", "nowhere"],
        ["nowhere", "--terms", "TERMS"],
        ["SLIP", "--terms", "TERMS", "--seed", "abc"],
        ["SLIP", "--terms", "TERMS", "--seed", "é" * 64],
        ["SLIP", "--terms", "TERMS", "--draw-number", "00"],
        ["SLIP", "--terms", "TERMS", "--draw-number", "00" * 16, "--shop", "S1"],
        ["SLIP", "--terms", "TERMS", "--shop", "S1", "--terminal", "T1", "--date", "2026-11-02", "--receipt", "1"],
    ],
)
def test_called_wrongly_it_ends_with_2(tmp_path: Path, words: list[str]) -> None:
    terms, slip = files(tmp_path, a_case())
    places = {"TERMS": str(terms), "SLIP": str(slip)}
    done = CliRunner().invoke(app, ["verify-draw", *(places.get(word, word) for word in words)])
    assert getattr(done.exception, "code", None) == 2, done.output


def test_the_number_of_a_wrong_call_is_not_repeated(tmp_path: Path) -> None:
    terms, slip = files(tmp_path, a_case())
    done = CliRunner().invoke(app, ["verify-draw", str(slip), "--terms", str(terms), "--draw-number", "1234567"])
    assert "1234567" not in done.output + str(done.exception)


def test_the_script_is_printed_as_it_is_and_is_short(tmp_path: Path) -> None:
    code, said, _ = noren("--script")
    assert (code, said) == (0, Path(verify_draw.__file__).read_text("utf-8"))
    assert len(said.splitlines()) < 200
    kept = tmp_path / "kept.py"
    kept.write_text(said, "utf-8")
    terms, slip = files(tmp_path, a_case())
    call = [sys.executable, "-I", "-S", str(kept), "--terms", str(terms), "--slip", str(slip)]
    assert subprocess.run(call, capture_output=True, check=False).returncode == 0


def flips(content: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def packed(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def wrongly_taken(judged: Callable[..., checking.Verdict]) -> list[bytes]:
    """Turn every bit of slip, terms, seed and number over; return what was taken although it says something else."""
    case, number = a_case(), a_case().number
    terms, slip, known = case.terms, case.slip, Known(b"".join(SHARES), number)
    assert judged(terms, slip, known).good
    taken = [
        each for each in flips(packed(slip)) if (read := read_object(each)) != slip and judged(terms, read, known).good
    ]
    taken += [
        each for each in flips(packed(terms)) if (read := read_object(each)) != terms and judged(read, slip, known).good
    ]
    taken += [each for each in flips(b"".join(SHARES)) if judged(terms, slip, Known(each, number)).good]
    for each in flips(number.reveal()):
        if judged(terms, slip, Known(SEED, type(number)(each))).good:
            taken.append(each)
    return taken


def test_one_bit_changed_anywhere_is_refused() -> None:
    assert wrongly_taken(judge) == []


def test_a_check_that_leaves_the_print_out_would_be_found() -> None:
    """The negative control: a judge that does not look at one field takes what it must not."""

    def careless(terms: Any, slip: Any, known: Known) -> checking.Verdict:
        if isinstance(slip, dict):
            slip = {**slip, "print": effect_of()["print"]}
        return judge(terms, slip, known)

    case = a_case()
    changed = (read_object(each) for each in flips(packed(case.slip)))
    assert any(careless(case.terms, each, Known()).good for each in changed if each != case.slip)


def test_the_script_refuses_what_the_command_refuses(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance, case = random.Random(seed), a_case()
    terms, slip = files(tmp_path, case)
    whole = {"terms": packed(case.terms), "slip": packed(case.slip), "seed": SHARES_HEX.encode()}
    whole["number"] = case.number.reveal().hex().encode()
    for turn in range(120):
        parts = dict(whole)
        name = chance.choice(list(parts))
        bit = chance.randrange(8 * len(parts[name]))
        changed = bytearray(parts[name])
        changed[bit // 8] ^= 1 << bit % 8
        parts[name] = bytes(changed)
        terms.write_bytes(parts["terms"])
        slip.write_bytes(parts["slip"])
        seed_hex, number = parts["seed"].decode("latin-1"), parts["number"].decode("latin-1")
        words = [str(slip), "--terms", str(terms), "--seed", seed_hex, "--draw-number", number]
        if "\0" in seed_hex + number or number.startswith("-"):
            continue  # no such argument can be given
        code, said, wrong = noren(*words)
        told = (name, bit, said, wrong)
        assert (code == 0) == script_takes(terms, slip, seed_hex, number), told
        assert (code == 0) == (read_object(parts["slip"]) == case.slip and same(parts, whole)), told
        if turn % 30 == 0:
            assert (alone("--slip", *words)[0] == 0) == (code == 0)


def same(parts: dict[str, bytes], whole: dict[str, bytes]) -> bool:
    """Whether what is given besides the slip says what it said: large and small digits are the same."""
    small = all(parts[name].lower() == whole[name].lower() for name in ("seed", "number"))
    return small and read_object(parts["terms"]) == read_object(whole["terms"])


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", '{"a":1,"a":1}', '{"a":1.5}', '{"a":NaN}', '{"a":"\\ud800"}', "{" * 3, "[" * 100_000, '{"a":1}x'],
)
def test_what_is_no_slip_or_terms_is_told_apart(text: str) -> None:
    case = a_case()
    assert read_object(text) is None
    assert judge(case.terms, read_object(text), Known()).fault is Fault.NOT_A_SLIP
    assert judge(read_object(text), case.slip, Known()).fault is Fault.NOT_TERMS


@pytest.mark.parametrize("name", ["campaign", "draw", "rate", "public_key", "share_hashes"])
def test_terms_that_say_too_little_are_no_terms(name: str) -> None:
    case = a_case()
    less = {each: said for each, said in case.terms.items() if each != name}
    assert judge(less, case.slip, Known()).fault is Fault.NOT_TERMS


def test_every_fault_has_its_words_in_both_languages() -> None:
    assert set(Fault) == set(slips.SAYS)
    assert all(say.ja and say.en and say.ja != say.en for say in slips.SAYS.values())


def test_a_slip_of_another_campaign_under_the_same_terms_is_refused() -> None:
    terms = public_terms()
    slip = signed(terms, bytes(32), effect_of("tea-fans"))
    assert judge(terms, slip, Known()).fault is Fault.OTHER_CAMPAIGN
