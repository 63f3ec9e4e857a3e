"""Whether the tests notice, file by file: every change of a file, one at a time.

    python tests/acceptance/mutations_by_file.py FILE... [--limit 10] [--results FILE]
        [--only LINE] [--loaded]

What a change is, and which tests are a file's suite, `mutations.py` says; here no
change is left out.  All suites are collected in one process; a fork of it runs them
once, which tells which lines of the files each test reaches and how long it lasts.
Then, for each change, another fork puts the changed code in the place of the loaded and
runs the tests that reach it, the quickest first, until one fails or `--limit` seconds
are over: thirty changes take some ten seconds.

A change is noticed sooner by `mutations.py` than here, never later: lines that another
process runs, and results that were kept when a module was loaded, stay as they were.
What runs when a module is loaded (a class's defaults) is asked as there, if `--loaded`.

Prints the survivors of each file.  Exit code 1 if there are any.
"""

import argparse
import ast
import functools
import gc
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import mutations
import pytest
from _pytest.runner import runtestprotocol
from mutations import Change, Judge, Verdict

CALLS = 100
"""Calls of a function whose lines are looked at in one test."""
SUITES_S = 900.0
"""For all suites, once."""


@dataclass
class Reach:
    """What a test reaches: lines by file, functions by file and first line."""

    seconds: float = 0.0
    lines: set[tuple[str, int]] = field(default_factory=set)


class Tracer:
    """Looks at which lines of some files are run."""

    def __init__(self, files: set[str]) -> None:
        self._files = files
        self.lines: set[tuple[str, int]] = set()
        self._calls: Counter[CodeType] = Counter()

    def __enter__(self) -> "Tracer":
        self.lines = set()
        self._calls.clear()
        threading.settrace(self._trace)
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]

    def _trace(self, frame: FrameType, what: str, _: object) -> Any:
        code = frame.f_code
        if code.co_filename not in self._files:
            return None
        self.lines.add((code.co_filename, frame.f_lineno))
        if what == "call":
            self.lines.add((code.co_filename, code.co_firstlineno))
            self._calls[code] += 1
        return self._trace if self._calls[code] <= CALLS else None


def in_fork(work: Callable[[], object], limit_s: float) -> bool:
    """Whether work ends in a process of its own, within the time, in exit code 0."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setsid()
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            work()
            code = 0
        finally:
            os._exit(code)
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.002)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


class FilesJudge:
    """A pytest plugin: judges changes in the place of running what was collected.

    Attributes
    ----------
    files : within the project
    limit_s : for the tests of one change
    take : gets each file's verdicts
    wanted : which changes are asked
    """

    def __init__(
        self,
        files: list[Path],
        limit_s: float,
        take: Callable[[Path, list[Verdict]], None],
        wanted: Callable[[Change], bool],
        root: Path = mutations.ROOT,
    ) -> None:
        self.files, self.limit_s, self.take, self.wanted = files, limit_s, take, wanted
        self.root = root
        by_module = mutations.tests_by_module(root)
        self.suites = {
            path: {p.as_posix() for p in mutations.suite_of(path, root, by_module)}
            for path in files
        }
        self._texts = {path: (root / path).read_bytes() for path in files}
        self._items: dict[str, pytest.Item] = {}
        self._reaches: dict[str, Reach] = {}
        self._loaded = Loaded({}, [])
        self._place = Path(tempfile.mkdtemp())

    @property
    def tests(self) -> list[str]:
        """All suites."""
        return sorted(set[str]().union(*self.suites.values()))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge all changes of all files."""
        self._items = {item.nodeid: item for item in session.items}
        self._loaded = loaded({str(self.root / path) for path in self.files})
        gc.collect()
        gc.freeze()
        found = self._place / "reaches"
        in_fork(lambda: self._look(session.items, found), SUITES_S)
        self._reaches = dict(_read_reaches(found))
        for path in self.files:
            self.take(path, list(self._verdicts(path)))
        shutil.rmtree(self._place)
        return True

    def _look(self, items: list[pytest.Item], found: Path) -> None:
        """Run everything once, and write down what each test that passes reaches.

        What is reached while one test is set up counts for all of its module.
        """
        tracer = Tracer({str(self.root / path) for path in self.files})
        shared: dict[str, set[tuple[str, int]]] = defaultdict(set)
        following = [*items[1:], None]
        with found.open("w") as file:
            for item, after in zip(items, following, strict=True):
                self._loaded.forget()
                begun, module = time.monotonic(), item.nodeid.partition("::")[0]
                with tracer:
                    reports = runtestprotocol(item, nextitem=after, log=False)
                seconds = time.monotonic() - begun
                if any(r.when == "setup" and r.duration > 0.05 for r in reports):
                    shared[module] |= tracer.lines
                if all(report.passed for report in reports):
                    lines = sorted(tracer.lines | shared[module])
                    file.write(json.dumps([item.nodeid, seconds, lines]) + "\n")

    def _verdicts(self, path: Path) -> Iterator[Verdict]:
        text = self._texts[path]
        tree, codes = ast.parse(text), codes_of(compiled(text, self.root / path))
        changes = mutations.changes_in(path, text, random.Random(1))
        for change in filter(self.wanted, changes):
            said = mutations.describe(change, text)
            new = codes_of(compiled(change.applied(text), self.root / path))
            changed = [key for key in codes if codes[key] != new.get(key)]
            if not changed:
                yield Verdict(said, "runs when loaded")
                continue
            tests = self._tests_of(path, lines_around(tree, change.line), changed)
            yield Verdict(said, self._noticed_by(tests, changed, codes, new))

    def _tests_of(self, path: Path, lines: range, changed: list["Key"]) -> list[str]:
        """Tests that reach these lines, then those of the function; quick first."""
        file, suite = str(self.root / path), self.suites[path]
        near, far = {(file, line) for line in lines}, {(file, k[1]) for k in changed}
        own = {t: r for t, r in self._reaches.items() if t.partition("::")[0] in suite}
        reached = [t for t, r in own.items() if r.lines & near]
        others = [t for t, r in own.items() if r.lines & far and not r.lines & near]
        chosen, seconds = [], 0.0
        for test in sorted(reached, key=self._seconds) + sorted(
            others, key=self._seconds
        ):
            seconds += self._seconds(test)
            if chosen and seconds > self.limit_s:
                break
            chosen.append(test)
        return chosen

    def _seconds(self, test: str) -> float:
        return self._reaches[test].seconds

    def _noticed_by(
        self,
        tests: list[str],
        changed: list["Key"],
        codes: dict["Key", CodeType],
        new: dict["Key", CodeType],
    ) -> str:
        """The first test that fails or does not end; empty if none does."""
        if not tests:
            return ""
        now = self._place / "now"

        def work() -> None:
            self._loaded.forget()
            for key in changed:
                self._loaded.put(codes[key], new[key])
            for test in tests:
                now.write_text(test)
                reports = runtestprotocol(self._items[test], nextitem=None, log=False)
                if any(report.failed for report in reports):
                    os._exit(1)

        longest = 10 * sum(map(self._seconds, tests)) + 20.0
        return "" if in_fork(work, longest) else now.read_text()


Key = tuple[str, int]
"""What a function is called in its module, and its first line."""


def compiled(text: bytes, path: Path) -> CodeType:
    """A file's code as it is when loaded."""
    return compile(text, str(path), "exec", dont_inherit=True)


def codes_of(code: CodeType) -> dict[Key, CodeType]:
    """Code of the functions and methods in a module's code."""
    found = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            is_class = not inner.co_flags & 0x1  # no fast locals: a class's body
            if is_class:
                found |= codes_of(inner)
            else:
                found[inner.co_qualname, inner.co_firstlineno] = inner
    return found


@dataclass(frozen=True)
class Loaded:
    """The product's functions as they are loaded: of some files, and those that keep.

    Attributes
    ----------
    functions : of the files, by their code
    keeping : functions with a cache
    """

    functions: dict[CodeType, list[FunctionType]]
    keeping: list[Any]

    def put(self, old: CodeType, new: CodeType) -> None:
        """Let all functions that have a code have another one."""
        for one in self.functions.get(old, ()):
            one.__code__ = new

    def forget(self) -> None:
        """Empty all caches."""
        for one in self.keeping:
            one.cache_clear()


def loaded(files: set[str]) -> Loaded:
    """What is loaded now."""
    functions = defaultdict[CodeType, list[FunctionType]](list)
    keeping = []
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in files:
            functions[one.__code__].append(one)
        elif isinstance(one, functools._lru_cache_wrapper) and (
            one.__module__.startswith(mutations.PACKAGES)
        ):
            keeping.append(one)
    return Loaded(functions, keeping)


def lines_around(tree: ast.Module, line: int) -> range:
    """Lines of the innermost statement at a line, without what is indented below it."""
    around = range(line, line + 1)
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            body = getattr(node, "body", None)
            stop = body[0].lineno if body else (node.end_lineno or 0) + 1
            if line < max(stop, node.lineno + 1):
                around = range(node.lineno, max(stop, node.lineno + 1))
    return around


def _read_reaches(file: Path) -> Iterator[tuple[str, Reach]]:
    for line in file.read_text().splitlines():
        test, seconds, lines = json.loads(line)
        yield test, Reach(seconds, {(name, number) for name, number in lines})


def asked_when_loaded(verdicts: list[Verdict], changes: list[Change]) -> list[Verdict]:
    """Verdicts, with those on what runs when a module is loaded asked of a copy."""
    late = {v.change for v in verdicts if v.by == "runs when loaded"}
    if not late:
        return verdicts
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / mutations.ROOT.name
        shutil.copytree(mutations.ROOT, copy, ignore=mutations.LEFT_BEHIND)
        judge = Judge(copy, 120.0)
        found = {
            name: judge.judge(change)
            for change in changes
            if (name := mutations.name_of(change)) in late
        }
    return [found.get(v.change, v) for v in verdicts]


def main() -> None:
    """Read the command line, judge and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--limit", type=float, default=10.0, help="seconds a change")
    parser.add_argument("--only", type=int, help="changes of this line")
    parser.add_argument("--loaded", action="store_true", help="ask what runs then, too")
    parser.add_argument("--results", type=Path, help="where verdicts are added")
    given = parser.parse_args()
    for variable in mutations.ONE_THREAD:
        os.environ[variable] = "1"
    every: list[Verdict] = []

    def wanted(change: Change) -> bool:
        line = given.only in (None, change.line)
        return line and mutations.wanted(change, integers=False)

    def take(path: Path, verdicts: list[Verdict]) -> None:
        if given.loaded:
            text = (mutations.ROOT / path).read_bytes()
            changes = mutations.changes_in(path, text, random.Random(1))
            verdicts = asked_when_loaded(verdicts, changes)
        every.extend(verdicts)
        left = [v for v in verdicts if not v.noticed]
        print(f"{path}: {len(left)} of {len(verdicts)} left")
        print("".join(f"  {v.change}\n" for v in left), flush=True)
        if given.results:
            with given.results.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(vars(v)) + "\n" for v in verdicts)

    os.chdir(mutations.ROOT)
    judge = FilesJudge(given.files, given.limit, take, wanted)
    options = ["-q", "-s", "-pno:cacheprovider", f"--timeout={mutations.A_TEST_S}"]
    pytest.main([*options, *judge.tests], plugins=[judge])
    print(mutations.report(every).partition("| room")[2])
    sys.exit(not every or not all(verdict.noticed for verdict in every))


if __name__ == "__main__":
    main()
