"""A water reference of the other convention is told by coils or eddy currents."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streams.messages.transient import Acquisition
from streams.sources.checks.water_conjugation import _eddy_turn, conjugated, left_over
from streams.sources.files.any_format import read_series
from streams.sources.files.water_reference import matched_water

MHZ, DWELL_S, POINTS = 123.25, 5e-4, 1024
PRESS = Acquisition(MHZ, "1H", DWELL_S, POINTS, 1, 0.03, 2.0, sequence="PRESS")
T = DWELL_S * np.arange(POINTS)
LINES = ((2.01, 1.0), (3.03, 0.7), (3.2, 0.25))


def pair(eddy_rad: float = 0.0, phases_rad=(0.0,), noise: float = 0.01, n: int = 4):
    """Water and metabolites (n, coils, POINTS) with one eddy phase and coil phases."""
    turn = np.exp(1j * eddy_rad * (1 - np.exp(-T / 0.05)))
    coils = np.exp(1j * np.array(phases_rad))[:, None]
    lines = sum(
        size * np.exp((-2j * np.pi * (ppm - 4.65) * MHZ - np.pi * 6) * T)
        for ppm, size in LINES
    )
    rest = 2.0 * np.exp(-np.pi * 12 * T)
    random = np.random.default_rng(5)

    def noisy(fid):
        values = random.standard_normal((2, n, len(coils), POINTS))
        return coils * fid * turn + noise * (values[0] + 1j * values[1])

    return noisy(2000 * np.exp(-np.pi * 8 * T)), noisy(lines + rest)


@pytest.mark.parametrize("eddy_rad", [-1.0, 1.0])
def test_eddy_currents_tell_with_one_coil(eddy_rad: float):
    water, metabolites = pair(eddy_rad)
    assert not conjugated(water, metabolites, PRESS)
    assert conjugated(water.conj(), metabolites, PRESS)


def test_coils_tell_without_eddy_currents():
    water, metabolites = pair(phases_rad=(0.3, 1.5, -2.0, 2.9))
    assert not conjugated(water, metabolites, PRESS)
    assert conjugated(water.conj(), metabolites, PRESS)


@pytest.mark.parametrize(
    "made",
    [
        pair(),
        pair(1.0, noise=30.0),
        pair(phases_rad=(0.0, 0.0)),
        (np.zeros((1, 1, POINTS)), np.zeros((1, 1, POINTS))),
    ],
    ids=["no-eddy-currents", "noise", "coils-in-phase", "zeros"],
)
def test_where_nothing_tells_nothing_is_said(made):
    water, metabolites = made
    assert not conjugated(water, metabolites, PRESS)
    assert not conjugated(water.conj(), metabolites, PRESS)


def test_other_coils_are_not_called_conjugated():
    water, _ = pair(phases_rad=(0.3, 1.5, -2.0, 2.9))
    _, metabolites = pair(phases_rad=(-2.2, 0.4, 2.7, 1.1))
    assert not conjugated(water, metabolites, PRESS)


def test_the_public_pairs(shared_data: Path):
    """None is called conjugated; its conjugate is, where coils or currents tell."""
    found = {}
    for place in sorted(shared_data.rglob("metab.nii.gz")):
        for name in ("water", "wref", "wref_quant", "ecc"):
            reference = place.with_name(f"{name}.nii.gz")
            if reference.exists():
                series, water = read_series(place), read_series(reference)
                other = replace(water, fids=np.conj(water.fids))
                told = [
                    any(
                        "complex conjugate" in n for n in matched_water(series, w).notes
                    )
                    for w in (water, other)
                ]
                assert not told[0]
                found[f"{place.parent.name}/{name}"] = told[1]
    assert {name for name, told in found.items() if told} == {
        "coils_3t_press30/water", "press3t_biggaba_s01/wref", "steam7t_4coil/ecc",
        "steam7t_4coil/wref", "steam7t_4coil/wref_quant",
    }  # fmt: skip


def test_the_eddy_phase_is_held_where_the_water_ends():
    water = np.exp(1j * (1 - np.exp(-T / 0.05)) - T / 0.1)
    turn = _eddy_turn(water, DWELL_S, 2 * POINTS)
    assert turn.shape == (2 * POINTS,)
    assert np.allclose(turn[POINTS:], turn[POINTS - 1])
    assert abs(np.angle(turn[-1] / turn[1])) > 0.3


def test_one_of_them_zero_tells_nothing():
    water, metabolites = pair(1.0)
    assert not conjugated(0 * water, metabolites, PRESS)
    assert not conjugated(water, 0 * metabolites, PRESS)


def test_transients_of_any_phase_add_up():
    """Receiver and patient turn each transient as a whole: no matter of convention."""
    water, metabolites = pair(1.0)
    turns = np.exp(1j * np.array([0.0, 1.6, 3.1, -1.5]))[:, None, None]
    assert conjugated(water.conj(), metabolites * turns, PRESS)


@pytest.mark.parametrize("offset_hz", [-20.0, 0.0, 20.0])
def test_a_frequency_of_the_water_is_no_eddy_current(offset_hz: float):
    water = np.exp((2j * np.pi * offset_hz - np.pi * 8) * T)
    turn = _eddy_turn(water, DWELL_S, POINTS)
    np.testing.assert_allclose(turn, 1.0, atol=0.05)


def test_the_phase_is_held_where_the_water_has_decayed():
    noise = np.random.default_rng(1).standard_normal((2, POINTS))
    water = np.exp(-np.pi * 20 * T) + 1e-3 * (noise[0] + 1j * noise[1])
    turn = _eddy_turn(water, DWELL_S, POINTS)
    decayed = T > 0.06  # exp(-pi 20 t) is 5 % at 48 ms
    np.testing.assert_allclose(turn[decayed], turn[-1])


@pytest.mark.parametrize("width_hz", [3.0, 8.0, 18.0])
def test_three_lines_on_a_broad_hump_leave_next_to_nothing_over(width_hz: float):
    """The polynomial takes the hump, and one of the widths is theirs."""
    lines = sum(
        size * np.exp((-2j * np.pi * (ppm - 4.65) * MHZ - np.pi * width_hz) * T)
        for ppm, size in LINES
    )
    hump = 20 * np.exp((-2j * np.pi * (2.4 - 4.65) * MHZ - np.pi * 150) * T)
    left = left_over(np.stack([lines, lines + hump, lines.conj()]), PRESS)
    assert left[0] < 0.01
    assert left[1] < 0.03
    assert left[2] > 0.3
