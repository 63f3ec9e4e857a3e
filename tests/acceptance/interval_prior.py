"""Can an interval be right for slow and quick courses alike?  One level, its filter.

    python tests/acceptance/interval_prior.py --n 600 --seed 80

The tracker's level with its two slopes, bend and reference memory (`dynamics`), for one
outcome measured directly with white noise: what is left when spectra, ties and gain are
taken away.  So each way to choose how far a course may bend is judged on thousands of
courses in seconds: as the tracker does (from block to block a likelier trial of the
slope's noise, never below the protocol's floor), that floor alone, all trials by their
likelihood, and half, whole and double bend at the start by their likelihood.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.blocks import BLOCK
from monitor.analysis.tracking.dynamics import SLOPES
from monitor.analysis.tracking.noise_scale import DECISIVE, FLOOR_PER_TARGET, GRID

TR_S, BIN = 2.0, 60
GLU_SHARE = 0.82
"""SD of a bend of Glx, whose parts bend independently, over that of Glu."""
SIZES = (0.5, 1.0, 2.0)
"""Of the bend at the start, times that of `SLOPES`."""
Course = Callable[[Real], Real]


def saturating(percent: float, time_constant_s: float) -> Course:
    """A rise that saturates."""
    return lambda t_s: percent * (1 - np.exp(-t_s / time_constant_s))


def surge(percent: float, peak_s: float) -> Course:
    """A rise that returns."""
    return lambda t_s: percent * ((t_s / peak_s) * np.exp(1 - t_s / peak_s)) ** 2


COURSES: dict[str, Course] = {
    "none": lambda t_s: 0.0 * t_s,
    "saturating, 480 s": saturating(9.2, 480.0),
    "saturating, 100 s": saturating(9.2, 100.0),
    "step": lambda t_s: 9.2 + 0.0 * t_s,
    "surge, peak 300 s": surge(9.2, 300.0),
    "surge, peak 600 s": surge(9.2, 600.0),
    "surge of 14 %, 300 s": surge(14.0, 300.0),
}


def filtered(
    measured: Real, before: int, sd: float, q: float, size: float = 1.0
) -> tuple[Real, ...]:
    """Change, its SD and log likelihood, (transients since, sessions) each.

    `measured` is (sessions, transients), `q` the SD of the slope's noise, percent,
    `size` that of the bend at the start, times the tracker's.
    """
    kept = [1 - 1 / memory for memory, _ in SLOPES]
    F, Q, P = np.eye(4), np.zeros((4, 4)), np.diag([2500.0, 0, 0, 0])
    F[0, 1:3], F[1, 1], F[2, 2], Q[1, 1] = 1.0, *kept, q * q
    x, scores = np.zeros((len(measured), 4)), np.zeros(len(measured))
    asked, found = np.array([1.0, 0, 0, -1.0]), []
    for t, y in enumerate(measured.T):
        if t == before:
            bends = [(size * GLU_SHARE * percent / m) ** 2 for m, percent in SLOPES]
            P = P + np.diag([0.0, *bends, 0.0])
        x, P = x @ F.T, F @ P @ F.T + Q
        S, innovation = P[0, 0] + sd**2, y - x[:, 0]
        K, A = P[:, 0] / S, np.eye(4)
        A[:, 0] -= K
        x, P = x + innovation[:, None] * K, A @ P @ A.T + sd**2 * np.outer(K, K)
        if t:  # the first only says where the level is
            scores = scores - 0.5 * (np.log(S) + innovation**2 / S)
        if t < before:
            remember = np.eye(4)
            remember[3, 0] = 1 / before
            x, P = x @ remember.T, remember @ P @ remember.T
        else:
            own = np.sqrt(asked @ P @ asked)
            found.append((x @ asked, np.full(len(x), own), scores))
    return tuple(np.array(one) for one in zip(*found, strict=True))


def chosen(change: Real, sds: Real, scores: Real) -> tuple[Real, Real]:
    """Change and SD by the trial in use, (trials, transients, sessions) given.

    At the end of a block another one is taken where it is decisively likelier.
    """
    each, use = np.arange(scores.shape[2]), np.zeros(scores.shape[2], int)
    found = []
    for t in range(scores.shape[1]):
        found.append((change[use, t, each], sds[use, t, each]))
        if t % BLOCK == BLOCK - 1:
            best = scores[:, t].argmax(axis=0)
            gain = scores[best, t, each] - scores[use, t, each]
            use = np.where(gain > DECISIVE, best, use)
    values, widths = (np.array(one) for one in zip(*found, strict=True))
    return values, widths


def averaged(change: Real, sds: Real, scores: Real) -> tuple[Real, Real]:
    """Change and SD by all trials, each by its likelihood."""
    share = np.exp(scores - scores.max(axis=0))
    share /= share.sum(axis=0)
    mean = (share * change).sum(axis=0)
    return mean, np.sqrt((share * (sds**2 + (change - mean) ** 2)).sum(axis=0))


def ways(measured: Real, before: int, sd: float, floor: float) -> dict[str, tuple]:
    """Change and SD by each way, (transients since, sessions) each."""

    def tried(of: list[tuple[float, float]]) -> tuple[Real, ...]:
        made = [filtered(measured, before, sd, q * floor, size) for q, size in of]
        return tuple(np.array(one) for one in zip(*made, strict=True))

    noises = tried([(q, 1.0) for q in GRID if q >= 1.0])
    sizes = tried([(1.0, size) for size in SIZES])
    return {
        "as it is": chosen(*noises),
        "floor": (noises[0][0], noises[1][0]),
        "noises": averaged(*noises),
        "sizes": averaged(*sizes),
    }


def judged(change: Real, sds: Real, truth: Real) -> tuple[float, ...]:
    """Percent covered: of all, of the worst two minutes; RMS of errors, and of SDs."""
    error = change - truth[:, None]
    held = np.abs(error) <= 1.96 * sds
    bins = [held[i : i + BIN].mean() for i in range(0, len(held), BIN)]
    rms = (float(np.sqrt(np.mean(x**2))) for x in (error, sds))
    return 100 * held.mean(), 100 * min(bins), *rms


def study(
    n: int, seed: int, before: int, during: int, sd: float, target: float
) -> dict[str, dict[str, tuple[float, ...]]]:
    """What each way gives, by course and way."""
    random, found = np.random.default_rng(seed), {}
    for name, course in COURSES.items():
        truth = course(TR_S * np.arange(1, during + 1))
        noise = sd * random.standard_normal((n, before + during))
        measured = noise + np.concatenate([np.zeros(before), truth])
        made = ways(measured, before, sd, FLOOR_PER_TARGET * target)
        found[name] = {way: judged(*one, truth) for way, one in made.items()}
    return found


def main() -> None:
    """Print a table for the headline's sessions and for those of `change_sessions`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=600)
    parser.add_argument("--seed", type=int, default=80)
    asked = parser.parse_args()
    for case in ((150, 250, 25.0, 8.0), (300, 600, 25.0, 8.0), (250, 450, 20.0, 5.0)):
        print("\n{} before, {} during, SD {} %, target {} %".format(*case))
        for name, by_way in study(asked.n, asked.seed, *case).items():
            cells = (
                f"{way} {covered:.1f} ({worst:.0f}), {error:.2f}, {own:.2f}"
                for way, (covered, worst, error, own) in by_way.items()
            )
            print(f"{name:20s} | " + " | ".join(cells))


if __name__ == "__main__":
    main()
