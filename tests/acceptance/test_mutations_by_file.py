"""That every change of a file meets the tests that reach it, and no others."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import mutations_by_file
from mutations_by_file import Tracer, codes_of, compiled, lines_around, loaded

ACCEPTANCE = Path(__file__).parent
SUMS = '''"""Sums."""

from functools import cache

LOWEST = -3


class Kept:
    worst: int = -LOWEST

    def less(self, a, b):
        return a - b


@cache
def plus(a, b):
    if a > b:
        return b + a
    return a + b


def unread(a):
    return not a
'''
TESTS = """from monitor.room.sums import Kept, plus

ONE = plus(1, 2)


def test_plus():
    assert plus(1, 2) == ONE == 3


def test_less():
    assert Kept().less(3, 1) == 2
"""


def test_a_file_is_judged_change_by_change(tmp_path: Path) -> None:
    for folder in ("monitor/room", "tests/monitor/room", "tests/acceptance"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "monitor" / "__init__.py").touch()
    (tmp_path / "monitor" / "room" / "sums.py").write_text(SUMS)
    (tmp_path / "tests" / "monitor" / "room" / "test_sums.py").write_text(TESTS)
    for name in ("mutations.py", "mutations_by_file.py"):
        script = (ACCEPTANCE / name).read_text("utf-8")
        (tmp_path / "tests" / "acceptance" / name).write_text(script, "utf-8")
    words = ["tests/acceptance/mutations_by_file.py", "monitor/room/sums.py"]
    run = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    # `>`, with 1 and 2, leads to the same sum; so does `b + a`, which is not reached
    # as it stands: its tests are those of the function.
    left = [line for line in run.stdout.splitlines() if line.startswith("    + ")]
    assert left == [
        "    + worst: int = LOWEST",
        "    + if a < b:",
        "    + return b - a",
        "    + return  a",
    ]
    assert "| monitor/room | 6 | 2 |" in run.stdout


def test_a_change_is_put_into_what_is_loaded() -> None:
    path = Path(lines_around.__code__.co_filename)
    text = path.read_bytes()
    new = text.replace(b"around = range(line, line + 1)", b"around = range(line, line)")
    old_codes, new_codes = (codes_of(compiled(t, path)) for t in (text, new))
    key = next(key for key in old_codes if key[0] == "lines_around")
    assert [k for k in old_codes if old_codes[k] != new_codes[k]] == [key]
    now, tree = loaded({str(path)}), ast.parse("\n\n")
    old = lines_around.__code__
    try:
        now.put(old, new_codes[key])
        assert lines_around(tree, 1) == range(1, 1)
    finally:
        now.put(old, old)
    assert lines_around(tree, 1) == range(1, 2)


def test_lines_of_a_statement_are_its_own() -> None:
    tree = ast.parse("def f():\n    if (a and\n        b):\n        c = [\n  1]\n")
    assert lines_around(tree, 3) == range(2, 4)
    assert lines_around(tree, 5) == range(4, 6)
    assert lines_around(tree, 1) == range(1, 2)


def test_lines_that_are_run_are_seen() -> None:
    file = mutations_by_file.__file__
    tree = ast.parse("a = 1")
    with Tracer({file}) as tracer:
        lines_around(tree, 1)
    first = lines_around.__code__.co_firstlineno
    seen = {line - first for name, line in tracer.lines if name == file}
    assert {0, 2, 3, 4} <= seen
