"""Whether the tests notice: small random changes to the product, one at a time.

    python tests/acceptance/mutations.py [-n 20] [--seed 1] [--under monitor/analysis]
        [--limit 400] [--room] [--list]

A change is one of: a comparison flipped, `and` for `or`, plus for minus, a minus or a
`not` dropped, an integer one more or less.  Left alone are what is for type checking,
constants in capitals, annotations, what is raised and texts.

For each, the tests are run that import the changed module; where there are none, those
of its room: of the folder under `tests/` with its path, or of the next above that has
any.  With `--room` a change that survives the first meets the second, too.  Everything
happens in copies of the tree, two at a time, each run for at most `--limit` seconds: a
change that makes tests hang is noticed ("too long": be sure that it is not the machine,
which is why the limit is generous).  A test that fails without the change,
too, notices nothing: it is named, to be mended or left out (WITHOUT="test ..."), and
the change counts as a survivor until then; `--list` only
prints the changes.  Survivors are printed with file and line; exit code 1 if there are.
"""

import argparse
import ast
import contextlib
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitor", "streams")
AT_ONCE = 2
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", "*.egg-info"
)
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
    """A change, the tests it met, and what noticed it: a test, or "too long"."""

    change: Change
    tests: tuple[Path, ...]
    by: str = ""

    @property
    def noticed(self) -> bool:
        return bool(self.by) and not self.by.startswith("NOTHING")


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


def pick_changes(root: Path, under: str, count: int, seed: int) -> list[Change]:
    """Random changes, each kind as often as it can be made."""
    rng = random.Random(seed)
    places = [under] if under else list(PACKAGES)
    files = sorted({f for place in places for f in _sources(root / place)})
    every = [
        change
        for file in files
        for change in changes_in(file.relative_to(root), file.read_bytes(), rng)
    ]
    if not every:
        sys.exit(f"Nothing to change under {under or root}: give a folder or a file.")
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


def judge(
    change: Change, copy: Path, suites: list[tuple[Path, ...]], limit_s: float
) -> Verdict:
    """Make a change in a copy of the tree, run the suites, and take it back."""
    file = copy / change.path
    before = file.read_bytes()
    met: list[Path] = []
    try:
        file.write_bytes(change.applied(before))
        for suite in suites:
            met += suite
            if by := what_fails(copy, suite, limit_s):
                file.write_bytes(before)
                if "::" in by and what_fails(copy, (Path(by),), limit_s):
                    by = f"NOTHING: {by} fails without the change, too"
                return Verdict(change, tuple(met), by)
    finally:
        file.write_bytes(before)
    return Verdict(change, tuple(met))


def what_fails(copy: Path, tests: tuple[Path, ...], limit_s: float) -> str:
    """The test that fails first, or "too long"; empty: all pass."""
    words = ["-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    words += [f"--deselect={name}" for name in os.environ.get("WITHOUT", "").split()]
    threads = dict.fromkeys(ONE_THREAD, "1")
    here = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
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
                return ""
        except subprocess.TimeoutExpired:
            return "too long"
        finally:
            _end(process)
        said.seek(0)
        found = re.findall(rb"^(?:FAILED|ERROR) (\S+)", said.read(), re.MULTILINE)
    return found[0].decode() if found else f"exit code {process.returncode}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a run with everything that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def judge_all(changes: list[Change], room: bool, limit_s: float) -> Iterator[Verdict]:
    """Judge the changes, each in one of the copies."""
    by_module = tests_by_module(ROOT)
    free: queue.Queue[Path] = queue.Queue()

    def run(change: Change) -> Verdict:
        direct, mirror = (
            importers(change.path, by_module),
            room_tests(change.path, ROOT),
        )
        others = tuple(test for test in mirror if test not in direct)
        suites = [direct, others] if direct and room else [direct or mirror]
        copy = free.get()
        try:
            return judge(change, copy, [s for s in suites if s], limit_s)
        finally:
            free.put(copy)

    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(AT_ONCE) as pool:
        for i in range(AT_ONCE):
            copy = Path(place) / str(i) / ROOT.name
            shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
            free.put(copy)
        yield from pool.map(run, changes)


def describe(change: Change) -> str:
    """Where a change is and what it does to its line."""
    before = (ROOT / change.path).read_bytes()
    row = change.line - 1
    lines = [text.splitlines()[row] for text in (before, change.applied(before))]
    was, now = (line.decode().strip() for line in lines)
    return f"{change.path}:{change.line}  {change.kind}\n    - {was}\n    + {now}"


def main() -> None:
    """Read the command line, judge and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=20, help="how many changes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--under", default="", help="a folder or file of the product")
    parser.add_argument("--limit", type=float, default=400.0, help="seconds a run")
    parser.add_argument("--room", action="store_true", help="also the room's tests")
    parser.add_argument("--list", action="store_true", help="only print the changes")
    given = parser.parse_args()
    changes = pick_changes(ROOT, given.under, given.n, given.seed)
    if given.list:
        print("\n".join(map(describe, changes)))
        return
    survivors = []
    for verdict in judge_all(changes, given.room, given.limit):
        said = f"noticed by {verdict.by}" if verdict.by else "SURVIVED"
        if not verdict.tests:
            said = "NO TESTS"
        print(f"{verdict.change.path}:{verdict.change.line}  {said}", flush=True)
        if not verdict.noticed:
            survivors.append(verdict)
    for verdict in survivors:
        print(f"\n{describe(verdict.change)}")
        print(f"    tests: {' '.join(map(str, verdict.tests)) or 'none'}")
    noticed = len(changes) - len(survivors)
    print(
        f"\n{noticed} of {len(changes)} noticed ({100 * noticed / len(changes):.0f} %)"
    )
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
