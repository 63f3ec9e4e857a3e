"""What the figures of a report are drawn from."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from test_report_values import followed

from monitor.analysis.course.outcomes import outcomes_of
from monitor.judge import figure_data
from monitor.judge.figure_data import Times
from monitor.judge.provenance import wishes_hash
from monitor.judge.responses import _reference_values
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings


def test_what_is_drawn_of_a_session(monkeypatch) -> None:
    fitted: list = []

    def fit(followed, period_s):
        fitted.append(period_s)
        return "before"

    for name, given in (
        ("period_fit", fit),
        ("window_curves", lambda course, one: f"curves {one}"),
        ("_without", lambda curves, outcome: f"{curves} without {outcome}"),
        ("_columns", lambda followed: {}),
        ("_widths", lambda followed, times: None),
        ("_band", lambda followed, times: "band"),
        ("_thin_out", lambda strips, ppm, hidden: hidden),
        ("course_of", lambda estimates, outcome: SimpleNamespace(change=estimates)),
    ):
        monkeypatch.setattr(figure_data, name, given)
    one = followed(
        [0.0, 9.0], estimates=[1.0], settings=Settings(outcome="Glu"),
        spectral_maps=("map",),
    )  # fmt: skip
    one.result.course.grids = {0: SimpleNamespace(ppm=np.zeros(3))}
    one.along = SimpleNamespace(aligned=[], raw=[])

    def drawn(during="during", hidden=False):
        fitted.clear()
        return figure_data.drawn_of(one, during, hidden, ("model",))

    shown = drawn()
    assert (fitted, shown.before) == ([], None)
    assert shown.during == "curves during"
    assert (shown.band, shown.models) == ("band", ("model",))
    assert shown.spectral_maps == ("map",)
    assert shown.aligned is None
    assert drawn(None).before == "curves before"
    assert fitted == [(-math.inf, math.inf)]
    one.result.reference_s = (1.0, 5.0)
    assert drawn().before == "curves before"
    assert fitted == [(1.0, 5.0)]
    hidden = drawn(hidden=True)
    assert hidden.before == "curves before without Glu"
    assert (hidden.during, hidden.course, hidden.band) == (None, None, None)
    assert (hidden.models, hidden.spectral_maps) == ((), ())
    assert (hidden.aligned, hidden.raw) == ("Glu", "Glu")
    assert drawn(None).during is None
    one.result.estimates = []
    nothing = drawn()
    assert (nothing.course, nothing.band, nothing.models) == (None, None, ())


def test_the_smoothed_course_counts_from_zero_in_minutes() -> None:
    points = [
        SimpleNamespace(time_s=260.0, filtered={"Glu": 3.0}, filtered_sd={"Glu": 1.0}),
        SimpleNamespace(time_s=300.0, filtered={}, filtered_sd={}),
    ]
    one = followed([0.0], settings=Settings(outcome="Glu"), smoothed=points)
    times = Times(200.0, None, None, ())
    assert figure_data._band(one, times).tolist() == [[1.0, 3.0, 1.0]]
    one.result.smoothed = points[1:]
    assert figure_data._band(one, times) is None


def test_widths_are_those_of_the_criterion(monkeypatch) -> None:
    several = [SimpleNamespace(time_s=260.0 + 60 * k, fwhm_hz=7.0 + k) for k in (0, 1)]
    monkeypatch.setattr(figure_data, "independent_widths", lambda result: several)
    times = Times(200.0, None, None, ())
    found = figure_data._widths(followed([0.0]), times)
    assert found.tolist() == [[1.0, 7.0], [2.0, 8.0]]
    several.clear()
    assert figure_data._widths(followed([0.0]), times).shape == (0, 2)


def test_values_of_the_reference_period_have_its_doubt_in_them() -> None:
    one = followed([0.0, 2.0], [0, 1])
    course = one.result.course
    course.outcomes = outcomes_of(("Glu", "Cr"))
    assert _reference_values(one, "Glu") == {}
    course.reference = SimpleNamespace(
        first=1, amplitudes=np.array([10.0, 5.0]), covariance=np.diag([0.09, 0.01])
    )
    course.sessions = {1: SimpleNamespace(shared_covariance=np.diag([0.07, 0.0]))}
    found = _reference_values(one, "Glu")
    assert found["Glu"]["value"] == pytest.approx(10.0)
    assert found["Glu"]["sd"] == pytest.approx(0.4)
    assert found["Glu/tCr"]["value"] == pytest.approx(2.0)
    course.outcomes = None
    assert _reference_values(one, "Glu") == {}


def test_what_was_asked_for_is_another_with_another_protocol_or_basis(tmp_path):
    """Else a study would keep what was judged by the limits of before."""
    own, basis = tmp_path / "own.toml", tmp_path / "own.npz"
    asked = Wishes(str(own), str(basis))
    seen = set()
    for file, content in ((own, "a"), (basis, "b"), (own, "c"), (basis, "d")):
        file.write_text(content)
        seen.add(wishes_hash(asked, None))
        assert wishes_hash(asked, None) in seen
    assert len(seen) == 4
    assert len({*seen, wishes_hash(Wishes(), None)}) == 5
