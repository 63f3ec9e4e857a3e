"""That the changes are small, real and can be compiled, and that tests are found."""

import ast
import json
import random
from pathlib import Path

import mutations
import pytest
from mutations import (
    Judge,
    Verdict,
    changes_in,
    importers,
    pick_changes,
    report,
    room_tests,
    suite_of,
)

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
    changes = pick_changes(ROOT, ["streams"], 60, seed=5)
    assert len({change.kind for change in changes}) == 4
    for change in changes:
        before = (ROOT / change.path).read_bytes()
        after = change.applied(before)
        assert ast.dump(ast.parse(after)) != ast.dump(ast.parse(before))


@pytest.mark.parametrize(
    ("file", "kinds"), [("monitor/app/x.py", []), ("monitor/x.py", ["integer"])]
)
def test_integers_count_apart_and_not_where_it_is_drawn(
    tree: Path, file: str, kinds: list[str]
) -> None:
    (tree / file).parent.mkdir(exist_ok=True)
    (tree / file).write_text("x = 7 - y\n")
    (plain,) = pick_changes(tree, [file], 9, 1)
    assert plain.kind == "sign"
    found = changes_in(Path(file), b"x = 7 - y", random.Random(1))
    assert [c.kind for c in found if mutations.wanted(c, integers=True)] == kinds


def test_the_same_seed_the_same_changes(tree: Path) -> None:
    def pick(seed: int) -> list[mutations.Change]:
        return pick_changes(tree, ["monitor"], 2, seed)

    assert pick(7) == pick(7)
    assert len({tuple(pick(seed)) for seed in range(9)}) == 2


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
        "import pytest\n\n\n@pytest.mark.parametrize('said', ['one and two'])\n"
        "def test_plus(said):\n    assert plus(1, 2) == 3, 'too - little'\n"
    )
    return tmp_path


def test_tests_of_a_file(tree: Path) -> None:
    by_module = mutations.tests_by_module(tree)
    expected = (Path("tests/monitor/test_sums.py"),)
    assert importers(Path("monitor/room/sums.py"), by_module) == expected
    assert importers(Path("monitor/room/other.py"), by_module) == ()
    assert room_tests(Path("monitor/room/other.py"), tree) == expected
    assert room_tests(Path("streams/other.py"), tree) == ()


def test_the_nearest_tests_come_first(tree: Path) -> None:
    for name in ("far/test_sums.py", "monitor/test_all.py", "monitor/test_any.py"):
        file = tree / "tests" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("import monitor.room.sums\n" if name[-6:] != "all.py" else "")
    suite = suite_of(
        Path("monitor/room/sums.py"), tree, mutations.tests_by_module(tree)
    )
    assert [path.as_posix() for path in suite] == [
        "tests/monitor/test_sums.py",
        "tests/far/test_sums.py",
        "tests/monitor/test_any.py",
        "tests/monitor/test_all.py",
    ]


def test_a_change_is_noticed_or_survives(tree: Path) -> None:
    file = tree / "monitor" / "room" / "sums.py"
    before = file.read_bytes()
    changes = changes_in(Path("monitor/room/sums.py"), before, random.Random(1))
    judge = Judge(tree, 60.0)
    verdicts = [judge.judge(change) for change in changes]
    assert [verdict.noticed for verdict in verdicts] == [True, False]
    assert verdicts[0].by == "tests/monitor/test_sums.py::test_plus[one and two]"
    assert verdicts[0].room == "monitor/room"
    assert "+ return a - b" in verdicts[0].change
    assert "| monitor/room | 2 | 1 |" in report(verdicts)
    assert list(judge.doubted(verdicts)) == []
    assert file.read_bytes() == before


@pytest.mark.parametrize(("hangs", "noticed"), [("every time", True), ("once", False)])
def test_a_test_that_hangs_must_do_so_twice(
    tree: Path, monkeypatch: pytest.MonkeyPatch, hangs: str, noticed: bool
) -> None:
    monkeypatch.setattr(mutations, "A_TEST_S", 1)
    (tree / "tests" / "monitor" / "test_sums.py").write_text(
        "import time\nfrom pathlib import Path\nfrom monitor.room.sums import plus\n\n"
        "def test_plus():\n    been = Path(__file__).with_suffix('.been')\n"
        f"    if plus(1, 2) != 3 and {hangs == 'every time'} | (not been.exists()):\n"
        "        been.touch()\n        time.sleep(30)\n"
    )
    path = Path("monitor/room/sums.py")
    change = changes_in(path, (tree / path).read_bytes(), random.Random(1))[0]
    assert Judge(tree, 60.0).judge(change).noticed is noticed


def test_a_test_that_fails_anyway_notices_nothing(tree: Path) -> None:
    test = tree / "tests" / "monitor" / "test_sums.py"
    test.write_text(test.read_text().replace("== 3,", "== 4,"))
    path = Path("monitor/room/sums.py")
    change = changes_in(path, (tree / path).read_bytes(), random.Random(1))[0]
    judge = Judge(tree, 60.0)
    (doubted,) = judge.doubted([judge.judge(change)])
    assert not doubted.noticed
    assert "fails without the change" in doubted.by


def test_verdicts_are_kept(tmp_path: Path) -> None:
    verdict = Verdict("monitor/a.py:1:2  sign\n    - a\n    + b", "tests/x.py::test_y")
    file = tmp_path / "kept"
    file.write_text(json.dumps(vars(verdict)) + "\n")
    assert mutations.read_results(file) == {verdict.change: verdict}
    assert mutations.read_results(None) == {}
