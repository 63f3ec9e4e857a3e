"""A twentieth of `voxel_overlap`; the whole table is in `voxel_overlap.md`."""

import pytest
from voxel_overlap import PAIRS, compared


def test_random_pairs_share_what_is_counted():
    pairs = [compared(seed, 40) for seed in range(PAIRS, PAIRS + PAIRS // 20)]
    for pair in pairs:
        assert pair.share == pytest.approx(pair.counted, abs=0.01)
        assert pair.share == pytest.approx(pair.back, abs=1e-5)
    assert min(pair.share for pair in pairs) < 0.3
    assert max(pair.share for pair in pairs) > 0.7
