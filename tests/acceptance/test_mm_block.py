"""A slice of what a measured block of macromolecules is worth (`mm_block.md`)."""

import mm_block
import pytest


@pytest.mark.slow
def test_a_block_of_three_minutes_gives_levels_as_with_the_true_macromolecules():
    found = mm_block.sessions(2, 7, transients=96)
    block, true = found["block"], found["true"]
    assert (block.rmse / true.rmse).mean() < mm_block.WITHIN
    assert block.coverage.mean() >= 90
