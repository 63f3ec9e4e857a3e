"""A line that no entry of the basis set has is told, with its place."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fit_cases import make_model, noisy_fid

from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.naa_width import naa_line
from monitor.run.unexplained_line import unexplained_line
from streams.messages.transient import REFERENCE_PPM

SD = 0.3


def result(height: float, ppm: float) -> Any:
    """What came of a brain with a line of so many times the first point of NAA's."""
    model = make_model()
    rate = 2j * np.pi * (ppm - REFERENCE_PPM) * model.frequency_mhz + np.pi * 7.0
    extra = height * 30.0 * np.exp(0.4j - rate * model.t)
    spectrum = model.in_band(noisy_fid(model, 3, SD) + extra)
    fit, problem = cold_fit(model, spectrum, SD * np.sqrt(model.points))
    tall = naa_line(model, fit)[1]
    session = SimpleNamespace(fit=fit, problem=problem, naa_height=tall)
    course = SimpleNamespace(
        fitted=[1], reference=None, rejected=(), sessions={0: session},
        qualities=[SimpleNamespace(epoch=0)],
    )  # fmt: skip
    return SimpleNamespace(course=course)


@pytest.mark.parametrize(("ppm", "what"), [(2.22, "acetone"), (1.3, "lipid")])
def test_a_line_that_the_basis_set_lacks_is_told(ppm: float, what: str) -> None:
    said = unexplained_line(result(0.3, ppm))
    assert f"{ppm:.1f}" in said
    assert what in said
    assert said.isascii()


def test_nothing_is_said_of_a_brain_that_fits() -> None:
    assert unexplained_line(result(0.0, 2.22)) == ""
