"""What stretches are called: motion with and without fat, and what has no motion.

    python tests/acceptance/stretch_causes.py [--n 10] [--seed 0] [--families "A;B"]

Sessions of `change_sessions` (`mixed`), their first 330 transients, without motion of
their own and nothing fitted: each has one stretch of 12 to 90 s, log-uniform, that
begins 200 to 400 s after the first.  In motion of the virtual scanner phase, shift,
width and loss of each transient are drawn anew (phases within 150 degrees), and fat up
to the height that is said, over NAA.  A row for each family: how often each cause was
given; a stretch of few bad transients may be none.
"""

import argparse
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np
from change_sessions import basis_of, fids_of, scenario_of

from monitor.analysis.pipeline import Pipeline
from monitor.protocol.read_protocol import read_protocol
from streams.messages.span import Span
from streams.messages.transient import number
from streams.simulator.passing_artefacts import Burst, Contamination, Stretch
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario

TRANSIENTS, FRAMES = 330, 6


def moving(
    scenario: Scenario, span: Span, fat: float, share: float = 0.8, deg: float = 150.0
) -> Scenario:
    """A share of the transients of a span moves, with fat up to a height over NAA."""
    bursts = (Burst(*span, share),)
    motion = replace(scenario.motion, bursts=bursts, lipid_over_naa=fat, phase_deg=deg)
    return replace(scenario, motion=motion)


def lying(
    scenario: Scenario, span: Span, turned_deg: float = 0.0, **what: float
) -> Scenario:
    """Something comes in a span while the head lies still."""
    lines = replace(scenario.lipids, phase_deg=turned_deg)
    held = Contamination((Stretch(*span, **what),))
    return replace(scenario, lipids=lines, contamination=held)


def settled(scenario: Scenario, span: Span) -> Scenario:
    """Six seconds of motion, after which fat stays for 40 s."""
    start_s = span[0]
    found = lying(scenario, (start_s, start_s + 46.0), lipid_over_naa=1.5)
    return moving(found, (start_s, start_s + 6.0), fat=1.5, share=1.0)


def noisy(scenario: Scenario, span: Span) -> Scenario:
    """Fat, at half the SNR."""
    plan = replace(scenario.acquisition, snr=0.5 * scenario.acquisition.snr)
    return lying(replace(scenario, acquisition=plan), span, lipid_over_naa=1.0)


def both(scenario: Scenario, span: Span) -> Scenario:
    """Fat that stays for as long as the head moves."""
    return moving(lying(scenario, span, lipid_over_naa=2.0), span, fat=1.5)


FAMILIES = {
    "motion, no fat": (partial(moving, fat=0.0), "motion"),
    "motion, no fat, phases within 30 deg": (
        partial(moving, fat=0.0, deg=30.0, share=1.0), "motion"),
    "motion, fat to 0.75": (partial(moving, fat=0.75), "motion with lipid"),
    "motion, fat to 1.5": (partial(moving, fat=1.5), "motion with lipid"),
    "motion, fat to 1.5, phases within 30 deg": (
        partial(moving, fat=1.5, deg=30.0, share=1.0), "motion with lipid"),
    "motion, fat to 3": (partial(moving, fat=3.0), "motion with lipid"),
    "motion in fat of 2": (both, "motion with lipid"),
    "fat of 0.5": (partial(lying, lipid_over_naa=0.5), "lipid"),
    "fat of 1, SNR 5": (noisy, "lipid"),
    "fat of 3, turned by 180 deg": (
        partial(lying, turned_deg=180.0, lipid_over_naa=3.0), "lipid"),
    "fat of 12, turned by 180 deg": (
        partial(lying, turned_deg=180.0, lipid_over_naa=12.0), "lipid"),
    "fat of 1.5 that stays after motion": (settled, "lipid"),
    "water 30 times": (partial(lying, water_times=30.0), "water"),
    "lines 3 Hz broader": (partial(lying, broadening_hz=3.0), "line width"),
    "hump of 0.2": (partial(lying, hump_over_naa=0.2), "baseline"),
}  # fmt: skip
"""What is done to a session, and what it is to be called."""


def causes(family: str, seed: int) -> list[str]:
    """What the stretches are called that lie where something was done."""
    random = np.random.default_rng([9_300_000, seed])
    start_s = float(random.uniform(200.0, 400.0))
    length_s = float(np.exp(random.uniform(np.log(12.0), np.log(90.0))))
    span = start_s, start_s + length_s
    clean = scenario_of("mixed", 900 + seed)
    still = replace(clean, motion=replace(clean.motion, events_per_hour=0.0))
    scenario = FAMILIES[family][0](still, span)
    settings = read_protocol("press_3t_te30").with_changes(basis="site")
    pipeline = Pipeline(settings, basis_of("mixed"))
    pipeline.live = False
    messages = number(scan(scenario, fids_of("mixed")))
    for message in islice(messages, TRANSIENTS + FRAMES):
        pipeline.push(message)
    judge = pipeline.intake.judge
    judge.qualities()
    return [str(one.cause) for one in judge.stretches if one.end_s > start_s - 4]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--families", default="")
    wanted = parser.parse_args()
    print("| what is done | to be called | called |\n|---|---|---|")
    for family in wanted.families.split(";") if wanted.families else FAMILIES:
        seeds = range(wanted.seed, wanted.seed + wanted.n)
        found = Counter(c for s in seeds for c in causes(family, s) or ["none"])
        said = ", ".join(f"{name} {n}" for name, n in found.most_common())
        print(f"| {family} | {FAMILIES[family][1]} | {said} |", flush=True)


if __name__ == "__main__":
    main()
