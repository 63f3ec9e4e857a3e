"""The spectra of a session against its courses, step by step and all at once."""

import numpy as np
import pytest
from small_session import small_pipeline, small_session

from monitor.analysis.glm.spectral_change import TOGETHER
from monitor.analysis.ways_to_change import WaysToChange


@pytest.fixture(scope="module")
def ways() -> WaysToChange:
    basis, messages = small_session()
    pipeline = small_pipeline(basis)
    for message in messages[:-1]:
        pipeline.push(message)
    return pipeline.ways


def test_all_at_once_gives_what_step_by_step_gave(ways: WaysToChange):
    spectral, seen = ways.spectral, ways.tracking.seen
    assert len(seen) > TOGETHER
    before, blocks = spectral.maps, spectral._blocks.blocks
    points = ways.tracking._points
    spectral.redo(seen, points, spectral.marks_s)
    again = spectral.maps
    assert len(spectral._blocks.blocks) == len(blocks) > 3
    assert any(block.part for block in blocks)
    for one, block in zip(spectral._blocks.blocks, blocks, strict=True):
        assert one.time_s == block.time_s
        assert one.weight == pytest.approx(block.weight)
        np.testing.assert_allclose(one.mean, block.mean)
    assert [one.course for one in again] == [one.course for one in before]
