"""Bad cases and help texts, run in this process as `python -m monitor` would be.

    python outputs_together.py SUPPORT PATTERN

Started by `same_outputs.py` in a folder of its own; the last line on stdout is a list
of [name, words, exit code, what was said].  The cases and the files they name are those
of the checkout that is recorded (`bad_cases.py`, `bad_files.py` in its SUPPORT).
"""

import contextlib
import io
import json
import os
import re
import runpy
import sys
from fnmatch import fnmatch
from pathlib import Path

Run = tuple[str, list[str], int, str]


def run(name: str, words: list[str]) -> Run:
    """Run the program with these words."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["mrs-monitor", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_module("monitor", run_name="__main__", alter_sys=False)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return name, words, code, f"{out.getvalue()}--- stderr\n{err.getvalue()}"


def bad_runs(support: Path, only: str) -> list[Run]:
    """Every bad case whose name the pattern fits; a checkout may be older than they."""
    if not (support / "bad_cases.py").exists():
        return []
    sys.path.insert(0, str(support))
    from bad_cases import CASES
    from bad_files import write_all

    write_all(Path())
    runs = []
    for title, (words, _) in CASES.items():
        name = "bad-" + title.replace(" ", "-")
        if fnmatch(name, only):
            listed = words.split() if isinstance(words, str) else list(words)
            runs.append(run(name, listed))
    return runs


def help_runs(only: str) -> list[Run]:
    """Help of the program and of every command that it lists."""
    if not fnmatch("help", only):
        return []
    runs, waiting = [], [[]]
    while waiting:
        words = waiting.pop()
        shown = run("-".join(["help", *words]), [*words, "--help"])
        runs.append(shown)
        listed = shown[3].partition("Commands:\n")[2].partition("--- stderr")[0]
        names = re.findall(r"^  (\w\S*)", listed, flags=re.MULTILINE)
        waiting.extend([*words, name] for name in names)
    return runs


def main() -> None:
    """Run both kinds and print what came."""
    support, only = Path(sys.argv[1]), sys.argv[2]
    runs = [*bad_runs(support, only), *help_runs(only)]
    sys.stdout.write(json.dumps(runs) + "\n")
    sys.stdout.flush()
    os._exit(0)  # whatever a case has left running


if __name__ == "__main__":
    main()
