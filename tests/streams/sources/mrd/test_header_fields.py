"""What a header of MRD says, field by field."""

import pytest

from streams.errors import InputError
from streams.sources.mrd.cut_header import LONGEST_TEXT, MOST_DEPTH, as_xml, cut_header
from streams.sources.mrd.header import Header


def space(x: object, y: object, z: object) -> str:
    return f"<matrixSize><x>{x}</x><y>{y}</y><z>{z}</z></matrixSize>"


def encoding(
    y: int = 1, z: int = 1, limits: str = "", recon: str = "", x: int = 64
) -> str:
    return (
        f"<encoding><encodedSpace>{space(x, y, z)}</encodedSpace>"
        f"<reconSpace>{recon or space(x, y, z)}</reconSpace>"
        f"<encodingLimits>{limits}</encodingLimits></encoding>"
    )


def limit(name: str, least: object, most: object) -> str:
    return f"<{name}><minimum>{least}</minimum><maximum>{most}</maximum></{name}>"


def users(**values: object) -> str:
    rows = (
        f"<userParameterDouble><name>{name}</name><value>{value}</value>"
        "</userParameterDouble>"
        for name, value in values.items()
    )
    return f"<userParameters>{''.join(rows)}</userParameters>"


def header(*parts: str, te: str = "<TE>30</TE>", hz: object = 123250000) -> Header:
    text = (
        "<ismrmrdHeader><experimentalConditions>"
        f"<H1resonanceFrequency_Hz>{hz}</H1resonanceFrequency_Hz>"
        "</experimentalConditions>"
        f"<sequenceParameters><TR>2000</TR>{te}</sequenceParameters>"
        f"{''.join(parts)}</ismrmrdHeader>"
    )
    return Header("it", text.encode())


AVERAGES, REPETITIONS = limit("average", 0, 3), limit("repetition", 1, 5)


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        ([encoding(limits=AVERAGES + REPETITIONS)], 4 * 5),
        ([encoding(limits=AVERAGES)], None),
        ([encoding(y=8, limits=""), encoding(limits=AVERAGES + REPETITIONS)], 20),
        ([encoding(limits=AVERAGES + REPETITIONS), encoding(limits="")], 20),
        ([encoding(limits=limit("average", 5, 2) + REPETITIONS)], None),
        ([encoding(limits=limit("average", 0, "x") + REPETITIONS)], None),
        ([], None),
    ],
)
def test_transients_that_are_announced(parts, count):
    assert header(*parts).announced == count


def test_averages_are_at_least_one():
    assert header(encoding(limits=AVERAGES)).averages == 4
    assert header(encoding()).averages == 1
    assert header(encoding(limits=limit("average", 0, -7))).averages == 1
    assert header(encoding(limits=limit("average", 0, "x"))).averages == 1


def test_voxels_are_counted_in_the_smaller_space():
    both = header(encoding(4, 2, recon=space(64, 3, 2)), encoding(16, 1))
    assert both.voxels == both.voxels_of(0) == 6
    assert both.voxels_of(1) == 16
    assert both.voxels_of(2) == both.voxels_of(-1) == 6
    assert header().voxels == 1


@pytest.mark.parametrize(
    ("sizes", "images"),
    [
        ((1, 16), [False, True]),
        ((16, 16), [False, False]),
        ((1,), [False]),
        ((16,), [False]),
    ],
)
def test_images_beside_a_single_voxel(sizes, images):
    found = header(*(encoding(y) for y in sizes))
    assert [found.is_image(n) for n in range(len(sizes))] == images


def test_dwell_times_agree_to_a_thousandth_and_the_more_exact_is_taken():
    def dwell_us(**stated: object) -> float:
        read = header(encoding(), users(**stated)).acquisition(1, 64, 250.0)
        return 1e6 * read.dwell_time_s

    assert dwell_us() == pytest.approx(250.0)
    assert dwell_us(DwellTime_0=0.25) == pytest.approx(250.0)
    assert dwell_us(dwellTime=250.0001) == pytest.approx(250.0001, rel=1e-12)
    assert dwell_us(dwellTime=250.1) == pytest.approx(250.0, rel=1e-12)
    with pytest.raises(InputError, match="contradicts sample_time_us"):
        dwell_us(dwellTime=250.3)
    with pytest.raises(InputError, match="no dwell time"):
        header(encoding()).acquisition(1, 64, 0.0)
    doubled = header(encoding()).acquisition(1, 64, 250.0, oversampling=2)
    assert doubled.dwell_time_s == pytest.approx(5e-4)


def test_an_exact_frequency_is_taken_where_it_is_the_same():
    def mhz(**stated: object) -> float:
        read = header(encoding(), users(**stated)).acquisition(1, 64, 250.0)
        return read.spectrometer_frequency_mhz

    assert mhz() == pytest.approx(123.25)
    assert mhz(SpectrometerFrequency_MHz=123.250009) == 123.250009
    assert mhz(SpectrometerFrequency_MHz=123.2501) == pytest.approx(123.25, abs=1e-9)
    for wrong in (0, -5, ""):
        with pytest.raises(InputError, match="H1resonanceFrequency_Hz"):
            header(encoding(), hz=wrong).acquisition(1, 64, 250.0)


def test_times_in_ms_become_s_and_none_where_they_are_none():
    read = header(encoding(), users(MixingTime_ms=10)).acquisition(2, 64, 250.0)
    assert (read.repetition_time_s, read.mixing_time_s) == (2.0, 0.01)
    assert read.echo_time_s == pytest.approx(0.03)
    assert (
        header(encoding(), users(MixingTime_ms=0))
        .acquisition(2, 64, 250.0)
        .mixing_time_s
        is None
    )
    with pytest.raises(InputError, match="TE"):
        header(encoding(), te="").acquisition(1, 64, 250.0)
    said = header(encoding(), te="").acquisition(1, 64, 250.0, echo_time_s=0.05)
    assert said.echo_time_s == 0.05


def test_another_nucleus_is_refused_and_none_is_said():
    silent = header(encoding())
    silent.acquisition(1, 64, 250.0)
    assert any("no nucleus is named" in note for note in silent.notes)
    named = header(encoding(), users(ResonantNucleus="1H"))
    named.acquisition(1, 64, 250.0)
    assert named.notes == []
    with pytest.raises(InputError, match="31P"):
        header(encoding(), users(ResonantNucleus="31P")).acquisition(1, 64, 250.0)


@pytest.mark.parametrize(
    ("stated", "points", "found"),
    [
        (0.25, 64, (250.0, 1)),
        (250.0, 32, (250.0, 2)),
        (4.9, 64, (4900.0, 1)),
        (5.1, 64, (5.1, 1)),
    ],
)
def test_spectra_sent_as_images(stated, points, found):
    read = header(encoding(x=64), users(DwellTime_0=stated)).image_dwell(points)
    assert read == pytest.approx(found)


def test_an_image_needs_its_dwell_time():
    for parts in ([], [users(DwellTime_0=-1)]):
        with pytest.raises(InputError, match="dwell"):
            header(encoding(), *parts).image_dwell(64)
    assert header(users(DwellTime_0=0.25)).image_dwell(64) == (250.0, 1)


@pytest.mark.parametrize(
    ("stated", "points"), [(512, 512), (1, 1), (0, None), (-3, None)]
)
def test_spectral_points(stated, points):
    assert header(users(SpecVectorSize=stated)).spectral_points == points


def test_numbers_that_are_none_are_refused_by_name():
    for wrong in ("1e13", "nan", "x"):
        with pytest.raises(InputError, match="SpecVectorSize"):
            _ = header(users(SpecVectorSize=wrong)).spectral_points


def test_only_what_is_meant_is_kept():
    text = (
        "<h><subjectInformation><patientName>N</patientName></subjectInformation>"
        "<acquisitionSystemInformation><systemVendor> V </systemVendor>"
        "<institutionName>I</institutionName></acquisitionSystemInformation>"
        f"{users(Secret=1, SpecVectorSize=2)}"
        f"<measurementInformation><protocolName>{'p' * 200}</protocolName>"
        "<patientPosition>HFS</patientPosition></measurementInformation></h>\0"
    )
    cut = as_xml(cut_header("it", text.encode())).decode()
    for gone in ("N<", "institution", "Secret", "HFS"):
        assert gone not in cut
    read = Header("it", text.encode())
    assert read.vendor == "V"
    assert read.protocol_name == "p" * LONGEST_TEXT
    assert read.spectral_points == 2
    assert b"protocolName" in read.cut_xml
    assert b"protocolName" not in read.xml


@pytest.mark.parametrize("deep", [MOST_DEPTH - 1, MOST_DEPTH])
def test_a_header_is_no_deeper_than_any_scanners(deep):
    text = "<h>" + "<a>" * deep + "</a>" * deep + "</h>"
    beside = "<h>" + "<a></a>" * 3 * MOST_DEPTH + "</h>"
    cut_header("it", beside.encode())
    if deep < MOST_DEPTH:
        cut_header("it", text.encode())
    else:
        with pytest.raises(InputError, match="levels"):
            cut_header("it", text.encode())


def test_entities_and_broken_texts_are_damaged():
    for text in ("<!DOCTYPE h [<!ENTITY a 'b'>]><h>&a;</h>", "<h>", "x"):
        with pytest.raises(InputError, match="damaged"):
            cut_header("it", text.encode())


@pytest.mark.parametrize(("ti", "ti_s"), [("670", 0.67), ("0", None), ("", None)])
def test_an_inversion_time_is_in_ms(ti, ti_s):
    said = header(te=f"<TE>30</TE><TI>{ti}</TI>" if ti else "<TE>30</TE>")
    made = said.acquisition(coils=1, points=1024, sample_time_us=400.0)
    assert made.inversion_time_s == ti_s
