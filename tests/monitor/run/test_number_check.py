"""What holds no numbers is refused before anyone looks, and said."""

from pathlib import Path

import numpy as np
import pytest
from worked_through import result_of, texts

from monitor.protocol.choose import Wishes
from monitor.run.number_check import NumberCheck
from streams.messages.transient import Event, Kind, Message, Transient, number
from streams.sources.files.open_file import open_source

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"
SAID = {
    Kind.METABOLITE: "Transient 1 holds NaN",
    Kind.MACROMOLECULE: "Transient 1 holds NaN",
    Kind.WATER: "The water reference holds NaN",
    Kind.NOISE: "A noise transient holds NaN",
}


def message(kind: Kind, value: complex) -> Message:
    fid = np.ones((2, 8), np.complex64)
    fid[1, 3] = value
    return Message("s", 4, 0, Transient(4, 8.0, kind, fid))


@pytest.mark.parametrize("kind", Kind)
def test_a_transient_without_numbers_goes_no_further(kind: Kind):
    check = NumberCheck()
    good = message(Kind.METABOLITE, 1.0)
    assert check.filter(good).messages == (good,)
    for k, nothing in enumerate((np.nan, 1j * np.nan), start=1):
        refused = check.filter(message(kind, nothing))
        assert refused.messages == ()
        assert refused.notes[0].text.startswith(SAID[kind])
        assert check.refused == k


def test_infinite_numbers_are_too_large():
    refused = NumberCheck().filter(message(Kind.METABOLITE, np.inf))
    assert refused.messages == ()
    assert "numbers above 1e+12" in refused.notes[0].text


def test_all_else_passes():
    event = Message("s", 4, 0, Event(1.0, "note"))
    assert NumberCheck().filter(event).messages == (event,)


def test_a_session_goes_on_without_it_and_counts_it():
    bodies = list(open_source(RECORDING).bodies)
    places = [
        i
        for i, body in enumerate(bodies)
        if isinstance(body, Transient) and body.kind == Kind.METABOLITE
    ][:12]
    spoilt = bodies[places[7]]
    nothing = np.full_like(spoilt.fid, np.nan)
    bodies[places[7]] = Transient(spoilt.count, spoilt.time_s, spoilt.kind, nothing)
    wishes = Wishes(changes={"window": 4, "step": 4})
    result = result_of(number(bodies[: places[-1] + 1]), wishes)
    assert len(result.qualities) == 11
    assert result.counts.refused_messages == 1
    assert sum("Transient 7 holds NaN" in text for text in texts(result.notes)) == 1
    assert all(np.isfinite(list(e.values.values())).all() for e in result.estimates)
