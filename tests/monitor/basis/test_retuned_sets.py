"""When one of our own basis sets is simulated anew for the scanner at hand."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import BasisSet
from monitor.basis import simulated
from monitor.basis.simulated import RETUNE, RETUNE_LIMIT, retuned
from streams.messages.transient import Acquisition

MHZ, DWELL_S, POINTS = 123.25, 5e-4, 1024
OWN = BasisSet(
    ("NAA",), np.ones((1, POINTS), complex), DWELL_S, MHZ, "1H", 0.03, "PRESS",
    source="own",
)  # fmt: skip
AT = Acquisition(MHZ, "1H", DWELL_S, POINTS, 1, 0.03, 2.0, sequence="PRESS")
PRESS = object()


@pytest.fixture
def made(monkeypatch) -> list[tuple[float, int]]:
    """Frequency and points of the sets that are simulated anew; none is bundled."""
    asked: list[tuple[float, int]] = []

    def cached(wanted, *_):
        asked.append((wanted[0], wanted[2]))
        return OWN

    monkeypatch.setattr(simulated, "simulated_sequence", lambda _: PRESS)
    monkeypatch.setattr(simulated, "provenance", lambda _, mhz: mhz)
    monkeypatch.setattr(simulated, "_bundled_set", lambda *_: None)
    monkeypatch.setattr(simulated, "cached", cached)
    return asked


@pytest.mark.parametrize(
    ("off", "again"),
    [
        (0.0, False),
        (0.9 * RETUNE, False),
        (-0.9 * RETUNE, False),
        (1.1 * RETUNE, True),
        (-1.1 * RETUNE, True),
        (1.1 * RETUNE_LIMIT, False),  # another field: refused where it is checked
        (-1.1 * RETUNE_LIMIT, False),
    ],
)
def test_a_set_is_made_anew_half_a_percent_off(made, off, again):
    need = MHZ / (1 + off)
    basis, notes = retuned(OWN, replace(AT, spectrometer_frequency_mhz=need))
    assert basis is OWN
    assert bool(made) is bool(notes) is again
    if again:
        ((mhz, points),) = made
        assert abs(mhz - need) <= simulated.FREQUENCY_STEP_MHZ / 2 + 1e-9
        assert mhz / simulated.FREQUENCY_STEP_MHZ == pytest.approx(
            round(mhz / simulated.FREQUENCY_STEP_MHZ)
        )
        assert points == POINTS


@pytest.mark.parametrize(
    ("points", "dwell_s", "needs"),
    [
        (POINTS, DWELL_S, None),
        (POINTS // 2, DWELL_S, None),
        (2 * POINTS, DWELL_S / 2, None),  # as long, only finer
        (POINTS + 1, DWELL_S, POINTS + 1),
        (2 * POINTS + 1, DWELL_S / 2, POINTS + 1),
        (2 * POINTS, DWELL_S, 2 * POINTS),
    ],
)
def test_a_set_is_made_anew_for_fids_that_last_longer(made, points, dwell_s, needs):
    _, notes = retuned(OWN, replace(AT, points=points, dwell_time_s=dwell_s))
    assert made == ([] if needs is None else [(MHZ, needs)])
    assert bool(notes) is (needs is not None)
    if needs is not None:
        assert f"FIDs of {needs * DWELL_S:.2f} s" in notes[0]


def test_a_set_of_others_is_left_as_it_is(made, monkeypatch):
    monkeypatch.setattr(simulated, "simulated_sequence", lambda _: None)
    longer = replace(AT, points=2 * POINTS)
    assert retuned(OWN, longer) == (OWN, ())
    assert not made


def test_a_bundled_set_is_taken_instead(made, monkeypatch):
    bundled = replace(OWN, source="bundled")
    monkeypatch.setattr(simulated, "_bundled_set", lambda *_: bundled)
    basis, notes = retuned(OWN, replace(AT, points=2 * POINTS))
    assert basis is bundled
    assert notes
    assert not made
