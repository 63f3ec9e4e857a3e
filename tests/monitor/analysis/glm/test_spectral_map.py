"""Places above the threshold, and what is said of them."""

import numpy as np
import pytest
from scipy import stats

from monitor.analysis.glm.spectral_map import map_of, sentence, threshold_of

PPM = np.linspace(0.2, 4.2, 401)


def with_lines(*lines: tuple[float, float]):
    t = np.zeros(PPM.size)
    for ppm, height in lines:
        t += height * np.exp(-0.5 * ((PPM - ppm) / 0.03) ** 2)
    return map_of("start", PPM, t, 40, 60.0)


def test_both_lines_of_glutamate_are_named():
    found = with_lines((2.35, 9.0), (3.75, 6.0))
    assert sentence(found) == (
        "The change sits at 3.75 and 2.35 ppm: glutamate's lines."
    )


@pytest.mark.parametrize("lines", [((1.3, 9.0),), ((1.3, -9.0),)])
def test_lipid_is_told_from_glutamate_whatever_its_sign(lines):
    said = sentence(with_lines(*lines))
    assert said.startswith("Not at glutamate's lines, but at 1.30 ppm")


def test_what_is_at_both_is_said_of_both():
    assert "but also at 1.30 ppm" in sentence(with_lines((2.35, 9.0), (1.3, 9.0)))


def test_nothing_is_said_of_chance():
    assert sentence(with_lines((2.35, 3.0))).startswith("No place")


def test_the_threshold_is_never_above_that_of_points_on_their_own():
    for points, resels in ((200, 1.0), (200, 60.0), (200, 1e4)):
        alone = float(stats.t.isf(0.05 / (2 * points), 40))
        assert threshold_of(points, 40, resels, 0.05) <= alone + 1e-6
    one = float(stats.t.isf(0.025, 40))
    assert threshold_of(200, 40, 60.0, 0.05) > one


def test_places_are_listed_in_a_sentence():
    said = sentence(with_lines((1.3, 9.0), (0.9, 8.0), (1.7, 7.0)))
    assert "at 1.70, 1.30 and 0.90 ppm" in said
    assert "at 1.70 and 1.30 ppm" in sentence(with_lines((1.3, 9.0), (1.7, 7.0)))
    assert sentence(with_lines((2.35, 9.0))).startswith("The change sits at 2.35 ppm:")


@pytest.mark.parametrize(("degrees", "resels"), [(10, 20.0), (40, 60.0), (200, 5.0)])
def test_the_threshold_is_that_of_a_smooth_field_of_t(degrees, resels):
    """Worsley's, of one dimension: half of alpha on either side."""
    u = threshold_of(10**6, degrees, resels, 0.05)
    peaks = resels * np.sqrt(4 * np.log(2)) / (2 * np.pi)
    peaks *= (1 + u**2 / degrees) ** (-(degrees - 1) / 2)
    assert stats.t.sf(u, degrees) + peaks == pytest.approx(0.025, rel=1e-6)
