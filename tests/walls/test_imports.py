"""P6 a, d: the walls as imports stand, and each of them turns red when it is broken on purpose."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "noren"
BIN = Path(sys.executable).parent

# module that breaks the wall, the line it gains, the contract that must say so
BREACHES = [
    ("register/decide.py", "import noren.identity", "Whatever handles purchases can not reach the vault"),
    ("activity/store.py", "from noren.identity import store", "Whatever handles purchases can not reach the vault"),
    ("house/till.py", "from noren.identity.contacts import Drawer", "Whatever handles purchases can not reach"),
    ("doors/till/app.py", "def late():\n    import noren.identity.vault", "Whatever handles purchases can not reach"),
    ("doors/worker/main.py", "import noren.house.vault", "Whatever handles purchases can not reach the vault"),
    ("identity/traits.py", "from noren.activity.model import Traits as T", "The vault can not reach purchases"),
    ("house/vault.py", "import noren.register", "The vault can not reach purchases"),
    ("doors/front/app.py", "import noren.identity.areas", "The desk and the front reach neither side"),
    ("doors/statement/app.py", "import noren.doors.vault", "Doors know nothing of each other"),
    ("identity/traits.py", "import noren.identity.contacts", "The drawer has its openers, and no others"),
    ("audience/language/nodes.py", "import noren.identity", "Whatever handles purchases can not reach the vault"),
    ("audience/language/nodes.py", "import noren.activity", "A condition is a value"),
    ("audience/live/plan.py", "import duckdb", "The live evaluator is made of functions over values"),
    ("audience/live/plan.py", "import noren.audience.batch", "The live evaluator is made of functions over values"),
    ("doors/front/app.py", "import noren.audience.language", "The desk and the front reach neither side"),
    ("doors/desk/documents.py", "import noren.activity.ports", "The desk and the front reach neither side"),
    ("house/desk.py", "import noren.identity.vault", "The desk and the front reach neither side"),
    ("kernel/ids.py", "import noren.house.home", "Floors"),
    ("activity/model.py", "import msgspec", "Models know no framework"),
    ("register/decide.py", "import apsw", "Only stores speak SQL"),
    ("house/till.py", "import noren.testing", "Nothing that runs imports a fake"),
]


def lint(where: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(where / "src"), "COLUMNS": "200"}
    command = [str(BIN / "lint-imports"), "--no-cache", "--config", str(where / ".importlinter")]
    return subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, timeout=120)


def copied(folder: Path) -> Path:
    """Copy the package and its contracts, to be broken."""
    shutil.copytree(SOURCE, folder / "src" / "noren", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / ".importlinter", folder / ".importlinter")
    return folder


def test_the_walls_stand() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(("module", "line", "contract"), BREACHES, ids=[f"{m}: {c[:30]}" for m, _, c in BREACHES])
def test_a_broken_wall_turns_red(module: str, line: str, contract: str, tmp_path: Path) -> None:
    where = copied(tmp_path)
    broken = where / "src" / "noren" / module
    broken.write_text(f"{broken.read_text('utf-8')}\n{line}\n", "utf-8")
    done = lint(where)
    red = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert done.returncode == 1
    assert any(row.startswith(contract) for row in red), red


def test_a_room_without_a_floor_turns_red(tmp_path: Path) -> None:
    where = copied(tmp_path)
    new = where / "src" / "noren" / "gossip"
    new.mkdir()
    (new / "__init__.py").touch()
    assert lint(where).returncode == 1


LATE_IMPORTS = [
    'import importlib\nimportlib.import_module("noren.identity")',
    'from importlib import import_module\nimport_module("noren.identity")',
    'import importlib.util\nimportlib.util.find_spec("noren.identity")',
    'import runpy\nrunpy.run_module("noren.identity")',
    'import pkgutil\npkgutil.resolve_name("noren.identity")',
    'import builtins\nbuiltins.__import__("noren.identity")',
]


@pytest.mark.parametrize("code", LATE_IMPORTS)
def test_importing_by_name_is_refused_by_ruff(code: str) -> None:
    command = [str(BIN / "ruff"), "check", "--no-cache", "--stdin-filename", "src/noren/register/late.py", "-"]
    done = subprocess.run(command, input=f'"""Late."""\n{code}\n', cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "TID251" in done.stdout


LOADERS = {"__import__", "exec", "eval", "compile"}


def loads_by_name(code: str) -> list[str]:
    """Return the uses in ``code`` of what loads or runs code that no static check can see."""
    found: list[str] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and node.id in LOADERS:
            found.append(node.id)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.modules":
            found.append("sys.modules")
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_loads_code_by_name_or_asks_to_be_let_off(path: Path) -> None:
    code = path.read_text("utf-8")
    assert not loads_by_name(code)
    assert "TID251" not in code


@pytest.mark.parametrize("code", ['__import__("noren.identity")', 'exec("import noren.identity")', 'sys.modules["x"]'])
def test_loading_by_name_would_be_seen(code: str) -> None:
    assert loads_by_name(code)
