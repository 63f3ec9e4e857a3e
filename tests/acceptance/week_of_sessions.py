"""A week of sessions, accelerated, with every harm in each of its hours.

Kills, cuts, full disks, removed and renamed folders, restarted publishers, and each
signal that ends programs:

    python tests/acceptance/week_of_sessions.py --hours 24 --seed 1

One relay stays for all hours (`week_standing`: cuts, restarts, full disks, renamed and
removed folders; its memory and files are counted); beside it sessions of a virtual
scanner, an MRD scanner, a folder and a publisher come and go (`week_visits`: kills,
signals, disks).  Whatever somebody was shown or acknowledged must be in the recording
bit by bit; whatever a source sent and is not there must be counted.
"""

import argparse
import random
import sys
import tempfile
import threading
from pathlib import Path

for folder in ("support", "streams/relay", "streams/sources/mrd", ""):
    sys.path.append(str(Path(__file__).resolve().parents[1] / folder))

from week_checks import Tally  # noqa: E402
from week_standing import Standing  # noqa: E402
from week_visits import VISITS, visit  # noqa: E402


def grows(figures, slack):
    """Whether the last third of the hours lies above the second by more than slack."""
    third = len(figures) // 3
    if not third:
        return False
    return min(figures[-third:]) > max(figures[third : 2 * third]) + slack


def run(hours, seed, home, say=print, visits=VISITS, harms=Standing.HARMS):
    """Run all hours; what was counted."""
    tally = Tally(say)
    with Standing(home / "standing", tally, seed) as standing:
        for hour in range(hours):
            rng = random.Random(f"{seed} {hour}")
            beside = threading.Thread(target=standing.hour, args=(rng, harms))
            beside.start()
            for number, one in enumerate(visits):
                place = home / f"{hour}-{number}-{one.__name__}"
                visit(one, place, hour, rng, tally)
            beside.join()
            standing.measure()
            say(f"hour {hour + 1}: {tally.line} {standing.line}", flush=True)
    if grows(standing.memory_mb, slack=4.0):
        tally.fail("memory", f"grows: {standing.memory_mb}")
    if grows(standing.files, slack=2):
        tally.fail("files", f"grow: {standing.files}")
    return tally


def main():
    """Count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        tally = run(given.hours, given.seed, Path(home))
    print(tally.table)
    sys.exit(1 if tally.failures or tally.harm else 0)


if __name__ == "__main__":
    main()
