"""Spectra of two epochs on one scale, by the areas of what does not change."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.fit.curves import Curves
from monitor.screen.parts.gain import on_scale_of

PPM = np.linspace(0.2, 4.2, 41, dtype=np.float32)


def curves(**heights: float) -> Curves:
    parts = {n: np.full(41, h, np.float32) for n, h in heights.items()}
    whole = np.sum(list(parts.values()), axis=0)
    return Curves(PPM, whole, whole, 0.1 * whole, 0.01 * whole, parts)


BEFORE = curves(NAA=12.0, Cr=8.0, GPC=2.0, Glu=9.0)


def test_everything_is_divided_by_the_gain() -> None:
    twice = curves(NAA=24.0, Cr=16.0, GPC=4.0, Glu=27.0)
    found = on_scale_of(twice, BEFORE)
    for name in ("data", "model", "baseline", "residual"):
        expected = 0.5 * getattr(twice, name)
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-6)
    np.testing.assert_allclose(found.components["Glu"], 13.5, rtol=1e-6)
    np.testing.assert_allclose(found.components["NAA"], 12.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"NAA": 24.0, "Cr": 16.0, "GPC": 4.0}, {"NAA": 12.0, "Cr": 8.0}),
        ({"NAA": 24.0}, {"NAA": 0.0}),
        ({"NAA": -24.0}, {"NAA": 12.0}),
        ({"NAA": np.nan}, {"NAA": 12.0}),
        ({"NAA": np.inf}, {"NAA": 12.0}),
        ({"Glu": 2.0}, {"Glu": 1.0}),
    ],
)
def test_where_the_gain_is_unknown_they_stay(mine: dict, theirs: dict) -> None:
    one = curves(**mine)
    assert on_scale_of(one, curves(**theirs)) is one


def test_a_single_point_has_no_area() -> None:
    one = replace(curves(NAA=24.0), ppm=PPM[:1])
    assert on_scale_of(one, replace(BEFORE, ppm=PPM[:1])) is one
