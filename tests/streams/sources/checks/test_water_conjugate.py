"""A water reference of the other convention is told by coils or eddy currents."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streams.messages.transient import Acquisition
from streams.sources.checks.water_conjugation import _eddy_turn, conjugated
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
