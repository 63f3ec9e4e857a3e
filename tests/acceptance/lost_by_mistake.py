"""Transients of clean sessions that count less than half though nothing spoiled them.

    python tests/acceptance/lost_by_mistake.py [--n 40] [--seed 0]

Sessions are those of `contamination.py` without their stretch.  The scenario has motion
of its own, and the simulator knows which transients moved: only the others are lost by
mistake.  Nothing is fitted, since weights come before any fit.
"""

import argparse

import numpy as np
from change_sessions import basis_of, fids_of, scenario_of

from monitor.analysis.pipeline import Pipeline
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import End, number
from streams.simulator.conditions import conditions_of
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario
from streams.simulator.schedule import schedule_of


def spoiled_in(scenario: Scenario) -> np.ndarray:
    """Which metabolite transients (n,) moved or lie in a stretch, by the simulator."""
    schedule = schedule_of(scenario)
    truth = conditions_of(scenario, schedule)
    return (truth.corrupted | truth.contaminated)[schedule.metabolite]


def low_of(pipeline: Pipeline) -> np.ndarray:
    """Which transients (n,) count less than half; none on its way to a steady state."""
    low = np.array([q.weight < 0.5 for q in pipeline.course.qualities])
    low[:8] = False
    return low


def mistaken_in(scenario: Scenario, low: np.ndarray) -> tuple[float, float]:
    """Shares that count less than half unspoiled, and that count though spoiled."""
    spoiled = spoiled_in(scenario)
    return float(np.mean(low & ~spoiled)), float(np.mean(spoiled & ~low))


def weighed(seed: int) -> tuple[float, float]:
    """`mistaken_in` a clean session, of which nothing is fitted."""
    scenario = scenario_of("mixed", 400 + seed)
    settings = read_protocol("press_3t_te30").with_changes(window=32, basis="site")
    pipeline = Pipeline(settings, basis_of("mixed"))
    pipeline.live = False
    for message in number(scan(scenario, fids_of("mixed"))):
        if not isinstance(message.body, End):
            pipeline.push(message)
    pipeline.intake.judge_again()
    return mistaken_in(scenario, low_of(pipeline))


def mistakes(name: str, shares: list[tuple[float, float]]) -> str:
    """How many that nothing spoiled were lost, by session, and the reverse."""
    lost, kept_in = 100 * np.array(shares).T
    return (
        f"{name}: lost by mistake {lost.mean():.2f} % in the mean, {lost.max():.2f} at "
        f"most, above 1 in {np.count_nonzero(lost > 1)} of {len(lost)}; spoiled and "
        f"kept {kept_in.mean():.2f}"
    )


def main() -> None:
    """Say it of N sessions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.n)
    print(mistakes("clean", [weighed(seed) for seed in seeds]))


if __name__ == "__main__":
    main()
