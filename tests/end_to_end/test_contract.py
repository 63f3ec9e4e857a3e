"""`analyse`: what it writes, by the contract, on the recording that ships with it."""

import hashlib
import json
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from peer_stand_ins import put_program, stand_in
from program import SHORT, Program, Ran, columns, numbers, table

from monitor.cli import main
from monitor.peers.lcmodel import LCMODEL
from monitor.protocol.read_protocol import bundled_protocols

pytestmark = pytest.mark.timeout(400)  # several programs, one after another

FIRST = ["window", "t_start_s", "t_end_s", "t_mid_s", "n_transients", "independent"]
SUMS = ["Glx", "tNAA", "tCr", "tCho"]
IN_CREATINE = ["Glu/tCr", "Gln/tCr", "Glx/tCr", "tNAA/tCr", "tCho/tCr", "mI/tCr"]
RATIOS = [*IN_CREATINE, "Glu/tNAA", "Glx/tNAA"]
CHANGES = ["Glu", "Gln", "Glx", "tNAA", "tCr", *RATIOS]
LAST = ["epoch", "shift_hz", "phase_deg", "fwhm_hz", "snr", "converged"]
QUALITY = ["shift_hz", "phase_deg", "fwhm_hz", "snr", "weight", "flags"]
TRACKED = ("Glu", "Glx", "Glx/tNAA", "Glu/tCr")


def with_sd(names: list[str]) -> list[str]:
    """Each name and its SD."""
    return [column for name in names for column in (name, f"{name}_sd")]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The folder that an analysis with everything has written, and what it said."""
    program = Program(tmp_path_factory.mktemp("contract"))
    ran = program.run("analyse", SHORT, "--out", "out", "--save-spectra")
    assert ran.code == 0, ran.err
    return program.home / "out", ran


@pytest.fixture(scope="module")
def out(done: tuple[Path, Ran]) -> Path:
    """The folder that an analysis has written."""
    return done[0]


def test_columns_of_estimates(out: Path) -> None:
    names = json.loads((out / "session.json").read_text())["basis"]["names"]
    assert {"Glu", "Gln", "NAA", "Cr"} < set(names)
    in_water = [name for name in columns(out / "estimates.csv") if "/water" in name]
    assert "Glu/water" in in_water
    assert "Glu/water_sd" in in_water
    assert columns(out / "estimates.csv") == [
        *FIRST,
        *with_sd([*names, *SUMS, *RATIOS]),
        *in_water,
        *with_sd([f"{name}_change_percent" for name in CHANGES]),
        *LAST,
    ]


def test_columns_of_the_other_tables(out: Path) -> None:
    tracked = [
        f"{name}_{kind}" for name in TRACKED for kind in ("filtered", "smoothed")
    ]
    assert columns(out / "transients.csv") == ["index", "t_s", *QUALITY]
    assert columns(out / "tracker.csv") == ["index", "t_s", *with_sd(tracked)]


def test_rows(out: Path) -> None:
    estimates, transients = table(out / "estimates.csv"), table(out / "transients.csv")
    assert [row["index"] for row in transients] == [str(i) for i in range(100)]
    assert len(table(out / "tracker.csv")) == len(transients)
    assert [row["window"] for row in estimates] == [
        str(i) for i in range(len(estimates))
    ]
    assert sum(row["independent"] == "True" for row in estimates) >= 3
    for row in estimates:
        assert float(row["t_start_s"]) <= float(row["t_mid_s"]) <= float(row["t_end_s"])
    for name in ("Glu_sd", "Glu_change_percent_sd", "Glx/tNAA_sd"):
        assert all(sd > 0 for sd in numbers(estimates, name))


def test_session(out: Path) -> None:
    session = json.loads((out / "session.json").read_text())
    assert session["source"] == "recording"
    assert session["input_sha256"] == hashlib.sha256(SHORT.read_bytes()).hexdigest()
    assert "file" not in session
    assert session["settings"]["name"] == "virtual_press_3t_te30"
    assert len(session["basis"]["sha256"]) == 64
    assert session["infusion_s"] == [78.0, 198.0]
    assert session["counts"]["transients"] == 100
    assert session["counts"]["windows"] == len(table(out / "estimates.csv"))
    assert session["counts"]["water_references"] == 2
    assert session["versions"].keys() == {"python", "numpy", "scipy"}
    assert session["quality"]["snr_median"] > 0
    assert session["timing_ms"]["transient"]["p99"] > 0
    assert session["outcome_hidden"] is False


def test_spectra(out: Path) -> None:
    transients = nib.load(out / "transients.nii.gz")
    averages = nib.load(out / "averages.nii.gz")
    assert transients.shape == (1, 1, 1, 1024, 100)
    assert averages.shape[3:] == (1024, len(table(out / "estimates.csv")))
    assert transients.header["pixdim"][4] == pytest.approx(4e-4)
    # An average has less noise than a transient, and the same height of NAA.
    tail = slice(900, 1024)
    noise = [
        np.std(np.asarray(im.dataobj)[0, 0, 0, tail, 3])
        for im in (transients, averages)
    ]
    assert noise[1] < 0.5 * noise[0]


def test_other_programs_can_be_run_on_the_spectra(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in finds in averages and fitted basis set what we did, or near."""
    given = ["--lcmodel", str(put_program(tmp_path, LCMODEL, stand_in(LCMODEL)))]
    words = ["compare", str(out), "--out", str(tmp_path), *given]
    monkeypatch.setattr(sys, "argv", ["mrs-monitor", *words])
    with pytest.raises(SystemExit, match="0"):
        main()
    rows = table(tmp_path / "comparison.csv")
    own, other = (
        numbers([row for row in rows if row["program"] == name], "tNAA/tCr")
        for name in ("mrs-monitor", "LCModel")
    )
    assert len(own) == len(other) >= 3
    assert np.mean(other) == pytest.approx(np.mean(own), rel=0.3)


def test_says_what_was_done(done: tuple[Path, Ran]) -> None:
    said = done[1].err
    assert "100 transients, " in said
    assert "were added" not in said  # the virtual scanner's set has macromolecules


def test_stand_in_macromolecules_are_named(program: Program) -> None:
    ran = program.run("analyse", SHORT, "--protocol", "press_3t_te30", "--out", "out")
    assert "The macromolecules are not measured" in ran.err
    assert "come from macromolecules that were not measured" in ran.err
    assert "MM" in columns(program.home / "out" / "estimates.csv")
    told = json.loads((program.home / "out" / "session.json").read_text())
    made = told["session_models"][0]
    assert made["macromolecules_prior"]
    share = made["variance_from_macromolecules"]["Glx/tNAA"]
    assert 0.1 < share < 1
    assert 0 <= made["variance_from_left_over"]["Glx/tNAA"] < 1 - share


def analysed(program: Program, *options: str) -> list[dict[str, str]]:
    """Estimates of the recording with these options."""
    ran = program.run("analyse", SHORT, "--out", "out", *options)
    assert ran.code == 0, ran.err
    return table(program.home / "out" / "estimates.csv")


def test_window_and_step(program: Program) -> None:
    rows = analysed(program, "--window", "20", "--step", "10")
    whole = [row for row in rows if row["n_transients"] == "20"]
    assert len(whole) >= 6
    starts = numbers(
        [row for row in whole if row["independent"] == "True"], "t_start_s"
    )
    assert min(np.diff(starts)) >= 20 * 2.0 - 1e-6


def test_metabolites(program: Program) -> None:
    analysed(program, "--metabolites", "Glu,Gln,NAA,Cr,PCr,GPC,mI")
    names = columns(program.home / "out" / "estimates.csv")
    assert {"Glu", "mI", "tCr", "MM"} < set(names)
    assert not {"Lac", "GSH", "tNAA_sd_sd"} & set(names)


def test_each_step_can_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every switch changes the numbers and is told in session.json."""
    seen, few = set(), ["--window", "50", "--step", "50", "--metabolites", "Glu,NAA,Cr"]
    for step in ("", "align", "coil-combine", "reject", "water-removal"):
        switch = [f"--no-{step}"] if step else []
        words = ["analyse", str(SHORT), "--out", str(tmp_path), *few, *switch]
        monkeypatch.setattr(sys, "argv", ["mrs-monitor", *words])
        with pytest.raises(SystemExit, match="0"):
            main()
        seen.add(str(numbers(table(tmp_path / "estimates.csv"), "Glu")))
        settings = json.loads((tmp_path / "session.json").read_text())["settings"]
        assert not step or settings[step.replace("-", "_")] is False
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("0:150", ("in the infusion, which begins at 78 s", "session ends 54 s after")),
        ("0:1200", ("0 to 1200 s lasts beyond the last transient (204 s)",)),
    ],
)
def test_a_reference_period_that_cannot_be_meant_is_told(
    program: Program, reference: str, told: tuple[str, ...]
) -> None:
    """In the terminal and in the results, with the true reason."""
    ran = program.run("analyse", SHORT, "--out", "out", "--reference", reference)
    assert ran.code == 0
    noted = json.loads((program.home / "out" / "session.json").read_text())["notes"]
    for part in told:
        assert part in ran.err
        assert any(part in note for note in noted)


def test_reference_outside_the_session_is_told(program: Program) -> None:
    ran = program.run("analyse", SHORT, "--out", "out", "--reference", "900:950")
    assert ran.code == 0
    assert "reference period 900 to 950 s holds no window" in ran.err
    assert not numbers(
        table(program.home / "out" / "estimates.csv"), "Glu_change_percent"
    )


def test_several_files_of_one_name(program: Program) -> None:
    for name in ("one", "two"):
        (program.home / name).mkdir()
        (program.home / name / "s.mcap").write_bytes(SHORT.read_bytes())
    ran = program.run(
        "analyse", "one/s.mcap", "two/s.mcap", "gone.mcap", "--out", "all", "--names"
    )
    assert ran.code == 2  # for the one that is missing; the others are done
    assert "gone.mcap" in ran.err
    assert {path.name for path in (program.home / "all").glob("*s")} == {
        "one_s",
        "two_s",
    }


def test_a_blinded_protocol_hides_the_outcome_everywhere(program: Program) -> None:
    """No amplitude, ratio, change or word of the tracker in any file or line."""
    protocol = program.home / "blind.toml"
    bundled = bundled_protocols()["press_3t_te30"].read_text(encoding="utf-8")
    protocol.write_text(bundled + "\noutcome_hidden = true\n", encoding="utf-8")
    earlier = program.home / "blind" / "comparison.csv"
    earlier.parent.mkdir()
    earlier.write_text("program,Glu\n")
    ran = program.run(
        "analyse", SHORT, "--protocol", protocol, "--save-spectra", "--out", "blind"
    )
    assert ran.code == 0, ran.err
    out = program.home / "blind"
    assert not list(out.glob("*.nii.gz"))
    assert not earlier.exists()
    heads = columns(out / "estimates.csv") + columns(out / "tracker.csv")
    assert not [h for h in heads if h.startswith(("Gl", "tNAA", "tCr", "NAA", "Cr"))]
    session = (out / "session.json").read_text()
    assert json.loads(session)["outcome_hidden"] is True
    assert "Tracker" not in session + ran.out + ran.err
