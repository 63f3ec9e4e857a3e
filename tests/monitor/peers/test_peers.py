"""What FSL-MRS and LCModel are given, with stand-ins for them.

The stand-ins read the files as the real ones do; what those made of such files is in
`tests/acceptance/other_programs.md`.
"""

import json
import os
from dataclasses import replace

import numpy as np
import pytest
from peer_stand_ins import stand_in

from monitor.peers.fsl_mrs import FSL_MRS
from monitor.peers.known_spectrum import known_task
from monitor.peers.lcmodel import LCMODEL, raw_text, read_table
from monitor.peers.peer import PeerError
from monitor.peers.run import fit_by

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stand-ins are sh scripts")
each_peer = pytest.mark.parametrize(
    "peer", [FSL_MRS, LCMODEL], ids=lambda peer: peer.name
)


@pytest.fixture
def task(saved):
    return saved.task(saved.fids[0])


@pytest.fixture
def fit(install, tmp_path, task):
    """Have a peer do what these lines of sh say, and what the stand-in saw."""
    folder = tmp_path / "run"
    folder.mkdir()

    def run(peer, script="", timeout_s=60.0, **changes):
        program = install(peer, script or stand_in(peer))
        return fit_by(peer, program, replace(task, **changes), folder, timeout_s)

    run.seen = lambda: json.loads(next(folder.rglob("seen.json")).read_text())
    return run


@each_peer
def test_a_peer_can_read_what_it_is_given(fit, saved, peer):
    spent = fit(peer)
    found = fit.seen()
    assert found["points"] == 512
    ratio = complex(*found["first"]) / saved.fids[0, 0]
    assert ratio.imag == pytest.approx(0, abs=1e-5 * ratio.real)  # not its conjugate
    assert found["width_hz"] == pytest.approx(2500)
    assert found["mhz"] == pytest.approx(123.25)
    assert {"NAA", "Cr", "Glu", "MM20"} < set(found["basis"])
    assert len(found["basis"]) == 9
    assert found["basis_points"] == 1024  # zero filled, as LCModel wants it
    assert found["basis_width_hz"] == pytest.approx(2500)
    assert found["band"] == [0.2, 4.2]
    assert spent.wall_s > 0
    assert spent.cpu_s > 0


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
@each_peer
def test_levels_come_back_by_our_names_and_in_our_units(fit, task, peer, size):
    levels = fit(peer, fid=size * task.fid, norm=size * task.norm).levels
    assert {"NAA", "Glu", "mI", "MM20"} < set(levels)
    for name, truth in (("NAA", 9.0), ("Cr", 8.0), ("Glu", 10.0), ("mI", 6.0)):
        assert levels[name] == pytest.approx(size * truth, rel=0.1)


def test_fsl_mrs_gives_each_macromolecule_a_group(fit):
    fit(FSL_MRS)
    found = fit.seen()
    assert found["groups"] == ["MM09", "MM12", "MM14", "MM17", "MM20"]
    assert found["reference"] == ["Cr"]


def test_fsl_mrs_gets_numbers_of_the_size_that_it_works_with(fit, task):
    fit(FSL_MRS, fid=1e-6 * task.fid, norm=1e-6 * task.norm)
    fid_norm, *basis_norms = fit.seen()["norms"]
    assert fid_norm == pytest.approx(100, rel=0.1)
    assert np.mean(basis_norms) == pytest.approx(100, rel=1e-3)


def test_lcmodel_is_told_echo_time_and_units(fit):
    fit(LCMODEL)
    found = fit.seen()
    assert found["echo_time_ms"] == 30
    assert found["units"] == [9, 7]
    assert found["basis"][3] == "Ins"


def test_raw_holds_the_samples_that_nifti_holds(task):
    text = raw_text(task).split("$END\n")[-1]
    columns = np.array([line.split() for line in text.splitlines()], float)
    fid = task.fid / task.scale
    assert columns[:, 0] + 1j * columns[:, 1] == pytest.approx(
        fid, abs=1e-6 * np.abs(fid).max()
    )


def test_rows_of_lcmodels_table_as_it_writes_them(task):
    named = replace(
        task, basis=replace(task.basis.subset(["NAA", "Cr", "mI"]),
                            names=("NAA", "-CrCH2", "mI"))
    )  # fmt: skip
    text = (
        " $$CONC  5 lines in following concentration table = NCONC+1\n"
        "    Conc.  %SD   /Cr+PCr  Metabolite\n"
        "   8.123    4%     1.105  NAA    \n"
        " 2.40E-02 130%   3.3E-03  -CrCH2\n"
        " 1.23E+04   7%     0.912+Ins\n"
        "   9.000    2%     1.224  NAA+NAAG\n\n"
        " $$MISC  6 lines\n   7.0 1% 0.1 Cr\n"
    )
    found = {
        name: level / named.scale for name, level in read_table(text, named).items()
    }
    assert found == pytest.approx({"NAA": 8.123, "-CrCH2": 0.024, "mI": 12300.0})


def test_names_that_lcmodel_cannot_tell_apart_are_told(task):
    names = ("Macromolecule_1", "Macromolecule_2")
    both = replace(task.basis.subset(["NAA", "Cr"]), names=names)
    with pytest.raises(PeerError, match="agree in their first 6"):
        read_table("$$CONC", replace(task, basis=both))


@each_peer
def test_a_peer_that_fails_is_told_in_one_line(fit, peer):
    with pytest.raises(PeerError) as told:
        fit(peer, "echo Traceback\necho 'ValueError: no such basis' >&2\nexit 3")
    assert str(told.value) == "ended with 3: ValueError: no such basis"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("kill -SEGV $$", r"was ended by the system \(Segmentation fault\)"),
        (r"printf '\033[31m\001bad\007\n'; exit 2", "ended with 2: bad$"),
        (f"echo {'x' * 5000}; exit 2", r"ended with 2: x{156} \.\.\.$"),
    ],
)
def test_how_a_peer_ended_is_said_in_plain_words(fit, script, told):
    with pytest.raises(PeerError, match=told) as said:
        fit(FSL_MRS, script)
    assert str(said.value).isprintable()


@each_peer
def test_a_peer_that_ends_well_without_a_result_failed(fit, peer):
    with pytest.raises(PeerError, match="wrote no concentrations: it said nothing"):
        fit(peer, "exit 0")


def test_the_fatal_error_in_lcmodels_table_is_told(fit):
    diagnosis = (
        "$$DIAG  1 lines in following diagnostic table:\n   1     FATAL MYBASI 12"
    )
    with pytest.raises(PeerError) as told:
        fit(LCMODEL, f"cat > out.table <<'END'\n LCModel\n{diagnosis}\n\nEND")
    assert str(told.value) == "wrote no concentrations: 1     FATAL MYBASI 12"


@each_peer
def test_rubbish_is_told(fit, peer):
    with pytest.raises(PeerError, match=r"no level of NAA|not finite"):
        fit(peer, stand_in(peer, "not a number"))


@each_peer
def test_a_result_that_is_no_text_is_told(fit, peer):
    put = f"mkdir -p fit; head -c 3000 /dev/urandom > {peer.results}"
    with pytest.raises(PeerError, match=r"wrote no (level|concentrations)"):
        fit(peer, put)


@each_peer
def test_a_peer_that_hangs_is_told_and_ended(fit, peer):
    with pytest.raises(PeerError, match="came to no end in 1 s"):
        fit(peer, "sleep 600 & wait", timeout_s=1)


def test_a_program_that_cannot_be_started_is_told(install, tmp_path, task):
    program = install(FSL_MRS, "")
    program.write_bytes(b"\x7fELF is all there is of it")
    with pytest.raises(PeerError, match="cannot be started"):
        fit_by(FSL_MRS, program, task, tmp_path)
    program.write_text("#!/nowhere/python -u\n")
    with pytest.raises(PeerError, match="first line names /nowhere/python, which is"):
        fit_by(FSL_MRS, program, task, tmp_path)


def test_the_known_spectrum_has_the_levels_of_the_session(saved):
    small, large = known_task(saved, 1.0), known_task(saved, 1.5)
    assert abs(large.fid[0] / small.fid[0]) == pytest.approx(1.5, rel=0.03)
    assert abs(small.fid[0] / saved.fids.mean(0)[0]) == pytest.approx(1, rel=0.05)
