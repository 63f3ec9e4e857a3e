"""A window looked at again is the window that was fitted."""

from pathlib import Path

import numpy as np
import pytest

from monitor.protocol.choose import Wishes
from monitor.run.session_run import SessionRun
from streams.messages.transient import End
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


@pytest.fixture(scope="module")
def seen():
    analysis, newest = SessionRun(Wishes()), None
    for message in messages(RECORDING):
        if not isinstance(message.body, End):
            update = analysis.push(message)
            newest = update if update.curves is not None else newest
    return analysis, newest


def test_the_newest_window_looked_at_again_is_the_same(seen):
    analysis, newest = seen
    e = newest.estimate
    curves = analysis.curves_between(e.time_start_s, e.time_end_s)
    for name in ("ppm", "data", "model", "residual"):
        np.testing.assert_allclose(
            getattr(curves, name), getattr(newest.curves, name), rtol=1e-4, atol=1e-4
        )


def test_where_nothing_lies_there_is_nothing_to_see(seen):
    analysis, _ = seen
    assert analysis.curves_between(1e6, 1e6 + 10) is None
    assert SessionRun(Wishes()).curves_between(0.0, 10.0) is None
