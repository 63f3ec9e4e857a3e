"""MRD streams saved as files take the live path: every rule for MRD is tested here."""

import mrd_sender as mrd
import numpy as np
import pytest
from test_mrd import events, expected, notes, starts, transients

from streams.errors import InputError
from streams.messages.transient import End, Kind
from streams.sources.files import any_format as files
from streams.sources.files.mrd_stream import bodies, is_mrd_stream, read_series
from streams.sources.files.open_file import open_source
from streams.sources.mrd.rules import MrdRules

EPI = """<encoding>
    <encodedSpace><matrixSize><x>128</x><y>64</y><z>1</z></matrixSize></encodedSpace>
    <reconSpace><matrixSize><x>64</x><y>64</y><z>1</z></matrixSize></reconSpace>
    <encodingLimits><repetition><minimum>0</minimum><maximum>99</maximum><center>0</center>
    </repetition></encodingLimits></encoding>
  <encoding>"""


def saved(tmp_path, *messages, opening=None, close=mrd.CLOSE):
    path = tmp_path / "saved.mrd"
    path.write_bytes(b"".join((opening or mrd.opening(), *messages, close)))
    return path


def readouts(count, **head):
    return [mrd.acquisition_bytes(n, **head) for n in range(count)]


def kinds(found):
    letters = {Kind.WATER: "w", Kind.METABOLITE: "m"}
    return "".join(letters[t.kind] for t in transients(found))


def left_out(found):
    return events(found, "series_end")[-1].text.partition("left out: ")[2]


def test_a_saved_stream_is_read_as_it_would_have_been_recorded(tmp_path):
    path = saved(tmp_path, *readouts(6))
    assert is_mrd_stream(path)
    source = open_source(path)
    assert source.origin == "MRD stream"
    found = list(source.bodies)
    assert [t.time_s for t in transients(found)] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    for n, transient in enumerate(transients(found)):
        assert np.array_equal(transient.fid, expected(mrd.received(n)))
    assert isinstance(found[-1], End)
    series = read_series(path)
    assert np.array_equal(series.fids[3], expected(mrd.received(3)))
    assert np.array_equal(files.read_series(path).fids, series.fids)
    with pytest.raises(InputError, match="leave --water out"):
        open_source(path, water=path)


def test_a_stream_that_breaks_off_is_read_up_to_there(tmp_path):
    whole = saved(tmp_path, *readouts(4), close=b"").read_bytes()
    (tmp_path / "cut.mrd").write_bytes(whole[:-100])
    found = bodies(tmp_path / "cut.mrd")
    assert len(transients(found)) == 3
    assert "in the middle of a message" in events(found, "protocol_error")[0].text


def test_a_refused_stream_says_why_and_is_read_with_the_right_protocol(tmp_path):
    path = saved(tmp_path, *readouts(3), opening=mrd.opening(te=""))
    with pytest.raises(InputError, match=r"without a transient: .* no sequencePara"):
        bodies(path)
    found = bodies(path, MrdRules(echo_time_s=0.03))
    assert (starts(found)[0].acquisition.echo_time_s, len(transients(found))) == (
        0.03,
        3,
    )


@pytest.mark.parametrize("place", range(0, 16, 5))
@pytest.mark.parametrize("stray", [[48], [48, 48], [30, 48, 390]])
def test_stray_readouts_are_left_out_and_the_series_goes_on(tmp_path, place, stray):
    messages = readouts(16)
    strange = [
        mrd.acquisition_bytes(100 + n, mrd.received(n, points=points))
        for n, points in enumerate(stray)
    ]
    messages[place:place] = strange
    found = bodies(saved(tmp_path, *messages))
    assert len(starts(found)) == 1
    assert len(transients(found)) == 16
    assert sum(int(part.split()[0]) for part in left_out(found).split(", ")
               if "length" in part or "understood" in part) == len(stray)  # fmt: skip
    if place:
        assert "Acquisitions of" in notes(found)[-1]


def test_a_change_of_all_acquisitions_is_a_new_start(tmp_path):
    other = [mrd.acquisition_bytes(n, mrd.received(n, coils=4)) for n in range(4, 9)]
    found = bodies(saved(tmp_path, *readouts(4), *other))
    assert [s.acquisition.coils for s in starts(found)] == [2, 4]
    assert [t.fid.shape[0] for t in transients(found)] == [2] * 4 + [4] * 5


def test_the_readouts_of_images_are_passed_over(tmp_path):
    opening = mrd.config_bytes() + mrd.text_bytes(
        3, mrd.header().replace("<encoding>", EPI, 1)
    )
    epi = [
        mrd.acquisition_bytes(n, mrd.received(n, points=256), encoding_space_ref=0,
                              idx={"kspace_encode_step_1": n})
        for n in range(5)
    ]  # fmt: skip
    spectra = readouts(6, encoding_space_ref=1)
    mixed = [m for pair in zip(epi, spectra, strict=False) for m in pair] + spectra[5:]
    found = bodies(saved(tmp_path, *mixed, opening=opening))
    assert len(transients(found)) == 6
    assert "5 of an image's encoding" in left_out(found)
    assert "6 transients of 6 announced" in events(found, "series_end")[0].text


@pytest.mark.parametrize("top", [1, 4, 16])
def test_points_before_the_centre_are_cut_off(tmp_path, top):
    samples = [mrd.received(n, points=128 + top) for n in range(3)]
    messages = [
        mrd.acquisition_bytes(n, s, center_sample=top) for n, s in enumerate(samples)
    ]
    found = bodies(saved(tmp_path, *messages))
    for s, transient in zip(samples, transients(found), strict=True):
        assert np.array_equal(transient.fid, expected(s[:, top:]))
    assert f"{top} points before the top" in notes(found)[0]


def test_points_missing_at_the_end_because_of_the_centre(tmp_path):
    found = bodies(saved(tmp_path, *readouts(3, center_sample=16)))
    assert starts(found)[0].acquisition.points == 56
    skipped = bodies(saved(tmp_path, *readouts(3)), MrdRules(skip_points=16))
    assert np.array_equal(transients(skipped)[2].fid, transients(found)[2].fid)


def test_the_centre_of_a_whole_echo_is_no_place_to_begin(tmp_path):
    found = bodies(saved(tmp_path, *readouts(3, center_sample=64)))
    assert starts(found)[0].acquisition.points == 64
    assert not notes(found)


def test_zeros_behind_the_signal_are_cut(tmp_path):
    samples = [mrd.received(n) for n in range(3)]
    filled = [np.concatenate([s, np.zeros((2, 128), "c8")], axis=1) for s in samples]
    messages = [mrd.acquisition_bytes(n, s) for n, s in enumerate(filled)]
    opening = mrd.opening(points=128, received=256)
    found = bodies(saved(tmp_path, *messages, opening=opening))
    assert starts(found)[0].acquisition.points == 64
    assert np.array_equal(transients(found)[0].fid, expected(samples[0]))


@pytest.mark.parametrize(
    ("te", "rules", "echo_time_s", "said"),
    [
        ("<TE>7.5</TE><TE>10.1</TE><TE>10.4</TE>", {}, 0.028, "sum of 7.5 + 10.1"),
        ("<TE>30</TE>", {"echo_time_s": 0.034}, 0.034, "echo time of 30 ms; 34 ms"),
        ("<TE>30</TE>", {"echo_time_s": 0.03}, 0.03, ""),
        ("", {"echo_time_s": 0.03}, 0.03, "has no echo time; 30 ms"),
    ],
)  # fmt: skip
def test_echo_times(tmp_path, te, rules, echo_time_s, said):
    path = saved(tmp_path, *readouts(2), opening=mrd.opening(te=te))
    found = bodies(path, MrdRules(**rules))
    assert starts(found)[0].acquisition.echo_time_s == pytest.approx(echo_time_s)
    assert said in "".join(notes(found))


@pytest.mark.parametrize("te", ["<TE>30000</TE>", "<TE>0.03</TE>", "<TE>0</TE>"])
def test_an_echo_time_that_cannot_be_is_refused(tmp_path, te):
    path = saved(tmp_path, *readouts(2), opening=mrd.opening(te=te))
    with pytest.raises(InputError, match=r"echo time|TE"):
        bodies(path)


@pytest.mark.parametrize(
    ("rules", "expected_kinds"),
    [
        ({"water_first": 2}, "wwmmmmmm"),
        ({"water_last": 2}, "mmmmmmww"),
        ({"water_first": 1, "water_last": 3}, "wmmmmwww"),
        ({"water_every": 4}, "wmmmwmmm"),
        ({"water_counter": "phase", "water_value": 0}, "wwmmmmmm"),
        ({"water_set": 3}, "mmmmmmmw"),
        ({}, "mmmmmmmm"),
    ],
)
def test_where_the_water_reference_is(tmp_path, rules, expected_kinds):
    messages = [
        mrd.acquisition_bytes(n, idx={"phase": int(n > 1), "set": 3 * (n == 7)})
        for n in range(8)
    ]
    path = saved(tmp_path, *messages, opening=mrd.opening(last=7))
    assert kinds(bodies(path, MrdRules(**rules))) == expected_kinds


@pytest.mark.parametrize("rules", [{}, {"water_last": 2}])
def test_more_than_was_announced_is_no_water(tmp_path, rules):
    path = saved(tmp_path, *readouts(8), opening=mrd.opening(last=4))
    water = "ww" if rules else "mm"
    assert kinds(bodies(path, MrdRules(**rules))) == f"mmm{water}mmm"


@pytest.mark.parametrize(
    ("value", "expected_kinds"),
    [("WATER_SUPPRESSION_RF_OFF", "wwwmm"), ("WATER_SATURATION", "mmmmm")],
)
def test_another_series_of_the_study_whose_water_is_not_suppressed(
    tmp_path, value, expected_kinds
):
    says = (
        "<userParameterString><name>WaterSaturation</name>"
        f"<value>{value}</value></userParameterString>"
    )
    first = mrd.opening(dwell=mrd.DWELL_MS.format(0.25) + says)
    later = [mrd.acquisition_bytes(n) for n in range(10, 12)]
    path = saved(
        tmp_path, *readouts(3), mrd.CLOSE, mrd.opening(), *later, opening=first
    )
    assert kinds(bodies(path)) == expected_kinds


@pytest.mark.parametrize(
    "rules",
    [{"water_last": -1}, {"water_every": 1}, {"water_counter": "line"}],
)
def test_rules_that_cannot_be(rules):
    with pytest.raises(InputError, match=r"\[mrd\]"):
        MrdRules(**rules)


def image(count, fid, **head):
    made = mrd.ismrmrd.Image.from_array(fid[:, None, None, :], transpose=False)
    made.image_index = count + 1
    made.acquisition_time_stamp = 1000 + 4800 * count
    for key, value in head.items():
        setattr(made, key, value)
    return mrd.framed(1022, made)


def averaged(count):
    decay = np.exp(-np.arange(64) / 12)
    return (20 * decay + 0.1 * mrd.received(count, points=64)).astype(np.complex64)


def test_images_that_carry_spectra_are_transients_of_so_many_averages(tmp_path):
    found = bodies(saved(tmp_path, *[image(n, averaged(n)) for n in range(3)]))
    (start,) = starts(found)
    assert start.acquisition.dwell_time_s == pytest.approx(5e-4)  # 2 x 0.25 ms
    assert start.acquisition.repetition_time_s == pytest.approx(12.0)  # 6 averages
    assert [t.time_s for t in transients(found)] == [0.0, 12.0, 24.0]
    for n, transient in enumerate(transients(found)):
        assert np.array_equal(transient.fid, averaged(n).conj())
    assert "taken as a transient of 6 averages" in "".join(notes(found))


def test_images_beside_raw_acquisitions_and_others_are_left_out(tmp_path):
    spectrum = np.roll(averaged(0), 32, axis=1)  # does not decay
    found = bodies(saved(tmp_path, *readouts(3), image(0, averaged(0))))
    assert len(transients(found)) == 3
    assert "1 image" in left_out(found)
    with pytest.raises(InputError, match="without a transient"):
        bodies(saved(tmp_path, image(0, spectrum)))


def test_images_need_a_dwell_time(tmp_path):
    path = saved(tmp_path, image(0, averaged(0)), opening=mrd.opening(dwell=""))
    with pytest.raises(InputError, match="does not say their dwell time"):
        bodies(path)
