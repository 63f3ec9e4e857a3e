"""Sessions whose tracker goes wrong: is it said that the ways to the change differ?

    python tests/acceptance/off_sessions.py [--n 16] [--seed 0] [--kinds A,B]
        [--keep FILE]

Sessions are those of `contamination.py`; what is wrong with them is what the judge
does not find, or finds late, and what it finds while nothing may be left out:

    small hump     a hump in the baseline of 0.05 to 0.09 x NAA, from some time of the
                   infusion to its end
    water first    residual water 10 to 50 times higher for the first 100 to 400 s
    water          the same from the first transient to the last but some 100 s
    ramp           lipid that grows from 0 to 0.3 to 2 x NAA through the infusion
    late lipid     lipid of 0.5 to 3 x NAA in the last 10 to 60 s
    gain           the amplitude falls by 10 to 40 % at some time of the infusion
    not judged     the stretches of `contamination.py` with `--no-reject`

A session is *off* where the error of Glx/tNAA at the end is above 2 of its SD, and in
the same session without what is wrong it is not.  It is *said* to be where the page
greys the number at the end: ways to the change differ, or nothing has counted for more
than a window.
"""

import argparse
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from change_sessions import START_S, STOP_S, TR_S, scenario_of
from contamination import HEADLINE, Said, contaminated, said_of, stretch_of
from kept import kept

from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.scenario import Scenario

KINDS = (
    "small hump", "water first", "water", "ramp", "late lipid", "gain", "not judged",
)  # fmt: skip
SEED = 9_200_000
STEPS = 45
"""Of a ramp."""


def wrong(kind: str, seed: int) -> Scenario:
    """A session that is wrong in this way."""
    if kind == "not judged":
        return contaminated(seed)[0]
    random = np.random.default_rng([SEED, KINDS.index(kind), seed])
    stretches = {
        "small hump": _small_hump, "water first": _water_first, "water": _water,
        "ramp": _ramp, "late lipid": _late_lipid, "gain": _gain,
    }[kind](random)  # fmt: skip
    scenario = scenario_of("mixed", 400 + seed)
    return replace(scenario, contamination=Contamination(stretches))


def _from(random: np.random.Generator) -> float:
    """Some time of the infusion."""
    return float(random.uniform(START_S + 20.0, STOP_S - 100.0))


def _small_hump(random: np.random.Generator) -> tuple[Stretch, ...]:
    start_s, size = _from(random), random.uniform(0.05, 0.09)
    return (Stretch(start_s, STOP_S + TR_S, hump_over_naa=size),)


def _water_first(random: np.random.Generator) -> tuple[Stretch, ...]:
    times, length_s = random.uniform(10, 50), random.uniform(100, 400)
    return (Stretch(0.0, length_s, water_times=times),)


def _water(random: np.random.Generator) -> tuple[Stretch, ...]:
    times, left_s = random.uniform(10, 50), random.uniform(50, 150)
    return (Stretch(0.0, STOP_S - left_s, water_times=times),)


def _ramp(random: np.random.Generator) -> tuple[Stretch, ...]:
    top = random.uniform(0.3, 2.0)
    ends_s = np.linspace(START_S, STOP_S + TR_S, STEPS + 1).tolist()
    return tuple(
        Stretch(a, b, lipid_over_naa=top * (k + 1) / STEPS)
        for k, (a, b) in enumerate(pairwise(ends_s))
    )


def _late_lipid(random: np.random.Generator) -> tuple[Stretch, ...]:
    size, length_s = random.uniform(0.5, 3.0), random.uniform(10.0, 60.0)
    return (Stretch(STOP_S - length_s, STOP_S + TR_S, lipid_over_naa=size),)


def _gain(random: np.random.Generator) -> tuple[Stretch, ...]:
    return (Stretch(_from(random), STOP_S + TR_S, loss=random.uniform(0.1, 0.4)),)


def said(kind: str, seed: int) -> Said:
    """What a session says that is wrong in this way."""
    scenario = wrong(kind, seed)
    return said_of(scenario, kind, "", stretch_of(scenario), kind != "not judged")


def clean_one(seed: int) -> Said:
    """What the same session says without it."""
    return said_of(scenario_of("mixed", 400 + seed), "clean", "")


def is_off(one: Said) -> bool:
    """Whether the tracker's error at the end is above 2 SD."""
    return bool(abs(one.off_sd[HEADLINE]) > 2)


def is_said(one: Said) -> bool:
    """Whether the number is grey at the end."""
    return one.disagrees or one.stale


def row(kind: str, found: list[tuple[Said, Said]]) -> str:
    """A kind's row: sessions that are wrong, each with the same one unharmed."""
    n = len(found)
    moved = np.array([(a.bias - b.bias)[HEADLINE] for a, b in found])
    moved = moved[np.isfinite(moved)]
    off = [a for a, b in found if is_off(a) and not is_off(b)]
    return (
        f"| {kind} | {n} | {n - len(moved)} | {moved.mean():+.2f} | "
        f"{np.sqrt(np.mean(moved**2)):.2f} | "
        f"{sum(is_off(a) for a, _ in found)} | {len(off)} | "
        f"{sum(map(is_said, off))} | {sum(is_said(a) for a, _ in found)} | "
        f"{sum(is_said(b) for _, b in found)} |"
    )


HEAD = (
    "| what is wrong | n | without a number | moved, mean % | rms % | "
    "over 2 SD at the end | "
    "of these not without it: off | off and said | said | said of the clean ones |\n"
    + "|---" * 10 + "|"
)  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.n)
    clean = kept(asked.keep, "clean", seeds, Said, clean_one)
    print(HEAD)
    for kind in asked.kinds.split(","):
        wrong_ones = kept(asked.keep, kind, seeds, Said, partial(said, kind))
        print(row(kind, list(zip(wrong_ones, clean, strict=True))), flush=True)


if __name__ == "__main__":
    main()
