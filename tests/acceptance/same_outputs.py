"""Whether the program still gives the same outputs, bit for bit.

    python tests/acceptance/same_outputs.py record DIR [--python PATH] [--only PATTERN]
    python tests/acceptance/same_outputs.py compare DIR_A DIR_B [--only PATTERN]

`record` runs analyse, replay (headless), qc and others on both recordings and on every
shared session (`MRS_MONITOR_DATA`), and the bad cases of `tests/support`; DIR gets a
folder per case with the terminal, the exit code and the files, as they were written.
PATH is the Python whose `monitor` is asked, so that another checkout can be recorded.
`compare` prints what differs and exits with 1 if anything does; what may differ between
two runs of one program (clock times, durations, places, versions) it leaves out:
`outputs_compare.py` lists it.  Nothing here knows how the packages are laid out.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

from outputs_cases import Case, all_cases, prepare
from outputs_compare import compare

AT_ONCE = 2
PATIENCE_S = 1200.0  # of one case, on a machine that has much else to do
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
WHERE = "import monitor, pathlib; print(pathlib.Path(monitor.__file__).parents[1])"
TOGETHER = Path(__file__).with_name("outputs_together.py")
STILL = Path(__file__).with_name("outputs_still.py")


def environment(home: Path) -> dict[str, str]:
    """One BLAS thread, no display, a home of its own and a terminal of one width."""
    kept = {k: v for k, v in os.environ.items() if not k.endswith("DISPLAY")}
    own = {
        "QT_QPA_PLATFORM": "offscreen",
        "COLUMNS": "100",
        "TZ": "UTC",
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    return {**kept, **own, **dict.fromkeys(ONE_THREAD, "1")}


def root_of(python: str) -> Path:
    """The checkout that a Python's `monitor` comes from."""
    asked = [python, "-c", WHERE]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True, cwd="/")
    return Path(ran.stdout.strip())


def shared_data(root: Path) -> Path:
    """The shared sessions, beside the checkout or one of the folders above it."""
    named = os.environ.get("MRS_MONITOR_DATA")
    places = [Path(named)] if named else [p / "shared/data" for p in root.parents]
    for place in places:
        if place.is_dir():
            return place
    sys.exit("No shared/data above the checkout: set MRS_MONITOR_DATA to the folder.")


def record_case(case: Case, into: Path, python: str, root: Path) -> str:
    """Run one case; its name and how long it took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "run"
        home.mkdir()
        prepare(home, shared_data(root), root / "recordings")
        (home / "out").mkdir()
        ran = subprocess.run(
            [python, *program_of(case), *case.words],
            cwd=home,
            env=environment(Path(place)),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        said = _placeless(f"{ran.stdout}--- stderr\n{ran.stderr}", home, root)
        write_case(into / case.name, case.words, ran.returncode, said)
        shutil.copytree(home / "out", into / case.name / "files")
    return f"{time.monotonic() - began:6.1f} s  {case.name}"


def program_of(case: Case) -> list[str]:
    """The program; what draws a screen has a clock that stands still."""
    return [str(STILL)] if case.words[0] == "replay" else ["-m", "monitor"]


def _placeless(said: str, home: Path, root: Path) -> str:
    return said.replace(str(home), "HOME").replace(str(root), "ROOT")


def write_case(place: Path, words: Sequence[str], code: int, said: str) -> None:
    """Write what a run said and how it ended."""
    place.mkdir(parents=True)
    text = f"$ mrs-monitor {' '.join(words)[:300]}\nexit code {code}\n{said}"
    (place / "terminal.txt").write_text(text, encoding="utf-8")


def record_together(into: Path, python: str, root: Path, only: str) -> str:
    """Run the bad cases and the help texts, one after another in one process."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "run"
        home.mkdir()
        ran = subprocess.run(
            [python, str(TOGETHER), str(root / "tests" / "support"), only],
            cwd=home,
            env=environment(Path(place)),
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        runs = json.loads(ran.stdout.splitlines()[-1])
        for name, words, code, said in runs:
            bare = [_placeless(word, home, root) for word in words]
            write_case(into / name, bare, code, _placeless(said, home, root))
    took_s = time.monotonic() - began
    return f"{took_s:6.1f} s  {len(runs)} bad cases and help texts"


def record(into: Path, python: str, only: str) -> None:
    """Run every case that the pattern names, two at a time."""
    root = root_of(python)
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        sys.exit(f"{into} is not empty: give a new folder, so that nothing old stays.")
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(record_case, case, into, python, root)
            for case in all_cases()
            if fnmatch(case.name, only)
        ]
        jobs.append(pool.submit(record_together, into, python, root, only))
        for job in jobs:
            print(job.result(), flush=True)
    cases = sum(place.is_dir() for place in into.iterdir())
    took_s = time.monotonic() - began
    print(f"{cases} cases of {root} in {took_s:.0f} s: {into}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    recorder = commands.add_parser("record")
    recorder.add_argument("into", type=Path)
    recorder.add_argument("--python", default=sys.executable)
    comparer = commands.add_parser("compare")
    comparer.add_argument("before", type=Path)
    comparer.add_argument("after", type=Path)
    for command in (recorder, comparer):
        command.add_argument("--only", default="*", help="names, as of files: 'qc-*'")
    given = parser.parse_args()
    if given.command == "record":
        record(given.into, given.python, given.only)
    else:
        differing = compare(given.before, given.after, given.only)
        sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
