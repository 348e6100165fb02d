"""A clearance is made in one place: nothing else calls its constructor, holds its maker, or goes around both."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "src" / "noren", ROOT / "tools", ROOT / "bench")
MAKER = ROOT / "src" / "noren" / "governance" / "clearing.py"


def breaches(text: str) -> list[str]:
    """Return what in a module makes, or could make, a clearance by itself."""
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Name(id="Cleared") | ast.Attribute(attr="Cleared")):
                found.append(f"line {node.lineno}: calls Cleared")
            case ast.Call(func=ast.Subscript(value=ast.Name(id="Cleared"))):
                found.append(f"line {node.lineno}: calls Cleared[…]")
            case ast.Name(id="_MAKER") | ast.Attribute(attr="_MAKER" | "_cleared"):
                found.append(f"line {node.lineno}: takes the maker")
            case ast.ImportFrom(names=names) if {"_MAKER", "_cleared"} & {name.name for name in names}:
                found.append(f"line {node.lineno}: imports the maker")
            case ast.ClassDef(bases=bases) if any("Cleared" in ast.dump(each) for each in bases):
                found.append(f"line {node.lineno}: is a kind of Cleared")
            case ast.Attribute(value=ast.Name(id="object"), attr="__new__" | "__setattr__") if "Cleared" in text:
                found.append(f"line {node.lineno}: makes or changes objects beside their constructor")
            case _:
                pass
    return found


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in package.rglob("*.py") if path != MAKER]


def test_nothing_but_clearing_makes_a_clearance() -> None:
    found = {str(path.relative_to(ROOT)): breaches(path.read_text("utf-8")) for path in modules()}
    assert {path: each for path, each in found.items() if each} == {}


def test_clearing_makes_it_once() -> None:
    calls = [each for each in breaches(MAKER.read_text("utf-8")) if "calls" in each]
    assert len(calls) == 1, calls


@pytest.mark.parametrize(
    "line",
    [
        "Cleared(flow, party, versions, at, False, False, False, False, maker=None)",
        "clearing.Cleared(flow)",
        "Cleared[str, str](flow)",
        "from noren.governance.clearing import _MAKER",
        "maker = clearing._MAKER",
        "clearing._cleared(register, flow, at)",
        "class Mine(Cleared[str, str]): ...",
        "class Mine(clearing.Cleared): ...",
        "mine = object.__new__(Cleared)",
        "object.__setattr__(cleared, 'flow', other)  # of a Cleared",
    ],
)
def test_a_way_around_would_be_seen(line: str) -> None:
    assert breaches(f"{line}\n# Cleared") != []


def test_taking_and_naming_one_is_no_breach() -> None:
    assert breaches("def run(cleared: Cleared[str, str]) -> Cleared[str, str] | Refused: return still(cleared)") == []
