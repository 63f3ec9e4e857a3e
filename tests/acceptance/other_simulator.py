"""Sessions that another laboratory's simulation describes, through the whole chain.

    python tests/acceptance/other_simulator.py FOLDER [SUBJECTS] [SEED] [SNR]

prints the tables of `other_simulator.md`.  FOLDER is a checkout of
github.com/wtclarke/fsl_mrs_fmrs_demo (MIT; Clarke et al., Magn Reson Med 2024,
91:1859): its basis set (sLASER, TE 36 ms, 7 T, with measured macromolecules "Mac") and
the table of Bednarik et al. (2015) that it draws subjects from.  Its transients are
large files that few copies hold, so they are made anew by its recipe, into which
nothing of ours went: blocks of rest and stimulation in turn; Glu +3.3, Lac +30, Glc -16
and Asp -5 % with a haemodynamic response (Glover 1999); each metabolite drifting by
itself by up to 5 % of itself; lines of 8 Hz Lorentzian and 5.6 Hz Gaussian width that
stimulation narrows by 0.5 Hz.  Blocks are of 64 transients, where the recipe has 16
averages; half of the subjects are not stimulated.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.response import Estimate
from monitor.basis.files import load_basis
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
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

BLOCK, BLOCKS, TR_S = 64, 4, 4.0
POINTS, DWELL_S, NOT_STIMULATED_S = 2048, 1 / 4000, BLOCK * TR_S
GAMMA, SIGMA, NARROWING_HZ, MAC = 25.0, 15.0, 0.5, 7.0
GLOVER = ((5.4, 6.0, 0.9), (10.8, 12.0, 0.9))
CHANGING = ("Glu", "Lac", "Glc", "Asp")
LEVELS, TRACKED = (
    ("Glu/tCr", "Glx/tCr", "Glx/tNAA", "tNAA/tCr"),
    ("Glu/tCr", "Glx/tNAA"),
)
MENDED_RAD, MENDED_PPM = -0.35, -0.02


@dataclass(frozen=True)
class Recipe:
    """The basis set on the sessions' points, in the recipe's units, and its table."""

    names: tuple[str, ...]
    fids: np.ndarray
    mhz: float
    table: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Subject:
    """Amplitudes (transients, names) and Gaussian widths, rad/s (transients,)."""

    amplitudes: np.ndarray
    sigma: np.ndarray


def recipe(folder: Path, mended: bool) -> Recipe:
    """Macromolecules have a scale of their own; `mended`: in phase and in place."""
    set_ = load_basis(str(folder / "basis"))
    mhz = set_.spectrometer_frequency_mhz
    fids = set_.resampled(DWELL_S, POINTS, mhz).fids.copy()
    mac = set_.names.index("Mac")
    others = np.delete(fids, mac, axis=0).mean(axis=0)
    fids[mac] *= np.linalg.norm(others) / np.linalg.norm(fids[mac])
    if mended:
        t = np.arange(POINTS) * DWELL_S
        fids[mac] *= np.exp(1j * (MENDED_RAD + 2 * np.pi * MENDED_PPM * mhz * t))
    text = (folder / "bednarik_table_1.csv").read_text(encoding="utf-8-sig")
    columns = ("Conc", "Conc SD", "Change (conc)", "Change SD")
    rows = csv.DictReader(text.splitlines())
    table = {r["Metabolite"]: tuple(float(r[c]) for c in columns) for r in rows}
    return Recipe(set_.names, fids, mhz, table | {"Mac": (MAC, 0.01 * MAC, 0.0, 0.0)})


@lru_cache
def response() -> np.ndarray:
    """Stimulation (transients,) after the haemodynamic response, 1 on its plateau."""
    t = np.arange(0, 32, TR_S)
    rise, dip = ((t / d) ** a * np.exp((d - t) / b) for d, a, b in GLOVER)
    h = rise - 0.35 * dip
    blocks = np.arange(BLOCK * BLOCKS) // BLOCK % 2
    return np.convolve(blocks, h / h.sum())[: blocks.size]


def drawn(made: Recipe, stimulated: bool, rng: np.random.Generator) -> Subject:
    """A subject by the recipe."""
    course = response() * stimulated
    drift = np.linspace(-0.5, 0.5, course.size)
    amplitudes = np.empty((course.size, len(made.names)))
    for i, name in enumerate(made.names):
        mean, sd, rise, rise_sd = made.table[name]
        level = max(mean + sd * rng.standard_normal(), 0.1 * mean)
        rate = (0.02 if name == "Mac" else 0.10) * mean * (rng.random() - 0.5)
        change = (rise + rise_sd * rng.standard_normal()) * (name in CHANGING)
        amplitudes[:, i] = level + rate * drift + change * course
    narrower_hz = (NARROWING_HZ + 0.1 * rng.standard_normal()) * course
    wander = 0.2 * rng.standard_normal() * drift
    return Subject(
        amplitudes, SIGMA - np.pi / (2 * np.log(2)) ** 0.5 * narrower_hz + wander
    )


def messages(one: Subject, made: Recipe, snr: float, seed: int) -> Iterator[Body]:
    """Their session, one coil; `snr` is NAA's line over noise, one transient."""
    rng, t = np.random.default_rng(seed), np.arange(POINTS) * DWELL_S
    rates = np.where(np.array(made.names) == "Mac", 0.0, GAMMA)
    lines = made.fids * np.exp(-rates[:, None] * t)
    narrow = np.exp(-((one.sigma[:, None] * t) ** 2) / 2)
    clean = (one.amplitudes @ lines) * narrow
    naa = made.names.index("NAA")
    height = np.abs(np.fft.fft(one.amplitudes[0, naa] * lines[naa] * narrow[0])).max()
    sd = height / snr / POINTS**0.5
    noise = sd * rng.standard_normal((2, *clean.shape))
    stored = (clean + noise[0] + 1j * noise[1]).astype(np.complex64)
    sequence = Acquisition(
        made.mhz, "1H", DWELL_S, POINTS, 1, 0.036, TR_S, sequence="sLASER"
    )
    yield Start(sequence, "another laboratory's recipe")
    for i, fid in enumerate(stored):
        if i == BLOCK:
            yield Event(NOT_STIMULATED_S - 2, "infusion_start", author="simulator")
        yield Transient(i, i * TR_S, Kind.METABOLITE, fid[np.newaxis])
    yield End(len(stored), "complete")


def analysed(
    one: Subject, made: Recipe, coming: Iterator[Body], basis: str
) -> dict[str, np.ndarray]:
    """Errors and SDs, percent, (n, outcomes, 2).

    "level" of the first window, "windows" of changes of the independent ones after the
    first block, "tracker" and "smoother" of changes at every twentieth transient there.
    """
    run = SessionRun(Wishes(basis=basis, changes={"window": 32, "step": 8}), live=False)
    push_all(run, number(coming))
    _, result = run.finish()
    outcomes = outcomes_of(made.names).subset(LEVELS)

    def true(first_s: float, last_s: float) -> dict[str, float]:
        during = slice(round(first_s / TR_S), round(last_s / TR_S) + 1)
        values = outcomes.values(one.amplitudes[during].mean(axis=0))
        return dict(zip(LEVELS, values.tolist(), strict=True))

    before = true(0, NOT_STIMULATED_S - TR_S)

    def off(
        told: dict[str, float], sds: dict[str, float], span: Sequence[float]
    ) -> list[tuple[float, float]]:
        now = true(span[0], span[-1])
        asked = [o for o in LEVELS if o in told]
        return [(told[o] - 100 * (now[o] / before[o] - 1), sds[o]) for o in asked]

    alone = [e for e in result.estimates if e.independent]
    first, now = alone[0], true(alone[0].time_start_s, alone[0].time_end_s)
    later = [e for e in alone if e.time_start_s >= NOT_STIMULATED_S]
    level = [(100 * (first.values[o] / now[o] - 1), relative(first, o)) for o in LEVELS]
    windows = [
        off(
            {o: e.changes_percent[o] for o in LEVELS},
            e.change_sds_percent,
            (e.time_start_s, e.time_end_s),
        )
        for e in later
    ]
    found = {"level": [level], "windows": windows}
    for name, points in (("tracker", result.tracks), ("smoother", result.smoothed)):
        found[name] = [
            off({o: p.filtered[o] for o in TRACKED}, p.filtered_sd, (p.time_s,))
            for p in points[::20]
            if p.time_s > NOT_STIMULATED_S
        ]
    return {name: np.array(rows) for name, rows in found.items()}


def relative(estimate: Estimate, outcome: str) -> float:
    """SD of a level, percent."""
    return 100 * estimate.sds[outcome] / estimate.values[outcome]


def row(what: str, outcome: str, errors: np.ndarray, sds: np.ndarray) -> str:
    """Bias and its standard error over sessions, RMSE, SD, coverage; (sessions, n)."""
    each = errors.mean(axis=1)
    se = each.std(ddof=1) / len(each) ** 0.5
    held = 100 * np.mean(np.abs(errors) < 1.96 * sds)
    return (
        f"| {what} | {outcome} | {each.mean():+.2f} ({se:.2f}) | "
        f"{np.mean(errors**2) ** 0.5:.2f} | {sds.mean():.2f} | {held:.0f} |"
    )


def table(
    folder: Path, basis: Path, mended: bool, count: int, seed: int, snr: float
) -> None:
    """Print one table."""
    made, found = recipe(folder, mended), []
    for i in range(count):
        one = drawn(made, i % 2 == 0, np.random.default_rng([seed, i]))
        coming = messages(one, made, snr, 1000 * seed + i)
        found.append(analysed(one, made, coming, str(basis)))
    print(
        "| | outcome | bias % (SE) | RMSE % | SD % | coverage % |\n" + 6 * "|---" + "|"
    )
    for what in found[0]:
        both = np.array([session[what] for session in found])
        for i, outcome in enumerate(LEVELS if both.shape[2] > 2 else TRACKED):
            print(row(what, outcome, both[:, :, i, 0], both[:, :, i, 1]), flush=True)


def main(folder: Path, count: int, seed: int, snr: float) -> None:
    """Print the tables: macromolecules known, not known, not known but mended."""
    with tempfile.TemporaryDirectory() as empty:
        bare = Path(empty) / "basis"
        shutil.copytree(folder / "basis", bare)
        (bare / "Mac.json").unlink()
        cases = (
            ("known", folder / "basis", False),
            ("unknown", bare, False),
            ("unknown, in phase and in place", bare, True),
        )
        for told, basis, mended in cases:
            print(f"\nMacromolecules {told}:\n")
            table(folder, basis, mended, count, seed, snr)


if __name__ == "__main__":
    given = [float(text) for text in sys.argv[2:]]
    count, seed, snr = (*given, *(10, 1, 20)[len(given) :])
    main(Path(sys.argv[1]), int(count), int(seed), snr)
