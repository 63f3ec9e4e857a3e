"""`python -m monitor` with a clock that stands still, so that screens are the same.

    python outputs_still.py replay FILE --speed max --out out

What a screen says of the clock ("3 s ago", a headline that changes at most every few
seconds) depends on how long a replay took.  Here `time.monotonic` stands still where
`monitor` reads it, and is `LATER_S` later once the tables are written, when the screen
is drawn.  Whoever else reads it, as the player of `streams` does, gets the true time.
"""

import runpy
import sys
import time
from pathlib import Path

BEGIN_S, LATER_S = 1000.0, 5.5
monotonic = time.monotonic


def still() -> float:
    """A reading of the clock, s."""
    if not sys._getframe(1).f_globals["__name__"].startswith("monitor"):
        return monotonic()
    return BEGIN_S + LATER_S * Path("out/session.json").exists()


if __name__ == "__main__":
    time.monotonic = still
    sys.argv[0] = "mrs-monitor"
    runpy.run_module("monitor", run_name="__main__", alter_sys=False)
