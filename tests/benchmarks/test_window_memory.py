"""Memory of the window's process over 20,000 transients (11 h at a TR of 2 s).

Updates come pickled, as from the worker, with as many figures as a real fit gives (60
amplitudes and ratios, 13 changes, 4 tracked outcomes).  What may grow is a row of
figures for each transient and each window; everything else must not.

    pytest tests/benchmarks/test_window_memory.py -m slow --benchmark-enable -s
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from fake_session import (
    SETTINGS,
    TR_S,
    FakeFeed,
    FakePipeline,
    messages,
)

from monitor.app.window import Window
from monitor.run.worker_messages import Computed, Heard

FIRST, LAST, STEP = 2_000, 20_000, 4
ALLOWED_MB = 24.0  # 15 measured; 72 while dictionaries were kept
STATM = Path("/proc/self/statm")


def resident_mb() -> float:
    return int(STATM.read_text().split()[1]) * 4096 / 1e6


def long_session():
    """Updates with the figures of a real session, made from one of a short one."""
    pipeline = FakePipeline()
    updates = [pipeline.push(m) for m in messages(12.0, end=False)]
    yield from updates
    last = updates[-1]
    newest = [u for u in updates if u.estimate][-1]
    figures = {f"metabolite {i}": float(i) for i in range(36)}
    figures |= {f"metabolite {i}/water": float(i) for i in range(24)}
    changes = dict.fromkeys([*newest.estimate.changes_percent, *"ABCDEFGH"], 1.0)
    outcomes = dict.fromkeys([*last.tracker.filtered, "D", "E"], 1.0)
    for i in range(len(updates), LAST):
        at = i * TR_S
        update = replace(
            last, seq=i,
            quality=replace(last.quality, index=i, time_s=at),
            tracker=replace(
                last.tracker, index=i, time_s=at, filtered=outcomes, free=outcomes,
                filtered_sd=outcomes, free_sd=outcomes,
            ),
        )  # fmt: skip
        if i % STEP == 0:
            estimate = replace(
                newest.estimate, window=i, time_start_s=at - 62, time_end_s=at,
                independent=i % 32 == 0, values=figures, sds=figures,
                changes_percent=changes, change_sds_percent=changes,
            )  # fmt: skip
            update = replace(update, estimate=estimate, curves=newest.curves)
        yield pickle.loads(pickle.dumps(update))


@pytest.mark.slow
@pytest.mark.skipif(not STATM.exists(), reason="resident memory is read from /proc")
def test_memory_of_the_window(qtbot):
    waiting = [Heard(FakeFeed().health)]
    now = [0.0]

    def receive(budget_s):
        came = waiting[:]
        waiting.clear()
        return came

    window = Window(SETTINGS, receive, lambda command: None, lambda: now[0])
    window.sessions.ask_to_leave = lambda _: True
    window._timer.stop()
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    held = {}
    for i, update in enumerate(long_session(), 1):
        waiting.append(Computed(update))
        if i % 50 == 0:
            now[0] = i * TR_S
            window.frame()
            qtbot.wait(0)
        if i in (FIRST, LAST // 2, LAST):
            held[i] = resident_mb()
    said = ", ".join(f"{mb:.1f} MB after {i}" for i, mb in held.items())
    print(f"\nresident memory of the window: {said} transients")
    assert window.session.state.quality.rows > 19_000
    assert held[LAST] - held[FIRST] < ALLOWED_MB
