"""A slice of `chain_day.py`: two short measurements, one after the other."""

import chain_day
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.skipif(
    not chain_day.Path("/proc/self/fd").exists(), reason="counts in /proc"
)
def test_measurements_one_after_the_other(tmp_path):
    visits = chain_day.run(0.04, 200.0, 40, tmp_path, say=lambda *_, **__: None)
    assert [visit.sent for visit in visits] == [40, 40]
    assert all(visit.whole and not visit.problem for visit in visits)


def test_what_grows_is_told():
    assert chain_day.grows([9, 5, 5, 5, 5, 5, 14, 14, 14], 8.0)
    assert not chain_day.grows([9, 5, 5, 5, 5, 5, 13, 14, 14], 8.0)
