"""Where a cold fit begins: near phase, shift and width, whatever they are."""

import math
from dataclasses import replace

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, NAMES, line, make_model

from monitor.analysis.fit.first_guess import REACH_PPM, WIDTHS_HZ, starting_points
from monitor.analysis.fit.model import PHASE, SHIFT, Model

STIFFNESS = 0.1


@pytest.fixture(scope="module")
def model() -> Model:
    return make_model()


def spectrum(model: Model, lorentz=2.5, gauss=90.0, **shape: float) -> np.ndarray:
    """Metabolites alone, in the band."""
    n = len(NAMES)
    fid = (CONCENTRATIONS[:n] @ model.fids[:n]) * line(
        model, lorentz=lorentz, gauss=gauss, **shape
    )
    return model.in_band(fid)


@pytest.mark.parametrize("phase", [0.0, 1.5, 3.0, -2.5])
@pytest.mark.parametrize("shift", [0.0, 8.0, -8.0])
def test_it_is_near_upright_and_in_place(model, phase: float, shift: float) -> None:
    best = starting_points(model, STIFFNESS, spectrum(model, phase=phase, shift=shift))
    theta = best[0].theta
    bin_hz = 1 / (model.points * model.dwell_time_s)
    assert theta[SHIFT] == pytest.approx(shift, abs=1.5 * bin_hz)
    # Upright, and not upside down: the singlets are positive.
    assert abs(math.remainder(theta[PHASE] - phase, math.tau)) < 0.5


@pytest.mark.parametrize("side", [1, -1])
def test_it_reaches_as_far_as_it_says_on_either_side(model, side: int) -> None:
    shift = side * 0.97 * REACH_PPM * model.frequency_mhz
    best = starting_points(model, STIFFNESS, spectrum(model, shift=shift))[0]
    bin_hz = 1 / (model.points * model.dwell_time_s)
    assert best.theta[SHIFT] == pytest.approx(shift, abs=1.5 * bin_hz)


def test_the_best_come_first_and_only_so_many(model) -> None:
    y = spectrum(model)
    every = starting_points(model, STIFFNESS, y, keep=9)
    energies = [start.energy for start in every]
    assert energies == sorted(energies, reverse=True)
    assert len(every) == len(WIDTHS_HZ)
    assert [s.energy for s in starting_points(model, STIFFNESS, y, 2)] == energies[:2]


def test_its_energy_is_what_its_columns_explain(model) -> None:
    y = spectrum(model)
    removed = model.baseline.removed(y, STIFFNESS)
    whole = float(np.vdot(removed, removed).real)
    best = starting_points(model, STIFFNESS, y)[0]
    assert 0.85 * whole < best.energy < 1.001 * whole
    turned = starting_points(model, STIFFNESS, y * np.exp(1.1j))[0]
    assert turned.energy == pytest.approx(best.energy)


def test_singlets_are_made_positive_though_others_are_not(model) -> None:
    """An edited glutamate may be negative beside an upright NAA."""
    n = len(NAMES)
    c = CONCENTRATIONS[:n].copy()
    c[[NAMES.index("Glu"), NAMES.index("mI")]] *= -1.0
    y = model.in_band((c @ model.fids[:n]) * line(model, phase=0.4, shift=0.0))
    best = starting_points(model, STIFFNESS, y)[0]
    assert abs(math.remainder(best.theta[PHASE] - 0.4, math.tau)) < 0.7


def test_without_any_guide_all_columns_guide(model) -> None:
    names = tuple(f"X{i}" for i in range(len(model.names)))
    strange = replace(model, names=names)
    y = spectrum(model, shift=4.0)
    best = starting_points(strange, STIFFNESS, y)[0]
    bin_hz = 1 / (model.points * model.dwell_time_s)
    assert best.theta[SHIFT] == pytest.approx(4.0, abs=2 * bin_hz)
