"""When two ways to the change are apart, and what of that is known and mended."""

import math
from collections.abc import Iterable
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.response import Reference
from monitor.analysis.fit.kept_by_window import KeptByWindow
from monitor.analysis.fit.window import Average, Window, average_of
from monitor.analysis.tracking import agreement
from monitor.analysis.tracking.agreement import (
    LEAST_SHARE,
    MOST_STRETCHES,
    _at_full,
    _baseline,
    _difference,
    _fit_windows,
    _independent,
    _last,
    _mean,
    _reference_variance,
    _ties,
    _windows,
    _without,
    agreement_of,
)
from monitor.analysis.tracking.difference import SURELY, Agreement, Difference, Way
from monitor.analysis.tracking.transient_view import Observed
from monitor.analysis.tracking.window_departure import TOGETHER


def stretch(left_out: bool, first: int = 10, stop: int = 20) -> Stretch:
    return Stretch(first, stop, 0, 20.0, 38.0, Cause.LIPID, left_out)


@pytest.mark.parametrize("sign", [1, -1])
def test_apart_is_what_is_more_than_chance_either_way(sign: int) -> None:
    chance = Difference(Way.TIES, sign * 0.99 * SURELY * 2.0, 2.0)
    sure = Difference(Way.LAST, sign * 1.01 * SURELY * 2.0, 2.0)
    assert (chance.sure, sure.sure) == (False, True)
    assert Agreement("Glu", (chance,)).agrees
    assert Agreement("Glu", (chance, sure)).apart == (sure,)


def test_a_stretch_that_is_left_out_is_mended() -> None:
    known = Difference(Way.STRETCH, 50.0, 1.0, stretch(left_out=True))
    taken_in = Difference(Way.STRETCH, 50.0, 1.0, stretch(left_out=False))
    assert (known.mended, taken_in.mended) == (True, False)
    assert Agreement("Glu", (known,)).agrees
    assert Agreement("Glu", (known, taken_in)).apart == (taken_in,)
    assert not Difference(Way.TIES, 50.0, 1.0).mended


def test_the_variance_of_a_difference_is_the_difference_of_variances() -> None:
    found = _difference(Way.TIES, (7.0, 5.0), (3.0, 4.0))
    assert (found.percent, found.sd_percent) == (4.0, 3.0)
    # Two that are as sure: a share of the wider is left, or what may at least be meant.
    near = _difference(Way.TIES, (7.0, 5.0), (3.0, 4.99))
    assert near.sd_percent == pytest.approx(math.sqrt(LEAST_SHARE) * 5.0)
    least = _difference(Way.WINDOWS, (7.0, 5.0), (3.0, 4.9), least=9.0)
    assert least.sd_percent == 3.0


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ((math.nan, 1.0), (0.0, 0.5)),
        ((1.0, math.inf), (0.0, 0.5)),
        ((1.0, 1.0), (0.0, math.nan)),
        ((1.0, 0.0), (0.0, 0.0)),
    ],
)
def test_what_is_no_number_is_no_difference(wide, narrow) -> None:
    found = _difference(Way.TIES, wide, narrow)
    assert found is None


def test_without_a_tracker_of_the_outcome_nothing_is_compared() -> None:
    point = SimpleNamespace(filtered={"Glu": 1.0})
    assert agreement_of(SimpleNamespace(point=None), None, "Glu", ()) is None
    assert agreement_of(SimpleNamespace(point=point), None, "Gln", ()) is None


def test_the_tracker_is_compared_with_itself_without_ties() -> None:
    point = SimpleNamespace(
        filtered={"Glu": 3.0}, filtered_sd={"Glu": 4.0},
        free={"Glu": 7.0}, free_sd={"Glu": 5.0},
    )  # fmt: skip
    found = _ties(SimpleNamespace(point=point), "Glu")
    assert (found.way, found.percent, found.sd_percent) == (Way.TIES, 4.0, 3.0)
    assert _ties(SimpleNamespace(point=None), "Glu") is None


def test_the_largest_stretches_are_asked_of(monkeypatch) -> None:
    asked = []
    for name in ("_ties", "_windows", "_last", "_baseline"):
        monkeypatch.setattr(agreement, name, lambda *_: None)
    monkeypatch.setattr(agreement.SmoothedCourse, "of", lambda *_: None)
    monkeypatch.setattr(agreement, "_without", lambda t, o, one: asked.append(one))
    point = SimpleNamespace(filtered={"Glu": 1.0})
    all_of_them = [stretch(True, 0, n) for n in range(1, MOST_STRETCHES + 3)]
    tracking = SimpleNamespace(point=point)
    found = agreement_of(tracking, None, "Glu", all_of_them)
    assert found == Agreement("Glu", ())
    lengths = [one.transients for one in asked]
    assert lengths == list(range(MOST_STRETCHES + 2, 2, -1))


def test_the_reference_period_is_common_to_all_changes() -> None:
    c, S = np.array([10.0, 5.0]), np.diag([0.04, 0.01])
    reference = Reference(0, 60, 0, 30, np.full(30, 1 / 30), c, S, {"Glu": 1.5})
    course = SimpleNamespace(outcomes=outcomes_of(("Glu", "Cr")))
    # 2 % of the level, widened by what the reference period was seen to scatter.
    assert _reference_variance(course, reference, "Glu") == pytest.approx(9.0)
    both = 2.0**2 + 2.0**2
    assert _reference_variance(course, reference, "Glu/tCr") == pytest.approx(both)
    assert _reference_variance(SimpleNamespace(outcomes=None), reference, "Glu") == 0


class Sums:
    """In the place of what is accumulated: the mean of the transients' numbers."""

    def __init__(self, taken: Iterable[Observed] = ()) -> None:
        self.taken = list(taken)

    def blank(self) -> "Sums":
        return Sums()

    def copy(self) -> "Sums":
        return Sums(self.taken)

    def push(self, one: Observed, measurement: object, after: bool) -> None:
        self.taken.append(one)

    def mean_changes(self) -> dict[str, tuple[float, float]] | None:
        if not self.taken:
            return None
        weights = np.array([one.weight for one in self.taken])
        places = np.array([float(one.index) for one in self.taken])
        total = weights.sum()
        return {"Glu": (float(weights @ places / total), 10 / math.sqrt(total))}


def tracking(count: int = 40, weight: float = 1.0) -> SimpleNamespace:
    seen = [
        Observed(i, 0, 2.0 * i, i, np.zeros(1), weight, False, 1) for i in range(count)
    ]
    return SimpleNamespace(
        evidence=Sums(seen),
        seen=seen,
        observer=SimpleNamespace(measurements={0: None}),
        excess=1.0,
        course=SimpleNamespace(reference=None),
    )


def test_a_stretch_is_asked_for_by_leaving_it_out() -> None:
    found = _without(tracking(), "Glu", stretch(left_out=False))
    others = [*range(10), *range(20, 40)]
    assert found.percent == pytest.approx(np.mean(others) - np.mean(range(40)))
    assert found.sd_percent == pytest.approx(10 * math.sqrt(1 / 30 - 1 / 40), rel=0.3)
    assert found.stretch == stretch(left_out=False)


def test_one_that_is_left_out_is_asked_for_by_taking_it_in() -> None:
    made = tracking()
    made.seen[10:20] = [
        Observed(i, 0, 2.0 * i, i, np.zeros(1), 0.0, False, 1) for i in range(10, 20)
    ]
    made.evidence = Sums(one for one in made.seen if one.weight > 0)
    held = list(made.evidence.taken)
    found = _without(made, "Glu", stretch(left_out=True))
    others = [*range(10), *range(20, 40)]
    assert found.percent == pytest.approx(np.mean(others) - np.mean(range(40)))
    assert made.evidence.taken == held


@pytest.mark.parametrize(("first", "stop"), [(50, 60), (0, 40)])
def test_a_stretch_of_nothing_or_of_all_says_nothing(first: int, stop: int) -> None:
    assert _without(tracking(), "Glu", stretch(False, first, stop)) is None


def test_without_sums_there_is_no_mean() -> None:
    made = tracking()
    made.evidence = None
    assert _without(made, "Glu", stretch(False)) is None
    assert _mean(None, "Glu") is None
    assert _mean(Sums(), "Glu") is None


@pytest.mark.parametrize(
    ("time_s", "held"), [(9.9, False), (10.0, True), (29.9, True), (30.0, False)]
)
def test_what_is_taken_in_again_lies_where_it_lay(time_s: float, held: bool) -> None:
    made = tracking()
    made.excess = 4.0
    made.course.reference = SimpleNamespace(start_s=10.0, end_s=30.0)
    one = Observed(3, 0, time_s, 3, np.zeros(1), 0.0, False)
    full = _at_full(made, one)
    assert (full.weight, full.reference) == (0.25, held)
    made.course.reference = None
    assert not _at_full(made, one).reference


def window(first: int, change: float = 0.0, sd: float = 1.0) -> SimpleNamespace:
    """Of 10 transients; a window and its estimate in one."""
    return SimpleNamespace(
        first=first,
        changes_percent={"Glu": change},
        change_sds_percent={"Glu": sd},
        converged=True,
    )


def windowed(monkeypatch, windows: list[SimpleNamespace]) -> SimpleNamespace:
    """A tracking of 100 transients, 2 s apart; all from the 60th on are in epoch 1."""
    monkeypatch.setattr(agreement, "estimates_of", lambda course, fitted: fitted)
    monkeypatch.setattr(agreement, "_fit_windows", lambda tracking, asked: asked)
    course = SimpleNamespace(
        reference=SimpleNamespace(first=5),
        outcomes=None,
        epochs=[int(i >= 60) for i in range(100)],
        times_s=2.0 * np.arange(100),
        independent_windows=lambda plan: windows,
    )
    evidence = SimpleNamespace(mean_changes=lambda: {"Glu": (9.0, 2.0)})
    return SimpleNamespace(course=course, evidence=evidence)


PLAN = SimpleNamespace(boundaries_s=(60.0, 180.0), reference_s=(10.0, 60.0))
SMOOTHED = SimpleNamespace(
    outcome="Glu", over=lambda one: (0.5 * one.changes_percent["Glu"], 0.5)
)


def test_a_window_that_is_compared_again_is_not_fitted_again() -> None:
    weights, fitted = np.ones(40), list[Window]()

    def average(window: Window) -> Average:
        return average_of(window, weights.copy())

    def fit_windows(windows: list[Window]) -> list[SimpleNamespace]:
        fitted.extend(windows)
        return [SimpleNamespace(average=average(window)) for window in windows]

    course = SimpleNamespace(
        qualities=[SimpleNamespace(epoch=0)] * 40,
        sessions={0: object()},
        average=average,
        fit_windows=fit_windows,
        session_of=lambda fit: course.sessions[0],
    )
    made = SimpleNamespace(course=course, compared=KeptByWindow())
    one, two = Window(0, 20, True), Window(20, 40, True)
    first = _fit_windows(made, [one])
    both = _fit_windows(made, [one, two])
    assert both[0] is first[0]
    assert fitted == [one, two]
    weights[30] = 0.5
    assert _fit_windows(made, [one, two])[0] is first[0]
    assert fitted == [one, two, two]
    course.sessions[0] = object()
    _fit_windows(made, [one])
    assert fitted == [one, two, two, one]


def test_windows_are_weighed_by_their_own_scatter_alone(monkeypatch) -> None:
    """The reference period, 9 %^2 of each variance, is common to all windows."""
    windows = [
        window(30, 10.0, 5.0),
        window(40, 20.0, math.sqrt(13.0)),
        window(50, math.nan, 1.0),
    ]
    monkeypatch.setattr(agreement, "_reference_variance", lambda *_: 9.0)
    found = _windows(windowed(monkeypatch, windows), PLAN, SMOOTHED)
    own, shares = np.array([16.0, 4.0]), np.array([0.2, 0.8])
    scatter = shares**2 @ own
    assert found.percent == pytest.approx(18.0 - 9.0)
    assert found.sd_percent == pytest.approx(math.sqrt(9.0 + scatter - 2.0**2))
    monkeypatch.setattr(agreement, "_reference_variance", lambda *_: 24.9)
    found = _windows(windowed(monkeypatch, windows[:1]), PLAN, SMOOTHED)
    # A share of its variance is left to a window.
    most = 24.9 + LEAST_SHARE * 25.0
    assert found.sd_percent == pytest.approx(math.sqrt(most - 2.0**2))


def test_windows_say_nothing_where_there_is_nothing_to_compare(monkeypatch) -> None:
    windows = [window(30, 10.0, 5.0)]
    made = windowed(monkeypatch, windows)
    assert _windows(made, PLAN, SMOOTHED) is not None
    before = SimpleNamespace(boundaries_s=(), reference_s=(10.0, 60.0))
    assert _windows(made, before, SMOOTHED) is None
    made.course.reference = None
    assert _windows(made, PLAN, SMOOTHED) is None
    made = windowed(monkeypatch, windows)
    made.evidence.mean_changes = lambda: None
    assert _windows(made, PLAN, SMOOTHED) is None
    assert _windows(windowed(monkeypatch, [window(20)]), PLAN, SMOOTHED) is None


def test_windows_of_the_reference_epoch_since_the_infusion_are_asked(
    monkeypatch,
) -> None:
    windows = [window(first) for first in (10, 29, 30, 40, 60, 70)]
    made = windowed(monkeypatch, windows)
    found = _independent(made, PLAN, made.course.reference)
    assert [one.first for one in found] == [30, 40]


def test_the_last_windows_are_of_the_newest_epoch(monkeypatch) -> None:
    windows = [window(first, 4.0, 2.0) for first in (40, 60, 65, 70, 75, 80)]
    made = windowed(monkeypatch, windows)
    apart, sd = 2.0, math.sqrt(2.0**2 - 0.5**2)
    found = _last(made, PLAN, SMOOTHED)
    assert (found.way, found.percent) == (Way.LAST, apart)
    assert found.sd_percent == pytest.approx(sd / math.sqrt(TOGETHER))
    fewer = windowed(monkeypatch, [*windows[:4], windows[0]])
    assert _last(fewer, PLAN, SMOOTHED) is None
    windows[3].converged = windows[4].converged = False
    assert _last(windowed(monkeypatch, windows), PLAN, SMOOTHED) is None
    late = SimpleNamespace(boundaries_s=(), reference_s=(10.0, 140.0))
    assert _last(windowed(monkeypatch, windows), late, SMOOTHED) is None
    without = SimpleNamespace(boundaries_s=(), reference_s=None)
    assert _last(made, without, SMOOTHED) is None


def test_the_baseline_is_asked_behind_the_reference_period(monkeypatch) -> None:
    asked = []

    def departures(course, outcomes, since_s, stop):
        asked.append((outcomes, since_s, stop))
        return {"Glu": (3.0, 1.0)}

    monkeypatch.setattr(agreement, "free_baseline_departures", departures)
    made = SimpleNamespace(course=SimpleNamespace(qualities=[None] * 7))
    found = _baseline(made, PLAN, "Glu")
    assert (found.way, found.percent, found.sd_percent) == (Way.BASELINE, 3.0, 1.0)
    assert asked == [(("Glu",), 60.0, 7)]
    assert _baseline(made, PLAN, "Gln") is None
    without = SimpleNamespace(boundaries_s=(), reference_s=None)
    assert _baseline(made, without, "Glu") is None
