"""Windows in another epoch: the offset's variance is in their changes."""

import math

import numpy as np
import pytest

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.response import Reference, changes

NAMES = ("Glu", "Gln", "NAA", "Cr")
C = np.array([9.0, 2.5, 11.0, 8.0])


def found(offsets):
    """Changes of two windows that equal the reference, all SDs 2 %."""
    own = np.diag((0.02 * C) ** 2)
    reference = Reference(0.0, 60.0, 0, 30, np.full(30, 1 / 30), C, own / 30)
    both, covariances = np.stack([C, 1.3 * C]), np.stack([own, 1.69 * own])
    none = np.zeros(2)
    return changes(
        outcomes_of(NAMES), both, covariances, reference, none, None, offsets
    )


def test_an_offset_is_added_to_the_variance_of_its_epochs_windows():
    V = np.diag([(0.03 * 9.0) ** 2, 0.0, 0.0, (0.04 * 8.0) ** 2])
    apart = found(np.stack([np.zeros((4, 4)), V]))
    plain = found(None)
    k = plain.names.index("Glu/tCr")
    assert apart.percents == pytest.approx(plain.percents)
    assert apart.sds[0, k] == plain.sds[0, k]
    assert apart.sds[1, k] == pytest.approx(math.hypot(plain.sds[1, k], 5.0))
