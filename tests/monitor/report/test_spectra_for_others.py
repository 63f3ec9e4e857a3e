"""What is written for other programs says which steps were taken, and no others."""

from types import SimpleNamespace

import numpy as np
import pytest
from fit_cases import make_model

from monitor.report import spectra
from monitor.report.spectra import (
    ALIGNED,
    AVERAGED,
    BASIS_WIDTH_HZ,
    COMBINED,
    EDDY,
    NO_WATER,
    damped_basis,
    write_spectra,
)
from streams.errors import InputError
from streams.messages.transient import Acquisition

PLAN = Acquisition(123.2, "1H", 5e-4, 64, 4, 0.03, sequence="PRESS")


def result(coils=4, combine=True, eddy=True, align=True, water=True, fitted=()):
    course = SimpleNamespace(
        fids=[np.full(64, n, np.complex64) for n in range(4)],
        times_s=np.array([0.0, 2.0, 4.0, 8.0]),
        fitted=list(fitted),
        grids={0: None, 2: make_model()},
    )
    settings = SimpleNamespace(coil_combine=combine, align=align, water_removal=water)
    acquisition = Acquisition(123.2, "1H", 5e-4, 64, coils, 0.03)
    return SimpleNamespace(
        acquisition=acquisition, settings=settings, eddy_corrected=eddy, course=course
    )


def window(first: int, stop: int):
    span = SimpleNamespace(first=first, stop=stop)
    return SimpleNamespace(average=SimpleNamespace(window=span))


@pytest.fixture
def written(monkeypatch):
    files = {}

    def keep(path, fids, acquisition, times_s, provenance):
        files[path.name] = fids, acquisition, times_s, provenance

    monkeypatch.setattr(
        spectra,
        "average_spectrum",
        lambda _, f: np.full(64, f.average.window.first, complex),
    )
    monkeypatch.setattr(spectra, "write_nifti_mrs", keep)
    monkeypatch.setattr(spectra, "write_basis", lambda b, path: files.update(basis=b))
    return files


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, [COMBINED, EDDY, ALIGNED]),
        ({"coils": 1}, [EDDY, ALIGNED]),
        ({"coils": 2}, [COMBINED, EDDY, ALIGNED]),
        ({"combine": False}, [EDDY, ALIGNED]),
        ({"eddy": False}, [COMBINED, ALIGNED]),
        ({"align": False}, [COMBINED, EDDY]),
        ({"coils": 1, "eddy": False, "align": False}, []),
    ],
)
def test_only_the_steps_that_were_taken_are_named(written, tmp_path, changes, steps):
    write_spectra(result(**changes), tmp_path)
    fids, acquisition, times_s, provenance = written["transients.nii.gz"]
    assert provenance == steps
    assert acquisition.coils == 1
    assert times_s == [0.0, 2.0, 4.0, 8.0]
    assert fids.shape == (64, 4)
    assert len(written) == 1  # no window was fitted


@pytest.mark.parametrize("water", [True, False])
def test_averages_lie_in_the_middle_of_their_windows(written, tmp_path, water):
    one = result(water=water, fitted=[window(0, 2), window(1, 4)])
    write_spectra(one, tmp_path)
    fids, _, times_s, provenance = written["averages.nii.gz"]
    assert times_s == [1.0, 5.0]
    assert fids.shape == (64, 2)
    extra = [AVERAGED, NO_WATER] if water else [AVERAGED]
    assert provenance == [COMBINED, EDDY, ALIGNED, *extra]
    assert written["basis"].names == make_model().names


def test_the_basis_set_gets_a_line_of_its_width() -> None:
    model = make_model()
    basis = damped_basis(model, PLAN)
    expected = model.fids * np.exp(-np.pi * BASIS_WIDTH_HZ * model.t)
    np.testing.assert_allclose(basis.fids, expected)
    assert (basis.echo_time_s, basis.sequence) == (0.03, "PRESS")


def test_without_a_start_message_there_is_nothing_to_write(tmp_path) -> None:
    with pytest.raises(InputError, match="no start message"):
        write_spectra(SimpleNamespace(acquisition=None), tmp_path)
