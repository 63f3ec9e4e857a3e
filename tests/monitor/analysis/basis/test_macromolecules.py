"""Macromolecule and lipid components."""

import numpy as np
import pytest

from monitor.analysis.basis.macromolecules import COMPONENTS, components
from monitor.analysis.signal.spectrum import ppm_axis, spectrum_of
from streams.errors import InputError

F0 = 127.75
DWELL = 4e-4
POINTS = 16384


def spectra(kind):
    names, fids = components(kind, F0, DWELL, POINTS)
    return dict(zip(names, spectrum_of(fids).real / POINTS, strict=True))


def test_kinds_and_names():
    assert components("none", F0, DWELL, 16)[0] == ()
    assert components("single", F0, DWELL, 16)[0] == ("MM",)
    five = ("MM09", "MM12", "MM14", "MM17", "MM20")
    assert components("five", F0, DWELL, 16)[0] == five
    assert components("lipids", F0, DWELL, 16)[0] == ("Lip09", "Lip13", "Lip20")
    with pytest.raises(InputError, match="six"):
        components("six", F0, DWELL, 16)


@pytest.mark.parametrize(
    ("kind", "name", "ppm", "fwhm_ppm"),
    [
        ("five", "MM09", 0.91, 0.14),
        ("five", "MM17", 1.67, 0.15),
        ("lipids", "Lip13", 1.28, 0.15),
    ],
)
def test_a_line_has_the_position_and_width_of_the_table(kind, name, ppm, fwhm_ppm):
    axis = ppm_axis(POINTS, DWELL, F0)
    height = spectra(kind)[name]
    assert axis[height.argmax()] == pytest.approx(ppm, abs=2e-3)
    assert np.ptp(axis[height > height.max() / 2]) == pytest.approx(fwhm_ppm, abs=3e-3)


@pytest.mark.parametrize("kind", ["single", "five", "lipids"])
def test_amplitudes_are_those_of_the_table(kind):
    names, fids = components(kind, F0, DWELL, 8)
    for name, fid in zip(names, fids, strict=True):
        total = sum(line.amplitude for line in COMPONENTS[kind][name])
        assert fid[0] == pytest.approx(total)


def test_the_measured_function_has_its_13_lines_where_they_were_measured():
    assert len(COMPONENTS["single"]["MM"]) == 13
    axis, height = ppm_axis(POINTS, DWELL, F0), spectra("single")["MM"]
    low = axis < 1.05
    assert axis[low][height[low].argmax()] == pytest.approx(0.90, abs=0.01)
