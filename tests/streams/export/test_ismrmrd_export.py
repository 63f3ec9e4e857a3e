"""ISMRMRD files: what others read in ours, and what we read in others'."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_cases import POINTS, STEAM, fids, water_first
from file_bodies import bodies

from streams.errors import InputError
from streams.export.ismrmrd import write_session
from streams.messages.transient import Acquisition, Message, Start, Transient, number
from streams.sources.files import any_format as files
from streams.sources.files.ismrmrd import read_series, times_of
from streams.sources.mrd.rules import MrdRules

ismrmrd = pytest.importorskip("ismrmrd", reason="needs the extra vendor")

ACQUISITION = STEAM
TIMES = [0.0, 2.005, 4.0, 7.5]
XML = """<?xml version="1.0"?><ismrmrdHeader xmlns="http://www.ismrm.org/ISMRMRD">
<subjectInformation><patientName>Mustermann</patientName></subjectInformation>
<acquisitionSystemInformation><systemVendor>SIEMENS</systemVendor>
</acquisitionSystemInformation>
<experimentalConditions><H1resonanceFrequency_Hz>123250000</H1resonanceFrequency_Hz>
</experimentalConditions><sequenceParameters>{sequence}</sequenceParameters>
<userParameters>{user}</userParameters></ismrmrdHeader>"""
TR_TE = "<TR>2000</TR><TE>30</TE>"
DWELL = "<userParameterDouble><name>DwellTime_0</name><value>{}</value></userParameterDouble>"  # fmt: skip  # noqa: E501


def few(count: int) -> np.ndarray:
    return fids(count, STEAM.coils, POINTS)


def session(acquisition: Acquisition = ACQUISITION) -> list[Message]:
    return list(number(water_first(acquisition, TIMES)))


def theirs(
    path: Path,
    signals: np.ndarray,
    sequence: str = TR_TE,
    user: str = "",
    stamps: tuple[int, ...] = (),
    **head: float,
) -> Path:
    """A file written by the ismrmrd package."""
    with ismrmrd.Dataset(str(path), mode="w") as dataset:
        dataset.write_xml_header(XML.format(sequence=sequence, user=user).encode())
        for index, fid in enumerate(signals):
            acquisition = ismrmrd.Acquisition.from_array(fid)
            acquisition.sample_time_us = 166.66667
            for key, value in head.items():
                setattr(acquisition, key, value)
            if stamps:
                acquisition.acquisition_time_stamp = stamps[index]
            dataset.append_acquisition(acquisition)
    return path


def test_the_ismrmrd_package_reads_our_file(tmp_path: Path):
    written = write_session(tmp_path / "s.h5", session())
    assert [path.name for path in written] == ["s_water.h5", "s.h5"]
    with ismrmrd.Dataset(str(written[1]), mode="r") as dataset:
        header = ismrmrd.xsd.CreateFromDocument(dataset.read_xml_header())
        assert dataset.number_of_acquisitions() == 4
        read = [dataset.read_acquisition(index) for index in range(4)]
    assert header.experimentalConditions.H1resonanceFrequency_Hz == 123251234
    assert header.sequenceParameters.TE == [30.0]
    assert [a.acquisition_time_stamp for a in read] == [0, 802, 1600, 3000]
    assert [a.isFlagSet(ismrmrd.ACQ_LAST_IN_MEASUREMENT) for a in read] == [
        *(False, False, False, True)
    ]
    assert [read[0].isChannelActive(channel) for channel in range(4)] == [
        *(True, True, True, False)
    ]
    assert np.array_equal([a.data for a in read], few(5)[:4].conj())


def test_a_session_comes_back(tmp_path: Path):
    water, metabolite = write_session(tmp_path / "s.h5", session())
    back = list(bodies(metabolite, water))
    assert isinstance(back[0], Start)
    ours, ref = back[0].acquisition, ACQUISITION
    assert ours.dwell_time_s == pytest.approx(ref.dwell_time_s, rel=1e-15)
    assert replace(ours, dwell_time_s=ref.dwell_time_s) == ref
    transients = [body for body in back if isinstance(body, Transient)]
    signals = few(5)
    assert np.array_equal([t.fid for t in transients], signals[[4, 0, 1, 2, 3]])
    assert [t.time_s for t in transients[1:]] == pytest.approx(TIMES, abs=1.25e-3)
    assert read_series(metabolite).notes == ()


def test_another_nucleus_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no place for 31P"):
        write_session(tmp_path / "s.h5", session(replace(ACQUISITION, nucleus="31P")))
    assert list(tmp_path.iterdir()) == []


def test_their_file_is_conjugated_and_cropped(tmp_path: Path):
    path = theirs(tmp_path / "t.h5", few(3), discard_pre=2, discard_post=1)
    series = files.read_series(path)
    assert np.array_equal(series.fids, few(3)[..., 2:15].conj())
    assert series.acquisition.dwell_time_s == pytest.approx(166.66667e-6, rel=1e-6)
    assert series.acquisition.echo_time_s == 0.03
    assert "read as 1H" in series.notes[0]
    assert "Mustermann" not in repr((series.acquisition, series.notes, *bodies(path)))


def test_noise_and_dummies_are_left_out_with_a_note(tmp_path: Path):
    path = tmp_path / "t.h5"
    with ismrmrd.Dataset(str(path), mode="w") as dataset:
        dataset.write_xml_header(XML.format(sequence=TR_TE, user="").encode())
        flags = [ismrmrd.ACQ_IS_NOISE_MEASUREMENT, ismrmrd.ACQ_IS_DUMMYSCAN_DATA, 0, 0]
        for flag, fid in zip(flags, few(4), strict=True):
            acquisition = ismrmrd.Acquisition.from_array(fid)
            acquisition.sample_time_us = 100.0
            if flag:
                acquisition.setFlag(flag)
            dataset.append_acquisition(acquisition)
    series = read_series(path)
    assert np.array_equal(series.fids, few(4)[2:].conj())
    assert series.notes[:2] == (
        "t.h5: 1 noise acquisitions left out.",
        "t.h5: 1 dummy acquisitions left out.",
    )
    assert series.times_s is None


@pytest.mark.parametrize("value", ["0.1666667", "166.6667"])
def test_the_dwell_time_is_known_in_ms_and_us(tmp_path, value):
    path = theirs(tmp_path / "t.h5", few(1), user=DWELL.format(value))
    dwell_time_s = read_series(path).acquisition.dwell_time_s
    assert dwell_time_s == pytest.approx(166.6667e-6, rel=1e-7)


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ((1000, 1800, 2600), (0.0, 2.0, 4.0)),
        ((1000, 3000, 5000), (0.0, 2.0, 4.0)),
        ((34_559_600, 400, 1200), (0.0, 2.0, 4.0)),
        ((0, 800, 1600, 3200, 2400), (0.0, 2.0, 4.0, 8.0, 6.0)),
        ((5_000_000, 7_000_100, 8_999_900), (0.0, 2.0001, 3.9999)),
        ((1_000_000_000, 3_000_000_000, 705_032_704), (0.0, 2.0, 4.0)),
        ((4_294_966_495, 4_294_967_295, 799), (0.0, 2.0, 4.0)),
        ((10, 10_000, 20_000, 30_000), None),
        ((7, 7, 7), None),
        ((5000, 3000, 1000), None),
    ],
)
def test_time_stamps_in_either_tick_and_over_midnight(stamps, expected):
    notes: list[str] = []
    times_s = times_of(np.array(stamps, np.uint32), ACQUISITION, notes)
    assert times_s == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sequence": "<TR>2000</TR>"}, r"t\.h5 has no sequenceParameters/TE"),
        ({"sequence": "<TR>2000</TR><TE>x</TE>"}, "TE = x is no number"),
        ({"sequence": "<TR>"}, "XML header cannot be read"),
        ({"sample_time_us": 0.0}, "has no dwell time"),
        ({"user": DWELL.format("0.25")}, "DwellTime_0 = 0.25 contradicts"),
        ({"discard_pre": 20}, "without points"),
    ],
)
def test_a_missing_or_impossible_field_is_named(tmp_path, changes, sentence):
    with pytest.raises(InputError, match=sentence):
        read_series(theirs(tmp_path / "t.h5", few(2), **changes))


def test_stamps_that_say_nothing_are_said():
    for stamps, said in (((7, 7, 7), "do not advance"), ((1, 9, 17), "fits TR in no")):
        notes: list[str] = []
        assert times_of(np.array(stamps, np.uint32), ACQUISITION, notes) is None
        assert said in notes[0]
    notes = []
    times_s = times_of(np.array([1, 9, 17], np.uint32), ACQUISITION, notes, tick_s=0.25)
    assert (times_s, notes) == ((0.0, 2.0, 4.0), [])


def test_points_before_the_top_and_odd_acquisitions_of_a_file(tmp_path: Path):
    signals = few(4)
    path = theirs(tmp_path / "t.h5", signals, center_sample=2)
    with ismrmrd.Dataset(str(path)) as dataset:
        dataset.append_acquisition(ismrmrd.Acquisition.from_array(signals[0][:, :9]))
    series = read_series(path)
    assert np.array_equal(series.fids, signals[..., 2:].conj())
    assert any("1 acquisitions of another length" in note for note in series.notes)
    assert any("2 points before the top" in note for note in series.notes)
    plain = read_series(path, rules=MrdRules(conjugate=False, skip_points=1))
    assert np.array_equal(plain.fids, signals[..., 3:])


def test_truncated_and_foreign_files_are_input_errors(tmp_path: Path):
    whole = theirs(tmp_path / "t.h5", few(2)).read_bytes()
    cut = tmp_path / "cut.h5"
    for length in range(8, len(whole), 97):
        cut.write_bytes(whole[:length])
        with pytest.raises(InputError):
            list(bodies(cut))
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = [1, 2]
    with pytest.raises(InputError, match="without ISMRMRD acquisitions"):
        files.read_series(tmp_path / "other.h5")


def test_real_transients_through_the_ismrmrd_package(shared_data, tmp_path):
    from streams.sources.files.nifti_mrs import read_series as read_nifti_mrs

    real = read_nifti_mrs(shared_data / "real/steam7t_4coil/metab.nii.gz")
    path = theirs(tmp_path / "t.h5", real.fids.conj(), "<TR>5000</TR><TE>11</TE>")
    assert np.array_equal(files.read_series(path).fids, real.fids)


@pytest.mark.parametrize(
    ("given", "by_rules", "expected"),
    [
        (None, 0.0, 0.03),
        (0.068, 0.0, 0.068),
        (None, 0.08, 0.08),
        (0.068, 0.08, 0.068),
    ],
)
def test_the_echo_time_that_is_given_goes_before_rules_and_header(
    tmp_path, given, by_rules, expected
):
    path = theirs(tmp_path / "theirs.h5", few(2))
    series = read_series(path, given, MrdRules(echo_time_s=by_rules))
    assert series.acquisition.echo_time_s == pytest.approx(expected)
