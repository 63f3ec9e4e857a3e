"""Zeros behind the signal are cut at the reader, and said."""

import numpy as np
import pytest
from test_nifti_mrs_file import fids, with_dims, write

from streams.messages.transient import Event, Start, Transient
from streams.sources.checks.filled_points import filled_points
from streams.sources.files.open_file import open_source


def noise(*shape: int) -> np.ndarray:
    values = np.random.default_rng(2).standard_normal((2, *shape))
    return values[0] + 1j * values[1]


@pytest.mark.parametrize("factor", [1.25, 2, 4])
@pytest.mark.parametrize("coils", [1, 16])
def test_filled_points(factor, coils):
    signal = noise(5, coils, 100)
    filled = np.zeros((5, coils, round(100 * factor)), complex)
    filled[..., :100] = signal
    assert filled_points(filled) == filled.shape[-1] - 100
    assert filled_points(signal) == 0
    filled[2, 0, -1] = np.nan
    assert filled_points(filled) == 0


def test_a_dead_transient_or_nothing_at_all_is_no_filling():
    signal = noise(4, 2, 64)
    signal[1] = 0
    assert filled_points(signal) == 0
    assert filled_points(np.zeros((3, 1, 64), complex)) == 0
    signal[..., -3:] = 0
    assert filled_points(signal) == 0


@pytest.mark.parametrize("factor", [2, 4])
def test_what_is_read_is_what_was_measured(tmp_path, factor):
    stored = np.concatenate([fids(3)] * 4)  # 32 points
    filled = np.concatenate([stored, np.zeros(((factor - 1) * 32, 3))])
    path = write(tmp_path / "x.nii", filled.astype(np.complex64), with_dims("DIM_DYN"))
    source = open_source(path)
    bodies = list(source.bodies)
    (start,) = [b for b in bodies if isinstance(b, Start)]
    assert start.acquisition.points == 32
    kept = np.array([b.fid[0] for b in bodies if isinstance(b, Transient)])
    assert np.array_equal(kept, stored.T)
    said = f"the last {(factor - 1) * 32} of {factor * 32} points are zeros"
    assert said in source.notes[-1]
    assert any(said in b.text for b in bodies if isinstance(b, Event))
