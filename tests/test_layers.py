"""Who may import whom, walked on the source: see `docs/architecture.md`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import COMMANDS, app

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([*(ROOT / "monitor").rglob("*.py"), *(ROOT / "streams").rglob("*.py")])
QT = {"PyQt6", "pyqtgraph"}
POSIX_ONLY = {"fcntl", "pwd", "grp", "resource", "termios", "pty", "syslog"}
OUTSIDE_WORLD = {
    *("os", "time", "datetime", "socket", "threading", "multiprocessing", "random"),
    *("subprocess", "zmq", "nibabel", "mcap", "rich", "typer", "matplotlib", *QT),
}
FILE_ACCESS = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink"),
    *("iterdir", "glob", "mkdir", "tofile", "fromfile", "savetxt", "loadtxt"),
}
# The Qt window is imported where it is opened, so that a machine without Qt's system
# libraries can do everything else.
LAZY = {
    f"monitor/commands/{name}.py" for name in ("headless", "live", "replay", "watch")
}


def name_of(path: Path) -> str:
    """Path within the project, on any system with slashes."""
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    """Modules that a piece of source imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def roots(path: Path) -> set[str]:
    """Packages that a file imports, anywhere in it."""
    return {module.partition(".")[0] for module in imports(parsed(path))}


def test_there_is_something_to_walk() -> None:
    assert len(SOURCES) > 100
    assert "PyQt6" in roots(ROOT / "monitor" / "app" / "window.py")


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_of(path: Path) -> None:
    name, used = name_of(path), roots(path)
    if not name.startswith("monitor/app/"):
        assert not used & QT, "only monitor/app imports Qt"
    if name.startswith("streams/"):
        assert "monitor" not in used, "streams never imports monitor"
    if name.startswith("monitor/analysis/"):
        assert not used & OUTSIDE_WORLD, "analysis knows no clock, socket or window"
    assert not used & POSIX_ONLY, "consoles run Windows, too"


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if "/app/" not in name_of(p)], ids=name_of
)
def test_the_window_is_imported_where_it_is_opened(path: Path) -> None:
    tree = parsed(path)
    everywhere = {m for m in imports(tree) if m.startswith("monitor.app")}
    at_once = {
        module
        for node in tree.body
        if not isinstance(node, ast.FunctionDef | ast.ClassDef)
        for module in imports(node)
        if module.startswith("monitor.app")
    }
    assert not at_once
    assert not everywhere or name_of(path) in LAZY


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "monitor" / "analysis").rglob("*.py")),
    ids=name_of,
)
def test_analysis_reads_no_file(path: Path) -> None:
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
    }
    assert not called & FILE_ACCESS
    assert "pathlib" not in roots(path)


def test_contracts_of_the_import_linter() -> None:
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    ran = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "7 kept, 0 broken" in ran.stdout


DRAWING = {"PyQt6", "pyqtgraph", "matplotlib"}
HEAVY = DRAWING | {"scipy", "nibabel", "pydantic"}
ASKED = "from monitor.cli import app; app(['event', '--help'], standalone_mode=False)"
"""A command as it is run: typer 0.29 loads pydantic, but only once it has words."""


@pytest.mark.parametrize(
    ("start", "unwanted"),
    [
        ("import monitor.cli", HEAVY | {"numpy", "importlib.metadata"}),
        (ASKED, HEAVY | {"asyncio", "numpy", "rich"}),
        (
            "import monitor.commands.analyse",
            DRAWING
            | {"nibabel", "zmq", "rich", "filelock", "numpy.ma"}
            | {"scipy.linalg", "scipy.optimize", "scipy.special"},
        ),
        ("import monitor.analysis.pipeline", DRAWING | {"scipy"}),
        ("import monitor.study.run", {"scipy.stats", "nibabel", "PyQt6"}),
        ("import monitor.app.window", HEAVY - {"PyQt6", "pyqtgraph"}),
    ],
)
def test_commands_start_without_what_they_do_not_need(
    start: str, unwanted: set[str]
) -> None:
    """`event` in a pump's script answers at once; who draws or reads pays for it."""
    listed = subprocess.run(
        [sys.executable, "-c", f"{start}; import sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert not set(listed.stdout.split()) & unwanted


def test_every_command_of_the_list_is_in_the_file_that_it_names() -> None:
    for name in COMMANDS:
        done = CliRunner().invoke(app, [name, "--help"])
        assert done.exit_code == 0, name
        assert COMMANDS[name][1].split(":")[0].split(".")[0]


def test_files_of_tests_have_names_of_their_own() -> None:
    """Pytest imports them by their names alone: two of one name cannot run together."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("folder", "most"), [("monitor", 300), ("streams", 300), ("tests", 500)]
)
def test_no_file_is_too_long_to_be_read_at_once(folder: str, most: int) -> None:
    lines = {
        path: path.read_text(encoding="utf-8").count("\n")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert [path for path, count in lines.items() if count > most] == []
