"""Components that come out negative are told, with the sum that is measured."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from monitor.run.negative_components import negative_components

NAMES = ("Cr", "Glc", "GPC", "PCh", "Glx", "NAA")


def outcome(amplitudes: list[float], misfit: float = 1.0) -> Any:
    """What a fit of unit SDs found."""
    fit = SimpleNamespace(names=NAMES, amplitudes=np.array(amplitudes))
    level = misfit * np.eye(len(NAMES))
    course = SimpleNamespace(
        fitted=[1], reference=None, rejected=(), qualities=[SimpleNamespace(epoch=0)],
        sessions={0: SimpleNamespace(fit=fit, level_covariance=level)},
    )  # fmt: skip
    return SimpleNamespace(course=course)


def test_an_epoch_that_is_left_out_has_no_level() -> None:
    told = outcome([9, -4, 9, 9, 9, 9])
    good = outcome([9, 9, 9, 9, 9, 9]).course.sessions[0]
    told.course.sessions[1] = good
    assert "Glc by 4.0 SD" in negative_components(told)
    told.course.rejected = (0,)
    assert negative_components(told) == ""
    told.course.rejected = (0, 1)
    assert "Glc by 4.0 SD" in negative_components(told)


def test_they_are_named_with_their_sum() -> None:
    said = negative_components(outcome([9, -4, 9, -6.04, -5, 9]))
    assert "Glc by 4.0 SD, PCh by 6.0 SD (use tCho), Glx by 5.0 SD. Basis" in said
    assert said.isascii()


@pytest.mark.parametrize(
    "quiet",
    [
        outcome([9, -2.9, 9, 1, 1, 9]),
        outcome([9, -5, 9, 1, 1, 9], misfit=4.0),
    ],
    ids=["noise", "misfit"],
)
def test_noise_is_not_reported(quiet: Any) -> None:
    assert negative_components(quiet) == ""


def test_a_difference_may_be_negative() -> None:
    """Of creatine's CH2 there may be more than the entry has."""
    told = outcome([9, -4, 9, 9, 9, 9])
    told.course.sessions[0].fit.names = ("Cr", "-CrCH2", *NAMES[2:])
    assert negative_components(told) == ""
