"""Many sessions together: counts, order, outliers, and figures with their limits."""

import pytest
from matplotlib.figure import Figure

from monitor.study.group import (
    OUTLIER_Z,
    group_report,
    in_order,
    outliers,
    part_of,
    summary,
)
from monitor.study.group_figures import _course_words, _limit, _words
from monitor.study.group_files import _columns, tsv, write_group
from monitor.study.participants import Visit


def row(session: str = "s", **changes: object) -> dict:
    verdicts = changes.pop("verdicts", {"fwhm_hz": "kept"})
    return {
        "session": session, "subject": "", "visit": "", "site": "", "status": "judged",
        "protocol": "p", "fwhm_hz": 8.0, "verdicts": verdicts, "verdict": "kept",
        "limits": dict.fromkeys(verdicts, 12.0), "target_percent": 5.0, "windows": [],
        "outcome": "Glu", "transients": 9, "reason": "", **changes,
    }  # fmt: skip


BAD = {"session": "z", "subject": "", "visit": "", "site": "", "status": "not judged",
       "reason": "It is damaged."}  # fmt: skip


def test_sessions_are_counted_by_what_became_of_them():
    rows = [row("a"), row("b", verdicts={"fwhm_hz": "missed"}), BAD]
    found = group_report(rows, None)
    assert (found["sessions"], found["judged"], found["all_kept"]) == (3, 2, 1)
    assert found["not_judged"] == [{"session": "z", "reason": "It is damaged."}]


def test_without_any_value_of_an_outcome_it_is_hidden():
    assert group_report([row()], None)["outcome_hidden"]
    shown = group_report([row(Glu_mean=3.0, Glu_mean_sd=1.0), row()], None)
    assert not shown["outcome_hidden"]
    assert shown["power"]
    assert not group_report([BAD], None)["outcome_hidden"]  # nothing to hide


def test_a_trial_is_told_of_only_where_visits_are_and_nothing_is_hidden():
    visits = {("01", "1"): Visit("01", "1", "drug")}
    shown = row(subject="01", visit="1", Glu_mean=3.0, Glu_mean_sd=1.0)
    assert group_report([shown], None)["trial"] is None
    assert group_report([row(subject="01", visit="1")], visits)["trial"] is None
    assert group_report([shown], visits)["trial"]["sessions"] == 1


def test_order_is_by_site_then_visit_then_subject():
    rows = [
        row("d", site="B", visit="1"), row("c", site="A", visit="2", subject="1"),
        row("b", site="A", visit="1", subject="2"),
        row("a", site="A", visit="1", subject="1"),
    ]  # fmt: skip
    assert [r["session"] for r in in_order(rows)] == ["a", "b", "c", "d"]


def test_limits_that_differ_are_said_and_none_is_drawn():
    same = [row("a"), row("b")]
    other = [row("a"), row("b", limits={"fwhm_hz": 9.0})]
    unlimited = [row("a", limits={"fwhm_hz": None})]
    found = [summary(rows, "fwhm_hz") for rows in (same, other, unlimited)]
    assert [f["limit"] for f in found] == [12.0, None, None]
    assert [f["limits_differ"] for f in found] == [False, True, False]


def test_sites_and_visits_are_named_as_far_as_they_are_known():
    assert part_of(row(site="A", visit="2")) == "site A, visit 2"
    assert part_of(row()) == ""


def widths(*values: float | None) -> list[dict]:
    return [row(str(i), fwhm_hz=v) for i, v in enumerate(values)]


def test_an_outlier_is_far_by_the_spread_of_the_others():
    spread = 1.4826  # of 7, 8, 8, 9, 10 and more: MAD 1
    near, far = (8 + (OUTLIER_Z + d) * spread for d in (-0.05, 0.05))
    assert outliers(widths(7, 7, 8, 8, 9, 9, near)) == []
    (found,) = outliers(widths(7, 7, 8, 8, 9, 9, far))
    assert found["value"] == far
    assert found["z"] == pytest.approx(OUTLIER_Z + 0.05)
    assert not found["better"]  # a wide line
    (narrow,) = outliers(widths(7, 7, 8, 8, 9, 9, 16 - far))
    assert narrow["better"]
    assert narrow["z"] == pytest.approx(-OUTLIER_Z - 0.05)


def test_five_that_are_known_can_have_an_outlier():
    assert outliers(widths(7, 8, 9, 8, 90, None))
    assert outliers(widths(7, 8, 9, 90, None)) == []


def test_where_most_are_the_same_nothing_can_be_far():
    assert outliers(widths(8, 8, 8, 8, 90)) == []


def test_outliers_are_of_one_protocol():
    rows = widths(7, 8, 9, 8, 7)
    rows += [row(f"q{i}", protocol="q", fwhm_hz=w) for i, w in enumerate((60, 61, 62))]
    assert outliers(rows) == []


def axes(low: float, high: float):
    ax = Figure().add_subplot()
    ax.plot([1, 2], [low, high], "o")
    return ax


def criterion(
    low: float | None, high: float | None, limit: float | None = None
) -> dict:
    return {"low": low, "high": high, "limit": limit, "median": high, "title": "Width"}


@pytest.mark.parametrize(
    ("limit", "drawn"), [(12.0, True), (300.0, False), (None, False)]
)
def test_a_limit_is_drawn_where_it_leaves_the_points_something_of_the_axis(
    limit, drawn
):
    ax = axes(5.0, 9.0)
    _limit(ax, criterion(5.0, 9.0, limit))
    assert (len(ax.lines) == 2) is drawn
    assert [t.get_text() for t in ax.texts] == (["limit"] if drawn else [])


def test_an_axis_of_what_cannot_be_negative_ends_near_zero():
    ax = axes(0.0, 9.0)
    top = ax.get_ylim()[1]
    _limit(ax, criterion(0.0, 9.0))
    assert ax.get_ylim() == pytest.approx((-0.04 * top, top))
    ax = axes(5.0, 9.0)
    before = ax.get_ylim()
    _limit(ax, criterion(5.0, 9.0))
    assert ax.get_ylim() == before  # far from zero: as it is
    ax = axes(-3.0, 9.0)
    before = ax.get_ylim()
    _limit(ax, criterion(-3.0, 9.0))
    assert ax.get_ylim() == before  # a drift has a sign


def test_zeros_alone_stand_at_the_foot_of_an_axis_of_some_height():
    ax = axes(0.0, 0.0)
    _limit(ax, criterion(0.0, 0.0))
    assert ax.get_ylim() == pytest.approx((-0.04, 1.0))


def test_what_is_not_measured_is_said_and_has_no_axis():
    ax = Figure().add_subplot()
    _limit(ax, criterion(None, None))
    assert [t.get_text() for t in ax.texts] == ["not measured"]
    assert len(ax.get_yticks()) == 0
    assert _words(criterion(None, None)) == "Width not measured"
    assert _words(criterion(5.0, 9.0)) == "Width median 9.00, 5.00 to 9.00"


def test_courses_in_words_name_each_condition_with_its_own_means():
    course = [
        {"condition": "placebo", "mean": -1.0}, {"condition": "drug", "mean": 4.0},
        {"condition": "drug", "mean": 6.0},
    ]  # fmt: skip
    assert _course_words(course, "Glu").endswith(": drug +4.0 +6.0, placebo −1.0")


def test_tables_hold_files_names_only_where_one_is_named():
    assert "file" not in _columns([row()])
    assert "file" in _columns([row(), row(file="a.mcap")])
    assert "Glu_mean" in _columns([row(Glu_mean=1.0)])
    assert "Glu_mean" not in _columns([row()])


def test_what_is_not_known_is_n_a():
    said = tsv(("a", "b", "c", "d"), [{"a": None, "b": "", "c": 0.0}])
    assert said.splitlines()[1] == "n/a\tn/a\t0.0\tn/a"


def test_pages_and_tables_without_any_response_have_no_measures(tmp_path):
    (tmp_path / "measures.tsv").write_text("of an earlier run")
    rows = [row("a"), BAD]
    write_group(rows, group_report(rows, None), tmp_path)
    assert not (tmp_path / "measures.tsv").exists()
    assert "It is damaged." in (tmp_path / "group.html").read_text("utf-8")
    rows = [row("a", Glu_mean=1.0, Glu_mean_sd=0.5)]
    write_group(rows, group_report(rows, None), tmp_path)
    lines = (tmp_path / "measures.tsv").read_text().splitlines()
    assert lines[1:] == ["a\tn/a\tn/a\tn/a\tGlu\tmean\t1.0\t0.5"]
