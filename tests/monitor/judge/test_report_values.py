"""What a report says, worked out by hand from small sessions."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course.window_changes import OutcomeChanges
from monitor.analysis.fit.window import Window
from monitor.analysis.tracking.sequential import Sequential
from monitor.judge import figure_data
from monitor.judge.criteria import Criterion, Verdict
from monitor.judge.figure_data import (
    MOST_COLUMNS,
    MOST_ROWS,
    Times,
    _thin_out,
    measured_period,
    period_fit,
    times_of,
)
from monitor.judge.followed_session import Along, PlacedEvent
from monitor.judge.measures import FACTOR
from monitor.judge.phantom import temperatures_c
from monitor.judge.response_models import answers_of, describe_shape, models_of
from monitor.judge.responses import (
    _detectable,
    _interval_s,
    _windows,
)
from monitor.judge.session import (
    COVERED,
    UNSUPPRESSED,
    _coverage_note,
    _other_epochs,
    _row,
    _verdict,
    _water_reference_note,
    _without_change,
)
from monitor.protocol.settings import Settings
from streams.messages.marks import START, STOP, marks_that_hold
from streams.messages.transient import Acquisition, Event, Kind, Message, Transient

ACQUISITION = Acquisition(123.25, "1H", 5e-4, 1024, 1, 0.03)


def criterion(key="snr", measured=5.0, limit=4.0, sense=">=") -> Criterion:
    return Criterion(key, key.upper(), measured, sense, limit, "", "")


def changes(n: int = 4, sd: float = 3.0, common: float = 1.0) -> OutcomeChanges:
    """Windows of 100 s that begin at 200 s, of 5 % each."""
    start = 200.0 + 100.0 * np.arange(n)
    covariance = np.full((n, n), common**2) + (sd**2 - common**2) * np.eye(n)
    return OutcomeChanges(
        start, start + 100.0, np.full(n, 5.0), covariance, np.full(n, 32.0), common
    )


def followed(times_s, epochs=None, marks=(None, None), **others) -> SimpleNamespace:
    epochs = epochs or [0] * len(times_s)
    qualities = [
        SimpleNamespace(time_s=float(t), epoch=e)
        for t, e in zip(times_s, epochs, strict=True)
    ]
    kinds = zip((START, STOP), marks, strict=True)
    held = marks_that_hold([Event(t, kind) for kind, t in kinds if t is not None])
    course = SimpleNamespace(
        qualities=qualities,
        times_s=np.array(times_s, float),
        weights=np.ones(len(times_s)),
        sessions={0: object(), 1: object()},
        reference=None,
        fit_windows=lambda windows: windows,
    )
    result = SimpleNamespace(
        qualities=qualities, marks=held, reference_s=None, course=course,
        acquisition=None, **others,
    )  # fmt: skip
    return SimpleNamespace(result=result, placed=[])


# -- sentences -------------------------------------------------------------------------


def test_the_verdict_counts_what_was_kept_missed_and_not_measured() -> None:
    kept, missed = criterion("snr"), criterion("water", 3.0)
    unseen = criterion("lipid", math.nan)
    assert _verdict([kept, kept]) == "2 of 2 criteria kept"
    assert _verdict([kept, missed, unseen]) == (
        "1 of 3 criteria kept; missed: WATER; 1 not measured"
    )


@pytest.mark.parametrize(
    ("measured", "limit", "sense", "verdict"),
    [
        (4.0, 4.0, ">=", Verdict.KEPT),
        (3.9, 4.0, ">=", Verdict.MISSED),
        (4.0, 4.0, "<=", Verdict.KEPT),
        (4.1, 4.0, "<=", Verdict.MISSED),
        (math.nan, 4.0, "<=", Verdict.NOT_MEASURED),
        (4.0, math.nan, "<=", Verdict.NO_LIMIT),
    ],
)
def test_a_limit_itself_is_kept(measured, limit, sense, verdict) -> None:
    one = criterion("snr", measured, limit, sense)
    assert one.verdict == verdict
    assert _row(one, hidden=True)["measured"] == pytest.approx(measured, nan_ok=True)


def test_a_hidden_outcome_has_no_figure_of_what_can_be_detected() -> None:
    one = criterion("detectable_percent", 3.0, 5.0, "<=")
    assert math.isnan(_row(one, hidden=True)["measured"])
    assert _row(one, hidden=True)["verdict"] == "kept"
    assert _row(one, hidden=False)["measured"] == 3.0


def test_water_that_nothing_suppressed_is_told() -> None:
    assert _water_reference_note([criterion("water", UNSUPPRESSED)]) == ()
    assert _water_reference_note([criterion("water", math.nan)]) == ()
    assert _water_reference_note([criterion("lipid", 1e5)]) == ()
    (said,) = _water_reference_note([criterion("lipid"), criterion("water", 3000.0)])
    assert said.startswith("The water line is 3000 times that of NAA")


def test_that_all_since_the_infusion_is_left_out_is_told() -> None:
    lost = [SimpleNamespace(time_s=float(t), weight=0.0, epoch=0) for t in range(5, 9)]
    result = SimpleNamespace(
        tracks=(),
        estimates=(), reference_s=(0.0, 5.0), infusion_s=(5.0, 9.0), qualities=lost,
        settings=Settings(),
    )  # fmt: skip
    one = SimpleNamespace(
        changes={"Glu": changes()}, times=SimpleNamespace(reference_s=(0.0, 5.0))
    )
    (said,) = _without_change(SimpleNamespace(result=result), one)
    assert said.startswith("All 4 transients since the infusion began (at 5 s)")
    result.infusion_s = None
    result.estimates = (SimpleNamespace(converged=False),)
    (said,) = _without_change(SimpleNamespace(result=result), one)
    assert said.startswith("None of the windows (1) converged")


def test_why_there_is_no_change() -> None:
    def asked(found, reference_s):
        times = SimpleNamespace(reference_s=reference_s)
        result = SimpleNamespace(
            estimates=(), reference_s=None, infusion_s=None, tracks=()
        )
        one = SimpleNamespace(changes=found, times=times)
        return _without_change(SimpleNamespace(result=result), one)

    assert asked({"Glu": changes(), "Gln": changes(0)}, None) == ()
    assert "no reference period" in asked({}, None)[0]
    assert "no reference period" in asked({"Glu": changes(0)}, None)[0]
    assert "no window lies after" in asked({"Glu": changes(0)}, (0.0, 9.0))[0]


@pytest.mark.parametrize(
    ("period_s", "told"),
    [((0.0, 12.0), True), ((0.0, 10.0), False), ((10.0, 12.0), True)],
)
def test_an_infusion_in_another_epoch_is_compared_across_both(period_s, told) -> None:
    one = followed([0, 5, 10], [0, 0, 1])
    one.result.course.reference = SimpleNamespace(first=1)
    responses = SimpleNamespace(period_s=period_s)
    assert bool(_other_epochs(one, responses)) == told
    one.result.course.reference = None
    assert _other_epochs(one, responses) == ()


def test_what_the_windows_do_not_cover_is_told() -> None:
    def asked(headline, period_s):
        given = SimpleNamespace(headline=headline, period_s=period_s)
        return _coverage_note(given)

    whole = 400.0 / COVERED
    assert asked(changes(), (200.0, 200.0 + whole)) == ()
    (said,) = asked(changes(), (200.0, 200.0 + 2 * whole))
    assert f"cover {50 * COVERED:.0f} % of the infusion" in said
    assert asked(None, (200.0, 1e4)) == ()
    assert asked(changes(0), (200.0, 1e4)) == ()
    assert asked(changes(), (300.0, 300.0)) == ()
    assert asked(changes(), (math.inf, math.inf)) == ()


# -- times and windows -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "period", "zero_s"),
    [
        ((None, None), None, 3.0),
        ((4.0, 6.0), (4.0, 6.0), 4.0),
        ((4.0, None), (4.0, 9.0), 4.0),
    ],
)
def test_minutes_count_from_the_infusion(marks, period, zero_s) -> None:
    times = times_of(followed([3.0, 5.0, 9.0], marks=marks))
    assert (times.infusion_s, times.zero_s) == (period, zero_s)
    found = times.minutes(np.array([zero_s, zero_s + 90.0]))
    assert found.tolist() == [0.0, 1.5]


def test_notes_are_no_marks() -> None:
    one = followed([3.0, 9.0], marks=(4.0, 6.0))
    events = [Event(4.0, START), Event(5.0, "note", "x"), Event(5.5, "re-shim")]
    one.placed = [PlacedEvent(event, None) for event in events]
    found = times_of(one).marks
    assert found == ((4.0, START), (5.5, "re-shim"), (6.0, STOP))


def test_a_response_is_looked_for_in_the_infusion_or_behind_the_reference() -> None:
    times = Times(0.0, (0.0, 5.0), (6.0, 8.0), ())
    assert measured_period(times, 20.0) == (6.0, 8.0)
    assert measured_period(replace(times, infusion_s=None), 20.0) == (5.0, 20.0)
    neither = replace(times, infusion_s=None, reference_s=None)
    assert measured_period(neither, 20.0) == (math.inf, math.inf)


def test_a_period_is_fitted_in_its_best_filled_epoch() -> None:
    one = followed(range(10), [0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
    assert period_fit(one, (0.0, 7.0)) == Window(3, 7)
    assert period_fit(one, (0.0, 6.0)) == Window(0, 3)  # as many: the earlier
    assert period_fit(one, (1.0, 3.0)) == Window(1, 3)
    assert period_fit(one, (7.0, 10.0)) is None  # it has no session model
    assert period_fit(one, (20.0, 30.0)) is None
    one.result.course.weights = np.zeros(10)
    assert period_fit(one, (0.0, 7.0)) is None


def test_a_waterfall_is_thinned_out_by_means() -> None:
    ppm = np.linspace(0.0, 5.0, 2 * MOST_COLUMNS + 1)
    strips = [np.full(len(ppm), float(i)) for i in range(2 * MOST_ROWS)]
    image = _thin_out(strips, ppm, None)
    assert image.shape == (MOST_ROWS, len(ppm) // 3)
    assert image[0, 0] == 0.5
    assert image[-1, -1] == 2 * MOST_ROWS - 1.5
    few = _thin_out([strips[0][:7], strips[1]], ppm, None)
    assert few.tolist() == [[0.0] * 7, [1.0] * 7]
    assert _thin_out([], ppm, None).shape == (0, 0)


def test_lines_of_a_hidden_outcome_are_blank() -> None:
    ppm = np.linspace(0.0, 5.0, 51)
    strips = [10.0 * np.exp(-((ppm - 2.35) ** 2)) for _ in range(3)]
    shown, hidden = (_thin_out(strips, ppm, name) for name in (None, "Glu"))
    blank = figure_data.telling(ppm, "Glu")
    assert blank.any()
    assert (hidden[:, blank] == np.median(shown)).all()
    np.testing.assert_array_equal(hidden[:, ~blank], shown[:, ~blank])


def test_the_time_between_transients_is_tr_or_what_is_usual() -> None:
    one = followed([0, 2, 4, 9, 11, 30])
    assert _interval_s(one) == 2.0
    one.result.acquisition = ACQUISITION
    assert _interval_s(one) == 2.0
    one.result.acquisition = replace(ACQUISITION, repetition_time_s=1.5)
    assert _interval_s(one) == 1.5
    assert _interval_s(followed([7])) == 0.0


def test_windows_count_from_zero_in_minutes() -> None:
    times = Times(200.0, None, None, ())
    rows = _windows({"Glu": changes(2)}, times)
    assert [(row["start_min"], row["end_min"]) for row in rows] == [
        (0.0, 100 / 60), (100 / 60, 200 / 60),
    ]  # fmt: skip
    assert rows[0]["sd_percent"] == pytest.approx(3.0)
    assert rows[0]["reference_sd_percent"] == 1.0


def test_nothing_is_detectable_without_a_window() -> None:
    def asked(headline, period_s=(200.0, 600.0)):
        given = SimpleNamespace(
            headline=headline, period_s=period_s, detectable_percent=2.0
        )
        return _detectable(given, Settings(window=48))

    assert asked(None) is None
    assert asked(changes(), (900.0, 1000.0)) is None
    found = asked(changes())
    own = (3.0 / 1.05) ** 2 - 1.0
    assert found["sigma_percent"] == pytest.approx(math.sqrt(own * 32))
    assert found["windows"]["48"] == pytest.approx(
        FACTOR * math.sqrt(own * 32 / 48 + 1.0)
    )
    assert found["infusion_percent"] == 2.0


# -- models and answers ----------------------------------------------------------------


def test_models_are_measured_from_the_best_of_each_kind() -> None:
    def one(name, bic, aicc, outcomes=("Glu",)):
        fit = SimpleNamespace(
            model=name, bic=bic, aicc=aicc, parameters=1, log_likelihood=0.0, shape={}
        )
        values = dict.fromkeys(outcomes, 4.0)
        return SimpleNamespace(
            fit=fit, weight=0.5, end_percent=values, end_sd_percent=values,
            largest_percent=values, largest_sd_percent=values,
        )  # fmt: skip

    both = SimpleNamespace(models=[one("none", 7.0, 2.0), one("step", 5.0, 3.5)])
    rows = models_of(both, "Glu")
    assert [(r["bic_above"], r["aicc_above"]) for r in rows] == [(2.0, 0.0), (0.0, 1.5)]
    assert models_of(both, "Gln") == []
    assert models_of(None, "Glu") == []
    mixed = SimpleNamespace(models=[one("none", 7.0, 2.0), one("step", 5.0, 3.5, ())])
    assert models_of(mixed, "Glu") == []


def test_shapes_in_words_with_the_ends_of_what_was_tried(monkeypatch) -> None:
    grids = {"tau_s": (60.0, 120.0, 240.0), "lag_s": (0.0, 60.0), "sharpness": (2.0,)}
    models = (SimpleNamespace(name="x", grids=grids),)
    monkeypatch.setattr("monitor.judge.response_models.MODELS", models)
    assert describe_shape("x", {"tau_s": 120.0}) == "time constant 2 min"
    assert describe_shape("x", {"tau_s": 240.0}) == "time constant 4 min (most tried)"
    assert describe_shape("x", {"tau_s": 60.0}) == "time constant 1 min (least tried)"
    said = describe_shape("x", {"lag_s": 0.0, "sharpness": 2.0})
    assert said == "lag 0 min, sharpness 2"
    assert describe_shape("y", {"tau_s": 60.0}) == "time constant 1 min"


def test_answers_say_since_when() -> None:
    sequential = Sequential(5.0)
    found = sequential.push(1.0, {"Glu": (20.0, 1.0), "Gln": (0.1, 9.0)})
    one = followed([0.0], answers=found, settings=Settings())
    answers = {
        name: replace(answer, since_s=500.0 if name == "Glu" else None)
        for name, answer in found.items()
    }
    one.result.answers = answers
    times = Times(200.0, None, None, ())
    means = {"Glu": (20.0, 1.0), "Gln": (0.1, 9.0), "mI": (0.0, 1.0)}
    rows = {row["outcome"]: row for row in answers_of(one, times, means)}
    assert set(rows) == {"Glu", "Gln"}
    assert rows["Glu"]["since_min"] == 5.0
    assert rows["Gln"]["since_min"] is None
    gln = answers["Gln"]
    half = (gln.high_percent - gln.low_percent) / 2
    assert rows["Gln"]["least_seen_percent"] == pytest.approx(
        half + 0.8416 * gln.sd_percent, rel=1e-4
    )


# -- what came along -------------------------------------------------------------------


def test_an_event_lies_between_the_transients_around_it() -> None:
    along, update = Along(), SimpleNamespace(again=(), strip=None, strip_raw=None)

    def came(body) -> None:
        along.watch(Message("one", 0, 0, body), update)

    def transient(time_s: float) -> Transient:
        return Transient(0, time_s, Kind.METABOLITE, np.zeros((1, 2), np.complex64))

    for body in (
        Event(0.0, "note"), transient(1.0), Event(1.5, START), Event(1.6, STOP),
        transient(2.0), Event(2.5, "note"), transient(3.0), Event(3.5, "note"),
    ):  # fmt: skip
        came(body)
    found = [(p.before_s, p.after_s) for p in along.placed]
    assert found == [(None, 1.0), (1.0, 2.0), (1.0, 2.0), (2.0, 3.0), (3.0, None)]
    assert along.times_s == [1.0, 2.0, 3.0]
    assert along.aligned == along.raw == []


def test_strips_are_kept_in_pairs_and_anew_when_all_is_done_again() -> None:
    along = Along()

    def update(strip, raw, again=()):
        return SimpleNamespace(again=again, strip=strip, strip_raw=raw)

    for one in (update(1, 2), update(3, None), update(None, 4)):
        along._keep_strips(one)
    assert (along.aligned, along.raw) == ([1], [2])
    again = update(None, None, (update(5, 6), update(7, 8)))
    along.watch(Message("one", 0, 0, Event(0.0, "note")), again)
    assert (along.aligned, along.raw) == ([5, 7], [6, 8])


def test_a_sphere_is_warmer_by_how_far_its_water_lies() -> None:
    models = {
        0: SimpleNamespace(lines_offset_ppm=-0.1),
        1: SimpleNamespace(lines_offset_ppm=math.nan),
    }
    result = SimpleNamespace(
        epoch_models=models, water_course=(), acquisition=ACQUISITION
    )
    (by_frequency,) = temperatures_c(result)
    assert by_frequency == pytest.approx(37.0 - 9.69)
    shifts = [SimpleNamespace(shift_hz=12.325 * k) for k in (0.5, 1.0, 9.0)]
    result.water_course = tuple(shifts)
    assert temperatures_c(result) == [pytest.approx(37.0 - 96.9 * 0.2)]
    result.acquisition = None
    assert temperatures_c(result) == [by_frequency]
