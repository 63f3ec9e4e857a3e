import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.preparation.quality import COUNTING_WEIGHT, Quality, median_of
from monitor.analysis.preparation.weights import Judgement

ONE = Quality(
    0, 0, 0, 0.0, 0.0, 0.1, 0.0, 0.1, 5.0, 20.0, 0.1, 0.1, 1.0, COUNTING_WEIGHT, ()
)


@pytest.mark.parametrize(
    ("weight", "counts", "down"),
    [
        (0.0, False, False),
        (math.nextafter(0.0, 1.0), False, True),
        (math.nextafter(COUNTING_WEIGHT, 0.0), False, True),
        (COUNTING_WEIGHT, True, False),
        (1.0, True, False),
    ],
)
def test_a_transient_counts_from_one_weight_on(
    weight: float, counts: bool, down: bool
) -> None:
    quality = replace(ONE, weight=weight)
    assert (quality.counts, quality.down_weighted) == (counts, down)
    assert Judgement(weight, (), ()).counts == counts


def test_a_median_leaves_out_what_could_not_be_measured() -> None:
    assert median_of(np.array([math.nan, 3.0, 1.0, math.inf, 2.0])) == 2.0
    assert math.isnan(median_of(np.array([math.nan])))
    assert math.isnan(median_of(np.array([])))
