"""Macromolecules of a basis set that are out of phase with its metabolites."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis import mm_phase
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.mm_phase import (
    TOLERATED_RAD,
    mm_phase_rad,
    mm_phase_said,
)
from monitor.analysis.fit.mm_prior import unmeasured
from monitor.basis.files import load_basis
from monitor.basis.simulated import with_macromolecules


@pytest.fixture(scope="module", params=["press_3t_te30", "slaser_7t_te34"])
def basis(request) -> BasisSet:
    """A set with what is known of macromolecules."""
    bare = load_basis(request.param)
    mhz = bare.spectrometer_frequency_mhz
    mean = unmeasured(mhz, bare.dwell_time_s, bare.points).mean
    return bare.extended(["MM"], mean[np.newaxis])


def turned(basis: BasisSet, rad: float) -> BasisSet:
    mm = np.array([name == "MM" for name in basis.names])[:, np.newaxis]
    return replace(basis, fids=basis.fids * np.exp(1j * rad * mm))


@pytest.mark.parametrize("rad", [0.0, 0.7, -1.2, 2.8])
def test_the_angle_is_found(basis, rad) -> None:
    found = mm_phase_rad(turned(basis, rad))
    assert abs(np.angle(np.exp(1j * (found - rad)))) < 0.2


def test_only_what_is_out_of_phase_is_said(basis) -> None:
    assert mm_phase_said(basis) == ""
    said = mm_phase_said(turned(basis, 0.8))
    assert "(MM) are turned by 0." in said
    assert "basis add-mm" in said


def test_it_is_against_the_metabolites(basis) -> None:
    all_turned = replace(basis, fids=basis.fids * np.exp(0.8j))
    assert mm_phase_said(all_turned) == ""


def test_what_cannot_be_judged_is_not(basis) -> None:
    assert mm_phase_rad(basis.without(["MM"])) is None
    assert mm_phase_rad(basis.subset(["Glu", "MM"])) is None
    assert mm_phase_rad(replace(basis, sequence="MEGA-PRESS")) is None
    silent = turned(basis, 1.0)
    mm = np.array([name == "MM" for name in basis.names])[:, np.newaxis]
    assert mm_phase_rad(replace(silent, fids=silent.fids * ~mm)) is None


@pytest.mark.parametrize(
    "path",
    [
        "sim/static_3t_press30/press30_mm.BASIS",
        "real/steam7t_4coil/STEAM_7T_11ms.BASIS",
        "real/dwsteam7t_truth_288/basis_STEAM_TE45_TM60.BASIS",
        "real/dwslaser7t_216/sLASER_DW_TE125ms_180121.BASIS",
        "real/press3t_te30_mm_sub01/press30_ideal_mm.BASIS",
    ],
)
def test_sets_of_others_are_in_phase(path, shared_data) -> None:
    assert mm_phase_said(load_basis(str(shared_data / path))) == ""


def test_what_the_program_makes_is_in_phase_and_is_not_fitted(monkeypatch) -> None:
    bare = load_basis("press_3t_te30")
    made = [with_macromolecules(bare, kind) for kind in ("single", "five")]
    made.append(load_basis("virtual_press_3t_te30"))
    for basis in made:
        assert abs(mm_phase_rad(basis)) < TOLERATED_RAD
    monkeypatch.setattr(mm_phase, "mm_phase_rad", lambda basis: np.pi)
    assert {mm_phase_said(basis) for basis in made} == {""}
    of_a_user = replace(made[0], provenance={"macromolecules": "of mm.nii.gz"})
    assert mm_phase_said(of_a_user)
