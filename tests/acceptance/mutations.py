"""Whether the tests notice: small random changes to the product, one at a time.

    python tests/acceptance/mutations.py [-n 20] [--seed 1] [--files monitor/judge ...]
        [--integers] [--results FILE] [--seconds 330] [--limit 240] [--list]

A change is one of: a comparison flipped, `and` for `or`, plus for minus, a minus or a
`not` dropped.  Left alone are what is for type checking, constants in capitals,
annotations, what is raised and texts.  With `--integers` the changes are others: an
integer one more or less, but for those where pages and windows are drawn (`DRAWN`): how
many pixels a margin has, and in which column a word stands, is taste, and a test of it
would only say it twice.

For each change the suite of its room is run: the tests in the folder under `tests/`
with its path (or in the next above that has any), and those that import the changed
module.  The nearest come first, some of them in a run of their own, since most of the
time goes into collecting the rest, and the first that fails ends it.  Everything
happens in a copy of the tree.  A test that fails without the change, too, notices
nothing: it is named, to be mended or left out (WITHOUT="test ..."), and the change
counts as a survivor until then.  A change that makes one test last over a minute is
noticed if it does so again, by itself; one that no test has noticed in `--limit`
seconds has survived.

`--list` only prints the changes.  With `--results`, what has been judged is kept there:
the same command goes on where `--seconds` ended it, and at the end prints rates by room
and the survivors.  Exit code 1 if there are any.
"""

import argparse
import ast
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitor", "streams")
DRAWN = ("monitor/app", "monitor/report", "monitor/chain/page")
A_TEST_S = 60
"""A test that lasts longer hangs."""
NEAREST = 4
"""Files of tests that are run before the rest of a suite."""
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", "*.egg-info"
)
FAILS = rb"^(?:FAILED|ERROR) (.+?)(?: - .*)?$"
"""A line of pytest's summary; parameters in a test's name may hold blanks."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", ">"),
    ast.Gt: (">", "<"),
    ast.LtE: ("<=", ">="),
    ast.GtE: (">=", "<="),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: (r"\bis\b", "is not"),
    ast.IsNot: (r"\bis\s+not\b", "is"),
    ast.In: (r"\bin\b", "not in"),
    ast.NotIn: (r"\bnot\s+in\b", "in"),
}
AND, OR = (r"\band\b", "or"), (r"\bor\b", "and")
SIGNS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: ("-", "+"),
}


@dataclass(frozen=True)
class Change:
    """One small change to a file.

    Attributes
    ----------
    path : within the project
    line : where it begins
    start, end : bytes that are replaced
    new : what comes instead
    kind : in a word or two
    """

    path: Path
    line: int
    start: int
    end: int
    new: bytes
    kind: str

    def applied(self, source: bytes) -> bytes:
        """The file with the change in it."""
        return source[: self.start] + self.new + source[self.end :]


@dataclass(frozen=True)
class Verdict:
    """A change in words, and the test that noticed it; empty, or why none did."""

    change: str
    by: str

    @property
    def noticed(self) -> bool:
        return self.by.startswith(("tests/", "exit code"))

    @property
    def room(self) -> str:
        """The folder of the changed file."""
        return self.change.partition(":")[0].rpartition("/")[0]


class Source:
    """A file's text and tree, with places in bytes as `ast` counts them."""

    def __init__(self, path: Path, text: bytes) -> None:
        self.path, self.text = path, text
        self.tree = ast.parse(text)
        self._rows = [0]
        for row in text.splitlines(keepends=True):
            self._rows.append(self._rows[-1] + len(row))

    def start(self, node: ast.expr) -> int:
        return self._rows[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr) -> int:
        return self._rows[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def line(self, at: int) -> int:
        return self.text.count(b"\n", 0, at) + 1

    def change(self, start: int, end: int, new: bytes, kind: str) -> Change:
        return Change(self.path, self.line(start), start, end, new, kind)

    def operator(
        self, left: ast.expr, right: ast.expr, words: tuple[str, str], kind: str
    ) -> Iterator[Change]:
        """Change the operator between two operands."""
        start, end = self.end(left), self.start(right)
        found = re.search(words[0].encode(), self.text[start:end])
        if found:
            at = start + found.start()
            yield self.change(at, start + found.end(), words[1].encode(), kind)


def changes_in(path: Path, text: bytes, rng: random.Random) -> list[Change]:
    """Every change that is possible in a file."""
    source = Source(path, text)
    return [
        change
        for node in open_nodes(source.tree)
        for change in changes_of(node, source, rng)
    ]


def wanted(change: Change, integers: bool) -> bool:
    """Whether a change is of the kinds asked for."""
    if change.kind != "integer":
        return not integers
    return integers and not change.path.as_posix().startswith(DRAWN)


OUTSIDE = (ast.If, ast.Try, ast.ClassDef)
"""What a statement may stand in and still be in no function."""


def open_nodes(node: ast.AST, top: bool = True) -> Iterator[ast.AST]:
    """Nodes that may be changed: see the head of this file for what is left alone."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _left_alone(child, top):
                yield child
                yield from open_nodes(child, top and isinstance(child, OUTSIDE))


def _left_alone(node: ast.AST, top: bool) -> bool:
    match node:
        case ast.Raise() | ast.JoinedStr() | ast.Assert():
            return True
        case ast.If(test=ast.Name("TYPE_CHECKING")):
            return True
        case ast.If(test=ast.Compare(left=ast.Name("__name__"))):
            return True
        case ast.Assign(targets=[ast.Name(name)]):
            return top and name.isupper()
        case ast.AnnAssign(target=ast.Name(name)):
            return top and name.isupper()
    return False


def changes_of(node: ast.AST, source: Source, rng: random.Random) -> Iterator[Change]:
    """Changes at one node; `rng` says whether an integer gets more or less."""
    match node:
        case ast.Compare(left, [operator], [right]) if type(operator) in COMPARISONS:
            yield from source.operator(
                left, right, COMPARISONS[type(operator)], "comparison"
            )
        case ast.BoolOp(operator, values):
            words = AND if isinstance(operator, ast.And) else OR
            for left, right in pairwise(values):
                yield from source.operator(left, right, words, "and/or")
        case ast.BinOp(left, operator, right) if type(operator) in SIGNS:
            if not (_is_text(left) or _is_text(right)):
                yield from source.operator(left, right, SIGNS[type(operator)], "sign")
        case ast.UnaryOp(ast.USub()):
            yield source.change(source.start(node), source.start(node) + 1, b"", "sign")
        case ast.UnaryOp(ast.Not()):
            yield source.change(source.start(node), source.start(node) + 3, b"", "not")
        case ast.Constant(int(value)) if not isinstance(value, bool):
            new = str(value + rng.choice((-1, 1))).encode()
            yield source.change(source.start(node), source.end(node), new, "integer")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def pick_changes(
    root: Path, places: list[str], count: int, seed: int, integers: bool = False
) -> list[Change]:
    """Random changes, each kind as often as it can be made."""
    rng = random.Random(seed)
    files = sorted({f for place in places for f in _sources(root / place)})
    every = [
        change
        for file in files
        for change in changes_in(file.relative_to(root), file.read_bytes(), rng)
        if wanted(change, integers)
    ]
    if not every:
        sys.exit(f"Nothing to change under {places}: give folders or files.")
    return rng.sample(every, min(count, len(every)))


def _sources(place: Path) -> list[Path]:
    return [place] if place.is_file() else list(place.rglob("*.py"))


def tests_by_module(root: Path) -> dict[str, set[Path]]:
    """Test files by the modules that they import."""
    found: dict[str, set[Path]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [node.module, *inner]
            for name in names:
                found.setdefault(name, set()).add(path.relative_to(root))
    return found


def importers(path: Path, by_module: dict[str, set[Path]]) -> tuple[Path, ...]:
    """Tests that import a file's module."""
    parts = path.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return tuple(sorted(by_module.get(module, ())))


def room_tests(path: Path, root: Path) -> tuple[Path, ...]:
    """Tests in the folder that mirrors a file's, or in the next above that has any."""
    place = Path("tests") / path.parent
    while place != Path("tests"):
        tests = sorted((root / place).glob("test_*.py"))
        if tests:
            return tuple(test.relative_to(root) for test in tests)
        place = place.parent
    return ()


def suite_of(
    path: Path, root: Path, by_module: dict[str, set[Path]]
) -> tuple[Path, ...]:
    """The tests of a file's room and those that import it, the nearest first."""
    direct, mirror = importers(path, by_module), room_tests(path, root)

    def distance(test: Path) -> tuple[bool, bool, bool, Path]:
        named = path.stem in test.stem
        return not named, test not in direct, test not in mirror, test

    return tuple(sorted({*direct, *mirror}, key=distance))


class Judge:
    """Makes changes in a copy of the tree, runs their suites, and takes them back.

    Attributes
    ----------
    copy : the tree that is changed
    limit_s : for one suite
    """

    def __init__(self, copy: Path, limit_s: float) -> None:
        self.copy, self.limit_s = copy, limit_s
        self._by_module = tests_by_module(copy)

    def judge(self, change: Change) -> Verdict:
        """Whether, and by which test, a change is noticed."""
        file = self.copy / change.path
        before = file.read_bytes()
        said = describe(change, before)
        suite = suite_of(change.path, self.copy, self._by_module)
        if not suite:
            return Verdict(said, "")
        try:
            write_stamped(file, change.applied(before))
            return Verdict(said, self._noticed_by(suite))
        finally:
            write_stamped(file, before)

    def _noticed_by(self, suite: tuple[Path, ...]) -> str:
        """The first test that fails; one that hangs must do so again, by itself."""
        end, said = time.monotonic() + self.limit_s, b""
        for tests in filter(None, (suite[:NEAREST], suite[NEAREST:])):
            left_s = max(0.0, end - time.monotonic())
            said = said or run_tests(self.copy, tests, left_s, "-x")
        found = next(iter(failures(said)), "")
        if found and b"from pytest-timeout" in said:
            alone = run_tests(self.copy, (Path(found),), self.limit_s + A_TEST_S)
            found = next(iter(failures(alone)), "")
        return found

    def doubted(self, verdicts: list[Verdict]) -> Iterator[Verdict]:
        """Verdicts by tests that fail without any change, too; all asked at once."""
        by = {v.by for v in verdicts if v.by.startswith("tests/")}
        tests = tuple(map(Path, sorted(by)))
        unsound = failures(run_tests(self.copy, tests, 600.0)) if by else []
        for verdict in verdicts:
            if verdict.by in unsound:
                why = f"NOTHING: {verdict.by} fails without the change, too"
                yield Verdict(verdict.change, why)


STAMPS = count(int(time.time()))


def write_stamped(file: Path, text: bytes) -> None:
    """Write a file so that what was compiled of another text is not taken for it.

    Python compares whole seconds and lengths, and both may be the same.
    """
    file.write_bytes(text)
    stamp = next(STAMPS)
    os.utime(file, (stamp, stamp))


def failures(said: bytes) -> list[str]:
    """Tests that fail, of what a run said."""
    return [one.decode() for one in re.findall(FAILS, said, re.MULTILINE)]


def run_tests(
    copy: Path, tests: tuple[Path, ...], limit_s: float, *options: str
) -> bytes:
    """Run tests; what was said.  Nothing: all pass, or it was not over in the time."""
    words = ["-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *options]
    words += [f"--timeout={A_TEST_S}"]
    words += [f"--deselect={name}" for name in os.environ.get("WITHOUT", "").split()]
    threads = dict.fromkeys(ONE_THREAD, "1")
    here = {"PYTHONPATH": str(copy)}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *words, *map(str, tests)],
            cwd=copy,
            env={**os.environ, **threads, **here},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if process.wait(limit_s) == 0:
                return b""
        except subprocess.TimeoutExpired:
            return b""
        finally:
            _end(process)
        said.seek(0)
        words = said.read()
    return words if failures(words) else b"FAILED exit code %d" % process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a run with everything that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def judge_all(
    changes: list[Change], kept: dict[str, Verdict], given: argparse.Namespace
) -> Iterator[Verdict]:
    """Judge the changes that are not among those kept, until the time is over.

    Those that a test noticed which fails anyway come again at the end.
    """
    end = time.monotonic() + given.seconds
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / ROOT.name
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
        judge, judged = Judge(copy, given.limit), list[Verdict]()
        for change in changes:
            if name_of(change) not in kept and time.monotonic() < end:
                judged.append(judge.judge(change))
                yield judged[-1]
        yield from judge.doubted(judged)


def name_of(change: Change) -> str:
    """A change in words, as in its verdict."""
    return describe(change, (ROOT / change.path).read_bytes())


def describe(change: Change, before: bytes) -> str:
    """Where a change is and what it does to its line of the file before."""
    row = change.line - 1
    lines = [text.splitlines()[row] for text in (before, change.applied(before))]
    was, now = (line.decode().strip() for line in lines)
    column = change.start - before.rfind(b"\n", 0, change.start)
    place = f"{change.path.as_posix()}:{change.line}:{column}"
    return f"{place}  {change.kind}\n    - {was}\n    + {now}"


def read_results(file: Path | None) -> dict[str, Verdict]:
    """What has been judged before, by the change."""
    if file is None or not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {row["change"]: Verdict(**row) for row in rows}


def report(verdicts: list[Verdict]) -> str:
    """Survivors, and rates by room as a table."""
    survivors = [v for v in verdicts if not v.noticed]
    words = [f"{v.change}\n    {v.by or 'SURVIVED'}\n" for v in survivors]
    every, left = (Counter(v.room for v in some) for some in (verdicts, survivors))
    words += ["| room | changes | noticed |", "|---|---|---|"]
    words += [f"| {r} | {n} | {n - left[r]} |" for r, n in sorted(every.items())]
    noticed = len(verdicts) - len(survivors)
    rate = 100 * noticed / max(len(verdicts), 1)
    words += [f"\n{noticed} of {len(verdicts)} noticed ({rate:.0f} %)"]
    return "\n".join(words)


def main() -> None:
    """Read the command line, judge and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=20, help="how many changes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", nargs="+", default=PACKAGES, help="or folders")
    parser.add_argument("--integers", action="store_true", help="change these alone")
    parser.add_argument("--limit", type=float, default=240.0, help="seconds a suite")
    parser.add_argument("--seconds", type=float, default=1e9, help="of all together")
    parser.add_argument("--results", type=Path, help="where verdicts are kept")
    parser.add_argument("--list", action="store_true", help="only print the changes")
    given = parser.parse_args()
    changes = pick_changes(ROOT, given.files, given.n, given.seed, given.integers)
    if given.list:
        print("\n".join(map(name_of, changes)))
        return
    kept = read_results(given.results)
    for verdict in judge_all(changes, kept, given):
        print(verdict.change.partition("  ")[0], verdict.by or "SURVIVED", flush=True)
        kept[verdict.change] = verdict
        if given.results:
            with given.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(vars(verdict)) + "\n")
    verdicts = [kept[name] for name in map(name_of, changes) if name in kept]
    print(f"\n{report(verdicts)}")
    sys.exit(not all(verdict.noticed for verdict in verdicts))


if __name__ == "__main__":
    main()
