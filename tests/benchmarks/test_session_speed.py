"""Whole commands on whole sessions: processor time of their processes.

`pytest tests/benchmarks/test_session_speed.py --benchmark-only`; what was measured is
in `session_speed.md`.  The largest resident set is in `extra_info` where the system
says it.  Nothing is judged here: ratios of two programs are, in pairs.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from profile_session import simulated_session

from streams.export.nifti_mrs import write_nifti_mrs
from streams.messages.transient import Kind, Transient
from streams.sources.files.open_file import open_source
from streams.sources.recording import messages

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
ROUNDS = 3
LONG = 6000


def children_s() -> float:
    """Processor time of the processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system


pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.benchmark(timer=children_s),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("sessions")


@pytest.fixture(scope="module")
def one_coil(place) -> Path:
    """The bundled infusion: 1,500 transients."""
    return simulated_session(place / "one.mcap", 1500, 1)


@pytest.fixture(scope="module")
def averaged(place, one_coil) -> Path:
    """The mean of that session as a file of one spectrum."""
    start, *rest = messages(one_coil)
    fids = [m.body.fid for m in rest if _is_metabolite(m.body)]
    mean = np.mean(fids, axis=0)[0].astype(np.complex64)
    path = place / "averaged.nii.gz"
    write_nifti_mrs(path, mean[:, np.newaxis], start.body.acquisition)
    return path


def _is_metabolite(body: object) -> bool:
    return isinstance(body, Transient) and body.kind == Kind.METABOLITE


def at_frequency(spectrum: Path, mhz: float, path: Path) -> Path:
    """The same FID as a file of another scanner: for the cost alone."""
    start, transient, *_ = open_source(spectrum).bodies
    there = replace(start.acquisition, spectrometer_frequency_mhz=mhz)
    write_nifti_mrs(path, transient.fid[0][:, np.newaxis], there)
    return path


def run(*words: object, **variables: str) -> None:
    """The program with these words, in a process of its own."""
    command = [sys.executable, "-m", "monitor", *map(str, words)]
    env = {**os.environ, **ONE_THREAD, **variables}
    subprocess.run(command, check=True, capture_output=True, env=env)


def measured(benchmark, *words: object) -> None:
    """Run the program a few times; its largest resident set beside the times."""
    benchmark.pedantic(run, words, rounds=ROUNDS)
    resource = pytest.importorskip("resource", reason="POSIX alone has the figure")
    largest_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    benchmark.extra_info["largest resident set so far, MB"] = largest_kb // 1024


@pytest.mark.parametrize("words", ["--help", "event --help"])
def test_a_command_answers(benchmark, words):
    measured(benchmark, *words.split())


def test_analyse_of_an_averaged_spectrum(benchmark, averaged, place):
    measured(
        benchmark, "analyse", averaged, "--protocol", "virtual_press_3t_te30",
        "--out", place / "averaged",
    )  # fmt: skip


@pytest.mark.parametrize("mhz", [123.25, 127.75])
def test_analyse_of_a_spectrum_of_either_field(benchmark, averaged, place, mhz):
    """By a set with shaped pulses, each time with an empty cache."""
    path = at_frequency(averaged, mhz, place / f"averaged-{mhz}.nii.gz")

    def run_anew() -> None:
        with tempfile.TemporaryDirectory() as home:
            words = ["--protocol", "press_3t_te30", "--out", f"{home}/out"]
            run("analyse", path, *words, XDG_CACHE_HOME=home)

    benchmark.pedantic(run_anew, rounds=ROUNDS)


def test_analyse_of_1500_transients(benchmark, one_coil, place):
    measured(benchmark, "analyse", one_coil, "--out", place / "analysed")


def test_qc_of_1500_transients_without_paper(benchmark, one_coil, place):
    def run_anew() -> None:
        for earlier in (place / "judged").glob("*"):
            earlier.unlink()
        run("qc", one_coil, "--no-pdf", "--out", place / "judged")

    benchmark.pedantic(run_anew, rounds=ROUNDS)


def test_analyse_of_32_coils(benchmark, place):
    path = simulated_session(place / "coils.mcap", 1500, 32)
    measured(benchmark, "analyse", path, "--out", place / "coils")


def test_analyse_of_a_long_session(benchmark, place):
    path = simulated_session(place / "long.mcap", LONG, 1)
    measured(benchmark, "analyse", path, "--out", place / "long")


def test_a_folder_of_sessions_on_two_processes(benchmark, place):
    folder = place / "folder"
    folder.mkdir()
    for i in range(4):
        simulated_session(folder / f"sub-0{i}_ses-1.mcap", 300 + 100 * i, 1)
    words = "qc", folder, "--no-pdf", "--workers", 2
    rounds = iter(range(10))
    benchmark.pedantic(
        lambda: run(*words, "--out", place / f"study-{next(rounds)}"), rounds=1
    )
