"""No water transient enters a metabolite window, whatever it was told to be."""

import csv
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from worked_through import result_of, texts

from monitor.analysis.preparation.water_course import water_point
from monitor.protocol.choose import Wishes
from monitor.report.result_tables import write_tables
from monitor.run.analyse import analyse
from monitor.run.session_run import SessionRun
from monitor.run.water_watch import MOST_AT_FIRST, WaterWatch
from streams.errors import InputError
from streams.export.nifti_mrs import write_session
from streams.messages.transient import Acquisition, End, Kind, Start, Transient, number
from streams.sources.checks.water import LEAST_DOMINANCE, peaks
from streams.voxel.place import VoxelPlace

POINTS, DWELL_S, MHZ = 512, 4e-4, 123.25
ACQUISITION = Acquisition(MHZ, "1H", DWELL_S, POINTS, 2, 0.03, 2.0, sequence="PRESS")
T_S = DWELL_S * np.arange(POINTS)


def line(ppm: float, size: float, fwhm_hz: float = 7.0) -> np.ndarray:
    nu = (ppm - 4.65) * MHZ
    return size * np.exp(-(2j * np.pi * nu + np.pi * fwhm_hz) * T_S)


@cache
def lines() -> np.ndarray:
    return line(2.01, 1.0) + line(3.03, 0.8) + line(3.21, 0.6) + line(2.35, 0.6)


def transient(rng: np.random.Generator, index: int, water: bool) -> Transient:
    """One of either kind, with a water, width, place and noise of its own."""
    size = rng.uniform(700, 3000) if water else rng.uniform(0.2, 15)
    fid = lines() + line(4.65 + rng.normal(0, 0.02), size, rng.uniform(4, 12))
    turned = fid * np.exp(1j * rng.uniform(0, 2 * np.pi, (2, 1)))
    noise = rng.normal(size=(2, 2, POINTS)) * rng.uniform(0.05, 0.3)
    noisy = (turned + noise[0] + 1j * noise[1]).astype(np.complex64)
    return Transient(index, 2.0 * index, Kind.METABOLITE, noisy)


def schemes(rng: np.random.Generator, count: int) -> list[bool]:
    """Which of a session are water: first, last, both, every nth, anywhere, none."""
    place = np.arange(count)
    n = int(rng.integers(1, 9))
    return list(
        [
            place < 2 * n,
            place >= count - n,
            (place < 2 * n) | (place >= count - 2 * n),
            place % (n + 1) == 0,
            rng.random(count) < 0.2,
            np.zeros(count, bool),
        ][int(rng.integers(6))]
    )


def test_no_water_among_many_sessions_is_taken_for_metabolites():
    rng = np.random.default_rng(12)
    waters = 0
    for _ in range(60):
        watch = WaterWatch()
        for index, water in enumerate(schemes(rng, 64)):
            made = transient(rng, index, bool(water))
            assert watch.is_water(made, ACQUISITION) == water
            waters += bool(water)
    assert waters > 500


def test_a_session_without_suppression_is_left_as_it_is():
    rng, watch = np.random.default_rng(3), WaterWatch()
    seen = [watch.is_water(transient(rng, n, True), ACQUISITION) for n in range(50)]
    assert seen == [True] * MOST_AT_FIRST + [False] * (50 - MOST_AT_FIRST)
    assert watch.unsuppressed


@pytest.mark.parametrize("water_at", [{0, 1, 2, 3}, {30, 31}, {0, 9, 18, 27}])
def test_water_enters_no_window_and_is_said(water_at):
    rng = np.random.default_rng(1)
    made = [transient(rng, n, n in water_at) for n in range(32)]
    messages = number([Start(ACQUISITION, "made"), *made, End(32, "end")])
    wishes = Wishes(basis="press_3t_te30", changes={"window": 8})
    result = result_of(messages, wishes)
    assert len(result.qualities) == 32 - len(water_at)
    assert result.waters_found == len(water_at)
    assert any("hold unsuppressed water" in note for note in texts(result.notes))


def test_interleaved_water_has_a_course_of_its_own(tmp_path):
    rng = np.random.default_rng(1)
    made = [transient(rng, n, n % 8 == 0) for n in range(32)]
    messages = number([Start(ACQUISITION, "made"), *made, End(32, "end")])
    result = result_of(messages, Wishes(basis="press_3t_te30", changes={"window": 8}))
    write_tables(result, tmp_path / "out", "made")
    with (tmp_path / "out" / "transients.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["t_s"]) for row in rows] == [2.0 * n for n in range(32)]
    waters = [row for row in rows if row["flags"] == "water"]
    assert [float(row["t_s"]) for row in waters] == [0.0, 16.0, 32.0, 48.0]
    assert {row["weight"] for row in waters} == {"0.0"}
    with (tmp_path / "out" / "water.csv").open(encoding="utf-8") as file:
        course = list(csv.DictReader(file))
    assert [row["interleaved"] for row in course] == ["False", "True", "True", "True"]
    assert all(700 < float(row["amplitude"]) / 2**0.5 < 3000 for row in course)
    assert all(3 < float(row["fwhm_hz"]) < 14 for row in course)


def lent(
    before: Acquisition = ACQUISITION, **changes: object
) -> tuple[int, float | None, set[str]]:
    """Waters taken, amplitude and outcomes of a series after one of water alone."""
    rng = np.random.default_rng(1)
    waters = [replace(transient(rng, n, True), kind=Kind.WATER) for n in range(4)]
    made = [transient(rng, 4 + n, False) for n in range(8)]
    second = Start(replace(ACQUISITION, **changes), "metabolites")
    bodies = [Start(before, "water"), *waters, second, *made, End(12, "end")]
    wishes = Wishes(basis="press_3t_te30", changes={"window": 8})
    result = result_of(number(bodies), wishes)
    said = {note for note in texts(result.notes) if "reference of the series" in note}
    return result.counts.water_references_left_out, result.course.water, said


def test_the_water_of_the_series_before_goes_with_metabolites_without_any():
    left_out, water, said = lent()
    assert left_out == 0
    assert water is not None
    assert said == {
        "The water reference of the series before (4 transients) is used in epoch 1, "
        "which has none."
    }
    assert lent(voxel_mm=(10.0, 10.0, 10.0))[1] is None


def test_the_water_of_another_place_is_not_lent():
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    turned = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))
    before = replace(ACQUISITION, voxel_place=VoxelPlace((0.0, 0.0, 5.0), axes))
    for place, is_lent in (
        (VoxelPlace((0.0, 0.5, 5.0), axes), True),
        (None, True),  # not said
        (VoxelPlace((0.0, 2.0, 5.0), axes), False),
        (VoxelPlace((0.0, 0.0, 5.0), turned), False),
    ):
        assert (lent(before, voxel_place=place)[1] is not None) == is_lent, place


def test_what_is_measured_of_a_water_transient():
    fid = line(4.65 + 0.1, 100.0, 9.0)[None].astype(np.complex64) * [[1], [2]]
    found = water_point(
        Transient(0, 5.0, Kind.WATER, fid.astype("c8")), ACQUISITION, True
    )
    assert found.shift_hz == pytest.approx(0.1 * MHZ, abs=0.3)
    assert found.fwhm_hz == pytest.approx(9.0, rel=0.05)
    assert found.amplitude == pytest.approx(100 * 5**0.5, rel=0.03)


def test_water_alone_is_said(tmp_path):
    rng = np.random.default_rng(1)
    made = [transient(rng, n, True) for n in range(3)]
    write_session(tmp_path / "w.nii.gz", number([Start(ACQUISITION, "x"), *made]))
    with pytest.raises(InputError, match=r"unsuppressed water alone \(3 transients\)"):
        analyse(tmp_path / "w.nii.gz", Wishes(basis="press_3t_te30"))


@pytest.mark.parametrize(("water", "is_one"), [(110.0, True), (25.0, False)])
def test_water_whose_lines_drown_in_noise_is_told_by_the_others(water, is_one):
    """Of less than 100 times what lies beside it, which is noise on both sides."""
    rng, watch = np.random.default_rng(2), WaterWatch()

    def noisy(size: float, index: int) -> Transient:
        noise = rng.normal(size=(2, 2, POINTS)) * 2.0
        fid = lines() + line(4.65, size) + noise[0] + 1j * noise[1]
        return Transient(index, 2.0 * index, Kind.METABOLITE, fid.astype("c8"))

    for index in range(8):
        assert not watch.is_water(noisy(0.3, index), ACQUISITION)
    made = noisy(water, 8)
    seen = peaks(made.fid[None], ACQUISITION)
    assert seen is not None
    assert seen.dominance < LEAST_DOMINANCE
    assert watch.is_water(made, ACQUISITION) is is_one


@pytest.mark.parametrize("kind", [Kind.METABOLITE, Kind.WATER])
def test_each_water_transient_comes_with_its_update(kind):
    """Announced or not; the window draws them as they come."""
    rng = np.random.default_rng(1)
    made = [transient(rng, n, n % 8 == 0) for n in range(32)]
    made = [replace(t, kind=kind) if t.count % 8 == 0 else t for t in made]
    run = SessionRun(Wishes(basis="press_3t_te30", changes={"window": 8}))
    messages = number([Start(ACQUISITION, "made"), *made, End(32, "end")])
    updates = [run.push(message) for message in messages]
    points = [update.water for update in updates if update.water is not None]
    assert [p.time_s for p in points] == [0.0, 16.0, 32.0, 48.0]
    assert [p.interleaved for p in points] == [False, True, True, True]
    assert tuple(points) == run.finish()[1].water_course
