"""What stretches are called: a slice; the whole table is in contamination.md."""

import pytest
from stretch_causes import FAMILIES, causes


@pytest.mark.parametrize(
    "family", ["motion, no fat", "motion, fat to 1.5", "motion in fat of 2"]
)
def test_a_stretch_in_which_the_head_moves_is_called_motion(family):
    assert causes(family, 0) == [FAMILIES[family][1]]


def test_fat_in_a_head_that_lies_still_is_called_lipid():
    assert causes("fat of 0.5", 0) == ["lipid"]
