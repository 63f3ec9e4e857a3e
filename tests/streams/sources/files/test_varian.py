"""Varian folders, written by the facts of the format."""

import struct
from pathlib import Path

import numpy as np
import pytest

from monitor.study.sessions import find_sessions
from streams.errors import InputError
from streams.sources.files import any_format as files
from streams.sources.files.open_file import open_source
from streams.sources.files.varian import is_varian

KINDS = {">i2": 0x1 | 0x10, ">i4": 0x5 | 0x10, ">f4": 0x9 | 0x10}


def procpar(**changes: object) -> str:
    values = {
        "sw": 2000.0, "sfrq": 399.8, "tn": "H1", "te": 0.02, "tr": 3.0, "nt": 8.0,
        "seqfil": "press", "rcvrs": "y", "vox1": 3.0, "vox2": 3.0, "vox3": 4.0,
        "comment": "Mustermann", **changes,
    }  # fmt: skip
    lines = []
    for name, value in values.items():
        if value is None:
            continue
        real = not isinstance(value, str)
        lines.append(f"{name} 1 {1 if real else 2} 9.9e+17 -9.9e+17 0 2 1 0 1 64")
        told = value if isinstance(value, list) else [value]
        lines.append(f"{len(told)} " + " ".join(
            f"{v}" if real else f'"{v}"' for v in told))  # fmt: skip
        lines.append("0 ")
    return "\n".join(lines) + "\n"


def saved(
    folder: Path, traces: np.ndarray, kind: str = ">f4", **changes: object
) -> Path:
    """A folder of so many traces, one a block."""
    folder.mkdir()
    count, points = traces.shape
    dtype = np.dtype(kind)
    length = 28 + 2 * points * dtype.itemsize
    trace = 2 * points * dtype.itemsize
    sizes = (count, 1, 2 * points, dtype.itemsize, trace, length)
    head = struct.pack(">6i2hi", *sizes, 0, KINDS[kind], 1)
    body = b"".join(
        bytes(28) + np.stack([t.real, t.imag], -1).astype(dtype).tobytes()
        for t in traces
    )
    (folder / "fid").write_bytes(head + body)
    (folder / "procpar").write_text(procpar(**changes))
    return folder


def signals(count: int, points: int = 32) -> np.ndarray:
    values = np.random.default_rng(6).integers(-900, 900, (2, count, points))
    return values[0] + 1j * values[1]


@pytest.mark.parametrize("kind", KINDS)
def test_samples_and_fields(tmp_path, kind):
    made = signals(4)
    path = saved(tmp_path / "s_01.fid", made, kind)
    series = files.read_series(path)
    assert np.array_equal(series.fids[:, 0], made)
    acquisition = series.acquisition
    assert acquisition.spectrometer_frequency_mhz == 399.8
    assert (acquisition.nucleus, acquisition.dwell_time_s) == ("1H", 5e-4)
    assert (acquisition.echo_time_s, acquisition.repetition_time_s) == (0.02, 3.0)
    assert (acquisition.sequence, acquisition.voxel_mm) == ("press", (3.0, 3.0, 4.0))
    assert "of 8 averages" in series.notes[0]
    assert "Mustermann" not in repr(series)
    assert np.array_equal(files.read_series(path / "fid").fids, series.fids)
    assert open_source(path).origin == "Varian folder"


@pytest.mark.parametrize("coil_is_fastest", [True, False])
def test_the_order_of_receivers_is_told_by_their_phases(tmp_path, coil_is_fastest):
    t = np.arange(32)
    coils = np.exp(1j * np.array([0.3, 1.9, 4.0, 5.5])) * [1, 3, 2, 0.5]
    course = np.exp(-t / 9) * np.exp(0.3j * np.arange(6))[:, None]
    fids = 1000 * course[:, None, :] * coils[:, None]  # (transients, coils, points)
    traces = (fids if coil_is_fastest else fids.swapaxes(0, 1)).reshape(-1, 32)
    series = files.read_series(saved(tmp_path / "x.fid", traces, rcvrs="yyyy"))
    assert np.allclose(series.fids, fids, rtol=1e-5)


def test_a_folder_is_a_session(tmp_path):
    path = saved(tmp_path / "s_01.fid", signals(2))
    assert is_varian(path)
    assert [s.path for s in find_sessions([tmp_path])] == [path]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"te": None}, "no one value of te"),
        ({"te": [0.02, 0.03]}, "no one value of te"),
        ({"te": 2.0}, "neither in s nor in ms"),
        ({"sw": None}, "no one value of sw"),
        ({"tn": "x"}, "names no nucleus"),
        ({"rcvrs": "yyy"}, "traces of 3 receivers"),
    ],
)
def test_what_is_missing_is_named(tmp_path, changes, said):
    path = saved(tmp_path / "x.fid", signals(4), **changes)
    with pytest.raises(InputError, match=said):
        files.read_series(path)


def test_a_damaged_fid(tmp_path):
    path = saved(tmp_path / "x.fid", signals(4))
    whole = (path / "fid").read_bytes()
    for content in (b"", whole[:20], whole[:-1], b"\xff" * 60):
        (path / "fid").write_bytes(content)
        with pytest.raises(InputError, match="truncated or damaged"):
            files.read_series(path)


def head(**changes: int) -> bytes:
    """The head of a fid of 4 float32 traces of 32 points, one a block."""
    fields = {
        "blocks": 4, "traces": 1, "numbers": 64, "size": 4, "trace": 256, "block": 284,
        "version": 0, "status": KINDS[">f4"], "heads": 1, **changes,
    }  # fmt: skip
    return struct.pack(">6i2hi", *fields.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"blocks": 0},
        {"blocks": -1},
        {"blocks": 5},
        {"traces": 0},
        {"numbers": 63},
        {"numbers": 2},
        {"size": 2},
        {"block": 283},
        {"block": 285},
        {"heads": 2},
        {"status": KINDS[">i2"]},
    ],
)
def test_a_head_that_contradicts_the_file_is_damage(tmp_path, changes):
    path = saved(tmp_path / "x.fid", signals(4))
    body = (path / "fid").read_bytes()[32:]
    (path / "fid").write_bytes(head() + body)
    assert len(files.read_series(path).fids) == 4
    (path / "fid").write_bytes(head(**changes) + body)
    with pytest.raises(InputError, match="truncated or damaged"):
        files.read_series(path)


def test_several_heads_a_block_are_stepped_over(tmp_path):
    made = signals(2)
    path = saved(tmp_path / "x.fid", made)
    content = (path / "fid").read_bytes()[32:]
    blocks = [bytes(28) + content[n * 284 : (n + 1) * 284] for n in range(2)]
    (path / "fid").write_bytes(head(blocks=2, block=312, heads=2) + b"".join(blocks))
    assert np.array_equal(files.read_series(path).fids[:, 0], made)


def test_what_follows_the_last_block_is_no_damage(tmp_path):
    path = saved(tmp_path / "x.fid", signals(4))
    (path / "fid").write_bytes((path / "fid").read_bytes() + bytes(100))
    assert len(files.read_series(path).fids) == 4


@pytest.mark.parametrize(
    ("te", "te_s"), [(0.02, 0.02), (1.0, 1.0), (5.0, 0.005), (68.0, 0.068)]
)
def test_an_echo_time_is_in_s_or_in_ms(tmp_path, te, te_s):
    acquisition = files.read_series(
        saved(tmp_path / "x.fid", signals(2), te=te)
    ).acquisition
    assert acquisition.echo_time_s == pytest.approx(te_s)


def test_one_average_and_a_voxel_of_two_edges_are_not_told(tmp_path):
    path = saved(tmp_path / "x.fid", signals(2), nt=1.0, vox2=None)
    series = files.read_series(path)
    assert series.notes == ()
    assert series.acquisition.voxel_mm is None
    assert files.read_series(saved(tmp_path / "y.fid", signals(2), nt=None)).notes == ()


def test_a_file_beside_a_fid_is_none(tmp_path):
    path = saved(tmp_path / "x.fid", signals(2))
    assert is_varian(path / "fid")
    assert not is_varian(path / "procpar")
    (path / "procpar").unlink()
    assert not is_varian(path)
    assert not is_varian(path / "fid")


def test_texts_of_several_lines_leave_the_next_parameter_whole(tmp_path):
    path = saved(tmp_path / "x.fid", signals(2))
    lines = procpar().splitlines()
    several = ["notes 2 2 0 0 0 2 1 0 1 64", '3 "one"', '"two"', '"three"', "0 "]
    (path / "procpar").write_text("\n".join([*several, *lines]) + "\n")
    assert files.read_series(path).acquisition.dwell_time_s == 5e-4
    (path / "procpar").write_text("\n".join(["a few words", "", *lines]) + "\n")
    assert files.read_series(path).acquisition.dwell_time_s == 5e-4


def test_receivers_of_a_single_transient_are_its_coils(tmp_path):
    made = signals(4)
    series = files.read_series(saved(tmp_path / "x.fid", made, rcvrs="yyyy"))
    assert series.fids.shape == (1, 4, 32)
    assert np.array_equal(series.fids[0], made)
    off = files.read_series(saved(tmp_path / "y.fid", made, rcvrs="nnnn"))
    assert off.fids.shape == (4, 1, 32)
