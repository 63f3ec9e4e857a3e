"""Sessions whose marks were wrong, late, doubled or taken back, and mended.

Each simulated session (96 transients of 2 s, one coil or four, one epoch or two) is
worked through with the right marks and with a history of marks that ends in the same
ones: as `analyse` does it and as a window does while it comes.  What comes out must be
the same in every bit: transients, windows, tracker, answers, notes, counts, and what
the window shows.

    python tests/acceptance/marks_sessions.py --n 100 --seed 0
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from marked_sessions import (
    TRANSIENTS,
    Given,
    analysed,
    bodies_of,
    differences,
    marked,
    outcome_of,
    seen,
    values_of,
)

from streams.messages.marks import START, STOP, UNDO
from streams.messages.transient import Event

SEED = 20_000_000
KINDS = (
    "late", "early", "doubled", "undone", "typed later", "pump and a late key",
    "wrong pump replaced", "wrong stop",
)  # fmt: skip


def event(kind: str, time_s: float, author: str = "operator", **options: bool) -> Event:
    return Event(time_s, kind, "", author, **options)


def histories(
    kind: str, start_s: float, stop_s: float, random: np.random.Generator
) -> list[Given]:
    """A history of marks of this kind, which ends with the right ones."""
    wrong_s = start_s + random.uniform(4.0, 40.0)
    before_s = start_s - random.uniform(4.0, 30.0)
    mended_s = random.uniform(wrong_s + 2.0, stop_s + 40.0)
    right, moved = event(START, start_s), Given(mended_s, event(START, start_s))
    stop = Given(stop_s, event(STOP, stop_s))
    late = Given(wrong_s, event(START, wrong_s))
    early = Given(before_s, event(START, before_s))
    undo = Given(mended_s, Event(mended_s, UNDO, START, "operator"))
    pump = Given(start_s, event(START, start_s, "pump"))
    wrong_stop_s = stop_s - random.uniform(4.0, 15.0)
    history = {
        "late": [late, moved],
        "early": [early, moved],
        "doubled": [Given(start_s, right), late, undo],
        "undone": [early, Given(wrong_s, Event(wrong_s, UNDO, "", "operator")), moved],
        "typed later": [moved],
        "pump and a late key": [pump, late],
        "wrong pump replaced": [
            Given(before_s, event(START, before_s, "pump")),
            Given(mended_s, event(START, start_s, replaces=True)),
        ],
        "wrong stop": [
            Given(start_s, right),
            Given(wrong_stop_s, event(STOP, wrong_stop_s)),
        ],
    }[kind]
    return sorted([*history, stop], key=lambda given: given.came_s)


def off(seed: int) -> tuple[str, list[str], list[str]]:
    """The kind of a session, and where its two ways differ from the right one."""
    random = np.random.default_rng(SEED + seed)
    kind = KINDS[seed % len(KINDS)]
    bodies = bodies_of(SEED + seed, 1 if seed % 4 else 4, 1 + (seed // 2) % 2)
    start_s = float(random.uniform(50.0, 90.0))
    stop_s = start_s + float(random.uniform(50.0, 80.0))
    right = marked(
        bodies,
        [Given(start_s, event(START, start_s)), Given(stop_s, event(STOP, stop_s))],
    )
    mended = marked(bodies, histories(kind, start_s, stop_s, random))
    window = differences(seen(outcome_of(right)), seen(outcome_of(mended)))
    files = differences(values_of(analysed(right)), values_of(analysed(mended)))
    return kind, window, files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began, same = time.monotonic(), 0
    by_kind = dict.fromkeys(KINDS, 0)
    for seed in range(options.seed, options.seed + options.n):
        kind, window, files = off(seed)
        by_kind[kind] += not (window or files)
        same += not (window or files)
        print(f"seed {seed}, {kind}: {len(window)} and {len(files)}", flush=True)
        for where in (*window[:3], *files[:3]):
            print(f"seed {seed}, {kind}: {where}")
    print(f"{same} of {options.n} the same ({TRANSIENTS} transients), by kind: "
          f"{by_kind}; {time.monotonic() - began:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()
