"""Changes in sessions that are made of real brains' spectra.

    python tests/acceptance/brain_sessions.py N [SEED [CONSENSUS]]

prints the table of `brain_sessions.md`; MRS_MONITOR_DATA names the data folder.

Each session is one averaged spectrum of a person, its lines, macromolecules, baseline,
lipids and residual water as they are, 400 times (160 before the infusion, 240 in it)
with new noise (NAA's peak is `SNR` times that of one transient), a field that drifts
and wanders, phases and gains that scatter.  Nothing of a simulator of ours is in the
signal.  So the true change of every outcome is 0, also where lines become narrower
during the infusion, or is what is put in: some percent of glutamate, which for want of
a true one has the line of the fit (`fitted_fid`) of that mean.  Or a stretch of 90 s
in the reference period is spoiled: by fat, in two broad lines out of phase, or by lines
that are broader, and nothing changes.  Macromolecules are not known to the fit.

CONSENSUS: see `mm_brains.py`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mm_sets
import numpy as np
from mm_brains import fitted_mean, ideal_steam

from monitor.analysis.course.fitted_signal import change_by, fitted_fid
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.signal.spectrum import moved
from monitor.basis.measured_mm import averaged
from monitor.basis.npz import write_own
from monitor.basis.simulated import basis_for
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.run.analyse import push_all
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import (
    Acquisition,
    Body,
    End,
    Event,
    Kind,
    Start,
    Transient,
    number,
)

BEFORE, AFTER, TR_S, SNR = 160, 240, 2.0, 10.0
OUTCOMES = ("Glx/tNAA", "Glu/tCr")
GLU_PERCENT, NARROWER_HZ = 8.0, 0.5
KINDS = ("nothing", "narrower", "Glu", "fat", "broader")
STRETCH = range(60, 105)
FAT_OVER_NAA, FAT_PPM, FAT_HZ, FAT_RAD = 1.5, (1.28, 0.9), 18.0, 0.8
BROADER_HZ = 3.0
DRIFT_HZ, WANDER_HZ, PHASE_RAD, GAIN = 3.0, 0.1, 0.1, 0.01


@dataclass(frozen=True)
class Brain:
    """A person's mean FID (points,), how it was acquired, the basis set for it."""

    name: str
    fid: np.ndarray
    acquisition: Acquisition
    basis: str


@dataclass(frozen=True)
class Change:
    """FIDs (points,) before the infusion, in it, and in STRETCH; the truth, percent."""

    before: np.ndarray
    after: np.ndarray
    true: dict[str, float]
    spoiled: np.ndarray | None = None


def brains(consensus: Path | None, scratch: Path) -> Iterator[Brain]:
    """The people whose spectra there are."""
    real = mm_sets.folder()
    assert real is not None, "set MRS_MONITOR_DATA"
    for name, basis in (
        ("press3t_te30_mm_sub01", "press_3t_te30"),
        ("press3t_biggaba_s01", "3T_PRESS_Philips_35ms_noMM.BASIS"),
        ("press3t_lcmodel_test", "3t.BASIS"),
    ):
        folder = real / name
        fid, a = averaged(folder / "metab.nii.gz", folder / "wref.nii.gz")
        own = str(folder / basis)
        yield Brain(name, fid, a, own if basis.endswith("BASIS") else basis)
    for tesla, te in ((4, 4), (7, 6)):
        if consensus is None:
            return
        scan = consensus / f"STEAM_human_spectra/{tesla}T_STEAM_TE{te}ms_human.fid"
        fid, a = averaged(scan, None)
        write_own(ideal_steam(a), path := scratch / f"steam_{tesla}t.npz")
        yield Brain(f"STEAM {tesla} T", fid, a, str(path))


def changed(brain: Brain, kind: str) -> Change:
    """The two states of a brain in sessions of a kind."""
    a, fid = brain.acquisition, brain.fid
    none = dict.fromkeys(OUTCOMES, 0.0)
    t = np.arange(fid.size) * a.dwell_time_s
    if kind == "fat":
        return Change(fid, fid, none, fid + fat(brain))
    if kind == "broader":
        return Change(fid, fid, none, fid * np.exp(-np.pi * BROADER_HZ * t))
    if kind == "narrower":
        return Change(fid * np.exp(-np.pi * NARROWER_HZ * t), fid, none)
    if kind == "nothing":
        return Change(fid, fid, none)
    made = fitted(brain)
    more = fitted_fid(made, "Glu")
    assert more is not None
    outcomes = outcomes_of(made.fit.names).subset(OUTCOMES)
    true = change_by(made, outcomes, made.fit.amplitudes, "Glu", GLU_PERCENT)
    return Change(fid, fid + 0.01 * GLU_PERCENT * more, true)


def naa_height(fid: np.ndarray, a: Acquisition) -> float:
    """The highest point of the spectrum about NAA."""
    ppm = 4.65 - np.fft.fftfreq(fid.size, a.dwell_time_s) / a.spectrometer_frequency_mhz
    return float(np.abs(np.fft.fft(fid))[(ppm > 1.9) & (ppm < 2.15)].max())


def fat(brain: Brain) -> np.ndarray:
    """FID (points,) of fat."""
    a, t = brain.acquisition, np.arange(brain.fid.size) * brain.acquisition.dwell_time_s
    hz = [(4.65 - ppm) * a.spectrometer_frequency_mhz for ppm in FAT_PPM]
    lines = np.exp(2j * np.pi * np.outer(hz, t)).T @ (1.0, 0.4)
    made = lines * np.exp(1j * FAT_RAD - np.pi * FAT_HZ * t)
    height = np.abs(np.fft.fft(made)).max()
    return np.asarray(FAT_OVER_NAA * naa_height(brain.fid, a) / height * made)


def fitted(brain: Brain) -> SessionModel:
    """The fit of a mean alone, without measured macromolecules."""
    a, fid = brain.acquisition, brain.fid
    model, _ = model_for(basis_for(brain.basis, a)[0], a, Settings())
    return fitted_mean(model, usual(model, a.echo_time_s or 0.03), fid)


def messages(brain: Brain, change: Change, seed: int) -> Iterator[Body]:
    """A session of one coil."""
    rng, a, n = np.random.default_rng(seed), brain.acquisition, brain.fid.size
    sd = naa_height(change.before, a) / SNR / n**0.5
    count = BEFORE + AFTER
    drift_hz = rng.uniform(-DRIFT_HZ, DRIFT_HZ) * np.linspace(0, 1, count)
    drift_hz += WANDER_HZ * rng.standard_normal(count)
    yield Start(
        Acquisition(
            a.spectrometer_frequency_mhz, "1H", a.dwell_time_s, n, 1,
            a.echo_time_s, TR_S, sequence=a.sequence, mixing_time_s=a.mixing_time_s,
        ),
        brain.name,
    )  # fmt: skip
    for i in range(count):
        if i == BEFORE:
            yield Event(BEFORE * TR_S - 1, "infusion_start", author="simulator")
        fid = change.before if i < BEFORE else change.after
        if change.spoiled is not None and i in STRETCH:
            fid = change.spoiled
        turn = PHASE_RAD * rng.standard_normal()
        fid = moved(fid, a.dwell_time_s, drift_hz[i], turn)
        fid = fid * (1 + GAIN * rng.standard_normal())
        noise = sd * rng.standard_normal((2, n))
        stored = (fid + noise[0] + 1j * noise[1]).astype(np.complex64)
        yield Transient(i, i * TR_S, Kind.METABOLITE, stored[np.newaxis])
    yield End(count, "complete")


def analysed(brain: Brain, change: Change, seed: int) -> Result:
    """What a session gives."""
    run = SessionRun(Wishes(basis=brain.basis), live=False)
    push_all(run, number(messages(brain, change, seed)))
    return run.finish()[1]


def errors(result: Result, change: Change) -> dict[str, np.ndarray]:
    """Errors and SDs, percent, (n, outcomes, 2): windows, tracker, smoother.

    nan where no change is given.
    """

    def off(told: dict[str, float], sds: dict[str, float]) -> list[tuple[float, float]]:
        return [
            (told.get(o, np.nan) - change.true[o], sds.get(o, np.nan)) for o in OUTCOMES
        ]

    start_s = BEFORE * TR_S
    found = {
        "windows": [
            off(e.changes_percent, e.change_sds_percent)
            for e in result.estimates
            if e.independent and e.time_start_s >= start_s
        ]
    }
    for name, points in (("tracker", result.tracks), ("smoother", result.smoothed)):
        late = [p for p in points if p.time_s > start_s + 60]
        found[name] = [off(p.filtered, p.filtered_sd) for p in late[::20]]
    return {name: np.array(rows) for name, rows in found.items()}


def cell(found: list[np.ndarray], i: int) -> str:
    """Of one outcome: bias, its standard error over sessions, RMSE, SD, coverage.

    Of the sessions that give a change of it at all: without a level there is none.
    """
    told = [f[:, i] for f in found if np.isfinite(f[:, i]).all()]
    if len(told) < 2:
        return f"{len(told)} of {len(found)} tell"
    both, each = np.concatenate(told), np.array([t[:, 0].mean() for t in told])
    se = each.std(ddof=1) / len(each) ** 0.5
    held = 100 * np.mean(np.abs(both[:, 0]) < 1.96 * both[:, 1])
    rmse, sd = np.mean(both[:, 0] ** 2) ** 0.5, both[:, 1].mean()
    how_many = "" if len(told) == len(found) else f" ({len(told)} of {len(found)} tell)"
    return f"{each.mean():+.2f} ({se:.2f}), {rmse:.2f}, {sd:.2f}, {held:.0f}{how_many}"


def main(count: int, seed: int, consensus: Path | None) -> None:
    """Print the table."""
    print("| brain | kind | outcome | true, % | windows | tracker | smoother |")
    print(7 * "|---" + "|")
    with tempfile.TemporaryDirectory() as scratch:
        for brain in brains(consensus, Path(scratch)):
            for kind in KINDS:
                change = changed(brain, kind)
                runs = [analysed(brain, change, seed + k) for k in range(count)]
                found = [errors(run, change) for run in runs]
                for i, outcome in enumerate(OUTCOMES):
                    cells = [
                        cell([f[what] for f in found], i)
                        for what in ("windows", "tracker", "smoother")
                    ]
                    told = brain.name, kind, outcome, f"{change.true[outcome]:.1f}"
                    print(f"| {' | '.join((*told, *cells))} |", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]),
        int(given[1]) if len(given) > 1 else 1,
        Path(given[2]) if len(given) > 2 else None,
    )
