"""What was seen of transients before their turn."""

from __future__ import annotations

import numpy as np

from monitor.analysis.signal.looked_ahead import LookedAhead


def test_each_is_seen_once_and_only_if_it_can_be() -> None:
    ahead, seen = LookedAhead[str](), []

    def see(fids):
        seen.append(len(fids))
        return [f"ahead {i}" for i in range(len(fids))]

    good, bad = np.ones((2, 4), complex), np.full((2, 4), np.nan, complex)
    other, later = np.ones((1, 4), complex), np.ones((2, 4), complex)
    ahead.look([bad, good, other, later], (2, 4), see)
    assert seen == [2]
    assert ahead.take(later, lambda: "now") == "ahead 1"
    assert ahead.take(later, lambda: "now") == "now"
    assert ahead.take(bad, lambda: "now") == "now"
    assert ahead.take(other, lambda: "now") == "now"
    ahead.look([], (2, 4), see)
    assert seen == [2]
    assert ahead.take(good, lambda: "now") == "now"
