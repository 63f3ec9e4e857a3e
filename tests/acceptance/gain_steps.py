"""Simulated sessions whose gain steps within a series, against those without a step.

    python tests/acceptance/gain_steps.py [--n 8] [--seed 0] [--kinds A,B]
        [--courses mixed,null] [--keep FILE]

Sessions are those of `contamination.py` (`mixed`, a drug, or `null`, a placebo).  In
each of one kind

    x2.5, x0.4, x1.2   all that is received, noise too, is so much larger from some time
                       of the reference period (even seeds) or of the infusion on
    signal x2.5, x0.4  the signal alone, noise as it was
    two                x2.5 in the reference period and x0.4 in the infusion
    lipid              x2.5 in the infusion, and lipid of 0.5 to 3 x NAA over the step
    broader            the signal falls by 40 to 60 % for 60 to 200 s with lines 2 to
                       4 Hz broader: motion, and no step; it must be left out

Each is held against the same session, with the same noise, without the step: of `lipid`
that is the one with the lipid alone, of `broader` the one whose operator leaves the
stretch out.
"""

import argparse
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from change_sessions import OUTCOMES, START_S, STOP_S, scenario_of, truth_of
from contamination import FRAMES_S, GLU, HEADLINE, run
from kept import kept
from lost_by_mistake import low_of, mistaken_in

from streams.messages.span import Span
from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.receiver_artefacts import GainStep, GainSteps
from streams.simulator.scenario import Scenario

SIZES = {"x2.5": 2.5, "x0.4": 0.4, "x1.2": 1.2, "signal x2.5": 2.5, "signal x0.4": 0.4}
KINDS = (*SIZES, "two", "lipid", "broader")
SEED = 9_300_000


@dataclass(frozen=True)
class Stepped:
    """One session with a step, and the same without.

    Attributes
    ----------
    bias, covered : (outcomes,) mean error of the tracker since the infusion began,
        percent, and share of its 95 % intervals that hold the truth
    sd : (outcomes,) mean of its SD
    end_sd : (outcomes,) error at the end in SDs
    windows : share of intervals of independent windows of the headline that hold it
    twin_bias, twin_covered, twin_sd : of the same session without
    lost : share of transients that nothing spoiled and that count less than half
    spoiled : share of all that are spoiled and count all the same
    seen : steps that the session says there were
    disagrees : whether it says that ways to the change differ
    """

    bias: np.ndarray
    covered: np.ndarray
    sd: np.ndarray
    end_sd: np.ndarray
    windows: float
    twin_bias: np.ndarray
    twin_covered: np.ndarray
    twin_sd: np.ndarray
    lost: float
    spoiled: float
    seen: int
    disagrees: bool


def stepped(kind: str, course: str, seed: int) -> tuple[Scenario, Scenario, Span]:
    """A session with its step, the same without, and what its operator leaves out."""
    random = np.random.default_rng([SEED, KINDS.index(kind), seed])
    clean = scenario_of(course, 400 + seed)
    before_s = float(random.uniform(FRAMES_S + 60.0, START_S - 60.0))
    during_s = float(random.uniform(START_S + 60.0, STOP_S - 60.0))
    if kind == "two":
        steps = GainStep(before_s, 2.5), GainStep(during_s, 0.4)
        return replace(clean, gain_steps=GainSteps(steps)), clean, (0.0, 0.0)
    if kind == "broader":
        span = during_s, min(during_s + random.uniform(60.0, 200.0), STOP_S)
        loss, wider = random.uniform(0.4, 0.6), random.uniform(2.0, 4.0)
        stretch = Stretch(*span, broadening_hz=wider, loss=loss)
        return replace(clean, contamination=Contamination((stretch,))), clean, span
    if kind == "lipid":
        start_s = during_s - random.uniform(20.0, 50.0)
        stretch = Stretch(start_s, start_s + 90.0, random.uniform(0.5, 3.0))
        clean = replace(clean, contamination=Contamination((stretch,)))
        steps = (GainStep(during_s, 2.5),)
        return replace(clean, gain_steps=GainSteps(steps)), clean, (0.0, 0.0)
    at_s = during_s if seed % 2 else before_s
    step = GainStep(at_s, SIZES[kind], signal_alone=kind.startswith("signal"))
    return replace(clean, gain_steps=GainSteps((step,))), clean, (0.0, 0.0)


def tracked(scenario: Scenario, out_s: tuple[Span, ...] = ()):
    """A session through the pipeline: it, its last update, errors and SDs."""
    pipeline, last = run(scenario, True, out_s)
    points = [p for p in last.tracks or () if p.time_s >= START_S and p.filtered]
    if not points:
        none = np.full((1, len(OUTCOMES)), np.nan)
        return pipeline, last, none, none
    value, sd = (
        np.array([[getattr(p, what).get(o, np.nan) for o in OUTCOMES] for p in points])
        for what in ("filtered", "filtered_sd")
    )
    truth = truth_of(scenario, np.array([p.time_s for p in points]))
    return pipeline, last, value - truth, sd


def windows_hold(scenario: Scenario, last) -> float:
    """Share of intervals of independent windows that hold the change of Glx/tNAA."""
    own = [e for e in last.course if e.independent and e.time_start_s >= START_S]
    held = []
    for e in own:
        value, sd = (
            some.get("Glx/tNAA", np.nan)
            for some in (e.changes_percent, e.change_sds_percent)
        )
        truth = truth_of(scenario, np.array([e.time_s]))[0, HEADLINE]
        if np.isfinite(sd):
            held.append(abs(value - truth) < 1.96 * sd)
    return float(np.mean(held)) if held else np.nan


def one(kind: str, course: str, seed: int) -> Stepped:
    """One session and the same without its step."""
    scenario, clean, out = stepped(kind, course, seed)
    spans = (out,) if out[1] > out[0] else ()
    pipeline, last, error, sd = tracked(scenario)
    _, _, twin_error, twin_sd = tracked(clean, spans)
    agreement = last.agreement
    return Stepped(
        error.mean(axis=0), np.mean(np.abs(error) < 1.96 * sd, axis=0),
        sd.mean(axis=0), error[-1] / sd[-1], windows_hold(scenario, last),
        twin_error.mean(axis=0), np.mean(np.abs(twin_error) < 1.96 * twin_sd, axis=0),
        twin_sd.mean(axis=0), *mistaken_in(scenario, low_of(pipeline)),
        len(pipeline.course.gains.steps) if hasattr(pipeline.course, "gains") else 0,
        agreement is not None and not agreement.agrees,
    )  # fmt: skip


HEAD = (
    "| what steps | n | bias Glx/tNAA, twin | bias Glu/tCr, twin | moved Glx/tNAA, "
    "mean (rms) | covers Glx/tNAA, twin, % | covers Glu/tCr, twin, % | windows cover, "
    "% | SD over the twin's | lost by mistake, % | spoiled and kept, % | steps said | "
    "over 2 SD at the end | flagged | no number |\n" + "|---" * 15 + "|"
)


def row(name: str, found: list[Stepped]) -> str:
    """A row of the table."""
    bias, twin = (
        np.array([getattr(f, w) for f in found])[:, [HEADLINE, GLU]]
        for w in ("bias", "twin_bias")
    )
    cover, other = (
        100 * np.nanmean([getattr(f, w) for f in found], axis=0)[[HEADLINE, GLU]]
        for w in ("covered", "twin_covered")
    )
    moved = (bias - twin)[:, 0]
    ratio = np.nanmean([f.sd[HEADLINE] / f.twin_sd[HEADLINE] for f in found])
    windows = 100 * np.nanmean([f.windows for f in found])
    off = sum(abs(f.end_sd[HEADLINE]) > 2 for f in found)
    means = np.nanmean(bias, axis=0), np.nanmean(twin, axis=0)
    return (
        f"| {name} | {len(found)} | {means[0][0]:+.2f}, {means[1][0]:+.2f} | "
        f"{means[0][1]:+.2f}, {means[1][1]:+.2f} | {np.nanmean(moved):+.2f} "
        f"({np.sqrt(np.nanmean(moved**2)):.2f}) | {cover[0]:.1f}, {other[0]:.1f} | "
        f"{cover[1]:.1f}, {other[1]:.1f} | {windows:.1f} | "
        f"{ratio:.2f} | {100 * np.mean([f.lost for f in found]):.2f} | "
        f"{100 * np.mean([f.spoiled for f in found]):.2f} | "
        f"{', '.join(str(f.seen) for f in found)} | {off} | "
        f"{sum(f.disagrees for f in found)} | {int(np.isnan(moved).sum())} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--courses", default="mixed,null")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.n)
    print(HEAD)
    for kind in asked.kinds.split(","):
        for course in asked.courses.split(","):
            name = f"{kind}, {course}"
            run_one = partial(one, kind, course)
            print(
                row(name, kept(asked.keep, name, seeds, Stepped, run_one)), flush=True
            )


if __name__ == "__main__":
    main()
