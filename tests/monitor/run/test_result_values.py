"""Values of a result that are worked out from what came."""

from types import SimpleNamespace

import pytest
from course_cases import quality

from monitor.run.result import infusion_of, medians
from streams.messages.marks import Marks
from streams.messages.transient import Event


def pipeline(length_s: float | None = None, times_s=(0.0, 50.0, 900.0)):
    qualities = [quality(i, time_s=time_s) for i, time_s in enumerate(times_s)]
    return SimpleNamespace(
        settings=SimpleNamespace(infusion_length_s=length_s),
        course=SimpleNamespace(qualities=qualities),
    )


def marks(start_s: float | None, stop_s: float | None = None) -> Marks:
    ends = (("infusion_start", start_s), ("infusion_stop", stop_s))
    return Marks(*(None if t is None else Event(t, kind, "", "x") for kind, t in ends))


@pytest.mark.parametrize(
    ("start_s", "stop_s", "length_s", "found"),
    [
        (None, None, 600.0, None),
        (None, 700.0, None, None),
        (100.0, 700.0, 300.0, (100.0, 700.0)),
        (100.0, None, 300.0, (100.0, 400.0)),
        (100.0, None, None, (100.0, 900.0)),  # it still runs
        (100.0, 100.0, None, None),
        (100.0, 50.0, None, None),
        (950.0, None, None, None),  # nothing has come since
    ],
)
def test_the_infusion_ends_as_marked_or_planned_or_now(
    start_s, stop_s, length_s, found
) -> None:
    assert infusion_of(marks(start_s, stop_s), pipeline(length_s)) == found


def test_before_any_transient_an_infusion_has_no_length() -> None:
    assert infusion_of(marks(100.0), pipeline(None, ())) is None
    assert infusion_of(marks(100.0), pipeline(60.0, ())) == (100.0, 160.0)


def test_medians_are_of_what_counts() -> None:
    good = [quality(i, snr=float(i), shift_hz=float(-i)) for i in range(5)]
    bad = [quality(9, snr=900.0, shift_hz=90.0, weight=0.1)]
    found = medians([*good, *bad])
    assert found["snr_median"] == 2.0
    assert found["shift_hz_range"] == 4.0
    assert found["weight_mean"] == pytest.approx(5.1 / 6)
    alone = medians(bad)
    assert (alone["snr_median"], alone["shift_hz_range"]) == (900.0, 0.0)
