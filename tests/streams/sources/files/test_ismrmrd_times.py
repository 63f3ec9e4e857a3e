"""Time stamps of ISMRMRD files by hand: ticks, midnight, and the time of day."""

from dataclasses import replace

import numpy as np
import pytest

from streams.messages.transient import Acquisition
from streams.sources.files import ismrmrd
from streams.sources.files.clock_time import scanner_time
from streams.sources.files.ismrmrd import DAY_S, STAMP_BITS, TICKS_S, _begin, _unwrap
from streams.sources.mrd.rules import SIEMENS_TICK_S

ACQUISITION = Acquisition(123.25, "1H", 5e-4, 16, 1, 0.03, repetition_time_s=2.0)


def test_the_first_stamp_is_a_time_of_day_in_the_unit_of_the_steps() -> None:
    stamps = np.array([4_000_000, 4_000_800], np.uint32)
    assert _begin(stamps, (0.0, 2.0)) == scanner_time(10_000.0)
    assert _begin(stamps[::-1], (0.0, 2.0)) is None
    assert _begin(stamps[[0, 0]], (0.0, 2.0)) is None
    assert _begin(stamps[:1], (0.0,)) is None
    assert _begin(stamps, None) is None


@pytest.mark.parametrize(
    ("vendor", "tick_s"),
    [("SIEMENS Healthineers", SIEMENS_TICK_S), ("GE", 1e-3), ("", 1e-3)],
)
def test_without_tr_the_unit_is_the_vendors(vendor: str, tick_s: float) -> None:
    one = replace(ACQUISITION, vendor=vendor, repetition_time_s=None)
    assert ismrmrd._steps_s(np.array([800]), one, 0.0).tolist() == [800 * tick_s]
    assert ismrmrd._steps_s(np.array([800]), one, 0.5).tolist() == [400.0]
    assert set(TICKS_S) >= {SIEMENS_TICK_S, 1e-3}


def test_a_step_back_goes_over_midnight_where_that_is_nearly_tr() -> None:
    def unwrapped(step_s: float, tr_s: float | None) -> float:
        return float(_unwrap(np.array([round(step_s * 1e3)]), 1e-3, tr_s)[0])

    assert unwrapped(2.0 - DAY_S, 2.0) == pytest.approx(2.0)
    assert unwrapped(2.0 - DAY_S, None) == pytest.approx(2.0)
    assert unwrapped(-5.0, 2.0) == -5.0
    assert unwrapped(2.0, 2.0) == 2.0
    whole_s = 2**STAMP_BITS * 1e-3
    assert unwrapped(2.0 - whole_s, 2.0) == pytest.approx(2.0)


def test_bits_that_end_are_known_by_half_of_them_or_by_tr(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ismrmrd, "STAMP_BITS", 5)  # 32 s to a whole count
    monkeypatch.setattr(ismrmrd, "DAY_S", 1e5)
    back = np.array([-30, -14])
    assert _unwrap(back, 1.0, None).tolist() == [2.0, -14.0]
    assert _unwrap(back, 1.0, 2.0).tolist() == [2.0, -14.0]
    assert _unwrap(back, 1.0, 20.0).tolist() == [2.0, 18.0]
