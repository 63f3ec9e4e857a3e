"""The participants file: cells that are missing, and which condition is active."""

from pathlib import Path

import pytest

from monitor.study.participants import Visit, active_condition, read_participants
from streams.errors import InputError


def read(tmp_path, text: str):
    path = tmp_path / "participants.csv"
    path.write_text(text)
    return read_participants(path)


def test_commas_or_tabs_by_the_first_line(tmp_path):
    rows = "subject,visit,condition\n01,1,drug, with a meal\n"
    assert read(tmp_path, rows)["01", "1"].condition == "drug"
    tabs = "subject\tvisit\tcondition\n01\t1\tdrug, with a meal\n"
    assert read(tmp_path, tabs)["01", "1"].condition == "drug, with a meal"


def test_cells_that_say_nothing_are_missing(tmp_path):
    head = "subject,visit,condition,score_before,score_after,infusion_min\n"
    visits = read(
        tmp_path, head + "1,1,drug,n/a,3,\n1,2,drug,0,NaN,40\n1,3,drug,9,0,0\n"
    )
    assert visits["1", "1"].score_change is None
    assert visits["1", "2"].score_change is None
    assert visits["1", "3"].score_change == -9.0
    assert [v.infusion_min for v in visits.values()] == [None, 40.0, 0.0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no rows"),
        ("subject,visit,condition\n", "has no rows"),
        ("subject,visit,condition\n01,1,n/a\n", "line 2: condition is missing"),
        ("subject,visit\n01,1\n", "line 2: condition is missing"),
        ("subject,visit,condition\n1,1,a\n1,1,b\n", "subject 1 visit 1 stands"),
        ("subject,visit,condition,score_after\n1,1,a,x\n", "'x' is no number"),
    ],
)
def test_what_is_missing_is_named_with_its_line(tmp_path, text, reason):
    with pytest.raises(InputError, match=reason):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("conditions", "active"),
    [
        (("placebo", "drug"), "drug"),
        (("Saline", "ketamine"), "ketamine"),
        (("drug", "Sham"), "drug"),
        (("a", "b"), "b"),
        (("placebo",), "placebo"),
    ],
)
def test_the_active_condition_is_the_one_that_is_no_placebo(conditions, active):
    visits = {(c, "1"): Visit(c, "1", c) for c in conditions}
    assert active_condition(visits) == active


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such devices here")
def test_a_device_is_refused_and_not_read_without_end():
    with pytest.raises(InputError, match="/dev/zero is a device"):
        read_participants(Path("/dev/zero"))
