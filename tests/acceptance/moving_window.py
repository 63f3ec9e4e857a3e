"""Gaps of a window that only looks on (`live --view`) while its page is moved.

    DISPLAY=:N QT_QPA_PLATFORM=xcb python tests/acceptance/moving_window.py [--n S]

A transient comes every 2 s to a session of 1400; ten times a second the page is
resized, zoomed in time, or a sheet is opened and closed.  Gaps are those between turns
of the event loop of the window's thread (asked every 4 ms), wall time: a machine that
is shared adds its own.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QEventLoop, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "benchmarks")]

from fake_session import SETTINGS, TR_S, FakePipeline, messages  # noqa: E402
from test_frame_time import Arriving  # noqa: E402

from monitor.app.window import Window  # noqa: E402

SIZES = ((1920, 1080), (3840, 2160))
BEFORE, FIRST_MS, EACH_MS = 1400, 2500, 100


def resized(window: Window, step: int) -> None:
    """The window as large as it was, or a little less."""
    width, height = window.property("whole")
    window.resize(width - step % 10 * 20, height - step % 10 * 10)


def zoomed(window: Window, step: int) -> None:
    """The trend over other minutes, as by the wheel; the other plots follow."""
    box = window.page.trend.plot.getViewBox()
    box.setXRange(-10 + step % 10, 20 + step % 7, padding=0)
    box.sigRangeChangedManually.emit([True, False])


def opened(window: Window, step: int) -> None:
    """The log of messages, or nothing over the page."""
    if step % 2:
        window.operations.show_log()
    else:
        window.operations.leave()


MOVES: dict[str, Callable[[Window, int], None]] = {
    "still": lambda window, step: None,
    "a sheet opened or closed": opened,
    "zoomed": zoomed,
    "resized": resized,
}


def measured(updates, size, move: Callable[[Window, int], None], seconds: int):
    """Gaps, ms, and the share of a core."""
    arriving = Arriving(updates, rate_hz=1 / TR_S, before=BEFORE)
    window = Window(SETTINGS, arriving.receive, lambda command: None)
    window.sessions.ask_to_leave = lambda _: True
    window.only_view()
    window.setProperty("whole", size)
    window.resize(*size)
    window.show()
    QTest.qWait(FIRST_MS)  # the first frames take what is already there
    turns, steps = [], iter(range(10**9))
    ticker, mover = QTimer(), QTimer()
    ticker.setTimerType(Qt.TimerType.PreciseTimer)
    ticker.timeout.connect(lambda: turns.append(time.monotonic()))
    mover.timeout.connect(lambda: move(window, next(steps)))
    ticker.start(4)
    mover.start(EACH_MS)
    began, cpu_s = time.monotonic(), time.process_time()
    loop = QEventLoop()
    QTimer.singleShot(1000 * seconds, loop.quit)
    loop.exec()
    share = (time.process_time() - cpu_s) / (time.monotonic() - began)
    window._timer.stop()
    window.close()
    return 1e3 * np.diff(turns), share


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=10, help="seconds for each row")
    given = parser.parse_args()
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    pipeline = FakePipeline()
    updates = [pipeline.push(m) for m in messages(50, end=False)]
    print("| page | size | p50, ms | p99, ms | largest, ms | of a core, % |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        for name, move in MOVES.items():
            gaps, share = measured(updates, size, move, given.n)
            p50, p99 = np.percentile(gaps, [50, 99])
            figures = f"{p50:.0f} | {p99:.0f} | {gaps.max():.0f} | {100 * share:.1f}"
            print(f"| {name} | {size[0]} x {size[1]} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
