"""Which files are of one session: what may differ between them, and what must not."""

from dataclasses import replace
from pathlib import Path

import pytest

from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.files.clock_time import ClockTime
from streams.sources.joining.contents import Contents
from streams.sources.joining.file_times import GIVEN, OWN_TIMES, place_files
from streams.sources.joining.likeness import check_alike, moved_voxels
from streams.voxel.place import VoxelPlace

MHZ = 123.25
STEAM = Acquisition(MHZ, "1H", 5e-4, 1024, 8, 0.02, 2.0, 0.01, sequence="STEAM")
AXES = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def holding(name: str, *acquisitions: Acquisition, **changes: object) -> Contents:
    given = Contents(
        *(Path(name), name, "recording", acquisitions, 30, 0.0, 58.0, hash(name), None)
    )
    return replace(given, **changes)


def together(**changes: object) -> None:
    check_alike(
        [holding("a.mcap", STEAM), holding("b.mcap", replace(STEAM, **changes))]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"points": 2048, "coils": 32, "dwell_time_s": 2.5e-4},
        {"echo_time_s": 0.0208},
        {"echo_time_s": 0.0192},
        {"mixing_time_s": 0.0108},
        {"repetition_time_s": 2.03},
        {"repetition_time_s": 1.97},
        {"repetition_time_s": None},
        {"repetition_time_s": 6.0, "inversion_time_s": 0.7},
        {"sequence": ""},
        {"spectrometer_frequency_mhz": MHZ * (1 + 1e-5)},
    ],
)
def test_what_may_differ_within_a_session(changes):
    together(**changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nucleus": "31P"}, "the nucleus is 31P instead of 1H"),
        ({"spectrometer_frequency_mhz": 297.2}, "is 297.200 MHz instead of 123.250"),
        ({"spectrometer_frequency_mhz": 63.8}, "the frequency is 63.800 MHz"),
        ({"sequence": "PRESS"}, "the sequence is PRESS instead of STEAM"),
        ({"echo_time_s": 0.0222}, "echo time is 22.2 ms instead of 20 ms"),
        ({"echo_time_s": 0.0178}, "echo time is 17.8 ms"),
        ({"mixing_time_s": 0.0122}, "mixing time is 12.2 ms instead of 10 ms"),
        ({"mixing_time_s": None}, "mixing time is 0 ms instead of 10 ms"),
        ({"repetition_time_s": 2.05}, "repetition time is 2050 ms instead of 2000"),
        ({"repetition_time_s": 1.95}, "repetition time is 1950 ms"),
    ],
)
def test_what_must_not_differ_is_named_with_both_files(changes, reason):
    with pytest.raises(InputError, match=reason) as raised:
        together(**changes)
    assert str(raised.value).startswith("b.mcap and a.mcap are not one session")


def test_an_inversion_in_the_first_file_excuses_its_repetition_time_too():
    first = replace(STEAM, repetition_time_s=6.0, inversion_time_s=0.7)
    check_alike([holding("a.mcap", first), holding("b.mcap", STEAM)])


def test_every_series_of_a_file_is_held_against_the_first():
    odd = replace(STEAM, nucleus="31P")
    with pytest.raises(InputError, match=r"c\.mcap and a\.mcap"):
        check_alike(
            [holding("a.mcap", STEAM), holding("b.mcap"), holding("c.mcap", STEAM, odd)]
        )


def test_the_same_transients_are_no_two_files():
    one = holding("a.mcap", STEAM)
    with pytest.raises(InputError, match="give each file once"):
        check_alike([one, holding("b.mcap", STEAM, sha256=one.sha256)])
    with pytest.raises(InputError, match="give each file once"):
        check_alike([one, holding("b.mcap", STEAM, mark=one.mark)])
    silent = replace(one, mark=None)  # zeros, as in any other file of zeros
    check_alike([silent, holding("b.mcap", STEAM, mark=None)])


def voxel(x_mm: float) -> Acquisition:
    place = VoxelPlace((x_mm, 0.0, 0.0), AXES)
    return replace(STEAM, voxel_mm=(20.0, 20.0, 20.0), voxel_place=place)


def test_a_voxel_that_has_moved_is_named_by_its_share_in_the_first():
    files = [holding("w.mcap"), *(holding(f"{x}", voxel(x)) for x in (0.0, 0.5, 4.0))]
    (said,) = moved_voxels(files)
    assert said.startswith("Of the voxel of file 4, 80 % lies in that of the first")
    assert list(moved_voxels([holding("a", STEAM), holding("b", STEAM)])) == []


def at(name: str, first_s: float, last_s: float, clock_s: float | None = None):
    begun = None if clock_s is None else ClockTime("the scanner's clock", clock_s)
    return holding(name, STEAM, first_s=first_s, last_s=last_s, begun=begun)


def placed(*files: Contents, gap_s: float | None = None):
    return [
        (p.contents.path.name, p.start_s, p.end_s, p.gap_s, p.placed_by)
        for p in place_files(files, gap_s)
    ]


def test_a_clock_of_all_files_tells_their_order_and_their_times():
    found = placed(at("b", 0.0, 58.0, 1300.0), at("a", 0.0, 58.0, 1200.0))
    assert found == [
        ("a", 0.0, 58.0, None, ""),
        ("b", 100.0, 158.0, 42.0, "the scanner's clock"),
    ]


def test_times_that_follow_each_other_are_those_of_the_session():
    found = placed(at("a", 10.0, 58.0), at("b", 60.0, 118.0), gap_s=9.0)
    assert found == [("a", 10.0, 58.0, None, ""), ("b", 60.0, 118.0, 2.0, OWN_TIMES)]
    assert place_files([at("a", 10.0, 58.0), at("b", 60.0, 118.0)], None)[1].own_times


def test_times_that_begin_anew_need_the_gap():
    files = at("a", 0.0, 58.0), at("b", 0.0, 58.0), at("c", 2.0, 58.0)
    assert placed(*files, gap_s=68.0) == [
        ("a", 0.0, 58.0, None, ""),
        ("b", 126.0, 184.0, 68.0, GIVEN),
        ("c", 252.0, 308.0, 68.0, GIVEN),
    ]
    with pytest.raises(InputError, match="Nothing tells the time between a and b"):
        placed(*files)


def test_a_file_that_begins_where_the_last_ended_is_no_part_of_it():
    """One second after the last transient is behind it; the same moment is not."""
    assert placed(at("a", 0.0, 58.0, 100.0), at("b", 0.0, 9.0, 159.0))[1][3] == 1.0
    for clock_s, before_s in ((158.0, "0.0"), (148.0, "10.0")):
        with pytest.raises(InputError, match=f"b begins {before_s} s before the last"):
            placed(at("a", 0.0, 58.0, 100.0), at("b", 0.0, 9.0, clock_s))
