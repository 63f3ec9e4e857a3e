"""What is said at the end, and what a run decides, by hand from small results."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.preparation.combination import WATERS
from monitor.protocol.settings import Settings
from monitor.run import (
    levels,
    line_place,
    negative_components,
    window_curves,
)
from monitor.run.line_place import LOOKED_FOR_PPM, TOLD_FROM_PPM
from monitor.run.period_remarks import (
    ends_too_soon,
    infusion_outside,
    nothing_at_the_end,
    nothing_since,
    unconverged_windows,
    without_change,
)
from monitor.run.remarks import (
    _late_waters,
    _longer_window,
    _missing,
    _missing_messages,
    change_at_the_end,
    no_metabolites,
    why_nothing_fitted,
)
from monitor.run.unusable_transients import unusable, zeros


def qualities(times_s, weight: float = 1.0, flags=(), amplitude: float = 1.0) -> list:
    return [
        SimpleNamespace(
            time_s=float(t), weight=weight, flags=flags, amplitude=amplitude, epoch=0
        )
        for t in times_s
    ]


def result(**changes: object) -> SimpleNamespace:
    counts = SimpleNamespace(
        missing=0,
        missing_messages=0,
        water_references_left_out=0,
        refused_messages=0,
        unusable=0,
    )
    given = {
        "counts": counts, "false_waters": 0, "waters_found": 0, "notes": (),
        "qualities": qualities(range(10)), "settings": Settings(), "estimates": (),
        "plan": SimpleNamespace(length=16), "reference_s": None, "tracks": (),
        "answers": {}, "course": SimpleNamespace(interval_s=2.0),
        "marks": SimpleNamespace(events=()), "infusion_s": None,
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


def counted(**numbers: int) -> SimpleNamespace:
    one = result()
    vars(one.counts).update(numbers)
    return one


# -- remarks ---------------------------------------------------------------------------


def test_one_is_said_in_the_singular() -> None:
    assert _missing(counted()) == _missing_messages(counted()) == ""
    assert _missing(counted(missing=1)).startswith("1 transient of the session")
    assert _missing(counted(missing=2)).startswith("2 transients of the session")
    assert _missing(counted(missing=5, unusable=3)).startswith("2 transients of")
    assert _missing(counted(missing=3, unusable=3)) == ""
    assert unusable(counted(missing=3, unusable=1)).startswith("1 transient came and")
    assert unusable(counted(missing=3)) == ""
    one, two = (_missing_messages(counted(missing_messages=n)) for n in (1, 2))
    assert one.startswith("1 message of the session, transients or events, was")
    assert two.startswith("2 messages of the session, transients or events, were")
    left_out = counted(water_references_left_out=3)
    left_out.false_waters = 3
    assert _late_waters(left_out) == ""
    left_out.false_waters = 2
    assert _late_waters(left_out).startswith("1 water reference not used")
    left_out.false_waters = 1
    said = _late_waters(left_out)
    assert said.startswith("2 water references not used")
    assert said.endswith(f"{WATERS} at most.")


def test_what_a_session_without_metabolites_holds() -> None:
    water = result(waters_found=1)
    assert no_metabolites(water).startswith("unsuppressed water alone (1 transient):")
    water.waters_found = 2
    assert "(2 transients):" in no_metabolites(water)
    assert no_metabolites(result()) == (
        "no metabolite transient: there is nothing to analyse"
    )
    refused = counted(refused_messages=1)
    refused.notes = (SimpleNamespace(text="Too short."),)
    assert no_metabolites(refused) == (
        "no metabolite transient that can be used (Too short)"
    )


def test_why_there_is_no_window() -> None:
    assert why_nothing_fitted(result(estimates=(1,))) == ""
    assert why_nothing_fitted(result(qualities=[])) == ""
    empty = qualities(range(3), flags=("empty",))
    assert "every one of its 3" in why_nothing_fitted(result(qualities=empty))
    mixed = [*empty, *qualities([9.0])]
    assert why_nothing_fitted(result(qualities=mixed)).startswith("no window of its 4")
    dark = qualities(range(3), amplitude=0.0)
    assert "none of its 3" in why_nothing_fitted(result(qualities=dark))
    out = result(settings=Settings(rejected_epochs=(0, 1)))
    assert why_nothing_fitted(out).startswith("every epoch of it is left out")
    other = result(settings=Settings(rejected_epochs=(1,)))
    assert why_nothing_fitted(other).startswith("no window of its 10")


def estimates(*lengths: int, changes=()) -> tuple:
    return tuple(
        SimpleNamespace(
            n_transients=n,
            independent=True,
            changes_percent=dict(changes),
            converged=True,
        )
        for n in lengths
    )


def test_transients_of_zeros_are_told() -> None:
    assert zeros(result()) == ""
    some = [*qualities(range(3)), *qualities(range(3, 5), 0.0, ("empty",))]
    assert zeros(result(qualities=some)) == (
        "2 transients hold nothing but zeros (the first at 3 s): they are left out."
    )
    assert zeros(result(qualities=some[:4])).startswith("1 transient holds nothing")


def test_windows_longer_than_what_there_is() -> None:
    def said(*lengths: int, count: int = 10) -> str:
        one = result(estimates=estimates(*lengths), qualities=qualities(range(count)))
        return _longer_window(one)

    assert said() == said(16) == said(10, 16) == said(1, count=1) == ""
    assert said(10).endswith("its 10 transients make one window.")
    assert said(6, 4).endswith("independent window, of 6, 4 transients.")


@pytest.mark.parametrize(
    ("infusion_s", "outside"),
    [
        (None, False), ((9.0, 20.0), False), ((9.1, 20.0), True),
        ((-5.0, 0.0), False), ((-5.0, -0.1), True), ((2.0, 3.0), False),
    ],
)  # fmt: skip
def test_an_infusion_that_no_transient_belongs_to(infusion_s, outside) -> None:
    one = result(settings=Settings(infusion_s=infusion_s))
    one.marks = SimpleNamespace(events=())
    assert bool(infusion_outside(one)) == outside
    one.marks.events = (SimpleNamespace(author="given"),)
    assert bool(infusion_outside(one)) == outside
    one.marks.events += (SimpleNamespace(author="operator"),)  # what was given is left
    assert infusion_outside(one) == ""
    one.marks.events = ()
    one.qualities = []
    assert infusion_outside(one) == ""


def test_why_there_is_no_change() -> None:
    def said(**changes: object) -> str:
        return without_change(result(**{"estimates": estimates(4, 4), **changes}))

    assert said(estimates=estimates(4)) == ""
    assert said(estimates=estimates(4, 4, changes={"Glu": 1.0})) == ""
    assert said(settings=Settings(infusion_s=(50.0, 60.0))) == ""
    assert "no reference period" in said()
    assert "before the infusion" in said(reference_s=(5.0, 5.0))
    out = said(reference_s=(2.0, 5.0), qualities=qualities(range(10), weight=0.0))
    assert "since all 3 transients of the reference period 2 to 5 s are left out" in out
    some = [*qualities(range(3), weight=0.0), *qualities(range(3, 10))]
    rejected = Settings(rejected_epochs=(0,))
    assert "all 3 transients of the reference" in said(
        reference_s=(2.0, 5.0), settings=rejected
    )
    stuck = estimates(4, 4)
    for one in stuck:
        one.converged = False
    assert said(reference_s=(2.0, 5.0), estimates=stuck) == ""  # said already
    held = said(reference_s=(2.0, 5.0), qualities=some)
    assert "2 to 5 s holds no window: the transients are from 0 to 9 s" in held
    assert "holds no window" in said(reference_s=(20.0, 30.0))
    given = said(settings=Settings(reference_s=(20.0, 30.0)))
    assert "20 to 30 s holds no window" in given
    beyond = said(settings=Settings(reference_s=(0.0, 30.0)))
    assert "0 to 30 s lasts beyond the last transient (9 s)" in beyond


@pytest.mark.parametrize(
    ("end_s", "changes", "soon"),
    [(8.0, {"Glu": 1.0}, True), (8.0, {}, False), (-30.0, {"Glu": 1.0}, False)],
)
def test_a_session_that_ends_right_behind_its_reference_period_says_so(
    end_s: float, changes: dict, soon: bool
) -> None:
    """Windows have changes, but the number at the end waits for a window."""
    one = result(estimates=estimates(4, 4, changes=changes), reference_s=(0.0, end_s))
    said = ends_too_soon(one)
    assert bool(said) == soon
    assert not soon or "ends 1 s after the reference period (at 8 s)" in said
    one.reference_s = None
    assert ends_too_soon(one) == ""


def test_the_change_at_the_end_is_of_the_last_whole_window() -> None:
    def window(end_s: float, n: int, change: float) -> SimpleNamespace:
        return SimpleNamespace(
            n_transients=n, time_start_s=end_s - 30, time_end_s=end_s,
            time_s=end_s - 15, converged=True, changes_percent={"Glu": change},
            change_sds_percent={"Glu": 2.0}, independent=True,
        )  # fmt: skip

    several = (window(100.0, 16, 3.0), window(300.0, 15, 9.0), window(200.0, 16, 5.0))
    one = result(
        estimates=several, settings=Settings(outcome="Glu"), reference_s=(0.0, 50.0)
    )
    said = change_at_the_end(one)
    assert said.startswith("Glu at the end (by the last 16 transients): +5.0 %")
    assert said.endswith("95 % interval +1.1 to +8.9 %")
    one.estimates = several[1:2]
    assert change_at_the_end(one) == ""


# -- lines and levels ------------------------------------------------------------------


def lines(offset_ppm: float, first_order=None) -> SimpleNamespace:
    model = SimpleNamespace(frequency_mhz=100.0, names=("NAA", "Cr"))
    session = SimpleNamespace(
        lines_offset_ppm=offset_ppm, offset_hz=0.0,
        problem=SimpleNamespace(model=model),
    )  # fmt: skip
    return SimpleNamespace(
        epoch_models={1: None, 0: session}, first_order=first_order, hidden=False
    )


def test_without_naa_or_creatine_in_the_basis_set_no_place_is_known() -> None:
    """It was taken for the absence of a brain."""
    for names, told in ((("NAAG", "PCr"), True), (("NAA",), False), (("Cr",), False)):
        one = lines(math.nan)
        one.epoch_models[0].problem.model.names = names
        assert bool(line_place.line_offset(one)) == told


def test_no_number_is_shown_where_all_since_the_infusion_is_left_out() -> None:
    some = estimates(16, 16, changes={"Glu": 1.0})
    lost = [*qualities(range(6)), *qualities(range(6, 10), 0.0, ("stretch",))]
    one = result(
        estimates=some, qualities=lost, infusion_s=(6.0, 10.0), reference_s=(0.0, 6.0)
    )
    assert nothing_since(one).startswith("All 4 transients since the infusion began")
    assert change_at_the_end(one) == ends_too_soon(one) == ""
    one.infusion_s = (5.0, 10.0)
    assert nothing_since(one) == ""
    one.settings = Settings(rejected_epochs=(0,))
    assert nothing_since(one).startswith("All 5 transients")
    one.infusion_s = (11.0, 20.0)
    assert nothing_since(one) == ""


def test_that_the_last_ones_are_left_out_is_said_beyond_a_window() -> None:
    for lost, said in ((16, False), (17, True)):
        all_of_it = [
            *qualities(range(30 - lost)),
            *qualities(range(30 - lost, 30), 0.0, ("stretch",)),
        ]
        one = result(qualities=all_of_it, infusion_s=(10.0, 60.0), tracks=(1,))
        assert bool(nothing_at_the_end(one)) == said
    assert nothing_at_the_end(one).startswith("The last 17 transients (from 13 s on)")
    one.tracks = ()
    assert nothing_at_the_end(one) == ""


def test_no_number_is_shown_where_no_window_converged() -> None:
    some = estimates(16, 16, changes={"Glu": 1.0})
    some[1].converged = False
    assert unconverged_windows(result(estimates=some)) == ""
    some[0].converged = False
    one = result(estimates=some, reference_s=(0.0, 8.0))
    assert unconverged_windows(one).startswith("None of the windows (2) converged")
    assert change_at_the_end(one) == ends_too_soon(one) == ""


def test_lines_that_lie_elsewhere() -> None:
    assert line_place.line_offset(lines(TOLD_FROM_PPM)) == ""
    said = line_place.line_offset(lines(-0.2))
    assert said.startswith("The lines lie 0.20 ppm (20 Hz) too low")
    assert "A phantom at 18 C looks so." in said
    high = line_place.line_offset(lines(0.2))
    assert "too high" in high
    assert "phantom" not in high
    assert line_place.line_offset(lines(LOOKED_FOR_PPM)).startswith("The lines lie")
    nothing = line_place.line_offset(lines(1.01 * LOOKED_FOR_PPM))
    assert nothing.startswith("No lines of NAA")
    assert line_place.line_offset(lines(math.nan)).startswith("No lines of NAA")
    moved = lines(0.0, SimpleNamespace(shift_hz=-20.0, points=3))
    assert "0.20 ppm (20 Hz) too low" in line_place.line_offset(moved)
    assert line_place.line_offset(SimpleNamespace(epoch_models={})) == ""


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (1, "by some 1 point before the top of the echo"),
        (4, "by some 4 points before the top of the echo"),
        (-1, "by some 1 point missing after it"),
        (-4, "by some 4 points missing after it"),
    ],
)
def test_points_before_the_top(points: int, words: str) -> None:
    one = lines(0.0, SimpleNamespace(shift_hz=0.0, points=points))
    said = line_place.points_before_top(one)
    assert words in said
    assert ("skip_points" in said) == (points > 0)
    one.hidden = True
    assert line_place.points_before_top(one) == ""
    assert line_place.points_before_top(lines(0.0)) == ""


def fitted(amplitudes, names=("Glu", "Gln", "NAA", "mI"), misfit: float = 1.0):
    fit = SimpleNamespace(amplitudes=np.array(amplitudes), names=names)
    made = SimpleNamespace(
        fit=fit, level_covariance=max(misfit, 1.0) * np.eye(len(names))
    )
    sessions = {1: None, 0: made}
    course = SimpleNamespace(
        fitted=True, reference=None, rejected=(), sessions=sessions
    )
    return SimpleNamespace(course=course)


def test_components_that_are_negative_beyond_noise() -> None:
    found = negative_components.negative_components
    assert found(fitted([9.0, 2.0, 9.0, -2.9])) == ""
    said = found(fitted([9.0, -4.0, 9.0, -3.1]))
    assert "Gln by 4.0 SD (use Glx), mI by 3.1 SD." in said
    assert found(fitted([9.0, -4.0, 9.0, -3.1], misfit=4.0)) == ""
    assert "Gln by 4.0 SD" in found(fitted([9.0, -4.0, 9.0, 0.0], misfit=0.25))
    alone = fitted([-4.0, 9.0, 9.0], ("Glu", "NAA", "mI"))
    assert "Glu by 4.0 SD." in found(alone)  # no sum holds more
    alone.course.fitted = False
    assert found(alone) == ""


def test_how_well_a_level_is_known(monkeypatch) -> None:
    shares = {"macromolecules": 0.25, "left over": 0.2}
    for function, part in (
        ("doubt_shares", "macromolecules"),
        ("left_over_shares", "left over"),
    ):
        monkeypatch.setattr(
            levels, function, lambda made, one, part=part: {"Glu": shares[part]}
        )
    one = SimpleNamespace(
        row=lambda name: 0, subset=lambda names: one,
        values=lambda c: np.array([10.0]), sds=lambda c, S: np.array([S]),
    )  # fmt: skip
    made = SimpleNamespace(fit=SimpleNamespace(amplitudes=None), level_covariance=1.0)
    sessions = {1: None, 0: made}
    course = SimpleNamespace(
        outcomes=one, reference=None, rejected=(), sessions=sessions
    )
    given = SimpleNamespace(
        course=course,
        settings=Settings(outcome="Glu"),
        measured_mm_used=False,
        estimates=(),
    )
    said = levels.doubt_of_level(given)
    assert said == (
        "The level of Glu is known to +- 20 % (95 %), of which +- 10 % come from "
        "macromolecules that were not measured."
    )
    shares["left over"] = 0.36
    assert levels.doubt_of_level(given).endswith(
        "measured and +- 12 % come from what the fit leaves over."
    )
    shares["macromolecules"] = 0.0
    assert levels.doubt_of_level(given) == (
        "The level of Glu is known to +- 20 % (95 %), of which +- 12 % come from what "
        "the fit leaves over."
    )
    window = SimpleNamespace(values={"Glu": 8.0}, sds={"Glu": 2.0})
    given.estimates = (window,)  # what is in the table is what is said
    assert "known to +- 49 %" in levels.doubt_of_level(given)
    given.estimates = (window, window)
    assert "known to +- 20 %" in levels.doubt_of_level(given)
    shares["left over"] = 0.2
    assert levels.doubt_of_level(given) == ""
    shares["macromolecules"] = 0.25
    made.level_covariance, given.measured_mm_used = 2.0, True
    said = levels.doubt_of_level(given)
    assert "known to +- 39 %" in said
    assert said.endswith("that the session measured.")
    made.level_covariance = 6.0
    assert levels.doubt_of_level(given) == (
        "The level of Glu is not known: its 95 % interval holds 0."
    )
    made.level_covariance = math.inf
    assert levels.doubt_of_level(given) == ""
    made.level_covariance = 1.0
    one.row = lambda name: None
    assert levels.doubt_of_level(given) == ""
    one.row = lambda name: 0
    course.sessions = {}
    assert levels.doubt_of_level(given) == ""
    course.outcomes = None
    assert levels.doubt_of_level(given) == ""


def test_a_stretch_is_fitted_in_the_epoch_that_it_begins_in(monkeypatch) -> None:
    monkeypatch.setattr(window_curves, "window_curves", lambda course, one: one)
    several = qualities(range(10))
    for one in several[5:]:
        one.epoch = 1
    course = SimpleNamespace(
        qualities=several, sessions={0: None}, fit_windows=lambda windows: windows
    )

    def between(start_s: float, end_s: float):
        found = window_curves.curves_between(course, start_s, end_s)
        return found and (found.first, found.stop)

    assert between(2.0, 4.0) == (2, 5)
    assert between(2.0 + 1e-9, 4.0 - 1e-9) == (2, 5)
    assert between(3.0, 7.0) == (3, 5)
    assert between(5.0, 7.0) is None
    assert between(20.0, 30.0) is None
    course.fit_windows = lambda windows: []
    assert between(2.0, 4.0) is None
