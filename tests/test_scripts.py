"""Tests and scripts run by hand find what they import, also after a move."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_name_that_a_script_imports_is_there(path):
    missing = [
        f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").partition(".")[0] in ("monitor", "streams")
        for name in node.names
        if not is_there(node.module, name.name)
    ]
    assert not missing


def is_there(module: str, name: str) -> bool:
    """Whether a module has that name, or is a package with a module of that name."""
    try:
        found = import_module(module)
    except ModuleNotFoundError:
        return False
    package = hasattr(found, "__path__")
    return hasattr(found, name) or (
        package and find_spec(f"{module}.{name}") is not None
    )


def test_what_is_not_there_is_seen():
    assert is_there("streams.simulator", "plan")
    assert is_there("streams.simulator.plan", "__name__")
    assert not is_there("streams.simulator", "no_such_module")
    assert not is_there("streams.simulator.plan", "no_such_name")
    assert not is_there("streams.no_such_room.plan", "anything")
