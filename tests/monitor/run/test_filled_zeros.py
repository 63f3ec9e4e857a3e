"""Zeros behind the signal change no estimate, wherever they come in."""

from dataclasses import replace

import numpy as np
import pytest
from test_water_watch import ACQUISITION, transient
from worked_through import result_of, texts

from monitor.protocol.choose import Wishes
from streams.messages.transient import Acquisition, End, Event, Start, Transient, number

POINTS = ACQUISITION.points


def session(factor: int, transients: int = 24) -> list[Start | Transient | Event | End]:
    rng = np.random.default_rng(8)
    made = [transient(rng, n, False) for n in range(transients)]
    zeros = np.zeros((2, (factor - 1) * POINTS), np.complex64)
    filled = [replace(t, fid=np.concatenate([t.fid, zeros], axis=1)) for t in made]
    start: Acquisition = replace(ACQUISITION, points=factor * POINTS)
    mark = Event(-1.0, "reference", "0:20")
    return [Start(start, "made"), mark, *filled, End(transients, "end")]


@pytest.mark.parametrize("factor", [2, 4])
def test_filled_messages_give_what_was_measured(factor):
    wishes = Wishes(basis="press_3t_te30", changes={"window": 8, "step": 4})
    plain, filled = (result_of(number(session(f)), wishes) for f in (1, factor))
    assert filled.acquisition == plain.acquisition
    assert [e.values for e in filled.estimates] == [e.values for e in plain.estimates]
    assert filled.qualities == plain.qualities
    assert filled.reference_s == plain.reference_s == (0.0, 20.0)
    assert any("zeros that were filled in" in note for note in texts(filled.notes))
