"""Bins, freedom and courses of a trial, and which file is whose water."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from monitor.study import water_pairs
from monitor.study.participants import Visit
from monitor.study.trial import Binned, _design, _freedom, bin_session, during
from monitor.study.trial_report import _between_sexes, _courses, _no_slope, _parts
from monitor.study.water_pairs import waters_beside

WHO = Visit("01", "1", "drug", "f", None, None, 40.0)


def window(start_min: float, end_min: float, change: float = 5.0, sd: float = 2.0):
    return {
        "start_min": float(start_min), "end_min": float(end_min), "sd_percent": sd,
        "change_percent": change, "reference_sd_percent": 1.0,
    }  # fmt: skip


def test_windows_count_whose_middle_lies_in_the_infusion():
    windows = [window(*ends) for ends in ((-3, 1), (-1, 1), (38, 42), (39, 42))]
    assert during(WHO, windows) == windows[1:3]
    open_end = Visit("01", "1", "drug")
    assert during(open_end, windows) == windows[1:]


def test_a_bin_is_the_mean_by_length_and_has_the_covariance_of_it():
    """4 of 8 min and 2 of 4 min in the first bin of five; one in the last."""
    rows = [window(0, 4, 2.0), window(4, 6, 5.0, 3.0), window(36, 40, 9.0)]
    binned = bin_session(WHO, rows)
    assert binned.place.tolist() == pytest.approx([-0.4, 0.4])
    assert binned.percent.tolist() == pytest.approx([(4 * 2 + 2 * 5) / 6, 9.0])
    q = np.array([1.02, 1.05, 1.09])
    V = np.outer(q, q)
    V[np.diag_indices(3)] = [4.0, 9.0, 4.0]
    A = np.array([[4 / 6, 2 / 6, 0], [0, 0, 1]])
    np.testing.assert_allclose(binned.covariance, A @ V @ A.T)
    assert bin_session(WHO, [window(-9, -5)]) is None


def test_the_last_moment_belongs_to_the_last_bin():
    assert bin_session(WHO, [window(39, 41)], 2).place.tolist() == [0.25]
    open_end = Visit("01", "1", "drug")
    assert bin_session(open_end, [window(0, 10), window(10, 20)], 2).place.tolist() == [
        *(-0.25, 0.25)
    ]


def session(
    subject: str, condition: str, visit: str = "1", sex: str = "", y=(1.0, 2.0)
):
    who = Visit(subject, visit, condition, sex)
    return Binned(who, np.array([-0.25, 0.25]), np.array(y), np.eye(2))


def test_freedom_is_within_subjects_where_they_cross_over():
    crossed = [session(s, c) for s in "abcd" for c in ("drug", "placebo")]
    assert _freedom(crossed, 4) == 8 - 4 - 2
    parallel = [
        session("a", "drug"),
        session("a", "drug", "2"),
        session("b", "placebo"),
    ]
    assert _freedom(parallel, 2) == 0


def test_the_design_is_sum_coded_with_half_a_condition_and_half_a_visit():
    places = np.array([-0.25, 0.25])
    X = _design(session("a", "drug", "2"), "drug", "2", places)
    assert X.tolist() == [[1, 1, 0.5, -0.125, 0.5], [1, -1, 0.5, 0.125, 0.5]]
    X = _design(session("a", "placebo", "1"), "drug", "2", places)
    assert X.tolist() == [[1, 1, -0.5, 0.125, -0.5], [1, -1, -0.5, -0.125, -0.5]]


def test_a_course_is_of_one_condition_with_its_half_width():
    sessions = [
        session("a", "drug", y=(1.0, 2.0)), session("b", "drug", y=(4.0, 8.0)),
        session("c", "placebo", y=(9.0, 9.0)),
    ]  # fmt: skip
    courses = _courses(sessions)
    assert [(c["condition"], c["mean"]) for c in courses] == [
        *(("drug", 2.5), ("drug", 5.0), ("placebo", 9.0), ("placebo", 9.0))
    ]
    half = stats.t.ppf(0.975, 1) * np.std([1.0, 4.0], ddof=1) / math.sqrt(2)
    assert courses[0]["half"] == pytest.approx(half)
    assert math.isnan(courses[-1]["half"])  # one session has no scatter
    assert [c["sessions"] for c in courses] == [2, 2, 1, 1]


def test_sexes_are_parts_where_two_are_named():
    both = [session("a", "drug", sex="f"), session("b", "drug", sex="m")]
    assert [name for name, _ in _parts(both)] == ["all", "sex f", "sex m"]
    assert [len(own) for _, own in _parts(both)] == [2, 1, 1]
    assert [name for name, _ in _parts([*both[:1], session("c", "drug")])] == ["all"]


def effect(part: str, value: float, sd: float, freedom: int) -> dict:
    return {"part": part, "outcome": "Glu", "name": "condition", "value": value,
            "sd": sd, "freedom": freedom, "subjects": 5, "sessions": 9}  # fmt: skip


def test_sexes_differ_by_the_second_less_the_first():
    rows = [effect("all", 9, 9, 9), effect("sex f", 2, 3, 4), effect("sex m", 7, 4, 6)]
    (found,) = _between_sexes(rows)
    half = stats.t.ppf(0.975, 10) * 5.0
    assert found["part"] == "sex m minus sex f"
    assert (found["value"], found["sd"], found["freedom"]) == (5, 5.0, 10)
    assert (found["low"], found["high"]) == pytest.approx((5 - half, 5 + half))
    assert (found["subjects"], found["sessions"]) == (10, 18)
    assert _between_sexes(rows[:2]) == []


def test_scores_of_too_few_are_said_and_none_is_no_trouble():
    scored = Visit("01", "1", "drug", "", 20.0, 12.0)
    assert _no_slope([(Visit("01", "1", "drug"), {})]) == []
    (said,) = _no_slope([(scored, {}), (scored, {})])
    assert said.endswith("scores of 1 are.")


def pairs(*names: str) -> dict[str, str | None]:
    """Sessions of a folder with their references."""
    files = [Path("study") / name for name in names]
    found = waters_beside(files)
    return {path.name: w and w.name for path, w in found.items()}


def test_a_reference_goes_with_the_one_session_that_its_name_fits():
    assert pairs("metab.nii", "water.nii") == {"metab.nii": "water.nii"}
    two = ("sub-01_svs.nii", "sub-02_svs.nii", "sub-01_wref.nii")
    assert pairs(*two) == {"sub-01_svs.nii": "sub-01_wref.nii", "sub-02_svs.nii": None}
    # two that fit one session: nobody knows which
    both = ("sub-01_svs.nii", "sub-02_svs.nii", "sub-01_wref.nii", "sub-01_water.nii")
    assert pairs(*both)["sub-01_svs.nii"] is None
    # one that fits two sessions alike, and one of a name that says nothing
    assert set(pairs("a_1.nii", "a_2.nii", "a_wref.nii").values()) == {None}
    assert set(pairs("a_1.nii", "a_2.nii", "wref.nii").values()) == {None}
    # of those that fit, the name with the fewest words of its own
    near = ("a_run.nii", "a_run_2.nii", "a_run_wref.nii")
    assert pairs(*near) == {"a_run.nii": "a_run_wref.nii", "a_run_2.nii": None}


def test_files_without_such_names_are_measured_where_they_are_not_too_many(monkeypatch):
    measured: list[str] = []

    def measures(path: Path) -> bool:
        measured.append(path.name)
        return path.name.startswith("w")

    monkeypatch.setattr(water_pairs, "measures_as_water", measures)
    assert pairs("a.nii", "w1.nii") == {"a.nii": "w1.nii"}
    assert pairs("w1.nii", "w2.nii") == {"w1.nii": None, "w2.nii": None}
    measured.clear()
    assert pairs("w1.nii") == {"w1.nii": None}
    assert pairs(*(f"{n}.nii" for n in range(33)))["0.nii"] is None
    assert measured == []
    pairs(*(f"{n}.nii" for n in range(32)))
    assert len(measured) == 32


@pytest.mark.parametrize(
    ("suppressed", "dominance", "is_water"),
    [(False, 100.0, True), (False, 99.0, False), (True, 100.0, False)],
)
def test_water_dominates_and_is_not_suppressed(
    monkeypatch, tmp_path, suppressed, dominance, is_water
):
    found = SimpleNamespace(suppressed=suppressed, dominance=dominance)
    series = SimpleNamespace(fids=np.zeros((1, 1, 4)), acquisition=None)
    monkeypatch.setattr(water_pairs, "read_series", lambda _: series)
    monkeypatch.setattr(water_pairs, "peaks", lambda *_: found)
    assert water_pairs.measures_as_water(tmp_path / "a.nii") is is_water
    monkeypatch.setattr(water_pairs, "peaks", lambda *_: None)
    assert not water_pairs.measures_as_water(tmp_path / "a.nii")
