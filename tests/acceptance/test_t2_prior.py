"""A slice of `t2_prior`: one spectrum, both priors of T2's part."""

import mm_sets
import numpy as np
import pytest
import t2_prior

from streams.simulator.relaxation import T1_T2_S

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(mm_sets.folder() is None, reason="no measured spectra"),
]


def test_a_spectrum_decides_t2s_part_itself() -> None:
    held = dict(T1_T2_S)
    made = [
        t2_prior.row(t2_prior.SETS[0], 1, 312, 0.1, of_a)
        for of_a in ((0.5, 0.5), t2_prior.OF_BRAINS)
    ]
    one, other = (row.split("|")[-2].split("±") for row in made)
    assert abs(float(one[0]) - float(other[0])) < float(one[1])
    assert held == T1_T2_S


def test_scattered_times_are_those_of_the_simulator_again() -> None:
    held = dict(T1_T2_S)
    with t2_prior.scattered(0.1, np.random.default_rng(1)):
        assert held["NAA"] != T1_T2_S["NAA"]
        assert T1_T2_S["Cr"] == T1_T2_S["PCr"]
    assert held == T1_T2_S
