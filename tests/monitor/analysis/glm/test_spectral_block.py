"""Blocks of neighbouring transients: of one epoch and one side of each mark."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.glm.spectral_block import LENGTH, SpectralBlocks


def one(time_s: float, epoch: int = 0, part: int = 0, weight: float = 1.0):
    return SimpleNamespace(time_s=time_s, epoch=epoch, part=part, weight=weight)


def put(blocks: SpectralBlocks, count: int, **kind: float) -> list[bool]:
    spectrum = np.ones(3, complex)
    return [blocks.add(one(2.0 * i, **kind), spectrum, 7.0) for i in range(count)]


def test_a_block_is_whole_with_so_many_transients() -> None:
    blocks = SpectralBlocks()
    assert put(blocks, LENGTH + 1) == [False] * (LENGTH - 1) + [True, False]
    assert [block.transients for block in blocks.blocks] == [LENGTH, 1]


@pytest.mark.parametrize("other", [{"epoch": 1}, {"part": 1}])
def test_another_epoch_or_side_of_a_mark_begins_another(other: dict) -> None:
    blocks = SpectralBlocks()
    put(blocks, 5)
    put(blocks, 3, **other)
    assert [block.transients for block in blocks.blocks] == [5, 3]
    assert [block.lagged_percent for block in blocks.blocks] == [7.0, 7.0]


def test_its_mean_and_time_are_weighted() -> None:
    blocks = SpectralBlocks()
    for time_s, weight, height in ((0.0, 1.0, 2.0), (4.0, 3.0, 6.0), (9.0, 0.0, 99.0)):
        blocks.add(one(time_s, weight=weight), height * np.ones(2, complex), 0.0)
    (block,) = blocks.blocks
    np.testing.assert_allclose(block.mean, (2.0 + 3 * 6.0) / 4)
    assert block.time_s == pytest.approx(3.0)
    assert (block.transients, block.weight) == (3, 4.0)
