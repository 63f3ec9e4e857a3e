"""Choosing along any dimension or loop counter: one, some, all as one course."""

import numpy as np
import pytest
from test_nifti_mrs_file import POINTS, fids, with_dims, write

from streams.errors import InputError
from streams.messages.transient import Event, Transient
from streams.sources.files.choice import Entries, course_note, read_choices
from streams.sources.files.nifti_mrs import read_series
from streams.sources.files.open_file import open_source
from streams.sources.files.site_file_rules import FileRules, file_rules_from
from streams.sources.joining.joined_files import JoinedFiles
from streams.sources.joining.open_session import open_session


def test_what_a_choice_may_be():
    assert read_choices(["Set=all", "DIM_EDIT=1", "DIM_USER_0=2:6"]) == {
        "Set": Entries(),
        "DIM_EDIT": 1,
        "DIM_USER_0": Entries(2, 6),
    }
    for text in ("Set", "Set=", "=all", "Set=-1", "Set=3:3", "Set=4:2", "Set=a:b"):
        with pytest.raises(InputError, match=r"give TAG=N, TAG=A:B .* TAG=all"):
            read_choices([text])


@pytest.mark.parametrize("tag", ["DIM_MEAS", "DIM_USER_0", "DIM_INDIRECT_0"])
def test_all_blocks_are_one_course_in_stored_order(tmp_path, tag):
    stored = fids(2, 5, 3)
    path = write(tmp_path / "x.nii", stored, with_dims("DIM_COIL", "DIM_DYN", tag))
    with pytest.raises(InputError, match=f"--choose {tag}=0 .* --choose {tag}=all"):
        read_series(path)
    series = read_series(path, {tag: Entries()})
    assert series.fids.shape == (15, 2, POINTS)
    for block in range(3):
        expected = stored[..., block].transpose(2, 1, 0)
        assert np.array_equal(series.fids[5 * block : 5 * block + 5], expected)
    assert series.choices == (course_note("x.nii", tag, 3, Entries()),)
    assert "all 3 entries along" in series.notes[-1]
    some = read_series(path, {tag: Entries(1, 3)})
    assert np.array_equal(some.fids, series.fids[5:])
    with pytest.raises(InputError, match=f"no entry 1:4 along {tag}"):
        read_series(path, {tag: Entries(1, 4)})


def test_some_of_the_transients_keep_their_times(tmp_path):
    stored = fids(6)
    header = with_dims("DIM_DYN") | {
        "dim_5_header": {"TransientTime": {"start": 10.0, "increment": 2.5}}
    }
    series = read_series(
        write(tmp_path / "x.nii", stored, header), {"DIM_DYN": Entries(2, 4)}
    )
    assert np.array_equal(series.fids[:, 0], stored[:, 2:4].T)
    assert series.times_s == (15.0, 17.5)


def test_a_protocols_choice_holds_where_it_can(tmp_path):
    rules = file_rules_from({"choose": ["DIM_MEAS=all", "Set=all"]}, "site")
    path = write(tmp_path / "x.nii", fids(5, 3), with_dims("DIM_DYN", "DIM_MEAS"))
    bodies = list(open_source(path, rules=rules).bodies)
    assert sum(isinstance(b, Transient) for b in bodies) == 15
    said = [b.text for b in bodies if isinstance(b, Event)]
    assert said == [course_note("The file", "DIM_MEAS", 3, Entries(asked=False))]
    one = open_source(path, choose={"DIM_MEAS": 1}, rules=rules)
    assert sum(isinstance(b, Transient) for b in one.bodies) == 5
    with pytest.raises(InputError, match="nothing to choose along Set"):
        open_source(path, choose={"DIM_MEAS": 1, "Set": 0}, rules=rules)


def test_a_choice_holds_for_those_of_several_files_that_have_it(tmp_path):
    one = write(tmp_path / "one.nii", fids(5), with_dims("DIM_DYN"))
    edited = with_dims("DIM_DYN", "DIM_EDIT")
    other = write(tmp_path / "other.nii", fids(5, 2, seed=1), edited)
    both = JoinedFiles((one, other), 9.0)
    source = open_session(both, choose={"DIM_EDIT": 1})
    assert sum(isinstance(m.body, Transient) for m in source.messages) == 10
    with pytest.raises(
        InputError, match=r"None of the 2 files has .* along Set: leave"
    ):
        open_session(both, choose={"Set": 1, "DIM_EDIT": 1})
    with pytest.raises(InputError, match="choose one of them"):
        open_session(both)


@pytest.mark.parametrize(
    "table",
    [{"choose": "Set=all"}, {"choose": ["Set"]}, {"skip_points": -1}, {"skip": 1},
     {"echo_time_s": 30}, {"skip_points": True}],
)  # fmt: skip
def test_what_cannot_be_in_a_protocol_is_said(table):
    with pytest.raises(InputError, match=r"\[files\]"):
        file_rules_from(table, "site")


def test_points_before_the_top_are_skipped_as_the_protocol_says(tmp_path):
    stored = fids(4)
    path = write(tmp_path / "x.nii", stored, with_dims("DIM_DYN"))
    source = open_source(path, rules=FileRules(skip_points=2, echo_time_s=0.021))
    bodies = list(source.bodies)
    assert bodies[0].acquisition.points == POINTS - 2
    assert bodies[0].acquisition.echo_time_s == 0.021
    kept = [b.fid for b in bodies if isinstance(b, Transient)]
    assert np.array_equal(np.array(kept)[:, 0], stored[2:].T.astype(np.complex64))
    assert "the first 2 points were skipped" in source.notes[0]
    assert "TE 21 ms is the protocol's" in source.notes[1]


@pytest.mark.parametrize(("factor", "noted"), [(1.0, True), (1.3, False)])
def test_an_echo_time_beside_each_transient(tmp_path, factor, noted):
    header = with_dims("DIM_DYN")
    te = header["EchoTime"]
    header["dim_5_header"] = {"EchoTime": [te] * 3 + [te * factor]}
    path = write(tmp_path / "x.nii", fids(4), header)
    if noted:
        assert any("EchoTime stands beside each" in n for n in read_series(path).notes)
    else:
        with pytest.raises(InputError, match="EchoTime changes from transient"):
            read_series(path)


def test_transients_under_the_name_of_coils_are_noticed(tmp_path):
    t = np.arange(POINTS)
    line = np.exp(-t / 5)[:, None] * np.ones(64)
    path = write(tmp_path / "x.nii", line + 0.01 * fids(64), with_dims("DIM_COIL"))
    series = read_series(path)
    assert series.fids.shape == (1, 64, POINTS)
    assert "64 coils" in series.notes[-1]
    assert "--choose DIM_COIL=all" in series.notes[-1]
    course = read_series(path, {"DIM_COIL": Entries()})
    assert course.fids.shape == (64, 1, POINTS)


@pytest.mark.parametrize("value", [4.20496, 1.2, 30000.0])
def test_no_unit_of_an_echo_time_is_guessed_that_fits_no_sequence(tmp_path, value):
    header = with_dims() | {"EchoTime": value}
    with pytest.raises(InputError, match="EchoTime"):
        read_series(write(tmp_path / "x.nii", fids(), header))
