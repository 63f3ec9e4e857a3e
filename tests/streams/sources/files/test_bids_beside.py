"""The sidecar and the events that stand beside a file in a BIDS folder."""

import json

import pytest
from file_bodies import nifti_bodies as bodies
from test_nifti_mrs_file import fids, with_dims, without, write

from streams.errors import InputError
from streams.messages.transient import Event
from streams.sources.files.nifti_mrs import read_series


def saved(tmp_path, header, **sidecar):
    path = write(tmp_path / "sub-01_svs.nii.gz", fids(10), header)
    (tmp_path / "sub-01_svs.json").write_text(json.dumps(sidecar))
    return path


def dynamic(*lacking):
    return {"dim_5": "DIM_DYN", **without(*lacking)}


def test_what_the_header_lacks_is_in_the_sidecar(tmp_path):
    path = saved(tmp_path, dynamic("EchoTime", "ResonantNucleus"), EchoTime=0.068,
                 ResonantNucleus="1H", PatientName="Mustermann")  # fmt: skip
    series = read_series(path)
    assert series.acquisition.echo_time_s == 0.068
    assert "EchoTime, ResonantNucleus taken from the sidecar" in series.notes[0]
    assert "Mustermann" not in repr(series)


def test_the_header_comes_first(tmp_path):
    series = read_series(saved(tmp_path, with_dims("DIM_DYN"), EchoTime=0.068))
    assert series.acquisition.echo_time_s == 0.03
    assert "EchoTime = 0.068 in the sidecar is not the header's" in series.notes[0]


@pytest.mark.parametrize("text", ["[1]", "{", "", '{"EchoTime": "x"}'])
def test_a_sidecar_that_says_nothing_helps_nothing(tmp_path, text):
    path = saved(tmp_path, dynamic("EchoTime"))
    (tmp_path / "sub-01_svs.json").write_text(text)
    with pytest.raises(InputError, match="EchoTime"):
        read_series(path)


def test_blocks_of_a_task_are_events(tmp_path):
    path = saved(tmp_path, with_dims("DIM_DYN"))
    (tmp_path / "sub-01_events.tsv").write_text(
        "onset\tduration\ttrial_type\n4\t6\tcheckerboard\n12\t0\tinfusion_start\n"
        "2\tn/a\tsettings\n15\t1\tn/a\n"
    )
    got = list(bodies(path))
    events = [(e.time_s, e.kind) for e in got if isinstance(e, Event)]
    assert events == [(2.0, "note"), (4.0, "checkerboard"), (10.0, "checkerboard end"),
                      (12.0, "infusion_start")]  # fmt: skip
    assert "sub-01_events.tsv: 4 events" in read_series(path).notes[0]
    place = [type(body).__name__ for body in got].index("Event", 3)
    assert place > 2  # among the transients, where they belong


@pytest.mark.parametrize("text", ["a\tb\n1\t2\n", "onset\ttrial_type\nx\ty\n"])
def test_a_table_that_cannot_be_used_is_said(tmp_path, text):
    path = saved(tmp_path, with_dims("DIM_DYN"))
    (tmp_path / "sub-01_events.tsv").write_text(text)
    assert "sub-01_events.tsv is not used" in read_series(path).notes[0]
