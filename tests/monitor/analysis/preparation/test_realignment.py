"""Aligning an epoch again: no worse than the first pass, in its frame."""

from collections.abc import Callable

import numpy as np
import pytest

from monitor.analysis.preparation.preparation import Preparation, Prepared
from monitor.analysis.preparation.realignment import realigned
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.read_protocol import settings_from
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition

Make = Callable[..., Complex]


def first_pass(fids: list[Complex], axis: Axis) -> list[Prepared]:
    acquisition = Acquisition(
        spectrometer_frequency_mhz=axis.frequency_mhz,
        nucleus="1H",
        dwell_time_s=axis.dwell_time_s,
        points=axis.points,
        coils=1,
        echo_time_s=0.03,
    )
    preparation = Preparation(acquisition, Settings())
    found: dict[int, Prepared] = {}
    for k, fid in enumerate(fids):
        one = preparation.push(k, k, 0, 2.0 * k, fid[np.newaxis])
        found[k] = one
        found.update({again.index: again for again in one.redone})
    return [found[k] for k in sorted(found)]


@pytest.mark.parametrize("reference", [range(60), range(20, 50), range(0)])
def test_it_is_no_worse_and_keeps_frame_and_weights(
    axis: Axis, transient: Make, reference: range
) -> None:
    rng = np.random.default_rng(5)
    shifts, phases = rng.uniform(-5, 5, 60), rng.uniform(-0.6, 0.6, 60)
    fids = [transient(k, shifts[k], phases[k], noise_sd=2.0) for k in range(60)]
    first = first_pass(fids, axis)
    qualities = [p.quality for p in first]
    again = realigned([p.aligned for p in first], qualities, axis, reference)

    def error(of: list[float]) -> float:
        off = np.array(of) - shifts
        return float(np.std(off))

    before = error([q.shift_hz for q in qualities])
    after = error([q.shift_hz for q in again.qualities])
    assert after < 1.05 * before
    assert [q.weight for q in again.qualities] == [q.weight for q in qualities]
    mean = np.mean([p.aligned for p in first], axis=0)
    same = np.vdot(mean, np.mean(again.fids, axis=0)) / np.vdot(mean, mean)
    assert abs(same - 1) < 0.05


def test_empty_transients_stay_empty(axis: Axis, transient: Make) -> None:
    fids = [transient(k) for k in range(20)]
    fids[4] = np.zeros_like(fids[4])
    first = first_pass(fids, axis)
    again = realigned(
        [p.aligned for p in first], [p.quality for p in first], axis, range(20)
    )
    assert not again.fids[4].any()
    assert again.qualities[4] == first[4].quality


def test_nothing_that_counts_stays_as_it_is(axis: Axis) -> None:
    first = first_pass([np.zeros(axis.points, complex)] * 3, axis)
    qualities = [p.quality for p in first]
    again = realigned([p.aligned for p in first], qualities, axis, range(3))
    assert again.qualities == qualities


def test_a_protocol_cannot_ask_for_it() -> None:
    with pytest.raises(InputError, match="--two-pass"):
        settings_from({"two_pass": True}, "mine")


def test_widths_and_heights_are_those_of_each_transient(
    axis: Axis, transient: Make
) -> None:
    """Every third is 1 Hz broader, every third half as high."""
    kinds = ({}, {"broadening_hz": 1.0}, {"amplitude": 0.5})
    fids = [transient(k, noise_sd=0.5, **kinds[k % 3]) for k in range(45)]
    first = first_pass(fids, axis)
    again = realigned(
        [p.aligned for p in first], [p.quality for p in first], axis, range(0, 45, 3)
    )
    for qualities in ([p.quality for p in first], again.qualities):
        width, height = (
            [np.median([getattr(q, name) for q in qualities[24 + k :: 3]])
             for k in range(3)]
            for name in ("fwhm_hz", "snr")
        )  # fmt: skip
        assert width[1] - width[0] == pytest.approx(1.0, abs=0.3)
        assert width[2] == pytest.approx(width[0], abs=0.3)
        assert height[2] == pytest.approx(0.5 * height[0], rel=0.1)
