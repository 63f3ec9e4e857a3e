"""Lines far from their place, and FIDs that do not begin at the echo's top."""

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner
from worked_through import result_of, texts

from monitor.analysis.preparation.line_offset import (
    line_offset_hz,
    moved_by,
    temperature_c,
)
from monitor.analysis.preparation.water_course import WaterPoint
from monitor.basis.files import load_basis
from monitor.cli import app
from monitor.judge.phantom import line_offsets_ppm, temperatures_c
from monitor.protocol.choose import Wishes
from monitor.run.line_place import line_offset, points_before_top
from monitor.run.result import Result
from streams.export.nifti_mrs import write_session
from streams.messages.transient import Acquisition, End, Kind, Start, Transient, number

MHZ, DWELL_S, POINTS = 123.25, 4e-4, 1024
ACQUISITION = Acquisition(MHZ, "1H", DWELL_S, POINTS, 1, 0.03, 2.0, sequence="svs_se")
OF_A_SPHERE = {
    "snr": "kept",
    "fwhm_hz": "kept",
    "drift_hz_per_min": "not measured",  # of two transients
    "line_offset_ppm": "kept",
    "coolest_c": "kept",
    "warmest_c": "kept",
    "effective_percent": "kept",
    "missing_percent": "not measured",
}
SPHERE = {"NAA": 12.5, "Cr": 10.0, "PCh": 3.0, "Glu": 12.5, "Ins": 7.5, "Lac": 5.0}


@cache
def sphere() -> np.ndarray:
    """A FID of a sphere: lines of 6 Hz, in place, and residual water."""
    basis = load_basis("press_3t_te30").resampled(DWELL_S, POINTS, MHZ)
    t_s = DWELL_S * np.arange(POINTS)
    known = {**SPHERE, "mI": 7.5}
    lines = sum(known[n] * basis.fid(n) for n in basis.names if n in known)
    return np.asarray(lines * np.exp(-np.pi * 5.0 * t_s))


def followed(
    fid: np.ndarray,
    water_ppm: float = 0.0,
    transients: int = 8,
    water_times: float = 1.0,
) -> Result:
    t_s = DWELL_S * np.arange(POINTS)
    level = np.abs(sphere()).max()
    water = 3.0 * water_times * level * np.exp(-np.pi * 8.0 * t_s + 0.5j)
    fid = fid + moved_by(water, DWELL_S, water_ppm * MHZ)
    noise = np.random.default_rng(4).standard_normal((2, transients, POINTS))
    fids = fid + 0.01 * level * (noise[0] + 1j * noise[1])
    bodies = [
        Transient(i, 2.0 * i, Kind.METABOLITE, f[None].astype(np.complex64))
        for i, f in enumerate(fids)
    ]
    messages = number([Start(ACQUISITION, "made"), *bodies, End(transients, "end")])
    return result_of(messages, Wishes(changes={"window": transients}))


@cache
def in_place() -> Result:
    return followed(sphere())


@pytest.mark.parametrize("ppm", [-0.1, -0.16, -0.21, 0.3, 0.5, -0.5])
def test_lines_that_lie_far_off_are_measured_there(ppm):
    # below: a sphere, whose water is in its place; above: a frequency that is off
    result = followed(moved_by(sphere(), DWELL_S, ppm * MHZ), max(ppm, 0.0))
    found, meant = result.estimates[0], in_place().estimates[0]
    assert found.fwhm_hz == pytest.approx(meant.fwhm_hz, rel=0.1)
    assert found.snr == pytest.approx(meant.snr, rel=0.15)
    assert found.values["tNAA/tCr"] == pytest.approx(meant.values["tNAA/tCr"], rel=0.03)
    fwhm = [q.fwhm_hz for q in result.qualities]
    assert np.median(fwhm) == pytest.approx(in_place().qualities[0].fwhm_hz, rel=0.15)
    side = "high" if ppm > 0 else "low"
    assert f"{abs(ppm):.2f} ppm ({abs(ppm) * MHZ:.0f} Hz) too {side}" in next(
        note for note in texts(result.notes) if "The lines lie" in note
    )


def test_lines_in_place_are_not_spoken_of():
    assert line_offset(in_place()) == ""
    assert points_before_top(in_place()) == ""


def test_a_sphere_at_room_temperature():
    assert temperature_c(-0.17) == pytest.approx(20.5, abs=0.5)
    result = followed(moved_by(sphere(), DWELL_S, -0.17 * MHZ))
    assert re.search("A phantom at 2[01] C looks so", line_offset(result))


def test_noise_lies_nowhere():
    noise = np.random.default_rng(1).standard_normal((2, POINTS))
    for scale in (1.0, 1e-6):
        assert line_offset_hz(scale * (noise[0] + 1j * noise[1]), DWELL_S, MHZ) == 0.0


@pytest.mark.parametrize("ppm", [0.5, 0.45, -0.4])
def test_lines_far_off_beside_water_in_its_place(ppm):
    result = followed(moved_by(sphere(), DWELL_S, ppm * MHZ))
    found, meant = result.estimates[0], in_place().estimates[0]
    assert result.epoch_models[0].lines_offset_ppm == pytest.approx(ppm, abs=0.02)
    assert found.values["tNAA/tCr"] == pytest.approx(meant.values["tNAA/tCr"], rel=0.05)
    assert found.fwhm_hz == pytest.approx(meant.fwhm_hz, rel=0.1)


@pytest.mark.parametrize(("points", "ppm"), [(5, 0.0), (14, 0.0), (20, 0.0), (12, 0.4)])
def test_lines_are_not_far_off_for_points_before_the_top(points, ppm):
    """Turned against each other they are no other pattern, beside much water, too."""
    made = np.concatenate([np.zeros(points), sphere()[:-points]])
    result = followed(moved_by(made, DWELL_S, ppm * MHZ), ppm, water_times=5.0)
    assert f"some {points} points before the top" in points_before_top(result)
    said = line_offset(result)
    assert said == "" if ppm == 0.0 else f"{abs(ppm):.2f} ppm" in said


@pytest.mark.parametrize("points", [1, 2, 8, 24, -2])
def test_points_before_the_top_are_noticed(points):
    frequency = np.fft.fftfreq(POINTS, DWELL_S)
    spectrum = np.fft.ifft(sphere()) * np.exp(2j * np.pi * frequency * points * DWELL_S)
    result = followed(np.fft.fft(spectrum))
    said = points_before_top(result)
    where = "before the top" if points > 0 else "missing after it"
    assert f"some {abs(points)} point" in said
    assert where in said
    assert said in texts(result.notes)


def test_a_sphere_judged_as_one(tmp_path):
    """No macromolecules, criteria of its own, its temperature in the notes too."""
    report = judged_sphere(tmp_path, -0.17)
    assert report["settings"]["macromolecules"] == "none"
    found = {c["key"]: c["verdict"] for c in report["criteria"]}
    assert found == OF_A_SPHERE
    measured = {c["key"]: c["measured"] for c in report["criteria"]}
    assert measured["line_offset_ppm"] == pytest.approx(0.17, abs=0.01)
    assert measured["coolest_c"] == pytest.approx(20.5, abs=1.0)
    assert any(
        re.search("A phantom at 2[01] C looks so", note) for note in report["notes"]
    )
    assert not any("No change is given" in note for note in report["notes"])


@pytest.mark.parametrize(
    ("ppm", "missed"),
    [
        (-0.05, {"warmest_c"}),  # 32 C
        (-0.25, {"coolest_c"}),  # 13 C
        (-0.52, {"coolest_c", "line_offset_ppm"}),
        (0.3, {"warmest_c"}),  # the scanner's frequency is off, or it is no sphere
    ],
)
def test_a_sphere_that_is_not_as_it_should_be(tmp_path, ppm, missed):
    report = judged_sphere(tmp_path, ppm)
    verdicts = {c["key"]: c["verdict"] for c in report["criteria"]}
    assert {key for key, verdict in verdicts.items() if verdict == "missed"} == missed


@pytest.mark.parametrize("ppm", [0.1, -0.2])
def test_the_temperature_is_beside_the_water_where_it_was_measured(ppm):
    """A frequency that is off moves water and lines alike, and warms nothing."""
    result = followed(moved_by(sphere(), DWELL_S, (ppm - 0.17) * MHZ), ppm)
    apart = WaterPoint(0.0, ppm * MHZ, 6.0, 1.0, False)
    result = replace(result, water_course=(apart,))
    assert temperatures_c(result) == pytest.approx([20.5], abs=1.0)
    assert line_offsets_ppm(result) == pytest.approx([ppm - 0.17], abs=0.01)


def test_noise_has_no_temperature():
    result = followed(np.zeros(POINTS, complex))
    assert (line_offsets_ppm(result), temperatures_c(result)) == ([], [])


def test_many_spheres_have_one_page(tmp_path):
    for n, ppm in enumerate((-0.17, -0.25), 1):
        write_sphere(tmp_path / "in" / f"sub-0{n}.nii.gz", ppm)
    run_qc(tmp_path / "in", tmp_path / "out", "--workers", "1")
    group = json.loads((tmp_path / "out" / "group.json").read_text(encoding="utf-8"))
    assert [c["key"] for c in group["criteria"]] == list(OF_A_SPHERE)
    (coolest,) = (c for c in group["criteria"] if c["key"] == "coolest_c")
    assert (coolest["kept"], coolest["missed"], coolest["limit"]) == (1, 1, 15.0)
    table = (tmp_path / "out" / "sessions.tsv").read_text(encoding="utf-8")
    header = table.splitlines()[0].split("\t")
    assert header[-len(OF_A_SPHERE) :] == list(OF_A_SPHERE)


def write_sphere(path: Path, ppm: float) -> None:
    """Write a sphere whose lines lie so much too high."""
    path.parent.mkdir(exist_ok=True)
    fid = moved_by(sphere(), DWELL_S, ppm * MHZ)
    made = [
        Transient(n, 2.0 * n, Kind.METABOLITE, (fid + 1e-3 * n)[None].astype("c8"))
        for n in range(2)
    ]
    write_session(path, number([Start(ACQUISITION, "x"), *made]))


def run_qc(place: Path, out: Path, *options: str) -> None:
    asked = ["qc", str(place), "--phantom", "--no-pdf", "--out", str(out), *options]
    ran = CliRunner().invoke(app, asked)
    assert ran.exit_code == 0, ran.output


def judged_sphere(tmp_path: Path, ppm: float) -> dict:
    """`qc.json` of a sphere whose lines lie so much too high."""
    out = tmp_path / "out"
    write_sphere(tmp_path / "in" / "sphere.nii.gz", ppm)
    run_qc(tmp_path / "in" / "sphere.nii.gz", out)
    return json.loads((out / "qc.json").read_text(encoding="utf-8"))
