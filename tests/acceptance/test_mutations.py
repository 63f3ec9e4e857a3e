"""That the changes are small, real and can be compiled, and that tests are found."""

import ast
import random
from pathlib import Path

import mutations
import pytest
from mutations import Change, changes_in, importers, judge, pick_changes, room_tests

ROOT = Path(__file__).parents[2]
HELD = '''"""Not 1 < 2."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    WIDTH = 3
LIMITS = (1, 2 - 3)


class Kind:
    ONE = 1


def f(a: "1 < 2") -> "3":
    """Says 1 and 2."""
    if a:
        raise ValueError("a" if a > 1 else "b")
    return f"{a + 1}", "x" + a
'''


def news(text: str) -> list[str]:
    """A text with each of its changes."""
    source = text.encode()
    found = changes_in(Path("x.py"), source, random.Random(1))
    return [change.applied(source).decode() for change in found]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", "a > b"),
        ("(a) <= (b)", "(a) >= (b)"),
        ("'é' == b", "'é' != b"),
        ("a is None", "a is not None"),
        ("a is  not None", "a is None"),
        ("a in b", "a not in b"),
        ("a and b", "a or b"),
        ("(a or\n b)", "(a and\n b)"),
        ("a + b", "a - b"),
        ("a - -b", "a + -b"),
        ("a - -b", "a - b"),
        ("not a", " a"),
    ],
)
def test_changes(before: str, after: str) -> None:
    assert f"x = {after}" in news(f"x = {before}")


def test_integers_by_one() -> None:
    assert {n for seed in range(9) for n in [int(_one(seed))]} == {6, 8}


def _one(seed: int) -> str:
    (change,) = changes_in(Path("x.py"), b"x = [7]", random.Random(seed))
    return change.new.decode()


def test_what_is_left_alone() -> None:
    assert news(HELD) == []


def test_changes_of_the_product_compile() -> None:
    changes = pick_changes(ROOT, "streams", 60, seed=5)
    assert len({change.kind for change in changes}) == 5
    for change in changes:
        before = (ROOT / change.path).read_bytes()
        after = change.applied(before)
        assert ast.dump(ast.parse(after)) != ast.dump(ast.parse(before))


def test_the_same_seed_the_same_changes(tree: Path) -> None:
    assert pick_changes(tree, "monitor", 2, 7) == pick_changes(tree, "monitor", 2, 7)
    assert (
        len({tuple(pick_changes(tree, "monitor", 2, seed)) for seed in range(9)}) == 2
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project with a test for one of its two functions."""
    (tmp_path / "monitor" / "room").mkdir(parents=True)
    (tmp_path / "monitor" / "__init__.py").touch()  # else the installed one is found
    (tmp_path / "monitor" / "room" / "sums.py").write_text(
        "def plus(a, b):\n    return a + b\n\n\ndef less(a, b):\n    return a - b\n"
    )
    (tmp_path / "tests" / "monitor").mkdir(parents=True)
    (tmp_path / "tests" / "monitor" / "test_sums.py").write_text(
        "from monitor.room.sums import plus\n\n\n"
        "def test_plus():\n    assert plus(1, 2) == 3\n"
    )
    return tmp_path


def test_tests_of_a_file(tree: Path) -> None:
    by_module = mutations.tests_by_module(tree)
    expected = (Path("tests/monitor/test_sums.py"),)
    assert importers(Path("monitor/room/sums.py"), by_module) == expected
    assert importers(Path("monitor/room/other.py"), by_module) == ()
    assert room_tests(Path("monitor/room/other.py"), tree) == expected
    assert room_tests(Path("streams/other.py"), tree) == ()


def test_a_change_is_noticed_or_survives(tree: Path) -> None:
    file = tree / "monitor" / "room" / "sums.py"
    before = file.read_bytes()
    changes = changes_in(Path("monitor/room/sums.py"), before, random.Random(1))
    suites = [(Path("tests/monitor/test_sums.py"),)]
    verdicts = [judge(change, tree, suites, 60.0) for change in changes]
    assert [verdict.noticed for verdict in verdicts] == [True, False]
    assert verdicts[0].by == "tests/monitor/test_sums.py::test_plus"
    assert file.read_bytes() == before
    assert isinstance(verdicts[0].change, Change)
