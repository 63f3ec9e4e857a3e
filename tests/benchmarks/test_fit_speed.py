"""How long fits take: 18 metabolites, five MM and a baseline, 3 T, 2048 points.

One thread, CPU time.  Cold: one spectrum from nothing.  Warm: one window of a
session.  Refit:
1500 windows of a session, cold fit and subspace included.  Medians and p99 are in
`extra_info`; what the cost depends on is printed by

    python tests/benchmarks/test_fit_speed.py [PLOT.svg]
"""

import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from peers import PEERS, cost_line, task_of

from monitor.analysis.basis.macromolecules import components
from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.fitted_windows import fit_averages
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.lineshape import decay, gauss_rate
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.window import Window, average_of
from monitor.peers.peer import PeerError, Task
from monitor.peers.run import TIMEOUT_S
from streams.messages.transient import Acquisition
from streams.spins import Sequence, simulate

pytestmark = pytest.mark.benchmark(timer=time.process_time)
"""CPU time: other work on the machine shall not count."""

NAMES = ("Asc", "Asp", "Cr", "PCr", "GABA", "Glc", "Gln", "Glu", "GPC", "PCh", "GSH",
         "mI", "Lac", "NAA", "NAAG", "PE", "sI", "Tau")  # fmt: skip
CONCENTRATIONS = np.array(
    [0.9, 1.8, 4.5, 4.0, 1.3, 1.2, 2.5, 9.0, 1.0, 0.6, 1.3, 6.0, 0.6, 9.5, 1.5, 1.5,
     0.3, 1.5, 2.6, 1.6, 3.0, 1.8, 4.5]
)  # fmt: skip
MHZ, DWELL_S, WINDOW, WINDOWS = 123.25, 4e-4, 32, 1500
MEAN_SD = 3.7 / np.sqrt(64)
FOR_PEERS = 3


def make_model(metabolites: int = 18, points: int = 2048) -> Model:
    names = NAMES[-metabolites:] if metabolites < 18 else NAMES
    fids = simulate(names, Sequence("press", 0.030), MHZ, DWELL_S, points)
    mm, extra = components("five", MHZ, DWELL_S, points)
    both = np.concatenate([np.stack([fids[n] for n in names]), extra])
    flags = np.arange(len(both)) >= len(names)
    return Model((*names, *mm), both, flags, DWELL_S, MHZ, 0.2, 4.2)


def clean(model: Model) -> np.ndarray:
    c = CONCENTRATIONS[-len(model.names) :]
    return c @ (model.fids * decay(model.t, 1.0, 3.0, gauss_rate(4.5)))


def transients(model: Model, count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    fid, made = clean(model), []
    for _ in range(count):
        noise = rng.normal(size=(2, model.points)) * 3.7
        moved = fid * np.exp(-2j * np.pi * rng.normal() * 0.2 * model.t)
        made.append((moved + noise[0] + 1j * noise[1]).astype(np.complex64))
    return made


def means(model: Model, count: int) -> list[np.ndarray]:
    """FIDs of so many means of 64 transients."""
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(count, 2, model.points)) * MEAN_SD
    return [clean(model) + own[0] + 1j * own[1] for own in noise]


def whole_refit(model: Model, fids: list[np.ndarray], windows: int) -> list[object]:
    """What a changed setting costs: session model and all windows."""
    weights = np.ones(len(fids))
    period = average_of(Window(0, min(256, len(fids))), weights)
    sd = 3.7 * np.sqrt(model.points)
    own = [average_of(Window(i, i + WINDOW), weights) for i in range(0, 224, WINDOW)]
    mean = period.weights @ np.stack(fids[: period.window.stop])
    means = np.stack([np.full(WINDOW, 1 / WINDOW) @ np.stack(
        fids[a.window.first : a.window.stop]) for a in own])  # fmt: skip
    session = make_session_model(
        model, mean, sd, period.noise, means, own[0].noise, Freedom()
    )
    averages = [average_of(Window(i, i + WINDOW), weights) for i in range(windows)]
    return [session, fit_averages(session, fids, averages)]


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture(scope="module")
def course(model):
    return transients(model, WINDOWS + WINDOW - 1)


def noted(benchmark) -> None:
    seconds = np.array(benchmark.stats.stats.data)
    benchmark.extra_info["median_ms"] = round(1e3 * float(np.median(seconds)), 3)
    benchmark.extra_info["p99_ms"] = round(1e3 * float(np.percentile(seconds, 99)), 3)


def test_a_cold_fit(benchmark, model):
    spectra = [model.in_band(fid) for fid in means(model, 8)]
    turn = iter(range(10**9))

    def fit():
        y = spectra[next(turn) % len(spectra)]
        return cold_fit(model, y, MEAN_SD * np.sqrt(2048))[0]

    found = benchmark.pedantic(fit, rounds=100, warmup_rounds=4)
    noted(benchmark)
    assert found.converged
    assert benchmark.extra_info["median_ms"] < 60


def test_a_warm_fit(benchmark, model, course):
    session = whole_refit(model, course[:256], 1)[0]
    average = average_of(Window(8, 40), np.ones(256))
    found = benchmark.pedantic(
        fit_averages, (session, course, [average]), rounds=300, warmup_rounds=10
    )
    noted(benchmark)
    assert found[0].converged
    assert benchmark.extra_info["median_ms"] < 4


def test_a_refit_of_1500_windows(benchmark, model, course):
    _, fitted = benchmark.pedantic(
        whole_refit, (model, course, WINDOWS), rounds=5, warmup_rounds=1
    )
    noted(benchmark)
    assert all(f.converged for f in fitted)
    assert benchmark.extra_info["median_ms"] < 2500


def test_memory_of_a_refit(benchmark, model, course):
    def peak():
        tracemalloc.start()
        whole_refit(model, course, WINDOWS)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    most = benchmark.pedantic(peak, rounds=1)
    benchmark.extra_info["peak_mb"] = round(most / 1e6)
    assert most < 500e6


def for_peers(model: Model) -> list[Task]:
    acquisition = Acquisition(
        MHZ, "1H", DWELL_S, model.points, 1, 0.030, sequence="PRESS"
    )
    return [task_of(model, fid, acquisition) for fid in means(model, FOR_PEERS)]


@pytest.mark.timeout(FOR_PEERS * TIMEOUT_S + 120)
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_peers_on_this_machine(benchmark, capsys, model, tmp_path, peer):
    """Ours is what is benchmarked, on the spectra that the peer gets."""
    tasks = for_peers(model)
    turn = iter(range(10**9))

    def ours():
        y = model.in_band(tasks[next(turn) % len(tasks)].fid)
        return cold_fit(model, y, MEAN_SD * np.sqrt(model.points))[0]

    found = benchmark.pedantic(ours, rounds=10 * FOR_PEERS, warmup_rounds=4)
    noted(benchmark)
    assert found.converged
    try:
        line = cost_line(peer, tasks, tmp_path)
    except PeerError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    benchmark.extra_info[peer.name] = line
    with capsys.disabled():
        print(f"\n{line}; our cold fit {benchmark.extra_info['median_ms']} ms CPU")


def peers_lines() -> str:
    """What each peer takes, that it is absent, or how it failed: a line each."""
    tasks, lines = for_peers(make_model()), []
    for peer in PEERS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                lines.append(cost_line(peer, tasks, Path(folder)))
            except PeerError as error:
                lines.append(f"FAILED: {error}")
    return "\n".join(lines) + "\n"


def timed(action, repeats: int) -> tuple[float, float]:
    """Median and p99 in ms of CPU time."""
    seconds = []
    for _ in range(repeats):
        begun = time.process_time()
        action()
        seconds.append(time.process_time() - begun)
    return 1e3 * float(np.median(seconds)), 1e3 * float(np.percentile(seconds, 99))


SIZES = (
    (18, 2048, 1500), (12, 2048, 1500), (8, 2048, 1500), (18, 1024, 1500),
    (18, 4096, 1500), (18, 2048, 750), (18, 2048, 3000),
)  # fmt: skip


def costs(metabolites: int, points: int, windows: int) -> list[tuple[float, float]]:
    """Cold fit, warm fit and refit: median and p99 in ms."""
    model = make_model(metabolites, points)
    fids = transients(model, windows + WINDOW - 1)
    session = whole_refit(model, fids[:256], 1)[0]
    y = model.in_band(np.mean(fids[:64], axis=0).astype(complex))
    sd = 3.7 * np.sqrt(points / 64)
    one = average_of(Window(8, 40), np.ones(len(fids)))
    return [
        timed(lambda: cold_fit(model, y, sd), 60),
        timed(lambda: fit_averages(session, fids, [one]), 200),
        timed(lambda: whole_refit(model, fids, windows), 3),
    ]


def table(found: dict[tuple[int, int, int], list[tuple[float, float]]]) -> str:
    """Cost against metabolites, points and windows."""
    rows = [
        "| metabolites + 5 MM | points | windows | cold ms (p99) | warm ms (p99) | "
        "refit ms |\n|---|---|---|---|---|---|"
    ]
    for size, (cold, warm, whole) in found.items():
        rows.append(
            f"| {' | '.join(map(str, size))} | {cold[0]:.1f} ({cold[1]:.1f}) | "
            f"{warm[0]:.2f} ({warm[1]:.2f}) | {whole[0]:.0f} |"
        )
    return "\n".join(rows) + "\n"


def plot(found: dict[tuple[int, int, int], list[tuple[float, float]]], path: str):
    """The same as three panels, each axis from zero."""
    from matplotlib.figure import Figure

    figure = Figure((9, 3), layout="constrained")
    names, whats = ("metabolites", "points", "windows"), ("cold", "warm", "refit")
    for k, (axes, name) in enumerate(zip(figure.subplots(1, 3), names, strict=True)):
        usual = SIZES[0][:k] + SIZES[0][k + 1 :]
        sizes = sorted(s for s in found if s[:k] + s[k + 1 :] == usual)
        for j, (what, mark) in enumerate(zip(whats, "os^", strict=True)):
            relative = [found[s][j][0] / found[SIZES[0]][j][0] for s in sizes]
            axes.plot([s[k] for s in sizes], relative, f"{mark}-", label=what)
        axes.set(xlabel=name, xlim=(0, None), ylim=(0, None))
    figure.axes[0].set_ylabel("cost, 18 + 5, 2048, 1500 = 1")
    figure.axes[0].legend(frameon=False)
    figure.savefig(path)


if __name__ == "__main__":
    found = {size: costs(*size) for size in SIZES}
    sys.stdout.write(table(found) + peers_lines())
    if len(sys.argv) > 1:
        plot(found, sys.argv[1])
