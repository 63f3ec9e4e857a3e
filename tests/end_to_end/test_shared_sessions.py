"""The sessions of issue 2, through `analyse`: known directions and published levels.

The real ones have no truth.  What is asked of them is the direction that is known
(signal falls with the diffusion weighting) and the spread of the published tools: with
the five lines of macromolecules, which stand nearer to those tools' own, and with the
prior as far as its intervals say.  Where prior and tools disagree is in
`tests/acceptance/mm_accuracy.md`.
"""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from program import Program, columns, numbers, table

pytestmark = pytest.mark.timeout(400)  # several programs, one after another

TOOLS_GLU_TCR = (1.10, 1.30)  # LCModel; Tarquin 1.25; Osprey, on the same spectrum
FIVE_LINES = 'macromolecules = "five"\n'
Rows = list[dict[str, str]]


def analysed(program: Program, *arguments: object) -> Rows:
    """Estimates of a file."""
    ran = program.run("analyse", *arguments, "--out", "out", patience_s=300)
    assert ran.code == 0, ran.err
    rows = table(program.home / "out" / "estimates.csv")
    assert rows
    assert all(row["converged"] == "True" for row in rows)
    return rows


def mean(rows: Rows, name: str, start_s: float, end_s: float) -> float:
    """Mean over the windows that lie within these times."""
    inside = [r for r in rows if start_s <= float(r["t_start_s"])]
    inside = [r for r in inside if float(r["t_end_s"]) <= end_s]
    return float(np.mean(numbers(inside, name)))


def test_three_plateaus_fall(shared_data: Path, program: Program) -> None:
    folder = shared_data / "real" / "dwslaser7t_216"
    rows = analysed(
        program,
        folder / "metab_sorted_by_b.nii.gz",
        *("--basis", folder / "sLASER_DW_TE125ms_180121.BASIS"),
        *("--reference", "0:360"),
    )
    assert len(table(program.home / "out" / "transients.csv")) == 216
    assert "Mac_CN" in columns(program.home / "out" / "estimates.csv")
    for name in ("NAA", "Glu"):
        plateaus = [mean(rows, name, 360 * i, 360 * (i + 1)) for i in range(3)]
        assert all(later < 0.85 * before for before, later in pairwise(plateaus))
    for name in ("tNAA_change_percent", "Glu_change_percent"):
        first, second = (mean(rows, name, 360 * i, 360 * (i + 1)) for i in range(2))
        assert abs(first) < 5 < 20 < -second
        # All metabolites fall by a third there: the amplitude of one tells nothing.
        third = [float(row[name]) for row in rows if float(row["t_start_s"]) >= 720]
        assert third
        assert all(map(math.isnan, third))
    said = (program.home / "out" / "session.json").read_text(encoding="utf-8")
    assert "Signal 1.4 times smaller since 12:00 of scanner time" in said


def test_four_coils(shared_data: Path, program: Program) -> None:
    folder = shared_data / "real" / "steam7t_4coil"
    (row,) = analysed(
        program,
        folder / "metab.nii.gz",
        *("--water", folder / "wref.nii.gz"),
        *("--basis", folder / "STEAM_7T_11ms.BASIS", "--save-spectra"),
    )
    assert row["n_transients"] == "16"
    assert 0.75 < float(row["Glu/tCr"]) < 1.3  # a crude fit of 32 coils gave 0.94
    assert 1.2 < float(row["tNAA/tCr"]) < 1.8  # 1.46
    assert float(row["fwhm_hz"]) < 16.0  # 14.7 without eddy current correction
    assert float(row["Glu/water"]) > 0
    assert (program.home / "out" / "transients.nii.gz").exists()


@pytest.mark.parametrize("five", [False, True])
def test_published_level(shared_data: Path, program: Program, five: bool) -> None:
    folder = shared_data / "real" / "press3t_biggaba_s01"
    (row,) = analysed(
        program,
        folder / "metab.nii.gz",
        *("--water", folder / "wref.nii.gz"),
        *("--basis", folder / "3T_PRESS_Philips_35ms_noMM.BASIS"),
        *five_lines(program, five),
    )
    found, sd = float(row["Glu/tCr"]), float(row["Glu/tCr_sd"])
    low, high = TOOLS_GLU_TCR
    assert low - 2 * sd < found < high + 2 * sd
    assert float(row["tNAA/tCr"]) == pytest.approx(1.34, rel=0.15)
    assert 0 < sd < 0.2


@pytest.mark.parametrize("five", [False, True])
def test_the_spectrum_of_lcmodel(
    shared_data: Path, program: Program, five: bool
) -> None:
    folder = shared_data / "real" / "press3t_lcmodel_test"
    (row,) = analysed(
        program,
        folder / "metab.nii.gz",
        *("--basis", folder / "3t.BASIS"),
        *five_lines(program, five),
    )
    assert float(row["tNAA/tCr"]) == pytest.approx(1.306, rel=0.15)
    # LCModel says 1.17, with SDs of both as the tolerance.
    sd = math.hypot(float(row["Glu/tCr_sd"]), 0.08 * 1.171)
    assert abs(float(row["Glu/tCr"]) - 1.171) < 2 * sd
    if five:
        assert float(row["mI/tCr"]) == pytest.approx(0.911, rel=0.15)


def five_lines(program: Program, wanted: bool) -> tuple[object, ...]:
    """Options for the fit with five lines of macromolecules, where wanted."""
    if not wanted:
        return ()
    (program.home / "five.toml").write_text(FIVE_LINES, "utf-8")
    return ("--protocol", "five.toml")


def truth(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Times, s, and true change of Glu, %."""
    rows = table(folder / "truth.csv")
    changes = 100 * (np.array(numbers(rows, "glu_mult")) - 1)
    return np.array(numbers(rows, "time_s")), changes


def test_infusion_rises_within_its_intervals(
    shared_data: Path, program: Program
) -> None:
    folder = shared_data / "sim" / "infusion_3t_press30"
    rows = analysed(
        program,
        folder / "metab.nii.gz",
        *("--basis", folder / "press30_mm.BASIS", "--infusion", "600:2400"),
    )
    times_s, changes = truth(folder)
    z = []
    for row in rows:
        start_s, end_s = float(row["t_start_s"]), float(row["t_end_s"])
        if row["independent"] != "True" or start_s < 600:
            continue
        true = changes[(times_s >= start_s) & (times_s <= end_s)].mean()
        sd = float(row["Glu_change_percent_sd"])
        assert 1.0 < sd < 6.0  # an interval that holds everything says nothing
        z.append((float(row["Glu_change_percent"]) - true) / sd)
    assert len(z) >= 25
    # 28 windows of 95 %: 22 or fewer inside has a chance of 0.2 %.
    assert sum(abs(value) < 1.96 for value in z) > 0.8 * len(z)
    late = mean(rows, "Glu_change_percent", 1800, 2400)
    assert late == pytest.approx(7.8, abs=3.5)
    assert mean(rows, "Glu_change_percent", 600, 900) < late - 2
