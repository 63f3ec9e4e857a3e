"""A basis set drawn."""

import pytest

from monitor.basis.simulated import simulate_basis
from monitor.report.basis_figure import FWHM_HZ, draw, figure_of, shown_spectra
from streams.errors import InputError
from streams.spins import Sequence


@pytest.fixture(scope="module")
def basis():
    return simulate_basis(
        Sequence("press", 0.03), 123.25, 5e-4, 1024, ("Cr", "NAA", "Glu"), "single"
    )


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml")]
)
def test_it_is_drawn_into_a_file(basis, suffix, start, tmp_path):
    draw(basis, tmp_path / f"set{suffix}")
    assert (tmp_path / f"set{suffix}").read_bytes().startswith(start)


def test_every_entry_has_its_row_and_name(basis):
    (axes,) = figure_of(basis).axes
    assert len(axes.lines) == 4
    assert [label.get_text() for label in axes.get_yticklabels()] == list(basis.names)
    assert axes.get_xlim() == (4.4, 0.5)


def test_creatine_is_drawn_at_3_03(basis):
    ppm, heights = shown_spectra(basis)
    assert ppm[heights[0].argmax()] == pytest.approx(3.027, abs=0.005)


def test_a_place_or_kind_that_cannot_be_written_is_refused(basis, tmp_path):
    with pytest.raises(InputError, match=r"\.png"):
        draw(basis, tmp_path / "set.doc")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        draw(basis, tmp_path / "file" / "set.png")


def test_lines_are_as_wide_as_the_title_says(basis):
    ppm, heights = shown_spectra(basis)
    methyl = (ppm > 2.95) & (ppm < 3.1)
    height = heights[0][methyl]
    high = ppm[methyl][height > height.max() / 2]
    width_hz = (high.max() - high.min()) * basis.spectrometer_frequency_mhz
    assert width_hz == pytest.approx(FWHM_HZ, abs=1.0)
    assert heights[0].min() > -0.05 * heights[0].max()  # no FID that is cut off
